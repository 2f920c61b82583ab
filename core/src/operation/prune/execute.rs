//! Executes the plan for one repository: checks first that nothing has changed for what the plan deletes,
//! then deletes it, referrers before their subjects.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, stream};

use super::{
    deletion::Deletion,
    inventory::{Existence, Inventory, Node, State},
    protect::protected,
    report::{KeepCause, KeptManifest, PruneCause, PrunedKind, PrunedManifest, PrunedRepository},
    scan::Scan,
};
use crate::{
    operation::{
        delete::in_levels,
        read::fetch_manifest,
        tag::{UntagOptions, remove},
    },
    store::{ManifestDeletion, Store, concurrency::RequestLimiter},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, SiblingTag, TagOrDigest, excerpt};

/// Executes a plan in one repository.
pub(super) struct Execution<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) requests: &'a RequestLimiter,
    pub(super) share: usize,
    /// Only checks what has changed.
    pub(super) dry_run: bool,
    /// The plan was made at another time.
    pub(super) is_stored: bool,
}

fn changed(message: String) -> Error {
    Error::new(Code::Conflict, message).with_hint("make a new plan")
}

impl Execution<'_> {
    /// Returns what was done. An error was met before anything was deleted.
    pub(super) async fn run(&self, plan: PrunedRepository) -> Result<PrunedRepository> {
        let mut done = PrunedRepository { deleted: Vec::new(), ..plan };
        let (mut lists, mut tags, mut manifests) = (Vec::new(), Vec::new(), HashMap::new());
        let mut order = Vec::new();
        for entry in plan.deleted {
            match entry.kind {
                PrunedKind::FallbackTag => lists.push(entry),
                PrunedKind::Tag => tags.push(entry),
                _ => {
                    order.push(entry.descriptor.digest.clone());
                    manifests.insert(entry.descriptor.digest.clone(), entry);
                }
            }
        }
        let inventory = match manifests.is_empty() && lists.is_empty() {
            // Each tag is looked at before it is removed.
            true => Inventory::new(self.store.memory().charge()),
            false => self.scan(&manifests).await?,
        };
        if let Some(first) = inventory.unread.first() {
            let incomplete = || {
                let message = format!("not deleted, since something may need it: {first}");
                Error::new(Code::Incomplete, message)
            };
            let waiting = order.iter().filter_map(|digest| manifests.remove(digest));
            let all: Vec<PrunedManifest> = waiting.chain(lists).chain(tags).collect();
            done.refused.extend(all.into_iter().map(|entry| entry.refused(incomplete())));
            done.unread = inventory.unread;
            return Ok(done);
        }
        self.refuse_changed(&inventory, &order, &mut manifests, &mut done);
        self.delete(&inventory, &order, manifests, &mut done).await?;
        for entry in lists {
            self.remove_list(&inventory, entry, &mut done).await;
        }
        self.remove_tags(tags, &mut done).await;
        Ok(done)
    }

    async fn scan(&self, manifests: &HashMap<Digest, PrunedManifest>) -> Result<Inventory> {
        let planned: HashMap<Digest, Descriptor> = manifests
            .iter()
            .map(|(digest, entry)| (digest.clone(), entry.descriptor.clone()))
            .collect();
        let scan = Scan {
            store: self.store,
            requests: self.requests,
            share: self.share,
            planned: Some(&planned),
            lists_all: self.is_stored,
            needs_time: &|_, _| false,
            keeps_configs: false,
        };
        scan.run().await
    }

    /// Refuses what has changed, and what something needs that stays. What does not exist any more is done.
    fn refuse_changed(
        &self,
        inventory: &Inventory,
        order: &[Digest],
        manifests: &mut HashMap<Digest, PrunedManifest>,
        done: &mut PrunedRepository,
    ) {
        let named = inventory
            .nodes
            .iter()
            .flat_map(|(digest, node)| node.all_tags().into_iter().map(move |tag| (tag, digest)));
        let named: HashMap<String, &Digest> = named.collect();
        let mut refused: HashMap<&Digest, Error> = HashMap::new();
        for digest in order {
            let Some(entry) = manifests.get_mut(digest) else { continue };
            match inventory.existing(digest) {
                None => entry.gone = true,
                Some(node) => {
                    if let Err(e) = check(inventory, node, entry, &named) {
                        refused.insert(digest, e);
                    }
                }
            }
        }
        let stays = |digest: &&Digest| {
            let is_refused = !manifests.contains_key(*digest) || refused.contains_key(*digest);
            is_refused && inventory.existing(digest).is_some()
        };
        let roots: Vec<&Digest> = inventory.order.iter().filter(stays).collect();
        let needed = protected(inventory, roots);
        for digest in order {
            let reason = needed.get(digest).and_then(Option::as_ref).map(|(_, reason)| reason);
            let needed = reason.map(|reason| changed(format!("it is needed now: {reason}")));
            let Some(error) = refused.remove(digest).or(needed) else { continue };
            if let Some(entry) = manifests.remove(digest) {
                done.refused.push(entry.refused(error));
            }
        }
    }

    /// Deletes manifests. What depends on one that stays, stays too.
    async fn delete(
        &self,
        inventory: &Inventory,
        order: &[Digest],
        mut manifests: HashMap<Digest, PrunedManifest>,
        done: &mut PrunedRepository,
    ) -> Result<()> {
        let going: HashSet<Digest> = manifests.keys().cloned().collect();
        let before =
            |digest: &Digest| inventory.nodes.get(digest).map(Node::before).unwrap_or_default();
        let levels = in_levels(order.iter().filter(|digest| going.contains(*digest)), before);
        let planned = levels.into_iter().flatten().filter_map(|digest| manifests.remove(digest));
        let (skipped, existing): (Vec<_>, Vec<_>) =
            planned.partition(|entry| entry.gone || self.dry_run);
        done.deleted.extend(skipped);
        let deletion = Deletion { store: self.store, share: self.share, inventory, going: &going };
        deletion.run(existing, done).await
    }

    /// Deletes a list under a fallback tag, if nothing that it lists exists.
    async fn remove_list(
        &self,
        inventory: &Inventory,
        mut entry: PrunedManifest,
        done: &mut PrunedRepository,
    ) {
        let deleted = done.deleted.iter().map(|one| one.descriptor.digest.clone()).collect();
        match self.delete_list(inventory, &entry, &deleted).await {
            Ok(gone) => {
                entry.gone = gone;
                done.deleted.push(entry);
            }
            Err(e) => done.refused.push(entry.refused(e)),
        }
    }

    /// Returns true if the list does not exist.
    async fn delete_list(
        &self,
        inventory: &Inventory,
        entry: &PrunedManifest,
        going: &HashSet<Digest>,
    ) -> Result<bool> {
        let (Some(tag), Some(subject)) = (entry.tags.first(), &entry.subject) else {
            return Err(Error::new(
                Code::InvalidArgument,
                "the plan has no tag or no subject for it",
            ));
        };
        let list = match fetch_manifest(self.store, &TagOrDigest::Tag(tag.clone())).await {
            Err(e) if e.code() == Code::NotFound => return Ok(true),
            list => list?,
        };
        if !list.is_index() {
            return Err(changed(format!("the tag {tag} names no list of referrers now")));
        }
        if self.store.has_manifest(subject).await? {
            return Err(changed(format!("its subject {subject} exists now")));
        }
        for listed in list.manifests() {
            // What a dry run would delete before is still there.
            if self.dry_run && going.contains(&listed.digest) {
                continue;
            }
            if self.store.has_manifest(&listed.digest).await? {
                return Err(changed(format!("it lists {}, which exists", listed.digest)));
            }
        }
        if self.dry_run {
            return Ok(false);
        }
        let has_tags = |node: &Node| !node.all_tags().is_empty();
        if inventory.nodes.get(list.digest()).is_some_and(has_tags) {
            return self.store.untag(tag).await.map(|()| false);
        }
        let deletion = ManifestDeletion {
            manifest: list.plain_descriptor(),
            subject: None,
            subject_retained: false,
            tags: vec![tag.clone()],
        };
        let mut results = self.store.delete_manifests(&[deletion], 1).await;
        results.pop().unwrap_or(Ok(())).map(|()| false)
    }

    /// Removes the tags of entries, and keeps the manifests.
    async fn remove_tags(&self, entries: Vec<PrunedManifest>, done: &mut PrunedRepository) {
        let mut tags = Vec::new();
        for entry in entries {
            for tag in &entry.tags {
                tags.push(PrunedManifest { tags: vec![tag.clone()], ..entry.clone() });
            }
        }
        let mut tags = tags.into_iter();
        // The first goes alone, so that a registry that cannot remove a tag alone is asked once.
        let Some(first) = tags.next() else { return };
        let removed = self.remove_tag(&first).await;
        if let Err(e) = removed.as_ref()
            && e.code() == Code::Unsupported
        {
            let refused = format!("it refuses to remove {}", excerpt(&first.tags.join(", ")));
            done.kept.push(not_removable(first, e.message()));
            done.kept.extend(tags.map(|one| not_removable(one, &refused)));
            return;
        }
        let others = stream::iter(tags).map(|one| async move {
            let removed = self.remove_tag(&one).await;
            (one, removed)
        });
        let others: Vec<_> = others.buffered(self.share).collect().await;
        for (one, removed) in [(first, removed)].into_iter().chain(others) {
            match removed {
                Ok(removed) => done.deleted.push(PrunedManifest { gone: !removed, ..one }),
                Err(e) if e.code() == Code::DigestMismatch => {
                    done.refused.push(one.refused(changed(e.message().to_owned())));
                }
                Err(e) if e.code() == Code::Unsupported => {
                    done.kept.push(not_removable(one, e.message()))
                }
                Err(e) => done.refused.push(one.refused(e)),
            }
        }
    }

    /// Removes the tag of an entry. Returns false if it does not exist.
    async fn remove_tag(&self, entry: &PrunedManifest) -> Result<bool> {
        let digest = &entry.descriptor.digest;
        let Some(tag) = entry.tags.first() else { return Ok(false) };
        if entry.cause == PruneCause::DeadTag
            && let Some(subject) = SiblingTag::parse(tag).map(|tag| tag.subject().clone())
            && self.store.has_manifest(&subject).await?
        {
            let message = format!("its subject {subject} exists now");
            return Err(Error::new(Code::Conflict, message));
        }
        if self.dry_run {
            return self.names(tag, digest).await;
        }
        let options = UntagOptions::default().if_exists(true);
        remove(self.store, tag, Some(digest), &options).await
    }

    /// Returns true if a tag names this manifest, and false if it does not exist.
    async fn names(&self, tag: &str, digest: &Digest) -> Result<bool> {
        match self.store.resolve(&TagOrDigest::Tag(tag.to_owned())).await {
            Ok(named) if named.digest == *digest => Ok(true),
            Ok(named) => {
                let message = format!("the tag {tag} names {}, not {digest}", named.digest);
                Err(Error::new(Code::DigestMismatch, message))
            }
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }
}

