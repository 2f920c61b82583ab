//! Uploads of files over plain HTTP, which the kernel sends from its cache. The HTTP library gives no access
//! to its connections, so each such upload has one of its own.

use std::{
    error::Error as StdError,
    fs::File,
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{StreamExt as _, TryStreamExt as _, future::BoxFuture};
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use http_body_util::BodyDataStream;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::{
    client::legacy::connect::{HttpConnector, dns},
    rt::TokioIo,
};
use ocigraph_file_sender::{FileParts, FileSender};
use reqwest::dns::Resolve;
use tokio_util::task::AbortOnDropHandle;
use tower_service::Service;
use url::{Position, Url};

use super::{error::described, response::MAX_HEADERS};
use crate::content::source::ByteStream;
use ocigraph_types::{Code, Error, Result};

/// The smallest body that is worth a connection of its own.
pub(super) const MIN_FILE: u64 = 8 * 1024 * 1024;

/// Time without a byte after which the system asks whether the other side still has the connection.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;
/// Time after which a connection fails whose bytes the other side has not confirmed.
const USER_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection for one upload.
pub(super) struct FileConnection {
    sender: SendRequest<reqwest::Body>,
    parts: FileParts,
    task: AbortOnDropHandle<()>,
}

impl FileConnection {
    /// Connects to the server of a URL: at `address` if the caller gave one, else where `resolver` says.
    pub(super) async fn open(
        url: &Url,
        address: Option<SocketAddr>,
        resolver: Arc<dyn Resolve>,
        limit: Duration,
    ) -> Result<Self> {
        let authority = match address {
            Some(address) => address.to_string(),
            None => url[Position::BeforeHost..Position::AfterPort].to_owned(),
        };
        let mut connector = HttpConnector::new_with_resolver(Names(resolver));
        connector.set_nodelay(true);
        // As for the connections of the HTTP library.
        connector.set_keepalive(Some(KEEPALIVE));
        connector.set_keepalive_interval(Some(KEEPALIVE));
        connector.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        connector.set_tcp_user_timeout(Some(USER_TIMEOUT));
        let connected = connector.call(uri(&format!("http://{authority}"))?);
        let stream = match tokio::time::timeout(limit, connected).await {
            Ok(stream) => stream.map_err(|e| failed("no connection", e))?.into_inner(),
            Err(_) => {
                let message = format!("no connection within {limit:?}");
                return Err(Error::new(Code::Timeout, message));
            }
        };
        let stream = FileSender::new(stream);
        let parts = stream.parts();
        let handshake = http1::Builder::new()
            // `FileParts` relies on it.
            .writev(true)
            .max_headers(MAX_HEADERS)
            .handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(|e| failed("the request failed", e))?;
        let task = tokio::spawn(async move {
            // The response has the error.
            let _ = connection.await;
        });
        Ok(Self { sender, parts, task: AbortOnDropHandle::new(task) })
    }

    /// Returns the parts that the connection sends.
    pub(super) fn parts(&self) -> FileParts {
        self.parts.clone()
    }

    /// Returns chunks with the lengths of a part of a file, to be sent in its place.
    pub(super) fn placeholders(&self, file: File, offset: u64, length: u64) -> ByteStream {
        let failed = |e| Error::new(Code::Internal, "the file cannot be sent").with_source(e);
        self.parts.stream(file, offset, length).map_err(failed).boxed()
    }

    /// Sends the request. The connection ends with the body of the response.
    pub(super) async fn send(
        mut self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: reqwest::Body,
    ) -> Result<reqwest::Response> {
        let mut request = http::Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri(&url[Position::BeforePath..Position::AfterQuery])?;
        *request.headers_mut() = headers;
        let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
        request.headers_mut().entry(header::HOST).or_insert(host.map_err(invalid)?);
        let response = self.sender.send_request(request).await;
        let response = response.map_err(|e| failed("the request failed", e))?;
        let task = self.task;
        let body = response.map(|body| {
            reqwest::Body::wrap_stream(BodyDataStream::new(body).inspect(move |_| {
                let _ = &task;
            }))
        });
        Ok(body.into())
    }
}

fn uri(text: &str) -> Result<Uri> {
    text.parse().map_err(invalid)
}

/// The URL is not quoted: it can have a signature.
fn invalid(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::new(Code::Registry, "the registry named an invalid URL").with_source(error)
}

fn failed(summary: &str, error: impl StdError + Send + Sync + 'static) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    let mut is_timeout = false;
    while let Some(current) = cause {
        let io = current.downcast_ref::<io::Error>();
        is_timeout |= io.is_some_and(|e| e.kind() == io::ErrorKind::TimedOut);
        cause = current.source();
    }
    described(summary, Some(&error), is_timeout).with_source(error)
}

/// The resolver of the other connections for this one.
#[derive(Clone)]
struct Names(Arc<dyn Resolve>);

impl Service<dns::Name> for Names {
    type Response = reqwest::dns::Addrs;
    type Error = Box<dyn StdError + Send + Sync>;
    type Future = BoxFuture<'static, std::result::Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> Self::Future {
        let resolver = Arc::clone(&self.0);
        Box::pin(async move { resolver.resolve(name.as_str().parse()?).await })
    }
}
