//! Signing in and out: credentials checked, and kept where the other tools look.

use std::mem::MaybeUninit;

use ocigraph::{Host, LoginResult, LogoutResult, Result, StoredIn};

use crate::{
    boundary::{call, free, read, require},
    callback::Gate,
    cancel::ocigraph_cancel,
    client::{CallContext, ocigraph_client},
    credential::ocigraph_credential,
    error::ocigraph_error,
    handle::as_ref,
    job::Job,
    results::Json,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// What became of a login.
pub struct ocigraph_login_result {
    value: LoginResult,
    stored_in: String,
    json: Json,
}

/// What became of a logout.
pub struct ocigraph_logout_result {
    value: LogoutResult,
    removed_from: Vec<String>,
    json: Json,
}

/// Checks a credential with a registry, and stores it where the other tools look: with the helper
/// that docker's configuration names for the registry, else in that file itself, as plain text that
/// its owner alone can read. Nothing is stored when the registry does not take it.
///
/// `host`: "registry.example.com[:port]". `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_login_result_free`; nothing of the arguments is
/// kept. Threads: any; blocks. Errors: UNAUTHORIZED, CREDENTIALS, CANCELLED, and those of the
/// network. Since 0.1.0.
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
        let client = &CallContext::of(client)?;
        let credential = require(as_ref(credential), "credential")?;
        login(client, host, credential)?.run(client, cancel)
    })
}

/// Removes every form of a registry's stored credential, from files and helpers.
///
/// `host`: "registry.example.com[:port]". `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_logout_result_free`; nothing of the arguments
/// is kept. Threads: any; blocks. Errors: INVALID_REFERENCE, CREDENTIALS, IO, CANCELLED. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_logout(
    client: *const ocigraph_client,
    host: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_logout_result>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let client = &CallContext::of(client)?;
        logout(client, host)?.run(client, cancel)
    })
}

/// Ends the result of a login, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_free(result: Option<Box<ocigraph_login_result>>) {
    free(result);
}

/// Where the credential is kept now: a file, or a helper.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_stored_in(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.stored_in.as_str().into())
}

/// Whether it is kept as plain text, in a file.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_plain_text(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| matches!(r.value.stored_in, StoredIn::File(_)))
}

/// Whether the registry asked for a credential and took this one; one that asks for none cannot
/// tell.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_verified(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.verified)
}

/// Whether `DOCKER_AUTH_CONFIG` has a credential for the registry, which comes before this one.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_overridden(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.overridden)
}

/// All of it as one JSON object.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_json(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}

/// Ends the result of a logout, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_free(result: Option<Box<ocigraph_logout_result>>) {
    free(result);
}

/// From how many files and helpers credentials were removed; 0 when there were none.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed_count(
    result: Option<&ocigraph_logout_result>,
) -> usize {
    read(result, |r| r.removed_from.len())
}

/// One of the files and helpers that credentials were removed from.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed(
    result: Option<&ocigraph_logout_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.removed_from.get(index).map(String::as_str).into())
}

/// Whether `DOCKER_AUTH_CONFIG` still has a credential for the registry.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_remains(result: Option<&ocigraph_logout_result>) -> bool {
    read(result, |r| r.value.remains)
}

/// All of it as one JSON object.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_json(
    result: Option<&ocigraph_logout_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}

fn login(
    client: &CallContext,
    host: ocigraph_str,
    credential: &ocigraph_credential,
) -> Result<Job<ocigraph_login_result>> {
    let (core, host) = (client.core.clone(), host.parse::<Host>("host")?);
    let credential = credential.0.clone();
    Ok(Job::new("login", host.clone(), Gate::default(), async move {
        let value = core.login(&host, credential).await?;
        let stored_in = value.stored_in.name();
        Ok(ocigraph_login_result { stored_in, json: Json::default(), value })
    }))
}

fn logout(client: &CallContext, host: ocigraph_str) -> Result<Job<ocigraph_logout_result>> {
    let (core, host) = (client.core.clone(), host.parse::<Host>("host")?);
    Ok(Job::new("logout", host.clone(), Gate::default(), async move {
        let value = core.logout(&host).await?;
        let removed_from = value.removed_from.iter().map(StoredIn::name).collect();
        Ok(ocigraph_logout_result { removed_from, json: Json::default(), value })
    }))
}
