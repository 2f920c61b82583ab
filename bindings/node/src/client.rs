//! The native client class: its core client, its threads, and the code that starts an operation. The
//! operations are in `operation`, `manifest`, `blob` and `tag`. Each parses its arguments, starts the
//! core's operation on the client's threads, and returns a promise of the result.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Either, Env,
    bindgen_prelude::{Object, ToNapiValue},
};
use napi_derive::napi;
use ocigraph::{Client as Core, Result, ToJson};

use crate::{
    call::{Call, Engine},
    content::BufferedContent,
    credential::CredentialCallback,
    error::{ErrorContext, JsResult, invalid, js_result},
    options::{self, read},
    rows::Rows,
};

/// A promise of a result, or the error that prevented the call from starting.
pub(crate) type Started<'env> = napi::Result<JsResult<Object<'env>>>;

/// A client with its connections and threads.
#[napi]
pub struct Client {
    state: Mutex<State>,
}

enum State {
    /// The first call starts the threads. `close` ends them and closes the connections.
    Open(Core, Option<Arc<Engine>>),
    Closed,
}

#[napi]
impl Client {
    /// Creates a client, or returns the error in its options. Starts no thread and sends no request.
    #[napi(catch_unwind)]
    pub fn open(options: String, callback: Option<CredentialCallback>) -> JsResult<Client> {
        let config = read::<options::ClientOptions>(&options)
            .and_then(|options| options.into_core(callback));
        let open = |config| State::Open(Core::with_config(config), None);
        js_result(config.map(|config| Client { state: Mutex::new(open(config)) }))
    }

    /// Cancels the client's calls and ends its threads.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        if let Some(engine) = self.ended() {
            engine.end(|| {});
        }
    }

    /// Like [`Client::close`]. Returns a promise that settles when the clean-up has finished, or nothing
    /// if no clean-up is necessary.
    #[napi(catch_unwind)]
    pub fn close_and_wait<'env>(&self, env: &'env Env) -> napi::Result<Option<Object<'env>>> {
        let Some(engine) = self.ended() else { return Ok(None) };
        let (deferred, promise) = env.create_deferred()?;
        engine.end(move || deferred.resolve(|_| Ok(())));
        Ok(Some(promise))
    }

    /// Creates a buffer for the content that a call of this client will push.
    #[napi(catch_unwind)]
    pub fn buffer_content(
        &self,
        call: &Call,
        operation: String,
        target: String,
    ) -> JsResult<BufferedContent> {
        let context = ErrorContext::new(operation, target);
        let buffer = match self.running() {
            Ok((_, engine)) => Ok(BufferedContent::new(engine, call.token(), context)),
            Err(error) => Err(context.apply(error)),
        };
        js_result(buffer)
    }
}

impl Client {
    /// Prepares an operation with `prepare` and starts it.
    pub(crate) fn start<'env, T, W>(
        &self,
        env: &'env Env,
        call: &Call,
        context: ErrorContext,
        prepare: impl FnOnce(Core, Arc<Engine>) -> Result<W>,
    ) -> Started<'env>
    where
        T: ToNapiValue + Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let work = self.running().and_then(|(core, engine)| {
            let work = prepare(core, Arc::clone(&engine))?;
            Ok((engine, work))
        });
        match work {
            Ok((engine, work)) => {
                Ok(Either::A(engine.promise(env, call.token(), context, work)?))
            }
            Err(error) => Ok(js_result(Err(context.apply(error)))),
        }
    }

    /// Opens rows. Their requests are made when the rows are read.
    pub(crate) fn rows<T, S>(
        &self,
        context: ErrorContext,
        open: impl FnOnce(Core) -> Result<ocigraph::Rows<T, S>>,
    ) -> JsResult<Rows>
    where
        T: Send + 'static,
        S: ToJson + Clone + Send + 'static,
        [T]: ToJson,
    {
        let rows = self
            .running()
            .and_then(|(core, engine)| Rows::new(engine, context.clone(), open(core)?));
        js_result(rows.map_err(|error| context.apply(error)))
    }

    /// Returns what an operation of another client needs of this one.
    pub(crate) fn shared(&self) -> Result<Core> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open(core, _) => Ok(core.clone()),
            State::Closed => Err(invalid("the client of the destination is closed")),
        }
    }

    fn running(&self) -> Result<(Core, Arc<Engine>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Open(core, engine) = &mut *state else {
            return Err(invalid("the client is closed"));
        };
        let engine = match engine {
            Some(engine) => engine,
            none => none.insert(Engine::start()?),
        };
        Ok((core.clone(), Arc::clone(engine)))
    }

    /// Marks the client as closed. Returns the engine to shut down, if it was started.
    fn ended(&self) -> Option<Arc<Engine>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open(_, engine) => engine,
            State::Closed => None,
        }
    }
}
