//! Discover: the graph of referrers beneath a subject, breadth first, a level's nodes all at once.

use ocigraph_types::Platform;
use std::collections::BTreeMap;
use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::named::named;
use crate::{
    operation::select::select_manifest,
    store::{
        ReadStore,
        limits::{check_limit, concurrency},
        list::List,
        memory::Charge,
    },
};
use ocigraph_types::{Descriptor, Digest, Graph, ListProblem, Reference, Result, TagOrDigest};

/// How to discover.
#[derive(Debug, Clone, Default)]
pub struct DiscoverOptions {
    /// Returns only referrers of this type, with what leads to them and what lies beneath them.
    pub artifact_type: Option<String>,
    /// Returns only referrers with these annotations; as `artifact_type`.
    pub annotations: BTreeMap<String, String>,
    /// Starts, at an index, from the image for this platform.
    pub platform: Option<Platform>,
    /// How many levels to walk; all when absent.
    pub depth: Option<usize>,
    /// Gives the graph of what could be read, with [`Graph::problems`](crate::Graph::problems),
    /// where a list cannot be read whole; else that is INCOMPLETE.
    pub allow_incomplete: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
}

impl DiscoverOptions {
    /// Whether a referrer is itself asked for, whatever leads to it or lies beneath it.
    pub fn matches(&self, referrer: &Descriptor) -> bool {
        self.artifact_type.as_ref().is_none_or(|t| referrer.artifact_type.as_ref() == Some(t))
            && self.annotations.iter().all(|(k, v)| referrer.annotations.get(k) == Some(v))
    }
}

/// What a node takes beside its descriptor: its places in the graph and in the walk.
const NODE: usize = 256;

pub(crate) const OPERATION: &str = "discover";

/// Returns the graph of everything that refers to what `reference` names.
///
/// # Errors
/// [`Code::NotFound`](crate::Code::NotFound) if the reference names nothing; [`Code::Incomplete`](crate::Code::Incomplete) if a list of referrers
/// cannot be read whole, unless `options` allows it.
pub async fn discover(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &DiscoverOptions,
) -> Result<Graph> {
    let name = reference.name()?;
    if options.platform.is_some() {
        let manifest = select_manifest(store, &name, options.platform.as_ref()).await?;
        return finish(store, manifest.plain_descriptor(), None, options).await;
    }
    // With a digest in hand the referrers are asked for while the subject is looked up.
    let subject = match &name {
        TagOrDigest::Digest(digest) => {
            let (subject, first) =
                tokio::try_join!(store.resolve(&name), store.referrers(digest, hint(options)))?;
            return finish(store, subject, Some(first), options).await;
        }
        TagOrDigest::Tag(_) => store.resolve(&name).await?,
    };
    finish(store, subject, None, options).await
}

async fn finish(
    store: &dyn ReadStore,
    subject: Descriptor,
    first: Option<List<Descriptor>>,
    options: &DiscoverOptions,
) -> Result<Graph> {
    let mut graph = Graph::new(subject);
    let mut charge = store.memory().charge();
    let root = graph.subject().digest.clone();
    if options.depth != Some(0) {
        let first = match first {
            Some(first) => first,
            None => store.referrers(&root, hint(options)).await?,
        };
        insert(&mut graph, &mut charge, root, first)?;
        let depth = options.depth.unwrap_or(usize::MAX);
        let at_once = concurrency(options.concurrency);
        walk(store, &mut graph, &mut charge, depth, at_once).await?;
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

/// The store can filter only where nothing beneath is wanted: a match may lie under a referrer
/// that is none.
fn hint(options: &DiscoverOptions) -> Option<&str> {
    options.artifact_type.as_deref().filter(|_| options.depth == Some(1))
}

/// Completes a graph whose root's referrers are known.
async fn walk(
    store: &dyn ReadStore,
    graph: &mut Graph,
    charge: &mut Charge,
    depth: usize,
    at_once: usize,
) -> Result<()> {
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
        let mut asked = stream::iter(next.clone())
            .map(|digest| async move {
                let referrers = store.referrers(&digest, None).await?;
                Ok::<_, crate::Error>((digest, referrers))
            })
            .buffer_unordered(at_once);
        while let Some((digest, referrers)) = asked.try_next().await? {
            listed += referrers.entries.len();
            check_limit(listed, store.max_entries())?;
            insert(graph, charge, digest, referrers)?;
        }
        level = next;
    }
    Ok(())
}
