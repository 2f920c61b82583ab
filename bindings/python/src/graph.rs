//! The core's graph as a Python class: queried, filtered, drawn, and pickled as the JSON of its
//! nodes and edges.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
    vec,
};

use ocigraph::{
    Attachment, AttachmentKind, Code, Descriptor, Digest, DiscoverOptions, Edge, EdgeKind, Error,
    KeyCase, ListProblem, Node, ToJson,
};
use pyo3::{prelude::*, types::PyBytes};
use serde_json::{Value, json};

use crate::{
    error::or_raised,
    finalization::detached,
    values::{IntoPlain, descriptor, parsed},
};

/// A subject and everything that is attached to it, directly or through others.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Graph {
    graph: ocigraph::Graph,
    /// The digests of all nodes, computed on first use.
    known: OnceLock<HashSet<Digest>>,
}

type Annotations = BTreeMap<String, String>;

impl From<ocigraph::Graph> for Graph {
    fn from(graph: ocigraph::Graph) -> Self {
        Self { graph, known: OnceLock::new() }
    }
}

impl IntoPlain for ocigraph::Graph {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(Bound::new(py, Graph::from(self))?.into_any())
    }
}

/// The list, the digest of the subject, the name of the entry, and what could not be read.
type Problem = (String, Option<String>, Option<String>, String);

impl Graph {
    fn listed_problems(&self) -> Vec<Problem> {
        let problems = self.graph.problems().iter().cloned().map(|problem| {
            let ListProblem { list, subject, name, detail, .. } = problem;
            (list, subject.map(|digest| digest.to_string()), name, detail)
        });
        problems.collect()
    }

    /// Serializes the subject and each node, as [`WrittenNode`], for pickles and comparison.
    fn written(&self) -> String {
        let list = |of: &Descriptor| -> Value {
            let referrers = self.graph.referrers(&of.digest);
            let referrers: Value = referrers.iter().map(|d| d.to_json(KeyCase::Camel)).collect();
            let attached = self.graph.attached(&of.digest).iter();
            let attached: Value = attached
                .map(|edge| {
                    json!([edge.kind.name(), edge.tag, edge.descriptor.to_json(KeyCase::Camel)])
                })
                .collect();
            json!([of.digest, referrers, attached, self.graph.attachment(&of.digest)])
        };
        let subject = self.graph.subject();
        let mut lists = vec![list(subject)];
        let nodes = self.graph.walk().filter(|node| node.first);
        lists.extend(nodes.map(|node| list(&node.descriptor)));
        json!([subject.to_json(KeyCase::Camel), lists]).to_string()
    }

    fn known(&self, py: Python<'_>) -> &HashSet<Digest> {
        let found = || {
            let nodes = self.graph.walk().map(|node| node.descriptor.digest.clone());
            nodes.chain([self.graph.subject().digest.clone()]).collect()
        };
        // Computed with the GIL released. The GIL is held while the result is stored.
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
    /// Returns the descriptor of the root.
    fn subject<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        descriptor(py, self.graph.subject())
    }

