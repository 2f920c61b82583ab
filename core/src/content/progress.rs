//! Progress of an operation, as events to a callback of the caller's.

use std::{fmt, sync::Arc};

use ocigraph_types::Descriptor;

/// One thing that happened to a blob.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A transfer begins.
    Started {
        /// The blob.
        blob: &'a Descriptor,
    },
    /// A transfer stands at `position` bytes of `blob.size`; it falls when a retry begins anew.
    Moved {
        /// The blob.
        blob: &'a Descriptor,
        /// Bytes moved so far.
        position: u64,
    },
    /// Nothing more will come for this blob.
    Finished {
        /// The blob.
        blob: &'a Descriptor,
        /// What became of it.
        outcome: Outcome,
    },
}

/// What became of a blob that was to be transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It was sent.
    Uploaded,
    /// It was there already.
    AlreadyExists,
    /// The registry took it from another of its repositories.
    Mounted,
    /// It was written to a file.
    Written,
    /// An identical file was there already.
    Unchanged,
    /// Another file was there, and was to be kept.
    KeptExisting,
    /// It was read and compared with its descriptor.
    Verified,
}

impl Outcome {
    /// The word for it in results: `uploaded`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Uploaded => "uploaded",
            Outcome::AlreadyExists => "existed",
            Outcome::Mounted => "mounted",
            Outcome::Written => "written",
            Outcome::Unchanged => "unchanged",
            Outcome::KeptExisting => "kept",
            Outcome::Verified => "checked",
        }
    }
}

/// A callback for [`Event`]s. It is called from several tasks at once, and must return quickly.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Callback>>);

type Callback = dyn Fn(Event<'_>) + Send + Sync;

impl Progress {
    /// Calls `callback` for each event.
    pub fn new(callback: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    /// Reports nothing.
    pub fn none() -> Self {
        Self(None)
    }

    pub(crate) fn report(&self, event: Event<'_>) {
        if let Some(callback) = &self.0 {
            callback(event);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Progress(callback)" } else { "Progress(none)" })
    }
}
