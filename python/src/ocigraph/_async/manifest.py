"""Operations on single manifests, and the listing of a repository's manifests."""

from __future__ import annotations

from .._checks import optional, text
from .._descriptor import Descriptor, Manifest, Platform
from .._listings import ManifestInfo
from .._run import run_async, sync_log_level
from .._values import AnyReference, BytesLike, given_reference, memory, platform_text
from .base import Base


class ManifestOperations(Base):
    """Operations on single manifests, and the listing of a repository's manifests."""

    async def fetch_manifest(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Manifest:
        """Fetches a manifest.

        Args:
            reference: the manifest.
            platform: selects the image for this platform from an index.

        Raises:
            NotFoundError: the manifest does not exist.

        Example:
            >>> (await client.fetch_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.fetch_manifest(given_reference(reference), platform=platform_text(platform))
        return Manifest._of(await run_async(operation))

    async def push_manifest(
        self, reference: AnyReference, content: BytesLike | Manifest, *, media_type: str | None = None
    ) -> Descriptor:
        """Pushes a manifest unchanged, and assigns the tags of the reference.

        Args:
            reference: the destination. A digest in it must match the content.
            content: the bytes of the manifest, or a fetched `Manifest`.
            media_type: the media type. Default: the ``mediaType`` field of the manifest.

        Returns:
            The descriptor of the manifest.

        Raises:
            InvalidManifestError: the content is not a valid manifest.
            DigestMismatchError: the reference has another digest.

        Example:
            >>> manifest = await client.fetch_manifest("oci:store/app:v1")
            >>> await client.push_manifest("oci:store/app:again", manifest) == manifest.descriptor
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        kind = optional(text, "media_type", media_type)
        if isinstance(content, Manifest):
            data, known = content.content, content.descriptor.media_type
        elif (view := memory(content)) is not None:
            data, known = bytes(view), None
        else:
            raise TypeError(f"content must be bytes-like or a Manifest, not {type(content).__name__}")
        operation = self._native.push_manifest(given_reference(reference), data, media_type=kind or known)
        return Descriptor._of(await run_async(operation))

    async def delete_manifest(self, reference: AnyReference) -> Descriptor:
        """Deletes one manifest. Its referrers remain; `delete` removes them too.

        Args:
            reference: the manifest.

        Returns:
            The descriptor of the deleted manifest.

        Raises:
            NotFoundError: the manifest does not exist.
            UnsupportedError: the registry does not support deletion.

        Example:
            >>> (await client.delete_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        sync_log_level()
        self._callback.use_running_loop()
        return Descriptor._of(await run_async(self._native.delete_manifest(given_reference(reference))))

    async def manifests(self, reference: AnyReference) -> list[ManifestInfo]:
        """Lists the tagged and untagged manifests of a repository or layout with their details.

        Args:
            reference: the repository or layout.

        Raises:
            NotFoundError: the repository does not exist.

        Example:
            >>> [info.descriptor.artifact_type for info in await client.manifests("oci:store/app")]
            ['image/example', 'sbom/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        return [ManifestInfo._of(info) for info in await run_async(self._native.manifests(given_reference(reference)))]
