//! Harbor 2.9 and later.
//!
//! Sources: its code, `src/server/registry` and `src/lib/http/error.go` of goharbor/harbor. It answers for
//! manifests, tags, repositories and referrers itself. Everything else goes to version 2.8 of distribution
//! behind it, whose habits it has there.

use super::{Habits, Pages, Refusal, TagDelete, Wording, docker};

/// `errors.NotFoundCode`, for artifacts and repositories. Distribution words the others.
const WORDINGS: &[Wording] = &[
    Wording { of: "MANIFEST_UNKNOWN", code: "NOT_FOUND", message: None },
    Wording { of: "NAME_UNKNOWN", code: "NOT_FOUND", message: None },
    docker::said("BLOB_UNKNOWN", "blob unknown to registry"),
    docker::said("BLOB_UPLOAD_INVALID", "blob upload invalid"),
    docker::said("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
    docker::said("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry"),
    docker::said("MANIFEST_INVALID", "manifest invalid"),
];

/// Lists have all names without `n`. `util.go`: `ParseNAndLastParameters`, `pickItems`.
const PAGES: Pages = Pages {
    default: usize::MAX,
    max: usize::MAX,
    not_a_number: Some(Refusal {
        status: 400,
        code: "BAD_REQUEST",
        message: "the N must be a positive int type",
    }),
    ..Pages::OWN
};

impl Habits {
    /// Returns the habits of Harbor.
    pub(super) fn harbor() -> Self {
        Self {
            wordings: WORDINGS,
            // The configuration of the registry behind it has `relativeurls: true`.
            absolute_locations: false,
            // `referrers.go`. `OCI-Subject` came with 2.9: goharbor/harbor issue 18865.
            has_referrers_api: true,
            sends_subject: true,
            counts_referrers: true,
            tags: PAGES,
            catalog: Some(PAGES),
            has_null_tags: false,
            // `manifest.go`, `deleteManifest`: a reference that is not a digest is UNSUPPORTED, and
            // `error.go` gives it 400.
            tag_delete: TagDelete::Refused(Refusal {
                status: 400,
                code: "UNSUPPORTED",
                message: "unsupported digest: invalid checksum digest format",
            }),
            // `controller/artifact`, `deleteDeeply`: a manifest with a parent is refused. Otherwise its
            // accessories and the untagged children without another parent go with it.
            listed_delete: Some(Refusal {
                status: 412,
                code: "VIOLATE_FOREIGN_KEY_CONSTRAINT",
                message: "the deleting artifact is referenced by others",
            }),
            deletes_referrers: true,
            deletes_children: true,
            // An artifact that is not in its database is not found, whatever its name.
            malformed_reference: None,
            ..Self::docker_2_8()
        }
    }
}
