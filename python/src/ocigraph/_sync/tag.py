# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on tags, and listings."""

from __future__ import annotations

from collections.abc import Iterable

from .._checks import check_text_list
from .._descriptor import Descriptor
from .._results import ManifestInfo, TagInfo
from .._run import run, sync_log_level
from .._values import AnyReference, given_reference
from .base import Base


class TagOperations(Base):
    """Operations on tags, and listings."""

    def tag(self, reference: AnyReference, tags: str | Iterable[str]) -> Descriptor:
        """Points ``tags`` at the manifest that ``reference`` names, and returns its descriptor.

        Args:
            reference: a reference with a tag or digest.
            tags: the tags to set.

        Raises:
            InvalidArgumentError: ``tags`` is empty.
            InvalidReferenceError: a tag is invalid.
            NotFoundError: ``reference`` names nothing.

        Example:
            >>> _ = client.tag("oci:store/app:v1", "stable")
            >>> client.tags("oci:store/app")
            ['v1', 'stable']
        """
        sync_log_level()
        operation = self._native.tag(given_reference(reference), check_text_list("tags", tags))
        return Descriptor._of(run(operation))

    def untag(self, reference: AnyReference) -> None:
        """Removes the tags of ``reference``. The manifest stays.

        If some tags were removed before the failure, the hint names them.

        Args:
            reference: the tags to remove.

        Raises:
            InvalidReferenceError: ``reference`` has no tag.
            NotFoundError: a tag does not exist.
            UnsupportedError: the registry removes a tag only with its manifest.

        Example:
            >>> client.untag("oci:store/app:v1")
            >>> client.tags("oci:store/app")
            []
        """
        sync_log_level()
        operation = self._native.untag(given_reference(reference))
        run(operation)

    def tags(self, reference: AnyReference) -> list[str]:
        """Returns all tags, in the order of the registry or layout. Fallback tags of referrers are not among them.

        Args:
            reference: the repository or layout. A tag or digest in it is ignored.

        Raises:
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> client.tags("oci:store/app")
            ['v1']
        """
        sync_log_level()
        operation = self._native.tags(given_reference(reference))
        return run(operation)

    def tag_details(self, reference: AnyReference) -> list[TagInfo]:
        """Returns all tags, each with the digest that it names and what the registry knows of it.

        Args:
            reference: the repository or layout. A tag or digest in it is ignored.

        Returns:
            A list of `TagInfo` items, each with ``name``, ``digest``, ``created``, ``last_updated``, ``signed``,
            ``attributes`` and ``problem``.

        Raises:
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> [(info.name, info.digest[:11]) for info in client.tag_details("oci:store/app")]
            [('v1', 'sha256:c03a')]
        """
        sync_log_level()
        operation = self._native.tag_details(given_reference(reference))
        return [TagInfo._of(item) for item in run(operation)]

    def manifests(self, reference: AnyReference) -> list[ManifestInfo]:
        """Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest is found if an
        index lists it or if it refers to a manifest that is found.

        Args:
            reference: the repository or layout. A tag or digest in it is ignored.

        Returns:
            A list of `ManifestInfo` items, each with ``descriptor``, ``tags``, ``subject``, ``created``,
            ``last_updated``, ``architecture``, ``os``, ``config_media_type``, ``image_size``, ``attributes`` and
            ``problem``.

        Raises:
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> [info.descriptor.artifact_type for info in client.manifests("oci:store/app")]
            ['image/example', 'sbom/example']
        """
        sync_log_level()
        operation = self._native.manifests(given_reference(reference))
        return [ManifestInfo._of(item) for item in run(operation)]
