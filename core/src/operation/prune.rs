//! Prunes repositories and layouts: selects what to delete by age, number, tags and kind, makes a plan with
//! reasons, and executes it at once or later.
//!
//! What something needs that stays is never deleted: what an index lists, the subject of a referrer, and what
//! is attached. If a list or a manifest cannot be read, everything stays in that repository: the unread
//! part may need it. An execution reads the repository again, and refuses what has changed. What does
//! not exist any more counts as deleted, so an interrupted execution can be run again.

mod criteria;
mod deletion;
mod execute;
mod inventory;
mod options;
mod protect;
mod report;
mod scan;
mod select;
mod stored;

use std::sync::Arc;

use futures::{StreamExt, stream};

use criteria::Criteria;
use execute::Execution;
pub use options::PruneOptions;
pub use report::{
    KeepCause, KeptManifest, PruneCause, PruneFailure, PruneReport, PrunedKind, PrunedManifest,
    PrunedRepository, RefusedManifest,
};
use scan::Scan;

use crate::{
    operation::named::named,
    store::{Store, concurrency::RequestLimiter},
};
use ocigraph_types::{Code, Error, Reference, Result};

pub(crate) const OPERATION: &str = "prune";

/// Repositories that are pruned concurrently. They share the limit on requests.
const REPOSITORIES: usize = 4;

/// Opens the store of a repository or layout.
type Open<'a> = dyn Fn(&Reference) -> Result<Arc<dyn Store>> + Send + Sync + 'a;

/// How repositories are opened.
pub(crate) struct Opener<'a> {
    pub(crate) open: &'a Open<'a>,
    /// Refuses repositories that cannot be opened together.
    pub(crate) check: &'a (dyn Fn(&[Reference]) -> Result<()> + Send + Sync + 'a),
}

/// Prunes repositories and layouts: see [`Client::prune`](crate::Client::prune). `open` returns the store of
/// each. It is called again before a plan is executed, since a store may remember lists.
///
/// # Errors
/// As [`Client::prune`](crate::Client::prune).
pub async fn prune(
    references: &[Reference],
    open: impl Fn(&Reference) -> Result<Arc<dyn Store>> + Send + Sync,
    options: PruneOptions,
) -> Result<PruneReport> {
    let opener = Opener { open: &open, check: &|_| Ok(()) };
    run(references, &opener, options).await
}

pub(crate) async fn run(
    references: &[Reference],
    opener: &Opener<'_>,
    options: PruneOptions,
) -> Result<PruneReport> {
    let shown: Vec<String> = references.iter().map(ToString::to_string).collect();
    let on = match &options.execute {
        Some(path) => path.display().to_string(),
        None => shown.join(" "),
    };
    named(OPERATION, on, async {
        let work = Work::new(opener.open, &options);
        let plan = match &options.execute {
            Some(path) => {
                check_execution(references, &options)?;
                let plan = stored::read(path).await?;
                let of_plan = plan.repositories.iter().map(|one| one.repository.clone());
                (opener.check)(&of_plan.collect::<Vec<_>>())?;
                plan
            }
            None => {
                let (repositories, criteria) = (repositories(references)?, Criteria::of(&options)?);
                (opener.check)(&repositories)?;
                work.plan(repositories, &criteria).await?
            }
        };
        if !options.dry_run {
            plan.check_maximum(options.max)?;
        }
        if let Some(path) = &options.plan {
            stored::write(path, &plan).await?;
            return Ok(plan);
        }
        // The dry run of a stored plan tells what has changed.
        if options.dry_run && options.execute.is_none() {
            return Ok(plan);
        }
        work.execute(plan, options.dry_run, options.execute.is_some()).await
    })
    .await
}

