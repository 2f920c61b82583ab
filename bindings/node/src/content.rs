//! Content on its way: blobs that are read piece by piece, and pieces that become a blob.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, StreamExt};
use napi::{
    Either, Env,
    bindgen_prelude::{Buffer, BufferSlice, ClassInstance, Object},
};
use napi_derive::napi;
use ocigraph::{
    ByteStream, Bytes, Content, Descriptor, File, Result, Source, Spool as Core, digest_file,
    media_type::OCTET_STREAM,
};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::{
    call::Engine,
    options::FileOptions,
    outcome::{broken, invalid, json},
};

/// How much is handed to JavaScript at a time, where that much is there already.
const PIECE: usize = 256 * 1024;

/// A blob that is being fetched.
#[napi]
pub struct Reader {
    engine: Arc<Engine>,
    token: CancellationToken,
    blob: Descriptor,
    stream: Arc<tokio::sync::Mutex<Option<ByteStream>>>,
}

impl Reader {
    pub(crate) fn new(
        engine: Arc<Engine>,
        token: CancellationToken,
        blob: Descriptor,
        stream: ByteStream,
    ) -> Self {
        Self { engine, token, blob, stream: Arc::new(Some(stream).into()) }
    }
}

#[napi]
impl Reader {
    /// The blob's descriptor.
    #[napi(getter)]
    pub fn descriptor(&self) -> String {
        json(&self.blob)
    }

    /// A promise of the next bytes; of null at the end, when all was as the digest says.
    #[napi]
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
        self.engine.promise_of(env, self.token.clone(), work, |env, piece| {
            piece.map(|bytes| BufferSlice::copy_from(&env, bytes)?.into_buffer(&env)).transpose()
        })
    }

    /// Ends the transfer.
    #[napi]
    pub fn close(&self) {
        self.token.cancel();
        let stream = Arc::clone(&self.stream);
        // Where its connection lives, and when whoever reads it has let go.
        self.engine.spawn(async move { *stream.lock().await = None });
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

/// Takes in content that can be read only once.
#[napi]
pub struct Spool {
    pub(crate) engine: Arc<Engine>,
    token: CancellationToken,
    spool: Arc<Mutex<Option<Core>>>,
}

impl Spool {
    pub(crate) fn new(engine: Arc<Engine>, token: CancellationToken) -> Self {
        Self { engine, token, spool: Arc::new(Mutex::new(Some(Core::new()))) }
    }

    fn finish(&self) -> Result<Core> {
        let spool = self.spool.lock().unwrap_or_else(PoisonError::into_inner).take();
        spool.ok_or_else(|| invalid("content that is read once can be pushed once"))
    }
}

#[napi]
impl Spool {
    /// Takes in the next bytes, which must not change until the promise is settled.
    #[napi]
    pub fn write<'env>(&self, env: &'env Env, bytes: Buffer) -> napi::Result<Object<'env>> {
        let spool = Arc::clone(&self.spool);
        self.engine.promise(env, self.token.clone(), async move {
            let write = move || match &mut *spool.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(spool) => spool.write(&bytes),
                None => Err(invalid("the content was pushed already")),
            };
            spawn_blocking(write).await.unwrap_or_else(|_| Err(broken()))
        })
    }
}

/// What JavaScript hands over as content: bytes, or a stream that was taken in.
pub(crate) type Given<'env> = Either<ClassInstance<'env, Spool>, Buffer>;

/// A file of a push. `contents` holds what the options name by its place in the list.
pub(crate) fn file(options: FileOptions, contents: &mut [Option<Given<'_>>]) -> Result<File> {
    let FileOptions { path, content, title, media_type, annotations } = options;
    let content = match (path, content) {
        (Some(path), None) => Content::Path(path),
        (None, Some(place)) => match take(contents, place)? {
            Either::A(spool) => match &title {
                Some(title) => spool.finish()?.into_file(title)?.content,
                None => {
                    let (blob, source) = spool.finish()?.finish(OCTET_STREAM)?;
                    Content::Source(Box::new(blob), source)
                }
            },
            Either::B(bytes) => Content::Bytes(Bytes::from_owner(bytes)),
        },
        _ => return Err(invalid("a file has either a path or content")),
    };
    Ok(File { content, media_type, title, annotations })
}

fn take<'a>(contents: &mut [Option<Given<'a>>], place: usize) -> Result<Given<'a>> {
    let content = contents.get_mut(place).and_then(Option::take);
    content.ok_or_else(|| invalid("the content of a file is missing"))
}

/// What a blob is made of, before it is known which blob that is.
pub(crate) enum Raw {
    Path(PathBuf),
    Bytes(Bytes),
    Spooled(Box<Core>),
}

impl Raw {
    pub(crate) fn new(given: Either<String, Given<'_>>) -> Result<Self> {
        Ok(match given {
            Either::A(path) => Raw::Path(path.into()),
            Either::B(Either::A(spool)) => Raw::Spooled(Box::new(spool.finish()?)),
            Either::B(Either::B(bytes)) => Raw::Bytes(Bytes::from_owner(bytes)),
        })
    }

    /// The blob and its source. Reads all the content.
    pub(crate) async fn blob(self) -> Result<(Descriptor, Arc<dyn Source>)> {
        let read = move || -> Result<(Descriptor, Arc<dyn Source>)> {
            Ok(match self {
                Raw::Path(path) => {
                    let (digest, size) = digest_file(&path, Default::default())?;
                    let blob = Descriptor::new(OCTET_STREAM, digest, size);
                    (blob, Arc::new(ocigraph::FileSource::new(path)))
                }
                Raw::Bytes(bytes) => (Descriptor::of(OCTET_STREAM, &bytes), Arc::new(bytes)),
                Raw::Spooled(spool) => spool.finish(OCTET_STREAM)?,
            })
        };
        spawn_blocking(read).await.unwrap_or_else(|_| Err(broken()))
    }
}
