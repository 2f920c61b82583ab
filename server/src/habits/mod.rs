//! What real registries do differently: the fields of [`Habits`], and a constructor for each registry.
//!
//! A field is read where the request is handled. A constructor names the version of the registry and the
//! source of each habit: a registry that the tests run, its own code, its documentation or a public report.
//! A habit without a source is left out.

mod azure;
mod docker;
mod ecr;
mod ghcr;
mod harbor;

use std::{fmt, str::FromStr};

use ocigraph::{Code, Error};

/// The registry that a server imitates.
///
/// ```
/// use ocigraph_server::BehaveAs;
///
/// assert_eq!("docker-2.8".parse::<BehaveAs>()?, BehaveAs::Docker28);
/// assert_eq!(BehaveAs::Docker28.to_string(), "docker-2.8");
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BehaveAs {
    /// `azure`: Azure Container Registry.
    Azure,
    /// `docker-2.8`: version 2.8 of distribution, which Docker publishes as `registry:2`.
    Docker28,
    /// `ghcr`: the registry of GitHub, ghcr.io.
    Ghcr,
    /// `harbor`: Harbor 2.9 and later.
    Harbor,
    /// `ecr`: private registries of Amazon ECR.
    Ecr,
}

impl BehaveAs {
    /// All registries, in the order of their names.
    pub const ALL: [Self; 5] = [Self::Azure, Self::Docker28, Self::Ecr, Self::Ghcr, Self::Harbor];

    /// Returns the name: `azure`, `docker-2.8`, `ecr`, `ghcr` or `harbor`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Docker28 => "docker-2.8",
            Self::Ecr => "ecr",
            Self::Ghcr => "ghcr",
            Self::Harbor => "harbor",
        }
    }
}

impl fmt::Display for BehaveAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for BehaveAs {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|registry| registry.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            let message = format!("{text:?} is not a registry that can be imitated");
            Error::new(Code::InvalidArgument, message).with_hint(format!("use one of {names}"))
        })
    }
}

/// The answer to a request that a registry refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

/// How a registry words an error.
#[derive(Debug)]
pub(crate) struct Wording {
    /// The code of this server.
    pub(crate) of: &'static str,
    /// The code of the registry.
    pub(crate) code: &'static str,
    /// The message of the registry. Without one, that of this server.
    pub(crate) message: Option<&'static str>,
}

/// The effect of a DELETE request for a tag.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TagDelete {
    RemovesTag,
    RemovesManifest,
    Refused(Refusal),
}

/// The pages of a list of names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// True if the parameters `n` and `last` count.
    pub(crate) reads_parameters: bool,
    /// Names in a page without `n`.
    pub(crate) default: usize,
    /// Maximum number of names in a page.
    pub(crate) max: usize,
    /// The answer to a greater `n`. Without one, the page is shorter.
    pub(crate) above_max: Option<Refusal>,
    /// The answer to an `n` that is not a number. Without one, it is ignored.
    pub(crate) not_a_number: Option<Refusal>,
    /// An empty parameter that the target of `Link` also has.
    pub(crate) link_parameter: Option<&'static str>,
}

impl Pages {
    /// The pages of this server.
    pub(crate) const OWN: Self = Self {
        reads_parameters: true,
        default: 10_000,
        max: 10_000,
        above_max: None,
        not_a_number: Some(Refusal {
            status: 400,
            code: "UNSUPPORTED",
            message: "the parameter n is not a number",
        }),
        link_parameter: None,
    };
}

/// What a registry does. [`Habits::own`] are those of this server.
#[derive(Debug)]
pub(crate) struct Habits {
    /// Errors that are worded otherwise.
    pub(crate) wordings: &'static [Wording],
    /// `Content-Type` of JSON.
    pub(crate) json_type: &'static str,
    /// True if the answer to an unknown path, name or method is a line of text.
    pub(crate) plain_routes: bool,
    /// True if a repository that does not exist is answered as its missing content.
    pub(crate) hides_missing_repositories: bool,
    /// True if the first push creates a repository.
    pub(crate) creates_repositories: bool,
    /// True if every response has a header with an identifier of the request.
    pub(crate) sends_correlation_id: bool,
    /// True if `Location` has the scheme and the host.
    pub(crate) absolute_locations: bool,
    /// True if `If-None-Match` with the digest is answered with 304.
    pub(crate) matches_etags: bool,

    /// True if there is the referrers API.
    pub(crate) has_referrers_api: bool,
    /// True if the push of a manifest with a subject is answered with `OCI-Subject`.
    pub(crate) sends_subject: bool,
    /// True if a list of referrers has their number in `X-Total-Count`.
    pub(crate) counts_referrers: bool,
    /// True if there is the API `/acr/v1`.
    pub(crate) has_azure_api: bool,

    pub(crate) tags: Pages,
    /// `None` if repositories are not listed.
    pub(crate) catalog: Option<Pages>,
    /// True if lists answer HEAD.
    pub(crate) has_list_heads: bool,
    /// True if a repository lists `null` once its last tag is gone, and is unknown before it has the first.
    pub(crate) has_null_tags: bool,

