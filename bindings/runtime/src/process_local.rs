//! The fork guard. A child of `fork` has the memory of its parent, but not its threads. It must
//! neither use nor drop values that wait for these threads.

use std::{mem, process};

/// A value that belongs to the process that created it. In a child of `fork` it is unreachable and
/// is not dropped, because its drop would wait for threads that do not exist there.
///
/// ```
/// use ocigraph_runtime::ProcessLocal;
///
/// let value = ProcessLocal::new(7);
/// assert_eq!(value.get(), Some(&7));
/// assert!(!value.is_inherited());
/// ```
#[derive(Debug)]
pub struct ProcessLocal<T> {
    process: u32,
    value: Option<T>,
}

impl<T> ProcessLocal<T> {
    /// Creates a value of this process.
    pub fn new(value: T) -> Self {
        Self { process: process::id(), value: Some(value) }
    }

    /// Returns the value, or `None` in another process and after [`take`](Self::take).
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| !self.is_inherited())
    }

    /// Removes and returns the value, or returns `None` as [`get`](Self::get) does.
    pub fn take(&mut self) -> Option<T> {
        if self.is_inherited() { None } else { self.value.take() }
    }

    /// Returns true in a process other than the one that created the value.
    pub fn is_inherited(&self) -> bool {
        self.process != process::id()
    }
}

impl<T> Drop for ProcessLocal<T> {
    fn drop(&mut self) {
        if self.is_inherited() {
            mem::forget(self.value.take());
        }
    }
}
