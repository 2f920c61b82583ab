//! Discovers what is attached to a subject. It walks breadth first, and queries the nodes of one
//! level concurrently. It reads lists of referrers and the repository's tags, and those manifests
//! that a list does not describe: indexes, and attachments whose entries say too little.
//!
//! One walk serves both forms of the result: the graph, and its edges one by one.

mod each;
mod row;
mod whole;

use derive_setters::Setters;
use std::{collections::BTreeMap, future::poll_fn, pin::pin, sync::Arc, task::Poll};

pub use self::row::{DiscoverSummary, DiscoveredRow};
use self::{
    each::{Each, FoundRows},
    whole::Whole,
};

use crate::operation::{
    attached::{
        recognition::StatementReader,
        walk::{BegunLists, Found, Walk},
    },
    named::named,
    rows::{RowSink, Rows},
    select::{name_of, select_with_attestations},
};
use crate::store::{ReadStore, ReferrersDetail, concurrency::RequestLimiter};
use ocigraph_types::{
    Attachment, Code, Descriptor, EdgeKind, Error, Graph, ListProblem, Platform, Reference, Result,
    TagOrDigest,
};

/// Options of [`Client::discover`](crate::Client::discover).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, DiscoverOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let options = DiscoverOptions::default().artifact_type("application/vnd.example.sbom").depth(1);
/// let graph = Client::new().discover(&reference, options).await?;
/// for referrer in graph.referrers(&graph.subject().digest) {
///     println!("{}", referrer.digest);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct DiscoverOptions {
    /// Keeps only what has this artifact type, the paths from the subject to it, and what is
    /// attached to it directly or indirectly. Default: everything.
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Keeps only what has all these annotations with these values, in the same way as
    /// `artifact_type`. Default: everything.
    pub annotations: BTreeMap<String, String>,
    /// Keeps only the attestations of which a statement has this predicate type, such as
    /// `https://spdx.dev/Document`, in the same way as `artifact_type`. Default: everything.
    #[setters(into)]
    pub predicate_type: Option<String>,
    /// Follows the edges of this kind alone, for example those to referrers. Default: all kinds.
    pub only: Option<EdgeKind>,
    /// Starts at the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: starts at the
    /// manifest that the reference names.
    pub platform: Option<Platform>,
    /// Maximum number of levels: 1 returns what is directly attached, 0 the subject alone. Default:
    /// all levels.
    pub depth: Option<usize>,
    /// Returns a graph with [`Graph::problems`](crate::Graph::problems) if a list cannot be read
    /// completely. Default: false; this then fails with [INCOMPLETE](crate::Code::Incomplete).
    pub allow_incomplete: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

impl DiscoverOptions {
    /// Returns true if a node of `graph` has the artifact type, the annotations and the predicate
    /// type of these options. A graph that was filtered by them can contain other nodes too.
    pub fn matches(&self, graph: &Graph, node: &Descriptor) -> bool {
        self.fits(node, graph.attachment(&node.digest))
    }

    fn fits(&self, node: &Descriptor, attachment: Option<&Attachment>) -> bool {
        let has_predicate =
            |wanted: &String| attachment.is_some_and(|found| found.has_predicate(wanted));
        self.artifact_type.as_ref().is_none_or(|t| node.artifact_type.as_ref() == Some(t))
            && self.annotations.iter().all(|(k, v)| node.annotations.get(k) == Some(v))
            && self.predicate_type.as_ref().is_none_or(has_predicate)
    }

    /// An empty text is a mistake, such as a variable that is not set, and would filter everything out.
    fn check(&self) -> Result<()> {
        for (name, text) in
            [("artifact type", &self.artifact_type), ("predicate type", &self.predicate_type)]
        {
            if text.as_ref().is_some_and(String::is_empty) {
                let message = format!("the {name} to filter by is empty");
                return Err(Error::new(Code::InvalidArgument, message)
                    .with_hint(format!("give the {name}, or leave it out")));
            }
        }
        Ok(())
    }

    fn filters(&self) -> bool {
        self.artifact_type.is_some()
            || self.predicate_type.is_some()
            || !self.annotations.is_empty()
    }
}

pub(crate) const OPERATION: &str = "discover";

/// Returns the graph of everything that is attached to what `reference` names, directly or through
/// others: its referrers ([distribution-spec v1.1.1, "Listing Referrers"][spec]), the manifests of
/// the tags that cosign derives from a digest, the attestations of BuildKit, and the children of an
/// index. Each edge of the graph has its kind.
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] if a list cannot be read
/// completely, unless the options allow it.
pub async fn discover(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    let detail = Some(detail(options));
    named(OPERATION, reference, run(store, reference, options, detail)).await
}

