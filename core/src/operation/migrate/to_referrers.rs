//! The plan of a migration to referrers.

use std::collections::HashSet;

use super::{
    context::{Action, CosignReferrers, MigrateContext, Plan, Write},
    report::{Migration, MigrationKind},
};
use crate::operation::attached::{
    layers::covers,
    rewrite::{artifact_type_of, as_image, as_referrer},
};
use crate::store::fallback_tag::fallback_tag;
use ocigraph_types::{
    Descriptor, Digest, Edge, EdgeKind, Manifest, ManifestFormat, Result, SiblingTag, TagOrDigest,
    media_type,
};

const NOT_LISTED: &str = "the registry lists only ORAS artifact manifests as referrers";

/// Plans what the attachments of one manifest become.
pub(super) async fn plan(context: &MigrateContext<'_>, of: Descriptor) -> Result<Plan> {
    let mut plan = Plan::default();
    let is_tag = |edge: &&Edge| edge.kind == EdgeKind::Tag;
    let tags: Vec<Edge> =
        context.graph.attached(&of.digest).iter().filter(is_tag).cloned().collect();
    let is_artifact = |listed: &&Descriptor| {
        matches!(listed.media_type.as_str(), media_type::OCI_ARTIFACT | media_type::ORAS_ARTIFACT)
    };
    let referrers = context.graph.referrers(&of.digest);
    let artifacts: Vec<Descriptor> = referrers.iter().filter(is_artifact).cloned().collect();
    if !tags.is_empty() || !artifacts.is_empty() {
        let format = {
            let _permit = context.requests.acquire().await;
            context.store.referrer_format(&of.digest).await?
        };
        let lists_images = matches!(format, ManifestFormat::Oci11 | ManifestFormat::Auto);
        plan_tags(context, &of.digest, tags, lists_images, &mut plan).await?;
        plan_artifacts(context, &of.digest, &artifacts, lists_images, &mut plan).await?;
    }
    if !referrers.is_empty() {
        plan_lists(context, &of.digest, &mut plan).await?;
    }
    plan.charge(context.store.memory().charge())?;
    Ok(plan)
}

async fn plan_tags(
    context: &MigrateContext<'_>,
    of: &Digest,
    tags: Vec<Edge>,
    lists_images: bool,
    plan: &mut Plan,
) -> Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    let kind = MigrationKind::TagToReferrer;
    // A list may have another size or type than the manifest.
    let subject = {
        let _permit = context.requests.acquire().await;
        context.store.resolve(&TagOrDigest::Digest(of.clone())).await?.plain()
    };
    let existing = context.cosign_referrers(of).await?;
    for Edge { descriptor, tag, .. } in tags {
        let Some(tag) = tag else { continue };
        let Some(sibling) = SiblingTag::parse(&tag) else { continue };
        let manifest = match context.listed(&descriptor).await? {
            Ok(manifest) => manifest,
            Err(reason) => {
                plan.keep(kind, &descriptor, Some(&tag), reason);
                continue;
            }
        };
        let old = manifest.descriptor();
        match referrer_of(&manifest, sibling.suffix(), &subject, &existing) {
            Err(reason) => plan.keep(kind, &old, Some(&tag), reason),
            Ok(_) if !lists_images => plan.keep(kind, &old, Some(&tag), NOT_LISTED),
            Ok(new) => {
                let existed = match &new {
                    New::Existing(_) => true,
                    New::Written(new) => is_referrer(context, of, new.digest()),
                };
                let (descriptor, write) = match new {
                    New::Existing(descriptor) => (*descriptor, Write::Nothing),
                    New::Written(new) if existed => (new.descriptor(), Write::Nothing),
                    New::Written(new) => (new.descriptor(), Write::Manifest(new, Vec::new())),
                };
                let migration = Migration {
                    kind,
                    old_manifest: old,
                    old_tag: Some(tag),
                    new_manifest: descriptor,
                    new_tag: None,
                    existed,
                };
                let (subject, migrations) = (of.clone(), vec![migration]);
                plan.actions.push(Action { subject, write, migrations });
            }
        }
    }
    Ok(())
}

