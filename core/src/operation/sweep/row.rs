//! The rows of a sweep.

use serde::Serialize;

use ocigraph_types::{Attachment, Code, Digest, Error, ListProblem, Unread};

use super::place::Place;
use crate::operation::attached::walk::FoundNode;

/// A row of [`Client::sweep`](crate::Client::sweep): an image, something that is attached to it, or
/// something that could not be read.
///
/// The row of an image has `depth` 0 and comes after the rows of what is attached to it. Its `status` tells
/// whether these are all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SweepRow {
    /// The registry, as `host[:port]`, or the path of the image layout after `oci:`.
    pub registry: String,
    /// The repository. Empty for an image layout, and for a registry whose repositories cannot be
    /// listed.
    pub repository: String,
    /// The tag of the image, also for what is attached: one of its tags if it has several. `None` if the image
    /// was found or named without one.
    pub tag: Option<String>,
    /// The digest of the image. `None` if it is not known.
    pub image: Option<Digest>,
    /// The digest of the manifest that this one is attached to. `None` for an image.
    pub subject: Option<Digest>,
    /// The digest of the manifest. `None` for something that could not be read.
    pub digest: Option<Digest>,
    /// How the manifest is attached: `referrer`, `tag`, `attestation` or `child`. `None` for an image.
    pub edge: Option<String>,
    /// What the manifest is, as a phrase such as `SBoM (SPDX)`. `None` if it follows no known
    /// convention.
    pub label: Option<String>,
    /// The kinds of the manifest: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex`,
    /// `chart`. Empty if it follows no known convention.
    pub kinds: Vec<String>,
    /// The artifact type, if it is known without reading the manifest.
    pub artifact_type: Option<String>,
    /// The predicate types of in-toto statements, as far as they are known without reading content.
    pub predicate_types: Vec<String>,
    /// The media type of the manifest.
    pub media_type: Option<String>,
    /// The size of the manifest in bytes.
    pub size: Option<u64>,
    /// The annotation `org.opencontainers.image.created`, if the list or index has it.
    pub created: Option<String>,
    /// The platform, as `os/arch[/variant]`, if an index lists the manifest with one.
    pub platform: Option<String>,
    /// The number of edges from the image: 0 for the image, 1 for what is directly attached.
    pub depth: usize,
    /// What is known.
    pub status: SweepStatus,
    /// Why it is not known, or refused. `None` if it is known.
    pub error: Option<String>,
}

/// What is known of a row of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SweepStatus {
    /// The manifest exists. For an image: something is attached, and all of it was listed.
    Found,
    /// For an image: everything was listed, and nothing is attached.
    None,
    /// What is named does not exist.
    Missing,
    /// Something could not be read: more can be attached.
    Unknown,
    /// The registry refuses to say it, with 401 or 403: more can be attached.
    Refused,
}

impl SweepStatus {
    /// Every status.
    pub const ALL: [SweepStatus; 5] =
        [Self::Found, Self::None, Self::Missing, Self::Unknown, Self::Refused];

    /// Returns the name in JSON results: `found`, `none`, `missing`, `unknown` or `refused`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::None => "none",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }

    /// Returns true if the answer is complete.
    pub(super) fn is_known(self) -> bool {
        !matches!(self, Self::Unknown | Self::Refused)
    }

    pub(super) fn of(code: Option<Code>) -> Self {
        match code {
            Some(Code::Unauthorized | Code::Forbidden) => Self::Refused,
            _ => Self::Unknown,
        }
    }
}

impl SweepRow {
    pub(super) fn new(place: &Place, tag: Option<&str>, status: SweepStatus) -> Self {
        Self {
            registry: place.registry.clone(),
            repository: place.repository.clone(),
            tag: tag.map(str::to_owned),
            image: None,
            subject: None,
            digest: None,
            edge: None,
            label: None,
            kinds: Vec::new(),
            artifact_type: None,
            predicate_types: Vec::new(),
            media_type: None,
            size: None,
            created: None,
            platform: None,
            depth: 0,
            status,
            error: None,
        }
    }

    /// The row of something that is attached.
    pub(super) fn of_node(mut self, node: FoundNode) -> Self {
        let FoundNode { parent, edge, depth, attachment, .. } = node;
        let descriptor = edge.descriptor;
        self.created = ocigraph_types::created(&descriptor.annotations).map(str::to_owned);
        self.subject = Some(parent);
        self.digest = Some(descriptor.digest);
        self.edge = Some(edge.kind.name().to_owned());
        self.artifact_type = descriptor.artifact_type;
        self.media_type = Some(descriptor.media_type);
        self.size = Some(descriptor.size);
        self.platform = descriptor.platform.map(|platform| platform.to_string());
        self.depth = depth;
        self.describe(&attachment);
        self
    }

    fn describe(&mut self, attachment: &Attachment) {
        self.label = attachment.label();
        self.kinds = attachment.kinds().map(|kind| kind.name().to_owned()).collect();
        self.predicate_types = attachment.predicate_types().map(str::to_owned).collect();
        if *attachment.unread() == Unread::Manifest && !attachment.is_recognized() {
            let (status, what) = match attachment.is_refused() {
                true => (SweepStatus::Refused, "the registry refuses its manifest"),
                false => (SweepStatus::Unknown, "its manifest cannot be read"),
            };
            self.status = status;
            self.error = Some(format!("{what}, so it is not known what it is"));
        }
    }

    /// Returns true for the row of a manifest that is attached, or that an index lists.
    pub(super) fn is_attached(&self) -> bool {
        self.digest.is_some() && self.depth > 0
    }

    /// The row of something that could not be read.
    pub(super) fn of_problem(mut self, problem: ListProblem) -> Self {
        self.status = SweepStatus::of(problem.code);
        self.depth = 1;
        self.error = Some(problem.to_string());
        self.subject = problem.subject;
        self
    }

    /// The row of an image, a repository or a registry that could not be read.
    pub(super) fn of_error(mut self, error: &Error) -> Self {
        self.status = match error.code() {
            Code::NotFound => SweepStatus::Missing,
            code => SweepStatus::of(Some(code)),
        };
        self.error = Some(error.to_string());
        self
    }
}
