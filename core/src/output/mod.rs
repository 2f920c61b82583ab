//! Results as text.

pub(crate) mod json;
