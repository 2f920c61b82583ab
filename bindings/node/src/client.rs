//! The client: its core, its threads, and how each of its operations is started. What the operations
//! are is in `artifacts`, `names` and `pieces`: each reads its arguments, starts the core's operation
//! on the client's threads, and gives a promise of the result.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Either, Env,
    bindgen_prelude::{Object, ToNapiValue},
};
use napi_derive::napi;
use ocigraph::{Client as Core, Result};

use crate::{
    asked::Ask,
    call::{Call, Engine},
    content::BufferedContent,
    options,
    outcome::{Doing, Outcome, invalid, outcome},
    reading::read,
};

/// A promise of a result, or why the call did not begin.
pub(crate) type Started<'env> = napi::Result<Outcome<Object<'env>>>;

/// A client, its connections and its threads.
#[napi]
pub struct Client {
    state: Mutex<State>,
}

enum State {
    /// Threads are started by the first call. They are given back by `close`, connections with them.
    Open(Core, Option<Arc<Engine>>),
    Closed,
}

#[napi]
impl Client {
    /// A client with these options, or why there is none. Nothing is started or sent yet.
    #[napi(catch_unwind)]
    pub fn open(options: String, ask: Option<Ask>) -> Outcome<Client> {
        let config = read::<options::Client>(&options).and_then(|options| options.config(ask));
        let open = |config| State::Open(Core::with_config(config), None);
        outcome(config.map(|config| Client { state: Mutex::new(open(config)) }))
    }

    /// Ends the client's calls and its threads.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        if let Some(engine) = self.ended() {
            engine.end(|| {});
        }
    }

    /// The same, with a promise that is settled when the calls have tidied up; nothing when there is
    /// nothing to wait for.
    #[napi(catch_unwind)]
    pub fn close_and_wait<'env>(&self, env: &'env Env) -> napi::Result<Option<Object<'env>>> {
        let Some(engine) = self.ended() else { return Ok(None) };
        let (deferred, promise) = env.create_deferred()?;
        engine.end(move || deferred.resolve(|_| Ok(())));
        Ok(Some(promise))
    }

    /// Something to put content into before it is pushed by this client, in this operation.
    #[napi(catch_unwind)]
    pub fn spool(
        &self,
        call: &Call,
        operation: String,
        target: String,
    ) -> Outcome<BufferedContent> {
        let doing = Doing::new(operation, target);
        let spool = match self.running() {
            Ok((_, engine)) => Ok(BufferedContent::new(engine, call.token(), doing)),
            Err(error) => Err(doing.told(error)),
        };
        outcome(spool)
    }
}

impl Client {
    /// Starts what `prepare` makes of the arguments.
    pub(crate) fn start<'env, T, W>(
        &self,
        env: &'env Env,
        call: &Call,
        doing: Doing,
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
            Ok((engine, work)) => Ok(Either::A(engine.promise(env, call.token(), doing, work)?)),
            Err(error) => Ok(outcome(Err(doing.told(error)))),
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

    /// Closes it; gives what is to be ended. Connections go at once, so that nobody waits for them.
    fn ended(&self) -> Option<Arc<Engine>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open(_, engine) => engine,
            State::Closed => None,
        }
    }
}
