//! Private registries of Amazon ECR, as AWS and public reports describe them.

use super::{Habits, Pages, Refusal};

/// google/go-containerregistry issue 681 quotes the code and the message, docker/compose gives the status of
/// an invalid parameter. Without `n`, a page has 100 names: docker-archive/migrator issue 96.
const PAGES: Pages = Pages {
    default: 100,
    max: 1000,
    above_max: Some(Refusal {
        status: 405,
        code: "UNSUPPORTED",
        message: "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'",
    }),
    ..Pages::OWN
};

impl Habits {
    /// Returns the habits of Amazon ECR.
    pub(super) fn ecr() -> Self {
        Self {
            // AWS announced the referrers API in June 2024.
            has_referrers_api: true,
            sends_subject: true,
            tags: PAGES,
            catalog: Some(PAGES),
            // moby/moby issue 24473, actions/starter-workflows issue 2647: the push fails with NAME_UNKNOWN.
            creates_repositories: false,
            // dotnet/sdk-container-builds pull request 279, openai/tart issue 273: 201 for a part.
            part_status: 201,
            // aws/containers-roadmap issue 2831: `Range` does not advance after the first part.
            has_stale_range: true,
            ..Self::own()
        }
    }
}
