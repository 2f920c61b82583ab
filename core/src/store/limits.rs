//! The limits that a caller can set.

use derive_setters::Setters;
use std::time::Duration;

use ocigraph_types::{Code, Error, Result};

/// Limits on time and on what a registry or layout may send.
///
/// The value that switches a time limit off is `Duration::MAX`; for a number it is the largest of
/// its type. The limits on time and on attempts apply to registries only.
///
/// ```
/// use std::time::Duration;
/// use ocigraph::{Client, ClientConfig, Limits};
///
/// let limits = Limits::default().connect_timeout(Duration::from_secs(2));
/// let client = Client::with_config(ClientConfig::default().limits(limits));
/// ```
#[derive(Debug, Clone, Copy, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct Limits {
    /// Time to connect to a registry, TLS handshake included. Default: 10 s.
    pub connect_timeout: Duration,
    /// Time from a request to the first header of its response. Default: 30 s.
    pub response_timeout: Duration,
    /// Time between two pieces of a body, in either direction. Default: 30 s.
    pub idle_timeout: Duration,
    /// Time from the last byte of an upload to the first header of its response. One second is
    /// added for every 16 MiB sent, since a registry digests a blob before it responds. Default: 60
    /// s.
    pub upload_response_timeout: Duration,
    /// Number of attempts of one request, the first included. A response with status 429 does not count
    /// while the registry serves this client, or has done so within the stall timeout: the request waits for
    /// its turn. Default: 5.
    pub max_attempts: u32,
    /// Time without a transferred byte after which an operation fails, over all attempts of a
    /// request. The time that a registry needs to respond to an upload, and a pause that it asks
    /// for, do not count. Default: 90 s.
    pub stall_timeout: Duration,
    /// Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB.
    pub max_manifest_bytes: usize,
    /// Maximum number of pages of a list. Default: 10,000.
    pub max_pages: usize,
    /// Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000.
    pub max_entries: usize,
    /// Time for a credential helper to answer before it is killed. Default: 30 s.
    pub helper_timeout: Duration,
    /// Maximum number of requests a second to one host and port, the budget of the client: in any one
    /// second, no more are sent. It counts every request, also to token servers, after a redirect, and
    /// when a request is sent again. All operations of a client share it. Where a registry admits less,
    /// the client sends less. The wait for the budget is not a stall. Minimum: 1. Default: no
    /// maximum.
    pub max_requests_per_second: u32,
}

/// The longest time limit: it can be added to any instant.
const NO_LIMIT: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

impl Limits {
    /// Returns the limits, reduced so that adding them to an instant cannot overflow.
    pub(crate) fn usable(self) -> Self {
        Self {
            connect_timeout: self.connect_timeout.min(NO_LIMIT),
            response_timeout: self.response_timeout.min(NO_LIMIT),
            idle_timeout: self.idle_timeout.min(NO_LIMIT),
            upload_response_timeout: self.upload_response_timeout.min(NO_LIMIT),
            stall_timeout: self.stall_timeout.min(NO_LIMIT),
            helper_timeout: self.helper_timeout.min(NO_LIMIT),
            max_attempts: self.max_attempts.max(1),
            max_requests_per_second: self.max_requests_per_second.max(1),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            upload_response_timeout: Duration::from_secs(60),
            max_attempts: 5,
            stall_timeout: Duration::from_secs(90),
            max_manifest_bytes: 4 * 1024 * 1024,
            max_pages: 10_000,
            max_entries: DEFAULT_MAX_ENTRIES,
            helper_timeout: Duration::from_secs(30),
            max_requests_per_second: u32::MAX,
        }
    }
}

/// Default maximum of entries of a list, and of manifests in a graph: more than any repository has,
/// and few enough for the memory.
pub(crate) const DEFAULT_MAX_ENTRIES: usize = 1_000_000;

/// TOO_LARGE if a list or a graph has more than `limit` entries: a malicious list can be endless.
pub(crate) fn check_limit(found: usize, limit: usize) -> Result<()> {
    if found <= limit {
        return Ok(());
    }
    Err(Error::new(Code::TooLarge, format!("more than {limit} entries were listed")))
}
