//! The HTTP clients of a connection: what they trust, which proxies they use, and what they take of
//! an answer's head.

use std::sync::Arc;

use url::Url;

use super::transport::Connection;
use crate::store::registry::auth::RealmGuard;
use ocigraph_types::{Code, Error, Host, Result};

/// More headers than any registry or proxy sends; their bytes are bounded too, by the HTTP library at
/// some 400 KB, and here for HTTP/2.
const MAX_HEADERS: usize = 4096;
const MAX_HEADER_BYTES: u32 = 400 * 1024;

impl Connection {
    /// The client for a server. Certificates are read when it is first needed.
    pub(super) fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        self.client_for(url, false)
    }

    /// The same; a `fresh` one makes a connection for each request.
    pub(super) fn client_for(&self, url: &Url, fresh: bool) -> Result<&reqwest::Client> {
        let kind = [is_secure(url), is_this_machine(url), fresh];
        let slot = &self.clients[kind.iter().fold(0, |kind, bit| 2 * kind + usize::from(*bit))];
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let mut builder = self.client_builder(url)?;
        if fresh {
            builder = builder.pool_max_idle_per_host(0);
        }
        let client = built(builder)?;
        Ok(slot.get_or_init(|| client))
    }

    /// A new client for a server, which connects to addresses alone that the guard has checked.
    pub(super) fn build_client(&self, url: &Url, guard: RealmGuard) -> Result<reqwest::Client> {
        built(self.client_builder(url)?.dns_resolver(Arc::new(guard)))
    }

    fn client_builder(&self, url: &Url) -> Result<reqwest::ClientBuilder> {
        let tls = if is_secure(url) {
            super::tls::config(self.config())?
        } else {
            super::tls::no_roots()?
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.config().limits.connect_timeout)
            .pool_max_idle_per_host(super::concurrency_limit::HIGHEST_LIMIT)
            .tcp_nodelay(true)
            .http2_adaptive_window(true)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .user_agent(&self.config().user_agent);
        // A redirect or a token server may lie elsewhere than the registry.
        if !self.config().use_proxy || is_this_machine(url) {
            builder = builder.no_proxy();
        }
        Ok(builder)
    }
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client> {
    builder.build().map_err(|e| {
        Error::new(Code::Internal, "the HTTP client could not be set up").with_source(e)
    })
}

fn is_secure(url: &Url) -> bool {
    url.scheme() == "https"
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().and_then(|name| name.parse::<Host>().ok());
    host.is_some_and(|host| host.is_loopback())
}
