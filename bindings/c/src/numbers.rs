// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! Constants of limits and enumerations, and their conversion from and to the values of the
//! core.

use ocigraph::{
    AttachmentForm, Attributes, EdgeKind, KeepCause, ManifestFormat, MigrationKind, Outcome,
    Presence, ProblemKind, PruneCause, PrunedKind, ReferrersMode, Result, SweepStatus, SyncOutcome,
};

use crate::text::invalid;

/// The default: OCI 1.1 image manifests with a `subject`, which the referrers API lists where the
/// registry has it.
pub const OCIGRAPH_ATTACHMENT_FORM_REFERRERS: i32 = 1;
/// The tags `sha256-<hex>.sig`, `.att` and `.sbom` of cosign, and the fallback tag for all other
/// referrers.
pub const OCIGRAPH_ATTACHMENT_FORM_TAGS: i32 = 2;

/// Edge from a subject to a referrer: the manifest has the other as its `subject`.
pub const OCIGRAPH_EDGE_KIND_REFERRER: i32 = 1;
/// Edge from an index to a manifest that it lists.
pub const OCIGRAPH_EDGE_KIND_CHILD: i32 = 2;
/// Edge from a manifest to one of which a tag has its digest: `sha256-<hex>.sig`, `.att` or
/// `.sbom`, as cosign writes it.
pub const OCIGRAPH_EDGE_KIND_TAG: i32 = 3;
/// Edge from an image to its attestation by BuildKit: an index lists both, and the entry of the
/// attestation names the image in the annotation `vnd.docker.reference.digest`.
pub const OCIGRAPH_EDGE_KIND_ATTESTATION: i32 = 4;

/// It has another tag, which stays.
pub const OCIGRAPH_KEEP_CAUSE_TAGGED: i32 = 1;
/// An index lists it that stays.
pub const OCIGRAPH_KEEP_CAUSE_LISTED: i32 = 2;
/// It is the subject of a manifest that stays.
pub const OCIGRAPH_KEEP_CAUSE_SUBJECT: i32 = 3;
/// It is attached to a manifest that stays.
pub const OCIGRAPH_KEEP_CAUSE_ATTACHED: i32 = 4;
/// It lists a referrer that stays.
pub const OCIGRAPH_KEEP_CAUSE_LISTS: i32 = 5;
/// Its time of creation is not known.
pub const OCIGRAPH_KEEP_CAUSE_TIME_UNKNOWN: i32 = 6;
/// The registry has locked it.
pub const OCIGRAPH_KEEP_CAUSE_LOCKED: i32 = 7;
/// Something could not be read, and may need it.
pub const OCIGRAPH_KEEP_CAUSE_UNREAD: i32 = 8;
/// The registry cannot remove its tag alone.
pub const OCIGRAPH_KEEP_CAUSE_TAG_NOT_REMOVABLE: i32 = 9;

/// The default: `OCIGRAPH_FORMAT_OCI_1_1`, or `OCIGRAPH_FORMAT_ORAS_ARTIFACT` for a referrer on a
/// registry that lists only ORAS artifacts as referrers.
pub const OCIGRAPH_FORMAT_AUTO: i32 = 0;
/// OCI image manifest 1.1 (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md),
/// with `artifactType` and `subject`.
pub const OCIGRAPH_FORMAT_OCI_1_1: i32 = 1;
/// OCI image manifest 1.0 (https://github.com/opencontainers/image-spec/blob/v1.0.2/manifest.md):
/// the media type of the configuration is the artifact type. Cannot have a subject.
pub const OCIGRAPH_FORMAT_OCI_1_0: i32 = 2;
/// OCI artifact manifest
/// (https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md), of the release
/// candidates 1.1.0-rc1 and 1.1.0-rc2.
pub const OCIGRAPH_FORMAT_OCI_ARTIFACT: i32 = 3;
/// ORAS artifact manifest
/// (https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md).
pub const OCIGRAPH_FORMAT_ORAS_ARTIFACT: i32 = 4;

