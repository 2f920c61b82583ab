//! Results and references as plain Python values: the core's JSON in snake case.

use std::path::PathBuf;

use ocigraph::{Descriptor, Error, KeyCase, Location, PullResult, Reference, ToJson};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyNone, PyTuple},
};
use serde_json::Value;

use crate::error::or_raised;

/// Converts a JSON value to the Python value of the same type.
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

/// Converts a result of the core to plain Python values.
pub(crate) fn result(py: Python<'_>, value: &(impl ToJson + ?Sized)) -> PyResult<Py<PyAny>> {
    Ok(plain(py, &value.to_json(KeyCase::Snake))?.unbind())
}

pub(crate) fn descriptor<'py>(py: Python<'py>, value: &Descriptor) -> PyResult<Bound<'py, PyAny>> {
    plain(py, &value.to_json(KeyCase::Snake))
}

/// Converts the results of a pull. Paths keep their native encoding, which JSON may not represent.
pub(crate) fn pulled(py: Python<'_>, artifacts: &[PullResult]) -> PyResult<Py<PyAny>> {
    let given = plain(py, &artifacts.to_json(KeyCase::Snake))?;
    for (artifact, given) in artifacts.iter().zip(given.try_iter()?) {
        for (file, given) in artifact.files.iter().zip(given?.get_item("files")?.try_iter()?) {
            given?.set_item("path", file.path.as_os_str())?;
        }
    }
    Ok(given.unbind())
}

/// Parses text, such as a reference or a platform.
pub(crate) fn parsed<T>(py: Python<'_>, text: &str) -> PyResult<T>
where
    T: std::str::FromStr<Err = Error>,
{
    or_raised(py, text.parse())
}

/// A reference as Python passes it: text, or the path of a layout with tags and a digest.
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

/// Returns the parts of a reference: host and repository, or the layout's path; tags and digest.
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
    parts.set_item("location", Reference::new(reference.location().clone()).to_string())?;
    Ok(parts)
}
