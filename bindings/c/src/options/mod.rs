//! Options of the operations: builders whose setters copy and check, so that a new option is a new
//! function and nothing else changes.

mod blob;
mod push;
mod transfer;
mod walk;

pub use blob::*;
pub use push::*;
pub use transfer::*;
pub use walk::*;
