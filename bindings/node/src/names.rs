//! Operations on names and listings: tags, manifests, repositories, and who may see them.

use napi::Env;
use napi_derive::napi;
use ocigraph::Reference;
use serde_json::json;

use crate::{
    call::Call,
    client::{Client, Started},
    credentials, options,
    outcome::{Doing, json},
    reading::read,
};

#[napi]
impl Client {
    /// The descriptor of what a reference names.
    #[napi(catch_unwind)]
    pub fn resolve<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("resolve", &target), |core, _| {
            let target: Reference = target.parse()?;
            let platform = read::<options::One>(&options)?.platform()?;
            Ok(async move { Ok(json(&core.resolve(&target, platform.as_ref()).await?)) })
        })
    }

    /// Points further tags at what a reference names.
    #[napi(catch_unwind)]
    pub fn tag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        tags: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("tag", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.tag(&target, &tags).await?)) })
        })
    }

    /// Removes tags.
    #[napi(catch_unwind)]
    pub fn untag<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("untag", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { core.untag(&target).await })
        })
    }

    /// All tags.
    #[napi(catch_unwind)]
    pub fn tags<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("tags", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json!(core.tags(&target).await?).to_string()) })
        })
    }

    /// All tags, with what is known of each.
    #[napi(catch_unwind)]
    pub fn tag_details<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("tags", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(core.tag_details(&target).await?.as_slice())) })
        })
    }

    /// The manifests, tagged and untagged.
    #[napi(catch_unwind)]
    pub fn manifests<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("manifests", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(core.manifests(&target).await?.as_slice())) })
        })
    }

    /// The repositories of a registry.
    #[napi(catch_unwind)]
    pub fn repositories<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("repositories", &host), |core, _| {
            let host = host.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json!(core.repositories(&host).await?).to_string()) })
        })
    }

    /// Checks a credential, and stores it.
    #[napi(catch_unwind)]
    pub fn login<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        credential: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("login", &host), |core, _| {
            let host = host.parse()?;
            let credential = credentials::parsed(&credential)?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.login(&host, credential).await?)) })
        })
    }

    /// Removes what is stored for a registry.
    #[napi(catch_unwind)]
    pub fn logout<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("logout", &host), |core, _| {
            let host = host.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move { Ok(json(&core.logout(&host).await?)) })
        })
    }
}
