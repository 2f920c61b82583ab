//! One operation on its way: what it will do, and the callbacks that belong to it.
//!
//! It runs on the library's threads, so that its connections are written to on none of the
//! caller's. The blocking form waits for it, and runs progress and write callbacks on the thread that
//! waits; the callback form lets it run, and has threads for callbacks. No callback runs on a thread
//! that moves content. Both forms end the operation by the cancel token, by a progress callback, and
//! at the end of the runtime. It is over when nothing of it is left: no callback, and no file work
//! but what takes longer than anyone should wait.

use std::{ffi::c_void, future::Future, panic::AssertUnwindSafe, pin::Pin, time::Duration};

use bytes::Bytes;
use futures::FutureExt;
use ocigraph::{Cleanup, Code, Error, Result};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::caught,
    callback::{Gate, UserData, WriteTo},
    cancel::ocigraph_cancel,
    client::Caller,
    credential::Asking,
    error::ocigraph_error,
    handle::given,
    runtime::{Callback, within},
    status::{OCIGRAPH_OK, ocigraph_status},
};

/// How long unfinished files of what was broken off may take to go.
const SETTLING: Duration = Duration::from_millis(500);

/// Content on its way from the network to the caller's thread, and who takes it there.
struct Content {
    pieces: mpsc::Receiver<Bytes>,
    write: WriteTo,
}

/// What there is to do for the thread that waits.
enum Turn<T> {
    Tell,
    Write(Bytes),
    Over(Result<T>),
}

pub(crate) struct Job<T> {
    /// The operation and what it is on, for the error of one that was cancelled.
    what: (&'static str, String),
    future: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
    gate: Gate,
    content: Option<Content>,
}

/// Why an operation ended before it was done.
const ENDED_BY_PROGRESS: &str = "the progress callback ended it";
const CANCELLED: &str = "it was cancelled";

/// A function of the caller's that is told how an operation ended.
pub(crate) type Done<T> = unsafe extern "C" fn(
    user_data: *mut c_void,
    status: ocigraph_status,
    result: Option<Box<T>>,
    error: Option<Box<ocigraph_error>>,
);

impl<T: Send + 'static> Job<T> {
    pub(crate) fn new(
        operation: &'static str,
        on: impl ToString,
        gate: Gate,
        future: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Self {
        Self { what: (operation, on.to_string()), future: Box::pin(future), gate, content: None }
    }

    /// Content that the thread which waits hands to `write`. It lets go of the pieces when there are
    /// to be no more.
    pub(crate) fn with(self, pieces: mpsc::Receiver<Bytes>, write: WriteTo) -> Self {
        Self { content: Some(Content { pieces, write }), ..self }
    }

    /// The blocking form.
    pub(crate) fn run(mut self, client: &Caller, cancel: *const ocigraph_cancel) -> Result<T> {
        let entered = client.threads.enter()?;
        let cancel = given(cancel).map(|cancel| cancel.0.child_token()).unwrap_or_default();
        let (gate, what, mut content) = (self.gate.clone(), self.what.clone(), self.content.take());
        let (tell, mut told) = oneshot::channel();
        let operation = self.until(cancel.clone(), entered.ended.clone());
        entered.operations.spawn(async move {
            // Who asked waits until it has heard.
            let _ = tell.send(operation.await);
        });
        let mut written = Ok(());
        let result = loop {
            // Callbacks run between two waits, outside of anything that is async.
            let turn = entered.operations.block_on(turn(&gate, &mut content, &mut told));
            match turn {
                Turn::Tell if cancel.is_cancelled() => {}
                Turn::Tell => gate.tell(),
                Turn::Write(piece) => {
                    let write = content.as_ref().map(|content| content.write);
                    match write.map_or(Ok(false), |write| write.write(&gate, &piece)) {
                        Ok(true) => {}
                        Ok(false) => content = None,
                        Err(failure) => {
                            (written, content) = (Err(failure), None);
                            cancel.cancel();
                        }
                    }
                }
                Turn::Over(result) => break result,
            }
        };
        if !cancel.is_cancelled() {
            gate.tell();
        }
        gate.shut();
        written
            .map_err(|e| e.with_operation(what.0, &what.1))
            .and(ended(&gate, &cancel, &what, result))
    }

    /// The callback form.
    pub(crate) fn start(
        self,
        client: &Caller,
        cancel: *const ocigraph_cancel,
        done: Done<T>,
        user_data: *mut c_void,
    ) -> Result<()> {
        let entered = client.threads.enter()?;
        let cancel = given(cancel).map(|cancel| cancel.0.clone()).unwrap_or_default();
        let (gate, what) = (self.gate.clone(), self.what.clone());
        let user_data = UserData(user_data);
        let operations = entered.operations.clone();
        operations.spawn(async move {
            let over = CancellationToken::new();
            let telling = gate.has_listener().then(|| {
                let (over, callbacks) = (over.clone(), entered.callbacks.clone());
                entered.operations.spawn(gate.clone().tell_until(over, cancel.clone(), callbacks))
            });
            let result = self.until(cancel.clone(), entered.ended).await;
            over.cancel();
            if let Some(telling) = telling {
                // It ends by itself; the runtime has not ended while this runs.
                let _ = telling.await;
            }
            let token = entered.token;
            // It may take its time, and wait for a callback.
            entered.completions.spawn_blocking(move || {
                gate.shut();
                tell(done, user_data, ended(&gate, &cancel, &what, result));
                drop(token);
            });
        });
        Ok(())
    }

    async fn until(self, cancel: CancellationToken, ended: CancellationToken) -> Result<T> {
        let Self { what: (operation, on), future, gate, .. } = self;
        let cancelled =
            |why: &str| Err(Error::new(Code::Cancelled, why).with_operation(operation, &on));
        let (file_work, asking) = (Cleanup::default(), Asking::default());
        let future = file_work.scope(asking.watch(AssertUnwindSafe(future).catch_unwind()));
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => cancelled(CANCELLED),
            () = gate.stop.cancelled() => cancelled(ENDED_BY_PROGRESS),
            () = ended.cancelled() => cancelled("the runtime has ended"),
            result = future => {
                result.unwrap_or_else(|panic| caught(|| std::panic::resume_unwind(panic)))
            }
        };
        if result.is_err() {
            file_work.wait(SETTLING).await;
        }
        asking.wait().await;
        result
    }
}