/// Returns every edge of the graph that [`discover`] returns as a row, as soon as the edge is found and it is
/// known what it leads to. The graph is not held in memory: a discovery keeps the digests of the nodes, so
/// that it visits each once.
///
/// A manifest that is attached to another in two ways has two edges here, and one in a graph: an index and a
/// list of referrers can name the same attestation, and only the index tells for which platform it is.
///
/// The edges come in the order in which they are found, which differs between calls. The edge to a node
/// comes before those from it. With a filter, the edges to what does not match are held until it is known
/// whether they lead to something that matches.
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, DiscoverOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let mut rows = Client::new().discover_each(&reference, DiscoverOptions::default())?;
/// while let Some(batch) = rows.next_batch().await? {
///     for row in batch {
///         println!("{:?} is attached to {:?}", row.descriptor, row.parent);
///     }
/// }
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] at the first list that cannot be read
/// completely, unless the options allow it. There are rows before then.
pub fn discover_each(
    store: Arc<dyn ReadStore>,
    reference: Reference,
    options: DiscoverOptions,
) -> Rows<DiscoveredRow, DiscoverSummary> {
    Rows::new(|sink: RowSink<DiscoveredRow, DiscoverSummary>| async move {
        let run = async {
            options.check()?;
            let requests = Arc::new(RequestLimiter::new(options.concurrency));
            let statements = StatementReader::default();
            let (store, detail) = (store.as_ref(), Some(detail(&options)));
            let mut walk = Walk::new(store, &options, &requests, &statements, detail);
            let start = Start::find(&walk, store, &reference, &options).await?;
            let subject = start.subject.clone();
            sink.summarize(|summary| summary.subject = Some(subject.clone()));
            let found = FoundRows::default();
            let mut each = Each::new(subject.digest, &options, found.clone());
            let mut walking = pin!(start.walk(&mut walk, &mut each));
            loop {
                // A walk that waits for a response, or pauses because it has many rows, hands them over.
                let ended = poll_fn(|context| match walking.as_mut().poll(context) {
                    Poll::Ready(ended) => Poll::Ready(Some(ended)),
                    Poll::Pending if found.len() > 0 => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                });
                let ended = ended.await;
                let rows = found.take();
                sink.summarize(|summary| summary.count(&rows));
                sink.send(rows).await;
                if let Some(ended) = ended {
                    return ended;
                }
            }
        };
        named(OPERATION, &reference, run).await
    })
}

/// Like [`discover`], with the annotations as they are listed: the drawings of a graph show none. The
/// options must not filter by annotations.
pub(crate) async fn discover_as_listed(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    named(OPERATION, reference, run(store, reference, options, None)).await
}

/// A filter that finds nothing, although a referrer fits, would be a fault of security. So it relies on
/// no list.
fn detail(options: &DiscoverOptions) -> ReferrersDetail {
    match options.annotations.is_empty() {
        true => ReferrersDetail::Annotations,
        false => ReferrersDetail::EveryAnnotation,
    }
}

/// Discovers with the annotations of `detail`, or with those that are listed. The error does not name
/// the operation.
pub(crate) async fn run(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
    detail: Option<ReferrersDetail>,
) -> Result<Graph> {
    options.check()?;
    let requests = Arc::new(RequestLimiter::new(options.concurrency));
    let statements = StatementReader::default();
    let mut walk = Walk::new(store, options, &requests, &statements, detail);
    let start = Start::find(&walk, store, reference, options).await?;
    let mut whole = Whole::new(start.subject.clone());
    start.walk(&mut walk, &mut whole).await?;
    let graph = whole.graph();
    if !options.allow_incomplete {
        ListProblem::check_complete(graph.problems())?;
    }
    if !options.filters() {
        return Ok(graph);
    }
    Ok(graph.filtered(|node| options.matches(&graph, node)))
}

/// Where a walk starts.
struct Start<'a> {
    subject: Descriptor,
    /// The list of its referrers, if it was begun already.
    referrers: BegunLists<'a>,
    /// The entries of its index for it.
    attestations: Vec<Descriptor>,
}

impl<'a> Start<'a> {
    async fn find(
        walk: &Walk<'a>,
        store: &'a dyn ReadStore,
        reference: &Reference,
        options: &DiscoverOptions,
    ) -> Result<Self> {
        if let Some(platform) = &options.platform {
            let selected = select_with_attestations(store, reference, Some(platform)).await?;
            let mut subject = selected.manifest.plain_descriptor();
            subject.artifact_type = selected.manifest.own_artifact_type().map(str::to_owned);
            return Ok(Self {
                subject,
                referrers: BegunLists::default(),
                attestations: selected.attestations,
            });
        }
        let name = name_of(store, reference).await?;
        // A digest permits querying the referrers while the subject is resolved.
        let (subject, referrers) = match &name {
            TagOrDigest::Digest(digest) if walk.lists.descends(0) => {
                tokio::try_join!(store.resolve(&name), walk.lists.first_part(digest))?
            }
            name => (store.resolve(name).await?, BegunLists::default()),
        };
        Ok(Self { subject, referrers, attestations: Vec::new() })
    }

    async fn walk(self, walk: &mut Walk<'a>, found: &mut dyn Found) -> Result<()> {
        walk.run(self.subject, self.referrers, self.attestations, found).await
    }
}
