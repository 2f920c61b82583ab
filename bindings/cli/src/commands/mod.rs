//! One module per command, or per small group of them.

pub(crate) mod delete;
pub(crate) mod discover;
pub(crate) mod names;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod raw;
