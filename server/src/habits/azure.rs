//! Azure Container Registry, as Microsoft's reference of its API and public reports describe it.

use super::{Habits, Pages, TagDelete};

/// Azure/acr issue 749: at most 1,000 names, whatever `n` is. Its document `AAD-OAuth.md` shows the header
/// `Link`, with an empty `orderby`.
const PAGES: Pages =
    Pages { default: 1000, max: 1000, link_parameter: Some("orderby"), ..Pages::OWN };

impl Habits {
    /// Returns the habits of Azure Container Registry.
    pub(super) fn azure() -> Self {
        Self {
            // Microsoft's troubleshooting guide asks for the `x-ms-correlation-request-id` of a response.
            sends_correlation_id: true,
            // Azure's documentation on OCI artifacts: the referrers API of OCI 1.1.
            has_referrers_api: true,
            sends_subject: true,
            has_azure_api: true,
            tags: PAGES,
            catalog: Some(PAGES),
            // Azure's documentation on deletes: an image that is deleted by its tag goes with all its tags, and
            // `/acr/v1` removes a tag alone.
            tag_delete: TagDelete::RemovesManifest,
            // Azure's documentation on OCI artifacts: referrers are deleted with their subject.
            deletes_referrers: true,
            ..Self::own()
        }
    }
}
