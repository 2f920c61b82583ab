//! Content that is buffered before a push. JavaScript memory is read, and copied, only on the
//! JavaScript thread, because JavaScript may change, move or free it afterwards.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{
    Env,
    bindgen_prelude::{ClassInstance, Object},
};
use napi_derive::napi;
use ocigraph::{BufferedContent as Core, Content, File, Result, media_type::OCTET_STREAM};
use ocigraph_runtime::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::{
    call::Engine,
    error::{ErrorContext, invalid},
    options::FileOptions,
};

/// Content that JavaScript writes in pieces before it is pushed.
#[napi]
pub struct BufferedContent {
    engine: Arc<Engine>,
    token: CancellationToken,
    context: ErrorContext,
    buffer: Arc<Mutex<Option<Core>>>,
}

impl BufferedContent {
    pub(crate) fn new(
        engine: Arc<Engine>,
        token: CancellationToken,
        context: ErrorContext,
    ) -> Self {
        Self { engine, token, context, buffer: Arc::new(Mutex::new(Some(Core::new()))) }
    }

    fn finish(&self) -> Result<Core> {
        let buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner).take();
        buffer.ok_or_else(|| invalid("the content of a file is missing"))
    }
}

#[napi]
impl BufferedContent {
    /// Appends bytes. Copies them before it returns.
    #[napi(catch_unwind)]
    pub fn write<'env>(&self, env: &'env Env, bytes: &[u8]) -> napi::Result<Object<'env>> {
        let buffer = Arc::clone(&self.buffer);
        let bytes = bytes.to_vec();
        self.engine.promise(env, self.token.clone(), self.context.clone(), async move {
            let write = move || match &mut *buffer.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(buffer) => buffer.write(&bytes),
                None => Err(invalid("the content was already pushed")),
            };
            spawn_blocking(write).await
        })
    }

    /// Deletes the content, unless it was pushed.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        if self.buffer.try_lock().is_ok_and(|buffer| buffer.is_none()) {
            return;
        }
        let buffer = Arc::clone(&self.buffer);
        // Not on the JavaScript thread: a write may hold the lock, and deleting a large file takes time.
        self.engine.spawn(async move {
            let remove = move || {
                drop(buffer.lock().unwrap_or_else(PoisonError::into_inner).take());
                Ok(())
            };
            // If the runtime shuts down first, the shutdown drops the content.
            let _ = spawn_blocking(remove).await;
        });
    }
}

/// Converts the options of one file of a push. A content number is an index into `buffers`.
pub(crate) fn file(
    options: FileOptions,
    buffers: &[ClassInstance<'_, BufferedContent>],
) -> Result<File> {
    let FileOptions { path, content, title, media_type, annotations } = options;
    let content = self::content(path, content, title.as_deref(), buffers)?;
    Ok(File { content, media_type, title, annotations })
}

/// Returns content from a path, or the buffered content with this number.
pub(crate) fn content(
    path: Option<PathBuf>,
    number: Option<usize>,
    title: Option<&str>,
    buffers: &[ClassInstance<'_, BufferedContent>],
) -> Result<Content> {
    match (path, number) {
        (Some(path), None) => Ok(Content::Path(path)),
        (None, Some(number)) => {
            let buffer = buffers.get(number);
            let buffer =
                buffer.ok_or_else(|| invalid("the content of a file is missing"))?.finish()?;
            match title {
                Some(title) => Ok(buffer.into_file(title)?.content),
                None => {
                    let (blob, source) = buffer.finish(OCTET_STREAM)?;
                    Ok(Content::Source(Box::new(blob), source))
                }
            }
        }
        _ => Err(invalid("a file must have either a path or content")),
    }
}