/// A tag of cosign becomes a referrer.
pub const OCIGRAPH_MIGRATION_KIND_TAG_TO_REFERRER: i32 = 1;
/// An artifact manifest of ORAS or of OCI 1.1.0-rc becomes an OCI 1.1 image manifest.
pub const OCIGRAPH_MIGRATION_KIND_ARTIFACT_TO_IMAGE: i32 = 2;
/// A referrer that only the fallback tag lists is pushed again, so that the referrers API lists it.
pub const OCIGRAPH_MIGRATION_KIND_LIST_BY_API: i32 = 3;
/// A referrer becomes a tag of cosign.
pub const OCIGRAPH_MIGRATION_KIND_REFERRER_TO_TAG: i32 = 4;
/// A referrer that the referrers API lists is listed under the fallback tag too.
pub const OCIGRAPH_MIGRATION_KIND_LIST_BY_TAG: i32 = 5;

/// The result for one blob or file: `OCIGRAPH_OUTCOME_*`.
pub type ocigraph_outcome = i32;
/// The blob was uploaded, or written to an image layout.
pub const OCIGRAPH_OUTCOME_UPLOADED: i32 = 1;
/// The target already had the blob.
pub const OCIGRAPH_OUTCOME_ALREADY_EXISTS: i32 = 2;
/// The registry mounted the blob from another of its repositories.
pub const OCIGRAPH_OUTCOME_MOUNTED: i32 = 3;
/// The blob was written to a file, or unpacked to a directory.
pub const OCIGRAPH_OUTCOME_WRITTEN: i32 = 4;
/// The file already had the blob's content.
pub const OCIGRAPH_OUTCOME_UNCHANGED: i32 = 5;
/// A different file was at the path, and was kept as the options ask.
pub const OCIGRAPH_OUTCOME_KEPT_EXISTING: i32 = 6;
/// The blob was read and matches its descriptor.
pub const OCIGRAPH_OUTCOME_VERIFIED: i32 = 7;

/// It is attached.
pub const OCIGRAPH_PRESENCE_PRESENT: i32 = 1;
/// It may be attached: something could not be listed or read. The registry refused, throttled or
/// failed.
pub const OCIGRAPH_PRESENCE_UNKNOWN: i32 = 2;
/// It is not attached: everything that is attached was listed and read.
pub const OCIGRAPH_PRESENCE_MISSING: i32 = 3;

/// The content does not exist.
pub const OCIGRAPH_PROBLEM_MISSING: i32 = 1;
/// The content has another size than its descriptor says.
pub const OCIGRAPH_PROBLEM_SIZE: i32 = 2;
/// The content has another digest than its descriptor says.
pub const OCIGRAPH_PROBLEM_DIGEST: i32 = 3;
/// The content is not a valid manifest or contradicts its descriptor, or its list of referrers or
/// the index of the layout is malformed, completely or in part.
pub const OCIGRAPH_PROBLEM_MALFORMED: i32 = 4;
/// The registry refuses to serve the content or fails at it, so it was not checked.
pub const OCIGRAPH_PROBLEM_UNREADABLE: i32 = 5;
/// The manifest exists and has a subject, and the list of the subject's referrers lacks it.
pub const OCIGRAPH_PROBLEM_UNLISTED: i32 = 6;

/// It is older than the option `older_than` allows.
pub const OCIGRAPH_PRUNE_CAUSE_OLD: i32 = 1;
/// It is not among the newest of the option `keep_last`.
pub const OCIGRAPH_PRUNE_CAUSE_NOT_AMONG_LAST: i32 = 2;
/// Its tags match the option `tags`.
pub const OCIGRAPH_PRUNE_CAUSE_TAG: i32 = 3;
/// It has no tag, and nothing needs it that stays.
pub const OCIGRAPH_PRUNE_CAUSE_UNTAGGED: i32 = 4;
/// Its subject does not exist.
pub const OCIGRAPH_PRUNE_CAUSE_ORPHAN: i32 = 5;
/// Its tag has the digest of a manifest that does not exist.
pub const OCIGRAPH_PRUNE_CAUSE_DEAD_TAG: i32 = 6;
/// It is attached to a manifest that is deleted.
pub const OCIGRAPH_PRUNE_CAUSE_ATTACHED: i32 = 7;
/// An index that is deleted lists it, and nothing else does that stays.
pub const OCIGRAPH_PRUNE_CAUSE_LISTED: i32 = 8;

