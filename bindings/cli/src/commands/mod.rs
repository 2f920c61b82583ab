//! One module for each command or small group of commands: its arguments and its code.

pub(crate) mod archive;
pub(crate) mod blob;
pub(crate) mod check;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod digest;
pub(crate) mod discover;
pub(crate) mod index;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod man;
pub(crate) mod manifest;
pub(crate) mod migrate;
pub(crate) mod prune;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod serve;
pub(crate) mod sweep;
pub(crate) mod sync;
pub(crate) mod tag;
pub(crate) mod verify;
