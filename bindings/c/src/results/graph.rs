//! Graphs of what is attached to a subject: access by step and by digest, filters and output
//! formats.
//!
//! The steps of the core's walk are stored in a list, so that C can access them by index.

use std::collections::HashMap;

use ocigraph::{Attachment, Digest, DiscoverOptions, EdgeKind, Graph, KeyCase, Reference};

use crate::{
    boundary::{borrow, call, free, read, require},
    error::ocigraph_error,
    numbers::edge_kind_number,
    options::ocigraph_discover_options,
    results::{Json, ocigraph_descriptor},
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A subject and what is attached to it, directly or through others: referrers, the manifests of
/// tags that cosign derives from a digest, attestations of BuildKit, and the children of an index.
/// It is immutable.
pub struct ocigraph_graph {
    value: Graph,
    /// The reference that was discovered, as the caller wrote it.
    reference: Reference,
    options: DiscoverOptions,
    subject: ocigraph_descriptor,
    count: usize,
    steps: Vec<Step>,
    /// For each digest, the steps of its direct referrers.
    referrers: HashMap<Digest, Vec<usize>>,
    tree: Json,
    json: Json,
    dot: Json,
    mermaid: Json,
    /// The texts of the problems.
    problems: Vec<String>,
}

struct Step {
    descriptor: ocigraph_descriptor,
    /// The step of what it is attached to; `None` if that is the subject of the graph.
    parent: Option<usize>,
    kind: EdgeKind,
    tag: Option<String>,
    label: Option<String>,
    depth: usize,
    first: bool,
}

impl ocigraph_graph {
    pub(crate) fn new(value: Graph, reference: Reference, options: DiscoverOptions) -> Self {
        let mut steps = Vec::new();
        let mut referrers: HashMap<Digest, Vec<usize>> = HashMap::new();
        // The steps on the path to the current node, by depth.
        let mut path: Vec<usize> = Vec::new();
        for node in value.walk() {
            path.truncate(node.depth.saturating_sub(1));
            if node.kind == EdgeKind::Referrer {
                referrers.entry(node.subject.digest.clone()).or_default().push(steps.len());
            }
            let parent = path.last().copied();
            path.push(steps.len());
            steps.push(Step {
                descriptor: ocigraph_descriptor::new(node.descriptor.clone().into_owned()),
                parent,
                kind: node.kind,
                tag: node.tag.map(str::to_owned),
                label: value.attachment(&node.descriptor.digest).and_then(Attachment::label),
                depth: node.depth,
                first: node.first,
            });
        }
        let subject = ocigraph_descriptor::new(value.subject().clone());
        let count = value.len();
        let [tree, json, dot, mermaid] = Default::default();
        let problems = value.problems().iter().map(ToString::to_string).collect();
        Self {
            value,
            reference,
            options,
            subject,
            count,
            steps,
            referrers,
            tree,
            json,
            dot,
            mermaid,
            problems,
        }
    }

    fn referrers(&self, digest: ocigraph_str) -> &[usize] {
        let digest = digest.parse::<Digest>("digest").ok();
        digest.and_then(|digest| self.referrers.get(&digest)).map_or(&[], Vec::as_slice)
    }

    fn attachment(&self, step: usize) -> Option<&Attachment> {
        self.value.attachment(&self.steps.get(step)?.descriptor.value.digest)
    }
}

/// Frees a graph and everything borrowed from it.
///
/// Ownership: takes `graph`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_free(graph: Option<Box<ocigraph_graph>>) {
    free(graph);
}

/// Returns the subject of the graph: the manifest that the reference names.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_subject(
    graph: Option<&ocigraph_graph>,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| Some(&r.subject))
}

/// Returns the number of manifests that are attached to the subject, directly or through others.
/// Each manifest counts once, even if several paths lead to it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.count)
}

/// Returns the number of steps of a walk over all that is attached: depth first. Referrers come
/// first, in the order of the registry, then the manifests of tags, attestations, and the children
/// of an index. A manifest that is reached again is another step, without what is attached to it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_step_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.steps.len())
}

/// Returns the manifest at `step`.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_descriptor(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| r.steps.get(step).map(|s| &s.descriptor))
}

/// Returns what the manifest at `step` is attached to: the subject of a referrer, or the index that
/// lists a child.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_refers_to(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| match r.steps.get(step)?.parent {
        Some(parent) => r.steps.get(parent).map(|s| &s.descriptor),
        None => Some(&r.subject),
    })
}

/// Returns how the manifest at `step` is attached: one of `OCIGRAPH_EDGE_KIND_*`, or 0 if `step` is
/// too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_kind(graph: Option<&ocigraph_graph>, step: usize) -> i32 {
    read(graph, |r| r.steps.get(step).map_or(0, |s| edge_kind_number(s.kind)))
}

/// Returns the tag that attaches the manifest at `step`, such as `sha256-<hex>.sig`. No text unless
/// the kind is OCIGRAPH_EDGE_KIND_TAG.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_tag(graph: Option<&ocigraph_graph>, step: usize) -> ocigraph_str {
    read(graph, |r| r.steps.get(step).and_then(|s| s.tag.as_deref()).into())
}

/// Returns a phrase for people that says what the manifest at `step` is, such as
/// `signature (cosign bundle)`. No text if the manifest follows no convention that is known. The
/// phrase can change between versions.
///
/// It is what the producer of the manifest says, not a verified fact.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_label(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> ocigraph_str {
    read(graph, |r| r.steps.get(step).and_then(|s| s.label.as_deref()).into())
}

