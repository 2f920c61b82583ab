// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of sweep.

use std::mem::MaybeUninit;

use ocigraph::SweepOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_sweep`.
#[derive(Default)]
pub struct ocigraph_sweep_options {
    pub(crate) core: SweepOptions,
}

/// Creates sweep options with the default values.
///
/// Ownership: free the result with `ocigraph_sweep_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_new() -> Option<Box<ocigraph_sweep_options>> {
    Some(Box::default())
}

/// Frees sweep options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_free(options: Option<Box<ocigraph_sweep_options>>) {
    free(options);
}

/// Adds a repository. Sweeps the repositories of which the name, without the host, matches one of
/// these patterns: `team-?`. Default: all. The repository of a target that names one is swept in
/// any case.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_add_repository(
    options: Option<&mut ocigraph_sweep_options>,
    repository: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = repository.required("repository")?;
        options.core.repositories.push(value);
        Ok(())
    })
}

/// Adds a tag. Sweeps the tags that match one of these patterns: `v1.*`. A text can have several
/// with commas between them. Default: all. The tags of a target that names some are swept in any
/// case.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_add_tag(
    options: Option<&mut ocigraph_sweep_options>,
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

/// Sweeps this many tags of each repository: those with the highest versions. `v1.10` is after
/// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_set_latest(
    options: Option<&mut ocigraph_sweep_options>,
    latest: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.latest = Some(latest);
        Ok(())
    })
}

/// Sets the maximum number of levels: 1 returns what is directly attached, 0 the images alone, with
/// the status `found`. Default: all levels.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_set_depth(
    options: Option<&mut ocigraph_sweep_options>,
    depth: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.depth = Some(depth);
        Ok(())
    })
}

/// Sets a file that records what was done. A sweep of the same targets with the same options
/// continues where the file ends, and returns the other rows. An image counts as done when the next
/// rows are asked for. Rows of more than 1,000 attachments of one image may come again. What was
/// unknown or refused is asked for again: its rows come last, and those of the next sweep replace
/// them. A sweep that reaches its end and leaves nothing unknown or refused is not continued: the
/// next one begins again. The file has up to 150 bytes for each image. Default: none. An empty text
/// or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_set_checkpoint(
    options: Option<&mut ocigraph_sweep_options>,
    checkpoint: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = checkpoint.optional("checkpoint")?;
        require(options, "options")?.core.checkpoint = value.map(Into::into);
        Ok(())
    })
}

/// Sweeps a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is
/// in which share depends on its name alone. Default: all. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_options_set_shard(
    options: Option<&mut ocigraph_sweep_options>,
    shard: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = shard.optional("shard")?;
        require(options, "options")?.core.shard = value;
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
pub extern "C" fn ocigraph_sweep_options_set_concurrency(
    options: Option<&mut ocigraph_sweep_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
