//! The vectors that all languages share, through `tests/c/vectors.c`.

use std::{fs, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::{compile, root, run};

fn read(name: &str) -> Value {
    let path = root().join("tests/vectors").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs the program on texts and returns its output.
fn output_for(folder: &TempDir, about: &str, texts: &[String]) -> String {
    let program = compile(folder, "vectors.c", &["gcc"]);
    run(Command::new(program).arg(about).args(texts))
}

fn texts(vectors: &Value) -> Vec<String> {
    let text = |v: &Value| v.as_str().or_else(|| v["text"].as_str()).unwrap().to_owned();
    vectors.as_array().unwrap().iter().map(text).collect()
}

#[test]
fn valid_references_are_parsed_into_their_parts() {
    let (folder, vectors) = (TempDir::new().unwrap(), read("references.json"));
    let valid = vectors["valid"].as_array().unwrap();
    let output = output_for(&folder, "references", &texts(&vectors["valid"]));
    let mut answers = output.split("\n\n");
    for vector in valid {
        let location = vector["path"].as_str().map_or_else(
            || {
                format!(
                    "{}/{}",
                    vector["host"].as_str().unwrap(),
                    vector["repository"].as_str().unwrap()
                )
            },
            |path| {
                // The slash ends a path with a colon.
                let with_slash = format!("oci:{path}/");
                let text = vector["text"].as_str().unwrap();
                if text.starts_with(&with_slash) { with_slash } else { format!("oci:{path}") }
            },
        );
        let mut expected =
            format!("text={}\nlocation={location}\n", vector["text"].as_str().unwrap());
        for part in ["host", "repository", "path", "digest"] {
            if let Some(value) = vector[part].as_str() {
                expected += &format!("{part}={value}\n");
            }
        }
        for tag in vector["tags"].as_array().unwrap() {
            expected += &format!("tag={}\n", tag.as_str().unwrap());
        }
        assert_eq!(answers.next().unwrap(), expected.trim_end());
    }
    assert_eq!(answers.next(), Some(""));
}

#[test]
fn invalid_references_are_rejected_with_a_reason() {
    let (folder, vectors) = (TempDir::new().unwrap(), read("references.json"));
    let output = output_for(&folder, "references", &texts(&vectors["invalid"]));
    let mut answers = output.split("\n\n");
    for vector in vectors["invalid"].as_array().unwrap() {
        let answer = answers.next().unwrap();
        let code = format!("code={}\n", vector["code"].as_str().unwrap());
        assert!(answer.starts_with(&code), "{vector}: {answer}");
        assert!(answer.contains(vector["says"].as_str().unwrap()), "{vector}: {answer}");
    }
    assert_eq!(answers.next(), Some(""));
}

#[test]
fn digests_of_memory_and_of_files_match_the_vectors() {
    let (folder, vectors) = (TempDir::new().unwrap(), read("digests.json"));
    let (mut paths, mut expected) = (Vec::new(), String::new());
    for vector in vectors["digests"].as_array().unwrap() {
        let size = vector["size"].as_u64().unwrap();
        let content: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        let path = folder.path().join(size.to_string());
        fs::write(&path, content).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    for algorithm in ["sha256", "sha512"] {
        let digests = vectors["digests"].as_array().unwrap().iter();
        let lines: Vec<String> = digests
            .zip(&paths)
            .map(|(v, path)| format!("{path}={}\n", v[algorithm].as_str().unwrap()))
            .collect();
        // The program digests each file alone, then all files in one call.
        expected += &lines.concat().repeat(2);
    }
    assert_eq!(output_for(&folder, "digests", &paths), expected);
    assert_eq!(output_for(&folder, "invalid", &texts(&vectors["invalid"])), "");
}
