//! The catalog of a registry: its repositories.

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    connection::{Connection, RepositoryConnection},
    paginated_list::{Pages, present},
};
use crate::store::{
    list::{List, Problems},
    registry::auth::{context::AuthContext, scope::Scopes},
};
use ocigraph_types::{Code, Error, Result, check_repository};

impl Connection {
    /// Lists the repositories of the registry, in its order.
    ///
    /// The list comes from `/v2/_catalog`, which docker's registry introduced; it is not part of
    /// the [OCI distribution-spec 1.1.1]. Entries and pages that cannot be read are among the
    /// problems of the list.
    ///
    /// # Errors
    ///
    /// - [`Code::Unsupported`] if the registry has no catalog, such as
    ///   Docker Hub and GHCR.
    /// - [`Code::Unauthorized`] or
    ///   [`Code::Forbidden`] if the credential does not permit listing.
    /// - [`Code::TooLarge`] if the list exceeds the [`Limits`](crate::Limits).
    ///
    /// [OCI distribution-spec 1.1.1]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
    pub async fn repositories(self: &Arc<Self>) -> Result<List<String>> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(default, borrow, deserialize_with = "present")]
            repositories: Option<&'a RawValue>,
        }
        let context = AuthContext { scopes: Scopes::catalog(), ..AuthContext::default() };
        // A registry that is open in part lists its public repositories to strangers.
        self.expect_challenge(&context).await?;
        let connection = RepositoryConnection::new(Arc::clone(self), context);
        let what = format!("the repositories of {}", self.host());
        let mut pages = Pages::new(&connection, self.url("v2/_catalog")?, Problems::of(&what));
        let mut repositories = Vec::new();
        while let Some(response) = pages.next().await? {
            match response.status() {
                StatusCode::OK => {}
                // Docker Hub, GHCR and ECR Public have no catalog.
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                    return Err(Error::new(
                        Code::Unsupported,
                        format!("{} does not list its repositories", self.host()),
                    ));
                }
                _ => return Err(response.into_error(&format!("cannot list {what}")).await),
            }
            let (bytes, _permit) = response.metadata().await?;
            let Some(page) = pages.page::<Page<'_>>(&bytes)? else { continue };
            let entries = page.repositories;
            pages.add_names(&mut repositories, "repositories", entries, check_repository)?;
        }
        pages.finish(repositories)
    }
}
