# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on tags, and listings."""

from __future__ import annotations

from collections.abc import Iterable

from .._checks import check_flag, check_text_list
from .._descriptor import Descriptor
from .._results import ManifestInfo, TagInfo
from .._run import run_async, sync_log_level
from .._values import AnyReference, given_reference
from .base import Base


class TagOperations(Base):
    """Operations on tags, and listings."""

    async def tag(self, reference: AnyReference, tags: str | Iterable[str]) -> Descriptor:
        """Points ``tags`` at the manifest that ``reference`` names, and returns its descriptor.

        Args:
            reference: a reference with a tag or digest.
            tags: the tags to set.

        Raises:
            InvalidArgumentError: ``tags`` is empty.
            InvalidReferenceError: a tag is invalid.
            NotFoundError: ``reference`` names nothing.

        Example:
            >>> _ = await client.tag("oci:store/app:v1", "stable")
            >>> await client.tags("oci:store/app")
            ['v1', 'stable']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.tag(given_reference(reference), check_text_list("tags", tags))
        return Descriptor._of(await run_async(operation))

    async def untag(self, reference: AnyReference, *, if_exists: bool = False) -> None:
        """Removes the tags of ``reference``. The manifest stays. With a digest in ``reference``, removes only tags that
        name this digest. In an image layout, a tag can end with a digest: ``v1@sha256:…`` is such a tag if the layout
        has it.

        If some tags were removed before the failure, the hint names them.

        Args:
            reference: the tags to remove.
            if_exists: ignores a tag that does not exist. Default: False; such a tag then fails with `NotFoundError`.

        Raises:
            InvalidReferenceError: ``reference`` has no tag.
            NotFoundError: a tag does not exist.
            DigestMismatchError: ``reference`` has a digest that a tag does not name.
            UnsupportedError: the registry removes a tag only with its manifest.

        Example:
            >>> await client.untag("oci:store/app:v1")
            >>> await client.tags("oci:store/app")
            []
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.untag(given_reference(reference), if_exists=check_flag("if_exists", if_exists))
        await run_async(operation)

    async def tags(self, reference: AnyReference) -> list[str]:
        """Returns all tags, in the order of the registry or layout. Fallback tags of referrers are not among them. With
        a tag or digest in ``reference``, returns only the tags of that manifest.

        Args:
            reference: the repository or layout, or with a tag or digest one manifest in it.

        Raises:
            NotFoundError: ``reference`` has a tag or digest that names nothing.
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> await client.tags("oci:store/app")
            ['v1']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.tags(given_reference(reference))
        return await run_async(operation)

    async def tag_details(self, reference: AnyReference) -> list[TagInfo]:
        """Returns all tags, each with the digest that it names and what the registry knows of it. With a tag or digest
        in ``reference``, returns only the tags of that manifest.

        Args:
            reference: the repository or layout, or with a tag or digest one manifest in it.

        Returns:
            A list of `TagInfo` items, each with ``name``, ``digest``, ``created``, ``last_updated``, ``signed``,
            ``attributes`` and ``problem``.

        Raises:
            NotFoundError: ``reference`` has a tag or digest that names nothing.
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> [(info.name, info.digest[:11]) for info in await client.tag_details("oci:store/app")]
            [('v1', 'sha256:c03a')]
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.tag_details(given_reference(reference))
        return [TagInfo._of(item) for item in await run_async(operation)]

    async def manifests(self, reference: AnyReference) -> list[ManifestInfo]:
        """Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest is found if an
        index lists it or if it refers to a manifest that is found. With a tag or digest in ``reference``, returns only
        that manifest.

        Args:
            reference: the repository or layout, or with a tag or digest one manifest in it.

        Returns:
            A list of `ManifestInfo` items, each with ``descriptor``, ``tags``, ``subject``, ``created``,
            ``last_updated``, ``architecture``, ``os``, ``config_media_type``, ``image_size``, ``attributes`` and
            ``problem``.

        Raises:
            NotFoundError: ``reference`` has a tag or digest that names nothing.
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> [info.descriptor.artifact_type for info in await client.manifests("oci:store/app")]
            ['image/example', 'sbom/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.manifests(given_reference(reference))
        return [ManifestInfo._of(item) for item in await run_async(operation)]
