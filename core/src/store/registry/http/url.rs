//! URLs: comparing origins, and hiding what logs and errors must not show.

use url::Url;

/// Returns true if both URLs have the same scheme, host and port (RFC 6454, section 5).
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// Returns the URL without its query, which may hold a signature, and without user and password.
pub(crate) fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}
