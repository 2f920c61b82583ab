//! Graphs as pictures: a tree for terminals, dot and mermaid for documents.
//!
//! Text from a registry is escaped: a forged artifact type must not change the picture or drive
//! the terminal.

use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Write},
};

use crate::{Descriptor, Digest, Graph, printable};

/// How many levels of referrers a tree indents; a registry decides how deep a graph is.
const INDENTED: usize = 64;

impl Graph {
    /// The tree that ORAS prints: referrers of one type share a branch. `root` is the first line.
    /// Beneath 64 levels a line is not indented any more, and says its level instead: `… 65 └── `.
    pub fn tree(&self, root: &str) -> String {
        let mut out = printable(root);
        out.push('\n');
        let mut seen = HashSet::from([&self.subject().digest]);
        // Lines still to be printed with their level, the next one last: a stack instead of
        // recursion.
        let mut lines: Vec<(usize, Line<'_>)> = Vec::new();
        // Whether a branch of each level above goes on.
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
                    if seen.insert(&referrer.digest) {
                        self.push_branches(&referrer.digest, level + 1, &mut lines);
                    }
                }
            }
        }
        out
    }

    /// The graph in the language of Graphviz; arrows point from a referrer to its subject.
    pub fn dot(&self, root: &str) -> String {
        let mut out = String::from("digraph referrers {\n  rankdir=BT;\n  node [shape=box];\n");
        let quote = |text: &str| printable(text).replace('\\', "\\\\").replace('"', "\\\"");
        self.draw(root, |part| {
            let _ = match part {
                Part::Node(id, label, digest) => {
                    writeln!(out, "  n{id} [label=\"{}\\n{digest}\"];", quote(label))
                }
                Part::Arrow(from, to) => writeln!(out, "  n{from} -> n{to};"),
            };
        });
        out.push_str("}\n");
        out
    }

    /// The graph in the language of Mermaid; arrows point from a referrer to its subject.
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
        self.draw(root, |part| {
            let _ = match part {
                Part::Node(id, label, digest) => {
                    writeln!(out, "  n{id}[\"{}<br/>{digest}\"]", quote(label))
                }
                Part::Arrow(from, to) => writeln!(out, "  n{from} --> n{to}"),
            };
        });
        out
    }

    /// Every node before the arrows from and to it. Nodes are numbered: a digest could be syntax.
    fn draw(&self, root: &str, mut add: impl FnMut(Part<'_>)) {
        let subject = self.subject();
        let mut ids: HashMap<&Digest, usize> = HashMap::from([(&subject.digest, 0)]);
        add(Part::Node(0, root, short(&subject.digest)));
        for step in self.walk() {
            let next = ids.len();
            let id = *ids.entry(&step.descriptor.digest).or_insert(next);
            if step.first {
                add(Part::Node(id, type_of(step.descriptor), short(&step.descriptor.digest)));
            }
            // What a step refers to came by before it.
            add(Part::Arrow(id, ids.get(&step.subject.digest).copied().unwrap_or_default()));
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

/// Draws the tree beneath the subject's digest.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree(self.subject().digest.as_str()))
    }
}

enum Line<'a> {
    Type(&'a str, bool, Vec<&'a Descriptor>),
    Referrer(&'a Descriptor, bool),
}

/// A part of a picture.
enum Part<'a> {
    /// Its number, its label, and the beginning of its digest.
    Node(usize, &'a str, &'a str),
    Arrow(usize, usize),
}

fn branch(last: bool) -> &'static str {
    if last { "└── " } else { "├── " }
}

/// Two lines a level: that of the type and that of the referrer.
fn indent(out: &mut String, rails: &[bool]) {
    if rails.len() >= 2 * INDENTED {
        let _ = write!(out, "… {} ", rails.len() / 2 + 1);
        return;
    }
    rails.iter().for_each(|goes_on| out.push_str(if *goes_on { "│   " } else { "    " }));
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
    use crate::Algorithm;

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
    fn a_chain_of_any_length_is_drawn_within_bounds_on_a_small_stack() {
        let draw = || {
            let graph = chain(50_000);
            let all = graph.filtered(|_| true);
            assert_eq!(all.len(), 50_000);
            let drawings = [
                all.tree("root"),
                all.dot("root"),
                all.mermaid("root"),
                all.json("root", "place", crate::Names::Camel, |_| true),
            ];
            for drawing in drawings {
                assert!(drawing.len() < 64 << 20, "{}", drawing.len());
            }
        };
        std::thread::Builder::new().stack_size(128 * 1024).spawn(draw).unwrap().join().unwrap();
    }

    #[test]
    fn beneath_a_level_a_tree_tells_the_level_instead_of_indenting() {
        let tree = chain(66).tree("root");
        let lines: Vec<&str> = tree.lines().collect();
        assert!(lines[128].starts_with(&" ".repeat(127 * 4)), "{}", lines[128]);
        assert_eq!(lines[129], "… 65 └── a/b");
        assert!(lines[130].starts_with("… 65 └── sha256:"), "{}", lines[130]);
        assert_eq!(lines[131], "… 66 └── a/b");
    }
}
