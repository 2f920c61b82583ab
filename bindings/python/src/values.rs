//! Results and errors as plain Python values: those of the core's JSON, in snake case.

use std::{error::Error as _, io, path::PathBuf};

use ocigraph::{Code, Descriptor, Error, Location, Names, PullResult, Reference, ToJson};
use pyo3::{
    exceptions::PyRuntimeError,
    prelude::*,
    types::{PyDict, PyList, PyNone, PyTuple},
};
use serde_json::Value;

/// A JSON value as Python has it.
pub(crate) fn plain<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => PyNone::get(py).to_owned().into_any(),
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into_pyobject(py)?.into_any(),
            (None, Some(number)) => number.into_pyobject(py)?.into_any(),
            _ => number.as_f64().into_pyobject(py)?.into_any(),
        },
        Value::String(text) => text.into_pyobject(py)?.into_any(),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(plain(py, item)?)?;
            }
            list.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (key, value) in fields {
                dict.set_item(key, plain(py, value)?)?;
            }
            dict.into_any()
        }
    })
}

/// A result as Python has it.
pub(crate) fn result(py: Python<'_>, value: &(impl ToJson + ?Sized)) -> PyResult<Py<PyAny>> {
    Ok(plain(py, &value.to_json(Names::Snake))?.unbind())
}

pub(crate) fn descriptor<'py>(py: Python<'py>, value: &Descriptor) -> PyResult<Bound<'py, PyAny>> {
    plain(py, &value.to_json(Names::Snake))
}

/// Artifacts that were pulled. Their paths are as the system has them, whatever JSON can hold.
pub(crate) fn pulled(py: Python<'_>, artifacts: &[PullResult]) -> PyResult<Py<PyAny>> {
    let given = plain(py, &artifacts.to_json(Names::Snake))?;
    for (artifact, given) in artifacts.iter().zip(given.try_iter()?) {
        for (file, given) in artifact.files.iter().zip(given?.get_item("files")?.try_iter()?) {
            given?.set_item("path", file.path.as_os_str())?;
        }
    }
    Ok(given.unbind())
}

/// The exception for an error; its class is chosen in Python, by the code.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let exception = || {
        let fields = plain(py, &error.to_json(Names::Snake))?;
        let system = error.source().and_then(|e| e.downcast_ref::<io::Error>());
        let errno = system.and_then(io::Error::raw_os_error);
        py.import("ocigraph._errors")?.getattr("_made")?.call1((fields, errno))
    };
    match exception() {
        Ok(exception) => {
            let raised = PyErr::from_value(exception);
            // What a function of the caller's raised is not lost.
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

/// The error for what belongs to the process that this one was forked from.
pub(crate) fn foreign(py: Python<'_>) -> PyErr {
    let what = "it belongs to the process that this one was forked from";
    raised(py, &Error::new(Code::InvalidArgument, what).with_hint("begin it anew in this process"))
}

/// A result of the core for a Python caller.
pub(crate) fn or_raised<T>(py: Python<'_>, result: ocigraph::Result<T>) -> PyResult<T> {
    result.map_err(|error| raised(py, &error))
}

/// A text as the value it stands for, such as a reference or a platform.
pub(crate) fn parsed<T>(py: Python<'_>, text: &str) -> PyResult<T>
where
    T: std::str::FromStr<Err = Error>,
{
    or_raised(py, text.parse())
}

/// A reference as Python hands it over: as text, or a layout's path with tags and a digest.
#[derive(FromPyObject)]
pub(crate) enum GivenReference {
    Text(String),
    Layout(PathBuf, Vec<String>, Option<String>),
}

impl GivenReference {
    pub(crate) fn reference(self, py: Python<'_>) -> PyResult<Reference> {
        match self {
            Self::Text(text) => parsed(py, &text),
            Self::Layout(path, tags, digest) => {
                let digest = digest.map(|digest| parsed(py, &digest)).transpose()?;
                or_raised(py, Reference::named(Location::Layout(path), &tags, digest))
            }
        }
    }
}

/// The parts of a reference: host and repository, or the layout's path; tags and digest.
#[pyfunction]
pub(crate) fn parse_reference(
    py: Python<'_>,
    reference: GivenReference,
) -> PyResult<Bound<'_, PyDict>> {
    let reference = reference.reference(py)?;
    let parts = PyDict::new(py);
    match reference.location() {
        Location::Registry { host, repository } => {
            parts.set_item("host", host.to_string())?;
            parts.set_item("repository", repository)?;
        }
        Location::Layout(path) => parts.set_item("path", path.as_path())?,
    }
    parts.set_item("tags", PyTuple::new(py, reference.tags())?)?;
    parts.set_item("digest", reference.digest().map(|digest| digest.to_string()))?;
    parts.set_item("text", reference.to_string())?;
    parts.set_item("place", Reference::new(reference.location().clone()).to_string())?;
    Ok(parts)
}

/// The codes of errors, as `{name: number}`.
#[pyfunction]
pub(crate) fn codes(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let codes = PyDict::new(py);
    for code in Code::ALL {
        codes.set_item(code.name(), *code as i32)?;
    }
    Ok(codes)
}
