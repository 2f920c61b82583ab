// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Operations on single manifests.

use napi::{Env, bindgen_prelude::Buffer};
use napi_derive::napi;
use ocigraph::{Bytes, Manifest, Reference, ResolveOptions};

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
    pub fn resolve<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("resolve", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::ManifestOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.resolve(&target, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the descriptor as JSON, and the bytes.
    #[napi(catch_unwind)]
    pub fn fetch_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("fetch manifest", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::ManifestOptions>(&options)?.into_core()?;
            Ok(async move {
                let manifest = core.fetch_manifest(&target, options).await?;
                let bytes = Buffer::from(manifest.bytes().to_vec());
                Ok((json(&manifest.descriptor()), bytes))
            })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn push_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        manifest: &[u8],
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("push manifest", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::PushManifestOptions>(&options)?;
            let (bytes, algorithm) = (Bytes::copy_from_slice(manifest), target.algorithm()?);
            let manifest = Manifest::parse(bytes, options.media_type.as_deref(), algorithm)?;
            Ok(async move {
                core.push_manifest(&target, &manifest).await?;
                Ok(json(&manifest.descriptor()))
            })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn delete_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("delete manifest", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            Ok(async move {
                let manifest = core.fetch_manifest(&target, ResolveOptions::default()).await?;
                core.delete_manifest(&target, &manifest).await?;
                Ok(json(&manifest.descriptor()))
            })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn index_create<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        manifests: Vec<String>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("index create", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::IndexCreateOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.index_create(&target, &manifests, options).await?)) })
        })
    }

    /// Starts the operation. Resolves to the result as JSON.
    #[napi(catch_unwind)]
    pub fn index_update<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("index update", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::IndexUpdateOptions>(&options)?.into_core()?;
            Ok(async move { Ok(json(&core.index_update(&target, options).await?)) })
        })
    }
}
