// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of blob.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::TransferOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// Options of `ocigraph_client_fetch_blob` and the `ocigraph_client_push_blob` functions.
#[derive(Default)]
pub struct ocigraph_blob_options {
    pub(crate) core: TransferOptions,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_blob_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> TransferOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates blob options with the default values.
///
/// Ownership: free the result with `ocigraph_blob_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_options_new() -> Option<Box<ocigraph_blob_options>> {
    Some(Box::default())
}

/// Frees blob options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_options_free(options: Option<Box<ocigraph_blob_options>>) {
    free(options);
}

/// Reports progress to `callback`, which receives `user_data` as its first argument. NULL disables
/// progress, which is the default. `user_data` must stay valid until every operation that uses
/// these options is over.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_options_set_progress(
    options: Option<&mut ocigraph_blob_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
