//! The plan of a migration to tags.

use std::collections::HashSet;

use super::{
    context::{Action, CosignReferrer, MigrateContext, Plan, Write},
    report::{Migration, MigrationKind},
};
use crate::operation::attached::{
    layers::covers,
    rewrite::{as_tagged, with_layers_of},
};
use crate::store::fallback_tag::fallback_tag;
use ocigraph_types::{
    Descriptor, Digest, Manifest, Result, SIBLING_SUFFIXES, SiblingTag, is_bundle, media_type,
};

/// Plans what the referrers of one manifest become.
pub(super) async fn plan(context: &MigrateContext<'_>, of: Descriptor) -> Result<Plan> {
    let mut plan = Plan::default();
    let referrers = context.graph.referrers(&of.digest);
    if referrers.is_empty() {
        return Ok(plan);
    }
    let kind = MigrationKind::ReferrerToTag;
    let cosign = context.cosign_referrers(&of.digest).await?;
    for (listed, reason) in &cosign.unreadable {
        plan.keep(kind, listed, None, reason.clone());
    }
    let mut found = cosign.found;
    for suffix in SIBLING_SUFFIXES {
        let (of_suffix, others) = found.into_iter().partition(|one| one.suffix == suffix);
        found = others;
        plan_tag(context, &of.digest, suffix, of_suffix, &mut plan).await?;
    }
    let is_bundle = |listed: &&Descriptor| {
        let artifact_type = listed.artifact_type.as_deref().unwrap_or_default();
        is_bundle(&media_type::essence(artifact_type))
    };
    for listed in referrers.iter().filter(is_bundle) {
        plan.keep(kind, listed, None, "cosign reads sigstore bundles only as referrers");
    }
    plan_list(context, &of.digest, &mut plan).await?;
    plan.charge(context.store.memory().charge())?;
    Ok(plan)
}

/// Plans the tag for the referrers of one kind.
async fn plan_tag(
    context: &MigrateContext<'_>,
    of: &Digest,
    suffix: &'static str,
    referrers: Vec<CosignReferrer>,
    plan: &mut Plan,
) -> Result<()> {
    if referrers.is_empty() {
        return Ok(());
    }
    let kind = MigrationKind::ReferrerToTag;
    let keep_all = |plan: &mut Plan, tag: &str, reason: &str| {
        for one in &referrers {
            let reason = format!("the tag {tag} cannot name it: {reason}");
            plan.keep(kind, &one.manifest.descriptor(), None, reason);
        }
    };
    let Some(tag) = SiblingTag::of_cosign(of).find(|tag| tag.suffix() == suffix) else {
        let tag = SiblingTag::new(of.clone(), suffix).to_string();
        keep_all(plan, &tag, "it is too long");
        return Ok(());
    };
    let tag = tag.to_string();
    let existing = match context.tagged(&tag).await {
        Ok(existing) => existing,
        Err(e) if e.is_of_one_manifest() => {
            let reason = format!("its manifest cannot be read: {}", e.message());
            keep_all(plan, &tag, &reason);
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    let (new, existed) = match tagged_manifest(suffix, existing, &referrers) {
        Ok(found) => found,
        Err(reason) => {
            keep_all(plan, &tag, &reason);
            return Ok(());
        }
    };
    let migration = |one: &CosignReferrer| Migration {
        kind,
        old_manifest: one.manifest.descriptor(),
        old_tag: None,
        new_manifest: new.descriptor(),
        new_tag: Some(tag.clone()),
        existed,
    };
    let migrations = referrers.iter().map(migration).collect();
    let write = match existed {
        true => Write::Nothing,
        false => Write::Manifest(Box::new(new), vec![tag]),
    };
    plan.actions.push(Action { subject: of.clone(), write, migrations });
    Ok(())
}

/// Returns the manifest that a tag names after the migration, and whether it names it already. The
/// manifest has every layer of the referrers and of `existing`, which the tag names before.
fn tagged_manifest(
    suffix: &str,
    existing: Option<Manifest>,
    referrers: &[CosignReferrer],
) -> Result<(Manifest, bool), String> {
    if let Some(other) = existing.as_ref().filter(|it| it.config().is_none()) {
        return Err(format!("it names a manifest of the type {}", other.media_type()));
    }
    if let Some(existing) = &existing
        && referrers.iter().all(|one| covers(existing, &one.manifest))
    {
        return Ok((existing.clone(), true));
    }
    let mut tagged = Vec::new();
    for one in referrers {
        tagged.push(as_tagged(&one.manifest, one.manifest.artifact_type().unwrap_or_default())?);
    }
    // The original bytes are those of a manifest that has everything.
    let has_all = |one: &&Manifest| {
        tagged.iter().all(|other| covers(one, other))
            && existing.as_ref().is_none_or(|existing| covers(one, existing))
    };
    if let Some(complete) = tagged.iter().find(has_all) {
        return Ok((complete.clone(), false));
    }
    // cosign reads exactly one layer of an SBoM.
    if suffix == "sbom" {
        return Err("there are several SBoMs, and cosign reads one".to_owned());
    }
    let merged = match existing {
        Some(existing) => with_layers_of(&existing, &tagged)?,
        None => {
            let (first, others) = tagged.split_first().ok_or("there is no manifest")?;
            with_layers_of(first, others)?
        }
    };
    Ok((merged, false))
}

/// Plans to list under the fallback tag what the referrers API lists.
async fn plan_list(context: &MigrateContext<'_>, of: &Digest, plan: &mut Plan) -> Result<()> {
    let Some(lists) = context.lists(of).await? else { return Ok(()) };
    let by_api: HashSet<&Digest> = lists.by_api.entries.iter().map(|d| &d.digest).collect();
    let by_tag: HashSet<&Digest> = lists.by_tag.entries.iter().map(|d| &d.digest).collect();
    let referrers = context.graph.referrers(of);
    let (existing, lacking): (Vec<&Descriptor>, Vec<&Descriptor>) = referrers
        .iter()
        .filter(|listed| by_api.contains(&listed.digest))
        .partition(|listed| by_tag.contains(&listed.digest));
    let migration = |listed: &&Descriptor, existed| Migration {
        kind: MigrationKind::ListByTag,
        old_manifest: (*listed).clone(),
        old_tag: None,
        new_manifest: (*listed).clone(),
        new_tag: Some(fallback_tag(of)),
        existed,
    };
    if !existing.is_empty() {
        let migrations = existing.iter().map(|listed| migration(listed, true)).collect();
        plan.actions.push(Action { subject: of.clone(), write: Write::Nothing, migrations });
    }
    if !lacking.is_empty() {
        let migrations = lacking.iter().map(|listed| migration(listed, false)).collect();
        let write = Write::ListByTag(lacking.into_iter().cloned().collect());
        plan.actions.push(Action { subject: of.clone(), write, migrations });
    }
    Ok(())
}
