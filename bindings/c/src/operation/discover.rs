// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation discover.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{Reference, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    options::ocigraph_discover_options,
    results::ocigraph_graph,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Returns the graph of everything that is attached to what `reference` names, directly or through
/// others: its referrers (distribution-spec v1.1.1, "Listing Referrers",
/// https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers), the
/// manifests of the tags that cosign derives from a digest, the attestations of BuildKit, and the
/// children of an index. Each edge of the graph has its kind.
///
/// `reference`: the subject. `options`: NULL selects the defaults. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_graph_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; NOT_FOUND if
/// `reference` names nothing; INCOMPLETE if a list cannot be read completely, unless the options
/// allow it.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_discover(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_discover_options,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_graph>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        discover(client, reference, as_ref(options))?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_discover_start`. If `status` is `OCIGRAPH_OK`, `result`
/// is set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns
/// both and must free them.
pub type ocigraph_discover_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_graph>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_discover` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `options` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_discover_start(
    client: *const ocigraph_client,
    reference: ocigraph_str,
    options: *const ocigraph_discover_options,
    cancel: *const ocigraph_cancel,
    done: ocigraph_discover_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        discover(client, reference, as_ref(options))?.start(client, cancel, done, user_data)
    })
}

fn discover(
    client: &CallContext,
    reference: ocigraph_str,
    options: Option<&ocigraph_discover_options>,
) -> Result<Job<ocigraph_graph>> {
    let core = client.core.clone();
    let reference: Reference = reference.parse("reference")?;
    let options = options.map(|o| o.core.clone()).unwrap_or_default();
    Ok(Job::new("discover", reference.clone(), Gate::default(), async move {
        let graph = core.discover(&reference, options.clone()).await?;
        Ok(ocigraph_graph::new(graph, reference, options))
    }))
}
