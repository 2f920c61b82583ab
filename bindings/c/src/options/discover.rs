// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of discover.

use std::mem::MaybeUninit;

use ocigraph::DiscoverOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    numbers::parse_edge_kind,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_discover` and `ocigraph_client_discover_each` and `ocigraph_graph_filter`.
#[derive(Default)]
pub struct ocigraph_discover_options {
    pub(crate) core: DiscoverOptions,
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

/// Keeps only what has this artifact type, the paths from the subject to it, and what is attached
/// to it directly or indirectly. Default: everything. An empty text or NULL unsets it.
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

/// Adds an annotation. Keeps only what has all these annotations with these values, in the same way
/// as `artifact_type`. Default: everything.
///
/// A key that was added before gets the new value.
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

/// Keeps only the attestations of which a statement has this predicate type, such as
/// `https://spdx.dev/Document`, in the same way as `artifact_type`. Default: everything. An empty
/// text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_predicate_type(
    options: Option<&mut ocigraph_discover_options>,
    predicate_type: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = predicate_type.optional("predicate_type")?;
        require(options, "options")?.core.predicate_type = value;
        Ok(())
    })
}

/// Follows the edges of this kind alone, for example those to referrers. Default: all kinds.
///
/// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_options_set_only(
    options: Option<&mut ocigraph_discover_options>,
    only: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_edge_kind(only)?;
        require(options, "options")?.core.only = Some(value);
        Ok(())
    })
}

/// Starts at the image for this platform if the reference names an index. NOT_FOUND if the index
/// has no such image. Default: starts at the manifest that the reference names.
///
/// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
/// NULL unsets it.
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

/// Sets the maximum number of levels: 1 returns what is directly attached, 0 the subject alone.
/// Default: all levels.
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

/// If true, returns a graph with problems (`ocigraph_graph_problem`) if a list cannot be read
/// completely. Default: false; this then fails with INCOMPLETE.
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

/// Sets the maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count
/// as 512. Fewer are used while a registry limits the rate of requests, or if the process can open
/// few files.
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
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}
