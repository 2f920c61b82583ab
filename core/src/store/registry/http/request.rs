//! Requests as values, so that they can be sent again.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use url::Url;

use crate::{
    content::source::Source,
    store::{
        memory_budget::BodyLimiter,
        registry::{http::redirect::RedirectMemory, secret::Secret},
    },
};

/// A request that can be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Sends the request again after a failure that may be temporary.
    pub(crate) retry: bool,
    /// The caller reads the body of the response as it arrives. Otherwise the client reads it, and
    /// sends the request again when the body ends early.
    pub(crate) streamed: bool,
    /// Uses a new connection: a server may close a kept one at the moment it is used again.
    pub(crate) fresh_connection: bool,
    /// Uses a connection that carries no other request at the same time, also where the server has HTTP/2.
    pub(crate) own_connection: bool,
    /// Remembers where the registry redirects to, for the next request for the same content.
    pub(crate) redirect_memory: Option<RedirectMemory>,
    /// The request is part of another one, which waits for it: it takes no place of its own under
    /// the limit on concurrent requests.
    pub(crate) nested: bool,
    /// A response that nothing is there, or that access is denied, may be meant for strangers only:
    /// then the request is sent again with a credential.
    pub(crate) signs_in: bool,
    /// When a byte was last transferred in the transfer that the request continues.
    pub(crate) last_progress: Option<Instant>,
    /// Limits how many large responses are read concurrently.
    pub(crate) body_limiter: Option<BodyLimiter>,
    /// Texts in the request that error messages must not repeat.
    pub(crate) secrets: Vec<Secret>,
    /// True while an attempt has been sent and no other attempt is needed: the server may have
    /// received it. Clones share it.
    pub(crate) sent: Arc<AtomicBool>,
    /// The next attempt is counted in the budget of its host already. Clones share it.
    pub(crate) is_counted: Arc<AtomicBool>,
}

#[derive(Clone)]
pub(crate) enum Body {
    Empty,
    Bytes(Bytes),
    /// `length` bytes of a source, starting at `offset`.
    Source {
        source: Arc<dyn Source>,
        offset: u64,
        length: u64,
    },
}

/// The HTTP library buffers a body of up to this many bytes completely, however slowly it is sent.
const BUFFERED_BODY: usize = 256 * 1024;

impl Body {
    /// A body with these bytes. A large one is sent in chunks, so that a response which arrives
    /// before the whole body was sent can be recognized.
    pub(crate) fn from_bytes(bytes: &Bytes) -> Self {
        if bytes.len() <= BUFFERED_BODY {
            return Self::Bytes(bytes.clone());
        }
        Self::Source { source: Arc::new(bytes.clone()), offset: 0, length: bytes.len() as u64 }
    }
}

/// Hides the content, which may hold a credential.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Source { offset, length, .. } => write!(f, "Source({offset}, {length})"),
        }
    }
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::Empty,
            retry: true,
            streamed: false,
            fresh_connection: false,
            own_connection: false,
            redirect_memory: None,
            nested: false,
            signs_in: false,
            last_progress: None,
            body_limiter: None,
            secrets: Vec::new(),
            sent: Arc::default(),
            is_counted: Arc::default(),
        }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn streamed(mut self) -> Self {
        self.streamed = true;
        self
    }

    pub(crate) fn fresh_connection(mut self, fresh: bool) -> Self {
        self.fresh_connection = fresh;
        self
    }

    pub(crate) fn nested(mut self) -> Self {
        self.nested = true;
        self
    }

    /// Records that an attempt is sent, or that another one is needed.
    pub(crate) fn mark_sent(&self, is_sent: bool) {
        self.sent.store(is_sent, Ordering::Relaxed);
    }

    /// Sends the request again with a credential if the registry says that nothing is there, or
    /// denies access without a challenge.
    pub(crate) fn signing_in(mut self, signs_in: bool) -> Self {
        self.signs_in = signs_in;
        self
    }

    pub(crate) fn without_retry(mut self) -> Self {
        self.retry = false;
        self
    }
}
