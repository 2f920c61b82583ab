//! Progress, read and write callbacks.
//!
//! The callbacks of one operation are called one at a time, through its [`Gate`], which is closed
//! before the operation returns. They may block, so no thread that transfers content calls them. They
//! must not unwind: an exception that leaves a callback ends the process.

use std::{
    ffi::c_void,
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use ::ocigraph_runtime::{EventKind, EventQueue, QueuedEvent, spawn_blocking_on};
use ocigraph::{Code, Error, Progress, Result};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    numbers::{ocigraph_outcome, outcome_number},
    results::ocigraph_descriptor,
    runtime::{Callback, in_callback},
};

/// The transfer of a blob has started.
pub const OCIGRAPH_EVENT_STARTED: i32 = 1;
/// The transfer of a blob has reached `position`. A retry that starts over lowers the position.
pub const OCIGRAPH_EVENT_MOVED: i32 = 2;
/// The last event of a blob. `outcome` contains the result.
pub const OCIGRAPH_EVENT_FINISHED: i32 = 3;

/// A progress event of one blob. Later versions may append fields.
#[repr(C)]
pub struct ocigraph_event {
    /// `OCIGRAPH_EVENT_*`. Ignore unknown kinds.
    pub kind: i32,
    /// `OCIGRAPH_OUTCOME_*` if `kind` is `OCIGRAPH_EVENT_FINISHED`, otherwise 0.
    pub outcome: ocigraph_outcome,
    /// Descriptor of the blob. It is valid until the callback returns.
    pub blob: *const ocigraph_descriptor,
    /// Number of bytes transferred so far, out of `ocigraph_descriptor_size(blob)`.
    pub position: u64,
}

/// Receives the progress events of an operation, one at a time. Return 0 to continue; any other
/// value ends the operation with `OCIGRAPH_CANCELLED`.
///
/// The blocking form of an operation calls it on the calling thread, the callback form on a thread
/// of the library. It may block: the transfer continues meanwhile, and only the latest position of
/// each blob is reported afterwards.
pub type ocigraph_progress_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, event: *const ocigraph_event) -> i32>;

/// Reads up to `capacity` bytes of content into `buffer`. Returns the number of bytes read, 0 at
/// the end of the content, or a negative number to fail the operation with `OCIGRAPH_IO`.
pub type ocigraph_read_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// Receives the next `length` bytes of content. Return 0 to continue; any other value fails the
/// operation with `OCIGRAPH_IO`.
pub type ocigraph_write_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, data: *const u8, length: usize) -> i32>;

/// The `user_data` pointer of a callback.
#[derive(Clone, Copy)]
pub(crate) struct UserData(pub(crate) *mut c_void);

// SAFETY: the pointer is never dereferenced here, only passed back; the header documents the threads.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// Serializes the callbacks of one operation, and stops them once it is closed.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    /// Progress events that have not been delivered yet.
    pub(crate) events: Arc<EventQueue>,
    /// Cancelled when a progress callback asks to end the operation.
    pub(crate) stop: CancellationToken,
}

#[derive(Default)]
struct Shared {
    closed: AtomicBool,
    lock: Mutex<()>,
    callback: OnceLock<(ProgressFn, UserData)>,
}

impl Gate {
    /// Runs a callback, unless the gate is closed or a progress callback has ended the operation.
    pub(crate) fn call<T>(&self, callback: impl FnOnce() -> T) -> Option<T> {
        let _lock = self.shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let open = !self.shared.closed.load(Ordering::SeqCst) && !self.stop.is_cancelled();
        open.then(|| in_callback(Callback::Inner, callback))
    }

    /// Returns true if the operation has a progress callback.
    pub(crate) fn has_progress(&self) -> bool {
        self.shared.callback.get().is_some()
    }

    /// Delivers all queued events on this thread, until the callback ends the operation.
    pub(crate) fn deliver(&self) {
        let Some((callback, user_data)) = self.shared.callback.get() else { return };
        for QueuedEvent { kind, outcome, blob, position } in self.events.drain() {
            let (kind, outcome) = (kind_number(kind), outcome.map_or(0, outcome_number));
            let blob = ocigraph_descriptor::new(blob);
            let event = ocigraph_event { kind, outcome, blob: &blob, position };
            self.call(|| {
                // SAFETY: the caller supplied this function as a progress callback; the event outlives the call.
                if unsafe { callback(user_data.0, &event) } != 0 {
                    self.stop.cancel();
                }
            });
        }
    }

