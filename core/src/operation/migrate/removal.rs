//! Removes old forms. A manifest is deleted only if the new form was read back and has every layer of
//! it, and if nothing else refers to it.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    context::MigrateContext,
    report::{KeptAttachment, Migration, MigrationKind, RemovedAttachment},
};
use crate::operation::attached::layers::covers;
use crate::{
    operation::read::{ListedManifest, fetch_manifest, listed_manifest, resolve_tags},
    store::{ManifestDeletion, limits::check_limit},
};
use ocigraph_types::{
    Code, Descriptor, Digest, EdgeKind, Manifest, Result, SiblingTag, TagOrDigest, media_type,
    weight::Weight,
};

/// cosign 3.1.3 reads attestations that are referrers only as sigstore bundles.
const UNREAD_BY_COSIGN: &str = "cosign reads attestations in this format only by their tag";

/// A manifest in its old form, with the migrations that replace it: one manifest can have sibling tags
/// of several subjects.
struct Candidate {
    /// Each with the subject.
    migrations: Vec<(Digest, Migration)>,
}

impl Candidate {
    fn old(&self) -> Option<&Descriptor> {
        self.migrations.first().map(|(_, migration)| &migration.old_manifest)
    }

    /// Returns the subject of a manifest that is a referrer in its old form.
    fn subject(&self) -> Option<&Digest> {
        let is_referrer =
            |(_, migration): &&(Digest, Migration)| migration.kind != MigrationKind::TagToReferrer;
        self.migrations.iter().find(is_referrer).map(|(subject, _)| subject)
    }

    /// Returns true for what a tag of attestations names.
    fn is_attestation_of_cosign(&self) -> bool {
        self.tags().any(|tag| SiblingTag::parse(tag).is_some_and(|tag| tag.suffix() == "att"))
    }

    fn tags(&self) -> impl Iterator<Item = &String> {
        self.migrations.iter().filter_map(|(_, migration)| migration.old_tag.as_ref())
    }
}

/// Removes the old forms of migrations, or plans to. Returns what was removed, and the rest with the
/// reasons.
pub(super) async fn remove(
    context: &MigrateContext<'_>,
    migrations: &[(Digest, Migration)],
    tags: Vec<String>,
    dry_run: bool,
) -> Result<(Vec<RemovedAttachment>, Vec<KeptAttachment>)> {
    let mut removed = Vec::new();
    let mut kept = Vec::new();
    let mut candidates: BTreeMap<Digest, Candidate> = BTreeMap::new();
    let mut listed: BTreeMap<Digest, Vec<&Migration>> = BTreeMap::new();
    for (of, migration) in migrations {
        match migration.kind {
            MigrationKind::ListByApi => {
                listed.entry(of.clone()).or_default().push(migration);
                continue;
            }
            MigrationKind::ListByTag => continue,
            _ => {}
        }
        // A tag can name the referrer itself.
        if migration.old_manifest.digest == migration.new_manifest.digest {
            continue;
        }
        let candidate = candidates
            .entry(migration.old_manifest.digest.clone())
            .or_insert_with(|| Candidate { migrations: Vec::new() });
        candidate.migrations.push((of.clone(), migration.clone()));
    }
    if !candidates.is_empty() {
        let references = References::collect(context, &candidates, tags).await?;
        let mut deletions = Vec::new();
        for (digest, candidate) in &candidates {
            let reason = match references.reason(context, digest, candidate) {
                Some(reason) => Some(reason),
                None if candidate.is_attestation_of_cosign() => Some(UNREAD_BY_COSIGN.to_owned()),
                // Nothing is written in a dry run, so there is nothing to read back.
                None if dry_run => None,
                None => not_replaced(context, candidate).await?,
            };
            match (reason, candidate.old()) {
                (Some(reason), _) => kept.extend(retained(candidate, &reason)),
                (None, Some(old)) => deletions.push(ManifestDeletion {
                    manifest: old.clone(),
                    subject: candidate.subject().cloned(),
                    subject_retained: candidate.subject().is_some(),
                    tags: candidate.tags().cloned().collect(),
                }),
                (None, None) => {}
            }
        }
        let results = match dry_run {
            true => deletions.iter().map(|_| Ok(())).collect(),
            false => context.store.delete_manifests(&deletions, context.requests.max()).await,
        };
        for (deletion, result) in deletions.iter().zip(results) {
            let Some(candidate) = candidates.get(&deletion.manifest.digest) else { continue };
            match result {
                Ok(()) => removed.extend(candidate.migrations.iter().map(|(_, one)| removal(one))),
                Err(e) => kept.extend(retained(candidate, e.message())),
            }
        }
    }
    for (subject, entries) in listed {
        if !dry_run {
            let digests: Vec<Digest> =
                entries.iter().map(|one| one.old_manifest.digest.clone()).collect();
            let _permit = context.requests.acquire().await;
            context.store.repair_referrers_list(&subject, &digests, &[]).await?;
        }
        removed.extend(entries.into_iter().map(removal));
    }
    Ok((removed, kept))
}

fn removal(migration: &Migration) -> RemovedAttachment {
    RemovedAttachment { descriptor: migration.old_manifest.clone(), tag: migration.old_tag.clone() }
}

fn retained<'a>(
    candidate: &'a Candidate,
    reason: &'a str,
) -> impl Iterator<Item = KeptAttachment> + 'a {
    candidate.migrations.iter().map(move |(_, migration)| KeptAttachment {
        kind: migration.kind,
        descriptor: migration.old_manifest.clone(),
        tag: migration.old_tag.clone(),
        reason: format!("the old form is not removed: {reason}"),
    })
}

