//! Draws a [`Graph`] as a tree for terminals, and in the languages of Graphviz and Mermaid.
//!
//! Text from a registry is escaped, so that an artifact type can neither change the drawing nor
//! control the terminal.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt::{self, Write},
};

use super::{compact::CompactDescriptor, referrers::Graph};
use crate::{
    attachment::EdgeKind, descriptor::Descriptor, digest::Digest, escape::printable, media_type,
};

/// The number of levels that a tree indents. The depth of a graph is up to the registry, and the
/// drawing must not grow with its square.
const INDENTED: usize = 64;

impl Graph {
    /// Draws the tree that `oras discover` prints: referrers of one artifact type share a branch.
    /// Branches of other edges have the name of the tag or of the platform. A node that is
    /// [recognized](Graph::attachment) has its label after the digest. `root` is the first line. Below 64 levels, a line begins with its level instead of an
    /// indentation: `… 65 └── `.
    ///
    /// ```
    /// use ocigraph_types::{Descriptor, Graph, media_type};
    ///
    /// let image = Descriptor::of(media_type::OCI_MANIFEST, b"image");
    /// let sbom = Descriptor {
    ///     artifact_type: Some("application/vnd.example.sbom".into()),
    ///     ..Descriptor::of(media_type::OCI_MANIFEST, b"sbom")
    /// };
    /// let mut graph = Graph::new(image.clone());
    /// graph.insert(image.digest, vec![sbom.clone()]);
    /// assert_eq!(
    ///     graph.tree("localhost:5000/app:v1"),
    ///     format!(
    ///         "localhost:5000/app:v1\n└── application/vnd.example.sbom\n    └── {}\n",
    ///         sbom.digest,
    ///     ),
    /// );
    /// ```
    pub fn tree(&self, root: &str) -> String {
        self.draw_tree(root, false)
    }

    /// Draws the tree of [`Graph::tree`] with the annotations of each referrer below it, as `oras
    /// discover --verbose` does.
    pub fn tree_with_annotations(&self, root: &str) -> String {
        self.draw_tree(root, true)
    }

