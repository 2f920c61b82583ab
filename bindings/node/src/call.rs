//! Calls: the runtime that runs them, and the handle through which JavaScript cancels one.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use napi::{
    Either, Env,
    bindgen_prelude::{Object, ToNapiValue},
    threadsafe_function::ThreadsafeFunction,
};
use napi_derive::napi;
use ocigraph::{Cleanup, Progress, Result};
use tokio::{
    runtime::{Handle, Runtime},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{ErrorContext, cancelled, client_closed, js_result, panicked},
    progress::Events,
};

/// Called without arguments when events are ready to fetch. It does not keep the process alive.
pub(crate) type Wake = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// Maximum time to wait until a failed or aborted call has removed its partial files. An aborted
/// call must reject within 100 ms.
const CLEANUP_TIMEOUT: Duration = Duration::from_millis(80);

/// Maximum time for the clean-up tasks of a closed client.
const GRACE: Duration = Duration::from_secs(2);

/// A call of a client: its cancellation token and its progress events.
#[napi]
pub struct Call {
    token: CancellationToken,
    events: Mutex<Option<Arc<Events>>>,
}

#[napi]
impl Call {
    /// Creates a call that has not started. `wake` is called when events are ready.
    #[napi(constructor)]
    pub fn new(wake: Option<Wake>) -> Self {
        Self { token: CancellationToken::new(), events: Mutex::new(wake.map(Events::new)) }
    }

    /// Cancels the call, whether it has started or not.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Takes the events since the last call, as a JSON list.
    #[napi(catch_unwind)]
    pub fn events(&self) -> String {
        self.current().map_or_else(|| "[]".to_owned(), |events| events.take())
    }

    /// Drops the callback. It refers back to this object, and the garbage collector does not see
    /// reference cycles through native code.
    #[napi(catch_unwind)]
    pub fn release(&self) {
        *self.events.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(crate) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    pub(crate) fn progress(&self) -> Progress {
        self.current().map_or_else(Progress::none, |events| events.progress())
    }

    /// The queue of progress events, if the call has a progress callback.
    pub(crate) fn current(&self) -> Option<Arc<Events>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // JavaScript keeps the object until the call has finished. An earlier drop means that the
        // JavaScript thread has ended.
        self.token.cancel();
    }
}

/// The threads that run the calls of one client.
pub(crate) struct Engine {
    runtime: Option<Runtime>,
    /// Cancels every call of the client.
    pub(crate) closed: CancellationToken,
}

impl Engine {
    pub(crate) fn start() -> Result<Arc<Self>> {
        let runtime = ocigraph_runtime::build("ocigraph", 0, || {})?;
        Ok(Arc::new(Self { runtime: Some(runtime), closed: CancellationToken::new() }))
    }

    /// Runs `work` and returns a promise of its result. The promise never rejects: errors, cancellation
    /// and panics are values.
    pub(crate) fn promise<'env, T>(
        self: &Arc<Self>,
        env: &'env Env,
        token: CancellationToken,
        context: ErrorContext,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> napi::Result<Object<'env>>
    where
        T: ToNapiValue + Send + 'static,
    {
        self.promise_of(env, token, context, work, |_, value| Ok(value))
    }

    /// Like [`Engine::promise`], for a result that `finish` converts on the JavaScript thread.
    pub(crate) fn promise_of<'env, T, V>(
        self: &Arc<Self>,
        env: &'env Env,
        token: CancellationToken,
        context: ErrorContext,
        work: impl Future<Output = Result<T>> + Send + 'static,
        finish: impl FnOnce(Env, T) -> napi::Result<V> + Send + 'static,
    ) -> napi::Result<Object<'env>>
    where
        T: Send + 'static,
        V: ToNapiValue + 'static,
    {
        let (deferred, promise) = env.create_deferred()?;
        // Keeps the threads alive during the call, even if the client is closed or collected.
        let engine = Arc::clone(self);
        self.spawn(async move {
            let cleanup = Cleanup::default();
            let work = cleanup.scope(AssertUnwindSafe(work).catch_unwind());
            // Drop the work, with everything that it holds, before the promise settles.
            let result = tokio::select! {
                biased;
                () = token.cancelled() => Err(cancelled()),
                () = engine.closed.cancelled() => Err(client_closed()),
                done = work => done.unwrap_or_else(|_| Err(panicked())),
            };
            if result.is_err() {
                cleanup.wait(CLEANUP_TIMEOUT).await;
            }
            let result = result.map_err(|error| context.apply(error));
            deferred.resolve(move |env| match result {
                Ok(value) => finish(env, value).map(Either::A),
                Err(error) => Ok(js_result(Err(error))),
            });
        });
        Ok(promise)
    }

    /// Cancels all calls, and calls `done` once their clean-up has finished. A dropped upload deletes its
    /// session at the registry in a task of its own, so the threads must outlive the calls.
    pub(crate) fn end(self: Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.closed.cancel();
        let engine = Arc::clone(&self);
        self.spawn(async move {
            let metrics = Handle::current().metrics();
            // This task is counted too.
            let others = async {
                while metrics.num_alive_tasks() > 1 {
                    sleep(Duration::from_millis(5)).await;
                }
            };
            let _ = timeout(GRACE, others).await;
            drop(engine);
            done();
        });
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        // The runtime exists until `self` is dropped.
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // The JavaScript thread or a runtime thread may drop it, and neither may block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
