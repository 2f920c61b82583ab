//! Requests as values, so that they can be sent again.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::time::Instant;
use url::Url;

use crate::{
    content::source::Source,
    store::{memory::Gate, registry::auth::Scopes},
};

/// On whose behalf a request is made: which repository's credential signs it, and what its token
/// must allow.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuthContext {
    /// Empty for the registry as a whole.
    pub(crate) repository: Arc<str>,
    pub(crate) scopes: Scopes,
}

/// A request that can be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Whether to send it again when it fails in a way that may pass.
    pub(crate) retried: bool,
    /// Whether the body of the answer is long, and read as it comes; others are read at once, and the
    /// request is sent again when they break off.
    pub(crate) streamed: bool,
    /// Whether to send it over a connection of its own: one that was kept may be closed just when it
    /// is used again.
    pub(crate) fresh: bool,
    /// When a byte last moved in the transfer that this is a part of.
    pub(crate) since: Option<Instant>,
    /// Where a large answer waits for its turn to be read.
    pub(crate) gate: Option<Gate>,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Bytes(Bytes),
    /// `length` bytes of a source from `offset` on.
    Source {
        source: Arc<dyn Source>,
        offset: u64,
        length: u64,
    },
}

/// What the HTTP library takes at once, however slowly it is sent.
const TAKEN_AT_ONCE: usize = 256 * 1024;

impl Body {
    /// These bytes. Many are handed over in pieces, so that it shows when an answer comes too early.
    pub(crate) fn of_bytes(bytes: &Bytes) -> Self {
        if bytes.len() <= TAKEN_AT_ONCE {
            return Self::Bytes(bytes.clone());
        }
        Self::Source { source: Arc::new(bytes.clone()), offset: 0, length: bytes.len() as u64 }
    }
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::Empty,
            retried: true,
            streamed: false,
            fresh: false,
            since: None,
            gate: None,
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

    pub(crate) fn fresh(mut self, fresh: bool) -> Self {
        self.fresh = fresh;
        self
    }

    pub(crate) fn once(mut self) -> Self {
        self.retried = false;
        self
    }
}
