//! A graph of referrers: walked by steps, asked by digest, drawn.
//!
//! The steps are those of the core's walk, laid out once, so that C can go through them by number.

use std::collections::HashMap;

use ocigraph::{Digest, DiscoverOptions, Graph, Names, Reference};

use crate::{
    boundary::{borrow, call, free, read, require},
    error::ocigraph_error,
    options::ocigraph_discover_options,
    results::{Json, ocigraph_descriptor},
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A subject and everything that refers to it, directly and through others.
pub struct ocigraph_graph {
    value: Graph,
    /// What the graph was asked of, as it was written.
    reference: Reference,
    options: DiscoverOptions,
    subject: ocigraph_descriptor,
    count: usize,
    steps: Vec<Step>,
    /// The steps that lead directly beneath a digest, where it comes by for the first time.
    beneath: HashMap<Digest, Vec<usize>>,
    tree: Json,
    json: Json,
    dot: Json,
    mermaid: Json,
}

struct Step {
    descriptor: ocigraph_descriptor,
    /// The step of what it refers to; nothing is the subject of the graph.
    above: Option<usize>,
    depth: usize,
    first: bool,
}

impl ocigraph_graph {
    pub(crate) fn new(value: Graph, reference: Reference, options: DiscoverOptions) -> Self {
        let mut steps = Vec::new();
        let mut beneath: HashMap<Digest, Vec<usize>> = HashMap::new();
        // The steps that the next one may stand beneath, by depth.
        let mut trail: Vec<usize> = Vec::new();
        for node in value.walk() {
            trail.truncate(node.depth.saturating_sub(1));
            beneath.entry(node.subject.digest.clone()).or_default().push(steps.len());
            let above = trail.last().copied();
            trail.push(steps.len());
            let descriptor = ocigraph_descriptor::new(node.descriptor.clone());
            steps.push(Step { descriptor, above, depth: node.depth, first: node.first });
        }
        let subject = ocigraph_descriptor::new(value.subject().clone());
        let count = value.len();
        let [tree, json, dot, mermaid] = Default::default();
        Self { value, reference, options, subject, count, steps, beneath, tree, json, dot, mermaid }
    }

    fn beneath(&self, digest: ocigraph_str) -> &[usize] {
        let digest = digest.parse::<Digest>("digest").ok();
        digest.and_then(|digest| self.beneath.get(&digest)).map_or(&[], Vec::as_slice)
    }
}

/// Ends a graph, and all that was borrowed from it.
///
/// Ownership: takes `graph`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_free(graph: Option<Box<ocigraph_graph>>) {
    free(graph);
}

/// The root.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_subject(
    graph: Option<&ocigraph_graph>,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| Some(&r.subject))
}

/// How many referrers there are, the subject not counted; each once, however often it is reached.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.count)
}

/// How many steps a walk has: every referrer beneath the subject, depth first, each branch in the
/// registry's order. A manifest that is reached again makes a step again, and nothing beneath it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_step_count(graph: Option<&ocigraph_graph>) -> usize {
    read(graph, |r| r.steps.len())
}

/// The referrer at a step.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_descriptor(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| r.steps.get(step).map(|s| &s.descriptor))
}

/// What the referrer at a step refers to.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_refers_to(
    graph: Option<&ocigraph_graph>,
    step: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| match r.steps.get(step)?.above {
        Some(above) => r.steps.get(above).map(|s| &s.descriptor),
        None => Some(&r.subject),
    })
}

/// How deep a step is: 1 for what refers to the subject itself; 0 where there is no such step.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_depth(graph: Option<&ocigraph_graph>, step: usize) -> usize {
    read(graph, |r| r.steps.get(step).map_or(0, |s| s.depth))
}

/// Whether the referrer at a step comes by for the first time.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_is_first(graph: Option<&ocigraph_graph>, step: usize) -> bool {
    read(graph, |r| r.steps.get(step).is_some_and(|s| s.first))
}

/// How many manifests refer directly to the one of this digest; 0 for what is not in the graph.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_referrer_count(
    graph: Option<&ocigraph_graph>,
    digest: ocigraph_str,
) -> usize {
    read(graph, |r| r.beneath(digest).len())
}

/// One of the manifests that refer directly to the one of this digest.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_referrer(
    graph: Option<&ocigraph_graph>,
    digest: ocigraph_str,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(graph, |r| {
        let step = *r.beneath(digest).get(index)?;
        r.steps.get(step).map(|s| &s.descriptor)
    })
}

/// The part of the graph that leads to what the options ask for, and all that lies beneath it:
/// artifact type and annotations, as `ocigraph_client_discover` does it.
///
/// Ownership: `out` is the caller's, until `ocigraph_graph_free`; it keeps nothing of `graph`.
/// Threads: any. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_filter(
    graph: Option<&ocigraph_graph>,
    options: Option<&ocigraph_discover_options>,
    out: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_graph>>>>,
    error: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (graph, options) = (require(graph, "graph")?, &require(options, "options")?.core);
        let part = graph.value.filtered(|d| options.matches(d));
        Ok(ocigraph_graph::new(part, graph.reference.clone(), options.clone()))
    })
}

/// The tree as ORAS prints it, beneath the reference that was asked for; ends with a line feed.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_tree(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.tree.get(|| r.value.tree(&r.reference.to_string())))
}

/// The graph as JSON, with what scripts for either generation of ORAS read: `references`, the direct
/// referrers that were asked for, and `referrers`, the whole tree. Names are in snake case.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_json(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| {
        r.json.get(|| {
            let place = Reference::new(r.reference.location().clone()).to_string();
            let wanted = |d: &ocigraph::Descriptor| r.options.matches(d);
            r.value.json(&r.reference.to_string(), &place, Names::Snake, wanted)
        })
    })
}

/// The graph in the language of Graphviz; arrows point from a referrer to its subject.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_dot(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.dot.get(|| r.value.dot(&r.reference.to_string())))
}

/// The graph in the language of Mermaid; arrows point from a referrer to its subject.
///
/// Ownership: borrowed from `graph`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_graph_mermaid(graph: Option<&ocigraph_graph>) -> ocigraph_str {
    read(graph, |r| r.mermaid.get(|| r.value.mermaid(&r.reference.to_string())))
}
