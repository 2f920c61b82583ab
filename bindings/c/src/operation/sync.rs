// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation sync, whose result is read in batches.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Result, SyncRow, SyncSummary};

use crate::{
    boundary::{call, call_optional, call_status, free, require},
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    options::ocigraph_sync_options,
    results::{ocigraph_sync_row_list, ocigraph_sync_summary},
    rows::RowsHandle,
    status::ocigraph_status,
    text::{joined, ocigraph_str, texts},
};

/// The rows of `ocigraph_client_sync`. The operation works only while a function waits for the next
/// batch.
pub struct ocigraph_sync_rows(RowsHandle<SyncRow, SyncSummary>);

/// Copies images of registries, repositories and layouts with everything attached to them, and
/// returns a row for each reference. A source is written as a target of `ocigraph_client_sweep`.
/// The destination of one repository or layout is `host/repository` or `oci:PATH`. Several
/// repositories keep their paths below `host` or `host/prefix`, and their names in `oci:PATH`.
///
/// What the destination has is not sent; where nothing is attached, a reference that it has costs
/// three requests. After a copy, the destination is asked for the tag, for what an index lists and
/// for what is attached: only `copied` and `existed` say that it has all of it. A reference that
/// cannot be copied is a row with the outcome `missing`, `refused`, `changed` or `unknown`, and
/// ends nothing. A tag that names something else at the destination moves.
///
/// An example: `ocigraph_sync_options`.
///
/// The rows are read by `ocigraph_sync_rows_next`, which makes the requests. This function makes
/// none.
///
/// `sources`: an array of `count` texts: the registries, repositories, patterns and layouts to
/// copy, as the targets of a sweep. `destination`: the place to copy to: `host/repository`,
/// `oci:PATH`, or for several repositories `host[/prefix]`. `options`: NULL selects the defaults.
///
/// Ownership: free `out` with `ocigraph_sync_rows_free`. `client` may be freed earlier.
/// Errors: IO, CANCELLED, network errors; INVALID_ARGUMENT or INVALID_REFERENCE if a source, the
/// destination, a pattern, a platform or a shard cannot be used. The rows fail with UNAUTHORIZED if
/// the destination refuses the credential, with INVALID_ARGUMENT if two sources have one
/// destination or the checkpoint is of another sync, with CONFLICT if another process uses the
/// checkpoint, and with IO if it cannot be written.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_sync(
    client: *const ocigraph_client,
    sources: *const ocigraph_str,
    count: usize,
    destination: ocigraph_str,
    options: *const ocigraph_sync_options,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sync_rows>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        sync(client, sources, count, destination, as_ref(options))
    })
}

/// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
/// The rows before count as finished with. A call that is cancelled loses no row: the next one
/// continues. After another error, there are no more rows.
///
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_sync_row_list_free`.
/// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
/// has ended.
/// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_rows_next(
    rows: *const ocigraph_sync_rows,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sync_row_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_optional(out, error, || {
        let (client, job) = require(as_ref(rows), "rows")?.0.next()?;
        Ok(job.run(&client, cancel)?.take().map(Into::into))
    })
}

/// Receives the result of `ocigraph_sync_rows_next_start`. If `status` is `OCIGRAPH_OK`, `error` is
/// NULL, and `result` has the next rows, or is NULL after the last one; otherwise `error` is set
/// and `result` is NULL. The callback owns both and must free them.
pub type ocigraph_sync_rows_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_sync_row_list>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts what `ocigraph_sync_rows_next` does and returns immediately. The library calls `done`
/// exactly once with the result, also if the call is cancelled or the runtime ends. If this call
/// fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
/// freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_rows_next_start(
    rows: *const ocigraph_sync_rows,
    cancel: *const ocigraph_cancel,
    done: ocigraph_sync_rows_fn,
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
/// Ownership: free `out` with `ocigraph_sync_summary_free`.
/// Errors: INVALID_ARGUMENT.
/// Threads: any, also while a call waits for rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_rows_summary(
    rows: Option<&ocigraph_sync_rows>,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_sync_summary>>>>,
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
pub extern "C" fn ocigraph_sync_rows_free(rows: Option<Box<ocigraph_sync_rows>>) {
    free(rows);
}

fn sync(
    client: &CallContext,
    sources: *const ocigraph_str,
    count: usize,
    destination: ocigraph_str,
    options: Option<&ocigraph_sync_options>,
) -> Result<ocigraph_sync_rows> {
    let sources = texts(sources, count, "sources")?;
    let destination = destination.required("destination")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    RowsHandle::new(client, "sync", joined(&sources, &destination), |core| {
        core.sync(&sources, &destination, options)
    })
    .map(ocigraph_sync_rows)
}
