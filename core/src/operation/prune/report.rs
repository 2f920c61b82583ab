//! The plan and the result of a prune.

use serde::Serialize;

use ocigraph_types::{
    Code, Descriptor, Digest, Error, Reference, Result, serialize_descriptor,
    weight::{OBJECT, Weight},
};

/// The value of [`PruneReport::kind`].
pub(super) const KIND: &str = "io.ocigraph.prune";

/// The version of the JSON of a plan.
pub(super) const SCHEMA_VERSION: u64 = 1;

/// The result of [`Client::prune`](crate::Client::prune): the plan of a dry run, or what was done. Its
/// JSON, with names in camel case, is what the option `plan` writes and the option `execute` reads.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PruneReport {
    /// The version of this format: 1.
    pub schema_version: u64,
    /// The kind of this document: `io.ocigraph.prune`.
    pub kind: String,
    /// Time at which the plan was made, RFC 3339.
    pub created: String,
    /// True if nothing was deleted: the report is a plan.
    pub dry_run: bool,
    /// The repositories and layouts in the order in which they were named.
    pub repositories: Vec<PrunedRepository>,
    /// The repositories that could not be pruned at all, each with the error. Nothing in them was deleted.
    pub failed: Vec<PruneFailure>,
}

/// What a prune deletes in one repository or layout, and what it keeps.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PrunedRepository {
    /// The repository or layout.
    pub repository: Reference,
    /// The deleted manifests, in the order of deletion: referrers before their subjects, indexes before what
    /// they list, and tags that are removed alone last.
    pub deleted: Vec<PrunedManifest>,
    /// The selected manifests that stay, each with the reason.
    pub kept: Vec<KeptManifest>,
    /// The manifests that could not be deleted, each with the error: [CONFLICT](crate::Code::Conflict) if
    /// they have changed since the plan was made, or are needed by others that stay.
    pub refused: Vec<RefusedManifest>,
    /// The phrases for users that say what a prune of this repository does not see.
    pub unseen: Vec<String>,
    /// The phrases for users that name the lists and manifests that could not be read. If there is one,
    /// everything stays that was selected, since something unread may need it.
    pub unread: Vec<String>,
}

/// A manifest or tag that a prune deletes.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PrunedManifest {
    /// The descriptor of the manifest; if only tags are removed, of the manifest that they name.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// What is deleted.
    pub kind: PrunedKind,
    /// The tags that are removed: all tags of a manifest that is deleted.
    pub tags: Vec<String>,
    /// Time of creation, RFC 3339, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The digest of the subject; of a tag that has the digest of a manifest, that digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// Why it is deleted.
    pub cause: PruneCause,
    /// Why it is deleted, as a phrase for users, for example `older than 90 days`.
    pub reason: String,
    /// True if it did not exist any more when it was to be deleted.
    pub gone: bool,
}

/// A manifest or tag that was selected and stays.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct KeptManifest {
    /// The descriptor of the manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The selected tags of the manifest. Those that stay too, unless `deleted` has them.
    pub tags: Vec<String>,
    /// Why it stays.
    pub cause: KeepCause,
    /// Why it stays, as a phrase for users, for example `listed by v2, which stays`.
    pub reason: String,
}

/// A manifest or tag that could not be deleted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RefusedManifest {
    /// The descriptor of the manifest.
    pub descriptor: Descriptor,
    /// The tags that would be removed.
    pub tags: Vec<String>,
    /// The error.
    pub error: Error,
}

/// A repository that could not be pruned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PruneFailure {
    /// The repository or layout.
    pub repository: Reference,
    /// The error.
    pub error: Error,
}

/// What a prune deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PrunedKind {
    /// A manifest that is neither an index nor a referrer.
    Manifest,
    /// An index.
    Index,
    /// A manifest with a subject.
    Referrer,
    /// A manifest that is attached by a tag of cosign.
    SiblingTag,
    /// A list of referrers under a fallback tag.
    FallbackTag,
    /// Tags alone: the manifest stays.
    Tag,
}

/// Why a prune deletes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PruneCause {
    /// It is older than the option `older_than` allows.
    Old,
    /// It is not among the newest of the option `keep_last`.
    NotAmongLast,
    /// Its tags match the option `tags`.
    Tag,
    /// It has no tag, and nothing needs it that stays.
    Untagged,
    /// Its subject does not exist.
    Orphan,
    /// Its tag has the digest of a manifest that does not exist.
    DeadTag,
    /// It is attached to a manifest that is deleted.
    Attached,
    /// An index that is deleted lists it, and nothing else does that stays.
    Listed,
}

