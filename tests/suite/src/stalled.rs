//! A transfer that stalls in its middle, for the tests of cancellation. The tests of every language
//! configure the fixture in this way.

use ocigraph_fixture::{Config, Fixture};

/// The size of the blob that the tests push and pull, in bytes.
pub const STALLED_SIZE: usize = 8 << 20;

/// Returns the configuration of a registry that stalls: it keeps the upload session of a large blob open
/// and does not respond, and it sends only the first bytes of a large blob.
pub fn stalling() -> Config {
    Config { stall_after: Some(4 << 20), ..Config::default() }
}

/// Checks that a cancelled push has left no upload session: it opened at least one, and each was closed
/// by a request that the registry has already answered.
///
/// # Panics
/// If a session is open.
pub fn assert_sessions_closed(fixture: &Fixture) {
    let requests = fixture.requests();
    let count = |method: &str, status: u16| {
        requests.iter().filter(|r| (r.method.as_str(), r.status) == (method, status)).count()
    };
    let uploads = fixture.state().uploads;
    assert!(uploads.is_empty(), "upload sessions are still open: {uploads:?}\n{requests:#?}");
    assert!(count("POST", 202) > 0, "no upload session was opened\n{requests:#?}");
    assert_eq!(count("DELETE", 204), count("POST", 202), "{requests:#?}");
}
