// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of blob_delete.

use std::mem::MaybeUninit;

use ocigraph::BlobDeleteOptions;

use crate::{
    boundary::{call_status, free, require},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// Options of `ocigraph_client_delete_blob`.
#[derive(Default)]
pub struct ocigraph_blob_delete_options {
    pub(crate) core: BlobDeleteOptions,
}

/// Creates blob delete options with the default values.
///
/// Ownership: free the result with `ocigraph_blob_delete_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_delete_options_new() -> Option<Box<ocigraph_blob_delete_options>> {
    Some(Box::default())
}

/// Frees blob delete options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_delete_options_free(
    options: Option<Box<ocigraph_blob_delete_options>>,
) {
    free(options);
}

/// If true, ignores a blob that does not exist. Default: false; such a blob then fails with
/// NOT_FOUND.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_blob_delete_options_set_if_exists(
    options: Option<&mut ocigraph_blob_delete_options>,
    if_exists: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.if_exists = if_exists;
        Ok(())
    })
}
