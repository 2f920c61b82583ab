//! Options of single blobs.

use std::{ffi::c_void, mem::MaybeUninit};

use crate::{
    boundary::{call_status, free, require},
    callback::{ProgressCallback, UserData, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// How to move a single blob: for `ocigraph_client_fetch_blob` and `ocigraph_client_push_blob*`.
#[derive(Default)]
pub struct ocigraph_blob_options {
    pub(crate) progress: ProgressCallback,
}

/// New options, with the defaults.
///
/// Ownership: the caller's, until `ocigraph_blob_options_free`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_options_new() -> Option<Box<ocigraph_blob_options>> {
    Some(Box::default())
}

/// Ends options.
///
/// Ownership: takes `options`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_options_free(options: Option<Box<ocigraph_blob_options>>) {
    free(options);
}

/// Reports progress to `callback`, with `user_data` as its first argument. NULL: to nobody.
/// `user_data` must live as long as operations that use these options.
///
/// Threads: one at a time. Errors: INVALID_ARGUMENT for NULL. Since 0.1.0.
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
