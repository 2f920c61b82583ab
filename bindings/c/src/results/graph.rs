//! Graphs of referrers: access by step and by digest, filters and output formats.
//!
//! The steps of the core's walk are stored in a list, so that C can access them by index.

use std::collections::HashMap;

use ocigraph::{Digest, DiscoverOptions, EdgeKind, Graph, KeyCase, Reference};

use crate::{
    boundary::{borrow, call, free, read, require},
    error::ocigraph_error,
    options::ocigraph_discover_options,
    results::{Json, ocigraph_descriptor},
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A subject and all its direct and indirect referrers. It is immutable.
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
    /// The step of its subject; `None` if that is the subject of the graph.
    parent: Option<usize>,
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
            let descriptor = ocigraph_descriptor::new(node.descriptor.clone());
            steps.push(Step { descriptor, parent, depth: node.depth, first: node.first });
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

/// Returns the number of referrers. Each referrer counts once, even if several paths lead to it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.count)
}

/// Returns the number of steps of a walk over all referrers: depth first, with siblings in the
/// order of the registry. A manifest that is reached again is another step, without its referrers.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_step_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.steps.len())
}

/// Returns the referrer at `step`.
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

/// Returns the subject of the referrer at `step`.
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

/// Returns the depth of `step`: 1 for a direct referrer of the graph's subject, or 0 if `step` is
/// too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_depth(graph: Option<&ocigraph_graph>, step: usize) -> usize {
    read(graph, |r| r.steps.get(step).map_or(0, |s| s.depth))
}

/// Returns true if the walk reaches the referrer at `step` for the first time.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_is_first(graph: Option<&ocigraph_graph>, step: usize) -> bool {
    read(graph, |r| r.steps.get(step).is_some_and(|s| s.first))
}

/// Returns the number of direct referrers of the manifest with this digest, or 0 if the graph does
/// not contain it.
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

/// Returns the part of the graph that matches the options: the referrers with the artifact type and
/// annotations, the manifests on the path to them, and all their own referrers.
/// `ocigraph_client_discover` filters in the same way.
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

/// Returns the graph as a tree in the format of ORAS, below the reference that was discovered. The
/// text ends with a line feed.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_tree(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.tree.get(|| r.value.tree(&r.reference.to_string())))
}

/// Returns the graph as JSON with field names in snake case. It contains `references`, the direct
/// referrers that match the options, and `referrers`, the complete tree, so that scripts for either
/// generation of ORAS can read it.
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

/// Returns the graph in the DOT language of Graphviz. Edges point from a referrer to its subject.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_dot(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.dot.get(|| r.value.dot(&r.reference.to_string())))
}

/// Returns the graph as a Mermaid flowchart. Edges point from a referrer to its subject.
///
/// Ownership: borrowed from `graph`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_mermaid(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.mermaid.get(|| r.value.mermaid(&r.reference.to_string())))
}
