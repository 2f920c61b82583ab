// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation discover each, whose result is read in batches.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{DiscoverSummary, DiscoveredRow, Reference, Result};

use crate::{
    boundary::{call, call_optional, call_status, free, require},
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    options::ocigraph_discover_options,
    results::{ocigraph_discover_summary, ocigraph_discovered_row_list},
    rows::RowsHandle,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// The rows of `ocigraph_client_discover_each`. The operation works only while a function waits for
/// the next batch.
pub struct ocigraph_discover_each_rows(RowsHandle<DiscoveredRow, DiscoverSummary>);

/// Returns every edge of the graph that `ocigraph_client_discover` returns, as rows that come as
/// they are found: what is attached, and to what. The graph is not held in memory. The edge to a
/// manifest comes before those from it. A manifest that is attached to another in two ways has two
/// rows. The last rows can come before an error.
///
/// The rows are read by `ocigraph_discover_each_rows_next`, which makes the requests. This function
/// makes none.
///
/// `reference`: the subject. `options`: NULL selects the defaults.
///
/// Ownership: free `out` with `ocigraph_discover_each_rows_free`. `client` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing; INCOMPLETE at the first list that cannot be read completely, unless
/// the options allow it.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_discover_each(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_discover_options,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_discover_each_rows>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        discover_each(client, reference, as_ref(options))
    })
}

/// Waits for the next rows, at least one, and stores them in `out`. Stores NULL after the last row.
/// The rows before count as finished with. A call that is cancelled loses no row: the next one
/// continues. After another error, there are no more rows.
///
/// `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_discovered_row_list_free`.
/// Errors: those of the operation; CANCELLED also if the runtime or the client with its own threads
/// has ended.
/// Threads: any; concurrent calls wait for each other; blocks until there are rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_each_rows_next(
    rows: *const ocigraph_discover_each_rows,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_discovered_row_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_optional(out, error, || {
        let (client, job) = require(as_ref(rows), "rows")?.0.next()?;
        Ok(job.run(&client, cancel)?.take().map(Into::into))
    })
}

/// Receives the result of `ocigraph_discover_each_rows_next_start`. If `status` is `OCIGRAPH_OK`,
/// `error` is NULL, and `result` has the next rows, or is NULL after the last one; otherwise
/// `error` is set and `result` is NULL. The callback owns both and must free them.
pub type ocigraph_discover_each_rows_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_discovered_row_list>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts what `ocigraph_discover_each_rows_next` does and returns immediately. The library calls
/// `done` exactly once with the result, also if the call is cancelled or the runtime ends. If this
/// call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `rows` and `cancel` may be
/// freed earlier.
/// Errors: INVALID_ARGUMENT; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_each_rows_next_start(
    rows: *const ocigraph_discover_each_rows,
    cancel: *const ocigraph_cancel,
    done: ocigraph_discover_each_rows_fn,
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
/// Ownership: free `out` with `ocigraph_discover_summary_free`.
/// Errors: INVALID_ARGUMENT.
/// Threads: any, also while a call waits for rows. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_each_rows_summary(
    rows: Option<&ocigraph_discover_each_rows>,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_discover_summary>>>>,
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
pub extern "C" fn ocigraph_discover_each_rows_free(rows: Option<Box<ocigraph_discover_each_rows>>) {
    free(rows);
}

fn discover_each(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_discover_options>,
) -> Result<ocigraph_discover_each_rows> {
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    RowsHandle::new(client, "discover", reference.clone(), |core| {
        core.discover_each(&reference, options)
    })
    .map(ocigraph_discover_each_rows)
}
