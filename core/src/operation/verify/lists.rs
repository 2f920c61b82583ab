//! Checks and repairs the lists of referrers that clients keep: in a registry without a referrers API
//! or beside one, and in a layout.
//!
//! Other clients delete manifests without their entries, and a registry may collect a list as garbage.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::report::{Problem, ProblemKind, VerifyReport, weight_of};
use crate::{
    operation::read::{ListedManifest, fetch_manifest, listed_manifest, resolve_tags},
    store::{ReadStore, ReferrersDetail, concurrency::DEFAULT_CONCURRENCY, memory_budget::Charge},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Result, TagOrDigest, excerpt, media_type, weight::Weight,
};

/// A manifest and its listed referrers.
pub(super) struct Referrers {
    pub(super) manifest: Digest,
    pub(super) listed: Vec<Digest>,
}

/// The listed referrers of each manifest of a graph.
#[derive(Default)]
pub(super) struct ListChecks(HashMap<Digest, HashSet<Digest>>);

impl ListChecks {
    pub(super) fn add(&mut self, referrers: Referrers) {
        self.0.entry(referrers.manifest).or_default().extend(referrers.listed);
    }

    /// Returns the tagged manifests whose subject is in the graph, and whose subject's list lacks them.
    /// They are searched for where clients keep the lists. The children of an index can have a subject
    /// and no entry: BuildKit 0.32 writes such attestations. A list of tags that cannot be read is a
    /// problem of the root.
    pub(super) async fn unlisted(
        self,
        store: &dyn ReadStore,
        root: &Descriptor,
        charge: &mut Charge,
        max_requests: usize,
    ) -> Result<Vec<Problem>> {
        if !store.has_client_kept_lists().await {
            return Ok(Vec::new());
        }
        let mut problems = Vec::new();
        let mut unread = |reason: String| {
            problems.push(Problem {
                descriptor: root.clone(),
                path: Vec::new(),
                kind: ProblemKind::Unreadable,
                detail: format!("a tagged referrer may be missing from its list: {reason}"),
            });
        };
        let tags = match store.tags().await {
            Ok(tags) => {
                tags.problems.iter().for_each(|problem| unread(problem.to_string()));
                tags.entries
            }
            Err(e) if e.code() == Code::NotFound => Vec::new(),
            Err(e) => {
                unread(format!("the tags cannot be listed: {}", excerpt(e.message())));
                Vec::new()
            }
        };
        let mut tagged: HashMap<Digest, Descriptor> = HashMap::new();
        let mut held = store.memory().charge();
        let mut resolved = resolve_tags(store, tags, max_requests);
        while let Some((tag, named)) = resolved.next().await {
            match named {
                Ok(descriptor) => {
                    let is_known = self.0.contains_key(&descriptor.digest);
                    if !is_known {
                        held.add(descriptor.weight())?;
                        tagged.insert(descriptor.digest.clone(), descriptor);
                    }
                }
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() => {
                    tracing::warn!(tag, error = %e, "the manifest of a tag cannot be read");
                }
                Err(e) => return Err(e),
            }
        }
        let mut read = stream::iter(tagged.into_values())
            .map(|descriptor| async move {
                Ok::<_, Error>(match listed_manifest(store, &descriptor).await? {
                    ListedManifest::Found(manifest) => {
                        let subject = manifest.subject().map(|subject| subject.digest.clone());
                        subject.map(|subject| (manifest.plain_descriptor(), subject))
                    }
                    ListedManifest::Missing | ListedManifest::Unreadable(_) => None,
                })
            })
            .buffer_unordered(max_requests);
        while let Some(found) = read.try_next().await? {
            let Some((manifest, subject)) = found else { continue };
            let lacks = |listed: &HashSet<Digest>| !listed.contains(&manifest.digest);
            if !self.0.get(&subject).is_some_and(lacks) {
                continue;
            }
            let problem = unlisted_problem(manifest, &subject);
            charge.add(weight_of(&problem))?;
            problems.push(problem);
        }
        Ok(problems)
    }
}

/// Returns the problem of a manifest that a list of the referrers of `subject` lacks.
pub(super) fn unlisted_problem(manifest: Descriptor, subject: &Digest) -> Problem {
    Problem {
        detail: format!("the list of the referrers of {subject} lacks this manifest"),
        descriptor: manifest,
        path: vec![subject.clone()],
        kind: ProblemKind::Unlisted,
    }
}

/// Returns the referrers that one of the lists beside those of the store lacks.
pub(super) fn lacking<'a>(
    lists: &[Vec<Descriptor>],
    referrers: &'a [Descriptor],
) -> impl Iterator<Item = &'a Descriptor> {
    let lists: Vec<HashSet<Digest>> =
        lists.iter().map(|list| list.iter().map(|entry| entry.digest.clone()).collect()).collect();
    referrers.iter().filter(move |r| lists.iter().any(|list| !list.contains(&r.digest)))
}

/// Returns the entries of these lists that differ from what the store knows of its referrers.
pub(super) fn contradicting(
    lists: Vec<Vec<Descriptor>>,
    referrers: &[Descriptor],
) -> Vec<Descriptor> {
    let known: HashMap<&Digest, &Descriptor> = referrers.iter().map(|d| (&d.digest, d)).collect();
    let is_right = |entry: &Descriptor| {
        let known = known.get(&entry.digest);
        known.is_some_and(|known| known.size == entry.size && known.media_type == entry.media_type)
    };
    lists.into_iter().flatten().filter(|entry| !is_right(entry)).collect()
}