/// A manifest that is neither an index nor a referrer.
pub const OCIGRAPH_PRUNED_KIND_MANIFEST: i32 = 1;
/// An index.
pub const OCIGRAPH_PRUNED_KIND_INDEX: i32 = 2;
/// A manifest with a subject.
pub const OCIGRAPH_PRUNED_KIND_REFERRER: i32 = 3;
/// A manifest that is attached by a tag of cosign.
pub const OCIGRAPH_PRUNED_KIND_SIBLING_TAG: i32 = 4;
/// A list of referrers under a fallback tag.
pub const OCIGRAPH_PRUNED_KIND_FALLBACK_TAG: i32 = 5;
/// Tags alone: the manifest stays.
pub const OCIGRAPH_PRUNED_KIND_TAG: i32 = 6;

/// The API of the registry if it has one, and the tag schema else. Beside the API, the list under
/// the tag is read too.
pub const OCIGRAPH_REFERRERS_MODE_AUTO: i32 = 1;
/// The API alone. Where the registry has none, listing referrers fails with UNSUPPORTED, and so
/// does pushing or deleting a manifest with a subject.
pub const OCIGRAPH_REFERRERS_MODE_API: i32 = 2;
/// The tag schema alone: the API is never asked, and a push of a manifest with a subject updates
/// the list under the tag also where the registry has the API.
pub const OCIGRAPH_REFERRERS_MODE_TAG: i32 = 3;

/// The manifest exists. For an image: something is attached, and all of it was listed.
pub const OCIGRAPH_SWEEP_STATUS_FOUND: i32 = 1;
/// For an image: everything was listed, and nothing is attached.
pub const OCIGRAPH_SWEEP_STATUS_NONE: i32 = 2;
/// What is named does not exist.
pub const OCIGRAPH_SWEEP_STATUS_MISSING: i32 = 3;
/// Something could not be read: more can be attached.
pub const OCIGRAPH_SWEEP_STATUS_UNKNOWN: i32 = 4;
/// The registry refuses to say it, with 401 or 403: more can be attached.
pub const OCIGRAPH_SWEEP_STATUS_REFUSED: i32 = 5;

/// Something was copied, and the destination has all of it now.
pub const OCIGRAPH_SYNC_OUTCOME_COPIED: i32 = 1;
/// The destination had all of it.
pub const OCIGRAPH_SYNC_OUTCOME_EXISTED: i32 = 2;
/// A dry run: the destination lacks something.
pub const OCIGRAPH_SYNC_OUTCOME_WOULD_COPY: i32 = 3;
/// The destination lacks something, or the source does not have what is named.
pub const OCIGRAPH_SYNC_OUTCOME_MISSING: i32 = 4;
/// The source or the destination refused something.
pub const OCIGRAPH_SYNC_OUTCOME_REFUSED: i32 = 5;
/// The tag at the destination names something else, and cannot be changed or was changed meanwhile.
pub const OCIGRAPH_SYNC_OUTCOME_CHANGED: i32 = 6;
/// Something could not be read: it is not known what the destination lacks.
pub const OCIGRAPH_SYNC_OUTCOME_UNKNOWN: i32 = 7;
/// The tag was removed from the destination, since the source does not have it.
pub const OCIGRAPH_SYNC_OUTCOME_REMOVED: i32 = 8;
/// A dry run: the tag would be removed.
pub const OCIGRAPH_SYNC_OUTCOME_WOULD_REMOVE: i32 = 9;

/// Time to connect to a registry, TLS handshake included. Default: 10 s. Unit: milliseconds.
pub const OCIGRAPH_LIMIT_CONNECT_TIMEOUT: i32 = 1;
/// Time from a request to the first header of its response. Default: 30 s. Unit: milliseconds.
pub const OCIGRAPH_LIMIT_RESPONSE_TIMEOUT: i32 = 2;
/// Time between two pieces of a body, in either direction. Default: 30 s. Unit: milliseconds.
pub const OCIGRAPH_LIMIT_IDLE_TIMEOUT: i32 = 3;
/// Time from the last byte of an upload to the first header of its response. One second is added
/// for every 16 MiB sent, since a registry digests a blob before it responds. Default: 60 s. Unit:
/// milliseconds.
pub const OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT: i32 = 4;
/// Time without a transferred byte after which an operation fails, over all attempts of a request.
/// The time that a registry needs to respond to an upload, and a pause that it asks for, do not
/// count. Default: 90 s. Unit: milliseconds.
pub const OCIGRAPH_LIMIT_STALL_TIMEOUT: i32 = 5;
/// Time for a credential helper to answer before it is killed. Default: 30 s. Unit: milliseconds.
pub const OCIGRAPH_LIMIT_HELPER_TIMEOUT: i32 = 6;
/// Number of attempts of one request, the first included. A response with status 429 does not count
/// while the registry serves this client, or has done so within the stall timeout: the request
/// waits for its turn. Default: 5.
pub const OCIGRAPH_LIMIT_MAX_ATTEMPTS: i32 = 7;
/// Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB.
pub const OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES: i32 = 8;
/// Maximum number of pages of a list. Default: 10,000.
pub const OCIGRAPH_LIMIT_MAX_PAGES: i32 = 9;
/// Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000.
pub const OCIGRAPH_LIMIT_MAX_ENTRIES: i32 = 10;
/// Maximum number of requests a second to one host and port, the budget of the client: in any one
/// second, no more are sent. It counts every request, also to token servers, after a redirect, and
/// when a request is sent again. All operations of a client share it. Where a registry admits less,
/// the client sends less. The wait for the budget is not a stall. Minimum: 1. Default: no maximum.
pub const OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND: i32 = 11;

