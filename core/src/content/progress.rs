//! Progress of an operation, reported as events to a callback. Relies on the callback to return
//! quickly; never calls it after the operation has returned.

use std::{fmt, sync::Arc};

use ocigraph_types::Descriptor;

/// Something that happened to one blob or manifest of an operation.
///
/// For each blob that is transferred, [`Started`](Self::Started) comes first, then any number of
/// [`Moved`](Self::Moved), then [`Finished`](Self::Finished). A transfer that fails has no
/// `Finished`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The transfer of a blob starts.
    Started {
        /// The blob that is transferred.
        blob: &'a Descriptor,
    },
    /// `position` of the blob's `size` bytes are transferred. The position goes down when a retry
    /// starts over.
    Moved {
        /// The blob that is transferred.
        blob: &'a Descriptor,
        /// Number of bytes transferred so far.
        position: u64,
    },
    /// The blob is done. No further event reports it.
    Finished {
        /// The blob that was transferred.
        blob: &'a Descriptor,
        /// The result for this blob.
        outcome: Outcome,
    },
    /// A manifest, or the empty config of one, was written to the target, or the target already had
    /// it; a pull has fetched it. The languages other than Rust do not pass this event on.
    Metadata {
        /// The manifest or config.
        descriptor: &'a Descriptor,
        /// The result for it.
        outcome: Outcome,
    },
}

/// The result of an operation for one blob.
///
/// ```
/// assert_eq!(ocigraph::Outcome::AlreadyExists.name(), "existed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The blob was uploaded, or written to an image layout.
    Uploaded,
    /// The target already had the blob.
    AlreadyExists,
    /// The registry mounted the blob from another of its repositories.
    Mounted,
    /// The blob was written to a file, or unpacked to a directory.
    Written,
    /// The file already had the blob's content.
    Unchanged,
    /// A different file was at the path, and was kept as the options ask.
    KeptExisting,
    /// The blob was read and matches its descriptor.
    Verified,
}

impl Outcome {
    /// Returns the word for the outcome in JSON results: `uploaded`, `existed`, `mounted`,
    /// `written`, `unchanged`, `kept` or `checked`.
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

/// A callback that receives the [`Event`]s of an operation. Clones share the callback. Default:
/// none.
///
/// Several tasks call it concurrently. It must return quickly, because it blocks the transfer that
/// it reports.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let target = format!("oci:{}:v1", dir.path().join("store").display()).parse().unwrap();
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
/// use ocigraph::{Client, Event, File, Progress, PushOptions};
///
/// let finished = Arc::new(AtomicUsize::new(0));
/// let counter = Arc::clone(&finished);
/// let progress = Progress::new(move |event| {
///     if let Event::Finished { .. } = event {
///         counter.fetch_add(1, Ordering::Relaxed);
///     }
/// });
/// let files = vec![File::bytes("notes.txt", "text")];
/// let options = PushOptions::default().files(files).progress(progress);
/// Client::new().push(&target, options).await.unwrap();
/// assert!(finished.load(Ordering::Relaxed) >= 1);
/// # });
/// ```
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Callback>>);

type Callback = dyn Fn(Event<'_>) + Send + Sync;

impl Progress {
    /// Reports each event to `callback`.
    pub fn new(callback: impl Fn(Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(callback)))
    }

    /// Reports nothing. The same as [`Progress::default`].
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
