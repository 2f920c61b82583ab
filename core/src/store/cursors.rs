//! Cursors: what continues a result that a caller reads page by page.

use std::{
    any::Any,
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use ocigraph_types::{Code, Error, Result};

/// Maximum number of results that one client and its clones hold.
const MAX_OPEN: usize = 256;

type Held = Box<dyn Any + Send>;

/// The results of a client that are not read to their end. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Cursors(Arc<Open>);

#[derive(Default)]
struct Open {
    last: AtomicU64,
    held: Mutex<HashMap<String, Held>>,
}

impl Cursors {
    /// Returns a new cursor.
    pub(crate) fn create(&self) -> String {
        (self.0.last.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }

    /// Holds what a cursor continues. `TOO_LARGE` if too many results are open.
    pub(crate) fn hold<T: Send + 'static>(&self, cursor: &str, value: T) -> Result<()> {
        let mut held = self.held();
        if held.len() >= MAX_OPEN {
            let message =
                format!("this client has {MAX_OPEN} results that were not read to their end");
            return Err(Error::new(Code::TooLarge, message)
                .with_hint("read or end a result before the next one"));
        }
        held.insert(cursor.to_owned(), Box::new(value));
        Ok(())
    }

    /// Takes what a cursor continues: nobody else continues it meanwhile. `INVALID_ARGUMENT` if the cursor is
    /// not known.
    pub(crate) fn take<T: 'static>(&self, cursor: &str) -> Result<T> {
        let taken = self.held().remove(cursor).and_then(|held| held.downcast().ok());
        taken.map(|held| *held).ok_or_else(|| {
            let message = format!("the cursor {cursor:?} is in use, or its result is over");
            Error::new(Code::InvalidArgument, message)
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
