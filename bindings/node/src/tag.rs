//! Operations on tags, listings and stored credentials.

use napi::Env;
use napi_derive::napi;
use ocigraph::{Reference, ResolveOptions};
use serde_json::json;

use crate::{
    call::Call,
    client::{Client, Started},
    credential,
    error::{ErrorContext, json},
    options::{self, read},
};

#[napi]
impl Client {
    /// Resolves a reference to a descriptor, as JSON.
    #[napi(catch_unwind)]
    pub fn resolve<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("resolve", &target), |core, _| {
            let target: Reference = target.parse()?;
            let platform = read::<options::PlatformOnly>(&options)?.platform()?;
            Ok(async move {
                Ok(json(&core.resolve(&target, ResolveOptions::for_platform(platform)).await?))
            })
        })
    }

    /// Adds tags to a manifest. Resolves to its descriptor as JSON.
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

    /// Removes the tags of the reference.
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
            read::<options::NoOptions>(&options)?;
            Ok(async move { core.untag(&target).await })
        })
    }

    /// Lists all tags. Resolves to a JSON list.
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

    /// Lists all tags with their details. Resolves to a JSON list.
    #[napi(catch_unwind)]
    pub fn tag_details<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("tags", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(core.tag_details(&target).await?.as_slice())) })
        })
    }

    /// Lists the repositories of a registry. Resolves to a JSON list.
    #[napi(catch_unwind)]
    pub fn repositories<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("repositories", &host), |core, _| {
            let host = host.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json!(core.repositories(&host).await?).to_string()) })
        })
    }

    /// Checks a credential with the registry and stores it. Resolves to a JSON result.
    #[napi(catch_unwind)]
    pub fn login<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        credential: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("login", &host), |core, _| {
            let host = host.parse()?;
            let credential = credential::parse(&credential)?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(&core.login(&host, credential).await?)) })
        })
    }

    /// Removes the stored credentials of a registry. Resolves to a JSON result.
    #[napi(catch_unwind)]
    pub fn logout<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("logout", &host), |core, _| {
            let host = host.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(&core.logout(&host).await?)) })
        })
    }
}
