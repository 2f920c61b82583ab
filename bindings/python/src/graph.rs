//! The graph of the core as a value of Python's: asked, filtered, drawn, and written down for
//! pickling as JSON of its descriptors.

use std::collections::BTreeMap;

use ocigraph::{Code, Descriptor, Digest, DiscoverOptions, Error, Names, ToJson};
use pyo3::{prelude::*, types::PyBytes};
use serde_json::{Value, json};

use crate::values::{descriptor, or_raised, parsed};

/// A subject and everything that refers to it.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Graph(pub(crate) ocigraph::Graph);

type Annotations = BTreeMap<String, String>;

/// Descriptor, digest of the subject, depth, and whether it comes by for the first time.
type Step<'py, 'a> = (Bound<'py, PyAny>, &'a str, usize, bool);

impl Graph {
    /// The subject, and the referrers of each node.
    fn written(&self) -> String {
        let list = |of: &Descriptor| -> Value {
            let referrers = self.0.referrers(&of.digest).iter();
            json!([of.digest, referrers.map(|d| d.to_json(Names::Camel)).collect::<Value>()])
        };
        let subject = self.0.subject();
        let mut lists = vec![list(subject)];
        lists.extend(self.0.walk().filter(|node| node.first).map(|node| list(node.descriptor)));
        json!([subject.to_json(Names::Camel), lists]).to_string()
    }
}

#[pymethods]
impl Graph {
    /// The root.
    fn subject<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        descriptor(py, self.0.subject())
    }

    /// The direct referrers of a digest.
    fn referrers<'py>(&self, py: Python<'py>, digest: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let digest: Digest = parsed(py, digest)?;
        self.0.referrers(&digest).iter().map(|referrer| descriptor(py, referrer)).collect()
    }

    /// All referrers, depth first, as `(descriptor, digest of the subject, depth, first)`.
    fn walk<'py>(&self, py: Python<'py>) -> PyResult<Vec<Step<'py, '_>>> {
        self.0
            .walk()
            .map(|node| {
                let subject = node.subject.digest.as_str();
                Ok((descriptor(py, node.descriptor)?, subject, node.depth, node.first))
            })
            .collect()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[pyo3(signature = (artifact_type=None, annotations=Annotations::new()))]
    fn filtered(&self, artifact_type: Option<String>, annotations: Annotations) -> Self {
        let wanted = DiscoverOptions { artifact_type, annotations, ..DiscoverOptions::default() };
        Self(self.0.filtered(|referrer| wanted.matches(referrer)))
    }

    fn tree(&self, root: &str) -> String {
        self.0.tree(root)
    }

    fn dot(&self, root: &str) -> String {
        self.0.dot(root)
    }

    fn mermaid(&self, root: &str) -> String {
        self.0.mermaid(root)
    }

    /// The JSON of `discover`; `references` has the direct referrers that fit.
    #[pyo3(signature = (reference, place, artifact_type=None, annotations=Annotations::new()))]
    fn json(
        &self,
        reference: &str,
        place: &str,
        artifact_type: Option<String>,
        annotations: Annotations,
    ) -> String {
        let wanted = DiscoverOptions { artifact_type, annotations, ..DiscoverOptions::default() };
        self.0.json(reference, place, Names::Snake, |referrer| wanted.matches(referrer))
    }

    /// Everything, as JSON that `load` reads.
    fn dump<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.written().as_bytes())
    }

    /// Whether both have the same subject and the same referrers in the same order.
    fn __eq__(&self, other: &Self) -> bool {
        self.written() == other.written()
    }

    /// The graph that `dump` wrote.
    #[staticmethod]
    fn load(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        type Written = (Descriptor, Vec<(Digest, Vec<Descriptor>)>);
        let read: Result<Written, _> = serde_json::from_slice(data);
        let (subject, lists) = or_raised(
            py,
            read.map_err(|e| Error::new(Code::InvalidArgument, format!("this is no graph: {e}"))),
        )?;
        let mut graph = ocigraph::Graph::new(subject);
        for (digest, referrers) in lists {
            graph.insert(digest, referrers);
        }
        Ok(Self(graph))
    }
}
