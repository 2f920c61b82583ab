//! [`Graph::json`]: a graph as JSON text, and its edges one by one.

use std::{
    collections::HashSet,
    io::{self, Write},
    iter::Peekable,
};

use serde_json::{Map, Value, json};

use super::referrers::{EdgeRef, Edges, Graph};
use crate::{
    attachment::{Attachment, AttachmentKind, EdgeKind},
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
    /// A node that has other edges lists them in `attached`, each with `edge`, the name of its
    /// [kind](crate::EdgeKind), and `tag` for an edge of that kind. A node that is
    /// [recognized](Graph::attachment) has `label`, `kinds` and, for attestations,
    /// `predicateTypes`.
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
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = self.write_json(&mut text, reference, location, names, wanted);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Writes the text of [`Graph::json`] piece by piece: it has some hundred bytes for each node.
    ///
    /// # Errors
    ///
    /// The error of `out`.
    pub fn write_json(
        &self,
        out: &mut impl Write,
        reference: &str,
        location: &str,
        names: KeyCase,
        wanted: impl Fn(&Descriptor) -> bool,
    ) -> io::Result<()> {
        // Writes one node after the other: building a nested value, and serializing it, could exhaust
        // the stack, because the depth is up to the registry.
        let root = self.subject();
        begin_object(out, 0, node(reference, root, names))?;
        write!(out, ",\n  \"references\": [")?;
        let mut separator = "\n";
        for listed in self.listed(&root.digest) {
            let descriptor = listed.descriptor();
            if wanted(&descriptor) {
                write!(out, "{separator}")?;
                indented(out, 1, &json_text(&descriptor.to_json(names)))?;
                separator = ",\n";
            }
        }
        write!(out, "{}]", if separator == "\n" { "" } else { "\n  " })?;
        let mut lists = vec![OpenList::begin(out, 0, self.edges(&root.digest))?];
        let mut seen = HashSet::from([root.digest.clone()]);
        while let Some(list) = lists.last_mut() {
            let Some(edge) = list.next(out)? else {
                lists.pop();
                continue;
            };
            let digest = &edge.descriptor.digest;
            let attachment = self.attachment(digest);
            let head =
                edge_json(edge.kind, edge.tag, &edge.descriptor, attachment, location, names);
            let edges = seen.insert(digest.clone()).then(|| self.edges(digest));
            let depth = lists.len();
            begin_object(out, depth, head)?;
            lists.push(OpenList::begin(out, depth, edges.unwrap_or_default())?);
        }
        Ok(())
    }
}

/// Returns the object of a node in [`Graph::json`], without what is attached to it.
#[doc(hidden)]
pub fn edge_json(
    kind: EdgeKind,
    tag: Option<&str>,
    descriptor: &Descriptor,
    attachment: Option<&Attachment>,
    location: &str,
    names: KeyCase,
) -> Map<String, Value> {
    let name = format!("{location}@{}", descriptor.digest);
    let mut head = node(&name, descriptor, names);
    if kind != EdgeKind::Referrer {
        head.insert("edge".into(), json!(kind.name()));
        head.extend(tag.map(|tag| ("tag".into(), json!(tag))));
    }
    if let Some(attachment) = attachment {
        head.extend(attachment_json(attachment, names));
    }
    head
}

/// Writes an object without its end.
fn begin_object(out: &mut impl Write, depth: usize, map: Map<String, Value>) -> io::Result<()> {
    let object = json_text(&Value::Object(map));
    indented(out, depth, object.strip_suffix("\n}").unwrap_or(&object))
}

/// Writes the lines of a text, without a line break after the last one.
fn indented(out: &mut impl Write, depth: usize, text: &str) -> io::Result<()> {
    let indent = indent(depth);
    for (i, line) in text.lines().enumerate() {
        write!(out, "{}{indent}{line}", if i == 0 { "" } else { "\n" })?;
    }
    Ok(())
}

/// An object of which everything but its lists of edges is written.
struct OpenList<'a> {
    edges: Peekable<Edges<'a>>,
    depth: usize,
    /// The list that is being written.
    kind: ListKind,
    /// True if that list has entries.
    begun: bool,
}

#[derive(PartialEq)]
enum ListKind {
    Referrers,
    Attached,
}

impl ListKind {
    fn of(edge: &EdgeRef<'_>) -> Self {
        if edge.kind == EdgeKind::Referrer { ListKind::Referrers } else { ListKind::Attached }
    }
}

impl<'a> OpenList<'a> {
    /// Writes the start of the list of referrers of an object.
    fn begin(out: &mut impl Write, depth: usize, edges: Edges<'a>) -> io::Result<Self> {
        write!(out, ",\n{}  \"referrers\": [", indent(depth))?;
        Ok(Self { edges: edges.peekable(), depth, kind: ListKind::Referrers, begun: false })
    }

    /// Returns the next edge, after what separates it from the one before. Without one, writes the
    /// end of the object.
    fn next(&mut self, out: &mut impl Write) -> io::Result<Option<EdgeRef<'a>>> {
        let next = self.edges.peek().map(ListKind::of);
        if next == Some(ListKind::Attached) && self.kind == ListKind::Referrers {
            self.end_of_list(out)?;
            write!(out, ",\n{}  \"attached\": [", indent(self.depth))?;
            (self.kind, self.begun) = (ListKind::Attached, false);
        }
        if next.is_none() {
            self.end_of_list(out)?;
            write!(out, "\n{}}}", indent(self.depth))?;
            return Ok(None);
        }
        write!(out, "{}", if self.begun { ",\n" } else { "\n" })?;
        self.begun = true;
        Ok(self.edges.next())
    }

    fn end_of_list(&self, out: &mut impl Write) -> io::Result<()> {
        if self.begun {
            write!(out, "\n{}  ", indent(self.depth))?;
        }
        write!(out, "]")
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

/// Returns what a node is, as fields of its object.
fn attachment_json(attachment: &Attachment, names: KeyCase) -> Map<String, Value> {
    let Some(label) = attachment.label() else { return Map::new() };
    let kinds: Vec<&str> = attachment.kinds().map(AttachmentKind::name).collect();
    let mut fields = json!({ "label": label, "kinds": kinds });
    let predicates: Vec<&str> = attachment.predicate_types().collect();
    if !predicates.is_empty() {
        fields["predicate_types"] = json!(predicates);
    }
    match names.to_value(&fields) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
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
