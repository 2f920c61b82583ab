//! What is printed: results to standard output, all else to standard error.

use std::io::{self, Write};

use ocigraph::{Descriptor, Error, Graph};
use serde_json::{Map, Value, json};

/// Prints a line of a result. A reader that has gone away ends the program quietly.
pub(crate) fn line(text: &str) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints a result as it is.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Prints a JSON result.
pub(crate) fn json(value: &Value) {
    line(&format!("{value:#}"));
}

/// Prints what is not a result.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

pub(crate) fn error(error: &Error) {
    let mut text = format!("Error: {error}");
    if let Some(hint) = error.hint() {
        text.truncate(text.len() - hint.len() - 2);
        text.push_str(&format!("\n{hint}"));
    }
    note(&text);
}

/// A descriptor with the fields of the command line's JSON.
pub(crate) fn descriptor(descriptor: &Descriptor) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("mediaType".into(), json!(descriptor.media_type));
    map.insert("digest".into(), json!(descriptor.digest));
    map.insert("size".into(), json!(descriptor.size));
    if let Some(artifact_type) = &descriptor.artifact_type {
        map.insert("artifactType".into(), json!(artifact_type));
    }
    if !descriptor.annotations.is_empty() {
        map.insert("annotations".into(), json!(descriptor.annotations));
    }
    if let Some(platform) = &descriptor.platform {
        map.insert("platform".into(), json!(platform));
    }
    map
}

/// A graph as JSON, for scripts of both generations of ORAS: `references` holds the direct referrers
/// that `wanted` accepts, flat; `referrers` the whole tree.
///
/// It is written piece by piece, since a registry decides how deep a graph is.
pub(crate) fn graph(
    graph: &Graph,
    reference: &str,
    place: &str,
    wanted: impl Fn(&Descriptor) -> bool,
) -> String {
    let root = graph.subject();
    let mut head = Map::new();
    head.insert("reference".into(), json!(reference));
    head.extend(descriptor(root));
    let flat: Vec<Value> = graph
        .referrers(&root.digest)
        .iter()
        .filter(|d| wanted(d))
        .map(|d| Value::Object(descriptor(d)))
        .collect();
    head.insert("references".into(), Value::Array(flat));
    let mut text = opened(&head);
    let mut depth = 0;
    let mut previous = 0;
    for node in graph.walk() {
        while depth >= node.depth {
            text.push_str("]}");
            depth -= 1;
        }
        if previous >= node.depth {
            text.push(',');
        }
        let mut map = Map::new();
        map.insert("reference".into(), json!(format!("{place}@{}", node.descriptor.digest)));
        map.extend(descriptor(node.descriptor));
        text.push_str(&opened(&map));
        depth = node.depth;
        previous = node.depth;
    }
    for _ in 0..depth {
        text.push_str("]}");
    }
    text.push_str("]}");
    text
}

/// An object up to the beginning of its list of referrers.
fn opened(map: &Map<String, Value>) -> String {
    let mut text = Value::Object(map.clone()).to_string();
    text.pop();
    text.push_str(",\"referrers\":[");
    text
}
