//! Options of discover, which also filter a graph.

use std::mem::MaybeUninit;

use ocigraph::DiscoverOptions;

use crate::{
    boundary::{call_status, free, require},
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
    pub(crate) future_option: Vec<u64>,
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
    free(options);
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
    call_status(error, || {
        let value = artifact_type.optional("artifact_type")?;
        require(options, "options")?.core.artifact_type = value;
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
    call_status(error, || {
        let (key, value) = (key.required("key")?, value.text("value")?);
        require(options, "options")?.core.annotations.insert(key, value);
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
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
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
    call_status(error, || {
        require(options, "options")?.core.depth = Some(depth);
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
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency).filter(|n| *n > 0);
        Ok(())
    })
}