    fn draw_tree(&self, root: &str, annotations: bool) -> String {
        let mut out = printable(root);
        out.push('\n');
        let mut seen = HashSet::from([&self.subject().digest]);
        // The lines to print, with their levels, the next one last. Recursion could exhaust the
        // stack.
        let mut lines: Vec<(usize, Line<'_>)> = Vec::new();
        // For each level above: true if its branch continues below this line.
        let mut rails: Vec<bool> = Vec::new();
        self.push_branches(&self.subject().digest, 0, &mut lines);
        while let Some((level, line)) = lines.pop() {
            rails.truncate(level);
            indent(&mut out, &rails);
            match line {
                Line::Branch(name, last, referrers) => {
                    let _ = writeln!(out, "{}{}", branch(last), printable(&name));
                    rails.push(!last);
                    let end = referrers.len() - 1;
                    for (i, referrer) in referrers.into_iter().enumerate().rev() {
                        lines.push((level + 1, Line::Referrer(referrer, i == end)));
                    }
                }
                Line::Referrer(referrer, last) => {
                    let digest = referrer.digest();
                    let _ = write!(out, "{}{digest}", branch(last));
                    if let Some(label) = self.label(digest) {
                        let _ = write!(out, " {}", printable(&label));
                    }
                    out.push('\n');
                    rails.push(!last);
                    if !seen.insert(digest) {
                        continue;
                    }
                    self.push_branches(digest, level + 1, &mut lines);
                    if annotations && referrer.has_annotations() {
                        let last = self.edges(digest).next().is_none();
                        lines.push((level + 1, Line::Annotations(referrer, last)));
                    }
                }
                Line::Annotations(referrer, last) => {
                    let _ = writeln!(out, "{}[annotations]", branch(last));
                    rails.push(!last);
                    let annotations = referrer.annotations();
                    let end = annotations.len() - 1;
                    for (i, (key, value)) in annotations.into_iter().enumerate() {
                        indent(&mut out, &rails);
                        let text = printable(&format!("{key}: {value}"));
                        let _ = writeln!(out, "{}{text}", branch(i == end));
                    }
                }
            }
        }
        out
    }

    /// Draws the graph in [DOT](https://graphviz.org/doc/info/lang.html), the language of Graphviz.
    /// `root` is the label of the subject. Arrows point from a manifest to what it is attached to;
    /// those that are not of referrers have the name of their [kind](EdgeKind).
    pub fn dot(&self, root: &str) -> String {
        let mut out = String::from("digraph referrers {\n  rankdir=BT;\n  node [shape=box];\n");
        let quote = |text: &str| printable(text).replace('\\', "\\\\").replace('"', "\\\"");
        self.draw(root, |element| {
            let _ = match element {
                Element::Node(id, label, digest) => {
                    writeln!(out, "  n{id} [label=\"{}\\n{digest}\"];", quote(label))
                }
                Element::Arrow(from, to, EdgeKind::Referrer) => {
                    writeln!(out, "  n{from} -> n{to};")
                }
                Element::Arrow(from, to, kind) => {
                    writeln!(out, "  n{from} -> n{to} [label=\"{}\"];", kind.name())
                }
            };
        });
        out.push_str("}\n");
        out
    }

    /// Draws the graph as a [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html).
    /// `root` is the label of the subject. Arrows point from a manifest to what it is attached to;
    /// those that are not of referrers have the name of their [kind](EdgeKind).
    pub fn mermaid(&self, root: &str) -> String {
        let mut out = String::from("graph BT\n");
        let quote = |text: &str| {
            printable(text).chars().fold(String::new(), |mut quoted, c| {
                match c {
                    '"' | '<' | '>' | '&' | '#' | '`' | '\\' | '$' => {
                        let _ = write!(quoted, "#{};", u32::from(c));
                    }
                    c => quoted.push(c),
                }
                quoted
            })
        };
        self.draw(root, |element| {
            let _ = match element {
                Element::Node(id, label, digest) => {
                    writeln!(out, "  n{id}[\"{}<br/>{digest}\"]", quote(label))
                }
                Element::Arrow(from, to, EdgeKind::Referrer) => {
                    writeln!(out, "  n{from} --> n{to}")
                }
                Element::Arrow(from, to, kind) => {
                    writeln!(out, "  n{from} -- {} --> n{to}", kind.name())
                }
            };
        });
        out
    }

    /// Passes every node to `add` before the arrows from and to it. Nodes have numbers as ids,
    /// because a digest could be syntax of the language.
    fn draw(&self, root: &str, mut add: impl FnMut(Element<'_>)) {
        let subject = self.subject();
        let mut ids: HashMap<Digest, usize> = HashMap::from([(subject.digest.clone(), 0)]);
        add(Element::Node(0, root, short(&subject.digest)));
        for step in self.walk() {
            let next = ids.len();
            let digest = step.descriptor.digest.clone();
            let id = *ids.entry(digest.clone()).or_insert(next);
            if step.first {
                let name = match self.label(&digest) {
                    Some(label) => label,
                    None => branch_name(step.kind, step.tag, &step.descriptor).into_owned(),
                };
                add(Element::Node(id, &name, short(&digest)));
            }
            // The subject of a step was visited before it.
            let subject = ids.get(&step.subject.digest).copied().unwrap_or_default();
            add(Element::Arrow(id, subject, step.kind));
        }
    }

    fn push_branches<'a>(
        &'a self,
        digest: &Digest,
        level: usize,
        lines: &mut Vec<(usize, Line<'a>)>,
    ) {
        let mut branches: Vec<(Cow<'a, str>, Vec<Drawn<'a>>)> = self
            .listed_by_type(digest)
            .into_iter()
            .map(|(name, of)| (Cow::Borrowed(name), of.into_iter().map(Drawn::Referrer).collect()))
            .collect();
        for edge in self.attached(digest) {
            let name = branch_name(edge.kind, edge.tag.as_deref(), &edge.descriptor);
            let drawn = Drawn::Attached(&edge.descriptor);
            match branches.last_mut() {
                Some((last, nodes)) if *last == name => nodes.push(drawn),
                _ => branches.push((name, vec![drawn])),
            }
        }
        let end = branches.len().saturating_sub(1);
        for (i, (name, nodes)) in branches.into_iter().enumerate().rev() {
            lines.push((level, Line::Branch(name, i == end, nodes)));
        }
    }

    fn label(&self, digest: &Digest) -> Option<String> {
        self.attachment(digest)?.label()
    }
}

/// Draws [`Graph::tree`], with the digest of the subject as the first line.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree(self.subject().digest.as_str()))
    }
}

