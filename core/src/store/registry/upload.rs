//! Uploads: a blob into a repository, in as few requests as the registry allows, and from where it
//! broke.
//!
//! How few is learned from the first small blob: some registries store a `POST` with the content at
//! once, on others a mount from the repository itself tells whether the blob is there and opens the
//! session in one (both tried on eight registries). Every way falls back to HEAD, POST and PUT.

use std::sync::Arc;

use http::{Method, StatusCode, header};

use super::{
    Registry,
    answer::Response,
    call::{Body, Request},
    learned::SmallUploads,
    retry::Backoff,
    upload_body::Watched,
    upload_session::{Session, received},
};
use crate::content::{progress::Outcome, source::Source};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// GHCR takes no more in one PATCH.
const CHUNK: u64 = 4 * 1024 * 1024;

/// Up to here it is cheaper to send a blob in vain than to ask first.
const SMALL: u64 = 64 * 1024;

/// What one request made of a blob.
enum UploadStart {
    Stored(Outcome),
    Session(Session),
    /// The registry does not do that.
    Refused,
}

impl Registry {
    /// Uploads a blob unless it is there; a broken upload goes on where its session stands, or
    /// begins again, with the same source.
    pub(super) async fn upload(
        &self,
        blob: &Descriptor,
        source: Arc<dyn Source>,
    ) -> Result<Outcome> {
        let session = match self.begin(blob, &source).await? {
            UploadStart::Stored(outcome) => return Ok(outcome),
            UploadStart::Session(session) => Some(session),
            UploadStart::Refused => None,
        };
        self.send(blob, &source, session).await?;
        // docker-registry 2.8.2 stores a sha512 push under sha256.
        if blob.digest.algorithm_name() != "sha256" && !self.blob_exists(&blob.digest).await? {
            return Err(Error::new(
                Code::Unsupported,
                format!(
                    "the registry took the blob {} and does not keep it under that digest",
                    blob.digest
                ),
            )
            .with_hint("use sha256"));
        }
        Ok(Outcome::Uploaded)
    }

    /// Finds out whether there is anything to send, and does so in one request where it can.
    async fn begin(&self, blob: &Descriptor, source: &Arc<dyn Source>) -> Result<UploadStart> {
        let elsewhere = source.repository().filter(|from| from.host == *self.connection.host());
        if let Some(from) = elsewhere {
            if self.blob_exists(&blob.digest).await? {
                return Ok(UploadStart::Stored(Outcome::AlreadyExists));
            }
            return self.mount(&blob.digest, &from.name, Outcome::Mounted).await;
        }
        if blob.size > SMALL || blob.digest.algorithm_name() != "sha256" {
            return self.look_for(blob).await;
        }
        // The first one asks: who pushes again what is there need not send it to learn that.
        let fresh = self.fresh.get_or_try_init(|| async {
            self.blob_exists(&blob.digest).await.map(|there| (!there).then(|| blob.digest.clone()))
        });
        match fresh.await? {
            Some(first) => self.begin_small(blob, source, *first == blob.digest).await,
            None => self.look_for(blob).await,
        }
    }

    async fn look_for(&self, blob: &Descriptor) -> Result<UploadStart> {
        Ok(match self.blob_exists(&blob.digest).await? {
            true => UploadStart::Stored(Outcome::AlreadyExists),
            false => UploadStart::Refused,
        })
    }

    async fn begin_small(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        asked: bool,
    ) -> Result<UploadStart> {
        let learned = &self.connection.learned.small_uploads;
        match learned.way() {
            SmallUploads::SinglePost => {
                let first = self.single_post(blob, source).await?;
                if !matches!(first, UploadStart::Stored(_)) {
                    learned.not(SmallUploads::SinglePost);
                }
                Ok(first)
            }
            SmallUploads::MountSelf => {
                let first =
                    self.mount(&blob.digest, &self.repository, Outcome::AlreadyExists).await?;
                if matches!(first, UploadStart::Refused) {
                    learned.not(SmallUploads::MountSelf);
                }
                Ok(first)
            }
            SmallUploads::Plain if asked => Ok(UploadStart::Refused),
            SmallUploads::Plain => self.look_for(blob).await,
        }
    }

    async fn single_post(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
    ) -> Result<UploadStart> {
        let mut url = self.url("blobs/uploads/")?;
        url.set_query(Some(&format!("digest={}", blob.digest)));
        let call = Request::new(Method::POST, url)
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .body(Body::Source { source: Arc::clone(source), offset: 0, length: blob.size });
        self.first_of(self.connection.send(call).await?, &blob.digest, Outcome::Uploaded).await
    }

