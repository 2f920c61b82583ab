//! Writes the new forms, and reads back that they are found.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    context::{Action, MigrateContext, Write},
    report::{KeptAttachment, Migration, MigrationKind},
};
use crate::operation::read::fetch_manifest;
use ocigraph_types::{
    Code, Descriptor, Digest, EMPTY_JSON, ListProblem, Result, TagOrDigest, empty_descriptor,
};

/// Makes the writes of a plan, and returns the migrations that were confirmed, and the others with the
/// reasons.
pub(super) async fn write_all(
    context: &MigrateContext<'_>,
    actions: Vec<Action>,
) -> Result<(Vec<(Digest, Migration)>, Vec<KeptAttachment>)> {
    let needs_empty = |action: &Action| matches!(action.write, Write::Artifact(_));
    if actions.iter().any(needs_empty) {
        let _permit = context.requests.acquire().await;
        let empty = Arc::new(Bytes::from_static(EMPTY_JSON));
        context.store.push_blob(&empty_descriptor(), empty).await?;
    }
    let written = stream::iter(actions).map(|action| async move {
        write(context, &action).await?;
        let is_written = !matches!(action.write, Write::Nothing);
        // The manifests are not needed any more.
        Ok::<_, ocigraph_types::Error>((action.subject, action.migrations, is_written))
    });
    let written: Vec<_> = written.buffered(context.requests.max()).try_collect().await?;

    let mut found: HashMap<(Digest, MigrationKind), Found> = HashMap::new();
    for (subject, migrations, is_written) in &written {
        if let Some(migration) = migrations.first().filter(|_| *is_written) {
            found.entry((subject.clone(), migration.kind)).or_default();
        }
    }
    let keys: Vec<_> = found.into_keys().collect();
    let read = stream::iter(keys).map(|(subject, kind)| async move {
        let found = Found::read(context, &subject, kind).await?;
        Ok::<_, ocigraph_types::Error>(((subject, kind), found))
    });
    let found: HashMap<_, _> = read.buffered(context.requests.max()).try_collect().await?;

    let (mut confirmed, mut kept) = (Vec::new(), Vec::new());
    for (subject, migrations, is_written) in written {
        for migration in migrations {
            let key = (subject.clone(), migration.kind);
            let missing = match found.get(&key).filter(|_| is_written) {
                Some(found) => found.lacks(context, &migration, &subject).await?,
                None => None,
            };
            match missing {
                None => confirmed.push((subject.clone(), migration)),
                Some(reason) => kept.push(KeptAttachment {
                    kind: migration.kind,
                    descriptor: migration.old_manifest,
                    tag: migration.old_tag,
                    reason,
                }),
            }
        }
    }
    Ok((confirmed, kept))
}

async fn write(context: &MigrateContext<'_>, action: &Action) -> Result<()> {
    let store = context.store;
    let _permit = context.requests.acquire().await;
    match &action.write {
        Write::Nothing => Ok(()),
        Write::Manifest(manifest, tags) => store.push_manifest(manifest, tags).await,
        Write::Artifact(manifest) => store.push_manifest(manifest, &[]).await,
        Write::Again(listed) => {
            let manifest = fetch_manifest(store, &TagOrDigest::from(&**listed)).await?;
            store.push_manifest(&manifest, &[]).await
        }
        Write::ListByTag(listed) => {
            let mut entries = Vec::new();
            for referrer in listed {
                // The list of the API need not have the type and the annotations.
                match fetch_manifest(store, &TagOrDigest::from(referrer)).await {
                    Ok(manifest) => entries.push(manifest.descriptor()),
                    Err(e) if e.code() == Code::NotFound => {}
                    Err(e) => return Err(e),
                }
            }
            store.list_under_fallback_tag(&action.subject, &entries).await
        }
    }
}

/// What is found of a subject after the writes: the digests of a list.
#[derive(Default)]
struct Found(HashSet<Digest>);

impl Found {
    async fn read(
        context: &MigrateContext<'_>,
        subject: &Digest,
        kind: MigrationKind,
    ) -> Result<Self> {
        let digests = |list: &[Descriptor]| Self(list.iter().map(|d| d.digest.clone()).collect());
        match kind {
            MigrationKind::TagToReferrer | MigrationKind::ArtifactToImage => {
                let _permit = context.requests.acquire().await;
                let referrers = context.store.referrers(subject, None).await?;
                ListProblem::check_complete(&referrers.problems)?;
                Ok(digests(&referrers.entries))
            }
            MigrationKind::ListByApi => {
                let lists = context.lists(subject).await?.unwrap_or_default();
                Ok(digests(&lists.by_api.entries))
            }
            MigrationKind::ListByTag => {
                let lists = context.lists(subject).await?.unwrap_or_default();
                Ok(digests(&lists.by_tag.entries))
            }
            MigrationKind::ReferrerToTag => Ok(Self::default()),
        }
    }

    /// Returns the reason why a written migration has no effect.
    async fn lacks(
        &self,
        context: &MigrateContext<'_>,
        migration: &Migration,
        subject: &Digest,
    ) -> Result<Option<String>> {
        let new = &migration.new_manifest.digest;
        if let (MigrationKind::ReferrerToTag, Some(tag)) = (migration.kind, &migration.new_tag) {
            let _permit = context.requests.acquire().await;
            let named = context.store.resolve(&TagOrDigest::Tag(tag.clone())).await?.digest;
            let reason =
                || format!("the tag {tag} was written, and names {named} instead of {new}");
            return Ok((named != *new).then(reason));
        }
        if self.0.contains(new) {
            return Ok(None);
        }
        let list = match migration.kind {
            MigrationKind::ListByApi => "the referrers API does not list it",
            MigrationKind::ListByTag => "the fallback tag does not list it",
            _ => "the list of referrers does not have it",
        };
        Ok(Some(format!("{new} was written as a referrer of {subject}, and {list}")))
    }
}
