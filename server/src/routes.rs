//! The handling of a request: its endpoint, its method, and what every response has.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request as HttpRequest, Response, header::EXPECT},
};
use ocigraph_file_sender::FileParts;
use tokio::sync::Semaphore;

use crate::{
    ServerOptions, azure, blob_uploads, blobs, body,
    errors::{ErrorResponse, Sought},
    habits::Habits,
    headers::{API_VERSION, CORRELATION_ID, json},
    lists, manifests,
    passwords::Passwords,
    protocol::Endpoint,
    referrers,
    repositories::{Repositories, Repository},
    request::{Request, check_name},
    uploads::{Uploads, new_id},
};

/// Maximum bytes of an unread body that are read after the response is known, and the time for it: twice
/// the largest manifest.
const DRAIN_LIMIT: usize = 8 * 1024 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Time that a repository keeps blobs for a client that has not pushed their manifest yet.
const LEASE_AGE: Duration = Duration::from_secs(15 * 60);
/// Time after which a blob that was uploaded is removed if no manifest names it. No push takes longer.
const UPLOAD_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Maximum bytes of all manifests that are received or parsed at a time, in KiB.
const MANIFEST_BUDGET: usize = 16 * 1024;
/// Maximum number of manifests that are read and parsed at a time.
const MAX_MANIFEST_READS: usize = 16;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) repositories: Repositories,
    pub(crate) uploads: Uploads,
    passwords: Option<Arc<Passwords>>,
    pub(crate) options: ServerOptions,
    pub(crate) habits: Habits,
    /// A permit for each KiB of a manifest in memory.
    pub(crate) manifest_budget: Semaphore,
    /// Manifests that are read at a time: each takes more memory than its bytes while it is parsed.
    pub(crate) manifest_reads: Semaphore,
}

impl Registry {
    pub(crate) fn new(
        repositories: Repositories,
        uploads: Uploads,
        passwords: Option<Arc<Passwords>>,
        options: ServerOptions,
        habits: Habits,
    ) -> Self {
        let manifest_budget = Semaphore::new(MANIFEST_BUDGET);
        let manifest_reads = Semaphore::new(MAX_MANIFEST_READS);
        Self { repositories, uploads, passwords, options, habits, manifest_budget, manifest_reads }
    }

    /// Releases what nobody uses: uploads, blobs that wait for a manifest, and open layouts.
    pub(crate) async fn sweep(&self) {
        self.uploads.remove_idle().await;
        self.repositories.release_unused(LEASE_AGE, UPLOAD_AGE).await;
    }

    /// Opens a repository that exists, in which something is sought.
    pub(crate) async fn existing(
        &self,
        name: &str,
        sought: Sought,
    ) -> Result<Arc<Repository>, ErrorResponse> {
        check_name(name)?;
        let found = self.repositories.existing(name).await;
        found.map_err(|unknown| match self.habits.hides_missing_repositories {
            true => ErrorResponse::missing(sought),
            false => unknown,
        })
    }

    /// Opens a repository that may be changed, and need not exist.
    pub(crate) async fn writable(&self, name: &str) -> Result<Arc<Repository>, ErrorResponse> {
        check_name(name)?;
        if !self.habits.creates_repositories {
            self.repositories.existing(name).await?;
        }
        self.repositories.writable(name).await
    }

    /// Returns the URL of a path, in the form that the registry sends.
    pub(crate) fn location(&self, request: &Request, path: String) -> String {
        let origin = self.habits.absolute_locations;
        let origin = origin.then(|| request.origin(self.options.tls.is_some())).flatten();
        origin.unwrap_or_default() + &path
    }
}