    async fn mount(&self, digest: &Digest, from: &str, outcome: Outcome) -> Result<UploadStart> {
        let mut url = self.url("blobs/uploads/")?;
        url.query_pairs_mut().append_pair("mount", digest.as_str()).append_pair("from", from);
        match self.connection.send(Request::new(Method::POST, url)).await {
            Ok(answer) => self.first_of(answer, digest, outcome).await,
            // Whoever may not read there can still send the blob.
            Err(e) if matches!(e.code(), Code::Unauthorized | Code::Forbidden) => {
                Ok(UploadStart::Refused)
            }
            Err(e) => Err(e),
        }
    }

    async fn first_of(
        &self,
        answer: Response,
        digest: &Digest,
        outcome: Outcome,
    ) -> Result<UploadStart> {
        match answer.status() {
            StatusCode::CREATED if answer.is_early() && !self.blob_exists(digest).await? => {
                Ok(UploadStart::Refused)
            }
            StatusCode::CREATED => Ok(UploadStart::Stored(outcome)),
            StatusCode::ACCEPTED => {
                Ok(UploadStart::Session(Session::of(&answer, &self.connection)?))
            }
            status if status.is_client_error() => Ok(UploadStart::Refused),
            _ => Err(answer.into_error(&format!("no upload of {digest} could be begun")).await),
        }
    }

    /// Sends a blob, however often the way there breaks.
    async fn send(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        mut session: Option<Session>,
    ) -> Result<()> {
        let mut backoff = Backoff::new(self.connection.limits());
        let mut transfer = Transfer { offset: 0, chunked: false, fresh: false, doubtful: false };
        // What the registry had of it, the last time it was asked.
        let mut stood = 0;
        let watched = Arc::new(Watched::new(Arc::clone(source)));
        let source = &(Arc::clone(&watched) as Arc<dyn Source>);
        loop {
            let open = match session.take() {
                Some(session) => session,
                None => {
                    transfer.offset = 0;
                    self.open_session(&blob.digest).await?
                }
            };
            let (mut open, failure) = match self.send_by(open, blob, source, &mut transfer).await? {
                UploadResult::All => return Ok(()),
                UploadResult::TooLarge if !transfer.chunked => {
                    transfer.chunked = true;
                    continue;
                }
                UploadResult::TooLarge => return Err(too_large(blob)),
                UploadResult::Broken(open, failure) => (open, failure),
            };
            transfer.fresh = failure.code() == Code::Network;
            backoff.moved(watched.last_moved());
            backoff.wait(failure).await?;
            // Only the reply may have been lost.
            let since = Some(backoff.last_moved());
            if self.ask_for_blob(&blob.digest, since).await?.is_some() {
                open.done();
                return Ok(());
            }
            transfer.offset = open.received(since).await.unwrap_or(0).min(blob.size);
            if transfer.offset >= stood + 1024 * 1024 {
                backoff.progressed();
            }
            stood = transfer.offset;
            if transfer.offset > 0 {
                session = Some(open);
            }
        }
    }

    async fn send_by(
        &self,
        mut session: Session,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        transfer: &mut Transfer,
    ) -> Result<UploadResult> {
        let whole = transfer.offset == 0 && !transfer.chunked;
        while !whole && transfer.offset < blob.size {
            match self.send_part(&mut session, blob, source, transfer).await? {
                ChunkResult::Taken => {}
                ChunkResult::TooLarge => return Ok(UploadResult::TooLarge),
                ChunkResult::Broken(failure) => return Ok(UploadResult::Broken(session, failure)),
            }
        }
        let mut call = Request::new(Method::PUT, session.finish_url(&blob.digest))
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .fresh(transfer.fresh)
            .once();
        if whole {
            call = call.body(Body::Source {
                source: Arc::clone(source),
                offset: 0,
                length: blob.size,
            });
        }
        let answer = match self.connection.send(call).await {
            Ok(answer) => answer,
            Err(e) if e.is_retryable() => return Ok(UploadResult::Broken(session, e)),
            Err(e) => return Err(e),
        };
        match answer.status() {
            status if status.is_success() && (answer.is_early() || transfer.doubtful) => {
                Ok(match self.holds(blob).await? {
                    true => {
                        session.done();
                        UploadResult::All
                    }
                    false => UploadResult::Broken(session, answered_early(blob, status)),
                })
            }
            status if status.is_success() => {
                session.done();
                Ok(UploadResult::All)
            }
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::RANGE_NOT_SATISFIABLE if whole => {
                Ok(UploadResult::TooLarge)
            }
            _ => Err(answer.into_error(&format!("the blob {} was not stored", blob.digest)).await),
        }
    }

