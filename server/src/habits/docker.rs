//! Version 2.8 of distribution, which Docker publishes as `registry:2`, with deletes enabled.
//!
//! Source: Debian's docker-registry 2.8.2. `server/tests/behave_docker.rs` sends it the same requests as this
//! server, and compares the answers.

use ocigraph::media_type;

use super::{Habits, Pages, Refusal, TagDelete, Wording};

/// The messages of distribution's `registry/api/errcode` and `registry/api/v2`, by their codes.
pub(super) const WORDINGS: &[Wording] = &[
    said("BLOB_UNKNOWN", "blob unknown to registry"),
    said("BLOB_UPLOAD_INVALID", "blob upload invalid"),
    said("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
    said("DIGEST_INVALID", "provided digest did not match uploaded content"),
    said("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"),
    said("MANIFEST_INVALID", "manifest invalid"),
    said("MANIFEST_UNKNOWN", "manifest unknown"),
    said("NAME_UNKNOWN", "repository name not known to registry"),
    said("UNSUPPORTED", "The operation is unsupported."),
];

pub(super) const fn said(code: &'static str, message: &'static str) -> Wording {
    Wording { of: code, code, message: Some(message) }
}

const DIGEST_INVALID: Refusal = Refusal {
    status: 400,
    code: "DIGEST_INVALID",
    message: "provided digest did not match uploaded content",
};

impl Habits {
    /// Returns the habits of docker-registry 2.8.2.
    pub(super) fn docker_2_8() -> Self {
        Self {
            wordings: WORDINGS,
            json_type: "application/json; charset=utf-8",
            plain_routes: true,
            hides_missing_repositories: true,
            absolute_locations: true,
            matches_etags: true,
            has_referrers_api: false,
            sends_subject: false,
            // All tags come in one page, in no order.
            tags: Pages {
                reads_parameters: false,
                default: usize::MAX,
                max: usize::MAX,
                ..Pages::OWN
            },
            catalog: Some(Pages {
                default: 100,
                max: 1000,
                above_max: Some(Refusal {
                    status: 400,
                    code: "PAGINATION_NUMBER_INVALID",
                    message: "invalid number of results requested",
                }),
                not_a_number: None,
                ..Pages::OWN
            }),
            has_list_heads: false,
            has_null_tags: true,
            manifest_types: Some(&[
                media_type::OCI_MANIFEST,
                media_type::OCI_INDEX,
                media_type::DOCKER_MANIFEST,
                media_type::DOCKER_LIST,
            ]),
            obeys_accept: true,
            manifest_too_large: Refusal {
                status: 400,
                code: "MANIFEST_INVALID",
                message: "manifest invalid",
            },
            reads_tag_parameters: false,
            has_sha512: false,
            // The path of the tag in its storage is refused by the driver.
            malformed_reference: Some(Refusal {
                status: 500,
                code: "UNKNOWN",
                message: "unknown error",
            }),
            tag_delete: TagDelete::Refused(DIGEST_INVALID),
            listed_delete: None,
            keeps_content: true,
            deletes_needed_blobs: true,
            has_single_post: false,
            forgives_mounts: true,
            checks_content_range: false,
            has_upload_state: true,
            keeps_failed_uploads: true,
            refuses_malformed_ranges: true,
            ..Self::own()
        }
    }
}