/// How an operation ended for its caller: one that was cancelled, or that a progress callback wanted
/// to end, before this was known did not succeed, though nothing was left to be done.
fn ended<T>(
    gate: &Gate,
    cancel: &CancellationToken,
    what: &(&'static str, String),
    result: Result<T>,
) -> Result<T> {
    let why = match result {
        Err(error) => return Err(error),
        Ok(_) if gate.stop.is_cancelled() => ENDED_BY_PROGRESS,
        Ok(_) if cancel.is_cancelled() => CANCELLED,
        Ok(result) => return Ok(result),
    };
    Err(Error::new(Code::Cancelled, why).with_operation(what.0, &what.1))
}

/// What comes next for the thread that waits: pieces and events go before the end.
async fn turn<T>(
    gate: &Gate,
    content: &mut Option<Content>,
    told: &mut oneshot::Receiver<Result<T>>,
) -> Turn<T> {
    let piece = async {
        match content {
            Some(content) => content.pieces.recv().await,
            None => None,
        }
    };
    tokio::select! {
        biased;
        () = gate.events.came() => Turn::Tell,
        Some(piece) = piece => Turn::Write(piece),
        result = told => Turn::Over(result.unwrap_or_else(|_| {
            Err(Error::new(Code::Internal, "the operation was lost"))
        })),
    }
}

fn tell<T>(done: Done<T>, user_data: UserData, result: Result<T>) {
    let (status, result, error) = match result {
        Ok(result) => (OCIGRAPH_OK, Some(Box::new(result)), None),
        Err(error) => {
            let status = error.code() as ocigraph_status;
            (status, None, Some(Box::new(ocigraph_error::new(error))))
        }
    };
    within(Callback::Completion, || {
        // SAFETY: the caller gave this function for this purpose; the handles are its own now.
        unsafe { done(user_data.0, status, result, error) }
    });
}
