//! Failures as values: an object with the error's JSON in place of the result.

use napi::Either;
use napi_derive::napi;
use ocigraph::{Code, Error, Names, Result, ToJson};
use serde_json::Value;

use crate::asked::Refusal;

/// What stands in place of a result.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Failure {
    /// The error as JSON.
    pub error: String,
}

/// A result, or why there is none.
pub(crate) type Outcome<T> = Either<T, Failure>;

pub(crate) fn outcome<T>(result: Result<T>) -> Outcome<T> {
    match result {
        Ok(value) => Either::A(value),
        Err(error) => Either::B(Failure { error: described(&error).to_string() }),
    }
}

fn described(error: &Error) -> Value {
    let mut json = error.to_json(Names::Camel);
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    if let Some(Refusal(number)) = cause {
        json["refusal"] = (*number).into();
    }
    json
}

pub(crate) fn json<T: ToJson + ?Sized>(value: &T) -> String {
    value.to_json(Names::Camel).to_string()
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

pub(crate) fn cancelled() -> Error {
    Error::new(Code::Cancelled, "the call was aborted")
}

pub(crate) fn closed() -> Error {
    Error::new(Code::Cancelled, "the client was closed while the call was under way")
}

pub(crate) fn broken() -> Error {
    Error::new(Code::Internal, "the call broke off by a defect in this library")
}

/// What a call does, and to what: for errors that do not say so themselves.
#[derive(Debug, Clone)]
pub(crate) struct Doing {
    operation: String,
    on: String,
}

impl Doing {
    pub(crate) fn new(operation: impl Into<String>, on: impl Into<String>) -> Self {
        Self { operation: operation.into(), on: on.into() }
    }

    pub(crate) fn told(&self, error: Error) -> Error {
        if error.operation().is_some() {
            return error;
        }
        error.with_operation(&self.operation, &self.on)
    }
}
