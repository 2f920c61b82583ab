//! Calls: the runtime that runs them, and the handle through which JavaScript cancels one.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Either, Env,
    bindgen_prelude::{Object, ToNapiValue},
    threadsafe_function::ThreadsafeFunction,
};
use napi_derive::napi;
use ocigraph::{Progress, Result};
use ocigraph_runtime::{CANCELLED, CLEANUP_TIMEOUT, Task, TaskGroup};
use tokio::{
    runtime::{Handle, Runtime},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    error::{ErrorContext, js_result},
    progress::Events,
};

/// Called without arguments when events are ready to fetch. It does not keep the process alive.
pub(crate) type Wake = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// The reason in the error of a call that the end of its client has cancelled.
const CLIENT_CLOSED: &str = "the client was closed during the call";

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
    calls: TaskGroup,
    /// Cancelled when the client is closed.
    pub(crate) closed: CancellationToken,
}

impl Engine {
    pub(crate) fn start() -> Result<Arc<Self>> {
        let runtime = ocigraph_runtime::build("ocigraph", 0, || {})?;
        let calls = TaskGroup::default();
        let closed = calls.ended().clone();
        Ok(Arc::new(Self { runtime: Some(runtime), calls, closed }))
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
            let task = Task::default()
                .with_context(context)
                .cancelled_by(token, CANCELLED)
                .cancelled_by(engine.closed.clone(), CLIENT_CLOSED);
            // The clean-up is over before the promise settles.
            let result = task.run(work).await;
            deferred.resolve(move |env| match result {
                Ok(value) => finish(env, value).map(Either::A),
                Err(error) => Ok(js_result(Err(error))),
            });
        });
        Ok(promise)
    }

    /// Cancels all calls, and calls `done` once their clean-up has finished. The threads must outlive the
    /// calls.
    pub(crate) fn end(self: Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.calls.end();
        let engine = Arc::clone(&self);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // Each call limits its own clean-up. This limit holds if a thread of the calls is blocked.
                let _ = timeout(2 * CLEANUP_TIMEOUT, engine.calls.wait()).await;
                drop(engine);
                done();
            });
        }
    }

    /// Returns the threads, which exist until this is dropped.
    pub(crate) fn threads(&self) -> Option<&Handle> {
        self.runtime.as_ref().map(Runtime::handle)
    }

    /// Starts work that the end of the client waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let token = self.calls.enter();
        // The runtime exists until `self` is dropped.
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                work.await;
                drop(token);
            });
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
