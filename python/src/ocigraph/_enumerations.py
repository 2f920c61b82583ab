# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The words of options and results."""

from __future__ import annotations

from typing import Literal, TypeAlias

AttachmentForm: TypeAlias = Literal["referrers", "tags"]
"""The form in which a migration leaves what is attached to a manifest.

- ``referrers``: the default: OCI 1.1 image manifests with a ``subject``, which the referrers API lists where the
  registry has it.
- ``tags``: the tags ``sha256-<hex>.sig``, ``.att`` and ``.sbom`` of cosign, and the fallback tag for all other
  referrers.
"""

EdgeKind: TypeAlias = Literal["referrer", "child", "tag", "attestation"]
"""How a manifest is attached to another, and so how it is found.

- ``referrer``: edge from a subject to a referrer: the manifest has the other as its ``subject``.
- ``child``: edge from an index to a manifest that it lists.
- ``tag``: edge from a manifest to one of which a tag has its digest: ``sha256-<hex>.sig``, ``.att`` or ``.sbom``, as
  cosign writes it.
- ``attestation``: edge from an image to its attestation by BuildKit: an index lists both, and the entry of the
  attestation names the image in the annotation ``vnd.docker.reference.digest``.
"""

KeepCause: TypeAlias = Literal[
    "tagged", "listed", "subject", "attached", "lists", "time-unknown", "locked", "unread", "tag-not-removable"
]
"""Why something stays that a prune has selected.

- ``tagged``: it has another tag, which stays.
- ``listed``: an index lists it that stays.
- ``subject``: it is the subject of a manifest that stays.
- ``attached``: it is attached to a manifest that stays.
- ``lists``: it lists a referrer that stays.
- ``time-unknown``: its time of creation is not known.
- ``locked``: the registry has locked it.
- ``unread``: something could not be read, and may need it.
- ``tag-not-removable``: the registry cannot remove its tag alone.
"""

Format: TypeAlias = Literal["auto", "oci-1.1", "oci-1.0", "oci-artifact", "oras-artifact"]
"""The format in which the manifest of a new artifact is written.

- ``auto``: the default: ``oci-1.1``, or ``oras-artifact`` for a referrer on a registry that lists only ORAS artifacts
  as referrers.
- ``oci-1.1``: [OCI image manifest 1.1](https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md), with
  ``artifactType`` and ``subject``.
- ``oci-1.0``: [OCI image manifest 1.0](https://github.com/opencontainers/image-spec/blob/v1.0.2/manifest.md): the media
  type of the configuration is the artifact type. Cannot have a subject.
- ``oci-artifact``: [OCI artifact manifest](https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md),
  of the release candidates 1.1.0-rc1 and 1.1.0-rc2.
- ``oras-artifact``: [ORAS artifact
  manifest](https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md).
"""

MigrationKind: TypeAlias = Literal[
    "tag-to-referrer", "artifact-to-image", "list-by-api", "referrer-to-tag", "list-by-tag"
]
"""What a migration changes of an attachment.

- ``tag-to-referrer``: a tag of cosign becomes a referrer.
- ``artifact-to-image``: an artifact manifest of ORAS or of OCI 1.1.0-rc becomes an OCI 1.1 image manifest.
- ``list-by-api``: a referrer that only the fallback tag lists is pushed again, so that the referrers API lists it.
- ``referrer-to-tag``: a referrer becomes a tag of cosign.
- ``list-by-tag``: a referrer that the referrers API lists is listed under the fallback tag too.
"""

Outcome: TypeAlias = Literal["uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"]
"""The result of an operation for one blob.

- ``uploaded``: the blob was uploaded, or written to an image layout.
- ``existed``: the target already had the blob.
- ``mounted``: the registry mounted the blob from another of its repositories.
- ``written``: the blob was written to a file, or unpacked to a directory.
- ``unchanged``: the file already had the blob's content.
- ``kept``: a different file was at the path, and was kept as the options ask.
- ``checked``: the blob was read and matches its descriptor.
"""

