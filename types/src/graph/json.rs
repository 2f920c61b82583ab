//! [`Graph::json`]: a graph as JSON text.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::referrers::Graph;
use crate::{
    descriptor::Descriptor,
    escape::json_text,
    json::{KeyCase, ToJson},
};

impl Graph {
    /// Returns the graph as indented JSON, in the shapes of `oras discover` before and after
    /// version 1.2.
    ///
    /// The root object is the descriptor of the subject, with `reference` as its reference.
    /// `references` lists the direct referrers that `wanted` accepts. `referrers` contains the
    /// whole tree; the reference of each node is `location`, `@` and its digest.
    ///
    /// ```
    /// use ocigraph_types::{Descriptor, Graph, KeyCase, media_type};
    ///
    /// let image = Descriptor::of(media_type::OCI_MANIFEST, b"image");
    /// let sbom = Descriptor::of(media_type::OCI_MANIFEST, b"sbom");
    /// let mut graph = Graph::new(image.clone());
    /// graph.insert(image.digest, vec![sbom.clone()]);
    ///
    /// let text = graph.json("localhost:5000/app:v1", "localhost:5000/app", KeyCase::Camel, |_| true);
    /// let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    /// assert_eq!(json["reference"], "localhost:5000/app:v1");
    /// assert_eq!(json["references"][0]["digest"], sbom.digest.as_str());
    /// assert_eq!(
    ///     json["referrers"][0]["reference"],
    ///     format!("localhost:5000/app@{}", sbom.digest),
    /// );
    /// ```
    pub fn json(
        &self,
        reference: &str,
        location: &str,
        names: KeyCase,
        wanted: impl Fn(&Descriptor) -> bool,
    ) -> String {
        // Writes one node after the other: building a nested value, and serializing it, could exhaust
        // the stack, because the depth is up to the registry.
        let root = self.subject();
        let direct = self.referrers(&root.digest).iter().filter(|d| wanted(d));
        let flat: Value = direct.map(|d| d.to_json(names)).collect();
        let mut head = node(reference, root, names);
        head.insert("references".into(), flat);
        let mut text = String::new();
        open(&mut text, 0, head);
        let mut depth = 0;
        let mut begun = false;
        for step in self.walk() {
            while depth >= step.depth {
                close(&mut text, depth, begun);
                depth -= 1;
                begun = true;
            }
            text.push_str(if begun { ",\n" } else { "\n" });
            let name = format!("{location}@{}", step.descriptor.digest);
            open(&mut text, step.depth, node(&name, step.descriptor, names));
            depth = step.depth;
            begun = false;
        }
        for depth in (0..=depth).rev() {
            close(&mut text, depth, begun);
            begun = true;
        }
        text
    }
}

fn node(reference: &str, descriptor: &Descriptor, names: KeyCase) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("reference".into(), json!(reference));
    if let Value::Object(fields) = descriptor.to_json(names) {
        map.extend(fields);
    }
    map
}

/// Writes an object up to the start of its list of referrers.
fn open(text: &mut String, depth: usize, map: Map<String, Value>) {
    let indent = indent(depth);
    let object = json_text(&Value::Object(map));
    for line in object.strip_suffix("\n}").unwrap_or(&object).lines() {
        let _ = writeln!(text, "{indent}{line}");
    }
    text.pop();
    let _ = write!(text, ",\n{indent}  \"referrers\": [");
}

/// Writes the end of an object and of its list of referrers. `begun` is true if the list has
/// entries.
fn close(text: &mut String, depth: usize, begun: bool) {
    let indent = indent(depth);
    if begun {
        let _ = write!(text, "\n{indent}  ");
    }
    let _ = write!(text, "]\n{indent}}}");
}

/// Returns four spaces for each level, up to 16 levels: otherwise the text would grow with the
/// square of the depth.
fn indent(depth: usize) -> String {
    " ".repeat(depth.min(16) * 4)
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
    fn a_graph_without_referrers_has_empty_lists() {
        let text = Graph::new(named("root")).json("host/x:v1", "host/x", KeyCase::Camel, |_| true);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["reference"], "host/x:v1");
        assert_eq!(value["references"], json!([]));
        assert_eq!(value["referrers"], json!([]));
        assert_eq!(text, format!("{value:#}"));
    }
}
