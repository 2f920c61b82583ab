//! Redirects (RFC 9110, section 15.4).

use http::Method;
use url::Url;

use super::response::Response;
use ocigraph_types::{Code, Error, Result};

/// Redirects that one request follows.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// Returns where the response redirects a request of this method to. Returns `None` if it is not a
/// redirect, or is one that would turn another method into GET.
///
/// REGISTRY for a target that is not an HTTP URL, and for one that leaves TLS.
pub(crate) fn redirect_target(
    method: &Method,
    url: &Url,
    response: &Response,
) -> Result<Option<Url>> {
    let redirects = match response.status().as_u16() {
        307 | 308 => true,
        301..=303 => matches!(*method, Method::GET | Method::HEAD),
        _ => false,
    };
    let Some(location) = response.location().filter(|_| redirects) else { return Ok(None) };
    let target = url
        .join(location)
        .map_err(|_| Error::new(Code::Registry, "the registry redirects to an invalid URL"))?;
    if !matches!(target.scheme(), "http" | "https")
        || (url.scheme() == "https" && target.scheme() != "https")
    {
        let message =
            format!("the registry redirects from {} to {}", url.scheme(), target.scheme());
        return Err(Error::new(Code::Registry, message));
    }
    Ok(Some(target))
}