/// Why something stays that a prune has selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeepCause {
    /// It has another tag, which stays.
    Tagged,
    /// An index lists it that stays.
    Listed,
    /// It is the subject of a manifest that stays.
    Subject,
    /// It is attached to a manifest that stays.
    Attached,
    /// It lists a referrer that stays.
    Lists,
    /// Its time of creation is not known.
    TimeUnknown,
    /// The registry has locked it.
    Locked,
    /// Something could not be read, and may need it.
    Unread,
    /// The registry cannot remove its tag alone.
    TagNotRemovable,
}

impl PrunedKind {
    const ALL: [Self; 6] = [
        Self::Manifest,
        Self::Index,
        Self::Referrer,
        Self::SiblingTag,
        Self::FallbackTag,
        Self::Tag,
    ];

    /// Returns the name used in JSON results.
    pub fn name(self) -> &'static str {
        match self {
            PrunedKind::Manifest => "manifest",
            PrunedKind::Index => "index",
            PrunedKind::Referrer => "referrer",
            PrunedKind::SiblingTag => "sibling-tag",
            PrunedKind::FallbackTag => "fallback-tag",
            PrunedKind::Tag => "tag",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl PruneCause {
    const ALL: [Self; 8] = [
        Self::Old,
        Self::NotAmongLast,
        Self::Tag,
        Self::Untagged,
        Self::Orphan,
        Self::DeadTag,
        Self::Attached,
        Self::Listed,
    ];

    /// Returns the name used in JSON results.
    pub fn name(self) -> &'static str {
        match self {
            PruneCause::Old => "old",
            PruneCause::NotAmongLast => "not-among-last",
            PruneCause::Tag => "tag",
            PruneCause::Untagged => "untagged",
            PruneCause::Orphan => "orphan",
            PruneCause::DeadTag => "dead-tag",
            PruneCause::Attached => "attached",
            PruneCause::Listed => "listed",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

impl KeepCause {
    /// Returns the name used in JSON results.
    pub fn name(self) -> &'static str {
        match self {
            KeepCause::Tagged => "tagged",
            KeepCause::Listed => "listed",
            KeepCause::Subject => "subject",
            KeepCause::Attached => "attached",
            KeepCause::Lists => "lists",
            KeepCause::TimeUnknown => "time-unknown",
            KeepCause::Locked => "locked",
            KeepCause::Unread => "unread",
            KeepCause::TagNotRemovable => "tag-not-removable",
        }
    }
}

impl PruneReport {
    pub(super) fn new(dry_run: bool, created: String) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            kind: KIND.to_owned(),
            created,
            dry_run,
            repositories: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Returns the number of manifests that are deleted, without those that were gone, and without tags that
    /// are removed alone.
    pub fn manifests(&self) -> usize {
        let deleted = self.repositories.iter().flat_map(|repository| &repository.deleted);
        deleted.filter(|entry| entry.kind != PrunedKind::Tag && !entry.gone).count()
    }

    /// Returns the number of tags that are removed alone, without those that were gone. Their manifests stay.
    pub fn tags(&self) -> usize {
        let deleted = self.repositories.iter().flat_map(|repository| &repository.deleted);
        let tags = deleted.filter(|entry| entry.kind == PrunedKind::Tag && !entry.gone);
        tags.map(|entry| entry.tags.len()).sum()
    }

    /// Fails if more manifests are deleted than `max`.
    ///
    /// # Errors
    /// CONFLICT if there are more.
    #[doc(hidden)]
    pub fn check_maximum(&self, max: Option<usize>) -> Result<()> {
        let manifests = self.manifests();
        let Some(max) = max.filter(|max| manifests > *max) else { return Ok(()) };
        let message = format!(
            "nothing is deleted: the plan deletes {manifests} manifests, more than the maximum of {max}"
        );
        Err(Error::new(Code::Conflict, message).with_hint("look at the plan with a dry run"))
    }

    /// Returns true if everything could be read, and deleted unless something needs it. A tag that the
    /// registry cannot remove alone makes it false.
    pub fn is_complete(&self) -> bool {
        let stays = |kept: &KeptManifest| kept.cause == KeepCause::TagNotRemovable;
        let is_complete = |repository: &PrunedRepository| {
            repository.refused.is_empty()
                && repository.unread.is_empty()
                && !repository.kept.iter().any(stays)
        };
        self.failed.is_empty() && self.repositories.iter().all(is_complete)
    }
}

impl PrunedRepository {
    pub(super) fn new(repository: Reference) -> Self {
        Self {
            repository,
            deleted: Vec::new(),
            kept: Vec::new(),
            refused: Vec::new(),
            unseen: Vec::new(),
            unread: Vec::new(),
        }
    }
}

impl PrunedManifest {
    pub(super) fn refused(self, error: Error) -> RefusedManifest {
        RefusedManifest { descriptor: self.descriptor, tags: self.tags, error }
    }
}

impl Weight for PrunedManifest {
    fn weight(&self) -> usize {
        size_of::<Self>()
            + 4 * OBJECT
            + self.descriptor.weight()
            + self.tags.weight()
            + self.reason.len()
    }
}
