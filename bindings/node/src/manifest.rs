//! Operations on single manifests, and the listing of a repository's manifests.

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
    /// Fetches a manifest. Resolves to its descriptor as JSON, and its bytes.
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
            let platform = read::<options::PlatformOnly>(&options)?.platform()?;
            Ok(async move {
                let manifest =
                    core.fetch_manifest(&target, ResolveOptions::for_platform(platform)).await?;
                let bytes = Buffer::from(manifest.bytes().to_vec());
                Ok((json(&manifest.descriptor()), bytes))
            })
        })
    }

    /// Pushes a manifest unchanged. Resolves to its descriptor as JSON.
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
            let options = read::<options::PushManifest>(&options)?;
            let (bytes, algorithm) = (Bytes::copy_from_slice(manifest), target.algorithm()?);
            let manifest = Manifest::parse(bytes, options.media_type.as_deref(), algorithm)?;
            Ok(async move {
                core.push_manifest(&target, &manifest).await?;
                Ok(json(&manifest.descriptor()))
            })
        })
    }

    /// Deletes one manifest, without its referrers. Resolves to its descriptor as JSON.
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

    /// Lists tagged and untagged manifests. Resolves to a JSON list.
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
