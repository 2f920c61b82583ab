//! HTTP: requests, bounded responses, retries, TLS, and the limits on concurrent requests and on
//! their rate.
//!
//! One [`client::HttpClient`] sends everything that goes to a registry or to a token server.
//! Authentication and manifests are not known here.

pub(super) mod adaptive_limit;
pub(super) mod body;
pub(crate) mod budget;
pub(super) mod client;
pub(super) mod content_coding;
pub(super) mod error;
#[cfg(target_os = "linux")]
mod file_upload;
pub(super) mod proxy;
pub(super) mod rate_limit;
pub(super) mod received;
pub(super) mod redirect;
pub(super) mod request;
pub(crate) mod resolve_override;
pub(super) mod resolver;
pub(super) mod response;
pub(super) mod retry;
pub(super) mod tls;
pub(super) mod url;
pub(super) mod wire_log;
