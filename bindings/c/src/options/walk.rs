//! Options of what reads or deletes graphs and names: discover, delete, resolve.

use std::mem::MaybeUninit;

use ocigraph::{DeleteOptions, DiscoverOptions, Platform};

use crate::{
    boundary::{act, end, need},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// How to discover.
#[derive(Default)]
pub struct ocigraph_discover_options {
    pub(crate) core: DiscoverOptions,
    /// Larger, as an option that is added makes it.
    #[cfg(feature = "test-hooks")]
    pub(crate) tomorrow: Vec<u64>,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_discover_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_new() -> Option<Box<ocigraph_discover_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_free(options: Option<Box<ocigraph_discover_options>>) {
    end(options);
}

/// Returns only referrers of this type, with what leads to them and what lies beneath them.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is not UTF-8. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_artifact_type(
    options: Option<&mut ocigraph_discover_options>,
    artifact_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        let value = artifact_type.optional("artifact_type")?;
        need(options, "options")?.core.artifact_type = value;
        Ok(())
    })
}

/// Returns only referrers that have this annotation, as `ocigraph_discover_options_set_artifact_type`.
/// Several must all be there.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL, for no key and what is not UTF-8. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_add_annotation(
    options: Option<&mut ocigraph_discover_options>,
    key: ocigraph_str,
    value: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        let (key, value) = (key.needed("key")?, value.text("value")?);
        need(options, "options")?.core.annotations.insert(key, value);
        Ok(())
    })
}

/// Starts, at an index, from the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_platform(
    options: Option<&mut ocigraph_discover_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        let value = platform.parse_optional("platform")?;
        need(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// How many levels of referrers to walk; 0 is the subject alone. Without it, all.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_depth(
    options: Option<&mut ocigraph_discover_options>,
    depth: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.core.depth = Some(depth);
        Ok(())
    })
}

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_concurrency(
    options: Option<&mut ocigraph_discover_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.core.concurrency = Some(concurrency).filter(|n| *n > 0);
        Ok(())
    })
}

/// How to delete.
#[derive(Default)]
pub struct ocigraph_delete_options {
    pub(crate) core: DeleteOptions,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_delete_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_new() -> Option<Box<ocigraph_delete_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_free(options: Option<Box<ocigraph_delete_options>>) {
    end(options);
}

/// Only says what would be deleted.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_dry_run(
    options: Option<&mut ocigraph_delete_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.core.dry_run = dry_run;
        Ok(())
    })
}

/// Deletes also what would be kept: what is tagged otherwise or listed by another index.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_force(
    options: Option<&mut ocigraph_delete_options>,
    force: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.core.force = force;
        Ok(())
    })
}

/// How many requests to make at once; 0 is the default.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_options_set_concurrency(
    options: Option<&mut ocigraph_delete_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        need(options, "options")?.core.concurrency = Some(concurrency).filter(|n| *n > 0);
        Ok(())
    })
}

/// How to find a manifest by its name: for `ocigraph_client_resolve` and
/// `ocigraph_client_fetch_manifest`.
#[derive(Default)]
pub struct ocigraph_resolve_options {
    pub(crate) platform: Option<Platform>,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_resolve_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_new() -> Option<Box<ocigraph_resolve_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_free(options: Option<Box<ocigraph_resolve_options>>) {
    end(options);
}

/// Takes, of an index, the image for this platform.
/// Written `os/architecture[/variant]`, as in "linux/arm64". No text: none.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL or what is no platform. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_resolve_options_set_platform(
    options: Option<&mut ocigraph_resolve_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    act(error, || {
        let value = platform.parse_optional("platform")?;
        need(options, "options")?.platform = value;
        Ok(())
    })
}
