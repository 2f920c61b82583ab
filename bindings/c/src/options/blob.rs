//! Options of fetching and pushing a single blob.

use std::{ffi::c_void, mem::MaybeUninit};

use crate::{
    boundary::{call_status, free, require},
    callback::{ProgressCallback, UserData, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// Options of `ocigraph_client_fetch_blob` and of the `ocigraph_client_push_blob` functions.
#[derive(Default)]
pub struct ocigraph_blob_options {
    pub(crate) progress: ProgressCallback,
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
        let to = callback.map(|callback| (callback, UserData(user_data)));
        require(options, "options")?.progress = ProgressCallback(to);
        Ok(())
    })
}
