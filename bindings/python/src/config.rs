//! How a client speaks to registries, from the arguments of its constructor.

use std::time::Duration;

use ocigraph::Limits;
use pyo3::prelude::*;

/// The fields of `ocigraph.Limits`; what is absent keeps the core's default. Times are in seconds.
#[derive(FromPyObject)]
pub(crate) struct GivenLimits {
    connect: Option<f64>,
    first_header: Option<f64>,
    idle: Option<f64>,
    upload_answer: Option<f64>,
    tries: Option<u32>,
    stalled: Option<f64>,
    metadata: Option<usize>,
    pages: Option<usize>,
}

impl GivenLimits {
    pub(crate) fn limits(&self) -> Limits {
        let or = |given: Option<f64>, default: Duration| {
            let seconds = given.map(|s| Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX));
            seconds.unwrap_or(default)
        };
        let usual = Limits::default();
        Limits {
            connect: or(self.connect, usual.connect),
            first_header: or(self.first_header, usual.first_header),
            idle: or(self.idle, usual.idle),
            upload_answer: or(self.upload_answer, usual.upload_answer),
            tries: self.tries.unwrap_or(usual.tries),
            stalled: or(self.stalled, usual.stalled),
            metadata: self.metadata.unwrap_or(usual.metadata),
            pages: self.pages.unwrap_or(usual.pages),
            helper: usual.helper,
        }
    }
}
