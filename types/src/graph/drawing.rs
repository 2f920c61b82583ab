//! Draws a [`Graph`] as a tree for terminals, and in the languages of Graphviz and Mermaid.
//!
//! Text from a registry is escaped, so that an artifact type can neither change the drawing nor
//! control the terminal.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::{self, Write},
};

use super::referrers::Graph;
use crate::{descriptor::Descriptor, digest::Digest, escape::printable};

/// The number of levels that a tree indents. The depth of a graph is up to the registry, and the
/// drawing must not grow with its square.
const INDENTED: usize = 64;

impl Graph {
    /// Draws the tree that `oras discover` prints: referrers of one artifact type share a branch.
    /// `root` is the first line. Below 64 levels, a line begins with its level instead of an
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
                Line::Type(name, last, referrers) => {
                    let _ = writeln!(out, "{}{}", branch(last), printable(name));
                    rails.push(!last);
                    let end = referrers.len() - 1;
                    for (i, referrer) in referrers.into_iter().enumerate().rev() {
                        lines.push((level + 1, Line::Referrer(referrer, i == end)));
                    }
                }
                Line::Referrer(referrer, last) => {
                    let _ = writeln!(out, "{}{}", branch(last), referrer.digest);
                    rails.push(!last);
                    if !seen.insert(&referrer.digest) {
                        continue;
                    }
                    self.push_branches(&referrer.digest, level + 1, &mut lines);
                    if annotations && !referrer.annotations.is_empty() {
                        let last = self.referrers(&referrer.digest).is_empty();
                        lines.push((level + 1, Line::Annotations(&referrer.annotations, last)));
                    }
                }
                Line::Annotations(annotations, last) => {
                    let _ = writeln!(out, "{}[annotations]", branch(last));
                    rails.push(!last);
                    let end = annotations.len() - 1;
                    for (i, (key, value)) in annotations.iter().enumerate() {
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
    /// `root` is the label of the subject. Arrows point from a referrer to its subject.
    pub fn dot(&self, root: &str) -> String {
        let mut out = String::from("digraph referrers {\n  rankdir=BT;\n  node [shape=box];\n");
        let quote = |text: &str| printable(text).replace('\\', "\\\\").replace('"', "\\\"");
        self.draw(root, |element| {
            let _ = match element {
                Element::Node(id, label, digest) => {
                    writeln!(out, "  n{id} [label=\"{}\\n{digest}\"];", quote(label))
                }
                Element::Arrow(from, to) => writeln!(out, "  n{from} -> n{to};"),
            };
        });
        out.push_str("}\n");
        out
    }

    /// Draws the graph as a [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html).
    /// `root` is the label of the subject. Arrows point from a referrer to its subject.
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
                Element::Arrow(from, to) => writeln!(out, "  n{from} --> n{to}"),
            };
        });
        out
    }

    /// Passes every node to `add` before the arrows from and to it. Nodes have numbers as ids,
    /// because a digest could be syntax of the language.
    fn draw(&self, root: &str, mut add: impl FnMut(Element<'_>)) {
        let subject = self.subject();
        let mut ids: HashMap<&Digest, usize> = HashMap::from([(&subject.digest, 0)]);
        add(Element::Node(0, root, short(&subject.digest)));
        for step in self.walk() {
            let next = ids.len();
            let id = *ids.entry(&step.descriptor.digest).or_insert(next);
            if step.first {
                add(Element::Node(id, type_of(step.descriptor), short(&step.descriptor.digest)));
            }
            // The subject of a step was visited before it.
            add(Element::Arrow(id, ids.get(&step.subject.digest).copied().unwrap_or_default()));
        }
    }

    fn push_branches<'a>(
        &'a self,
        digest: &Digest,
        level: usize,
        lines: &mut Vec<(usize, Line<'a>)>,
    ) {
        let types = self.by_type(digest);
        let end = types.len().saturating_sub(1);
        for (i, (name, referrers)) in types.into_iter().enumerate().rev() {
            lines.push((level, Line::Type(name, i == end, referrers)));
        }
    }
}

/// Draws [`Graph::tree`], with the digest of the subject as the first line.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree(self.subject().digest.as_str()))
    }
}

enum Line<'a> {
    Type(&'a str, bool, Vec<&'a Descriptor>),
    Referrer(&'a Descriptor, bool),
    Annotations(&'a BTreeMap<String, String>, bool),
}

/// A part of a drawing.
enum Element<'a> {
    /// A node: its number, its label, and the beginning of its digest.
    Node(usize, &'a str, &'a str),
    /// An arrow from a referrer to its subject, by their numbers.
    Arrow(usize, usize),
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

fn type_of(descriptor: &Descriptor) -> &str {
    descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type)
}

fn short(digest: &Digest) -> &str {
    let text = digest.as_str();
    &text[..text.len().min(digest.algorithm_name().len() + 13)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyCase, digest::Algorithm};

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
    fn below_64_levels_a_tree_prints_the_level_instead_of_an_indentation() {
        let tree = chain(66).tree("root");
        let lines: Vec<&str> = tree.lines().collect();
        assert!(lines[128].starts_with(&" ".repeat(127 * 4)), "{}", lines[128]);
        assert_eq!(lines[129], "… 65 └── a/b");
        assert!(lines[130].starts_with("… 65 └── sha256:"), "{}", lines[130]);
        assert_eq!(lines[131], "… 66 └── a/b");
    }
}