/// Executes a plan that was made in this process.
pub(crate) async fn run_plan(
    plan: PruneReport,
    open: &Open<'_>,
    options: &PruneOptions,
) -> Result<PruneReport> {
    let shown: Vec<String> =
        plan.repositories.iter().map(|one| one.repository.to_string()).collect();
    named(OPERATION, shown.join(" "), async {
        plan.check_maximum(options.max)?;
        Work::new(open, options).execute(plan, false, false).await
    })
    .await
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

/// Returns each repository once.
fn repositories(references: &[Reference]) -> Result<Vec<Reference>> {
    let mut repositories: Vec<Reference> = Vec::new();
    for reference in references {
        if !reference.tags().is_empty() || reference.digest().is_some() {
            let message =
                format!("{reference} names a manifest, and a prune is of a whole repository");
            return Err(Error::new(Code::InvalidReference, message)
                .with_hint("omit the tag and the digest; select tags with the option tags"));
        }
        if !repositories.iter().any(|known| known.location() == reference.location()) {
            repositories.push(reference.clone());
        }
    }
    if repositories.is_empty() {
        return Err(refused("there is nothing to prune")
            .with_hint("name a repository, such as registry.example.com/app"));
    }
    Ok(repositories)
}

/// Refuses criteria beside a stored plan, which was made by others.
fn check_execution(references: &[Reference], options: &PruneOptions) -> Result<()> {
    let given = [
        ("a repository", !references.is_empty()),
        ("keep_tags", !options.keep_tags.is_empty()),
        ("keep_last", options.keep_last.is_some()),
        ("older_than", options.older_than.is_some()),
        ("tags", !options.tags.is_empty()),
        ("untagged", options.untagged),
        ("orphans", options.orphans),
        ("dead_tags", options.dead_tags),
        ("artifact_types", !options.artifact_types.is_empty()),
        ("plan", options.plan.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(refused(format!("{name} cannot be given with execute"))
            .with_hint("a stored plan says what is deleted, and where")),
        None => Ok(()),
    }
}

/// What all repositories of a prune share.
struct Work<'a> {
    open: &'a Open<'a>,
    requests: RequestLimiter,
}

impl<'a> Work<'a> {
    fn new(open: &'a Open<'a>, options: &PruneOptions) -> Self {
        Self { open, requests: RequestLimiter::new(options.concurrency) }
    }

    /// Returns the maximum concurrent requests of one of several repositories.
    fn share(&self, repositories: usize) -> usize {
        (self.requests.max() / repositories.clamp(1, REPOSITORIES)).max(1)
    }

    async fn plan(&self, repositories: Vec<Reference>, criteria: &Criteria) -> Result<PruneReport> {
        let share = self.share(repositories.len());
        let planned = stream::iter(repositories).map(|repository| async move {
            let planned = self.plan_one(&repository, criteria, share).await;
            (repository, planned)
        });
        let planned = planned.buffered(REPOSITORIES).collect::<Vec<_>>().await;
        joined(PruneReport::new(true, jiff::Timestamp::now().to_string()), planned)
    }

    async fn plan_one(
        &self,
        repository: &Reference,
        criteria: &Criteria,
        share: usize,
    ) -> Result<PrunedRepository> {
        let store = (self.open)(repository)?;
        let needs_time =
            |node: &inventory::Node, is_listed: bool| select::needs_time(criteria, node, is_listed);
        let scan = Scan {
            store: &*store,
            requests: &self.requests,
            share,
            planned: None,
            lists_all: false,
            needs_time: &needs_time,
            keeps_configs: criteria.needs_times(),
        };
        let inventory = scan.run().await?;
        Ok(select::plan(inventory, criteria, repository.clone()))
    }

    async fn execute(
        &self,
        plan: PruneReport,
        dry_run: bool,
        is_stored: bool,
    ) -> Result<PruneReport> {
        let PruneReport { repositories, created, failed, .. } = plan;
        let share = self.share(repositories.len());
        let done = stream::iter(repositories).map(|planned| async move {
            let repository = planned.repository.clone();
            (repository, self.execute_one(planned, share, dry_run, is_stored).await)
        });
        let done = done.buffered(REPOSITORIES).collect::<Vec<_>>().await;
        let report = PruneReport { failed, ..PruneReport::new(dry_run, created) };
        joined(report, done)
    }

    async fn execute_one(
        &self,
        planned: PrunedRepository,
        share: usize,
        dry_run: bool,
        is_stored: bool,
    ) -> Result<PrunedRepository> {
        if planned.deleted.is_empty() {
            return Ok(planned);
        }
        let store = (self.open)(&planned.repository)?;
        let execution =
            Execution { store: &*store, requests: &self.requests, share, dry_run, is_stored };
        execution.run(planned).await
    }
}

/// Joins what was found of each repository. The error of the only repository is that of the operation.
fn joined(
    mut report: PruneReport,
    repositories: Vec<(Reference, Result<PrunedRepository>)>,
) -> Result<PruneReport> {
    let is_only = repositories.len() == 1 && report.failed.is_empty();
    for (repository, result) in repositories {
        match result {
            Ok(pruned) => report.repositories.push(pruned),
            Err(e) if is_only => return Err(e),
            Err(e) => {
                let error = e.with_operation(OPERATION, &repository);
                report.failed.push(PruneFailure { repository, error });
            }
        }
    }
    Ok(report)
}
