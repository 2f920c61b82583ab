// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation sweep, whose result is read in batches.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Result, SweepRow, SweepSummary};

use crate::{
    boundary::{call, call_optional, call_status, free, require},
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    options::ocigraph_sweep_options,
    results::{ocigraph_sweep_row_list, ocigraph_sweep_summary},
    rows::RowsHandle,
    status::ocigraph_status,
    text::{ocigraph_str, spaced, texts},
};

/// The rows of `ocigraph_client_sweep`. The operation works only while a function waits for the
/// next batch.
pub struct ocigraph_sweep_rows(RowsHandle<SweepRow, SweepSummary>);

/// Returns what is attached to every image of registries, repositories and layouts, as rows that
/// come as they are found. A target is `host` (all repositories), `host/PATTERN[:TAG]`,
/// `host/repository[:TAG]`, or `oci:PATH[:TAG]`; a tag can be a pattern too. In patterns, `*` means
/// any characters but `/`, `**` those too, `?` one character, and `{a,b}` one of several texts.
///
/// What cannot be read is a row with the status `unknown`, `refused` or `missing`, and ends
/// nothing: an image, a repository, or the list of a registry's repositories. Only *none* says that
/// nothing is attached. After 32 requests in a row that did not reach a registry, its other
/// repositories are rows with the status `unknown`.
///
/// Memory stays bounded: a million tags take less than 200 MB.
///
/// The rows are read by `ocigraph_sweep_rows_next`, which makes the requests. This function makes
/// none.
///
/// `targets`: an array of `count` texts: the registries, repositories, patterns and layouts to
/// sweep. `options`: NULL selects the defaults.
///
/// Ownership: free `out` with `ocigraph_sweep_rows_free`. `client` may be freed earlier.
/// Errors: CANCELLED, network errors; INVALID_ARGUMENT if a target, a pattern or a shard cannot be
/// used, or if the checkpoint is of another sweep; INVALID_REFERENCE if a target names no place;
/// CONFLICT if another process uses the checkpoint; IO if the checkpoint cannot be written.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sweep(
    client: *const ocigraph_client,
    targets: *const ocigraph_str,
    count: usize,
    options: *const ocigraph_sweep_options,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sweep_rows>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        sweep(client, targets, count, as_ref(options))
    })
}

/// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
/// The rows before count as finished with. A call that is cancelled loses no row: the next one
/// continues. After another error, there are no more rows.
///
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_sweep_row_list_free`.
/// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
/// has ended.
/// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_rows_next(
    rows: *const ocigraph_sweep_rows,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sweep_row_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_optional(out, error, || {
        let (client, job) = require(as_ref(rows), "rows")?.0.next()?;
        Ok(job.run(&client, cancel)?.take().map(Into::into))
    })
}

/// Receives the result of `ocigraph_sweep_rows_next_start`. If `status` is `OCIGRAPH_OK`, `error`
/// is NULL, and `result` has the next rows, or is NULL after the last one; otherwise `error` is set
/// and `result` is NULL. The callback owns both and must free them.
pub type ocigraph_sweep_rows_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_sweep_row_list>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts what `ocigraph_sweep_rows_next` does and returns immediately. The library calls `done`
/// exactly once with the result, also if the call is cancelled or the runtime ends. If this call
/// fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
/// freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_rows_next_start(
    rows: *const ocigraph_sweep_rows,
    cancel: *const ocigraph_cancel,
    done: ocigraph_sweep_rows_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let done = require(done, "done")?;
        let (client, job) = require(as_ref(rows), "rows")?.0.next()?;
        job.start_with(&client, cancel, |batch| batch.take().map(Into::into), done, user_data)
    })
}

/// Stores the totals of the rows that were returned so far in `out`.
///
/// Ownership: free `out` with `ocigraph_sweep_summary_free`.
/// Errors: INVALID_ARGUMENT.
/// Threads: any, also while a call waits for rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_rows_summary(
    rows: Option<&ocigraph_sweep_rows>,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sweep_summary>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || require(rows, "rows")?.0.summary().map(Into::into))
}

/// Frees rows and ends their operation. Results that were read remain valid. A callback form of
/// `next` that waits ends with NULL.
///
/// Ownership: takes `rows`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_rows_free(rows: Option<Box<ocigraph_sweep_rows>>) {
    free(rows);
}

fn sweep(
    client: &CallContext,
    targets: *const ocigraph_str,
    count: usize,
    options: Option<&ocigraph_sweep_options>,
) -> Result<ocigraph_sweep_rows> {
    let targets = texts(targets, count, "targets")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    RowsHandle::new(client, "sweep", spaced(&targets), |core| core.sweep(&targets, options))
        .map(ocigraph_sweep_rows)
}
