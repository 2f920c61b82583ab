//! Values of the core as plain Python values, and values that Python passes.

use std::{path::PathBuf, time::Duration};

use ocigraph::{
    Annotations, Bytes, Descriptor, Digest, Error, Host, KeyCase, Location, Reference, StoredIn,
    ToJson,
};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict, PyList, PyNone, PyTuple},
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

/// A result that becomes a plain Python value. Those of structs are in `results.rs`.
pub(crate) trait IntoPlain {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

impl IntoPlain for () {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(PyNone::get(py).to_owned().into_any())
    }
}

impl IntoPlain for bool {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(self.into_pyobject(py)?.to_owned().into_any())
    }
}

/// Types for which `pyo3` has the same value in Python.
macro_rules! same {
    ($($kind:ty),* $(,)?) => {$(
        impl IntoPlain for $kind {
            fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                Ok(self.into_pyobject(py)?.into_any())
            }
        }
    )*};
}

same!(u32, u64, usize, String, &str, Annotations);

/// A path keeps its native encoding, which JSON may not represent.
impl IntoPlain for PathBuf {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(self.into_os_string().into_pyobject(py)?.into_any())
    }
}

impl IntoPlain for Bytes {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(PyBytes::new(py, &self).into_any())
    }
}

impl IntoPlain for Duration {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(self.as_secs_f64().into_pyobject(py)?.into_any())
    }
}

/// Types that are text in Python.
macro_rules! text {
    ($($kind:ty),* $(,)?) => {$(
        impl IntoPlain for $kind {
            fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
                self.to_string().into_plain(py)
            }
        }
    )*};
}

text!(Digest, Host, Reference);

impl IntoPlain for StoredIn {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for Descriptor {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        descriptor(py, &self)
    }
}

impl<T: IntoPlain> IntoPlain for Option<T> {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.map_or_else(|| ().into_plain(py), |value| value.into_plain(py))
    }
}

impl<T: IntoPlain> IntoPlain for Vec<T> {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let list = PyList::empty(py);
        for item in self {
            list.append(item.into_plain(py)?)?;
        }
        Ok(list.into_any())
    }
}

pub(crate) fn descriptor<'py>(py: Python<'py>, value: &Descriptor) -> PyResult<Bound<'py, PyAny>> {
    plain(py, &value.to_json(KeyCase::Snake))
}

/// A time in seconds. An infinite one does not limit.
pub(crate) fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
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
