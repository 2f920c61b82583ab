//! Deletes the manifests of a plan graph by graph: referrers before their subjects, and indexes before what
//! they list.
//!
//! A registry can refuse to delete one manifest, for example one that a policy protects. What was deleted before
//! it in its graph is pushed again then, so that an image which stays keeps its signatures.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, stream};

use super::{
    inventory::{Inventory, Node},
    report::{PrunedManifest, PrunedRepository},
};
use crate::{
    operation::delete::in_levels,
    store::{ManifestDeletion, Store},
};
use ocigraph_types::{Code, Digest, Error, Manifest, Result, TagOrDigest};

/// Graphs that are deleted concurrently. They share the limit on requests.
const GRAPHS: usize = 64;

/// Deletes manifests that exist.
pub(super) struct Deletion<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) share: usize,
    pub(super) inventory: &'a Inventory,
    /// All manifests that the plan deletes in this repository.
    pub(super) going: &'a HashSet<Digest>,
}

/// What became of one graph.
#[derive(Default)]
struct Outcome {
    /// A manifest was deleted, if only for a while.
    has_deleted: bool,
    deleted: Vec<PrunedManifest>,
    refused: Vec<(PrunedManifest, Error)>,
}

/// A deleted manifest, with its content if it can be needed again.
type Deleted = (PrunedManifest, Option<Manifest>);

