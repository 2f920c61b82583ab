//! Collects what a walk finds in a graph.

use std::collections::HashMap;

use crate::operation::attached::walk::{Found, FoundNode};
use ocigraph_types::{Descriptor, Digest, Edge, Graph, ListProblem, Result, weight::Weight};

pub(super) struct Whole {
    graph: Graph,
    /// The descriptors of manifests, with their artifact types and annotations.
    described: HashMap<Digest, Descriptor>,
}

impl Whole {
    pub(super) fn new(subject: Descriptor) -> Self {
        Self { graph: Graph::new(subject), described: HashMap::new() }
    }

    pub(super) fn graph(mut self) -> Graph {
        self.graph.describe(&self.described);
        self.graph
    }
}

impl Found for Whole {
    fn listed(&mut self, parent: &Digest, referrers: Vec<Descriptor>) -> usize {
        self.graph.append(parent, referrers)
    }

    fn attached(&mut self, parent: &Digest, edges: Vec<Edge>) -> usize {
        let weight = edges.iter().map(Weight::weight).sum();
        self.graph.attach(parent, edges);
        weight
    }

    fn visited(&mut self, node: FoundNode, _descends: bool) -> Result<usize> {
        let digest = node.edge.descriptor.digest;
        let mut weight = node.described.weight();
        self.described.extend(node.described.map(|descriptor| (digest.clone(), descriptor)));
        if node.attachment.label().is_some() {
            weight += self.graph.recognize_shared(digest, node.attachment);
        }
        Ok(weight)
    }

    fn problems(&mut self, problems: Vec<ListProblem>) -> Result<usize> {
        let weight = problems.weight();
        self.graph.add_problems(problems);
        Ok(weight)
    }

    fn wants_every_edge(&self) -> bool {
        false
    }
}
