// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Operations on artifacts and their graphs.

use std::path::PathBuf;

use napi::{Env, bindgen_prelude::ClassInstance};
use napi_derive::napi;
use ocigraph::{File, Progress, Reference, Result};

use crate::{
    call::Call,
    client::{Client, Started},
    content::{BufferedContent, file},
    error::{ErrorContext, JsResult, js_result, json},
    graph::Graph,
    options::{self, read},
    rows::Rows,
};

#[napi]
impl Client {
    /// Checks the arguments before the content of files is buffered. Returns the error, if any.
    #[napi(catch_unwind)]
    pub fn check_push(&self, target: String, options: String) -> JsResult<()> {
        let check = || -> Result<()> {
            target.parse::<Reference>()?;
            let options = read::<options::PushOptions>(&options)?;
            options.into_core(Progress::default(), |_| Ok(File::path(""))).map(drop)
        };
        js_result(check().map_err(|error| ErrorContext::new("push", &target).apply(error)))
    }

    /// Starts the operation. Resolves to the result as JSON.
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
            let options = read::<options::PushOptions>(&options)?
                .into_core(call.progress(), |described| file(described, &contents))?;
            Ok(async move { Ok(json(&core.push(&target, options).await?)) })
        })
    }

    /// Checks the arguments before the content of files is buffered. Returns the error, if any.
    #[napi(catch_unwind)]
    pub fn check_attach(&self, target: String, options: String) -> JsResult<()> {
        let check = || -> Result<()> {
            target.parse::<Reference>()?;
            let options = read::<options::AttachOptions>(&options)?;
            options.into_core(Progress::default(), |_| Ok(File::path(""))).map(drop)
        };
        js_result(check().map_err(|error| ErrorContext::new("attach", &target).apply(error)))
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn attach<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
        contents: Vec<ClassInstance<'env, BufferedContent>>,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("attach", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::AttachOptions>(&options)?
                .into_core(call.progress(), |described| file(described, &contents))?;
            Ok(async move { Ok(json(&core.attach(&target, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
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
            let options = read::<options::PullOptions>(&options)?.into_core(call.progress())?;
            Ok(async move { Ok(json(core.pull(&target, options).await?.as_slice())) })
        })
    }

    /// Starts the operation. Resolves to the graph.
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
            let options = read::<options::DiscoverOptions>(&options)?.into_core()?;
            Ok(async move {
                let graph = core.discover(&reference, options).await?;
                Ok(Graph::new(graph, target, &reference))
            })
        })
    }

    /// Opens the rows of the operation. Sends no request.
    #[napi(catch_unwind)]
    pub fn discover_each(&self, target: String, options: String) -> JsResult<Rows> {
        self.rows(ErrorContext::new("discover", &target), |core| {
            let target: Reference = target.parse()?;
            let options = read::<options::DiscoverOptions>(&options)?.into_core()?;
            core.discover_each(&target, options)
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
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
            let options = read::<options::DeleteOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.delete(&target, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn copy<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        source: String,
        destination: String,
        options: String,
        destination_client: Option<ClassInstance<'env, Client>>,
    ) -> Started<'env> {
        self.start(
            env,
            call,
            ErrorContext::new("copy", format!("{source} to {destination}")),
            |core, _| {
                let source: Reference = source.parse()?;
                let destination: Reference = destination.parse()?;
                let mut options =
                    read::<options::CopyOptions>(&options)?.into_core(call.progress())?;
                options.destination_client =
                    destination_client.map(|client| client.shared()).transpose()?;
                Ok(async move { Ok(json(&core.copy(&source, &destination, options).await?)) })
            },
        )
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn backup<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        references: Vec<String>,
        output: String,
        options: String,
    ) -> Started<'env> {
        self.start(
            env,
            call,
            ErrorContext::new("backup", format!("{} to {output}", references.join(" "))),
            |core, _| {
                let references: Vec<Reference> =
                    references.iter().map(|text| text.parse()).collect::<Result<_>>()?;
                let output = PathBuf::from(output);
                let options =
                    read::<options::BackupOptions>(&options)?.into_core(call.progress())?;
                Ok(async move { Ok(json(&core.backup(&references, &output, options).await?)) })
            },
        )
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn restore<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        inputs: Vec<String>,
        destination: String,
        options: String,
    ) -> Started<'env> {
        self.start(
            env,
            call,
            ErrorContext::new("restore", format!("{} to {destination}", inputs.join(" "))),
            |core, _| {
                let inputs: Vec<PathBuf> = inputs.into_iter().map(PathBuf::from).collect();
                let options =
                    read::<options::RestoreOptions>(&options)?.into_core(call.progress())?;
                Ok(async move { Ok(json(&core.restore(&inputs, &destination, options).await?)) })
            },
        )
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn migrate<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("migrate", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::MigrateOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.migrate(&target, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
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
            let options = read::<options::VerifyOptions>(&options)?.into_core(call.progress())?;
            Ok(async move { Ok(json(&core.verify(&target, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn check<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        requirements: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("check", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::CheckOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.check(&target, &requirements, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn prune<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        references: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("prune", references.join(" ")), |core, _| {
            let references: Vec<Reference> =
                references.iter().map(|text| text.parse()).collect::<Result<_>>()?;
            let options = read::<options::PruneOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.prune(&references, options).await?)) })
        })
    }

    /// Opens the rows of the operation. Sends no request.
    #[napi(catch_unwind)]
    pub fn sync(
        &self,
        sources: Vec<String>,
        destination: String,
        options: String,
        destination_client: Option<ClassInstance<'_, Client>>,
    ) -> JsResult<Rows> {
        self.rows(
            ErrorContext::new("sync", format!("{} to {destination}", sources.join(" "))),
            |core| {
                let mut options = read::<options::SyncOptions>(&options)?.into_core()?;
                options.destination_client =
                    destination_client.map(|client| client.shared()).transpose()?;
                core.sync(&sources, &destination, options)
            },
        )
    }

    /// Opens the rows of the operation. Sends no request.
    #[napi(catch_unwind)]
    pub fn sweep(&self, targets: Vec<String>, options: String) -> JsResult<Rows> {
        self.rows(ErrorContext::new("sweep", targets.join(" ")), |core| {
            let options = read::<options::SweepOptions>(&options)?.into_core()?;
            core.sweep(&targets, options)
        })
    }
}
