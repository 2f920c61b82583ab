//! Results in the formats that every language shares.

pub(crate) mod json;