    /// Delivers events on threads for callbacks as they arrive, including the last ones after the
    /// operation is over. Stops when the operation is cancelled.
    pub(crate) async fn deliver_until(
        self,
        over: CancellationToken,
        cancel: CancellationToken,
        callbacks: Handle,
    ) {
        loop {
            let more = tokio::select! {
                biased;
                () = over.cancelled() => false,
                () = self.events.ready() => true,
            };
            if cancel.is_cancelled() {
                return;
            }
            let gate = self.clone();
            let deliver = move || {
                gate.deliver();
                Ok(())
            };
            let delivered = spawn_blocking_on(&callbacks, deliver).await;
            if !more || delivered.is_err() {
                return;
            }
        }
    }

    /// Prevents further callbacks and waits for a running one. In a callback it does not wait, since
    /// the callback might wait for itself.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        if Callback::current() != Callback::Inner {
            drop(self.shared.lock.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct ProgressCallback(Option<(ProgressFn, UserData)>);

type ProgressFn = unsafe extern "C" fn(*mut c_void, *const ocigraph_event) -> i32;

impl ProgressCallback {
    /// NULL disables progress.
    pub(crate) fn new(callback: ocigraph_progress_fn, user_data: *mut c_void) -> Self {
        Self(callback.map(|callback| (callback, UserData(user_data))))
    }

    /// Returns a progress sink for the core that queues events at the gate of the operation.
    pub(crate) fn through(self, gate: &Gate) -> Progress {
        let Some(callback) = self.0 else { return Progress::none() };
        gate.shared.callback.get_or_init(|| callback);
        gate.events.progress()
    }
}

fn kind_number(kind: EventKind) -> i32 {
    match kind {
        EventKind::Started => OCIGRAPH_EVENT_STARTED,
        EventKind::Moved => OCIGRAPH_EVENT_MOVED,
        EventKind::Finished => OCIGRAPH_EVENT_FINISHED,
    }
}

/// A read callback with its user data.
#[derive(Clone, Copy)]
pub(crate) struct ReadCallback {
    read: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i64,
    user_data: UserData,
}

impl ReadCallback {
    pub(crate) fn new(read: ocigraph_read_fn, user_data: *mut c_void) -> Result<Self> {
        let read = crate::boundary::require(read, "read")?;
        Ok(Self { read, user_data: UserData(user_data) })
    }

    pub(crate) fn through(self, gate: Gate) -> impl io::Read + Send {
        Reader { from: self, gate }
    }
}

struct Reader {
    from: ReadCallback,
    gate: Gate,
}

impl io::Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ReadCallback { read, user_data } = self.from;
        let (data, capacity) = (buffer.as_mut_ptr(), buffer.len());
        // SAFETY: the caller supplied this function as a read callback; the buffer has this capacity.
        let returned = self.gate.call(|| unsafe { read(user_data.0, data, capacity) });
        let returned = returned.ok_or_else(|| io::Error::other("the operation is over"))?;
        match usize::try_from(returned) {
            Ok(count) if count <= capacity => Ok(count),
            Ok(count) => Err(io::Error::other(format!(
                "the read callback returned {count}, which exceeds the capacity of the buffer ({capacity})"
            ))),
            Err(_) => Err(io::Error::other(format!("the read callback returned {returned}"))),
        }
    }
}

/// A write callback with its user data.
#[derive(Clone, Copy)]
pub(crate) struct WriteCallback {
    write: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32,
    user_data: UserData,
}

impl WriteCallback {
    pub(crate) fn new(write: ocigraph_write_fn, user_data: *mut c_void) -> Result<Self> {
        let write = crate::boundary::require(write, "write")?;
        Ok(Self { write, user_data: UserData(user_data) })
    }

    /// Passes bytes to the callback. Returns false if the operation takes no more content.
    pub(crate) fn write(self, gate: &Gate, bytes: &[u8]) -> Result<bool> {
        let Self { write, user_data } = self;
        // SAFETY: the caller supplied this function as a write callback; the bytes outlive the call.
        let returned = gate.call(|| unsafe { write(user_data.0, bytes.as_ptr(), bytes.len()) });
        match returned {
            Some(0) => Ok(true),
            Some(returned) => {
                Err(Error::new(Code::Io, format!("the write callback returned {returned}")))
            }
            None => Ok(false),
        }
    }
}
