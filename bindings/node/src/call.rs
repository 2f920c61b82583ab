//! Calls on their way: the runtime they run on, and the handle by which JavaScript ends one.

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
    outcome::{Doing, broken, cancelled, closed, outcome},
    progress::Events,
};

/// Called without arguments when there are events to fetch. It does not keep the process alive.
pub(crate) type Wake = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

/// How long unfinished files of what was ended may take to go: an aborted call rejects within a tenth
/// of a second.
const SETTLING: Duration = Duration::from_millis(80);

/// How long a client that is closed may take to tidy up.
const GRACE: Duration = Duration::from_secs(2);

/// One call of a client: cancels it, and has its events.
#[napi]
pub struct Call {
    token: CancellationToken,
    events: Mutex<Option<Arc<Events>>>,
}

#[napi]
impl Call {
    /// A call that has not begun. `wake` is called, from time to time, when there are events.
    #[napi(constructor)]
    pub fn new(wake: Option<Wake>) -> Self {
        Self { token: CancellationToken::new(), events: Mutex::new(wake.map(Events::new)) }
    }

    /// Ends the call, before it begins or while it is under way.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// What has happened since the last time, as a JSON list.
    #[napi(catch_unwind)]
    pub fn events(&self) -> String {
        self.current().map_or_else(|| "[]".to_owned(), |events| events.take())
    }

    /// Lets go of the callback, which holds on to this object in turn: without that, neither would
    /// ever be collected.
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

    /// Where its progress waits for JavaScript, when that wants any.
    pub(crate) fn current(&self) -> Option<Arc<Events>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // JavaScript holds on to it until the call is over, so else its thread has ended before that.
        self.token.cancel();
    }
}

/// The threads that the calls of one client run on.
pub(crate) struct Engine {
    runtime: Option<Runtime>,
    /// Ends every call of the client.
    pub(crate) closed: CancellationToken,
}

impl Engine {
    pub(crate) fn start() -> Result<Arc<Self>> {
        let runtime = ocigraph_runtime::build("ocigraph", 0, || {})?;
        Ok(Arc::new(Self { runtime: Some(runtime), closed: CancellationToken::new() }))
    }

    /// A promise of what `work` gives. It never rejects: failures, cancellation and defects among
    /// them, are values.
    pub(crate) fn promise<'env, T>(
        self: &Arc<Self>,
        env: &'env Env,
        token: CancellationToken,
        doing: Doing,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> napi::Result<Object<'env>>
    where
        T: ToNapiValue + Send + 'static,
    {
        self.promise_of(env, token, doing, work, |_, value| Ok(value))
    }

    /// The same for what becomes a value only on JavaScript's thread, by `finish`.
    pub(crate) fn promise_of<'env, T, V>(
        self: &Arc<Self>,
        env: &'env Env,
        token: CancellationToken,
        doing: Doing,
        work: impl Future<Output = Result<T>> + Send + 'static,
        finish: impl FnOnce(Env, T) -> napi::Result<V> + Send + 'static,
    ) -> napi::Result<Object<'env>>
    where
        T: Send + 'static,
        V: ToNapiValue + 'static,
    {
        let (deferred, promise) = env.create_deferred()?;
        // The threads stay for as long as a call is under way, though the client is closed or forgotten.
        let engine = Arc::clone(self);
        self.spawn(async move {
            let file_work = Cleanup::default();
            let work = file_work.scope(AssertUnwindSafe(work).catch_unwind());
            // All that the work held is dropped before the promise is settled.
            let result = tokio::select! {
                biased;
                () = token.cancelled() => Err(cancelled()),
                () = engine.closed.cancelled() => Err(closed()),
                done = work => done.unwrap_or_else(|_| Err(broken())),
            };
            if result.is_err() {
                file_work.wait(SETTLING).await;
            }
            let result = result.map_err(|error| doing.told(error));
            deferred.resolve(move |env| match result {
                Ok(value) => finish(env, value).map(Either::A),
                Err(error) => Ok(outcome(Err(error))),
            });
        });
        Ok(promise)
    }

    /// Ends all calls, and calls `done` when they have tidied up: what is dropped half-way closes its
    /// upload sessions in tasks of their own, for which the threads stay a moment longer.
    pub(crate) fn end(self: Arc<Self>, done: impl FnOnce() + Send + 'static) {
        self.closed.cancel();
        let engine = Arc::clone(&self);
        self.spawn(async move {
            let metrics = Handle::current().metrics();
            // This task is one of them.
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
        // There is a runtime until this is dropped.
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Whoever drops it is JavaScript's thread or one of its own: neither may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