/// The fields are known. If this bit is clear, the other bits have no meaning.
pub const OCIGRAPH_ATTRIBUTES_KNOWN: i32 = 1;
/// True if it can be deleted.
pub const OCIGRAPH_ATTRIBUTES_DELETE: i32 = 2;
/// True if lists contain it.
pub const OCIGRAPH_ATTRIBUTES_LIST: i32 = 4;
/// True if it can be pulled.
pub const OCIGRAPH_ATTRIBUTES_READ: i32 = 8;
/// True if it can be changed.
pub const OCIGRAPH_ATTRIBUTES_WRITE: i32 = 16;

/// It is unknown whether True if content trust signed the tag. Azure only.
pub const OCIGRAPH_SIGNED_UNKNOWN: i32 = 0;
/// Yes: True if content trust signed the tag. Azure only.
pub const OCIGRAPH_SIGNED_YES: i32 = 1;
/// The opposite of `OCIGRAPH_SIGNED_YES`.
pub const OCIGRAPH_SIGNED_NO: i32 = 2;

pub(crate) fn parse_attachment_form(number: i32) -> Result<AttachmentForm> {
    match number {
        OCIGRAPH_ATTACHMENT_FORM_REFERRERS => Ok(AttachmentForm::Referrers),
        OCIGRAPH_ATTACHMENT_FORM_TAGS => Ok(AttachmentForm::Tags),
        other => Err(invalid(format!(
            "invalid attachment form {other}: expected OCIGRAPH_ATTACHMENT_FORM_*"
        ))),
    }
}

pub(crate) fn edge_kind_number(value: EdgeKind) -> i32 {
    match value {
        EdgeKind::Referrer => OCIGRAPH_EDGE_KIND_REFERRER,
        EdgeKind::Child => OCIGRAPH_EDGE_KIND_CHILD,
        EdgeKind::Tag => OCIGRAPH_EDGE_KIND_TAG,
        EdgeKind::Attestation => OCIGRAPH_EDGE_KIND_ATTESTATION,
        _ => 0,
    }
}

pub(crate) fn parse_edge_kind(number: i32) -> Result<EdgeKind> {
    match number {
        OCIGRAPH_EDGE_KIND_REFERRER => Ok(EdgeKind::Referrer),
        OCIGRAPH_EDGE_KIND_CHILD => Ok(EdgeKind::Child),
        OCIGRAPH_EDGE_KIND_TAG => Ok(EdgeKind::Tag),
        OCIGRAPH_EDGE_KIND_ATTESTATION => Ok(EdgeKind::Attestation),
        other => Err(invalid(format!("invalid edge kind {other}: expected OCIGRAPH_EDGE_KIND_*"))),
    }
}

pub(crate) fn keep_cause_number(value: KeepCause) -> i32 {
    match value {
        KeepCause::Tagged => OCIGRAPH_KEEP_CAUSE_TAGGED,
        KeepCause::Listed => OCIGRAPH_KEEP_CAUSE_LISTED,
        KeepCause::Subject => OCIGRAPH_KEEP_CAUSE_SUBJECT,
        KeepCause::Attached => OCIGRAPH_KEEP_CAUSE_ATTACHED,
        KeepCause::Lists => OCIGRAPH_KEEP_CAUSE_LISTS,
        KeepCause::TimeUnknown => OCIGRAPH_KEEP_CAUSE_TIME_UNKNOWN,
        KeepCause::Locked => OCIGRAPH_KEEP_CAUSE_LOCKED,
        KeepCause::Unread => OCIGRAPH_KEEP_CAUSE_UNREAD,
        KeepCause::TagNotRemovable => OCIGRAPH_KEEP_CAUSE_TAG_NOT_REMOVABLE,
        _ => 0,
    }
}

