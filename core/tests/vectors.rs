//! The test vectors that all languages share: references, digests and drawings.

use std::{collections::HashMap, io::Write};

use ocigraph::{Algorithm, Descriptor, Digest, Graph, Location, Reference, digest_files};
use serde_json::Value;

fn references() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/references.json")).unwrap()
}

fn drawings() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/drawings.json")).unwrap()
}

fn digests() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/digests.json")).unwrap()
}

#[test]
fn references_are_parsed_into_their_parts_and_format_the_same() {
    for vector in references()["valid"].as_array().unwrap() {
        let text = vector["text"].as_str().unwrap();
        let reference: Reference = text.parse().unwrap();
        match reference.location() {
            Location::Registry { host, repository } => {
                assert_eq!(host.to_string(), vector["host"], "{text}");
                assert_eq!(*repository, vector["repository"], "{text}");
            }
            Location::Layout(path) => assert_eq!(path.to_str().unwrap(), vector["path"], "{text}"),
        }
        let tags: Vec<&str> =
            vector["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(reference.tags(), tags, "{text}");
        assert_eq!(reference.digest().map(Digest::as_str), vector["digest"].as_str(), "{text}");
        assert_eq!(reference.to_string(), text);
    }
}

#[test]
fn an_invalid_reference_is_refused_with_a_reason() {
    for vector in references()["invalid"].as_array().unwrap() {
        let text = vector["text"].as_str().unwrap();
        let error = text.parse::<Reference>().unwrap_err();
        assert_eq!(error.code().name(), vector["code"], "{text}");
        let says = vector["says"].as_str().unwrap();
        assert!(error.to_string().contains(says), "{text:?}: {error}");
    }
}

#[test]
fn digests_in_memory_and_of_many_files_are_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let vectors = digests();
    for (name, algorithm) in [("sha256", Algorithm::Sha256), ("sha512", Algorithm::Sha512)] {
        let mut paths = Vec::new();
        let mut expected = Vec::new();
        for vector in vectors["digests"].as_array().unwrap() {
            let size = vector["size"].as_u64().unwrap();
            let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let digest = vector[name].as_str().unwrap().to_owned();
            assert_eq!(algorithm.digest(&content).as_str(), digest);
            let path = directory.path().join(size.to_string());
            std::fs::File::create(&path).unwrap().write_all(&content).unwrap();
            paths.push(path);
            expected.push((digest, size));
        }
        let of_files: Vec<(String, u64)> = digest_files(&paths, algorithm)
            .into_iter()
            .map(|result| result.unwrap())
            .map(|(digest, size)| (digest.to_string(), size))
            .collect();
        assert_eq!(of_files, expected);
    }
    for text in vectors["invalid"].as_array().unwrap() {
        assert!(text.as_str().unwrap().parse::<Digest>().is_err(), "{text}");
    }
}

#[test]
fn graphs_are_drawn_as_the_vectors_say() {
    for vector in drawings()["drawings"].as_array().unwrap() {
        let name = &vector["name"];
        let graph = graph(vector);
        let root = vector["root"].as_str().unwrap();
        for (drawn, expected) in
            [(graph.tree(root), "tree"), (graph.dot(root), "dot"), (graph.mermaid(root), "mermaid")]
        {
            let lines = vector[expected].as_array().unwrap();
            let lines: String =
                lines.iter().map(|l| l.as_str().unwrap().to_owned() + "\n").collect();
            assert_eq!(drawn, lines, "{expected} of {name}");
        }
    }
}

fn graph(vector: &Value) -> Graph {
    let descriptors: Vec<Descriptor> =
        serde_json::from_value(vector["descriptors"].clone()).unwrap();
    let mut graph = Graph::new(descriptors[0].clone());
    let by_digest: HashMap<Digest, Descriptor> =
        descriptors.into_iter().map(|d| (d.digest.clone(), d)).collect();
    let referrers: HashMap<Digest, Vec<Digest>> =
        serde_json::from_value(vector["referrers"].clone()).unwrap();
    for (subject, digests) in referrers {
        graph.insert(subject, digests.iter().map(|digest| by_digest[digest].clone()).collect());
    }
    graph
}
