//! The client: one method per operation, each of which reads its arguments, starts the core's
//! operation on the client's threads, and gives a promise of the result.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Either, Env,
    bindgen_prelude::{Buffer, Object, ToNapiValue},
};
use napi_derive::napi;
use ocigraph::{Algorithm, Bytes, Client as Core, Manifest, Names, Reference, Result, ToJson};
use serde_json::json;

use crate::{
    asked::Ask,
    call::{Call, Engine},
    content::{Given, Raw, Reader, Spool},
    graph::Graph,
    options::{self, read},
    outcome::{Outcome, invalid, json, outcome},
};

/// A promise of a result, or why the call did not begin.
type Started<'env> = napi::Result<Outcome<Object<'env>>>;

/// A client, its connections and its threads.
#[napi]
pub struct Client {
    core: Core,
    /// Threads are started by the first call, and given back by `close`.
    state: Mutex<State>,
}

enum State {
    Idle,
    Running(Arc<Engine>),
    Closed,
}

#[napi]
impl Client {
    /// A client with these options, or why there is none. Nothing is started or sent yet.
    #[napi]
    pub fn open(options: String, ask: Option<Ask>) -> Outcome<Client> {
        let config = read::<options::Client>(&options).and_then(|options| options.config(ask));
        outcome(config.map(|config| Client {
            core: Core::with_config(config),
            state: Mutex::new(State::Idle),
        }))
    }