/// Answers a request.
pub(crate) async fn handle(
    registry: &Registry,
    request: HttpRequest<Body>,
    file_parts: Option<FileParts>,
) -> Response<Body> {
    let request = Request::new(request, file_parts);
    tracing::debug!(method = %request.method, path = request.path, "request");
    let answered = route(registry, &request).await;
    let mut response = answered.unwrap_or_else(|error| error.into_response(&registry.habits));
    // Reading the body would send `100 Continue` to a client that waits for it.
    if let Some(unread) = request.unread_body()
        && !request.headers.contains_key(EXPECT)
    {
        body::drain(unread, DRAIN_LIMIT, DRAIN_TIMEOUT).await;
    }
    response.headers_mut().insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    if registry.habits.sends_correlation_id
        && let Some(id) = correlation_id()
    {
        response.headers_mut().insert(CORRELATION_ID, id);
    }
    tracing::debug!(status = response.status().as_u16(), path = request.path, "response");
    response
}

async fn route(registry: &Registry, request: &Request) -> Result<Response<Body>, ErrorResponse> {
    if let Some(passwords) = &registry.passwords {
        passwords.check(request).await?;
    }
    let endpoint = Endpoint::parse(&request.path).ok_or_else(ErrorResponse::no_route)?;
    let habits = &registry.habits;
    let is_there = match endpoint {
        Endpoint::Catalog => habits.catalog.is_some(),
        Endpoint::Referrers { .. } => habits.has_referrers_api,
        Endpoint::AzureManifests { .. }
        | Endpoint::AzureTags { .. }
        | Endpoint::AzureTag { .. } => habits.has_azure_api,
        _ => true,
    };
    if !is_there {
        return Err(ErrorResponse::no_route());
    }
    let method = request.method.clone();
    match (endpoint, method) {
        (Endpoint::Catalog | Endpoint::Tags { .. }, Method::HEAD) if !habits.has_list_heads => {
            Err(ErrorResponse::method_not_allowed())
        }
        (Endpoint::Base, Method::GET | Method::HEAD) => Ok(json(habits, &serde_json::json!({}))),
        (Endpoint::Catalog, Method::GET | Method::HEAD) => lists::catalog(registry, request).await,
        (Endpoint::Tags { name }, Method::GET | Method::HEAD) => {
            lists::tags(registry, request, &name).await
        }
        (Endpoint::Referrers { name, digest }, Method::GET | Method::HEAD) => {
            referrers::list(registry, request, &name, &digest).await
        }
        (Endpoint::Manifest { name, reference }, Method::GET | Method::HEAD) => {
            manifests::read(registry, request, &name, &reference).await
        }
        (Endpoint::Manifest { name, reference }, Method::PUT) => {
            manifests::write(registry, request, &name, &reference).await
        }
        (Endpoint::Manifest { name, reference }, Method::DELETE) => {
            manifests::delete(registry, &name, &reference).await
        }
        (Endpoint::Blob { name, digest }, Method::GET | Method::HEAD) => {
            blobs::read(registry, request, &name, &digest).await
        }
        (Endpoint::Blob { name, digest }, Method::DELETE) => {
            blobs::delete(registry, &name, &digest).await
        }
        (Endpoint::NewUpload { name }, Method::POST) => {
            blob_uploads::begin(registry, request, &name).await
        }
        (Endpoint::Upload { name, id }, Method::GET | Method::HEAD) => {
            blob_uploads::status(registry, request, &name, &id)
        }
        (Endpoint::Upload { name, id }, Method::PATCH) => {
            blob_uploads::append(registry, request, &name, &id).await
        }
        (Endpoint::Upload { name, id }, Method::PUT) => {
            blob_uploads::finish(registry, request, &name, &id).await
        }
        (Endpoint::Upload { name, id }, Method::DELETE) => {
            blob_uploads::cancel(registry, request, &name, &id).await
        }
        (Endpoint::AzureManifests { name }, Method::GET) => {
            azure::manifests(registry, request, &name).await
        }
        (Endpoint::AzureTags { name }, Method::GET) => azure::tags(registry, request, &name).await,
        (Endpoint::AzureTag { name, tag }, Method::DELETE) => {
            azure::untag(registry, &name, &tag).await
        }
        _ => Err(ErrorResponse::method_not_allowed()),
    }
}

/// Returns an identifier of a request, in the form of a UUID.
fn correlation_id() -> Option<HeaderValue> {
    let id = new_id().ok()?;
    let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    HeaderValue::try_from(parts.join("-")).ok()
}
