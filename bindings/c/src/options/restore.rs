// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Options of restore.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::RestoreOptions;

use crate::{
    boundary::{call_status, free, require},
    callback::{Gate, ProgressCallback, ocigraph_progress_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Options of `ocigraph_client_restore`.
#[derive(Default)]
pub struct ocigraph_restore_options {
    pub(crate) core: RestoreOptions,
    pub(crate) progress: ProgressCallback,
}

impl ocigraph_restore_options {
    /// Copies the options for one operation, which reports its progress at the gate.
    pub(crate) fn for_operation(&self, gate: &Gate) -> RestoreOptions {
        self.core.clone().progress(self.progress.through(gate))
    }
}

/// Creates restore options with the default values.
///
/// Ownership: free the result with `ocigraph_restore_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_options_new() -> Option<Box<ocigraph_restore_options>> {
    Some(Box::default())
}

/// Frees restore options. Running operations are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_options_free(options: Option<Box<ocigraph_restore_options>>) {
    free(options);
}

/// Restores this repository alone, by its name in an archive of several:
/// `registry.example.com/app`. Default: all. An empty text or NULL unsets it.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL or the text is not UTF-8.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_options_set_repository(
    options: Option<&mut ocigraph_restore_options>,
    repository: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let value = repository.optional("repository")?;
        require(options, "options")?.core.repository = value;
        Ok(())
    })
}

/// If true, restores the tagged manifests and what they list, without what is attached to them.
/// Default: false, which restores what the archive has.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_options_set_exclude_referrers(
    options: Option<&mut ocigraph_restore_options>,
    exclude_referrers: bool,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.core.exclude_referrers = exclude_referrers;
        Ok(())
    })
}

/// If true, only reports what would be sent. Asks the destination what it has. Default: false.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_options_set_dry_run(
    options: Option<&mut ocigraph_restore_options>,
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
pub extern "C" fn ocigraph_restore_options_set_concurrency(
    options: Option<&mut ocigraph_restore_options>,
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
pub extern "C" fn ocigraph_restore_options_set_progress(
    options: Option<&mut ocigraph_restore_options>,
    callback: ocigraph_progress_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        require(options, "options")?.progress = ProgressCallback::new(callback, user_data);
        Ok(())
    })
}
