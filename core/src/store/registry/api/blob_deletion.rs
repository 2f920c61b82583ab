//! Deletes blobs (distribution-spec v1.1.1, "Deleting Blobs").

use http::{Method, StatusCode};

use super::{download::blob_not_found, registry::Registry};
use crate::store::registry::{hint, http::request::Request};
use ocigraph_types::{Code, Digest, Result};

impl Registry {
    /// Deletes a blob. NOT_FOUND if the repository does not have it.
    pub(super) async fn remove_blob(&self, digest: &Digest) -> Result<()> {
        let request = Request::new(Method::DELETE, self.blob_url(digest)?).signing_in(true);
        let response = self.connection.send(request).await?;
        let what = format!("the blob {digest} was not deleted");
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(blob_not_found(digest)),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                let hint = hint::enable_blob_deletion(self.connection.host());
                let error = response.into_error(&what).await;
                Err(error.with_code(Code::Unsupported).with_hint(hint))
            }
            _ => Err(response.into_error(&what).await),
        }
    }
}
