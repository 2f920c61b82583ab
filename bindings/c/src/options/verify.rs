// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of verify.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::VerifyOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
    error::ocigraph_error,
    numbers::parse_edge_kind,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_verify`.
#[derive(Default)]
pub struct ocigraph_verify_options {
    pub(crate) core: VerifyOptions,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_verify_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> VerifyOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates verify options with the default values.
///
/// Ownership: free the result with `ocigraph_verify_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_new() -> Option<Box<ocigraph_verify_options>> {
    Some(Box::default())
}

/// Frees verify options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_free(options: Option<Box<ocigraph_verify_options>>) {
    free(options);
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
pub extern "C" fn ocigraph_verify_options_set_platform(
    options: Option<&mut ocigraph_verify_options>,
    platform: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = platform.parse_optional("platform")?;
        require(options, "options")?.core.platform = value;
        Ok(())
    })
}

/// Follows the edges of this kind alone to what is attached, for example those to referrers. What
/// an index lists is always verified. Default: all kinds.
///
/// `only`: one of `OCIGRAPH_EDGE_KIND_*`.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the number is unknown.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_set_only(
    options: Option<&mut ocigraph_verify_options>,
    only: i32,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = parse_edge_kind(only)?;
        require(options, "options")?.core.only = Some(value);
        Ok(())
    })
}

/// If true, repairs the lists of referrers that clients keep: in a registry, the index under the
/// fallback tag of each manifest of the graph; in a layout, the indexes of regctl and olareg.
/// Removes the entries of missing manifests, corrects entries that contradict their manifests, and
/// adds manifests that a list lacks. The rest of the graph is not changed. Default: false, which
/// only reports them.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_options_set_repair_index(
    options: Option<&mut ocigraph_verify_options>,
    repair_index: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.repair_index = repair_index;
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
pub extern "C" fn ocigraph_verify_options_set_concurrency(
    options: Option<&mut ocigraph_verify_options>,
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
pub extern "C" fn ocigraph_verify_options_set_progress(
    options: Option<&mut ocigraph_verify_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
