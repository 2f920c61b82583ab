//! The operations, each written once over a store.

pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod discover;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod select;
pub(crate) mod verify;
