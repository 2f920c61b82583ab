// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Operations on single blobs that transfer no content.

use napi::Env;
use napi_derive::napi;
use ocigraph::Reference;

use crate::{
    call::Call,
    client::{Client, Started},
    error::ErrorContext,
    options::{self, read},
};

#[napi]
impl Client {
    /// Starts the operation. Resolves to nothing.
    #[napi(catch_unwind)]
    pub fn delete_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        self.start(env, call, ErrorContext::new("delete blob", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options = read::<options::BlobDeleteOptions>(&options)?.into_core()?;
            Ok(async move { core.delete_blob(&target, options).await })
        })
    }
}