enum Line<'a> {
    Branch(Cow<'a, str>, bool, Vec<Drawn<'a>>),
    Referrer(Drawn<'a>, bool),
    Annotations(Drawn<'a>, bool),
}

/// A node in the form in which the graph holds it.
#[derive(Clone, Copy)]
enum Drawn<'a> {
    Referrer(&'a CompactDescriptor),
    Attached(&'a Descriptor),
}

impl<'a> Drawn<'a> {
    fn digest(self) -> &'a Digest {
        match self {
            Drawn::Referrer(referrer) => &referrer.digest,
            Drawn::Attached(descriptor) => &descriptor.digest,
        }
    }

    fn has_annotations(self) -> bool {
        match self {
            Drawn::Referrer(referrer) => referrer.annotations().len() > 0,
            Drawn::Attached(descriptor) => !descriptor.annotations.is_empty(),
        }
    }

    fn annotations(self) -> Vec<(&'a str, &'a str)> {
        match self {
            Drawn::Referrer(referrer) => referrer.annotations().collect(),
            Drawn::Attached(descriptor) => {
                descriptor.annotations.iter().map(|(key, value)| (&**key, &**value)).collect()
            }
        }
    }
}

/// A part of a drawing.
enum Element<'a> {
    /// A node: its number, its label, and the beginning of its digest.
    Node(usize, &'a str, &'a str),
    /// An arrow from a manifest to what it is attached to, by their numbers.
    Arrow(usize, usize, EdgeKind),
}

fn branch(last: bool) -> &'static str {
    if last { "└── " } else { "├── " }
}

/// Writes the indentation of a line. Each level of referrers has two: one for the artifact type and
/// one for the referrer.
fn indent(out: &mut String, rails: &[bool]) {
    if rails.len() >= 2 * INDENTED {
        let _ = write!(out, "… {} ", rails.len() / 2 + 1);
        return;
    }
    rails.iter().for_each(|continues| out.push_str(if *continues { "│   " } else { "    " }));
}

/// Returns the name of the branch below which a tree has an edge.
fn branch_name<'a>(
    kind: EdgeKind,
    tag: Option<&'a str>,
    descriptor: &'a Descriptor,
) -> Cow<'a, str> {
    match (kind, tag, &descriptor.platform) {
        (EdgeKind::Tag, Some(tag), _) => Cow::Borrowed(tag),
        (EdgeKind::Attestation, ..) => Cow::Borrowed("attestation manifest"),
        (EdgeKind::Child, _, Some(platform)) => Cow::Owned(platform.to_string()),
        (EdgeKind::Child, ..) if media_type::is_index(&descriptor.media_type) => {
            Cow::Borrowed("index")
        }
        _ => Cow::Borrowed(descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type)),
    }
}

