//! One module per command, or per small group of them: its arguments, and what it does.

pub(crate) mod blob;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod digest;
pub(crate) mod discover;
pub(crate) mod listings;
pub(crate) mod login;
pub(crate) mod manifest;
pub(crate) mod names;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod verify;
