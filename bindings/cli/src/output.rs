//! What is printed: results to standard output, all else to standard error.
//!
//! Text that came from a registry is printed without control characters, which could drive the
//! terminal.

use std::{
    fmt::Write as _,
    io::{self, ErrorKind, Write},
};

use ocigraph::{Code, Descriptor, Error, Graph, printable};
use serde_json::{Map, Value, json};

/// Prints a line of a result.
pub(crate) fn line(text: &str) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints a result as it is. A reader that has gone away ends the program quietly, a full disk does
/// not.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => {
            error(&Error::new(Code::Io, format!("the result cannot be printed: {e}")));
            std::process::exit(1);
        }
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

/// Prints an error as two lines: what went wrong, and what to try.
pub(crate) fn error(error: &Error) {
    let whole = error.to_string();
    let hint = error.hint().map(|hint| format!("; {hint}"));
    let text = hint.as_deref().and_then(|hint| whole.strip_suffix(hint)).unwrap_or(&whole);
    note(&format!("Error: {} [{}]", printable(text), error.code().name()));
    if let Some(hint) = error.hint() {
        note(&printable(hint));
    }
}

/// What an artifact is, in a word.
pub(crate) fn kind(descriptor: &Descriptor) -> String {
    printable(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type))
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
    let direct = graph.referrers(&root.digest).iter().filter(|d| wanted(d));
    let flat: Vec<Value> = direct.map(|d| Value::Object(descriptor(d))).collect();
    let mut head = Map::new();
    head.insert("reference".into(), json!(reference));
    head.extend(descriptor(root));
    head.insert("references".into(), Value::Array(flat));
    let mut text = String::new();
    open(&mut text, 0, head);
    let mut depth = 0;
    let mut begun = false;
    for node in graph.walk() {
        while depth >= node.depth {
            close(&mut text, depth, begun);
            depth -= 1;
            begun = true;
        }
        text.push_str(if begun { ",\n" } else { "\n" });
        let mut map = Map::new();
        map.insert("reference".into(), json!(format!("{place}@{}", node.descriptor.digest)));
        map.extend(descriptor(node.descriptor));
        open(&mut text, node.depth, map);
        depth = node.depth;
        begun = false;
    }
    for depth in (0..=depth).rev() {
        close(&mut text, depth, begun);
        begun = true;
    }
    text
}

/// Writes an object up to the beginning of its list of referrers.
fn open(text: &mut String, depth: usize, map: Map<String, Value>) {
    let indent = indent(depth);
    let object = format!("{:#}", Value::Object(map));
    for line in object.strip_suffix("\n}").unwrap_or(&object).lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
    text.pop();
    let _ = write!(text, ",\n{indent}  \"referrers\": [");
}

fn close(text: &mut String, depth: usize, begun: bool) {
    let indent = indent(depth);
    if begun {
        let _ = write!(text, "\n{indent}  ");
    }
    let _ = write!(text, "]\n{indent}}}");
}

/// Four spaces a level; beneath some depth no more, lest blanks outgrow the graph.
fn indent(depth: usize) -> String {
    " ".repeat(depth.min(32) * 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(content: &str) -> Descriptor {
        Descriptor {
            artifact_type: Some("a/b".into()),
            ..Descriptor::of("x/y", content.as_bytes())
        }
    }

    #[test]
    fn a_graph_without_referrers_is_json() {
        let text = graph(&Graph::new(named("root")), "host/x:v1", "host/x", |_| true);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["reference"], "host/x:v1");
        assert_eq!(value["references"], json!([]));
        assert_eq!(value["referrers"], json!([]));
        assert_eq!(text, format!("{value:#}"));
    }
}
