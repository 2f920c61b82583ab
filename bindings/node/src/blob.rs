//! Operations on blobs. A fetched blob is read in pieces, so that it is never completely in memory.

use std::sync::Arc;

use futures::{FutureExt, StreamExt};
use napi::{
    Env,
    bindgen_prelude::{BufferSlice, ClassInstance, Object},
};
use napi_derive::napi;
use ocigraph::{
    ByteStream, Descriptor, KeyCase, Reference, Result, ToJson, TransferOptions,
    media_type::OCTET_STREAM, operation,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::{
    call::{Call, Engine},
    client::{Client, Started},
    content::BufferedContent,
    error::{ErrorContext, JsResult, js_result, json},
    options::{self, read},
    progress::Events,
};

#[napi]
impl Client {
    /// Fetches the blob that a reference names by digest. Resolves to its reader.
    #[napi(catch_unwind)]
    pub fn fetch_blob<'env>(
        &self,
        env: &'env Env,
        call: &Call,
        target: String,
        options: String,
    ) -> Started<'env> {
        let context = ErrorContext::new("fetch blob", &target);
        self.start(env, call, context.clone(), |core, engine| {
            let target: Reference = target.parse()?;
            read::<options::NoOptions>(&options)?;
            let (progress, events) = (call.progress(), call.current());
            Ok(async move {
                let blob =
                    core.fetch_blob(&target, TransferOptions::default().progress(progress)).await?;
                Ok(Reader::new(engine, context, blob, events))
            })
        })
    }

    /// Checks the arguments of a blob push before its content is buffered. Returns the error, if any.
    #[napi(catch_unwind)]
    pub fn check_push_blob(&self, target: String, blob: String, options: String) -> JsResult<()> {
        let check = || -> Result<()> {
            target.parse::<Reference>()?;
            read::<options::Blob>(&blob)?;
            read::<options::PushBlobOptions>(&options).map(drop)
        };
        js_result(check().map_err(|error| ErrorContext::new("push blob", &target).apply(error)))
    }

    /// Pushes a blob from a path or from buffered content. Resolves to a JSON result.
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
        self.start(env, call, ErrorContext::new("push blob", &target), |core, _| {
            let target: Reference = target.parse()?;
            let options::Blob { path, content } = read(&blob)?;
            let options::PushBlobOptions { media_type } = read(&options)?;
            let content = crate::content::content(path, content, None, &contents)?;
            let progress = call.progress();
            Ok(async move {
                let (mut blob, source) = content.into_blob(OCTET_STREAM).await?;
                if let Some(media_type) = media_type {
                    blob.media_type = media_type;
                }
                let blob = operation::blob_for(&target, blob, &*source).await?;
                let outcome = core
                    .push_blob(
                        &target,
                        &blob,
                        source,
                        TransferOptions::default().progress(progress.clone()),
                    )
                    .await?;
                let descriptor = blob.to_json(KeyCase::Camel);
                Ok(json!({ "descriptor": descriptor, "outcome": outcome.name() }).to_string())
            })
        })
    }
}

/// Preferred size of a piece in bytes. A piece is smaller if no more bytes have arrived.
const PIECE: usize = 256 * 1024;

/// A blob that is being fetched.
#[napi]
pub struct Reader {
    engine: Arc<Engine>,
    token: CancellationToken,
    context: ErrorContext,
    blob: Descriptor,
    stream: Arc<tokio::sync::Mutex<Option<ByteStream>>>,
    events: Option<Arc<Events>>,
}

impl Reader {
    pub(crate) fn new(
        engine: Arc<Engine>,
        context: ErrorContext,
        (blob, stream): (Descriptor, ByteStream),
        events: Option<Arc<Events>>,
    ) -> Self {
        let token = CancellationToken::new();
        let stream = Arc::new(tokio::sync::Mutex::new(Some(stream)));
        let (ended, closed, read) = (token.clone(), engine.closed.clone(), Arc::clone(&stream));
        // Drop the connection on its runtime, even if JavaScript dropped the reader.
        engine.spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = closed.cancelled() => {}
            }
            *read.lock().await = None;
        });
        Self { engine, token, context, blob, stream, events }
    }
}

#[napi]
impl Reader {
    /// The blob's descriptor as JSON.
    #[napi(getter, catch_unwind)]
    pub fn descriptor(&self) -> String {
        json(&self.blob)
    }

    /// Resolves to the next bytes, or to null at the end, after the digest was checked.
    #[napi(catch_unwind)]
    pub fn next<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let stream = Arc::clone(&self.stream);
        let work = async move {
            let mut stream = stream.lock().await;
            let piece = next_piece(&mut stream).await;
            if !matches!(piece, Ok(Some(_))) {
                *stream = None;
            }
            piece
        };
        // Copied into the JavaScript heap: external buffers are freed long after their last use.
        self.engine.promise_of(env, self.token.clone(), self.context.clone(), work, |env, piece| {
            piece.map(|bytes| BufferSlice::copy_from(&env, bytes)?.into_buffer(&env)).transpose()
        })
    }

    /// Takes the events since the last call, as a JSON list.
    #[napi(catch_unwind)]
    pub fn events(&self) -> String {
        self.events.as_ref().map_or_else(|| "[]".to_owned(), |events| events.take())
    }

    /// Ends the transfer.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.token.cancel();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.close();
    }
}

async fn next_piece(stream: &mut Option<ByteStream>) -> Result<Option<Vec<u8>>> {
    let Some(stream) = stream else { return Ok(None) };
    let Some(first) = stream.next().await else { return Ok(None) };
    let mut piece: Vec<u8> = first?.into();
    while piece.len() < PIECE {
        // Bytes that have not arrived yet, and the end, are left to the next call.
        match stream.next().now_or_never() {
            Some(Some(more)) => piece.extend_from_slice(&more?),
            Some(None) | None => break,
        }
    }
    Ok(Some(piece))
}
