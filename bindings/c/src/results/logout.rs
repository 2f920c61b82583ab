// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The logout result.

use ocigraph::{LogoutResult, StoredIn};

use crate::{
    boundary::{free, read},
    results::Json,
    text::ocigraph_str,
};

/// The result of `ocigraph_client_logout`.
pub struct ocigraph_logout_result {
    value: LogoutResult,
    parts: LogoutResultParts,
    json: Json,
}

impl From<LogoutResult> for ocigraph_logout_result {
    fn from(value: LogoutResult) -> Self {
        Self { parts: LogoutResultParts::new(&value), json: Json::default(), value }
    }
}

struct LogoutResultParts {
    removed_from: Vec<String>,
}

impl LogoutResultParts {
    fn new(value: &LogoutResult) -> Self {
        Self { removed_from: value.removed_from.iter().map(StoredIn::name).collect() }
    }
}

/// Frees a logout result and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_free(result: Option<Box<ocigraph_logout_result>>) {
    free(result);
}

/// Returns the registry: host, and port and namespace if they were given.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_host(
    result: Option<&ocigraph_logout_result>,
) -> ocigraph_str {
    read(result, |r| r.value.host.as_str().into())
}

/// Returns the number of places from which credentials were removed.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed_count(
    result: Option<&ocigraph_logout_result>,
) -> usize {
    read(result, |r| r.value.removed_from.len())
}

/// Returns the place at `index` of this list: the places from which credentials were removed: files
/// and credential helpers. Empty if none were stored.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_removed(
    result: Option<&ocigraph_logout_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.removed_from.get(index).map(String::as_str).into())
}

/// Returns true if `DOCKER_AUTH_CONFIG` still has a credential for the registry.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_remains(result: Option<&ocigraph_logout_result>) -> bool {
    read(result, |r| r.value.remains)
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_logout_result_json(
    result: Option<&ocigraph_logout_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
