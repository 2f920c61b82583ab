// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Operations on whole registries, and on stored credentials.

use napi::Env;
use napi_derive::napi;
use ocigraph::{Host, LoginTarget};
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
    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn repositories<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("repositories", &host), |core, _| {
            let host: Host = host.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json!(core.repositories(&host).await?).to_string()) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
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
            let host: LoginTarget = host.parse()?;
            let credential = credential::parse(&credential)?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(&core.login(&host, credential).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn logout<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        host: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("logout", &host), |core, _| {
            let host: LoginTarget = host.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move { Ok(json(&core.logout(&host).await?)) })
        })
    }
}
