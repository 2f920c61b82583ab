//! Upload sessions: where a registry takes the bytes of a blob, how many it has, and how a session
//! that is given up is closed.

use http::{Method, header};
use tokio::time::Instant;
use url::Url;

use super::{answer::Response, call::Request, transport::RepositoryConnection};
use ocigraph_types::{Code, Digest, Error, Result};

/// An upload session, which is closed when the upload is dropped before its end.
pub(super) struct Session {
    pub(super) url: Url,
    pub(super) least_chunk: u64,
    connection: Option<RepositoryConnection>,
}

impl Session {
    pub(super) fn of(answer: &Response, connection: &RepositoryConnection) -> Result<Self> {
        let least_chunk =
            answer.header("oci-chunk-min-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(Self { url: location(answer)?, least_chunk, connection: Some(connection.clone()) })
    }

    /// `Location` may have a query, which must stay as it is to the letter.
    pub(super) fn finish_url(&self, digest: &Digest) -> Url {
        let mut url = self.url.clone();
        let query = match self.url.query() {
            Some(query) if !query.is_empty() => format!("{query}&digest={digest}"),
            _ => format!("digest={digest}"),
        };
        url.set_query(Some(&query));
        url
    }

    /// How many bytes the session has; nothing when it is gone or does not say.
    pub(super) async fn received(&mut self, since: Option<Instant>) -> Option<u64> {
        let connection = self.connection.clone()?;
        let call = Request { since, ..Request::new(Method::GET, self.url.clone()) };
        let answer = connection.send(call).await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        let received = received(&answer)?;
        if answer.header(header::LOCATION).is_some() {
            self.url = location(&answer).ok()?;
        }
        Some(received)
    }

    pub(super) fn moved_to(&mut self, answer: &Response) -> Result<()> {
        self.url = location(answer)?;
        Ok(())
    }

    pub(super) fn done(&mut self) {
        self.connection = None;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (Some(connection), Ok(runtime)) =
            (self.connection.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let call = Request::new(Method::DELETE, self.url.clone()).once();
        runtime.spawn(async move {
            // Best effort: registries clear abandoned sessions themselves after a while.
            if connection.send(call.clone()).await.is_err_and(|e| e.code() == Code::Network) {
                let _ = connection.send(call.fresh(true)).await;
            }
        });
    }
}

fn location(answer: &Response) -> Result<Url> {
    let text = answer.location().ok_or_else(|| {
        Error::new(Code::Registry, "the registry began an upload and did not say where")
    })?;
    let url = answer.url().join(text).map_err(|_| {
        Error::new(Code::Registry, "the registry began an upload at what is no URL")
    })?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => answer.url().scheme() == "http",
        _ => false,
    };
    if !safe {
        return Err(Error::new(
            Code::Registry,
            "the registry moves an upload from https to plain http",
        ));
    }
    Ok(url)
}

/// `Range: 0-N` names the last byte that arrived. `0-0` on a fresh session means that none did;
/// whoever has sent a single byte loses nothing by sending it again.
pub(super) fn received(answer: &Response) -> Option<u64> {
    let range = answer.header(header::RANGE)?;
    let range = range.trim();
    let unit = range.get(..5).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes"));
    let range = if unit { range[5..].trim_start_matches(['=', ' ']) } else { range };
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
    (first == 0).then_some(if last == 0 { 0 } else { last.saturating_add(1) })
}
