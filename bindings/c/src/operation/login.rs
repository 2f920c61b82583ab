// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The operation login.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{LoginTarget, Result};

use crate::{
    boundary::{call, call_status, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    credential::ocigraph_credential,
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    results::ocigraph_login_result,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Checks a credential with a registry and stores it where other tools look: in the credential
/// helper that docker's configuration names for the registry, else in that file, as plain text that
/// only its owner can read. With a namespace, the credential is used for the repositories in it,
/// and credential helpers cannot store it.
///
/// `host`: the registry: `host[:port]`. For login and logout also a namespace or repository:
/// `host[:port]/namespace`. `credential`: the credential to check and to store. `cancel`: may be
/// NULL.
///
/// Ownership: free `out` with `ocigraph_login_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, IO, CANCELLED, network errors; UNAUTHORIZED if the
/// registry refuses the credential, in which case nothing is stored; UNSUPPORTED for a namespace
/// where a credential helper is configured.
/// Threads: any; blocks until the operation is over. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_login(
    client: *const ocigraph_client,
    host: ocigraph_str,
    credential: *const ocigraph_credential,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_login_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::new(client)?;
        login(client, host, require(as_ref(credential), "credential")?)?.run(client, cancel)
    })
}

/// Receives the result of `ocigraph_client_login_start`. If `status` is `OCIGRAPH_OK`, `result` is
/// set and `error` is NULL; otherwise `error` is set and `result` is NULL. The callback owns both
/// and must free them.
pub type ocigraph_login_fn = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: ocigraph_status,
        result: Option<Box<ocigraph_login_result>>,
        error: Option<Box<ocigraph_error>>,
    ),
>;

/// Starts the operation of `ocigraph_client_login` and returns immediately. The library calls
/// `done` exactly once with the result, also if the operation is cancelled or the runtime ends. If
/// this call fails, `done` is not called.
///
/// Ownership: `user_data` must stay valid until `done` has been called. `client`, `credential` and
/// `cancel` may be freed earlier.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE; CANCELLED if the runtime has ended.
/// Threads: any; the library calls `done` on one of its own threads, where it may block. Since
/// 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_login_start(
    client: *const ocigraph_client,
    host: ocigraph_str,
    credential: *const ocigraph_credential,
    cancel: *const ocigraph_cancel,
    done: ocigraph_login_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (client, done) = (&CallContext::new(client)?, require(done, "done")?);
        login(client, host, require(as_ref(credential), "credential")?)?
            .start(client, cancel, done, user_data)
    })
}

fn login(
    client: &CallContext,
    host: ocigraph_str,
    credential: &ocigraph_credential,
) -> Result<Job<ocigraph_login_result>> {
    let core = client.core.clone();
    let host: LoginTarget = host.parse("host")?;
    let credential = credential.0.clone();
    Ok(Job::new("login", host.clone(), Gate::default(), async move {
        core.login(&host, credential).await.map(Into::into)
    }))
}
