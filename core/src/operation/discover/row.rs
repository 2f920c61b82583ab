//! The rows of `discover_each`.

use serde::Serialize;
use serde_json::{Value, json};

use ocigraph_types::{
    Attachment, Descriptor, Digest, Edge, EdgeKind, KeyCase, ListProblem, edge_json,
    serialize_optional_descriptor,
};

/// An edge that a walk found, and what its manifest is. `None` if it follows no known convention.
#[derive(Debug, Clone)]
pub(super) struct DiscoveredEdge {
    pub(super) parent: Digest,
    pub(super) depth: usize,
    pub(super) edge: Edge,
    pub(super) attachment: Option<Attachment>,
}

/// A row of [`Client::discover_each`](crate::Client::discover_each): an edge to a manifest, and what the
/// manifest is; or something that could not be read.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct DiscoveredRow {
    /// The digest of the manifest that the other is attached to. `None` for a problem of the whole
    /// repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Digest>,
    /// The number of edges from the subject of the discovery to the manifest: 1 for what is directly
    /// attached. 0 for a problem.
    pub depth: usize,
    /// The kind of the edge. `None` for a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<EdgeKind>,
    /// The manifest that the edge leads to. `None` for a problem.
    #[serde(
        serialize_with = "serialize_optional_descriptor",
        skip_serializing_if = "Option::is_none"
    )]
    pub descriptor: Option<Descriptor>,
    /// The tag of a tag's edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// What the manifest is, as a phrase such as `SBoM (SPDX)`. `None` if it follows no known
    /// convention.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`,
    /// `chart`. Empty if it follows no known convention.
    pub kinds: Vec<String>,
    /// The predicate types of in-toto statements, as far as they are known without reading content.
    pub predicate_types: Vec<String>,
    /// The part of a list that cannot be read, or the tag whose manifest cannot be read. Edges below
    /// `parent` can be missing, unless it is a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(skip)]
    attachment: Option<Attachment>,
    #[serde(skip)]
    list_problem: Option<ListProblem>,
}

/// The totals of [`Client::discover_each`](crate::Client::discover_each).
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct DiscoverSummary {
    /// The subject. `None` until it is known.
    #[serde(
        serialize_with = "serialize_optional_descriptor",
        skip_serializing_if = "Option::is_none"
    )]
    pub subject: Option<Descriptor>,
    /// The number of edges.
    pub edges: u64,
    /// The number of problems, without warnings.
    pub problems: u64,
}

impl DiscoverSummary {
    pub(super) fn count(&mut self, rows: &[DiscoveredRow]) {
        for row in rows {
            match &row.list_problem {
                None => self.edges += 1,
                Some(problem) if !problem.is_warning() => self.problems += 1,
                Some(_) => {}
            }
        }
    }
}

impl DiscoveredRow {
    pub(super) fn of_edge(found: DiscoveredEdge) -> Self {
        let DiscoveredEdge { parent, depth, edge, attachment } = found;
        let Edge { kind, descriptor, tag, .. } = edge;
        let about = attachment.as_ref();
        Self {
            parent: Some(parent),
            depth,
            edge: Some(kind),
            descriptor: Some(descriptor),
            tag,
            label: about.and_then(Attachment::label),
            kinds: about
                .iter()
                .flat_map(|about| about.kinds())
                .map(|kind| kind.name().to_owned())
                .collect(),
            predicate_types: about
                .iter()
                .flat_map(|about| about.predicate_types())
                .map(str::to_owned)
                .collect(),
            problem: None,
            attachment,
            list_problem: None,
        }
    }

    pub(super) fn of_problem(problem: ListProblem) -> Self {
        Self {
            parent: problem.subject.clone(),
            depth: 0,
            edge: None,
            descriptor: None,
            tag: None,
            label: None,
            kinds: Vec::new(),
            predicate_types: Vec::new(),
            problem: Some(problem.to_string()),
            attachment: None,
            list_problem: Some(problem),
        }
    }

    /// Returns the problem, if this is not an edge.
    pub fn list_problem(&self) -> Option<&ListProblem> {
        self.list_problem.as_ref()
    }

    /// Returns an edge as the JSON object of the command line: the fields of a node in
    /// [`Graph::json`](crate::Graph::json), without those attached to it, and `parent`, `depth` and `kind`;
    /// or for a problem `problem` and `parent`. `location` is the repository or layout without tag and
    /// digest.
    pub fn node_json(&self, location: &str, names: KeyCase) -> Value {
        let (Some(kind), Some(descriptor)) = (self.edge, &self.descriptor) else {
            let mut fields = json!({ "problem": self.problem });
            if let Some(parent) = &self.parent {
                fields["parent"] = json!(parent);
            }
            return fields;
        };
        let tag = self.tag.as_deref();
        let mut fields =
            edge_json(kind, tag, descriptor, self.attachment.as_ref(), location, names);
        fields.insert("parent".into(), json!(self.parent));
        fields.insert("depth".into(), json!(self.depth));
        fields.insert("kind".into(), json!(kind.name()));
        Value::Object(fields)
    }
}
