//! Uploads of blobs, with as few requests as the registry supports, and resumed after a failure
//! (distribution-spec v1.1.1, "Pushing blobs").
//!
//! The client learns from the first small blob which requests the registry supports. Some
//! registries store a POST with the content; on others a mount from the repository itself both
//! checks for the blob and opens a session (tried on eight registries). HEAD, POST and PUT work
//! everywhere.

mod session;

use std::sync::Arc;

use futures::TryStreamExt as _;
use http::{Method, StatusCode, header};
use tokio::time::Instant;

use self::session::{Session, received_bytes, send_start};
use super::{
    digest_algorithm::{explain_refusal, is_canonical, not_stored},
    registry::Registry,
};
use crate::{
    content::{progress::Outcome, source::Source, verified::verified},
    store::registry::{
        capabilities::SmallUploadMethod,
        http::{
            body::TimedSource,
            request::{Body, Request},
            response::Response,
            retry::Backoff,
        },
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// The largest PATCH that GHCR accepts.
const CHUNK: u64 = 4 * 1024 * 1024;

/// The smallest PATCH. Proxies refuse requests of more than 1 MiB by default (nginx), and some are
/// configured to refuse smaller ones.
const MIN_CHUNK: u64 = 64 * 1024;

/// Up to this size, sending a blob that exists costs less than asking for it first.
const SMALL: u64 = 64 * 1024;

/// Uploads of one blob that start again from its first byte.
const MAX_RESTARTS: u32 = 16;

/// Progress after which a transfer gets all its retries again.
const RESET_AFTER: u64 = 1024 * 1024;

/// The result of the first request of an upload.
enum UploadStart {
    Stored(Outcome),
    Session(Session),
    /// The registry does not support this request.
    Unsupported,
}

/// The state of the transfer of one blob.
struct Transfer {
    offset: u64,
    /// Maximum bytes of a request. `None` sends the blob in one request.
    chunk: Option<u64>,
    /// The offset is what the registry says that it received, and not what was sent.
    resumed: bool,
    /// The registry says what it received, and it was wrong. The offset is what was sent.
    ignores_ranges: bool,
    /// The blob was sent again from its start, because the registry had received something else.
    sent_again: bool,
    /// The session was opened by a request with the content, which the registry may have kept.
    may_have_content: bool,
    /// The offset at which the registry has refused to continue.
    refused_offset: Option<u64>,
    /// Number of attempts in which the connection failed before the registry received anything.
    lost_bodies: u32,
    /// The connection failed in the last attempt.
    fresh_connection: bool,
    /// The registry has reported success for content that was not sent completely.
    needs_verification: bool,
}

/// The result of sending a blob to one session.
enum UploadResult {
    Stored,
    /// The registry refuses so many bytes in one request.
    TooLarge,
    /// The registry received other content.
    WrongContent(Error),
    Interrupted(Session, Error),
}

/// The result of one PATCH.
enum ChunkResult {
    Accepted,
    /// The registry refuses so many bytes in one request.
    TooLarge,
    /// The registry refuses the offset, or PATCH as such.
    Refused(Error),
    Interrupted(Error),
}

impl Transfer {
    fn use_smaller_chunks(&mut self) {
        self.chunk = Some(self.chunk.map_or(CHUNK, |chunk| (chunk / 4).max(MIN_CHUNK)));
    }

    /// Records that the registry refuses to continue. At the second refusal of an offset, what the
    /// registry says about its session is not believed any more.
    fn refuse_offset(&mut self) {
        self.ignores_ranges |= self.refused_offset.replace(self.offset) == Some(self.offset);
    }
}

impl Registry {
    /// Uploads a blob unless it exists. An interrupted upload is resumed in its session, or started
    /// again with the same source.
    pub(super) async fn upload(
        &self,
        blob: &Descriptor,
        source: Arc<dyn Source>,
    ) -> Result<Outcome> {
        match self.upload_from(blob, source).await {
            // A layout may lack blobs that the registry has, and a small blob is sent unasked.
            Err(e) if e.code() == Code::NotFound && e.status().is_none() => {
                match self.is_there(&blob.digest, None).await? {
                    true => Ok(Outcome::AlreadyExists),
                    false => Err(e),
                }
            }
            result => result,
        }
    }

    async fn upload_from(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        let sent = self.upload_content(blob, &source).await;
        match sent {
            // Ocimem answers 500 to wrong content.
            Err(e) if matches!(e.status(), Some(400 | 500)) => {
                Err(fault_of(blob, &source).await.unwrap_or(e))
            }
            sent => sent,
        }
    }

    async fn upload_content(&self, blob: &Descriptor, source: &Arc<dyn Source>) -> Result<Outcome> {
        let is_canonical = is_canonical(&blob.digest);
        let session = match self.start_upload(blob, source).await? {
            UploadStart::Stored(outcome)
                if is_canonical
                    || outcome == Outcome::AlreadyExists
                    || self.blob_exists(&blob.digest).await? =>
            {
                return Ok(outcome);
            }
            UploadStart::Session(session) => Some(session),
            UploadStart::Stored(_) | UploadStart::Unsupported => None,
        };
        let sent = self.transfer(blob, source, session).await;
        sent.map_err(|e| explain_refusal(e, &blob.digest))?;
        // docker-registry 2.8.2 stores a blob with a sha512 digest under its sha256 digest.
        if !is_canonical && !self.blob_exists(&blob.digest).await? {
            return Err(not_stored("blob", &blob.digest));
        }
        Ok(Outcome::Uploaded)
    }

    /// Checks whether the blob exists, and stores it if one request can do so.
    async fn start_upload(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
    ) -> Result<UploadStart> {
        let same_registry = source.repository().filter(|from| from.host == *self.connection.host());
        if let Some(from) = same_registry {
            if self.is_there(&blob.digest, None).await? {
                return Ok(UploadStart::Stored(Outcome::AlreadyExists));
            }
            return self.mount(&blob.digest, &from.name, Outcome::Mounted).await;
        }
        if blob.size > SMALL || !is_canonical(&blob.digest) {
            return self.check_existing(blob).await;
        }
        // If the first small blob exists, the artifact was probably pushed before: then HEAD costs less
        // than sending the other blobs.
        let first_missing = self.first_missing_blob.get_or_try_init(|| async {
            let exists = self.is_there(&blob.digest, None).await?;
            Ok::<_, Error>((!exists).then(|| blob.digest.clone()))
        });
        match first_missing.await? {
            Some(first) => self.start_small_upload(blob, source, *first == blob.digest).await,
            None => self.check_existing(blob).await,
        }
    }

    async fn check_existing(&self, blob: &Descriptor) -> Result<UploadStart> {
        Ok(match self.is_there(&blob.digest, None).await? {
            true => UploadStart::Stored(Outcome::AlreadyExists),
            false => UploadStart::Unsupported,
        })
    }

    async fn start_small_upload(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        is_known_missing: bool,
    ) -> Result<UploadStart> {
        let small_uploads = &self.connection.capabilities().small_uploads;
        match small_uploads.method() {
            SmallUploadMethod::SinglePost => {
                let start = self.single_post(blob, source).await?;
                if !matches!(start, UploadStart::Stored(_)) {
                    small_uploads.mark_unsupported(SmallUploadMethod::SinglePost);
                }
                Ok(start)
            }
            SmallUploadMethod::MountFromSelf => {
                let start =
                    self.mount(&blob.digest, &self.repository, Outcome::AlreadyExists).await?;
                if matches!(start, UploadStart::Unsupported) {
                    small_uploads.mark_unsupported(SmallUploadMethod::MountFromSelf);
                }
                Ok(start)
            }
            SmallUploadMethod::HeadFirst if is_known_missing => Ok(UploadStart::Unsupported),
            SmallUploadMethod::HeadFirst => self.check_existing(blob).await,
        }
    }

    async fn single_post(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
    ) -> Result<UploadStart> {
        let mut url = self.url("blobs/uploads/")?;
        url.set_query(Some(&format!("digest={}", blob.digest)));
        let request = Request::new(Method::POST, url)
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .body(Body::Source { source: Arc::clone(source), offset: 0, length: blob.size });
        let response = send_start(&self.connection, request).await?;
        self.read_start(response, &blob.digest, Outcome::Uploaded).await
    }

    async fn mount(&self, digest: &Digest, from: &str, outcome: Outcome) -> Result<UploadStart> {
        let mut url = self.url("blobs/uploads/")?;
        url.query_pairs_mut().append_pair("mount", digest.as_str()).append_pair("from", from);
        match send_start(&self.connection, Request::new(Method::POST, url)).await {
            Ok(response) => self.read_start(response, digest, outcome).await,
            // A client that may not read the other repository can still upload the blob.
            Err(e) if matches!(e.code(), Code::Unauthorized | Code::Forbidden) => {
                Ok(UploadStart::Unsupported)
            }
            Err(e) => Err(e),
        }
    }

    async fn read_start(
        &self,
        response: Response,
        digest: &Digest,
        outcome: Outcome,
    ) -> Result<UploadStart> {
        match response.status() {
            StatusCode::CREATED if response.is_early() && !self.blob_exists(digest).await? => {
                Ok(UploadStart::Unsupported)
            }
            StatusCode::CREATED => Ok(UploadStart::Stored(outcome)),
            // Without a location there is no session to use; another request opens one.
            StatusCode::ACCEPTED if response.location().is_none() => Ok(UploadStart::Unsupported),
            StatusCode::ACCEPTED => {
                Ok(UploadStart::Session(Session::from_response(&response, &self.connection)?))
            }
            status if status.is_client_error() || status.is_success() => {
                Ok(UploadStart::Unsupported)
            }
            _ => Err(response.into_error(&format!("cannot start the upload of {digest}")).await),
        }
    }

    /// Sends a blob to a session, and resumes after each failure that may be temporary.
    async fn transfer(
        &self,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        mut session: Option<Session>,
    ) -> Result<()> {
        let mut backoff = Backoff::new(self.connection.limits());
        let mut transfer = Transfer {
            offset: 0,
            chunk: None,
            resumed: false,
            ignores_ranges: false,
            sent_again: false,
            may_have_content: session.is_some(),
            refused_offset: None,
            lost_bodies: 0,
            fresh_connection: false,
            needs_verification: false,
        };
        let (mut best_offset, mut restarts) = (0, 0);
        let timed_source = Arc::new(TimedSource::new(Arc::clone(source)));
        let source = &(Arc::clone(&timed_source) as Arc<dyn Source>);
        loop {
            let open = match session.take() {
                Some(session) => session,
                None => {
                    transfer.offset = 0;
                    transfer.resumed = false;
                    self.open_session(&blob.digest).await?
                }
            };
            let (mut open, failure) =
                match self.send_to_session(open, blob, source, &mut transfer).await? {
                    UploadResult::Stored => return Ok(()),
                    UploadResult::TooLarge if transfer.chunk == Some(MIN_CHUNK) => {
                        return Err(too_large(blob));
                    }
                    UploadResult::TooLarge => {
                        transfer.use_smaller_chunks();
                        continue;
                    }
                    // What the registry said that it had received was wrong.
                    UploadResult::WrongContent(_)
                        if (transfer.resumed || transfer.may_have_content)
                            && !transfer.sent_again =>
                    {
                        transfer.sent_again = true;
                        continue;
                    }
                    UploadResult::WrongContent(failure) => return Err(failure),
                    UploadResult::Interrupted(open, failure) => (open, failure),
                };
            transfer.fresh_connection = failure.code() == Code::Network;
            backoff.record_progress(timed_source.last_read());
            backoff.wait(failure).await?;
            // The registry may have stored the blob although its response was lost.
            let last_progress = Some(backoff.last_progress());
            if self.is_there(&blob.digest, last_progress).await? {
                open.complete();
                return Ok(());
            }
            transfer.resumed = true;
            // A number that was wrong before is not believed again.
            transfer.offset = match transfer.ignores_ranges {
                true => 0,
                false => open.received(last_progress).await.unwrap_or(0).min(blob.size),
            };
            // Sessions that are lost again and again make no progress.
            if transfer.offset >= best_offset + RESET_AFTER {
                backoff.reset();
            }
            best_offset = best_offset.max(transfer.offset);
            restarts += u32::from(transfer.offset == 0);
            if restarts > MAX_RESTARTS {
                return Err(lost_sessions(blob));
            }
            // A proxy that refuses a large body may close the connection before its response
            // arrives.
            if transfer.fresh_connection && transfer.offset == 0 && blob.size > MIN_CHUNK {
                transfer.lost_bodies += 1;
                if transfer.lost_bodies > 1 {
                    transfer.use_smaller_chunks();
                }
            }
            if transfer.offset > 0 {
                session = Some(open);
            }
        }
    }

    /// Sends the rest of a blob to a session, and completes the session.
    async fn send_to_session(
        &self,
        mut session: Session,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        transfer: &mut Transfer,
    ) -> Result<UploadResult> {
        let in_one_request = transfer.offset == 0 && transfer.chunk.is_none();
        while !in_one_request && transfer.offset < blob.size {
            match self.send_chunk(&mut session, blob, source, transfer).await? {
                ChunkResult::Accepted => {}
                ChunkResult::TooLarge => return Ok(UploadResult::TooLarge),
                ChunkResult::Refused(error) => return Ok(UploadResult::WrongContent(error)),
                ChunkResult::Interrupted(failure) => {
                    return Ok(UploadResult::Interrupted(session, failure));
                }
            }
        }
        let mut request = Request::new(Method::PUT, session.completion_url(&blob.digest))
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .fresh_connection(transfer.fresh_connection)
            .without_retry();
        if in_one_request {
            request = request.body(Body::Source {
                source: Arc::clone(source),
                offset: 0,
                length: blob.size,
            });
        }
        let response = match self.connection.send(request).await {
            Ok(response) => response,
            Err(e) if e.is_retryable() => return Ok(UploadResult::Interrupted(session, e)),
            Err(e) => return Err(e),
        };
        match response.status() {
            status
                if status.is_success()
                    && (transfer.needs_verification || is_doubtful(&response, &blob.digest)) =>
            {
                if self.is_stored(blob).await? {
                    session.complete();
                    return Ok(UploadResult::Stored);
                }
                let failure = not_kept(blob, status, response.is_early());
                Ok(UploadResult::Interrupted(session, failure))
            }
            status if status.is_success() => {
                session.complete();
                Ok(UploadResult::Stored)
            }
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::RANGE_NOT_SATISFIABLE if in_one_request => {
                Ok(UploadResult::TooLarge)
            }
            status => {
                let what = format!("the blob {} was not stored", blob.digest);
                let error = response.into_error(&what).await;
                Ok(match status {
                    _ if is_of_session(&error) => UploadResult::Interrupted(session, error),
                    StatusCode::BAD_REQUEST => UploadResult::WrongContent(error),
                    _ => return Err(error),
                })
            }
        }
    }

    /// Sends the rest of a blob, or one chunk of it, and updates the offset to what arrived.
    async fn send_chunk(
        &self,
        session: &mut Session,
        blob: &Descriptor,
        source: &Arc<dyn Source>,
        transfer: &mut Transfer,
    ) -> Result<ChunkResult> {
        let offset = transfer.offset;
        let rest = blob.size - offset;
        let length = transfer.chunk.map_or(rest, |chunk| rest.min(chunk.max(session.min_chunk)));
        let request = Request::new(Method::PATCH, session.url.clone())
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .header(header::CONTENT_RANGE, &format!("{offset}-{}", offset + length - 1))
            .body(Body::Source { source: Arc::clone(source), offset, length })
            .fresh_connection(transfer.fresh_connection)
            .without_retry();
        let response = match self.connection.send(request).await {
            Ok(response) => response,
            Err(e) if e.is_retryable() => return Ok(ChunkResult::Interrupted(e)),
            Err(e) => return Err(e),
        };
        let status = response.status();
        if status.is_success() {
            let received = received_bytes(&response).filter(|_| !response.is_early());
            session.update_url(&response)?;
            if response.is_early() {
                // A part of the chunk was not sent, whatever the registry says. The next attempt
                // sends the missing part.
                transfer.needs_verification = true;
                let received = session.received(None).await.unwrap_or(0);
                transfer.offset = received.clamp(offset, offset + length - 1);
                return Ok(ChunkResult::Interrupted(not_kept(blob, status, true)));
            }
            transfer.fresh_connection = false;
            transfer.offset = offset + length;
            if transfer.ignores_ranges {
                return Ok(ChunkResult::Accepted);
            }
            // The `Range` of ECR may be outdated; a request to the session has the current one.
            if received.is_some_and(|received| received < transfer.offset)
                && let Some(received) = session.received(None).await
                && received < transfer.offset
            {
                transfer.resumed = true;
                // The number does not grow, although the registry accepts each part (ECR). The
                // digest shows whether it has them.
                if received <= offset && offset > 0 {
                    transfer.ignores_ranges = true;
                    return Ok(ChunkResult::Accepted);
                }
                transfer.offset = received;
                let message =
                    format!("the registry received {received} of {} bytes", offset + length);
                return Ok(ChunkResult::Interrupted(Error::new(Code::Network, message)));
            }
            return Ok(ChunkResult::Accepted);
        }
        let what = format!("a part of the blob {} was not stored", blob.digest);
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Ok(ChunkResult::TooLarge),
            // The session has another offset.
            StatusCode::RANGE_NOT_SATISFIABLE => {
                transfer.refuse_offset();
                Ok(ChunkResult::Interrupted(response.into_error(&what).await))
            }
            // Google's registry has no PATCH. A blob that no proxy refuses is sent in one request.
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
                if transfer.chunk.is_none() =>
            {
                transfer.ignores_ranges = true;
                Ok(ChunkResult::Refused(response.into_error(&what).await))
            }
            status => {
                let error = response.into_error(&what).await;
                match status {
                    _ if is_of_session(&error) => {
                        transfer.refuse_offset();
                        Ok(ChunkResult::Interrupted(error))
                    }
                    StatusCode::BAD_REQUEST => Ok(ChunkResult::Refused(error)),
                    _ => Err(error),
                }
            }
        }
    }

    /// Returns true if the repository has a blob. A registry or proxy that refuses HEAD, or redirects
    /// it to a URL that was signed for GET, does not say: then the blob is sent.
    async fn is_there(&self, digest: &Digest, last_progress: Option<Instant>) -> Result<bool> {
        match self.head_blob(digest, last_progress, false).await {
            Err(e) if matches!(e.status(), Some(403 | 405)) => Ok(false),
            found => Ok(found?.is_some()),
        }
    }

    /// Returns true if the blob exists, with its size if the registry states one.
    async fn is_stored(&self, blob: &Descriptor) -> Result<bool> {
        let Some(response) = self.head_blob(&blob.digest, None, false).await? else {
            return Ok(false);
        };
        let size = response.header(header::CONTENT_LENGTH).and_then(|n| n.parse::<u64>().ok());
        Ok(size.is_none_or(|size| size == blob.size))
    }

    async fn open_session(&self, digest: &Digest) -> Result<Session> {
        let url = self.url("blobs/uploads/")?;
        let mut named = url.clone();
        if !is_canonical(digest) {
            // A hint, so that the registry need not read the content again to hash it.
            named.query_pairs_mut().append_pair("digest-algorithm", digest.algorithm_name());
        }
        let is_named = named != url;
        let mut response = send_start(&self.connection, Request::new(Method::POST, named)).await?;
        if is_named && matches!(response.status().as_u16(), 400 | 404 | 405) {
            response.drain().await;
            response = send_start(&self.connection, Request::new(Method::POST, url)).await?;
        }
        // Some registries open a session with another success than 202.
        if !response.status().is_success() {
            let what = format!("cannot start the upload of {digest}");
            return Err(response.into_error(&what).await);
        }
        Session::from_response(&response, &self.connection)
    }
}

/// Returns true for a success that may not mean that the blob is stored under its digest.
fn is_doubtful(response: &Response, digest: &Digest) -> bool {
    let stored = response.header("docker-content-digest").and_then(|d| d.parse::<Digest>().ok());
    let is_other = stored.is_some_and(|stored| {
        stored.algorithm_name() == digest.algorithm_name() && stored != *digest
    });
    response.is_early() || response.status() == StatusCode::ACCEPTED || is_other
}

/// Returns true if the upload session does not exist any more, or cannot be used.
fn is_of_session(error: &Error) -> bool {
    match error.status() {
        Some(404 | 410) => true,
        Some(400) => error.has_registry_code(&["BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"]),
        _ => false,
    }
}

fn too_large(blob: &Descriptor) -> Error {
    Error::new(
        Code::TooLarge,
        format!("the registry refuses even small parts of the blob {}", blob.digest),
    )
}

/// Reads content again that a registry has refused, and returns the error if it is wrong. It is not verified
/// while it is sent, because the registry does that.
async fn fault_of(blob: &Descriptor, source: &Arc<dyn Source>) -> Option<Error> {
    let read = async {
        let mut content = verified(blob, source.open(0).await?)?;
        while content.try_next().await?.is_some() {}
        Ok(())
    };
    let fault: Error = read.await.err()?;
    matches!(fault.code(), Code::DigestMismatch | Code::SizeMismatch).then_some(fault)
}

fn lost_sessions(blob: &Descriptor) -> Error {
    Error::new(
        Code::Registry,
        format!("the registry loses its upload sessions; the blob {} was not stored", blob.digest),
    )
}

fn not_kept(blob: &Descriptor, status: StatusCode, is_early: bool) -> Error {
    let digest = &blob.digest;
    let when = match is_early {
        true => format!("before all of the blob {digest} was sent"),
        false => format!("to the blob {digest}"),
    };
    Error::new(
        Code::Registry,
        format!("the registry answered {status} {when}, and does not have it"),
    )
}