fn short(digest: &Digest) -> &str {
    let text = digest.as_str();
    &text[..text.len().min(digest.algorithm_name().len() + 13)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attachment, Edge, KeyCase, Platform, digest::Algorithm};

    fn chain(length: usize) -> Graph {
        let node = |i: usize| Descriptor {
            artifact_type: Some("a/b".into()),
            ..Descriptor::new("x/y", Algorithm::Sha256.digest(&i.to_le_bytes()), 1)
        };
        let mut graph = Graph::new(node(0));
        for i in 0..length {
            graph.insert(node(i).digest, vec![node(i + 1)]);
        }
        graph
    }

    #[test]
    fn a_chain_of_50000_referrers_is_drawn_within_64_mib_on_a_small_stack() {
        let draw = || {
            let graph = chain(50_000);
            let all = graph.filtered(|_| true);
            assert_eq!(all.len(), 50_000);
            let drawings = [
                all.tree("root"),
                all.dot("root"),
                all.mermaid("root"),
                all.json("root", "place", KeyCase::Camel, |_| true),
            ];
            for drawing in drawings {
                assert!(drawing.len() < 64 << 20, "{}", drawing.len());
            }
        };
        std::thread::Builder::new().stack_size(128 * 1024).spawn(draw).unwrap().join().unwrap();
    }

    #[test]
    fn every_kind_of_edge_is_drawn_once_with_its_label() {
        let of = |name: &str| Descriptor::of("x/y", name.as_bytes());
        let (index, signature, provenance) = (of("index"), of("signature"), of("provenance"));
        let mut image = of("image");
        image.platform = Some(Platform::new("linux", "arm64"));
        let mut graph = Graph::new(index.clone());
        graph.insert(index.digest.clone(), vec![of("sbom")]);
        graph.attach(&index.digest, vec![Edge::new(EdgeKind::Child, image.clone())]);
        let tags = ["sha256-1.sig", "sha256-1.other"];
        let edges = tags.map(|tag| Edge::of_tag(tag, signature.clone())).to_vec();
        graph.attach(&index.digest, edges);
        let edge = Edge::new(EdgeKind::Attestation, provenance.clone());
        graph.attach(&image.digest, vec![edge]);
        let listed = Descriptor {
            artifact_type: Some("application/vnd.cyclonedx+json".into()),
            ..signature.clone()
        };
        graph.recognize(
            signature.digest.clone(),
            Attachment::of_listed(EdgeKind::Referrer, &listed),
        );
        let tree = graph.tree("root");
        let expected = format!(
            "root\n├── x/y\n│   └── {}\n├── sha256-1.sig\n│   └── {} SBoM (CycloneDX)\n\
             └── linux/arm64\n    └── {}\n        └── attestation manifest\n            └── {}\n",
            of("sbom").digest,
            signature.digest,
            image.digest,
            provenance.digest
        );
        assert_eq!(tree, expected);
        assert!(graph.dot("root").contains("  n4 -> n3 [label=\"attestation\"];"));
        assert!(graph.mermaid("root").contains("  n2 -- tag --> n0"));
        let text = graph.json("root", "place", KeyCase::Camel, |_| true);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["referrers"].as_array().unwrap().len(), 1);
        assert_eq!(value["attached"][0]["edge"], "tag");
        assert_eq!(value["attached"][0]["label"], "SBoM (CycloneDX)");
        assert_eq!(value["attached"][1]["attached"][0]["edge"], "attestation");
        assert_eq!(graph.len(), 4);
        let only = graph.filtered(|descriptor| descriptor.digest == provenance.digest);
        assert_eq!(only.len(), 2);
    }

    #[test]
    fn below_64_levels_a_tree_prints_the_level_instead_of_an_indentation() {
        let tree = chain(66).tree("root");
        let lines: Vec<&str> = tree.lines().collect();
        assert!(lines[128].starts_with(&" ".repeat(127 * 4)), "{}", lines[128]);
        assert_eq!(lines[129], "… 65 └── a/b");
        assert!(lines[130].starts_with("… 65 └── sha256:"), "{}", lines[130]);
        assert_eq!(lines[131], "… 66 └── a/b");
    }
}
