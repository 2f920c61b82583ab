//! What the steps of a migration share: the store, the graph before the migration, and the limits.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use super::report::{KeptAttachment, Migration, MigrationKind};
use crate::operation::attached::rewrite::suffix_of;
use crate::{
    operation::read::{ListedManifest, fetch_manifest, listed_manifest},
    store::{ReferrerLists, Store, concurrency::RequestLimiter, memory_budget::Charge},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Graph, Manifest, Result, TagOrDigest, excerpt, says_artifact_type,
    weight::Weight,
};

/// The state of a migration.
pub(super) struct MigrateContext<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) requests: Arc<RequestLimiter>,
    /// What was attached before the migration.
    pub(super) graph: Graph,
}

/// What to write for attachments of one subject.
pub(super) struct Action {
    pub(super) subject: Digest,
    pub(super) write: Write,
    /// The migrations that are complete after the write. All have one kind.
    pub(super) migrations: Vec<Migration>,
}

/// A write of a migration.
pub(super) enum Write {
    /// The new form exists.
    Nothing,
    /// Stores a manifest under tags.
    Manifest(Box<Manifest>, Vec<String>),
    /// Stores the blob of the empty config, then a manifest.
    Artifact(Box<Manifest>),
    /// Stores a manifest again.
    Again(Box<Descriptor>),
    /// Lists referrers under the fallback tag.
    ListByTag(Vec<Descriptor>),
}

/// The plan of a migration, or the part for one subject.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) actions: Vec<Action>,
    pub(super) kept: Vec<KeptAttachment>,
    charges: Vec<Charge>,
}

impl Plan {
    pub(super) fn append(&mut self, mut other: Plan) {
        self.actions.append(&mut other.actions);
        self.kept.append(&mut other.kept);
        self.charges.append(&mut other.charges);
    }

    pub(super) fn keep(
        &mut self,
        kind: MigrationKind,
        descriptor: &Descriptor,
        tag: Option<&str>,
        reason: impl Into<String>,
    ) {
        let (descriptor, tag) = (descriptor.clone(), tag.map(str::to_owned));
        self.kept.push(KeptAttachment { kind, descriptor, tag, reason: reason.into() });
    }

    /// Charges the memory of the plan.
    pub(super) fn charge(&mut self, mut charge: Charge) -> Result<()> {
        for action in &self.actions {
            charge.add(action.migrations.weight())?;
            if let Write::Manifest(manifest, _) | Write::Artifact(manifest) = &action.write {
                charge.add(manifest.weight())?;
            }
        }
        charge.add(self.kept.weight())?;
        self.charges.push(charge);
        Ok(())
    }
}

/// A referrer of which the manifest was asked for.
pub(super) struct CosignReferrer {
    /// The suffix of the tag for its artifact type.
    pub(super) suffix: &'static str,
    pub(super) manifest: Manifest,
}

/// The referrers of a subject that have an artifact type of cosign, and those that may have one.
#[derive(Default)]
pub(super) struct CosignReferrers {
    pub(super) found: Vec<CosignReferrer>,
    /// Referrers that cannot be read, each with the reason.
    pub(super) unreadable: Vec<(Descriptor, String)>,
    pub(super) _charge: Option<Charge>,
}

impl MigrateContext<'_> {
    /// Returns the manifest of a tag, or `None` if the tag does not exist.
    pub(super) async fn tagged(&self, tag: &str) -> Result<Option<Manifest>> {
        let _permit = self.requests.acquire().await;
        match fetch_manifest(self.store, &TagOrDigest::Tag(tag.to_owned())).await {
            Ok(manifest) => Ok(Some(manifest.without_guard())),
            Err(e) if e.code() == Code::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Returns a manifest that a list names, or the reason why it cannot be read.
    pub(super) async fn listed(&self, listed: &Descriptor) -> Result<Result<Manifest, String>> {
        let _permit = self.requests.acquire().await;
        Ok(match listed_manifest(self.store, listed).await? {
            ListedManifest::Found(manifest) => Ok(manifest.without_guard()),
            ListedManifest::Missing => Err("it does not exist".to_owned()),
            ListedManifest::Unreadable(e) => {
                Err(format!("it cannot be read: {}", excerpt(e.message())))
            }
        })
    }

    /// Returns the referrers of a subject that have an artifact type of cosign. A list need not have the
    /// type: ggcr 0.22.1 lists that of the config.
    pub(super) async fn cosign_referrers(&self, subject: &Digest) -> Result<CosignReferrers> {
        let may_be = |listed: &&Descriptor| {
            !says_artifact_type(listed)
                || listed.artifact_type.as_deref().and_then(suffix_of).is_some()
        };
        let listed: Vec<Descriptor> =
            self.graph.referrers(subject).iter().filter(may_be).cloned().collect();
        let read = stream::iter(listed).map(|listed| async move {
            let manifest = self.listed(&listed).await?;
            Ok::<_, ocigraph_types::Error>((listed, manifest))
        });
        let mut read = read.buffered(self.requests.max());
        let mut charge = self.store.memory().charge();
        let mut referrers = CosignReferrers::default();
        while let Some((listed, manifest)) = read.try_next().await? {
            match manifest {
                Err(reason) => referrers.unreadable.push((listed, reason)),
                Ok(manifest) => {
                    let Some(suffix) = manifest.artifact_type().and_then(suffix_of) else {
                        continue;
                    };
                    charge.add(manifest.weight())?;
                    referrers.found.push(CosignReferrer { suffix, manifest });
                }
            }
        }
        referrers._charge = Some(charge);
        Ok(referrers)
    }

    /// Returns the lists of the referrers API and of the fallback tag of a subject, if it has both.
    /// INCOMPLETE if a part of them cannot be read.
    pub(super) async fn lists(&self, subject: &Digest) -> Result<Option<ReferrerLists>> {
        let _permit = self.requests.acquire().await;
        let Some(lists) = self.store.referrer_lists(subject).await? else { return Ok(None) };
        for list in [&lists.by_api, &lists.by_tag] {
            ocigraph_types::ListProblem::check_complete(&list.problems)?;
        }
        Ok(Some(lists))
    }

    /// Returns true if something is attached to a manifest.
    pub(super) fn has_attachments(&self, manifest: &Digest) -> bool {
        self.graph.edges(manifest).next().is_some()
    }
}
