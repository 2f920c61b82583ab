// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Operations on tags, and the lists of a repository.

use napi::Env;
use napi_derive::napi;
use ocigraph::Reference;
use serde_json::json;

use crate::{
    call::Call,
    client::{Client, Started},
    error::{ErrorContext, json},
    options::{self, read},
};

#[napi]
impl Client {
    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn tag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        tags: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("tag", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(&core.tag(&target, &tags).await?)) })
        })
    }

    /// Starts the operation. Resolves to nothing.
    #[napi(catch_unwind)]
    pub fn untag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("untag", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::UntagOptions>(&options)?.into_core()?;
            Ok(async move { core.untag(&target, options).await })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn tags<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("tags", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json!(core.tags(&target).await?).to_string()) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn tag_details<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("tag details", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(core.tag_details(&target).await?.as_slice())) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn manifests<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("manifests", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(core.manifests(&target).await?.as_slice())) })
        })
    }
}
