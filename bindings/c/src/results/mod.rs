//! Results as handles. Each owns the value of the core and the parts that C borrows from it.

mod copy;
mod delete;
mod descriptor;
mod graph;
mod listing;
mod manifest;
mod pull;
mod push;
mod verify;

pub use copy::*;
pub use delete::*;
pub use descriptor::*;
pub use graph::*;
pub use listing::*;
pub use manifest::*;
pub use pull::*;
pub use push::*;
pub use verify::*;
