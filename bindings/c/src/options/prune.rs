// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of prune.

use std::mem::MaybeUninit;

use ocigraph::PruneOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_prune`.
#[derive(Default)]
pub struct ocigraph_prune_options {
    pub(crate) core: PruneOptions,
}

/// Creates prune options with the default values.
///
/// Ownership: free the result with `ocigraph_prune_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_new() -> Option<Box<ocigraph_prune_options>> {
    Some(Box::default())
}

/// Frees prune options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_free(options: Option<Box<ocigraph_prune_options>>) {
    free(options);
}

/// Adds a keep tag. Patterns of tags that are never removed, and whose manifests stay. Default:
/// none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_add_keep_tag(
    options: Option<&mut ocigraph_prune_options>,
    keep_tag: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = keep_tag.required("keep_tag")?;
        options.core.keep_tags.push(value);
        Ok(())
    })
}

/// Selects tagged manifests without the newest N, which stay. At least 1. Those count that have a
/// tag of `tags`, also under `keep_tags`. A manifest whose time of creation is unknown stays.
/// Default: none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_keep_last(
    options: Option<&mut ocigraph_prune_options>,
    keep_last: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.keep_last = Some(keep_last);
        Ok(())
    })
}

/// Selects tagged manifests that were created before a time: `90d`, `12h`, `2w` ago (`s`, `h`, `d`,
/// `w`), or a time in RFC 3339. The time of a manifest is that of the registry (Azure), else that
/// of the annotation `org.opencontainers.image.created`, else that of the image config; of an index
/// without one, that of its newest image. A time before 1981 is that of a reproducible build, and
/// counts as unknown; so does one in the future for `keep_last`. A manifest whose time is unknown
/// stays. With `keep_last`, selects what both select. What `untagged`, `orphans` and `dead_tags`
/// select has to be as old, unless its time is unknown: nothing says when it was pushed. Default:
/// none. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_older_than(
    options: Option<&mut ocigraph_prune_options>,
    older_than: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = older_than.optional("older_than")?;
        require(options, "options")?.core.older_than = value;
        Ok(())
    })
}

/// Adds a tag. Patterns of tags: only these are selected, by `older_than` and `keep_last`, or all
/// of them without these two. Other tags stay. Default: all tags, if `older_than` or `keep_last` is
/// given.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_add_tag(
    options: Option<&mut ocigraph_prune_options>,
    tag: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = tag.required("tag")?;
        options.core.tags.push(value);
        Ok(())
    })
}

/// If true, selects manifests without a tag that nothing needs which stays. A push in progress has
/// such manifests: its index comes last. So prune when nothing is pushed, or store a plan and
/// execute it later: what an index lists by then stays. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_untagged(
    options: Option<&mut ocigraph_prune_options>,
    untagged: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.untagged = untagged;
        Ok(())
    })
}

/// If true, selects referrers without a tag whose subject does not exist. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_orphans(
    options: Option<&mut ocigraph_prune_options>,
    orphans: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.orphans = orphans;
        Ok(())
    })
}

/// If true, selects the tags that cosign derives from a digest, and fallback tags, whose subject
/// does not exist. A fallback tag stays while it lists a referrer that stays. The tags of cosign
/// stay in a repository that has no other tags and none of their subjects: it may keep the
/// signatures of images in another repository (`COSIGN_REPOSITORY`). Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_dead_tags(
    options: Option<&mut ocigraph_prune_options>,
    dead_tags: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dead_tags = dead_tags;
        Ok(())
    })
}

/// Adds an artifact type. Artifact types: `orphans` and the tags of cosign among `dead_tags` are
/// selected only if their manifest has one of them. What is attached to a deleted manifest is
/// deleted whatever its type. Default: all types.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_add_artifact_type(
    options: Option<&mut ocigraph_prune_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = artifact_type.required("artifact_type")?;
        options.core.artifact_types.push(value);
        Ok(())
    })
}

/// Sets the maximum number of manifests that are deleted, in all repositories together. If the plan
/// has more, the prune fails with CONFLICT, and neither deletes nor stores anything. A dry run
/// returns the plan. Default: no limit.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_max(
    options: Option<&mut ocigraph_prune_options>,
    max: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.max = Some(max);
        Ok(())
    })
}

/// If true, makes the plan without deleting anything. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_dry_run(
    options: Option<&mut ocigraph_prune_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
        Ok(())
    })
}

/// Writes the plan to this file as JSON, and deletes nothing. Default: none. An empty text or NULL
/// unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_plan(
    options: Option<&mut ocigraph_prune_options>,
    plan: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = plan.optional("plan")?;
        require(options, "options")?.core.plan = value.map(Into::into);
        Ok(())
    })
}

/// Executes the plan in this file, in the repositories that it names. Only `max`, `dry_run` and
/// `concurrency` are allowed beside it. Default: none. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_execute(
    options: Option<&mut ocigraph_prune_options>,
    execute: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = execute.optional("execute")?;
        require(options, "options")?.core.execute = value.map(Into::into);
        Ok(())
    })
}

/// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
/// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
/// few files.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_options_set_concurrency(
    options: Option<&mut ocigraph_prune_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
