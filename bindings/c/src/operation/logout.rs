// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation logout.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{LoginTarget, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    error::ocigraph_error,
    job::Job,
    results::ocigraph_logout_result,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Removes every stored credential of a registry, from files and credential helpers. With a
/// namespace, removes the credential of the namespace alone; without one, those of namespaces stay.
///
/// `host`: the registry: `host[:port]`. For login and logout also a namespace or repository:
/// `host[:port]/namespace`. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_logout_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_logout(
    client: *const ocigraph_client,
    host: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_logout_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        logout(client, host)?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_logout_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_logout_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_logout_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_logout` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client` and `cancel` may
/// be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_logout_start(
    client: *const ocigraph_client,
    host: ocigraph_str,
    cancel: *const ocigraph_cancel,
    done: ocigraph_logout_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        logout(client, host)?.start(client, cancel, done, user_data)
    })
}

fn logout(client: &CallContext, host: ocigraph_str) -> Result<Job<ocigraph_logout_result>> {
    let core = client.core.clone();
    let host: LoginTarget = host.parse("host")?;
    Ok(Job::new("logout", host.clone(), Gate::default(), async move {
        core.logout(&host).await.map(Into::into)
    }))
}
