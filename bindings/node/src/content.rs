//! Content on its way: blobs that are read piece by piece, and pieces that become a blob. JavaScript's
//! memory is read only on its own thread, and copied there: it may be changed, moved or freed the
//! moment after.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, StreamExt};
use napi::{
    Env,
    bindgen_prelude::{BufferSlice, ClassInstance, Object},
};
use napi_derive::napi;
use ocigraph::{
    BufferedContent as Core, ByteStream, Content, Descriptor, File, Result,
    media_type::OCTET_STREAM,
};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::{
    call::Engine,
    options::FileOptions,
    outcome::{Doing, broken, invalid, json},
    progress::Events,
};

/// How much is handed to JavaScript at a time, where that much is there already.
const PIECE: usize = 256 * 1024;

/// A blob that is being fetched.
#[napi]
pub struct Reader {
    engine: Arc<Engine>,
    token: CancellationToken,
    doing: Doing,
    blob: Descriptor,
    stream: Arc<tokio::sync::Mutex<Option<ByteStream>>>,
    events: Option<Arc<Events>>,
}

impl Reader {
    pub(crate) fn new(
        engine: Arc<Engine>,
        doing: Doing,
        (blob, stream): (Descriptor, ByteStream),
        events: Option<Arc<Events>>,
    ) -> Self {
        let token = CancellationToken::new();
        let stream = Arc::new(tokio::sync::Mutex::new(Some(stream)));
        let (ended, closed, read) = (token.clone(), engine.closed.clone(), Arc::clone(&stream));
        // Its connection goes where it lives, when whoever reads has let go.
        engine.spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = closed.cancelled() => {}
            }
            *read.lock().await = None;
        });
        Self { engine, token, doing, blob, stream, events }
    }
}

#[napi]
impl Reader {
    /// The blob's descriptor.
    #[napi(getter, catch_unwind)]
    pub fn descriptor(&self) -> String {
        json(&self.blob)
    }

    /// A promise of the next bytes; of null at the end, when all was as the digest says.
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
        // As JavaScript's own memory: what lies outside its heap goes only long after it was used.
        self.engine.promise_of(env, self.token.clone(), self.doing.clone(), work, |env, piece| {
            piece.map(|bytes| BufferSlice::copy_from(&env, bytes)?.into_buffer(&env)).transpose()
        })
    }

    /// What has happened since the last time, as a JSON list.
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
        // What is on its way still is left for the next time, and so is the end.
        match stream.next().now_or_never() {
            Some(Some(more)) => piece.extend_from_slice(&more?),
            Some(None) | None => break,
        }
    }
    Ok(Some(piece))
}

/// Takes in content, piece by piece.
#[napi]
pub struct BufferedContent {
    engine: Arc<Engine>,
    token: CancellationToken,
    doing: Doing,
    spool: Arc<Mutex<Option<Core>>>,
}

impl BufferedContent {
    pub(crate) fn new(engine: Arc<Engine>, token: CancellationToken, doing: Doing) -> Self {
        Self { engine, token, doing, spool: Arc::new(Mutex::new(Some(Core::new()))) }
    }

    fn finish(&self) -> Result<Core> {
        let spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner).take();
        spool.ok_or_else(|| invalid("the content of a file is missing"))
    }
}

#[napi]
impl BufferedContent {
    /// Takes in the next bytes, which are copied before this returns.
    #[napi(catch_unwind)]
    pub fn write<'env>(&self, env: &'env Env, bytes: &[u8]) -> napi::Result<Object<'env>> {
        let spool = Arc::clone(&self.spool);
        let bytes = bytes.to_vec();
        self.engine.promise(env, self.token.clone(), self.doing.clone(), async move {
            let write = move || match &mut *spool.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(spool) => spool.write(&bytes),
                None => Err(invalid("the content was pushed already")),
            };
            spawn_blocking(write).await.unwrap_or_else(|_| Err(broken()))
        })
    }

    /// Removes what was taken in, unless it was pushed.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        if self.spool.try_lock().is_ok_and(|spool| spool.is_none()) {
            return;
        }
        let spool = Arc::clone(&self.spool);
        // A write may be under way, or a large file to remove, and JavaScript's thread waits for nobody.
        self.engine.spawn(async move {
            let remove = move || drop(spool.lock().unwrap_or_else(PoisonError::into_inner).take());
            // A runtime that ends removes it too.
            let _ = spawn_blocking(remove).await;
        });
    }
}

/// A file of a push; `spools` have what the options name by its number.
pub(crate) fn file(
    options: FileOptions,
    spools: &[ClassInstance<'_, BufferedContent>],
) -> Result<File> {
    let FileOptions { path, content, title, media_type, annotations } = options;
    let content = self::content(path, content, title.as_deref(), spools)?;
    Ok(File { content, media_type, title, annotations })
}

/// Content from a path, or from the spool of this number.
pub(crate) fn content(
    path: Option<PathBuf>,
    number: Option<usize>,
    title: Option<&str>,
    spools: &[ClassInstance<'_, BufferedContent>],
) -> Result<Content> {
    match (path, number) {
        (Some(path), None) => Ok(Content::Path(path)),
        (None, Some(number)) => {
            let spool = spools.get(number);
            let spool =
                spool.ok_or_else(|| invalid("the content of a file is missing"))?.finish()?;
            match title {
                Some(title) => Ok(spool.into_file(title)?.content),
                None => {
                    let (blob, source) = spool.finish(OCTET_STREAM)?;
                    Ok(Content::Source(Box::new(blob), source))
                }
            }
        }
        _ => Err(invalid("a file has either a path or content")),
    }
}
