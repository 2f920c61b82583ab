//! Login and logout.

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

/// The result of a login: where the credential is stored, and whether the registry verified it.
pub struct ocigraph_login_result {
    value: LoginResult,
    stored_in: String,
    json: Json,
}

/// The result of a logout: the files and helpers from which a credential was removed.
pub struct ocigraph_logout_result {
    value: LogoutResult,
    removed_from: Vec<String>,
    json: Json,
}

/// Verifies a credential with a registry and stores it for other tools: with the credential helper
/// that Docker's configuration names for the registry, otherwise as plain text in that
/// configuration file, readable by its owner only. Nothing is stored if the registry rejects the
/// credential.
///
/// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_login_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, UNAUTHORIZED, CREDENTIALS, IO, CANCELLED, network
/// errors.
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
        let credential = require(as_ref(credential), "credential")?;
        login(client, host, credential)?.run(client, cancel)
    })
}

/// Removes the stored credentials of a registry from all files and helpers, under every name that
/// other tools use for the registry.
///
/// `host`: "registry.example.com[:port]". `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_logout_result_free`.
/// Errors: INVALID_ARGUMENT, INVALID_REFERENCE, CREDENTIALS, IO, CANCELLED.
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

/// Frees the result of a login and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_free(result: Option<Box<ocigraph_login_result>>) {
    free(result);
}

/// Returns the file or credential helper that stores the credential.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_stored_in(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.stored_in.as_str().into())
}

/// Returns true if the credential is stored as plain text in a file.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_plain_text(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| matches!(r.value.stored_in, StoredIn::File(_)))
}

/// Returns true if the registry required a credential and accepted this one. A registry that
/// requires none cannot verify it.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_verified(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.verified)
}

/// Returns true if `DOCKER_AUTH_CONFIG` has a credential for the registry, which takes precedence
/// over the stored one.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_overridden(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.overridden)
}

/// Returns the result as a JSON object.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_json(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}

/// Frees the result of a logout and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_free(result: Option<Box<ocigraph_logout_result>>) {
    free(result);
}

/// Returns the number of files and helpers from which a credential was removed; 0 if none was
/// stored.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed_count(
    result: Option<&ocigraph_logout_result>,
) -> usize {
    read(result, |r| r.removed_from.len())
}

/// Returns the file or helper at `index` from which a credential was removed.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed(
    result: Option<&ocigraph_logout_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.removed_from.get(index).map(String::as_str).into())
}

/// Returns true if `DOCKER_AUTH_CONFIG` still has a credential for the registry.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_remains(result: Option<&ocigraph_logout_result>) -> bool {
    read(result, |r| r.value.remains)
}

/// Returns the result as a JSON object.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
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
