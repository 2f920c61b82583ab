//! The graph of the core as a value of Python's: asked, filtered, drawn, and written down for
//! pickling as JSON of its descriptors.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
    vec,
};

use ocigraph::{Code, Descriptor, Digest, DiscoverOptions, Error, Names, ToJson};
use pyo3::{prelude::*, types::PyBytes};
use serde_json::{Value, json};

use crate::{
    ending::detached,
    values::{descriptor, or_raised, parsed},
};

/// A subject and everything that refers to it.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Graph {
    graph: ocigraph::Graph,
    /// The digests in it, once somebody asked.
    known: OnceLock<HashSet<Digest>>,
}

type Annotations = BTreeMap<String, String>;

impl From<ocigraph::Graph> for Graph {
    fn from(graph: ocigraph::Graph) -> Self {
        Self { graph, known: OnceLock::new() }
    }
}

impl Graph {
    /// The subject, and the referrers of each node.
    fn written(&self) -> String {
        let list = |of: &Descriptor| -> Value {
            let referrers = self.graph.referrers(&of.digest).iter();
            json!([of.digest, referrers.map(|d| d.to_json(Names::Camel)).collect::<Value>()])
        };
        let subject = self.graph.subject();
        let mut lists = vec![list(subject)];
        let nodes = self.graph.walk().filter(|node| node.first);
        lists.extend(nodes.map(|node| list(node.descriptor)));
        json!([subject.to_json(Names::Camel), lists]).to_string()
    }

    fn known(&self, py: Python<'_>) -> &HashSet<Digest> {
        let found = || {
            let nodes = self.graph.walk().map(|node| node.descriptor);
            nodes.chain([self.graph.subject()]).map(|node| node.digest.clone()).collect()
        };
        // Found without the interpreter's lock and kept with it, which no other thread has then.
        match self.known.get() {
            Some(known) => known,
            None => {
                let found = detached(py, found);
                self.known.get_or_init(|| found)
            }
        }
    }
}

#[pymethods]
impl Graph {
    /// The root.
    fn subject<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        descriptor(py, self.graph.subject())
    }

    /// The direct referrers of a digest.
    fn referrers<'py>(&self, py: Python<'py>, digest: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let digest: Digest = parsed(py, digest)?;
        self.graph.referrers(&digest).iter().map(|referrer| descriptor(py, referrer)).collect()
    }

    /// All referrers, depth first.
    fn walk(&self, py: Python<'_>) -> Walk {
        let steps = detached(py, || {
            let steps = self.graph.walk().map(|node| Step {
                descriptor: node.descriptor.clone(),
                subject: node.subject.digest.clone(),
                depth: node.depth,
                first: node.first,
            });
            steps.collect::<Vec<_>>()
        });
        Walk(Mutex::new(steps.into_iter()))
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.known(py).len() - 1
    }

    fn __contains__(&self, py: Python<'_>, digest: &str) -> bool {
        digest.parse::<Digest>().is_ok_and(|digest| self.known(py).contains(&digest))
    }

    #[pyo3(signature = (artifact_type=None, annotations=Annotations::new()))]
    fn filtered(
        &self,
        py: Python<'_>,
        artifact_type: Option<String>,
        annotations: Annotations,
    ) -> Self {
        let wanted = DiscoverOptions { artifact_type, annotations, ..DiscoverOptions::default() };
        detached(py, || self.graph.filtered(|referrer| wanted.matches(referrer))).into()
    }

    fn tree(&self, py: Python<'_>, root: &str) -> String {
        detached(py, || self.graph.tree(root))
    }

    fn dot(&self, py: Python<'_>, root: &str) -> String {
        detached(py, || self.graph.dot(root))
    }

    fn mermaid(&self, py: Python<'_>, root: &str) -> String {
        detached(py, || self.graph.mermaid(root))
    }

    /// The JSON of `discover`; `references` has the direct referrers that fit.
    #[pyo3(signature = (reference, place, artifact_type=None, annotations=Annotations::new()))]
    fn json(
        &self,
        py: Python<'_>,
        reference: &str,
        place: &str,
        artifact_type: Option<String>,
        annotations: Annotations,
    ) -> String {
        let wanted = DiscoverOptions { artifact_type, annotations, ..DiscoverOptions::default() };
        let wanted = |referrer: &Descriptor| wanted.matches(referrer);
        detached(py, || self.graph.json(reference, place, Names::Snake, wanted))
    }

    /// Everything, as JSON that `load` reads.
    fn dump<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let written = detached(py, || self.written());
        PyBytes::new(py, written.as_bytes())
    }

    /// Whether both have the same subject and the same referrers in the same order.
    fn __eq__(&self, py: Python<'_>, other: &Self) -> bool {
        detached(py, || self.written() == other.written())
    }

    /// The graph that `dump` wrote.
    #[staticmethod]
    fn load(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        type Written = (Descriptor, Vec<(Digest, Vec<Descriptor>)>);
        let read = || -> Result<ocigraph::Graph, Error> {
            let (subject, lists): Written = serde_json::from_slice(data)
                .map_err(|e| Error::new(Code::InvalidArgument, format!("this is no graph: {e}")))?;
            let mut graph = ocigraph::Graph::new(subject);
            for (digest, referrers) in lists {
                graph.insert(digest, referrers);
            }
            Ok(graph)
        };
        let read = detached(py, read);
        Ok(or_raised(py, read)?.into())
    }
}

struct Step {
    descriptor: Descriptor,
    subject: Digest,
    depth: usize,
    first: bool,
}

/// Descriptor, digest of the subject, depth, and whether it comes by for the first time.
type Given<'py> = (Bound<'py, PyAny>, String, usize, bool);

/// The referrers of a graph, given out in blocks: other threads have their turn between two.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Walk(Mutex<vec::IntoIter<Step>>);

#[pymethods]
impl Walk {
    /// The next, at most so many; none at the end.
    fn next<'py>(&self, py: Python<'py>, at_most: usize) -> PyResult<Vec<Given<'py>>> {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = steps.by_ref().take(at_most).map(|step| {
            let descriptor = descriptor(py, &step.descriptor)?;
            Ok((descriptor, step.subject.to_string(), step.depth, step.first))
        });
        given.collect()
    }
}
