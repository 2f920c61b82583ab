//! A graph in JavaScript's hands: it stays here, and what is asked of it comes out as JSON or text.

use std::collections::HashSet;

use napi_derive::napi;
use ocigraph::{Digest, Graph as Core, Names, Reference};
use serde_json::{Value, json};

use crate::outcome::json;

/// What `discover` found.
#[napi]
pub struct Graph {
    graph: Core,
    /// The reference as it was written: the root of every drawing.
    root: String,
    /// Where the graph lies: what the nodes are named by in its JSON.
    place: String,
}

impl Graph {
    pub(crate) fn new(graph: Core, root: String, reference: &Reference) -> Self {
        Self { graph, root, place: Reference::new(reference.location().clone()).to_string() }
    }
}

#[napi]
impl Graph {
    /// The root's descriptor.
    #[napi(getter, catch_unwind)]
    pub fn subject(&self) -> String {
        json(self.graph.subject())
    }

    /// How many referrers there are.
    #[napi(getter, catch_unwind)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.graph.len()).unwrap_or(u32::MAX)
    }

    /// The descriptors of a node's direct referrers.
    #[napi(catch_unwind)]
    pub fn referrers(&self, digest: String) -> String {
        // What is no digest is no node's, and has no referrers.
        let referrers = digest.parse::<Digest>().ok();
        json(referrers.as_ref().map_or(&[][..], |digest| self.graph.referrers(digest)))
    }

    /// Every step of a walk: descriptor, subject's digest, depth, and whether it is the first time.
    #[napi(catch_unwind)]
    pub fn walk(&self) -> String {
        let steps = self.graph.walk().map(|step| {
            json!({
                "descriptor": ocigraph::ToJson::to_json(step.descriptor, Names::Camel),
                "subject": step.subject.digest,
                "depth": step.depth,
                "first": step.first,
            })
        });
        steps.collect::<Value>().to_string()
    }

    /// What leads to these nodes, and what lies beneath them.
    #[napi(catch_unwind)]
    pub fn filtered(&self, digests: Vec<String>) -> Graph {
        let wanted: HashSet<String> = digests.into_iter().collect();
        Graph {
            graph: self.graph.filtered(|node| wanted.contains(node.digest.as_str())),
            root: self.root.clone(),
            place: self.place.clone(),
        }
    }

    /// The tree that ORAS prints.
    #[napi(catch_unwind)]
    pub fn tree(&self) -> String {
        self.graph.tree(&self.root)
    }

    /// The graph for Graphviz.
    #[napi(catch_unwind)]
    pub fn dot(&self) -> String {
        self.graph.dot(&self.root)
    }

    /// The graph for Mermaid.
    #[napi(catch_unwind)]
    pub fn mermaid(&self) -> String {
        self.graph.mermaid(&self.root)
    }

    /// The graph as the command line prints it with `--format json`.
    #[napi(catch_unwind)]
    pub fn json(&self) -> String {
        self.graph.json(&self.root, &self.place, Names::Camel, |_| true)
    }
}