    /// Ends the client's calls and its threads.
    #[napi]
    pub fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Running(engine) = std::mem::replace(&mut *state, State::Closed) {
            engine.closed.cancel();
        }
    }

    /// Packs files and content into an artifact.
    #[napi]
    pub fn push<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
        contents: Vec<Given<'env>>,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Push>(&options)?.options(contents, call.progress())?;
            Ok(async move { Ok(json(&core.push(&target, options).await?)) })
        })
    }

    /// Writes an artifact's files into a directory.
    #[napi]
    pub fn pull<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Pull>(&options)?.options(call.progress())?;
            Ok(async move { Ok(json(core.pull(&target, options).await?.as_slice())) })
        })
    }

    /// The graph of everything that refers to an artifact.
    #[napi]
    pub fn discover<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let reference: Reference = target.parse()?;
            let options = read::<options::Discover>(&options)?.options()?;
            Ok(async move {
                let graph = core.discover(&reference, options).await?;
                Ok(Graph::new(graph, target, &reference))
            })
        })
    }

    /// Deletes an artifact and all that refers to it.
    #[napi]
    pub fn delete<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Delete>(&options)?.into();
            Ok(async move { Ok(json(&core.delete(&target, options).await?)) })
        })
    }

    /// Copies an artifact, or its graph.
    #[napi]
    pub fn copy<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        source: String,
        destination: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let (source, destination): (Reference, Reference) =
                (source.parse()?, destination.parse()?);
            let options = read::<options::Copy>(&options)?.options(call.progress())?;
            Ok(async move { Ok(json(&core.copy(&source, &destination, options).await?)) })
        })
    }

    /// Checks that a whole graph is there and right.
    #[napi]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Verify>(&options)?.options(call.progress())?;
            Ok(async move { Ok(json(&core.verify(&target, options).await?)) })
        })
    }

    /// The descriptor of what a reference names.
    #[napi]
    pub fn resolve<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let platform = read::<options::One>(&options)?.platform()?;
            Ok(async move { Ok(json(&core.resolve(&target, platform.as_ref()).await?)) })
        })
    }

    /// Points further tags at what a reference names.
    #[napi]
    pub fn tag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        tags: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.tag(&target, &tags).await?)) })
        })
    }

    /// Removes tags.
    #[napi]
    pub fn untag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { core.untag(&target).await })
        })
    }

    /// All tags.
    #[napi]
    pub fn tags<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json!(core.tags(&target).await?).to_string()) })
        })
    }

    /// All tags, with what is known of each.
    #[napi]
    pub fn tag_details<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(core.tag_details(&target).await?.as_slice())) })
        })
    }

    /// The manifests, tagged and untagged.
    #[napi]
    pub fn manifests<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(core.manifests(&target).await?.as_slice())) })
        })
    }

    /// The repositories of a registry.
    #[napi]
    pub fn repositories<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let host = host.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json!(core.repositories(&host).await?).to_string()) })
        })
    }

    /// Checks a credential, and stores it.
    #[napi]
    pub fn login<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        credential: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let host = host.parse()?;
            let credential = options::credential(&credential)?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.login(&host, credential).await?)) })
        })
    }

    /// Removes what is stored for a registry.
    #[napi]
    pub fn logout<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let host = host.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.logout(&host).await?)) })
        })
    }

    /// A manifest: its descriptor, then its bytes.
    #[napi]
    pub fn fetch_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let platform = read::<options::One>(&options)?.platform()?;
            Ok(async move {
                let manifest = core.fetch_manifest(&target, platform.as_ref()).await?;
                let bytes = Buffer::from(manifest.bytes().to_vec());
                Ok((json(&manifest.descriptor()), bytes))
            })
        })
    }

    /// Stores a manifest as it is.
    #[napi]
    pub fn push_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        manifest: Buffer,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::PushManifest>(&options)?;
            let algorithm = match target.digest() {
                Some(digest) => digest.algorithm()?,
                None => Algorithm::default(),
            };
            let bytes = Bytes::copy_from_slice(&manifest);
            let manifest = Manifest::parse(bytes, options.media_type.as_deref(), algorithm)?;
            Ok(async move {
                core.push_manifest(&target, &manifest).await?;
                Ok(json(&manifest.descriptor()))
            })
        })
    }

    /// A reader of the blob that a reference names by digest.
    #[napi]
    pub fn fetch_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, engine| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            let token = call.token();
            Ok(async move {
                let (blob, stream) = core.fetch_blob(&target, &ocigraph::Progress::none()).await?;
                Ok(Reader::new(engine, token, blob, stream))
            })
        })
    }

    /// Stores a blob, from a path, from bytes, or from a stream that was taken in.
    #[napi]
    pub fn push_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        content: Either<String, Given<'env>>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            let raw = Raw::new(content)?;
            Ok(async move {
                let (blob, source) = raw.blob().await?;
                let outcome = core.push_blob(&target, &blob, source, &ocigraph::Progress::none()).await?;
                let descriptor = blob.to_json(Names::Camel);
                Ok(json!({ "descriptor": descriptor, "outcome": outcome.name() }).to_string())
            })
        })
    }

    /// Something to put content into that can be read only once, before it is pushed by this client.
    #[napi]
    pub fn spool(&self, call: &Call) -> Outcome<Spool> {
        outcome(self.engine().map(|engine| Spool::new(engine, call.token())))
    }
}

impl Client {
    /// Starts what `prepare` makes of the arguments.
    fn start<'env, T, W>(
        &self,
        env: &'env Env,
        call: &Call,
        prepare: impl FnOnce(Core, Arc<Engine>) -> Result<W>,
    ) -> Started<'env>
    where
        T: ToNapiValue + Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let work = self.engine().and_then(|engine| {
            let work = prepare(self.core.clone(), Arc::clone(&engine))?;
            Ok((engine, work))
        });
        match work {
            Ok((engine, work)) => Ok(Either::A(engine.promise(env, call.token(), work)?)),
            Err(error) => Ok(outcome(Err(error))),
        }
    }

    fn engine(&self) -> Result<Arc<Engine>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Closed => Err(invalid("the client is closed")),
            State::Running(engine) => Ok(Arc::clone(engine)),
            State::Idle => {
                let engine = Engine::start()?;
                *state = State::Running(Arc::clone(&engine));
                Ok(engine)
            }
        }
    }
}