/// The changes to one list.
#[derive(Default)]
struct Repair {
    removed: Vec<Digest>,
    added: Vec<Descriptor>,
    /// The positions of the problems in the report.
    problems: Vec<usize>,
}

/// Repairs the lists of referrers of the graph. Moves the problems that are gone from the problems of
/// the report to the repaired ones.
pub(super) async fn repair(store: &dyn ReadStore, report: &mut VerifyReport) -> Result<()> {
    let mut repairs: BTreeMap<Digest, Repair> = BTreeMap::new();
    for (i, problem) in report.problems.iter().enumerate() {
        let Some(subject) = problem.path.last() else { continue };
        let digest = problem.descriptor.digest.clone();
        // What is missing can be a blob, a child or a referrer: only the last has an entry in the list,
        // and removing it removes nothing else.
        let added = match problem.kind {
            // It may have been pushed since it was looked for.
            ProblemKind::Missing if media_type::is_manifest(&problem.descriptor.media_type) => {
                match store.resolve(&TagOrDigest::Digest(digest.clone())).await {
                    Err(e) if e.code() == Code::NotFound => None,
                    _ => continue,
                }
            }
            ProblemKind::Size | ProblemKind::Malformed | ProblemKind::Unlisted => {
                match referrer(store, subject, &digest).await? {
                    Some(descriptor) => Some(descriptor),
                    // Its subject is another manifest: the entry is wrong.
                    None if problem.kind == ProblemKind::Malformed
                        && *subject != digest
                        && !entries(store, subject, &digest).await?.is_empty() =>
                    {
                        None
                    }
                    None => continue,
                }
            }
            _ => continue,
        };
        let repair = repairs.entry(subject.clone()).or_default();
        repair.removed.push(digest);
        repair.added.extend(added);
        repair.problems.push(i);
    }
    let mut repaired = HashSet::new();
    for (subject, Repair { removed, added, problems }) in repairs {
        match store.repair_referrers_list(&subject, &removed, &added).await {
            Ok(true) => {}
            Ok(false) => continue,
            // The report is worth more than one list, which another client keeps or has damaged.
            Err(e) => {
                for i in problems {
                    let detail = &mut report.problems[i].detail;
                    detail.push_str(&format!("; the list was not repaired: {}", e.message()));
                }
                continue;
            }
        }
        for i in problems {
            let problem = &report.problems[i];
            let listed = entries(store, &subject, &problem.descriptor.digest).await?;
            let right = added.iter().find(|d| d.digest == problem.descriptor.digest);
            let is_gone = match right {
                Some(right) => {
                    let is_right = |listed: &Descriptor| {
                        listed.size == right.size && listed.media_type == right.media_type
                    };
                    !listed.is_empty() && listed.iter().all(is_right)
                }
                // A child that is missing was never in the list, and still is a problem.
                None => {
                    listed.is_empty() && !is_child(store, &subject, &problem.descriptor).await?
                }
            };
            if is_gone {
                repaired.insert(i);
            }
        }
    }
    let problems = std::mem::take(&mut report.problems);
    for (i, problem) in problems.into_iter().enumerate() {
        let list = if repaired.contains(&i) { &mut report.repaired } else { &mut report.problems };
        list.push(problem);
    }
    Ok(())
}

/// Returns the descriptor of a manifest that has this subject, or `None` if it has another one or
/// cannot be read.
async fn referrer(
    store: &dyn ReadStore,
    subject: &Digest,
    digest: &Digest,
) -> Result<Option<Descriptor>> {
    match fetch_manifest(store, &TagOrDigest::Digest(digest.clone())).await {
        Ok(manifest) => {
            let is_referrer = manifest.subject().is_some_and(|s| s.digest == *subject);
            Ok(is_referrer.then(|| manifest.descriptor()))
        }
        Err(e) if e.is_of_one_manifest() => Ok(None),
        Err(e) => Err(e),
    }
}

/// Returns the entries of a manifest in the lists of the subject's referrers.
async fn entries(
    store: &dyn ReadStore,
    subject: &Digest,
    digest: &Digest,
) -> Result<Vec<Descriptor>> {
    let detail = ReferrersDetail::Unchecked;
    let list = store.referrers_in_detail(subject, None, detail, DEFAULT_CONCURRENCY).await?;
    let mut entries = list.entries;
    entries.extend(store.lists_of_other_tools(subject).await?.into_iter().flatten());
    entries.retain(|entry| entry.digest == *digest);
    Ok(entries)
}

/// Returns true if a manifest is an index that lists this manifest.
async fn is_child(store: &dyn ReadStore, index: &Digest, child: &Descriptor) -> Result<bool> {
    match fetch_manifest(store, &TagOrDigest::Digest(index.clone())).await {
        Ok(index) => Ok(index.children().any(|listed| listed.digest == child.digest)),
        Err(e) if e.is_of_one_manifest() => Ok(false),
        Err(e) => Err(e),
    }
}
