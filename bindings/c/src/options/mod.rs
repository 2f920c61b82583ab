//! Options of the operations, one file for each operation.
//!
//! Each is an opaque handle with one function for each option. A setter copies and checks its
//! arguments, so that a new option adds a function and changes no existing one.

mod blob;
mod copy;
mod delete;
mod discover;
mod pull;
mod push;
mod resolve;
mod verify;

pub use blob::*;
pub use copy::*;
pub use delete::*;
pub use discover::*;
pub use pull::*;
pub use push::*;
pub use resolve::*;
pub use verify::*;
