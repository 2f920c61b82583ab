//! Migrates what is attached to a manifest from one form to another: tags of cosign to referrers and
//! back, artifact manifests of earlier specifications to OCI 1.1, and lists under fallback tags to the
//! referrers API and back.
//!
//! It plans first, writes then, reads back what it wrote, and removes last, if that is asked for. So an
//! interrupted migration leaves each attachment in at least one form, and can be run again.

mod context;
mod options;
mod removal;
mod report;
mod to_referrers;
mod to_tags;
mod write;

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use context::{MigrateContext, Plan};
pub use options::{AttachmentForm, MigrateOptions};
pub use report::{KeptAttachment, MigrateReport, Migration, MigrationKind, RemovedAttachment};

use crate::{
    operation::{
        discover::{self, DiscoverOptions},
        named::named,
    },
    store::{Store, concurrency::RequestLimiter},
};
use ocigraph_types::{Code, Descriptor, Error, Graph, Reference, Result};

pub(crate) const OPERATION: &str = "migrate";

/// Gives everything that is attached to what `reference` names another form, also what is attached to
/// the images of an index and to attachments. To referrers: the tags of cosign and the artifact manifests
/// of ORAS and OCI 1.1.0-rc become OCI 1.1 referrers, and the referrers API lists what only a fallback
/// tag listed. To tags: the referrers of cosign get its tags again, and a fallback tag lists what the API
/// lists. The old form stays unless the options ask to remove it. A migration can be run again, and then
/// writes only what is missing.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] if a list of tags or referrers
/// cannot be read completely, in which case nothing is written.
pub async fn migrate(
    store: &dyn Store,
    reference: &Reference,
    options: &MigrateOptions,
) -> Result<MigrateReport> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: &dyn Store,
    reference: &Reference,
    options: &MigrateOptions,
) -> Result<MigrateReport> {
    // The tags show which lists of referrers clients keep.
    let tags = match options.remove_old {
        true => match store.tags().await {
            Ok(tags) => tags.complete().map_err(unchanged)?,
            Err(e) if e.code() == Code::NotFound => Vec::new(),
            Err(e) => return Err(e),
        },
        false => {
            store.prepare_for_many_subjects().await;
            Vec::new()
        }
    };
    let everything =
        DiscoverOptions { concurrency: options.concurrency, ..DiscoverOptions::default() };
    let graph = discover::run(store, reference, &everything, None).await.map_err(unchanged)?;
    let nodes = nodes(&graph);
    let requests = Arc::new(RequestLimiter::new(options.concurrency));
    let context = &MigrateContext { store, requests, graph };

    let plans = stream::iter(nodes).map(|node| async move {
        match options.to {
            AttachmentForm::Referrers => to_referrers::plan(context, node).await,
            AttachmentForm::Tags => to_tags::plan(context, node).await,
        }
    });
    let mut plans = plans.buffered(context.requests.max());
    let mut plan = Plan::default();
    while let Some(of_one) = plans.try_next().await.map_err(unchanged)? {
        plan.append(of_one);
    }
    drop(plans);

    let mut report = MigrateReport { dry_run: options.dry_run, ..MigrateReport::default() };
    report.kept = std::mem::take(&mut plan.kept);
    let actions = std::mem::take(&mut plan.actions);
    let migrations = if options.dry_run {
        let planned = actions.into_iter().flat_map(|action| {
            let subject = action.subject;
            action.migrations.into_iter().map(move |migration| (subject.clone(), migration))
        });
        planned.collect()
    } else {
        let (confirmed, kept) = write::write_all(context, actions).await?;
        report.kept.extend(kept);
        confirmed
    };
    if options.remove_old {
        let (removed, kept) = removal::remove(context, &migrations, tags, options.dry_run).await?;
        report.removed = removed;
        report.kept.extend(kept);
    }
    report.migrated = migrations.into_iter().map(|(_, migration)| migration).collect();
    Ok(report)
}

/// Returns every manifest of a graph once, the subject first.
fn nodes(graph: &Graph) -> Vec<Descriptor> {
    let others = graph.walk().filter(|node| node.first).map(|node| node.descriptor.into_owned());
    std::iter::once(graph.subject().clone()).chain(others).collect()
}

/// The error of a list that is incomplete before anything was written.
fn unchanged(error: Error) -> Error {
    if error.code() != Code::Incomplete {
        return error;
    }
    let message = format!("nothing was changed: {}", error.message());
    error.with_message(message)
}