Presence: TypeAlias = Literal["present", "unknown", "missing"]
"""Whether something is attached to an image.

- ``present``: it is attached.
- ``unknown``: it may be attached: something could not be listed or read. The registry refused, throttled or failed.
- ``missing``: it is not attached: everything that is attached was listed and read.
"""

ProblemKind: TypeAlias = Literal["missing", "size", "digest", "malformed", "unreadable", "unlisted"]
"""The kind of a `Problem`.

- ``missing``: the content does not exist.
- ``size``: the content has another size than its descriptor says.
- ``digest``: the content has another digest than its descriptor says.
- ``malformed``: the content is not a valid manifest or contradicts its descriptor, or its list of referrers or the
  index of the layout is malformed, completely or in part.
- ``unreadable``: the registry refuses to serve the content or fails at it, so it was not checked.
- ``unlisted``: the manifest exists and has a subject, and the list of the subject's referrers lacks it.
"""

PruneCause: TypeAlias = Literal["old", "not-among-last", "tag", "untagged", "orphan", "dead-tag", "attached", "listed"]
"""Why a prune deletes something.

- ``old``: it is older than the option ``older_than`` allows.
- ``not-among-last``: it is not among the newest of the option ``keep_last``.
- ``tag``: its tags match the option ``tags``.
- ``untagged``: it has no tag, and nothing needs it that stays.
- ``orphan``: its subject does not exist.
- ``dead-tag``: its tag has the digest of a manifest that does not exist.
- ``attached``: it is attached to a manifest that is deleted.
- ``listed``: an index that is deleted lists it, and nothing else does that stays.
"""

PrunedKind: TypeAlias = Literal["manifest", "index", "referrer", "sibling-tag", "fallback-tag", "tag"]
"""What a prune deletes.

- ``manifest``: a manifest that is neither an index nor a referrer.
- ``index``: an index.
- ``referrer``: a manifest with a subject.
- ``sibling-tag``: a manifest that is attached by a tag of cosign.
- ``fallback-tag``: a list of referrers under a fallback tag.
- ``tag``: tags alone: the manifest stays.
"""

ReferrersMode: TypeAlias = Literal["auto", "api", "tag"]
"""How a client lists the referrers of a manifest in a registry: by the [referrers
API](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers) or by the [referrers tag
schema](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema).

- ``auto``: the API of the registry if it has one, and the tag schema else. Beside the API, the list under the tag is
  read too.
- ``api``: the API alone. Where the registry has none, listing referrers fails with `UnsupportedError`, and so does
  pushing or deleting a manifest with a subject.
- ``tag``: the tag schema alone: the API is never asked, and a push of a manifest with a subject updates the list under
  the tag also where the registry has the API.
"""

SweepStatus: TypeAlias = Literal["found", "none", "missing", "unknown", "refused"]
"""What is known of a row of a sweep.

- ``found``: the manifest exists. For an image: something is attached, and all of it was listed.
- ``none``: for an image: everything was listed, and nothing is attached.
- ``missing``: what is named does not exist.
- ``unknown``: something could not be read: more can be attached.
- ``refused``: the registry refuses to say it, with 401 or 403: more can be attached.
"""

SyncOutcome: TypeAlias = Literal[
    "copied", "existed", "would-copy", "missing", "refused", "changed", "unknown", "removed", "would-remove"
]
"""The outcome of a row of a sync.

- ``copied``: something was copied, and the destination has all of it now.
- ``existed``: the destination had all of it.
- ``would-copy``: a dry run: the destination lacks something.
- ``missing``: the destination lacks something, or the source does not have what is named.
- ``refused``: the source or the destination refused something.
- ``changed``: the tag at the destination names something else, and cannot be changed or was changed meanwhile.
- ``unknown``: something could not be read: it is not known what the destination lacks.
- ``removed``: the tag was removed from the destination, since the source does not have it.
- ``would-remove``: a dry run: the tag would be removed.
"""
