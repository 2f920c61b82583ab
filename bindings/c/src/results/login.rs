// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The login result.

use ocigraph::{LoginResult, StoredIn};

use crate::{
    boundary::{free, read},
    results::Json,
    text::ocigraph_str,
};

/// The result of `ocigraph_client_login`.
pub struct ocigraph_login_result {
    value: LoginResult,
    parts: LoginResultParts,
    json: Json,
}

impl From<LoginResult> for ocigraph_login_result {
    fn from(value: LoginResult) -> Self {
        Self { parts: LoginResultParts::new(&value), json: Json::default(), value }
    }
}

struct LoginResultParts {
    stored_in: String,
}

impl LoginResultParts {
    fn new(value: &LoginResult) -> Self {
        Self { stored_in: value.stored_in.name() }
    }
}

/// Frees a login result and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_free(result: Option<Box<ocigraph_login_result>>) {
    free(result);
}

/// Returns the registry: host, and port and namespace if they were given.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_host(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.value.host.as_str().into())
}

/// Returns where the credential is stored.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_stored_in(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.parts.stored_in.as_str().into())
}

/// Returns true if the credential is stored as plain text in a file that only its owner can read.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_plain_text(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| matches!(r.value.stored_in, StoredIn::File(_)))
}

/// Returns true if the registry demanded authentication and accepted the credential. False if it
/// serves anonymous requests, which verify nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_verified(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.verified)
}

/// Returns true if `DOCKER_AUTH_CONFIG` has a credential for the registry, which is used before the
/// stored one.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_overridden(result: Option<&ocigraph_login_result>) -> bool {
    read(result, |r| r.value.overridden)
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_login_result_json(
    result: Option<&ocigraph_login_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
