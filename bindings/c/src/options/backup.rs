// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of backup.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::BackupOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_backup`.
#[derive(Default)]
pub struct ocigraph_backup_options {
    pub(crate) core: BackupOptions,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_backup_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> BackupOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates backup options with the default values.
///
/// Ownership: free the result with `ocigraph_backup_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_options_new() -> Option<Box<ocigraph_backup_options>> {
    Some(Box::default())
}

/// Frees backup options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_options_free(options: Option<Box<ocigraph_backup_options>>) {
    free(options);
}

/// If true, also backs up what is attached to the manifests, as a recursive copy does: referrers,
/// the tags that cosign derives from a digest, and what is attached to these. Default: false, which
/// backs up the tagged manifests and what they list.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_options_set_recursive(
    options: Option<&mut ocigraph_backup_options>,
    recursive: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.recursive = recursive;
        Ok(())
    })
}

/// Sets the archive or directory of an earlier backup. Manifests and blobs that it has are not
/// stored again, and a restore needs it too. Only for an archive. Default: none. An empty text or
/// NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_options_set_since(
    options: Option<&mut ocigraph_backup_options>,
    since: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = since.optional("since")?;
        require(options, "options")?.core.since = value.map(Into::into);
        Ok(())
    })
}

/// If true, only reports what would be stored. Reads all manifests, and no blob. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_options_set_dry_run(
    options: Option<&mut ocigraph_backup_options>,
    dry_run: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.dry_run = dry_run;
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
pub extern "C" fn ocigraph_backup_options_set_concurrency(
    options: Option<&mut ocigraph_backup_options>,
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
pub extern "C" fn ocigraph_backup_options_set_progress(
    options: Option<&mut ocigraph_backup_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
