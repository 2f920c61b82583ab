//! Upload sessions: the URL that receives the bytes of a blob, and how many the registry has
//! (distribution-spec v1.1.1, "Pushing blobs").

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{Method, StatusCode, header};
use tokio::time::{Instant, timeout};
use url::Url;

use crate::{
    blocking::spawn_cleanup,
    store::registry::{
        api::connection::RepositoryConnection,
        hint,
        http::{request::Request, response::Response},
    },
};
use ocigraph_types::{Code, Digest, Error, Result, excerpt};

/// Maximum time for which a request that can open a session is awaited after its caller is gone.
const ABANDONED_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends a request that can open an upload session. If the caller drops the future before the
/// response arrives, the session that the response opens is cancelled.
pub(super) async fn send_start(
    connection: &RepositoryConnection,
    request: Request,
) -> Result<Response> {
    let (sent, sender) = (Arc::clone(&request.sent), connection.clone());
    let work = Box::pin(async move { sender.send(request).await });
    let mut start = PendingStart { work, sent, connection: connection.clone() };
    let response = (&mut start.work).await;
    start.sent.store(false, Ordering::Relaxed);
    response
}

/// A request that can open an upload session, until its response has arrived.
struct PendingStart {
    work: Pin<Box<dyn Future<Output = Result<Response>> + Send>>,
    /// True if the registry may have received the request.
    sent: Arc<AtomicBool>,
    connection: RepositoryConnection,
}

impl Drop for PendingStart {
    fn drop(&mut self) {
        if !self.sent.load(Ordering::Relaxed) {
            return;
        }
        // Only the response names the session.
        let work = std::mem::replace(&mut self.work, Box::pin(std::future::pending()));
        let connection = self.connection.clone();
        spawn_cleanup(async move {
            if let Ok(Ok(response)) = timeout(ABANDONED_TIMEOUT, work).await
                && response.status() == StatusCode::ACCEPTED
            {
                drop(Session::from_response(&response, &connection));
            }
        });
    }
}

/// An upload session. Dropping it before the upload is complete cancels the session.
pub(super) struct Session {
    pub(super) url: Url,
    /// The smallest chunk that the registry accepts, except for the last one.
    pub(super) min_chunk: u64,
    /// `None` once the upload is complete.
    connection: Option<RepositoryConnection>,
}

impl Session {
    /// Reads the session from the response that opened it.
    pub(super) fn from_response(
        response: &Response,
        connection: &RepositoryConnection,
    ) -> Result<Self> {
        let min_chunk =
            response.header("oci-chunk-min-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(Self { url: location(response)?, min_chunk, connection: Some(connection.clone()) })
    }

    /// Returns the URL that completes the upload. The query of the session's URL, if it has one, is
    /// kept byte for byte.
    pub(super) fn completion_url(&self, digest: &Digest) -> Url {
        let mut url = self.url.clone();
        let query = match self.url.query() {
            Some(query) if !query.is_empty() => format!("{query}&digest={digest}"),
            _ => format!("digest={digest}"),
        };
        url.set_query(Some(&query));
        url
    }

    /// Asks the registry how many bytes it has. Returns `None` if the session does not exist any
    /// more, or if the response does not say.
    pub(super) async fn received(&mut self, last_progress: Option<Instant>) -> Option<u64> {
        let connection = self.connection.clone()?;
        let request = Request { last_progress, ..Request::new(Method::GET, self.url.clone()) };
        let response = connection.send(request).await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let received = received_bytes(&response)?;
        if response.header(header::LOCATION).is_some() {
            self.url = location(&response).ok()?;
        }
        Some(received)
    }

    /// Takes the URL for the next request from a response. Without one, the URL stays: some
    /// registries state it only when they open the session.
    pub(super) fn update_url(&mut self, response: &Response) -> Result<()> {
        if response.location().is_some() {
            self.url = location(response)?;
        }
        Ok(())
    }

    /// Marks the upload as complete, so that the session is not cancelled.
    pub(super) fn complete(&mut self) {
        self.connection = None;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let request = Request::new(Method::DELETE, self.url.clone()).without_retry();
        spawn_cleanup(async move {
            // Failure is not an error: registries remove abandoned sessions after a while.
            if connection.send(request.clone()).await.is_err_and(|e| e.code() == Code::Network) {
                let _ = connection.send(request.fresh_connection(true)).await;
            }
        });
    }
}

fn location(response: &Response) -> Result<Url> {
    let text = response.location().ok_or_else(|| {
        Error::new(Code::Registry, "the response that opened an upload has no Location header")
    })?;
    let url = response.url().join(text).map_err(|_| {
        Error::new(Code::Registry, "the registry opened an upload at an invalid URL")
    })?;
    let is_allowed = match url.scheme() {
        "https" => true,
        "http" => response.url().scheme() == "http",
        _ => false,
    };
    if !is_allowed {
        return Err(Error::new(
            Code::Registry,
            format!("the registry moves an upload from https to plain http: {}", excerpt(text)),
        )
        .with_hint(hint::forwarded_proto()));
    }
    Ok(url)
}

/// Reads how many bytes the registry has from `Range: 0-N`, where N is the position of the last
/// byte.
///
/// A new session has `0-0` although it has no byte. A session with one byte looks the same, and
/// that byte is sent again.
pub(super) fn received_bytes(response: &Response) -> Option<u64> {
    let range = response.header(header::RANGE)?.trim();
    let has_unit = range.get(..5).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes"));
    let range = if has_unit { range[5..].trim_start_matches(['=', ' ']) } else { range };
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
    (first == 0).then_some(if last == 0 { 0 } else { last.saturating_add(1) })
}
