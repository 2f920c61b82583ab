//! The registry of GitHub, ghcr.io, as public reports of 2022 to 2026 describe it.

use super::{Habits, Refusal, TagDelete};

/// containers/skopeo issue 1880: 405 with this code and message, for tags and digests.
const UNSUPPORTED: Refusal =
    Refusal { status: 405, code: "UNSUPPORTED", message: "The operation is unsupported." };

impl Habits {
    /// Returns the habits of ghcr.io.
    pub(super) fn ghcr() -> Self {
        Self {
            // dataaxiom/ghcr-cleanup-action issue 13 and pull request 114: 404, and no `OCI-Subject`.
            has_referrers_api: false,
            sends_subject: false,
            // oras-project/oras-go issue 621: repositories are not listed.
            catalog: None,
            tag_delete: TagDelete::Refused(UNSUPPORTED),
            manifest_delete: Some(UNSUPPORTED),
            // oras-project/rust-oci-client issue 35 and wasmCloud/wash issue 268 quote the answer.
            max_part: Some((
                4 * 1024 * 1024,
                Refusal {
                    status: 416,
                    code: "REQUESTED_RANGE_NOT_SATISFIABLE",
                    message: "the request body is too large and exceeds the maximum permissible limit of 4.00MiB",
                },
            )),
            ..Self::own()
        }
    }
}
