//! Redirects (RFC 9110, section 15.4).

use std::sync::{Arc, Mutex, PoisonError};

use http::Method;
use url::Url;

use super::response::Response;
use crate::store::registry::hint;
use ocigraph_types::{Code, Error, Result};

/// Redirects that one request follows.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// The URL to which a registry redirected a request for some content: usually a signed URL of an object
/// store, which serves several ranges of the content until it expires. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RedirectMemory(Arc<Mutex<Option<Url>>>);

impl RedirectMemory {
    pub(crate) fn get(&self) -> Option<Url> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, target: Url) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
    }

    /// Forgets a target, unless another request has set another one.
    pub(crate) fn forget(&self, target: &Url) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() == Some(target) {
            *known = None;
        }
    }
}

/// Returns the URL to which a response redirects a request. Returns `None` if the response is not a
/// redirect, or if it would change the method to GET.
///
/// Fails with REGISTRY for a target that is not an HTTP URL, or that leaves TLS.
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
        return Err(Error::new(Code::Registry, message).with_hint(hint::forwarded_proto()));
    }
    Ok(Some(target))
}