/// The referrer for the manifest of a tag.
enum New {
    /// Another client wrote it.
    Existing(Box<Descriptor>),
    Written(Box<Manifest>),
}

/// Returns the referrer for the manifest of a tag with this suffix, or the reason why it cannot become
/// one.
fn referrer_of(
    manifest: &Manifest,
    suffix: &str,
    subject: &Descriptor,
    existing: &CosignReferrers,
) -> Result<New, String> {
    let new = as_referrer(manifest, &artifact_type_of(suffix), subject)?;
    let is_known = |one: &Manifest| one.digest() == new.digest();
    let mut found = existing.found.iter().filter(|one| one.suffix == suffix);
    if !existing.found.iter().any(|one| is_known(&one.manifest))
        && let Some(other) = found.find(|one| covers(&one.manifest, manifest))
    {
        return Ok(New::Existing(Box::new(other.manifest.descriptor())));
    }
    Ok(New::Written(Box::new(new)))
}

fn is_referrer(context: &MigrateContext<'_>, of: &Digest, manifest: &Digest) -> bool {
    context.graph.referrers(of).iter().any(|listed| listed.digest == *manifest)
}

async fn plan_artifacts(
    context: &MigrateContext<'_>,
    of: &Digest,
    artifacts: &[Descriptor],
    lists_images: bool,
    plan: &mut Plan,
) -> Result<()> {
    let kind = MigrationKind::ArtifactToImage;
    for listed in artifacts {
        let manifest = match context.listed(listed).await? {
            Ok(manifest) => manifest,
            Err(reason) => {
                plan.keep(kind, listed, None, reason);
                continue;
            }
        };
        let old = manifest.descriptor();
        // Their subject is the digest of this manifest, which the new one does not have.
        if context.has_attachments(&listed.digest) {
            plan.keep(kind, &old, None, "it has attachments of its own, which name its digest");
            continue;
        }
        if !lists_images {
            plan.keep(kind, &old, None, NOT_LISTED);
            continue;
        }
        match as_image(&manifest) {
            Err(reason) => plan.keep(kind, &old, None, reason),
            Ok(new) => {
                let existed = is_referrer(context, of, new.digest());
                let migration = Migration {
                    kind,
                    old_manifest: old,
                    old_tag: None,
                    new_manifest: new.descriptor(),
                    new_tag: None,
                    existed,
                };
                let write = if existed { Write::Nothing } else { Write::Artifact(Box::new(new)) };
                let (subject, migrations) = (of.clone(), vec![migration]);
                plan.actions.push(Action { subject, write, migrations });
            }
        }
    }
    Ok(())
}

/// Plans to push again what only the fallback tag lists.
async fn plan_lists(context: &MigrateContext<'_>, of: &Digest, plan: &mut Plan) -> Result<()> {
    let Some(lists) = context.lists(of).await? else { return Ok(()) };
    let digests = |list: &[Descriptor]| -> HashSet<Digest> {
        list.iter().map(|listed| listed.digest.clone()).collect()
    };
    let (by_api, by_tag) = (digests(&lists.by_api.entries), digests(&lists.by_tag.entries));
    let converted: HashSet<Digest> = plan
        .actions
        .iter()
        .flat_map(|action| &action.migrations)
        .filter(|migration| migration.kind == MigrationKind::ArtifactToImage)
        .map(|migration| migration.old_manifest.digest.clone())
        .collect();
    for listed in context.graph.referrers(of) {
        let existed = by_api.contains(&listed.digest);
        if !by_tag.contains(&listed.digest) || (!existed && converted.contains(&listed.digest)) {
            continue;
        }
        let migration = Migration {
            kind: MigrationKind::ListByApi,
            old_manifest: listed.clone(),
            old_tag: Some(fallback_tag(of)),
            new_manifest: listed.clone(),
            new_tag: None,
            existed,
        };
        let write = if existed { Write::Nothing } else { Write::Again(Box::new(listed.clone())) };
        plan.actions.push(Action { subject: of.clone(), write, migrations: vec![migration] });
    }
    Ok(())
}
