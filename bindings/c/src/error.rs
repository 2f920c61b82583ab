//! What is known of a failure, as a handle.

use std::{error, ffi::c_void, fmt, iter, ptr, time::Duration};

use ocigraph::{Code, Error};

use crate::{
    boundary::{free, read},
    callback::UserData,
    results::Json,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// A failure, with all that is known about it.
pub struct ocigraph_error {
    error: Error,
    sentence: String,
    json: Json,
}

impl ocigraph_error {
    pub(crate) fn new(error: Error) -> Self {
        Self { sentence: error.to_string(), error, json: Json::default() }
    }

    /// Converts an error from a callback into an error of the core.
    pub(crate) fn into_core(self) -> Error {
        self.error
    }
}

/// The `user_data` of an error from a callback, kept in the source chain of the core's error.
struct CallbackUserData(UserData);

impl fmt::Debug for CallbackUserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("user data of a callback")
    }
}

impl fmt::Display for CallbackUserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl error::Error for CallbackUserData {}

/// An error of the caller's own, for a credential callback to give: `OCIGRAPH_CREDENTIALS`, with
/// `message` as what went wrong. What is not UTF-8 in it is replaced.
///
/// `user_data`: what `ocigraph_error_user_data` gives of the error that the operation then ends
/// with; such as the exception that the callback caught.
///
/// Ownership: the caller's, until it is given away or `ocigraph_error_free`; `message` is copied, and
/// `user_data` is never followed. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_new(
    message: ocigraph_str,
    user_data: *mut c_void,
) -> Option<Box<ocigraph_error>> {
    let message = message.lossy();
    let message =
        if message.is_empty() { "the credential callback failed".to_owned() } else { message };
    let error =
        Error::new(Code::Credentials, message).with_source(CallbackUserData(UserData(user_data)));
    Some(Box::new(ocigraph_error::new(error)))
}

/// Ends an error.
///
/// Ownership: takes `error`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_free(error: Option<Box<ocigraph_error>>) {
    free(error);
}

/// The status that the failed call returned; `OCIGRAPH_OK` for NULL.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_status(error: Option<&ocigraph_error>) -> ocigraph_status {
    read(error, |e| e.error.code() as ocigraph_status)
}

/// The whole sentence for a person: what was being done, to what, what went wrong, what to try.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_message(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.sentence.as_str().into())
}

/// What went wrong, alone.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_reason(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.message().into())
}

/// What to try; no text where there is nothing to try.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_hint(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.hint().into())
}

/// The operation, such as "push".
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_operation(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.operation().into())
}

/// The reference that the operation was on.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_reference(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.reference().into())
}

/// The HTTP status where a registry answered, else 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_http_status(error: Option<&ocigraph_error>) -> u16 {
    read(error, |e| e.error.status().unwrap_or(0))
}

/// How many errors the registry's answer lists.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_count(error: Option<&ocigraph_error>) -> usize {
    read(error, |e| e.error.registry_errors().len())
}

/// The registry's own code, such as "MANIFEST_UNKNOWN", of one of the errors it listed.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_code(
    error: Option<&ocigraph_error>,
    index: usize,
) -> ocigraph_str {
    read(error, |e| e.error.registry_errors().get(index).map(|r| r.code.as_str()).into())
}

/// The registry's own words for one of the errors it listed; may be empty.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_registry_message(
    error: Option<&ocigraph_error>,
    index: usize,
) -> ocigraph_str {
    read(error, |e| e.error.registry_errors().get(index).map(|r| r.message.as_str()).into())
}

/// The id under which the registry logged the request.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_request_id(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.error.request_id().into())
}

/// Seconds that the registry asked to wait; negative where it did not say.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_retry_after(error: Option<&ocigraph_error>) -> f64 {
    error.map_or(-1.0, |e| e.error.retry_after().as_ref().map_or(-1.0, Duration::as_secs_f64))
}

/// Whether the same call may succeed later without anything being changed.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_retryable(error: Option<&ocigraph_error>) -> bool {
    read(error, |e| e.error.is_retryable())
}

/// The `user_data` that a callback gave to `ocigraph_error_new`; NULL for every other error.
///
/// Ownership: the callback's, whatever it is. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_user_data(error: Option<&ocigraph_error>) -> *mut c_void {
    let Some(error) = error else { return ptr::null_mut() };
    let first: &(dyn error::Error + 'static) = &error.error;
    let mut causes = iter::successors(Some(first), |cause| cause.source());
    let given = causes.find_map(|cause| cause.downcast_ref::<CallbackUserData>());
    given.map_or(ptr::null_mut(), |given| given.0.0)
}

/// All of it as one JSON object.
///
/// Ownership: borrowed from `error`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_error_json(error: Option<&ocigraph_error>) -> ocigraph_str {
    read(error, |e| e.json.of(&e.error))
}
