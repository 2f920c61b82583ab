//! Values that each process has its own of, also after a fork.
//!
//! A forked process has a copy of the memory of its parent, but not its threads. A lock or a permit that
//! another thread held at the fork is never released in the child.

use std::sync::{Arc, Mutex, PoisonError};

/// A value that is created when a process first uses it, and again in a forked process.
pub(crate) struct PerProcess<T>(Mutex<Option<(u32, Arc<T>)>>);

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Returns the value of this process. `create` receives the value of the parent, if there is one.
    pub(crate) fn get(&self, create: impl FnOnce(Option<&T>) -> T) -> Arc<T> {
        let mut value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        match &*value {
            Some((owner, value)) if *owner == process => Arc::clone(value),
            inherited => {
                let inherited = inherited.as_ref().map(|(_, value)| &**value);
                let created = Arc::new(create(inherited));
                *value = Some((process, Arc::clone(&created)));
                created
            }
        }
    }
}
