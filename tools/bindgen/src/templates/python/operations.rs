// {{ notice }}

//! The methods of the native client: each converts its arguments and starts the operation of the
//! same name.

{% if has_paths %}use std::path::PathBuf;

{% endif %}use ocigraph::{ {{ core }} };
use pyo3::prelude::*;

use super::{Client, open};
use crate::{
    blob,
    config::{GivenClientConfig, {{ config }}},
    content::{ {{ content }} },
    credential::GivenCredential,
    error::or_raised,
    manifest::{self, {{ manifest }}},
    operation::Operation,
    progress::Events,
    {% if has_rows %}rows::Rows,
    {% endif %}    {{ values }},
};

#[pymethods]
impl Client {
    #[new]
    fn new(py: Python<'_>, config: GivenClientConfig) -> PyResult<Self> {
        let config = config.value(py)?;
        let inner = or_raised(py, open(&config))?;
        Ok(Self::from((config, inner)))
    }

    /// Closes the connections. Running operations continue; new ones fail with INVALID_ARGUMENT.
    fn close(&self) {
        self.end();
    }

{{ methods }}
}
