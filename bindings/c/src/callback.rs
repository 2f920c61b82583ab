//! Functions of the caller's: progress, reading, writing.
//!
//! Those of one operation are called one at a time, through its [`Gate`], which is shut before the
//! operation returns, and never on a thread that moves content: they may block. They must not
//! unwind: an exception that leaves one ends the process.

use std::{
    ffi::c_void,
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use ocigraph::{Code, Error, Outcome, Progress, Result};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    progress::{EventQueue, QueuedEvent},
    results::ocigraph_descriptor,
    runtime::{Callback, in_callback},
};

/// What became of a blob, or of a transfer.
pub type ocigraph_outcome = i32;
/// It was sent.
pub const OCIGRAPH_OUTCOME_UPLOADED: i32 = 1;
/// It was there already.
pub const OCIGRAPH_OUTCOME_ALREADY_EXISTS: i32 = 2;
/// The registry took it from another of its repositories.
pub const OCIGRAPH_OUTCOME_MOUNTED: i32 = 3;
/// It was written to a file.
pub const OCIGRAPH_OUTCOME_WRITTEN: i32 = 4;
/// An identical file was there already.
pub const OCIGRAPH_OUTCOME_UNCHANGED: i32 = 5;
/// Another file was there, and was to be kept.
pub const OCIGRAPH_OUTCOME_KEPT_EXISTING: i32 = 6;
/// It was read and compared with its descriptor.
pub const OCIGRAPH_OUTCOME_VERIFIED: i32 = 7;

/// A transfer begins.
pub const OCIGRAPH_EVENT_STARTED: i32 = 1;
/// A transfer stands at `position`; it falls when a retry begins anew.
pub const OCIGRAPH_EVENT_MOVED: i32 = 2;
/// Nothing more will come for this blob; `outcome` says what became of it.
pub const OCIGRAPH_EVENT_FINISHED: i32 = 3;

/// One thing that happened to a blob. Fields may be added at the end.
#[repr(C)]
pub struct ocigraph_event {
    /// `OCIGRAPH_EVENT_*`. Pass over one you do not know.
    pub kind: i32,
    /// `OCIGRAPH_OUTCOME_*` where the event is the last, else 0.
    pub outcome: ocigraph_outcome,
    /// The blob, until the callback returns.
    pub blob: *const ocigraph_descriptor,
    /// Bytes moved so far, of `ocigraph_descriptor_size(blob)`.
    pub position: u64,
}

/// Called for each event of an operation, one at a time: on the thread that called the blocking form,
/// else on a thread of the library. It may block: the transfer goes on meanwhile, and positions that
/// are overtaken are left out. Anything but 0 ends the operation with `OCIGRAPH_CANCELLED`.
pub type ocigraph_progress_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, event: *const ocigraph_event) -> i32>;

/// Puts up to `capacity` bytes of content into `buffer` and returns how many; 0 at the end. A
/// negative number ends the operation with `OCIGRAPH_IO`.
pub type ocigraph_read_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// Takes the next bytes of content. Anything but 0 ends the operation with `OCIGRAPH_IO`.
pub type ocigraph_write_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, data: *const u8, length: usize) -> i32>;

/// What the caller wants to see again in callbacks.
#[derive(Clone, Copy)]
pub(crate) struct UserData(pub(crate) *mut c_void);

// SAFETY: it is never followed here, only handed back; the header says on which threads.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

/// The callbacks of one operation: one at a time, and none once it is shut.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    /// Progress that the caller has not been told of yet.
    pub(crate) events: Arc<EventQueue>,
    /// Switched when a progress callback wants the end.
    pub(crate) stop: CancellationToken,
}

#[derive(Default)]
struct Shared {
    shut: AtomicBool,
    turn: Mutex<()>,
    listener: OnceLock<(Listener, UserData)>,
}

impl Gate {
    /// Runs a callback, unless the gate is shut, or one has said that it wants the end.
    pub(crate) fn call<T>(&self, callback: impl FnOnce() -> T) -> Option<T> {
        let _turn = self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let open = !self.shared.shut.load(Ordering::SeqCst) && !self.stop.is_cancelled();
        open.then(|| in_callback(Callback::Inner, callback))
    }