/// Returns the number of kinds of content of the manifest at `step`. It is 0 if the manifest
/// follows no convention that is known.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_attachment_kind_count(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> usize {
    read(graph, |r| r.attachment(step).map_or(0, |a| a.kinds().count()))
}

/// Returns the kind of content at `index` of the manifest at `step`: `signature`, `attestation`,
/// `provenance`, `sbom`, `scan-result`, `vex` or `chart`.
///
/// It is what the producer of the manifest says, not a verified fact.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_attachment_kind(
    graph: Option<&ocigraph_graph>,
    step: usize,
    index: usize,
) -> ocigraph_str {
    read(graph, |r| r.attachment(step).and_then(|a| a.kinds().nth(index)).map(|k| k.name()).into())
}

/// Returns the number of predicate types of the in-toto statements in the manifest at `step`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_predicate_type_count(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> usize {
    read(graph, |r| r.attachment(step).map_or(0, |a| a.predicate_types().count()))
}

/// Returns the predicate type at `index` of the in-toto statements in the manifest at `step`, such
/// as `https://slsa.dev/provenance/v1`. They are in alphabetical order.
///
/// It is what the producer of the manifest says, not a verified fact.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_predicate_type(
    graph: Option<&ocigraph_graph>,
    step: usize,
    index: usize,
) -> ocigraph_str {
    read(graph, |r| r.attachment(step).and_then(|a| a.predicate_types().nth(index)).into())
}

/// Returns the depth of `step`: 1 for what is directly attached to the graph's subject, or 0 if
/// `step` is too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_depth(graph: Option<&ocigraph_graph>, step: usize) -> usize {
    read(graph, |r| r.steps.get(step).map_or(0, |s| s.depth))
}

/// Returns true if the walk reaches the manifest at `step` for the first time.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_is_first(graph: Option<&ocigraph_graph>, step: usize) -> bool {
    read(graph, |r| r.steps.get(step).is_some_and(|s| s.first))
}

/// Returns the number of direct referrers of the manifest with this digest, or 0 if the graph does
/// not contain it. What is attached in another way does not count.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_referrer_count(
    graph: Option<&ocigraph_graph>,
    digest: ocigraph_str,
) -> usize {
    read(graph, |r| r.referrers(digest).len())
}

/// Returns the direct referrer at `index` of the manifest with this digest.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_referrer(
    graph: Option<&ocigraph_graph>,
    digest: ocigraph_str,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| {
        let step = *r.referrers(digest).get(index)?;
        r.steps.get(step).map(|s| &s.descriptor)
    })
}

/// Returns the number of lists of referrers, or of entries in them, that could not be read. It is 0
/// unless the options allow an incomplete graph.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_problem_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.problems.len())
}

/// Returns the problem at `index` as a text: the list, what could not be read, and why.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_problem(
    graph: Option<&ocigraph_graph>,
    index: usize,
) -> ocigraph_str {
    read(graph, |r| r.problems.get(index).map(String::as_str).into())
}

/// Returns the digest of the subject whose list of referrers has the problem at `index`. No text if
/// the problem concerns the whole store.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_problem_subject(
    graph: Option<&ocigraph_graph>,
    index: usize,
) -> ocigraph_str {
    read(graph, |r| {
        let problem = r.value.problems().get(index);
        problem.and_then(|p| p.subject.as_ref()).map(|digest| digest.as_str()).into()
    })
}

/// Returns the part of the graph that matches the options: the manifests with the artifact type,
/// predicate type and annotations, those on the path to them, and everything that is attached to
/// them. `ocigraph_client_discover` filters in the same way.
///
/// `out` is independent of `graph`.
///
/// Ownership: free `out` with `ocigraph_graph_free`.
/// Errors: INVALID_ARGUMENT if `graph` or `options` is NULL.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_filter(
    graph: Option<&ocigraph_graph>,
    options: Option<&ocigraph_discover_options>,
    out: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_graph>>>>,
    error: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (graph, options) = (require(graph, "graph")?, &require(options, "options")?.core);
        let part = graph.value.filtered(|d| options.matches(&graph.value, d));
        Ok(ocigraph_graph::new(part, graph.reference.clone(), options.clone()))
    })
}

/// Returns the graph as a tree in the format of ORAS, below the reference that was discovered, with
/// the label of each manifest. The text ends with a line feed.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_tree(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.tree.get(|| r.value.tree(&r.reference.to_string())))
}

/// Returns the graph as JSON with field names in snake case. It contains `references`, the direct
/// referrers that match the options, and `referrers`, the complete tree, so that scripts for either
/// generation of ORAS can read it. What is attached in another way is in `attached`.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_json(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| {
        r.json.get(|| {
            let location = Reference::new(r.reference.location().clone()).to_string();
            let wanted = |d: &ocigraph::Descriptor| r.options.matches(&r.value, d);
            r.value.json(&r.reference.to_string(), &location, KeyCase::Snake, wanted)
        })
    })
}

/// Returns the graph in the DOT language of Graphviz. Edges point from a manifest to what it is
/// attached to.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_dot(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.dot.get(|| r.value.dot(&r.reference.to_string())))
}

/// Returns the graph as a Mermaid flowchart. Edges point from a manifest to what it is attached to.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_mermaid(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.mermaid.get(|| r.value.mermaid(&r.reference.to_string())))
}
