//! Errors.

use std::{ffi::c_void, ptr, time::Duration};

use ::ocigraph_runtime::ForeignError;
use ocigraph::{Code, Error};

use crate::{
    boundary::{free, read},
    callback::UserData,
    results::Json,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// The details of a failure: status, message, hint, operation, reference and the response of the
/// registry.
pub struct ocigraph_error {
    error: Error,
    message: String,
    json: Json,
}

impl ocigraph_error {
    pub(crate) fn new(error: Error) -> Self {
        Self { message: error.to_string(), error, json: Json::default() }
    }

    /// Converts an error from a callback into an error of the core.
    pub(crate) fn into_core(self) -> Error {
        self.error
    }
}

/// Creates the error that a credential callback returns. Its status is CREDENTIALS.
///
/// `message`: the reason. Invalid UTF-8 is replaced. An empty message becomes "the credential
/// callback failed".
///
/// `user_data`: a pointer that `ocigraph_error_user_data` returns for the error of the failed
/// operation, for example to an exception. The library never dereferences it.
///
/// Ownership: store the result in the `error` output of the callback, or free it with
/// `ocigraph_error_free`. `message` is copied.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_new(
    message: ocigraph_str,
    user_data: *mut c_void,
) -> Option<Box<ocigraph_error>> {
    let message = message.lossy();
    let message =
        if message.is_empty() { "the credential callback failed".to_owned() } else { message };
    let error = ForeignError(UserData(user_data)).into_error(Code::Credentials, message);
    Some(Box::new(ocigraph_error::new(error)))
}

/// Frees an error and everything borrowed from it.
///
/// Ownership: takes `error`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_free(error: Option<Box<ocigraph_error>>) {
    free(error);
}

/// Returns the status of the failed call, or `OCIGRAPH_OK` for NULL.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_status(error: Option<&ocigraph_error>) -> ocigraph_status {
    read(error, |e| e.error.code() as ocigraph_status)
}

/// Returns the complete message for a person: the operation, the reference, the reason and the
/// hint.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_message(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.message.as_str().into())
}

/// Returns the reason of the failure, without operation, reference and hint.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_reason(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.message().into())
}

/// Returns a suggestion for solving the problem, or no text if there is none.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_hint(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.hint().into())
}

/// Returns the name of the operation, such as "push", or no text if the error belongs to no
/// operation.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_operation(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.operation().into())
}

/// Returns the reference that the operation was working on, or no text.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_reference(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.reference().into())
}

/// Returns the HTTP status of the registry's response, or 0 if no response was received.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_http_status(error: Option<&ocigraph_error>) -> u16 {
    read(error, |e| e.error.status().unwrap_or(0))
}

/// Returns the number of errors that the registry's response lists.
///
/// See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_count(error: Option<&ocigraph_error>) -> usize {
    read(error, |e| e.error.registry_errors().len())
}

/// Returns the code of one error in the registry's response, such as "MANIFEST_UNKNOWN".
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_code(
    error: Option<&ocigraph_error>,
    index: usize,
) -> ocigraph_str {
    read(error, |e| e.error.registry_errors().get(index).map(|r| r.code.as_str()).into())
}

/// Returns the message of one error in the registry's response. It can be empty.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_message(
    error: Option<&ocigraph_error>,
    index: usize,
) -> ocigraph_str {
    read(error, |e| e.error.registry_errors().get(index).map(|r| r.message.as_str()).into())
}

/// Returns the identifier under which the registry logged the request, or no text.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_request_id(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.request_id().into())
}

/// Returns the delay in seconds after which the registry asked to retry, or a negative number if it
/// did not ask.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_retry_after(error: Option<&ocigraph_error>) -> f64 {
    error.map_or(-1.0, |e| e.error.retry_after().as_ref().map_or(-1.0, Duration::as_secs_f64))
}

/// Returns true if the same call may succeed later without any change.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_retryable(error: Option<&ocigraph_error>) -> bool {
    read(error, |e| e.error.is_retryable())
}

/// Returns the `user_data` that a callback passed to `ocigraph_error_new`, or NULL for any other
/// error.
///
/// Ownership: the pointer belongs to the code that passed it.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_user_data(error: Option<&ocigraph_error>) -> *mut c_void {
    let Some(error) = error else { return ptr::null_mut() };
    let foreign = ForeignError::<UserData>::of(&error.error);
    foreign.map_or(ptr::null_mut(), |ForeignError(user_data)| user_data.0)
}

/// Returns the error as a JSON object.
///
/// Ownership: borrowed from `error`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_json(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.json.of(&e.error))
}
