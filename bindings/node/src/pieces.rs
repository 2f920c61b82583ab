//! Operations on the pieces that artifacts are made of: manifests as they are stored, and blobs.

use napi::{
    Env,
    bindgen_prelude::{Buffer, ClassInstance},
};
use napi_derive::napi;
use ocigraph::{Bytes, Manifest, Names, Reference, Result, ToJson, media_type::OCTET_STREAM};
use serde_json::json;

use crate::{
    call::Call,
    client::{Client, Started},
    content::{BufferedContent, Reader},
    options,
    outcome::{Doing, Outcome, json, outcome},
    reading::read,
};

#[napi]
impl Client {
    /// A manifest: its descriptor, then its bytes.
    #[napi(catch_unwind)]
    pub fn fetch_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("fetch manifest", &target), |core, _| {
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
    #[napi(catch_unwind)]
    pub fn push_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        manifest: &[u8],
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("push manifest", &target), |core, _| {
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

    /// Deletes one manifest and nothing else.
    #[napi(catch_unwind)]
    pub fn delete_manifest<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("delete manifest", &target), |core, _| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            Ok(async move {
                let manifest = core.fetch_manifest(&target, None).await?;
                core.delete_manifest(&target, &manifest).await?;
                Ok(json(&manifest.descriptor()))
            })
        })
    }

    /// A reader of the blob that a reference names by digest.
    #[napi(catch_unwind)]
    pub fn fetch_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        let doing = Doing::new("fetch blob", &target);
        self.start(env, call, doing.clone(), |core, engine| {
            let target: Reference = target.parse()?;
            read::<options::Nothing>(&options)?;
            let (progress, events) = (call.progress(), call.current());
            Ok(async move {
                let blob = core.fetch_blob(&target, &progress).await?;
                Ok(Reader::new(engine, doing, blob, events))
            })
        })
    }

    /// Why a blob cannot be stored so; nothing when it can. Its content is taken in after.
    #[napi(catch_unwind)]
    pub fn check_push_blob(&self, target: String, blob: String, options: String) -> Outcome<()> {
        let check = || -> Result<()> {
            target.parse::<Reference>()?;
            read::<options::Blob>(&blob)?;
            read::<options::Nothing>(&options).map(drop)
        };
        outcome(check().map_err(|error| Doing::new("push blob", &target).told(error)))
    }

    /// Stores a blob, from a path or from content that was taken in.
    #[napi(catch_unwind)]
    pub fn push_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        blob: String,
        contents: Vec<ClassInstance<'env, BufferedContent>>,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, Doing::new("push blob", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options::Blob { path, content } = read(&blob)?;
            read::<options::Nothing>(&options)?;
            let content = crate::content::content(path, content, None, &contents)?;
            let progress = call.progress();
            Ok(async move {
                let (blob, source) = content.into_blob(OCTET_STREAM).await?;
                let outcome = core.push_blob(&target, &blob, source, &progress).await?;
                let descriptor = blob.to_json(Names::Camel);
                Ok(json!({ "descriptor": descriptor, "outcome": outcome.name() }).to_string())
            })
        })
    }
}
