// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of copy.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::CopyOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
    client::ocigraph_client,
    error::ocigraph_error,
    numbers::parse_edge_kind,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_copy`.
#[derive(Default)]
pub struct ocigraph_copy_options {
    pub(crate) core: CopyOptions,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_copy_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> CopyOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates copy options with the default values.
///
/// Ownership: free the result with `ocigraph_copy_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_new() -> Option<Box<ocigraph_copy_options>> {
    Some(Box::default())
}

/// Frees copy options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_free(options: Option<Box<ocigraph_copy_options>>) {
    free(options);
}

/// If true, copies the whole graph: also what is attached to the artifact, to the manifests that an
/// index lists, and to what is attached. Tags that have a digest, as cosign writes them, keep their
/// names. Default: false, which copies the artifact, its subject, and what an index lists.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_recursive(
    options: Option<&mut ocigraph_copy_options>,
    recursive: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.recursive = recursive;
        Ok(())
    })
}

/// Sets a recursive copy follows the edges of this kind alone, for example those to referrers.
/// Default: all kinds.
///
/// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_only(
    options: Option<&mut ocigraph_copy_options>,
    only: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_edge_kind(only)?;
        require(options, "options")?.core.only = Some(value);
        Ok(())
    })
}

/// Copies only the image for this platform if the source is an index. NOT_FOUND if the index has no
/// such image. A recursive copy takes the attestations that the index lists for the image along;
/// one without a subject gets the image as its subject, and so another digest. Default: the index
/// with all its images.
///
/// `platform`: `os/architecture[/variant][:os.version]`, such as "linux/arm64". An empty text or
/// NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not a platform.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_platform(
    options: Option<&mut ocigraph_copy_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// Adds an index platform. Copies the images for these platforms, each as `os/arch[/variant]`, if
/// the source is an index. With several, the destination gets a new index that lists only these
/// images, in the order of the source; a recursive copy keeps the attestations that the index lists
/// for them. What is attached to the index of the source is not attached to the new one. One
/// platform has the effect of `platform`, and both together fail with INVALID_ARGUMENT. Default:
/// none.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, or the text is empty or not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_add_index_platform(
    options: Option<&mut ocigraph_copy_options>,
    index_platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        let value = index_platform.required("index_platform")?;
        options.core.index_platforms.push(value);
        Ok(())
    })
}

/// If true, copies foreign layers too. Registries need not store these layers: see image-spec
/// v1.1.1, "Non-Distributable Layers"
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers).
/// Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_foreign(
    options: Option<&mut ocigraph_copy_options>,
    foreign: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.foreign = foreign;
        Ok(())
    })
}

/// If true, checks that the content below every copied manifest exists, also if the destination has
/// the manifest already, and copies what is missing: a collection of garbage can leave a manifest
/// without its content. Digests are not computed. Default: false, which checks only the manifest
/// that the source names and what it lists.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_repair(
    options: Option<&mut ocigraph_copy_options>,
    repair: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.repair = repair;
        Ok(())
    })
}

/// Sets the client that reaches the destination, with credentials, headers, TLS options and limits
/// of its own. Neither client sends anything of the other. Within one registry, blobs are then
/// uploaded and not mounted. Default: none, and one client reaches both source and destination.
/// NULL unsets it.
///
/// Ownership: the options share what `destination_client` has, which may be freed before them. Its
/// credential callback is not called after that.
/// Errors: INVALID_ARGUMENT if `options` is NULL, or `destination_client` belongs to the parent of
/// a forked process.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_destination_client(
    options: Option<&mut ocigraph_copy_options>,
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
pub extern "C" fn ocigraph_copy_options_set_concurrency(
    options: Option<&mut ocigraph_copy_options>,
    concurrency: usize,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.concurrency = Some(concurrency);
        Ok(())
    })
}

/// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
/// progress, which is the default. `user_data` must stay valid until every operation that uses
/// these options is over.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_options_set_progress(
    options: Option<&mut ocigraph_copy_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