fn not_removable(entry: PrunedManifest, why: &str) -> KeptManifest {
    KeptManifest {
        descriptor: entry.descriptor,
        tags: entry.tags,
        cause: KeepCause::TagNotRemovable,
        reason: format!("the registry cannot remove the tag alone: {why}"),
    }
}

/// Checks that a manifest is as the plan says.
fn check(
    inventory: &Inventory,
    node: &Node,
    entry: &PrunedManifest,
    named: &HashMap<String, &Digest>,
) -> Result<()> {
    let tags = node.all_tags();
    if let Some(new) = tags.iter().find(|tag| !entry.tags.contains(tag)) {
        return Err(changed(format!("the tag {} names it now", excerpt(new))));
    }
    for tag in &entry.tags {
        if let Some(other) = named.get(tag).filter(|_| !tags.contains(tag)) {
            return Err(changed(format!("the tag {} names {other} now", excerpt(tag))));
        }
    }
    if node.state == State::Unreadable {
        return Err(Error::new(Code::Incomplete, "it cannot be read"));
    }
    if node.is_locked {
        return Err(changed("the registry has locked it".to_owned()));
    }
    let subjects: Vec<&Digest> = match entry.cause {
        PruneCause::Orphan => node.subject.iter().collect(),
        PruneCause::DeadTag => node.sibling_tags.iter().map(|(_, subject)| subject).collect(),
        _ => Vec::new(),
    };
    for subject in subjects {
        match inventory.existence(subject) {
            Existence::Missing => {}
            Existence::Exists => {
                return Err(changed(format!("its subject {subject} exists now")));
            }
            Existence::Unknown => {
                let message = format!("the registry does not say if its subject {subject} exists");
                return Err(Error::new(Code::Incomplete, message));
            }
        }
    }
    Ok(())
}