pub(crate) fn parse_manifest_format(number: i32) -> Result<ManifestFormat> {
    match number {
        OCIGRAPH_FORMAT_AUTO => Ok(ManifestFormat::Auto),
        OCIGRAPH_FORMAT_OCI_1_1 => Ok(ManifestFormat::Oci11),
        OCIGRAPH_FORMAT_OCI_1_0 => Ok(ManifestFormat::Oci10),
        OCIGRAPH_FORMAT_OCI_ARTIFACT => Ok(ManifestFormat::OciArtifact),
        OCIGRAPH_FORMAT_ORAS_ARTIFACT => Ok(ManifestFormat::OrasArtifact),
        other => {
            Err(invalid(format!("invalid manifest format {other}: expected OCIGRAPH_FORMAT_*")))
        }
    }
}

pub(crate) fn migration_kind_number(value: MigrationKind) -> i32 {
    match value {
        MigrationKind::TagToReferrer => OCIGRAPH_MIGRATION_KIND_TAG_TO_REFERRER,
        MigrationKind::ArtifactToImage => OCIGRAPH_MIGRATION_KIND_ARTIFACT_TO_IMAGE,
        MigrationKind::ListByApi => OCIGRAPH_MIGRATION_KIND_LIST_BY_API,
        MigrationKind::ReferrerToTag => OCIGRAPH_MIGRATION_KIND_REFERRER_TO_TAG,
        MigrationKind::ListByTag => OCIGRAPH_MIGRATION_KIND_LIST_BY_TAG,
        _ => 0,
    }
}

pub(crate) fn outcome_number(value: Outcome) -> ocigraph_outcome {
    match value {
        Outcome::Uploaded => OCIGRAPH_OUTCOME_UPLOADED,
        Outcome::AlreadyExists => OCIGRAPH_OUTCOME_ALREADY_EXISTS,
        Outcome::Mounted => OCIGRAPH_OUTCOME_MOUNTED,
        Outcome::Written => OCIGRAPH_OUTCOME_WRITTEN,
        Outcome::Unchanged => OCIGRAPH_OUTCOME_UNCHANGED,
        Outcome::KeptExisting => OCIGRAPH_OUTCOME_KEPT_EXISTING,
        Outcome::Verified => OCIGRAPH_OUTCOME_VERIFIED,
        _ => 0,
    }
}

pub(crate) fn presence_number(value: Presence) -> i32 {
    match value {
        Presence::Present => OCIGRAPH_PRESENCE_PRESENT,
        Presence::Unknown => OCIGRAPH_PRESENCE_UNKNOWN,
        Presence::Missing => OCIGRAPH_PRESENCE_MISSING,
        _ => 0,
    }
}

pub(crate) fn problem_kind_number(value: ProblemKind) -> i32 {
    match value {
        ProblemKind::Missing => OCIGRAPH_PROBLEM_MISSING,
        ProblemKind::Size => OCIGRAPH_PROBLEM_SIZE,
        ProblemKind::Digest => OCIGRAPH_PROBLEM_DIGEST,
        ProblemKind::Malformed => OCIGRAPH_PROBLEM_MALFORMED,
        ProblemKind::Unreadable => OCIGRAPH_PROBLEM_UNREADABLE,
        ProblemKind::Unlisted => OCIGRAPH_PROBLEM_UNLISTED,
        _ => 0,
    }
}

pub(crate) fn prune_cause_number(value: PruneCause) -> i32 {
    match value {
        PruneCause::Old => OCIGRAPH_PRUNE_CAUSE_OLD,
        PruneCause::NotAmongLast => OCIGRAPH_PRUNE_CAUSE_NOT_AMONG_LAST,
        PruneCause::Tag => OCIGRAPH_PRUNE_CAUSE_TAG,
        PruneCause::Untagged => OCIGRAPH_PRUNE_CAUSE_UNTAGGED,
        PruneCause::Orphan => OCIGRAPH_PRUNE_CAUSE_ORPHAN,
        PruneCause::DeadTag => OCIGRAPH_PRUNE_CAUSE_DEAD_TAG,
        PruneCause::Attached => OCIGRAPH_PRUNE_CAUSE_ATTACHED,
        PruneCause::Listed => OCIGRAPH_PRUNE_CAUSE_LISTED,
        _ => 0,
    }
}

