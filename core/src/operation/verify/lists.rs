//! Checks and repairs the lists of referrers that clients keep in a registry without a referrers API,
//! or beside one.
//!
//! Other clients delete manifests without their entries, and a registry may collect a list as garbage.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    CheckTarget, Links, Problem, ProblemKind, Referrers, SEEN, VerifyContext, VerifyReport,
};
use crate::{
    operation::read::{ListedManifest, fetch_manifest, listed_manifest, resolve_tags},
    store::{ReferrersDetail, memory_budget::Charge},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Result, TagOrDigest, media_type, weight::Weight,
};

/// What the lists of referrers of a graph say, and the subjects of its manifests.
#[derive(Default)]
pub(super) struct ListChecks {
    /// The listed referrers of each manifest.
    listed: HashMap<Digest, HashSet<Digest>>,
    /// The manifests with a subject.
    with_subject: Vec<(Descriptor, Digest)>,
}

impl ListChecks {
    pub(super) fn add(&mut self, referrers: Referrers) {
        let Referrers { manifest, subject, listed } = referrers;
        self.listed.entry(manifest.digest.clone()).or_default().extend(listed);
        self.with_subject.extend(subject.map(|subject| (manifest, subject)));
    }

    /// Returns the manifests whose subject is in the graph, and whose subject's list lacks them. They
    /// are found in the graph itself and, where clients keep the lists, among the tags.
    pub(super) async fn unlisted(
        mut self,
        context: &VerifyContext,
        charge: &mut Charge,
        max_requests: usize,
    ) -> Result<Vec<Problem>> {
        if context.store.has_client_kept_lists().await {
            self.add_tagged(context, charge, max_requests).await?;
        }
        let mut seen = HashSet::new();
        let lacks = |(manifest, subject): &(Descriptor, Digest)| {
            self.listed.get(subject).is_some_and(|listed| !listed.contains(&manifest.digest))
        };
        let unlisted = self.with_subject.iter().filter(|found| lacks(found));
        Ok(unlisted
            .filter(|(manifest, _)| seen.insert(manifest.digest.clone()))
            .map(|(manifest, subject)| Problem {
                descriptor: manifest.clone(),
                path: vec![subject.clone()],
                kind: ProblemKind::Unlisted,
                detail: format!("the list of the referrers of {subject} lacks this manifest"),
            })
            .collect())
    }

    /// Adds the tagged manifests that have a subject. Those that cannot be read are passed over.
    async fn add_tagged(
        &mut self,
        context: &VerifyContext,
        charge: &mut Charge,
        max_requests: usize,
    ) -> Result<()> {
        let store = &*context.store;
        let tags = match store.tags().await {
            Ok(tags) => tags.entries,
            Err(e) => {
                tracing::warn!(error = %e, "tagged referrers are not searched for");
                return Ok(());
            }
        };
        let mut tagged: HashMap<Digest, Descriptor> = HashMap::new();
        for (tag, named) in resolve_tags(store, tags, max_requests).await {
            match named {
                Ok(descriptor) => {
                    let is_known = self.listed.contains_key(&descriptor.digest)
                        || media_type::is_index(&descriptor.media_type);
                    if !is_known {
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
            if let Some((manifest, subject)) = found {
                charge.add(manifest.weight() + SEEN)?;
                self.with_subject.push((manifest, subject));
            }
        }
        Ok(())
    }
}

/// Returns the problem of an entry in a list of referrers that contradicts its manifest.
pub(super) fn contradiction(target: &CheckTarget, links: &Links) -> Option<Problem> {
    let (listed, found) = (&target.descriptor.media_type, &links.descriptor.media_type);
    if listed != found {
        let detail = format!("the list of referrers says the media type {listed}, not {found}");
        return Some(target.problem(ProblemKind::Malformed, detail));
    }
    let path = target.path.digests();
    let (listing, subject) = (path.last()?, links.subject.as_ref()?);
    (listing != subject).then(|| {
        let detail = format!("{listing} lists this manifest, and its subject is {subject}");
        target.problem(ProblemKind::Malformed, detail)
    })
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
pub(super) async fn repair(context: &VerifyContext, report: &mut VerifyReport) -> Result<()> {
    let mut repairs: BTreeMap<Digest, Repair> = BTreeMap::new();
    for (i, problem) in report.problems.iter().enumerate() {
        let Some(subject) = problem.path.last() else { continue };
        let digest = problem.descriptor.digest.clone();
        // What is missing can be a blob, a child or a referrer: only the last has an entry in the list,
        // and removing it removes nothing else.
        let added = match problem.kind {
            ProblemKind::Missing if media_type::is_manifest(&problem.descriptor.media_type) => None,
            ProblemKind::Size | ProblemKind::Malformed | ProblemKind::Unlisted => {
                match referrer(context, subject, &digest).await? {
                    Some(descriptor) => Some(descriptor),
                    // Its subject is another manifest: the entry is wrong.
                    None if problem.kind == ProblemKind::Malformed
                        && *subject != digest
                        && entry(context, subject, &digest).await?.is_some() =>
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
        if !context.store.repair_referrers_list(&subject, &removed, &added).await? {
            continue;
        }
        for i in problems {
            let problem = &report.problems[i];
            let listed = entry(context, &subject, &problem.descriptor.digest).await?;
            let right = added.iter().find(|d| d.digest == problem.descriptor.digest);
            let is_gone = match (listed, right) {
                (Some(listed), Some(right)) => {
                    listed.size == right.size && listed.media_type == right.media_type
                }
                // A child that is missing was never in the list, and still is a problem.
                (None, None) => !is_child(context, &subject, &problem.descriptor).await?,
                _ => false,
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
    context: &VerifyContext,
    subject: &Digest,
    digest: &Digest,
) -> Result<Option<Descriptor>> {
    match fetch_manifest(&*context.store, &TagOrDigest::Digest(digest.clone())).await {
        Ok(manifest) => {
            let is_referrer = manifest.subject().is_some_and(|s| s.digest == *subject);
            Ok(is_referrer.then(|| manifest.descriptor()))
        }
        Err(e) if e.is_of_one_manifest() => Ok(None),
        Err(e) => Err(e),
    }
}

/// Returns the entry of a manifest in the list of the subject's referrers.
async fn entry(
    context: &VerifyContext,
    subject: &Digest,
    digest: &Digest,
) -> Result<Option<Descriptor>> {
    let detail = ReferrersDetail::Unchecked;
    let list = context.store.referrers_in_detail(subject, None, detail).await?;
    Ok(list.entries.into_iter().find(|entry| entry.digest == *digest))
}

/// Returns true if a manifest is an index that lists this manifest.
async fn is_child(context: &VerifyContext, index: &Digest, child: &Descriptor) -> Result<bool> {
    match fetch_manifest(&*context.store, &TagOrDigest::Digest(index.clone())).await {
        Ok(index) => Ok(index.children().any(|listed| listed.digest == child.digest)),
        Err(e) if e.is_of_one_manifest() => Ok(false),
        Err(e) => Err(e),
    }
}