    /// Whether somebody is to be told of progress.
    pub(crate) fn has_listener(&self) -> bool {
        self.shared.listener.get().is_some()
    }

    /// Tells of all events that wait, on this thread, until one call wants the end.
    pub(crate) fn tell(&self) {
        let Some((listener, user_data)) = self.shared.listener.get() else { return };
        for QueuedEvent { kind, outcome, blob, position } in self.events.take() {
            let blob = ocigraph_descriptor::new(blob);
            let event = ocigraph_event { kind, outcome, blob: &blob, position };
            self.call(|| {
                // SAFETY: the caller gave this function for this purpose; the event outlives it.
                if unsafe { listener(user_data.0, &event) } != 0 {
                    self.stop.cancel();
                }
            });
        }
    }

    /// Tells of events as they come, on threads for callbacks, until the operation is over, and then
    /// of the last; of no further ones when it was cancelled.
    pub(crate) async fn tell_until(
        self,
        over: CancellationToken,
        cancel: CancellationToken,
        callbacks: Handle,
    ) {
        loop {
            let more = tokio::select! {
                biased;
                () = over.cancelled() => false,
                () = self.events.came() => true,
            };
            if cancel.is_cancelled() {
                return;
            }
            let gate = self.clone();
            let told = callbacks.spawn_blocking(move || gate.tell()).await;
            if !more || told.is_err() {
                return;
            }
        }
    }

    /// Lets no callback through from now on, and waits for one that runs; not in a callback, which
    /// might wait for itself.
    pub(crate) fn shut(&self) {
        self.shared.shut.store(true, Ordering::SeqCst);
        if Callback::current() != Callback::Inner {
            drop(self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[derive(Clone, Copy, Default)]
pub(crate) struct ProgressCallback(pub(crate) Option<(Listener, UserData)>);

type Listener = unsafe extern "C" fn(*mut c_void, *const ocigraph_event) -> i32;

impl ProgressCallback {
    /// The core's progress, which waits at an operation's gate until the caller is told.
    pub(crate) fn through(self, gate: &Gate) -> Progress {
        let Some(listener) = self.0 else { return Progress::none() };
        gate.shared.listener.get_or_init(|| listener);
        let events = Arc::clone(&gate.events);
        Progress::new(move |event| events.put(&event))
    }
}

pub(crate) fn outcome_number(outcome: Outcome) -> ocigraph_outcome {
    match outcome {
        Outcome::Uploaded => OCIGRAPH_OUTCOME_UPLOADED,
        Outcome::AlreadyExists => OCIGRAPH_OUTCOME_ALREADY_EXISTS,
        Outcome::Mounted => OCIGRAPH_OUTCOME_MOUNTED,
        Outcome::Written => OCIGRAPH_OUTCOME_WRITTEN,
        Outcome::Unchanged => OCIGRAPH_OUTCOME_UNCHANGED,
        Outcome::KeptExisting => OCIGRAPH_OUTCOME_KEPT_EXISTING,
        Outcome::Verified => OCIGRAPH_OUTCOME_VERIFIED,
        _ => 0,
    }
}

/// Content that comes from a read callback.
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
        // SAFETY: the caller gave this function for this purpose; the buffer has this capacity.
        let said = self.gate.call(|| unsafe { read(user_data.0, data, capacity) });
        let said = said.ok_or_else(|| io::Error::other("the operation is over"))?;
        match usize::try_from(said) {
            Ok(count) if count <= capacity => Ok(count),
            Ok(count) => Err(io::Error::other(format!(
                "the read callback returned {count}, more than the {capacity} there was room for"
            ))),
            Err(_) => Err(io::Error::other(format!("the read callback returned {said}"))),
        }
    }
}

/// Where content goes to a write callback.
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

    /// Hands over the bytes; whether there may be more.
    pub(crate) fn write(self, gate: &Gate, bytes: &[u8]) -> Result<bool> {
        let Self { write, user_data } = self;
        // SAFETY: the caller gave this function for this purpose; the bytes outlive the call.
        let said = gate.call(|| unsafe { write(user_data.0, bytes.as_ptr(), bytes.len()) });
        match said {
            Some(0) => Ok(true),
            Some(said) => Err(Error::new(Code::Io, format!("the write callback returned {said}"))),
            None => Ok(false),
        }
    }
}
