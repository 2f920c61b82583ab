//! A layout as a store: what other tools wrote is read, nothing half-written is named, and nothing
//! that is needed goes.

mod deleting;
mod killed;
mod reading;
mod support;
mod together;
#[cfg(unix)]
mod untrusted;
mod writing;
