//! Discovers the graph of referrers of a subject. It walks breadth first, and queries the nodes of
//! one level concurrently. It reads lists of referrers, and manifests only to find the subject and
//! for annotations that a list lacks.

#[cfg(doc)]
use crate::Code;
use derive_setters::Setters;
use std::collections::{BTreeMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::named::named;
use crate::{
    operation::select::{name_of, select_manifest},
    store::{
        ReadStore, ReferrersDetail, concurrency::concurrency, limits::check_limit, list::List,
        memory_budget::Charge,
    },
};
use ocigraph_types::{
    Descriptor, Digest, Graph, ListProblem, Platform, Reference, Result, TagOrDigest,
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
    /// Keeps only the referrers of this artifact type, the paths from the subject to them, and
    /// their direct and indirect referrers. Default: all referrers.
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Keeps only the referrers that have all these annotations with these values, in the same way
    /// as `artifact_type`. Default: all referrers.
    pub annotations: BTreeMap<String, String>,
    /// Starts at the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: starts at the
    /// manifest that the reference names.
    pub platform: Option<Platform>,
    /// Maximum number of levels of referrers: 1 returns the direct referrers, 0 the subject alone.
    /// Default: all levels.
    pub depth: Option<usize>,
    /// Returns a graph with [`Graph::problems`](crate::Graph::problems) if a list of referrers
    /// cannot be read completely. Default: false; this then fails with
    /// [INCOMPLETE](crate::Code::Incomplete).
    pub allow_incomplete: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

impl DiscoverOptions {
    /// Returns true if the referrer has the artifact type and the annotations of these options. A
    /// graph that was filtered by them can contain other referrers too.
    pub fn matches(&self, referrer: &Descriptor) -> bool {
        self.artifact_type.as_ref().is_none_or(|t| referrer.artifact_type.as_ref() == Some(t))
            && self.annotations.iter().all(|(k, v)| referrer.annotations.get(k) == Some(v))
    }
}

/// Bytes that a node takes besides its descriptor, in the graph and in the walk.
const NODE: usize = 256;

pub(crate) const OPERATION: &str = "discover";

/// Returns the graph of all direct and indirect referrers of what `reference` names: see
/// [distribution-spec v1.1.1, "Listing Referrers"][spec].
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] if a list of referrers
/// cannot be read completely, unless the options allow it.
pub async fn discover(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    let query = Query { store, options, detail: Some(detail(options)) };
    named(OPERATION, reference, query.run(reference)).await
}

/// Like [`discover`], with the annotations as they are listed: the drawings of a graph show none. The
/// options must not filter by annotations.
pub(crate) async fn discover_as_listed(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    let query = Query { store, options, detail: None };
    named(OPERATION, reference, query.run(reference)).await
}

/// A filter that finds nothing, although a referrer fits, would be a fault of security. So it relies on
/// no list.
fn detail(options: &DiscoverOptions) -> ReferrersDetail {
    match options.annotations.is_empty() {
        true => ReferrersDetail::Annotations,
        false => ReferrersDetail::EveryAnnotation,
    }
}

/// What all queries of one discovery share.
#[derive(Clone, Copy)]
struct Query<'a> {
    store: &'a dyn ReadStore,
    options: &'a DiscoverOptions,
    /// The annotations to read. `None` for those that are listed.
    detail: Option<ReferrersDetail>,
}

impl Query<'_> {
    async fn run(self, reference: &Reference) -> Result<Graph> {
        let Self { store, options, .. } = self;
        if options.platform.is_some() {
            let manifest = select_manifest(store, reference, options.platform.as_ref()).await?;
            return self.finish(manifest.plain_descriptor(), None).await;
        }
        let name = name_of(store, reference).await?;
        // A digest permits querying the referrers while the subject is resolved.
        let subject = match &name {
            TagOrDigest::Digest(digest) => {
                let (subject, first) = tokio::try_join!(
                    store.resolve(&name),
                    self.referrers(digest, filter(options))
                )?;
                return self.finish(subject, Some(first)).await;
            }
            TagOrDigest::Tag(_) => store.resolve(&name).await?,
        };
        self.finish(subject, None).await
    }

    async fn referrers(
        self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        let max_requests = concurrency(self.options.concurrency);
        match self.detail {
            Some(detail) => {
                self.store.referrers_in_detail(subject, artifact_type, detail, max_requests).await
            }
            None => self.store.referrers(subject, artifact_type).await,
        }
    }

    async fn finish(self, subject: Descriptor, first: Option<List<Descriptor>>) -> Result<Graph> {
        let options = self.options;
        let mut graph = Graph::new(subject);
        let mut charge = self.store.memory().charge();
        let root = graph.subject().digest.clone();
        if options.depth != Some(0) {
            let first = match first {
                Some(first) => first,
                None => self.referrers(&root, filter(options)).await?,
            };
            insert(&mut graph, &mut charge, root, first)?;
            self.walk(&mut graph, &mut charge).await?;
        }
        if !options.allow_incomplete {
            ListProblem::check_complete(graph.problems())?;
        }
        Ok(if options.artifact_type.is_none() && options.annotations.is_empty() {
            graph
        } else {
            graph.filtered(|descriptor| options.matches(descriptor))
        })
    }

    /// Adds the other levels to a graph that contains the direct referrers of its subject.
    async fn walk(self, graph: &mut Graph, charge: &mut Charge) -> Result<()> {
        let depth = self.options.depth.unwrap_or(usize::MAX);
        let max_requests = concurrency(self.options.concurrency);
        let mut seen = HashSet::from([graph.subject().digest.clone()]);
        let mut level: Vec<Digest> = vec![graph.subject().digest.clone()];
        let mut listed = graph.referrers(&graph.subject().digest).len();
        for _ in 1..depth {
            let next: Vec<Digest> = level
                .iter()
                .flat_map(|digest| graph.referrers(digest))
                .map(|referrer| referrer.digest.clone())
                .filter(|digest| seen.insert(digest.clone()))
                .collect();
            if next.is_empty() {
                break;
            }
            let mut queries = stream::iter(next.clone())
                .map(|digest| async move {
                    let referrers = self.referrers(&digest, None).await?;
                    Ok::<_, crate::Error>((digest, referrers))
                })
                .buffer_unordered(max_requests);
            while let Some((digest, referrers)) = queries.try_next().await? {
                listed += referrers.entries.len();
                check_limit(listed, self.store.max_entries())?;
                insert(graph, charge, digest, referrers)?;
            }
            level = next;
        }
        Ok(())
    }
}

fn insert(
    graph: &mut Graph,
    charge: &mut Charge,
    digest: Digest,
    mut listed: List<Descriptor>,
) -> Result<()> {
    listed.hand_over(charge)?;
    charge.add(NODE)?;
    graph.add_problems(std::mem::take(&mut listed.problems));
    graph.insert(digest, listed.entries);
    Ok(())
}

/// Returns the artifact type by which the store can filter. It can filter only a walk of one level:
/// otherwise a referrer of another type can have a referrer of the wanted type.
fn filter(options: &DiscoverOptions) -> Option<&str> {
    options.artifact_type.as_deref().filter(|_| options.depth == Some(1))
}