    /// Returns the direct referrers of a digest.
    fn referrers<'py>(&self, py: Python<'py>, digest: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let digest: Digest = parsed(py, digest)?;
        self.graph.referrers(&digest).iter().map(|referrer| descriptor(py, referrer)).collect()
    }

    /// Returns what could not be read of the lists of referrers.
    fn problems(&self) -> Vec<Problem> {
        self.listed_problems()
    }

    /// Returns an iterator over all nodes, depth first.
    fn walk(&self, py: Python<'_>) -> Walk {
        let steps = detached(py, || {
            self.graph.walk().map(|node| Step::new(&self.graph, &node)).collect::<Vec<_>>()
        });
        Walk(Mutex::new(steps.into_iter()))
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.known(py).len() - 1
    }

    fn __contains__(&self, py: Python<'_>, digest: &str) -> bool {
        digest.parse::<Digest>().is_ok_and(|digest| self.known(py).contains(&digest))
    }

    #[pyo3(signature = (artifact_type=None, annotations=Annotations::new(), predicate_type=None))]
    fn filtered(
        &self,
        py: Python<'_>,
        artifact_type: Option<String>,
        annotations: Annotations,
        predicate_type: Option<String>,
    ) -> Self {
        let wanted = wanted(artifact_type, annotations, predicate_type);
        detached(py, || self.graph.filtered(|node| wanted.matches(&self.graph, node))).into()
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

    /// Returns the JSON of `discover`. `references` contains the direct referrers that match.
    #[pyo3(signature = (
        reference, location, artifact_type=None, annotations=Annotations::new(), predicate_type=None,
    ))]
    fn json(
        &self,
        py: Python<'_>,
        reference: &str,
        location: &str,
        artifact_type: Option<String>,
        annotations: Annotations,
        predicate_type: Option<String>,
    ) -> String {
        let wanted = wanted(artifact_type, annotations, predicate_type);
        let wanted = |referrer: &Descriptor| wanted.matches(&self.graph, referrer);
        detached(py, || self.graph.json(reference, location, KeyCase::Snake, wanted))
    }

    /// Serializes the graph as JSON that `load` reads.
    fn dump<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let written = detached(py, || self.written());
        PyBytes::new(py, written.as_bytes())
    }

    /// True if both have the same subject, the same nodes and edges in the same order, and the same
    /// problems.
    fn __eq__(&self, py: Python<'_>, other: &Self) -> bool {
        let same =
            || self.graph.problems() == other.graph.problems() && self.written() == other.written();
        detached(py, same)
    }

    /// Restores a graph from the output of `dump` and `problems`.
    #[staticmethod]
    #[pyo3(signature = (data, problems=Vec::new()))]
    fn load(py: Python<'_>, data: &[u8], problems: Vec<Problem>) -> PyResult<Self> {
        type Written = (Descriptor, Vec<WrittenNode>);
        let read = || -> Result<ocigraph::Graph, Error> {
            // Pickles of earlier versions have the referrers alone.
            let of_referrers = |_| -> serde_json::Result<Written> {
                let (subject, lists): (Descriptor, Vec<(Digest, Vec<Descriptor>)>) =
                    serde_json::from_slice(data)?;
                let lists = lists.into_iter().map(|(digest, of)| (digest, of, Vec::new(), None));
                Ok((subject, lists.collect()))
            };
            let read = serde_json::from_slice(data).or_else(of_referrers);
            let (subject, lists): Written = read.map_err(|e| {
                Error::new(Code::InvalidArgument, format!("invalid pickled graph: {e}"))
            })?;
            let mut graph = ocigraph::Graph::new(subject);
            for (digest, referrers, attached, attachment) in lists {
                let attached = attached.into_iter().map(|(kind, tag, descriptor)| {
                    let mut edge = Edge::new(kind.parse()?, descriptor);
                    edge.tag = tag;
                    Ok(edge)
                });
                graph.attach(&digest, attached.collect::<Result<_, Error>>()?);
                if let Some(attachment) = attachment {
                    graph.recognize(digest.clone(), attachment);
                }
                graph.insert(digest, referrers);
            }
            let problems = problems.into_iter().map(|(list, subject, name, detail)| {
                let subject = subject.map(|digest| digest.parse()).transpose()?;
                Ok(ListProblem::new(list, subject, name, detail))
            });
            graph.add_problems(problems.collect::<Result<_, Error>>()?);
            Ok(graph)
        };
        let read = detached(py, read);
        Ok(or_raised(py, read)?.into())
    }
}

/// The digest of a node, its referrers, its other edges as kind, tag and descriptor, and what it is.
type WrittenNode =
    (Digest, Vec<Descriptor>, Vec<(String, Option<String>, Descriptor)>, Option<Attachment>);

fn wanted(
    artifact_type: Option<String>,
    annotations: Annotations,
    predicate_type: Option<String>,
) -> DiscoverOptions {
    let mut wanted = DiscoverOptions::default();
    wanted.artifact_type = artifact_type;
    wanted.annotations = annotations;
    wanted.predicate_type = predicate_type;
    wanted
}

struct Step {
    descriptor: Descriptor,
    subject: Digest,
    depth: usize,
    first: bool,
    kind: EdgeKind,
    tag: Option<String>,
    label: Option<String>,
    kinds: Vec<&'static str>,
    predicate_types: Vec<String>,
}

impl Step {
    fn new(graph: &ocigraph::Graph, node: &Node<'_>) -> Self {
        let attachment = graph.attachment(&node.descriptor.digest);
        let kinds = attachment.map(|found| found.kinds().map(AttachmentKind::name).collect());
        let predicates = attachment.map(|a| a.predicate_types().map(str::to_owned).collect());
        Self {
            descriptor: node.descriptor.clone().into_owned(),
            subject: node.subject.digest.clone(),
            depth: node.depth,
            first: node.first,
            kind: node.kind,
            tag: node.tag.map(str::to_owned),
            label: attachment.and_then(Attachment::label),
            kinds: kinds.unwrap_or_default(),
            predicate_types: predicates.unwrap_or_default(),
        }
    }
}

/// Descriptor, digest of the subject, depth, whether this is the first visit, kind and tag of the
/// edge, and label, kinds and predicate types of the node.
type Given<'py> = (
    Bound<'py, PyAny>,
    String,
    usize,
    bool,
    &'static str,
    Option<String>,
    Option<String>,
    Vec<&'static str>,
    Vec<String>,
);

/// The steps of a walk, returned in blocks so that other threads can take the GIL in between.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Walk(Mutex<vec::IntoIter<Step>>);

#[pymethods]
impl Walk {
    /// Returns up to `at_most` further steps; an empty list at the end.
    fn next<'py>(&self, py: Python<'py>, at_most: usize) -> PyResult<Vec<Given<'py>>> {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let given = steps.by_ref().take(at_most).map(|step| {
            let descriptor = descriptor(py, &step.descriptor)?;
            Ok((
                descriptor,
                step.subject.to_string(),
                step.depth,
                step.first,
                step.kind.name(),
                step.tag,
                step.label,
                step.kinds,
                step.predicate_types,
            ))
        });
        given.collect()
    }
}
