//! The graph that `discover` returns. It stays in native memory; its methods return JSON or text.

use std::collections::HashSet;

use napi_derive::napi;
use ocigraph::{Attachment, AttachmentKind, Digest, Graph as Core, KeyCase, Reference};
use serde_json::{Value, json};

use crate::error::json;

/// The result of `discover`.
#[napi]
pub struct Graph {
    graph: Core,
    /// The reference as the caller wrote it: the root of every drawing.
    root: String,
    /// The repository or layout: the prefix of node references in the JSON.
    location: String,
}

impl Graph {
    pub(crate) fn new(graph: Core, root: String, reference: &Reference) -> Self {
        Self { graph, root, location: Reference::new(reference.location().clone()).to_string() }
    }
}

#[napi]
impl Graph {
    /// The root's descriptor as JSON.
    #[napi(getter, catch_unwind)]
    pub fn subject(&self) -> String {
        json(self.graph.subject())
    }

    /// The number of nodes, without the root.
    #[napi(getter, catch_unwind)]
    pub fn size(&self) -> u32 {
        u32::try_from(self.graph.len()).unwrap_or(u32::MAX)
    }

    /// The parts of the graph that could not be read, as a JSON list. Absent fields are omitted.
    #[napi(getter, catch_unwind)]
    pub fn problems(&self) -> String {
        let problems = self.graph.problems().iter().map(|problem| {
            let mut fields = json!({ "list": problem.list, "detail": problem.detail });
            if let Some(subject) = &problem.subject {
                fields["subject"] = json!(subject);
            }
            if let Some(name) = &problem.name {
                fields["name"] = json!(name);
            }
            fields
        });
        problems.collect::<Value>().to_string()
    }

    /// Returns the descriptors of a node's direct referrers, as a JSON list.
    #[napi(catch_unwind)]
    pub fn referrers(&self, digest: String) -> String {
        // An invalid digest names no node, and so has no referrers.
        let referrers = digest.parse::<Digest>().ok();
        json(&referrers.map(|digest| self.graph.referrers(&digest)).unwrap_or_default()[..])
    }

    /// Returns all steps of a walk as JSON: descriptor, digest of the subject, depth, first visit, kind
    /// and tag of the edge, and label, kinds and predicate types of the node. Absent fields are omitted.
    #[napi(catch_unwind)]
    pub fn walk(&self) -> String {
        let steps = self.graph.walk().map(|step| {
            let attachment = self.graph.attachment(&step.descriptor.digest);
            let kinds: Option<Vec<&str>> =
                attachment.map(|found| found.kinds().map(AttachmentKind::name).collect());
            let predicates: Option<Vec<&str>> =
                attachment.map(|found| found.predicate_types().collect());
            let mut fields = json!({
                "descriptor": ocigraph::ToJson::to_json(&*step.descriptor, KeyCase::Camel),
                "subject": step.subject.digest,
                "depth": step.depth,
                "first": step.first,
                "kind": step.kind.name(),
                "kinds": kinds.unwrap_or_default(),
                "predicateTypes": predicates.unwrap_or_default(),
            });
            if let Some(tag) = step.tag {
                fields["tag"] = json!(tag);
            }
            if let Some(label) = attachment.and_then(Attachment::label) {
                fields["label"] = json!(label);
            }
            fields
        });
        steps.collect::<Value>().to_string()
    }

    /// Returns the subgraph of these nodes, the paths that lead to them, and what is attached to them.
    #[napi(catch_unwind)]
    pub fn filtered(&self, digests: Vec<String>) -> Graph {
        let wanted: HashSet<String> = digests.into_iter().collect();
        Graph {
            graph: self.graph.filtered(|node| wanted.contains(node.digest.as_str())),
            root: self.root.clone(),
            location: self.location.clone(),
        }
    }

    /// Draws the tree that `oras discover` prints.
    #[napi(catch_unwind)]
    pub fn tree(&self) -> String {
        self.graph.tree(&self.root)
    }

    /// Draws the graph in Graphviz DOT.
    #[napi(catch_unwind)]
    pub fn dot(&self) -> String {
        self.graph.dot(&self.root)
    }

    /// Draws the graph in Mermaid.
    #[napi(catch_unwind)]
    pub fn mermaid(&self) -> String {
        self.graph.mermaid(&self.root)
    }

    /// Returns the JSON that the command line prints with `--format json`.
    #[napi(catch_unwind)]
    pub fn json(&self) -> String {
        self.graph.json(&self.root, &self.location, KeyCase::Camel, |_| true)
    }
}
