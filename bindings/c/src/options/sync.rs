// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of sync.

use std::mem::MaybeUninit;

use ocigraph::SyncOptions;

use crate::{
    boundary::{call_status, free, require},
    client::ocigraph_client,
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_sync`.
#[derive(Default)]
pub struct ocigraph_sync_options {
    pub(crate) core: SyncOptions,
}

/// Creates sync options with the default values.
///
/// Ownership: free the result with `ocigraph_sync_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_new() -> Option<Box<ocigraph_sync_options>> {
    Some(Box::default())
}

/// Frees sync options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_free(options: Option<Box<ocigraph_sync_options>>) {
    free(options);
}

/// Adds a repository. Copies the repositories of which the name, without the host, matches one of
/// these patterns: `team-?`. Default: all. The repository of a source that names one is copied in
/// any case.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_add_repository(
    options: Option<&mut ocigraph_sync_options>,
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

/// Adds a tag. Copies the tags that match one of these patterns: `v1.*`. A text can have several
/// with commas between them. Default: all. The tags of a source that names some are copied in any
/// case.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_add_tag(
    options: Option<&mut ocigraph_sync_options>,
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

/// Copies this many tags of each repository: those with the highest versions. `v1.10` is after
/// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_latest(
    options: Option<&mut ocigraph_sync_options>,
    latest: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.latest = Some(latest);
        Ok(())
    })
}

/// Adds a platform. Copies the images for these platforms, each as `os/arch[/variant]`: see
/// `index_platforms`. Default: all.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_add_platform(
    options: Option<&mut ocigraph_sync_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = platform.required("platform")?;
        options.core.platforms.push(value);
        Ok(())
    })
}

/// If true, only finds out what would be done: outcomes `would-copy` and `would-remove`. Default:
/// false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_dry_run(
    options: Option<&mut ocigraph_sync_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
        Ok(())
    })
}

/// If true, removes the tags of the destination that the source does not have, within what is
/// selected: repositories of sources that name no tags, and there the tags that match the patterns.
/// Nothing is removed if a list of the tags is incomplete, or if the source lists no tag. A tag
/// that has the digest of a manifest, as cosign writes it, is removed if all tags of the repository
/// are selected and copied and the source does not have that manifest. Others stay: a signature of
/// what the source has can be the destination's own. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_prune_destination(
    options: Option<&mut ocigraph_sync_options>,
    prune_destination: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.prune_destination = prune_destination;
        Ok(())
    })
}

/// If true, also asks the destination for every blob of what it has, and copies again what it has
/// lost. Not with `dry_run`. Default: false; a manifest that the destination has proves its blobs,
/// since a registry checks them when it receives the manifest.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_repair(
    options: Option<&mut ocigraph_sync_options>,
    repair: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.repair = repair;
        Ok(())
    })
}

/// Sets a file that records what was done. A sync of the same sources with the same options
/// continues where the file ends, and returns the other rows. A reference counts as done if the
/// destination has all of it, when the next rows are asked for. A sync that reaches its end is not
/// continued: the next one begins again, also with other sources. Default: none. An empty text or
/// NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_checkpoint(
    options: Option<&mut ocigraph_sync_options>,
    checkpoint: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = checkpoint.optional("checkpoint")?;
        require(options, "options")?.core.checkpoint = value.map(Into::into);
        Ok(())
    })
}

/// Copies a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is
/// in which share depends on its name alone. Default: all. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_shard(
    options: Option<&mut ocigraph_sync_options>,
    shard: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = shard.optional("shard")?;
        require(options, "options")?.core.shard = value;
        Ok(())
    })
}

/// Sets the client that reaches the destination: see `destination_client`. Default: none, and one
/// client reaches both. NULL unsets it.
///
/// Ownership: the options share what `destination_client` has, which may be freed before them. Its
/// credential callback is not called after that.
/// Errors: INVALID_ARGUMENT if `options` is NULL, or `destination_client` belongs to the parent of
/// a forked process.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_options_set_destination_client(
    options: Option<&mut ocigraph_sync_options>,
    destination_client: Option<&ocigraph_client>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = destination_client.map(ocigraph_client::shared).transpose()?;
        require(options, "options")?.core.destination_client = value;
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
pub extern "C" fn ocigraph_sync_options_set_concurrency(
    options: Option<&mut ocigraph_sync_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
