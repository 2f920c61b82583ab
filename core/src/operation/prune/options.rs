//! The options of a prune.

use std::path::PathBuf;

use derive_setters::Setters;

/// Options of [`Client::prune`](crate::Client::prune). Nothing is selected unless `older_than`,
/// `keep_last`, `tags`, `untagged`, `orphans` or `dead_tags` asks for it.
///
/// In patterns, `*` means any characters but `/`, `**` those too, `?` one character, and `{a,b}` one of
/// several texts.
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, PruneOptions};
///
/// let client = Client::new();
/// let repositories = ["registry.example/app".parse()?];
/// let options = PruneOptions::default()
///     .older_than("90d")
///     .keep_last(10)
///     .keep_tags(vec!["v*".into(), "latest".into()])
///     .orphans(true);
/// let plan = client.prune(&repositories, options.clone().plan("plan.json")).await?;
/// for entry in &plan.repositories[0].deleted {
///     println!("{} would be deleted: {}", entry.descriptor.digest, entry.reason);
/// }
///
/// // Later. What has changed since is refused.
/// let report = client.prune(&[], PruneOptions::default().execute("plan.json")).await?;
/// println!("{} deleted", report.repositories[0].deleted.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct PruneOptions {
    /// Patterns of tags that are never removed, and whose manifests stay. Default: none.
    pub keep_tags: Vec<String>,
    /// Selects tagged manifests without the newest N, which stay. At least 1. Those count that have a
    /// tag of `tags`, also under `keep_tags`. A manifest whose time of creation is unknown stays.
    /// Default: none.
    pub keep_last: Option<usize>,
    /// Selects tagged manifests that were created before a time: `90d`, `12h`, `2w` ago (`s`, `h`, `d`, `w`), or a time in RFC 3339. The time of a manifest is that of the registry (Azure), else that
    /// of the annotation `org.opencontainers.image.created`, else that of the image config; of an index
    /// without one, that of its newest image. A time before 1981 is that of a reproducible build, and
    /// counts as unknown; so does one in the future for `keep_last`. A manifest whose time is unknown stays. With
    /// `keep_last`, selects what both select. What `untagged`, `orphans` and `dead_tags` select has to be as
    /// old, unless its time is unknown: nothing says when it was pushed. Default: none.
    #[setters(into)]
    pub older_than: Option<String>,
    /// Patterns of tags: only these are selected, by `older_than` and `keep_last`, or all of them
    /// without these two. Other tags stay. Default: all tags, if `older_than` or `keep_last` is given.
    pub tags: Vec<String>,
    /// Selects manifests without a tag that nothing needs which stays. A push in progress has such
    /// manifests: its index comes last. So prune when nothing is pushed, or store a plan and execute it later:
    /// what an index lists by then stays. Default: false.
    pub untagged: bool,
    /// Selects referrers without a tag whose subject does not exist. Default: false.
    pub orphans: bool,
    /// Selects the tags that cosign derives from a digest, and fallback tags, whose subject does not exist.
    /// A fallback tag stays while it lists a referrer that stays. The tags of cosign stay in a repository
    /// that has no other tags and none of their subjects: it may keep the signatures of images in another
    /// repository (`COSIGN_REPOSITORY`). Default: false.
    pub dead_tags: bool,
    /// Artifact types: `orphans` and the tags of cosign among `dead_tags` are selected only if their
    /// manifest has one of them. What is attached to a deleted manifest is deleted whatever its type.
    /// Default: all types.
    pub artifact_types: Vec<String>,
    /// Maximum number of manifests that are deleted, in all repositories together. If the plan has more,
    /// the prune fails with [CONFLICT](crate::Code::Conflict), and neither deletes nor stores anything. A dry
    /// run returns the plan. Default: no limit.
    pub max: Option<usize>,
    /// Makes the plan without deleting anything. Default: false.
    pub dry_run: bool,
    /// Writes the plan to this file as JSON, and deletes nothing. Default: none.
    #[setters(into)]
    pub plan: Option<PathBuf>,
    /// Executes the plan in this file, in the repositories that it names. Only `max`, `dry_run` and
    /// `concurrency` are allowed beside it. Default: none.
    #[setters(into)]
    pub execute: Option<PathBuf>,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}
