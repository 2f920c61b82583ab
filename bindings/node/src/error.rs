//! Errors as values: an object with the error's JSON replaces the result.

use napi::Either;
use napi_derive::napi;
use ocigraph::{Code, Error, KeyCase, Result, ToJson};
pub(crate) use ocigraph_runtime::ErrorContext;
use ocigraph_runtime::ForeignError;
use serde_json::Value;

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
    if let Some(ForeignError(number)) = ForeignError::<u32>::of(error) {
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
