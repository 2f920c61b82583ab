//! One operation on its way: what it will do, and the callbacks that belong to it.
//!
//! The blocking form waits for it on the caller's thread, the callback form lets it run; both end
//! it by the cancel token, by a progress callback, and at the end of the runtime.

use std::{ffi::c_void, future::Future, panic::AssertUnwindSafe, pin::Pin};

use futures::FutureExt;
use ocigraph::{Code, Error, Result};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::caught,
    callback::{Gate, UserData},
    cancel::ocigraph_cancel,
    client::ocigraph_client,
    error::ocigraph_error,
    runtime::{Callback, within},
    status::{OCIGRAPH_OK, ocigraph_status},
};

pub(crate) struct Job<T> {
    /// The operation and what it is on, for the error of one that was cancelled.
    what: (&'static str, String),
    future: Pin<Box<dyn Future<Output = Result<T>> + Send>>,
    gate: Gate,
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
        Self { what: (operation, on.to_string()), future: Box::pin(future), gate }
    }

    /// The blocking form.
    pub(crate) fn run(
        self,
        client: &ocigraph_client,
        cancel: Option<&ocigraph_cancel>,
    ) -> Result<T> {
        let (runtime, ended, _token) = client.threads.enter()?;
        let cancel = cancel.map(|cancel| cancel.0.clone()).unwrap_or_default();
        let gate = self.gate.clone();
        let result = caught(|| runtime.block_on(self.until(cancel, ended)));
        gate.shut();
        result
    }

    /// The callback form.
    pub(crate) fn start(
        self,
        client: &ocigraph_client,
        cancel: Option<&ocigraph_cancel>,
        done: Done<T>,
        user_data: *mut c_void,
    ) -> Result<()> {
        let (runtime, ended, token) = client.threads.enter()?;
        let cancel = cancel.map(|cancel| cancel.0.clone()).unwrap_or_default();
        let gate = self.gate.clone();
        let user_data = UserData(user_data);
        let (blocking, handle) = (runtime.handle().clone(), runtime.handle());
        handle.spawn(async move {
            let result = self.until(cancel, ended).await;
            // Beside the async threads, since it may take its time, and wait for a callback.
            blocking.spawn_blocking(move || {
                gate.shut();
                tell(done, user_data, result);
                drop(token);
            });
        });
        Ok(())
    }

    async fn until(self, cancel: CancellationToken, ended: CancellationToken) -> Result<T> {
        let Self { what: (operation, on), future, gate } = self;
        let cancelled = |why: &str| Err(Error::new(Code::Cancelled, why).during(operation, &on));
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => cancelled("it was cancelled"),
            () = gate.stop.cancelled() => cancelled("the progress callback ended it"),
            () = ended.cancelled() => cancelled("the runtime has ended"),
            result = AssertUnwindSafe(future).catch_unwind() => {
                result.unwrap_or_else(|panic| caught(|| std::panic::resume_unwind(panic)))
            }
        };
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
