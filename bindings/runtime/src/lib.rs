//! What the C library, the Python and Node.js modules and the command line share: how an operation of
//! the core runs, is cancelled, cleans up and reports its progress.
//!
//! - [`build`] starts the threads.
//! - [`Task`] runs one operation until it is cancelled, and waits for its clean-up. [`TaskGroup`] ends
//!   the operations of one client or runtime together.
//! - [`catch_panic`] and [`spawn_blocking`] turn a panic into an error. [`spawn_foreign_call`] keeps
//!   threads free while functions of the program block.
//! - [`EventQueue`] keeps progress events until the language fetches them.
//! - [`ForeignError`] carries an error of a callback through the core, and [`track_foreign_call`]
//!   makes a task wait for a callback.
//! - [`SharedRows`] are rows that threads of the language read batch by batch.
//! - [`ProcessLocal`] protects values that a forked process must not use.
//!
//! The crate relies on the core and on tokio. It calls no foreign function: the GIL, Node-API, C
//! callbacks and signals are in the bindings.

mod blocking;
mod foreign_call;
mod foreign_error;
mod panics;
mod process_local;
mod progress;
mod rows;
mod task;
mod task_group;
mod threads;

pub use blocking::{spawn_blocking, spawn_blocking_on, spawn_foreign_call};
pub use foreign_call::{ForeignCallToken, track_foreign_call};
pub use foreign_error::ForeignError;
pub use panics::{catch_panic, panicked};
pub use process_local::ProcessLocal;
pub use progress::{EventKind, EventQueue, QueuedEvent};
pub use rows::{Batch, SharedRows};
pub use task::{CANCELLED, CLEANUP_TIMEOUT, ErrorContext, Task};
pub use task_group::{TaskGroup, TaskGroupToken};
pub use threads::build;
