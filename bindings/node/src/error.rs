//! Errors as values: an object with the error's JSON replaces the result.

use napi::Either;
use napi_derive::napi;
use ocigraph::{Code, Error, KeyCase, Result, ToJson};
use serde_json::Value;

use crate::credential::CallbackError;

/// The value that replaces the result of a failed call.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Failure {
    /// The error as JSON.
    pub error: String,
}

/// A result, or the error that replaces it.
pub(crate) type JsResult<T> = Either<T, Failure>;

pub(crate) fn js_result<T>(result: Result<T>) -> JsResult<T> {
    match result {
        Ok(value) => Either::A(value),
        Err(error) => Either::B(Failure { error: described(&error).to_string() }),
    }
}

fn described(error: &Error) -> Value {
    let mut json = error.to_json(KeyCase::Camel);
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    if let Some(CallbackError(number)) = cause {
        json["callbackError"] = (*number).into();
    }
    json
}

pub(crate) fn json<T: ToJson + ?Sized>(value: &T) -> String {
    value.to_json(KeyCase::Camel).to_string()
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

pub(crate) fn cancelled() -> Error {
    Error::new(Code::Cancelled, "the call was aborted")
}

pub(crate) fn client_closed() -> Error {
    Error::new(Code::Cancelled, "the client was closed during the call")
}

pub(crate) fn panicked() -> Error {
    Error::new(Code::Internal, "the call panicked; this is a bug in ocigraph")
}

/// The operation and reference of a call, which are added to errors that lack them.
#[derive(Debug, Clone)]
pub(crate) struct ErrorContext {
    operation: String,
    on: String,
}

impl ErrorContext {
    pub(crate) fn new(operation: impl Into<String>, on: impl Into<String>) -> Self {
        Self { operation: operation.into(), on: on.into() }
    }

    pub(crate) fn apply(&self, error: Error) -> Error {
        if error.operation().is_some() {
            return error;
        }
        error.with_operation(&self.operation, &self.on)
    }
}
