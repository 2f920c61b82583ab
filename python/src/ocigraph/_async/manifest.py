# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on single manifests."""

from __future__ import annotations

from .._checks import check_text, optional
from .._descriptor import Descriptor, Manifest, Platform
from .._run import run_async, sync_log_level
from .._values import AnyReference, BytesLike, given_manifest, given_reference, platform_text
from .base import Base


class ManifestOperations(Base):
    """Operations on single manifests."""

    async def resolve(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Descriptor:
        """Returns the descriptor of what ``reference`` names. With a platform, the descriptor of the image for that
        platform in the index that ``reference`` names.

        Args:
            reference: a reference with a tag or digest.
            platform: selects, in an index, the image for this platform. Default: the index itself.

        Raises:
            NotFoundError: ``reference`` names nothing, or if the index has no image for the platform.

        Example:
            >>> (await client.resolve("oci:store/app:v1")).size > 0
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.resolve(
            given_reference(reference), platform=optional(platform_text, "platform", platform)
        )
        return Descriptor._of(await run_async(operation))

    async def fetch_manifest(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Manifest:
        """Returns the manifest that ``reference`` names, byte for byte as it is stored; without a platform, also one
        that cannot be parsed. With a platform, the manifest of the image for that platform in the index that
        ``reference`` names.

        Args:
            reference: a reference with a tag or digest.
            platform: selects, in an index, the image for this platform. Default: the index itself.

        Raises:
            NotFoundError: ``reference`` names nothing, or if the index has no image for the platform.
            DigestMismatchError: the content does not have its digest.

        Example:
            >>> (await client.fetch_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.fetch_manifest(
            given_reference(reference), platform=optional(platform_text, "platform", platform)
        )
        return Manifest._of(await run_async(operation))

    async def push_manifest(
        self, reference: AnyReference, content: BytesLike | Manifest, *, media_type: str | None = None
    ) -> Descriptor:
        """Stores the bytes of a manifest, unchanged, under their digest and under the tags of ``reference``. Returns
        the descriptor of the manifest.

        Args:
            reference: the destination. Its tags are set. If it has a digest, the manifest must have the same.
            content: the bytes of the manifest.
            media_type: the media type. Default: the field ``mediaType`` of the manifest.

        Raises:
            DigestMismatchError: ``reference`` has a digest that is not the manifest's.
            InvalidManifestError: ``content`` is not a manifest.

        Example:
            >>> manifest = await client.fetch_manifest("oci:store/app:v1")
            >>> await client.push_manifest("oci:store/app:again", manifest) == manifest.descriptor
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.push_manifest(
            given_reference(reference),
            given_manifest(content),
            media_type=optional(check_text, "media_type", media_type),
        )
        return Descriptor._of(await run_async(operation))

    async def delete_manifest(self, reference: AnyReference) -> Descriptor:
        """Deletes the manifest that ``reference`` names, and the tags of ``reference``. Its referrers stay. Returns the
        descriptor of the manifest.

        Args:
            reference: the manifest. Its tags are removed too.

        Raises:
            NotFoundError: ``reference`` names nothing.
            UnsupportedError: the registry refuses to delete.
            ForbiddenError: the registry refuses to delete.

        Example:
            >>> (await client.delete_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.delete_manifest(given_reference(reference))
        return Descriptor._of(await run_async(operation))