pub(crate) fn pruned_kind_number(value: PrunedKind) -> i32 {
    match value {
        PrunedKind::Manifest => OCIGRAPH_PRUNED_KIND_MANIFEST,
        PrunedKind::Index => OCIGRAPH_PRUNED_KIND_INDEX,
        PrunedKind::Referrer => OCIGRAPH_PRUNED_KIND_REFERRER,
        PrunedKind::SiblingTag => OCIGRAPH_PRUNED_KIND_SIBLING_TAG,
        PrunedKind::FallbackTag => OCIGRAPH_PRUNED_KIND_FALLBACK_TAG,
        PrunedKind::Tag => OCIGRAPH_PRUNED_KIND_TAG,
        _ => 0,
    }
}

pub(crate) fn parse_referrers_mode(number: i32) -> Result<ReferrersMode> {
    match number {
        OCIGRAPH_REFERRERS_MODE_AUTO => Ok(ReferrersMode::Auto),
        OCIGRAPH_REFERRERS_MODE_API => Ok(ReferrersMode::Api),
        OCIGRAPH_REFERRERS_MODE_TAG => Ok(ReferrersMode::Tag),
        other => Err(invalid(format!(
            "invalid referrers mode {other}: expected OCIGRAPH_REFERRERS_MODE_*"
        ))),
    }
}

pub(crate) fn sweep_status_number(value: SweepStatus) -> i32 {
    match value {
        SweepStatus::Found => OCIGRAPH_SWEEP_STATUS_FOUND,
        SweepStatus::None => OCIGRAPH_SWEEP_STATUS_NONE,
        SweepStatus::Missing => OCIGRAPH_SWEEP_STATUS_MISSING,
        SweepStatus::Unknown => OCIGRAPH_SWEEP_STATUS_UNKNOWN,
        SweepStatus::Refused => OCIGRAPH_SWEEP_STATUS_REFUSED,
        _ => 0,
    }
}

pub(crate) fn sync_outcome_number(value: SyncOutcome) -> i32 {
    match value {
        SyncOutcome::Copied => OCIGRAPH_SYNC_OUTCOME_COPIED,
        SyncOutcome::Existed => OCIGRAPH_SYNC_OUTCOME_EXISTED,
        SyncOutcome::WouldCopy => OCIGRAPH_SYNC_OUTCOME_WOULD_COPY,
        SyncOutcome::Missing => OCIGRAPH_SYNC_OUTCOME_MISSING,
        SyncOutcome::Refused => OCIGRAPH_SYNC_OUTCOME_REFUSED,
        SyncOutcome::Changed => OCIGRAPH_SYNC_OUTCOME_CHANGED,
        SyncOutcome::Unknown => OCIGRAPH_SYNC_OUTCOME_UNKNOWN,
        SyncOutcome::Removed => OCIGRAPH_SYNC_OUTCOME_REMOVED,
        SyncOutcome::WouldRemove => OCIGRAPH_SYNC_OUTCOME_WOULD_REMOVE,
        _ => 0,
    }
}

pub(crate) fn attributes_flags(value: Option<Attributes>) -> i32 {
    let Some(value) = value else { return 0 };
    let flags = [
        (value.delete_enabled, OCIGRAPH_ATTRIBUTES_DELETE),
        (value.list_enabled, OCIGRAPH_ATTRIBUTES_LIST),
        (value.read_enabled, OCIGRAPH_ATTRIBUTES_READ),
        (value.write_enabled, OCIGRAPH_ATTRIBUTES_WRITE),
    ];
    let flags = flags.into_iter().filter(|(is_set, _)| *is_set);
    flags.fold(OCIGRAPH_ATTRIBUTES_KNOWN, |all, (_, flag)| all | flag)
}

pub(crate) fn signed_number(value: Option<bool>) -> i32 {
    match value {
        None => OCIGRAPH_SIGNED_UNKNOWN,
        Some(true) => OCIGRAPH_SIGNED_YES,
        Some(false) => OCIGRAPH_SIGNED_NO,
    }
}