    /// Media types of manifests that can be pushed. `None` allows all that are understood.
    pub(crate) manifest_types: Option<&'static [&'static str]>,
    /// True if an OCI manifest is served only to a client whose `Accept` names its type.
    pub(crate) obeys_accept: bool,
    /// The answer to a manifest that is too large.
    pub(crate) manifest_too_large: Refusal,
    /// True if the parameters `tag` of a push set tags.
    pub(crate) reads_tag_parameters: bool,
    /// True if content can have a SHA-512 digest. Otherwise a manifest is refused, and a blob is stored under
    /// its SHA-256 digest.
    pub(crate) has_sha512: bool,
    /// The answer to a malformed digest as reference of a manifest that is read or pushed.
    pub(crate) malformed_reference: Option<Refusal>,

    pub(crate) tag_delete: TagDelete,
    /// The answer to the deletion of a manifest. `None` deletes it.
    pub(crate) manifest_delete: Option<Refusal>,
    /// The answer to the deletion of a manifest that an index lists. `None` deletes it.
    pub(crate) listed_delete: Option<Refusal>,
    /// True if the blobs of a deleted manifest stay.
    pub(crate) keeps_content: bool,
    /// True if the referrers of a deleted manifest go with it.
    pub(crate) deletes_referrers: bool,
    /// True if the children of a deleted index go with it, unless something else names them.
    pub(crate) deletes_children: bool,
    /// True if a blob that a manifest needs can be deleted.
    pub(crate) deletes_needed_blobs: bool,

    /// True if a POST with `digest` stores its body. Otherwise it opens a session.
    pub(crate) has_single_post: bool,
    /// True if a mount with a malformed digest opens a session.
    pub(crate) forgives_mounts: bool,
    /// True if `Content-Range` of a part counts. Otherwise each part is appended.
    pub(crate) checks_content_range: bool,
    /// True if the `Location` of a session has a parameter with its state, and only the last one works.
    pub(crate) has_upload_state: bool,
    /// True if a session stays after an upload with the wrong digest.
    pub(crate) keeps_failed_uploads: bool,
    /// Maximum bytes of a part with `Content-Range`, and the answer to a larger one.
    pub(crate) max_part: Option<(u64, Refusal)>,
    /// Status of the answer to a part.
    pub(crate) part_status: u16,
    /// True if `Range` in the answer to a part stays at the end of the first one.
    pub(crate) has_stale_range: bool,
    /// True if a malformed `Range` of a download is refused.
    pub(crate) refuses_malformed_ranges: bool,
}

impl Habits {
    /// Returns the habits of a registry, or of this server.
    pub(crate) fn of(registry: Option<BehaveAs>) -> Self {
        match registry {
            None => Self::own(),
            Some(BehaveAs::Azure) => Self::azure(),
            Some(BehaveAs::Docker28) => Self::docker_2_8(),
            Some(BehaveAs::Ecr) => Self::ecr(),
            Some(BehaveAs::Ghcr) => Self::ghcr(),
            Some(BehaveAs::Harbor) => Self::harbor(),
        }
    }

    /// Returns the habits of this server: the distribution specification 1.1.1 and what its main branch adds.
    fn own() -> Self {
        Self {
            wordings: &[],
            json_type: "application/json",
            plain_routes: false,
            hides_missing_repositories: false,
            creates_repositories: true,
            sends_correlation_id: false,
            absolute_locations: false,
            matches_etags: false,
            has_referrers_api: true,
            sends_subject: true,
            counts_referrers: false,
            has_azure_api: false,
            tags: Pages::OWN,
            catalog: Some(Pages::OWN),
            has_list_heads: true,
            has_null_tags: false,
            manifest_types: None,
            obeys_accept: false,
            manifest_too_large: Refusal {
                status: 413,
                code: "SIZE_INVALID",
                message: "a manifest can have at most 4 MiB",
            },
            reads_tag_parameters: true,
            has_sha512: true,
            malformed_reference: None,
            tag_delete: TagDelete::RemovesTag,
            manifest_delete: None,
            listed_delete: Some(Refusal {
                status: 409,
                code: "DENIED",
                message: "an index lists the manifest; delete the index first",
            }),
            keeps_content: false,
            deletes_referrers: false,
            deletes_children: false,
            deletes_needed_blobs: false,
            has_single_post: true,
            forgives_mounts: false,
            checks_content_range: true,
            has_upload_state: false,
            keeps_failed_uploads: false,
            max_part: None,
            part_status: 202,
            has_stale_range: false,
            refuses_malformed_ranges: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registry_has_a_name_that_is_read_back() {
        for registry in BehaveAs::ALL {
            assert_eq!(registry.to_string().parse::<BehaveAs>().unwrap(), registry);
        }
        let refused = "docker".parse::<BehaveAs>().unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(refused.hint(), Some("use one of azure, docker-2.8, ecr, ghcr, harbor"));
    }
}
