//! One operation on its way: what it will do, and the callbacks that belong to it.
//!
//! It runs on the library's threads, so that its connections are written to on none of the
//! caller's. The blocking form waits for it, the callback form lets it run; both end it by the
//! cancel token, by a progress callback, and at the end of the runtime. It is over when nothing of
//! it is left: no callback, and no file work but what takes longer than anyone should wait.

use std::{
    ffi::c_void,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, mpsc},
    time::Duration,
};

use futures::FutureExt;
use ocigraph::{Code, Error, FileWork, Result};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::caught,
    callback::{Gate, UserData},
    cancel::ocigraph_cancel,
    client::ocigraph_client,
    credential::Asking,
    error::ocigraph_error,
    runtime::{Callback, within},
    status::{OCIGRAPH_OK, ocigraph_status},
};

/// How long unfinished files of what was broken off may take to go.
const SETTLING: Duration = Duration::from_millis(500);

/// What the caller's thread does meanwhile.
type Here = Box<dyn FnOnce() -> Result<()> + Send>;

pub(crate) struct Job<T> {
    /// The operation and what it is on, for the error of one that was cancelled.
    what: (&'static str, String),
    future: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
    gate: Gate,
    here: Option<Here>,
}

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
        Self { what: (operation, on.to_string()), future: Box::pin(future), gate, here: None }
    }

    /// What the caller's thread does while the blocking form runs, until it has nothing more to do
    /// or fails, which fails the operation.
    pub(crate) fn with(self, here: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Self { here: Some(Box::new(here)), ..self }
    }

    /// The blocking form.
    pub(crate) fn run(
        mut self,
        client: &ocigraph_client,
        cancel: Option<&ocigraph_cancel>,
    ) -> Result<T> {
        // Kept until the end, since a callback may free the client.
        let threads = Arc::clone(&client.threads);
        let entered = threads.enter()?;
        let cancel = cancel.map(|cancel| cancel.0.child_token()).unwrap_or_default();
        let (gate, what, here) = (self.gate.clone(), self.what.clone(), self.here.take());
        let (tell, told) = mpsc::channel();
        let operation = self.until(cancel.clone(), entered.ended.clone());
        entered.operations.spawn(async move {
            // Who asked waits until it has heard.
            let _ = tell.send(operation.await);
        });
        let did = here.map_or(Ok(()), caught);
        if did.is_err() {
            cancel.cancel();
        }
        let result = told.recv().unwrap_or_else(|_| {
            Err(Error::new(Code::Internal, "the operation was lost").during(what.0, &what.1))
        });
        gate.shut();
        did.map_err(|e| e.during(what.0, &what.1)).and(result)
    }

    /// The callback form.
    pub(crate) fn start(
        self,
        client: &ocigraph_client,
        cancel: Option<&ocigraph_cancel>,
        done: Done<T>,
        user_data: *mut c_void,
    ) -> Result<()> {
        let entered = client.threads.enter()?;
        let cancel = cancel.map(|cancel| cancel.0.clone()).unwrap_or_default();
        let gate = self.gate.clone();
        let user_data = UserData(user_data);
        let operations = entered.operations.clone();
        operations.spawn(async move {
            let result = self.until(cancel, entered.ended).await;
            let token = entered.token;
            // It may take its time, and wait for a callback.
            entered.completions.spawn_blocking(move || {
                gate.shut();
                tell(done, user_data, result);
                drop(token);
            });
        });
        Ok(())
    }

    async fn until(self, cancel: CancellationToken, ended: CancellationToken) -> Result<T> {
        let Self { what: (operation, on), future, gate, .. } = self;
        let cancelled = |why: &str| Err(Error::new(Code::Cancelled, why).during(operation, &on));
        let (file_work, asking) = (FileWork::default(), Asking::default());
        let future = file_work.watch(asking.watch(AssertUnwindSafe(future).catch_unwind()));
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => cancelled("it was cancelled"),
            () = gate.stop.cancelled() => cancelled("the progress callback ended it"),
            () = ended.cancelled() => cancelled("the runtime has ended"),
            result = future => {
                result.unwrap_or_else(|panic| caught(|| std::panic::resume_unwind(panic)))
            }
        };
        if result.is_err() {
            file_work.settle(SETTLING).await;
        }
        asking.wait().await;
        // It may have wanted the end at the very last event.
        if gate.stop.is_cancelled() && result.is_ok() {
            return cancelled("the progress callback ended it");
        }
        result
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
