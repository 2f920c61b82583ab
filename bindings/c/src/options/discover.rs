//! Options of discover, which also filter a graph.

use std::mem::MaybeUninit;

use ocigraph::DiscoverOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_discover` and `ocigraph_graph_filter`.
#[derive(Default)]
pub struct ocigraph_discover_options {
    pub(crate) core: DiscoverOptions,
    /// An option of a future version, which makes the struct larger.
    #[cfg(feature = "test-hooks")]
    pub(crate) future_option: Vec<u64>,
}

/// Creates discover options with the default values.
///
/// Ownership: free the result with `ocigraph_discover_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_new() -> Option<Box<ocigraph_discover_options>> {
    Some(Box::default())
}

/// Frees discover options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_free(options: Option<Box<ocigraph_discover_options>>) {
    free(options);
}

/// Includes only referrers with this artifact type, together with the manifests on the path to them
/// and all their own referrers. No text unsets it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Includes only referrers with this annotation, together with the manifests on the path to them
/// and all their own referrers. If several annotations are added, a referrer must have all of them.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, `key` is empty, or a text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Starts at the image for this platform if the reference names an index. The syntax is
/// `os/architecture[/variant]`, such as "linux/arm64". No text unsets it. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Sets the maximum number of levels of referrers. 0 returns the subject alone. Default: unlimited.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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

/// Returns a graph with problems if true and a list of referrers cannot be read completely. Otherwise
/// the discover then fails with INCOMPLETE. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_allow_incomplete(
    options: Option<&mut ocigraph_discover_options>,
    allow_incomplete: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.allow_incomplete = allow_incomplete;
        Ok(())
    })
}

/// Sets the maximum number of concurrent requests. The library uses fewer if the registry slows
/// down or file descriptors run short. 0 selects the default: 128.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
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