    /// Sends what is left, or a chunk of it, and sees how much arrived.
    async fn send_part(
        &self,
        session: &mut Session,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        transfer: &mut Transfer,
    ) -> Result<ChunkResult> {
        let offset = transfer.offset;
        let left = blob.size - offset;
        let length = if transfer.chunked { left.min(CHUNK.max(session.least_chunk)) } else { left };
        let call = Request::new(Method::PATCH, session.url.clone())
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .header(header::CONTENT_RANGE, &format!("{offset}-{}", offset + length - 1))
            .body(Body::Source { source: Arc::clone(source), offset, length })
            .fresh(transfer.fresh)
            .once();
        let answer = match self.connection.send(call).await {
            Ok(answer) => answer,
            Err(e) if e.is_retryable() => return Ok(ChunkResult::Broken(e)),
            Err(e) => return Err(e),
        };
        let status = answer.status();
        if status.is_success() {
            let arrived = received(&answer).filter(|_| !answer.is_early());
            session.moved_to(&answer)?;
            if answer.is_early() {
                // Not all of it was sent, whatever the registry says: the next sends what lacks.
                transfer.doubtful = true;
                let stands = session.received(None).await.unwrap_or(0);
                transfer.offset = stands.clamp(offset, offset + length - 1);
                return Ok(ChunkResult::Broken(answered_early(blob, status)));
            }
            transfer.fresh = false;
            transfer.offset = offset + length;
            // What the registry says may be stale (ECR); the session itself is asked then, once.
            if arrived.is_some_and(|arrived| arrived < transfer.offset)
                && let Some(stands) = session.received(None).await
                && stands < transfer.offset
            {
                transfer.offset = stands;
                let failure = format!("the registry took {stands} of {} bytes", offset + length);
                return Ok(ChunkResult::Broken(Error::new(Code::Network, failure)));
            }
            return Ok(ChunkResult::Taken);
        }
        let what = format!("a part of the blob {} was not stored", blob.digest);
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Ok(ChunkResult::TooLarge),
            // The session is elsewhere than thought, or gone.
            StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::NOT_FOUND => {
                Ok(ChunkResult::Broken(answer.into_error(&what).await))
            }
            _ => Err(answer.into_error(&what).await),
        }
    }

    /// Whether a blob is there, and as long as it should be, as far as the registry says.
    async fn holds(&self, blob: &Descriptor) -> Result<bool> {
        let Some(answer) = self.ask_for_blob(&blob.digest, None).await? else { return Ok(false) };
        let size = answer.header(header::CONTENT_LENGTH).and_then(|n| n.parse::<u64>().ok());
        Ok(size.is_none_or(|size| size == blob.size))
    }

    async fn open_session(&self, digest: &Digest) -> Result<Session> {
        let call = Request::new(Method::POST, self.url("blobs/uploads/")?);
        let answer = self.connection.send(call).await?;
        if answer.status() != StatusCode::ACCEPTED {
            return Err(answer.into_error(&format!("no upload of {digest} could be begun")).await);
        }
        Session::of(&answer, &self.connection)
    }
}

/// How far an upload is, and whether it goes in chunks.
struct Transfer {
    offset: u64,
    chunked: bool,
    /// Whether the connection broke the last time.
    fresh: bool,
    /// Whether the registry has said that it took what was not sent.
    doubtful: bool,
}

enum UploadResult {
    All,
    TooLarge,
    Broken(Session, Error),
}

enum ChunkResult {
    Taken,
    TooLarge,
    Broken(Error),
}

fn too_large(blob: &Descriptor) -> Error {
    Error::new(
        Code::TooLarge,
        format!("the registry refuses even parts of the blob {}", blob.digest),
    )
}

fn answered_early(blob: &Descriptor, status: StatusCode) -> Error {
    Error::new(
        Code::Registry,
        format!(
            "the registry answered {status} before all of the blob {} was sent, and does not have it",
            blob.digest
        ),
    )
}
