//! Graphs as pictures: a tree for terminals, dot and mermaid for documents.
//!
//! Text from a registry is escaped: a forged artifact type must not change the picture or drive
//! the terminal.

use std::{
    collections::HashSet,
    fmt::{self, Write},
};

use crate::{descriptor::Descriptor, digest::Digest, graph::Graph};

impl Graph {
    /// The tree that ORAS prints: referrers of one type share a branch. `root` is the first line.
    pub fn tree(&self, root: &str) -> String {
        let mut out = printable(root);
        out.push('\n');
        let mut seen = HashSet::from([&self.subject().digest]);
        // Lines still to be printed, the next one last: a stack instead of recursion, since a
        // registry decides how deep a graph is.
        let mut lines: Vec<(String, Line<'_>)> = Vec::new();
        self.push_branches(&self.subject().digest, "", &mut lines);
        while let Some((prefix, line)) = lines.pop() {
            match line {
                Line::Type(name, last, referrers) => {
                    let _ = writeln!(out, "{prefix}{}{}", branch(last), printable(name));
                    let inner = format!("{prefix}{}", rail(last));
                    let end = referrers.len() - 1;
                    for (i, referrer) in referrers.into_iter().enumerate().rev() {
                        lines.push((inner.clone(), Line::Referrer(referrer, i == end)));
                    }
                }
                Line::Referrer(referrer, last) => {
                    let _ = writeln!(out, "{prefix}{}{}", branch(last), referrer.digest);
                    if seen.insert(&referrer.digest) {
                        let inner = format!("{prefix}{}", rail(last));
                        self.push_branches(&referrer.digest, &inner, &mut lines);
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
        let node = |d: &Descriptor, label: &str| {
            format!("  \"{}\" [label=\"{}\\n{}\"];\n", d.digest, quote(label), short(&d.digest))
        };
        out.push_str(&node(self.subject(), root));
        for step in self.walk() {
            if step.first {
                out.push_str(&node(step.descriptor, type_of(step.descriptor)));
            }
            let _ =
                writeln!(out, "  \"{}\" -> \"{}\";", step.descriptor.digest, step.subject.digest);
        }
        out.push_str("}\n");
        out
    }

    /// The graph in the language of Mermaid; arrows point from a referrer to its subject.
    pub fn mermaid(&self, root: &str) -> String {
        let mut out = String::from("graph BT\n");
        let quote = |text: &str| {
            printable(text).chars().fold(String::new(), |mut quoted, c| {
                match c {
                    '"' | '<' | '>' | '&' | '#' | '`' => {
                        let _ = write!(quoted, "#{};", u32::from(c));
                    }
                    c => quoted.push(c),
                }
                quoted
            })
        };
        let id = |d: &Digest| format!("n{}", &d.encoded()[..d.encoded().len().min(16)]);
        let node = |d: &Descriptor, label: &str| {
            format!("  {}[\"{}<br/>{}\"]\n", id(&d.digest), quote(label), short(&d.digest))
        };
        out.push_str(&node(self.subject(), root));
        for step in self.walk() {
            if step.first {
                out.push_str(&node(step.descriptor, type_of(step.descriptor)));
            }
            let _ =
                writeln!(out, "  {} --> {}", id(&step.descriptor.digest), id(&step.subject.digest));
        }
        out
    }

    fn push_branches<'a>(
        &'a self,
        digest: &Digest,
        prefix: &str,
        lines: &mut Vec<(String, Line<'a>)>,
    ) {
        let types = self.by_type(digest);
        let end = types.len().saturating_sub(1);
        for (i, (name, referrers)) in types.into_iter().enumerate().rev() {
            lines.push((prefix.to_owned(), Line::Type(name, i == end, referrers)));
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

fn branch(last: bool) -> &'static str {
    if last { "└── " } else { "├── " }
}

fn rail(last: bool) -> &'static str {
    if last { "    " } else { "│   " }
}

fn type_of(descriptor: &Descriptor) -> &str {
    descriptor.artifact_type.as_deref().unwrap_or(&descriptor.media_type)
}

fn short(digest: &Digest) -> &str {
    let text = digest.as_str();
    &text[..text.len().min(digest.algorithm_name().len() + 13)]
}

/// Text from elsewhere as a terminal may show it: control characters, which could drive it, become
/// U+FFFD.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
