//! Core errors as Python exceptions.

use std::{error::Error as _, io};

use ocigraph::{Code, Error, KeyCase, ToJson};
use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyDict};

use crate::values::plain;

/// Converts an error to a Python exception. Python selects the exception class by the error code.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let exception = || {
        let fields = plain(py, &error.to_json(KeyCase::Snake))?;
        let system = error.source().and_then(|e| e.downcast_ref::<io::Error>());
        let errno = system.and_then(io::Error::raw_os_error);
        py.import("ocigraph._error")?.getattr("_from_core")?.call1((fields, errno))
    };
    match exception() {
        Ok(exception) => {
            let raised = PyErr::from_value(exception);
            // Keep the exception that a Python callback raised as the cause.
            if let Some(cause) = error.source().and_then(|e| e.downcast_ref::<PyErr>()) {
                raised.set_cause(py, Some(cause.clone_ref(py)));
            }
            raised
        }
        Err(e) => {
            let plain = PyRuntimeError::new_err(error.to_string());
            plain.set_cause(py, Some(e));
            plain
        }
    }
}

/// The error for using a handle that was inherited through `fork`.
pub(crate) fn inherited(py: Python<'_>) -> PyErr {
    let what = "this object belongs to the parent process, from which this process was forked";
    raised(
        py,
        &Error::new(Code::InvalidArgument, what).with_hint("create a new one in this process"),
    )
}

/// Converts a core error into a Python exception.
pub(crate) fn or_raised<T>(py: Python<'_>, result: ocigraph::Result<T>) -> PyResult<T> {
    result.map_err(|error| raised(py, &error))
}

/// Returns the error codes as `{name: number}`.
#[pyfunction]
pub(crate) fn codes(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let codes = PyDict::new(py);
    for code in Code::ALL {
        codes.set_item(code.name(), *code as i32)?;
    }
    Ok(codes)
}