/// Reads the new forms of a candidate back. Returns the reason why they do not replace the old one.
async fn not_replaced(
    context: &MigrateContext<'_>,
    candidate: &Candidate,
) -> Result<Option<String>> {
    for (subject, migration) in &candidate.migrations {
        let old = match &migration.old_tag {
            Some(tag) => context.tagged(tag).await?,
            None => context.listed(&migration.old_manifest).await?.ok(),
        };
        let Some(old) = old.filter(|old| *old.digest() == migration.old_manifest.digest) else {
            return Ok(Some("it was changed meanwhile".to_owned()));
        };
        let new = match &migration.new_tag {
            Some(tag) => context.tagged(tag).await?,
            None => {
                let _permit = context.requests.acquire().await;
                Some(
                    fetch_manifest(context.store, &TagOrDigest::from(&migration.new_manifest))
                        .await?,
                )
            }
        };
        let replaces =
            |new: &Manifest| *new.digest() == migration.new_manifest.digest && covers(new, &old);
        if !new.as_ref().is_some_and(replaces) {
            let new = &migration.new_manifest.digest;
            return Ok(Some(format!("the new form {new} does not have all its content")));
        }
        if let Some(artifact_type) = &migration.new_manifest.artifact_type
            && migration.new_tag.is_none()
        {
            // Clients such as cosign ask for one type.
            let _permit = context.requests.acquire().await;
            let listed = context.store.referrers(subject, Some(artifact_type)).await?;
            if !listed.entries.iter().any(|one| one.digest == migration.new_manifest.digest) {
                return Ok(Some(format!(
                    "the registry does not list the new form as {artifact_type}"
                )));
            }
        }
    }
    Ok(None)
}

/// What refers to the candidates otherwise than in their old form.
#[derive(Default)]
struct References {
    /// All tags of the candidates.
    tags: HashMap<Digest, Vec<String>>,
    /// For each candidate that an index lists, the index.
    listed_by: HashMap<Digest, Digest>,
    /// A tag or an index that cannot be read, as a phrase for users.
    unreadable: Option<String>,
}

impl References {
    async fn collect(
        context: &MigrateContext<'_>,
        candidates: &BTreeMap<Digest, Candidate>,
        tags: Vec<String>,
    ) -> Result<Self> {
        let store = context.store;
        let mut references = Self::default();
        let mut charge = store.memory().charge();
        let mut indexes = store.list_untagged().await?;
        charge.add(indexes.weight())?;
        indexes.push(context.graph.subject().clone());
        let mut resolved = resolve_tags(store, tags, context.requests.max());
        while let Some((tag, named)) = resolved.next().await {
            match named {
                Ok(named) => {
                    if candidates.contains_key(&named.digest) {
                        references.tags.entry(named.digest.clone()).or_default().push(tag);
                    }
                    if media_type::is_index(&named.media_type) {
                        charge.add(named.weight())?;
                        indexes.push(named);
                    }
                }
                // The tag was deleted after it was listed.
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() => {
                    references.unreadable.get_or_insert(format!("the tag {tag}"));
                }
                Err(e) => return Err(e),
            }
        }
        references.read_indexes(context, candidates, indexes).await?;
        Ok(references)
    }

    /// Searches indexes, level by level, for the candidates.
    async fn read_indexes(
        &mut self,
        context: &MigrateContext<'_>,
        candidates: &BTreeMap<Digest, Candidate>,
        mut level: Vec<Descriptor>,
    ) -> Result<()> {
        let store = context.store;
        let mut seen: HashSet<Digest> = HashSet::new();
        loop {
            level.retain(|one| {
                media_type::is_index(&one.media_type) && seen.insert(one.digest.clone())
            });
            if level.is_empty() {
                return Ok(());
            }
            let read = stream::iter(std::mem::take(&mut level)).map(|index| async move {
                let _permit = context.requests.acquire().await;
                let read = listed_manifest(store, &index).await?;
                Ok::<_, ocigraph_types::Error>((index.digest, read))
            });
            let mut read = read.buffered(context.requests.max());
            while let Some((index, read)) = read.try_next().await? {
                let read = match read {
                    ListedManifest::Found(read) => read,
                    ListedManifest::Missing => continue,
                    ListedManifest::Unreadable(_) => {
                        self.unreadable.get_or_insert(format!("the index {index}"));
                        continue;
                    }
                };
                for child in read.children() {
                    if candidates.contains_key(&child.digest) {
                        self.listed_by.insert(child.digest.clone(), index.clone());
                    }
                    if media_type::is_index(&child.media_type) {
                        level.push(child.clone());
                    }
                }
                check_limit(seen.len() + level.len(), store.max_entries())?;
            }
        }
    }

    /// Returns the reason why a manifest is not deleted.
    fn reason(
        &self,
        context: &MigrateContext<'_>,
        digest: &Digest,
        candidate: &Candidate,
    ) -> Option<String> {
        let own: HashSet<&String> = candidate.tags().collect();
        let named = self.tags.get(digest).into_iter().flatten();
        let others: Vec<&str> =
            named.filter(|tag| !own.contains(tag)).map(String::as_str).collect();
        if !others.is_empty() {
            return Some(format!("it is tagged {}", others.join(", ")));
        }
        if let Some(index) = self.listed_by.get(digest) {
            return Some(format!("the index {index} lists it"));
        }
        let is_child = |kind| matches!(kind, EdgeKind::Child | EdgeKind::Attestation);
        let is_in_index = context
            .graph
            .walk()
            .any(|node| node.descriptor.digest == *digest && is_child(node.kind));
        if is_in_index {
            return Some("an index lists it".to_owned());
        }
        if let Some(edge) = context.graph.edges(digest).next() {
            return Some(format!("{} is attached to it", edge.descriptor.digest));
        }
        let unreadable = self.unreadable.as_ref()?;
        Some(format!("{unreadable} cannot be read, and may name it"))
    }
}