impl Deletion<'_> {
    /// Deletes the manifests, and adds to `done` what became of each.
    ///
    /// # Errors
    /// [`Code::Unsupported`] if the store deletes no manifest.
    pub(super) async fn run(
        &self,
        manifests: Vec<PrunedManifest>,
        done: &mut PrunedRepository,
    ) -> Result<()> {
        let order: Vec<Digest> =
            manifests.iter().map(|one| one.descriptor.digest.clone()).collect();
        let mut graphs = self.graphs(manifests).into_iter();
        // The first goes alone: a registry that deletes nothing is asked once.
        let Some(first) = graphs.next() else { return Ok(()) };
        let mut outcome = self.delete(first, self.share).await;
        let unsupported = |(_, e): &(PrunedManifest, Error)| e.code() == Code::Unsupported;
        if !outcome.has_deleted
            && let Some(found) = outcome.refused.iter().position(unsupported)
        {
            return Err(outcome.refused.swap_remove(found).1);
        }
        let together = GRAPHS.min(self.share).min(graphs.len()).max(1);
        let share = (self.share / together).max(1);
        let mut others =
            stream::iter(graphs).map(|graph| self.delete(graph, share)).buffer_unordered(together);
        while let Some(Outcome { deleted, refused, .. }) = others.next().await {
            outcome.deleted.extend(deleted);
            outcome.refused.extend(refused);
        }
        let places: HashMap<&Digest, usize> =
            order.iter().enumerate().map(|(place, digest)| (digest, place)).collect();
        let place = |one: &PrunedManifest| places.get(&one.descriptor.digest).copied();
        outcome.deleted.sort_by_key(place);
        outcome.refused.sort_by_key(|(one, _)| place(one));
        done.deleted.extend(outcome.deleted);
        done.refused.extend(outcome.refused.into_iter().map(|(one, error)| one.refused(error)));
        Ok(())
    }

    /// Divides manifests into graphs, each in the order of the first of its manifests.
    fn graphs(&self, manifests: Vec<PrunedManifest>) -> Vec<Vec<PrunedManifest>> {
        // A layout deletes all manifests of a level with one write of its index.
        if self.store.repository().is_none() {
            return vec![manifests];
        }
        let places: HashMap<Digest, usize> = manifests
            .iter()
            .enumerate()
            .map(|(i, one)| (one.descriptor.digest.clone(), i))
            .collect();
        let mut linked: Vec<Vec<usize>> = vec![Vec::new(); manifests.len()];
        for (place, one) in manifests.iter().enumerate() {
            for other in self.before(&one.descriptor.digest) {
                if let Some(other) = places.get(&other) {
                    linked[place].push(*other);
                    linked[*other].push(place);
                }
            }
        }
        let mut graph_of: Vec<Option<usize>> = vec![None; manifests.len()];
        let mut graphs = 0;
        for start in 0..manifests.len() {
            if graph_of[start].is_some() {
                continue;
            }
            let mut pending = vec![start];
            while let Some(place) = pending.pop() {
                if graph_of[place].replace(graphs).is_none() {
                    pending
                        .extend(linked[place].iter().filter(|other| graph_of[**other].is_none()));
                }
            }
            graphs += 1;
        }
        let mut divided: Vec<Vec<PrunedManifest>> = (0..graphs).map(|_| Vec::new()).collect();
        for (one, graph) in manifests.into_iter().zip(graph_of) {
            if let Some(graph) = graph {
                divided[graph].push(one);
            }
        }
        divided
    }

    fn before(&self, digest: &Digest) -> Vec<Digest> {
        self.inventory.nodes.get(digest).map(Node::before).unwrap_or_default()
    }

    /// Deletes a graph level by level. If a manifest stays, the others stay too.
    async fn delete(&self, graph: Vec<PrunedManifest>, share: usize) -> Outcome {
        let mut entries: HashMap<Digest, PrunedManifest> =
            graph.iter().map(|one| (one.descriptor.digest.clone(), one.clone())).collect();
        let levels =
            in_levels(graph.iter().map(|one| &one.descriptor.digest), |digest| self.before(digest));
        let is_restored = self.store.repository().is_some();
        let mut charge = self.store.memory().charge();
        let mut deleted: Vec<Deleted> = Vec::new();
        let last = levels.len().saturating_sub(1);
        for (depth, level) in levels.into_iter().enumerate() {
            let level: Vec<PrunedManifest> =
                level.into_iter().filter_map(|digest| entries.remove(digest)).collect();
            let mut failed: Vec<(PrunedManifest, Error)> = Vec::new();
            let mut read: Vec<Deleted> = Vec::new();
            if is_restored && (depth < last || level.len() > 1) {
                let mut contents = stream::iter(level)
                    .map(|one| async move { self.content(one).await })
                    .buffered(share);
                while let Some((one, content)) = contents.next().await {
                    let charged = content.and_then(|content| {
                        let size = content.as_ref().map_or(0, |manifest| manifest.bytes().len());
                        charge.add(size).map(|()| content)
                    });
                    match charged {
                        Ok(content) => read.push((one, content)),
                        Err(e) => failed.push((one, e)),
                    }
                }
            } else {
                read.extend(level.into_iter().map(|one| (one, None)));
            }
            if failed.is_empty() {
                let deletions: Vec<ManifestDeletion> =
                    read.iter().map(|(one, _)| self.deletion(one)).collect();
                let results = self.store.delete_manifests(&deletions, share).await;
                for ((one, content), result) in read.into_iter().zip(results) {
                    match result {
                        Ok(()) => deleted.push((one, content)),
                        Err(e) => failed.push((one, e)),
                    }
                }
            } else {
                entries
                    .extend(read.into_iter().map(|(one, _)| (one.descriptor.digest.clone(), one)));
            }
            if !failed.is_empty() {
                return self.stopped(graph, entries, deleted, failed).await;
            }
        }
        let deleted = deleted.into_iter().map(|(one, _)| one).collect();
        Outcome { has_deleted: true, deleted, refused: Vec::new() }
    }

    /// Returns a manifest with its content, if it can be read.
    async fn content(&self, one: PrunedManifest) -> (PrunedManifest, Result<Option<Manifest>>) {
        let name = TagOrDigest::Digest(one.descriptor.digest.clone());
        let content = match self.store.fetch_any_manifest(&name).await {
            Ok(manifest) => Ok(Some(manifest.without_guard())),
            // It is gone, or a policy refuses to serve it. What nobody can read is not restored.
            Err(e) if e.code() == Code::NotFound || e.is_of_one_manifest() => Ok(None),
            Err(e) => Err(e),
        };
        (one, content)
    }

    /// Restores what was deleted of a graph of which something stays.
    async fn stopped(
        &self,
        graph: Vec<PrunedManifest>,
        waiting: HashMap<Digest, PrunedManifest>,
        deleted: Vec<Deleted>,
        failed: Vec<(PrunedManifest, Error)>,
    ) -> Outcome {
        let because = failed.first().map(|(one, _)| one.descriptor.digest.clone());
        let stays = |one: PrunedManifest, how: &str| {
            let first = because.as_ref().map_or_else(String::new, ToString::to_string);
            let message = format!("{how}, because {first} could not be deleted");
            (one, Error::new(Code::Conflict, message))
        };
        let mut outcome = Outcome { has_deleted: !deleted.is_empty(), ..Outcome::default() };
        let mut lost: Option<Error> = None;
        let mut restored = 0;
        for (one, content) in deleted.into_iter().rev() {
            // After a failure of the registry itself, the others would wait for it in vain.
            let answers = lost.as_ref().is_none_or(Error::is_of_one_manifest);
            let Some(content) = content.filter(|_| answers) else {
                outcome.deleted.push(one);
                continue;
            };
            let tags = self.free_tags(&one.descriptor.digest).await;
            match self.store.push_manifest(&content, &tags).await {
                Ok(()) => {
                    restored += 1;
                    outcome.refused.push(stays(one, "deleted and pushed again"));
                }
                Err(e) => {
                    tracing::warn!(digest = %one.descriptor.digest, error = %e, "a deleted manifest could not be pushed again");
                    outcome.deleted.push(one);
                    lost = Some(e);
                }
            }
        }
        for (one, error) in failed {
            let mut message = error.message().to_owned();
            if restored > 0 {
                message.push_str(&format!("; {restored} deleted before it were pushed again"));
            }
            if let Some(lost) = &lost {
                message.push_str(&format!(
                    "; {} deleted before it could not be pushed again: {}",
                    outcome.deleted.len(),
                    lost.message()
                ));
            }
            outcome.refused.push((one, error.with_message(message)));
        }
        let waiting = graph.into_iter().filter(|one| waiting.contains_key(&one.descriptor.digest));
        outcome.refused.extend(waiting.map(|one| stays(one, "not deleted")));
        outcome
    }

    /// Returns the tags of a deleted manifest that name nothing now. Somebody else may have pushed the others.
    async fn free_tags(&self, digest: &Digest) -> Vec<String> {
        let mut free = Vec::new();
        for tag in self.tags(digest) {
            let named = self.store.resolve(&TagOrDigest::Tag(tag.clone())).await;
            if named.is_err_and(|e| e.code() == Code::NotFound) {
                free.push(tag);
            }
        }
        free
    }

    fn tags(&self, digest: &Digest) -> Vec<String> {
        self.inventory.nodes.get(digest).map(Node::all_tags).unwrap_or_default()
    }

    fn deletion(&self, entry: &PrunedManifest) -> ManifestDeletion {
        let digest = &entry.descriptor.digest;
        let subject = self.inventory.nodes.get(digest).and_then(|node| node.subject.clone());
        ManifestDeletion {
            manifest: entry.descriptor.clone(),
            subject_retained: subject.as_ref().is_some_and(|subject| !self.going.contains(subject)),
            subject,
            tags: self.tags(digest),
        }
    }
}
