//! Operations on artifacts and their graphs.

use napi::{Env, bindgen_prelude::ClassInstance};
use napi_derive::napi;
use ocigraph::{Reference, Result};

use crate::{
    call::Call,
    client::{Client, Started},
    content::{BufferedContent, file},
    error::{ErrorContext, JsResult, js_result, json},
    graph::Graph,
    options::{self, read},
};

#[napi]
impl Client {
    /// Checks the arguments of a push before its content is buffered. Returns the error, if any.
    #[napi(catch_unwind)]
    pub fn check_push(&self, target: String, options: String) -> JsResult<()> {
        let check = || -> Result<()> {
            target.parse::<Reference>()?;
            read::<options::Push>(&options)?.parsed().map(drop)
        };
        js_result(check().map_err(|error| ErrorContext::new("push", &target).apply(error)))
    }

    /// Pushes files and content as one artifact. Resolves to the JSON of the result.
    #[napi(catch_unwind)]
    pub fn push<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
        contents: Vec<ClassInstance<'env, BufferedContent>>,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("push", &target), |core, _| {
            let target: Reference = target.parse()?;
            let (mut options, files, config) = read::<options::Push>(&options)?.parsed()?;
            let file = |described| file(described, &contents);
            options.files = files.into_iter().map(file).collect::<Result<_>>()?;
            options.config = config.map(file).transpose()?;
            options.progress = call.progress();
            Ok(async move { Ok(json(&core.push(&target, options).await?)) })
        })
    }

    /// Pulls an artifact's files into a directory. Resolves to a JSON list of results.
    #[napi(catch_unwind)]
    pub fn pull<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("pull", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Pull>(&options)?.options(call.progress())?;
            Ok(async move { Ok(json(core.pull(&target, options).await?.as_slice())) })
        })
    }

    /// Discovers the graph of all referrers of an artifact.
    #[napi(catch_unwind)]
    pub fn discover<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("discover", &target), |core, _| {
            let reference: Reference = target.parse()?;
            let options = read::<options::Discover>(&options)?.options()?;
            Ok(async move {
                let graph = core.discover(&reference, options).await?;
                Ok(Graph::new(graph, target, &reference))
            })
        })
    }

    /// Deletes an artifact and all its referrers. Resolves to the JSON of the report.
    #[napi(catch_unwind)]
    pub fn delete<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("delete", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Delete>(&options)?.into();
            Ok(async move { Ok(json(&core.delete(&target, options).await?)) })
        })
    }

    /// Copies an artifact or its graph. Resolves to the JSON of the report.
    #[napi(catch_unwind)]
    pub fn copy<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        source: String,
        destination: String,
        options: String,
    ) -> Started<'env> {
        self.start(
            env,
            call,
            ErrorContext::new("copy", format!("{source} to {destination}")),
            |core, _| {
                let (source, destination): (Reference, Reference) =
                    (source.parse()?, destination.parse()?);
                let options = read::<options::Copy>(&options)?.options(call.progress())?;
                Ok(async move { Ok(json(&core.copy(&source, &destination, options).await?)) })
            },
        )
    }

    /// Verifies every manifest and blob of a graph. Resolves to the JSON of the report.
    #[napi(catch_unwind)]
    pub fn verify<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("verify", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::Verify>(&options)?.options(call.progress())?;
            Ok(async move { Ok(json(&core.verify(&target, options).await?)) })
        })
    }
}
