# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on single blobs."""

from __future__ import annotations

from .._blob import AsyncBlob, Source
from .._checks import check_callback, check_flag, check_text, optional
from .._content import given_content_async
from .._descriptor import Descriptor
from .._progress import Progress
from .._results import PushedBlob
from .._run import run_async, sync_log_level
from .._values import AnyReference, AsyncContent, given_reference
from .base import Base


class BlobOperations(Base):
    """Operations on single blobs."""

    async def fetch_blob(self, reference: AnyReference, *, progress: Progress | None = None) -> AsyncBlob:
        """Returns the blob that ``reference`` names by digest, and its descriptor. The stream verifies the content: it
        ends in an error if the content does not match the digest.

        Args:
            reference: the blob, by its digest.
            progress: receives the progress of the transfer. Default: none. An exception that it raises cancels the
                operation.

        Raises:
            InvalidReferenceError: ``reference`` has no digest.
            NotFoundError: the blob does not exist.

        Example:
            >>> layer = (await client.fetch_manifest("oci:store/app:v1")).blobs[0]
            >>> async with await client.fetch_blob(f"oci:store/app@{layer.digest}") as blob:
            ...     len(await blob.read())
            10
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.fetch_blob(given_reference(reference), progress=check_callback("progress", progress))
        descriptor, stream = await run_async(operation, progress)
        return AsyncBlob(Descriptor._of(descriptor), Source(stream, progress, self._configuration))

    async def push_blob(
        self,
        reference: AnyReference,
        content: AsyncContent,
        *,
        media_type: str | None = None,
        progress: Progress | None = None,
    ) -> PushedBlob:
        """Stores a blob in the repository or layout of ``reference``, unless it exists. Returns its descriptor and the
        outcome.

        Args:
            reference: the repository or layout.
            content: a path, bytes in memory or a stream.
            media_type: the media type of the descriptor. Default: ``application/octet-stream``.
            progress: receives the progress of the transfer. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `PushedBlob` with ``descriptor``, ``outcome`` and ``title``.

        Raises:
            NotFoundError: a file does not exist.

        Example:
            >>> (await client.push_blob("oci:store/app", b"hello")).descriptor.size
            5
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.push_blob(
            given_reference(reference),
            await given_content_async(content),
            media_type=optional(check_text, "media_type", media_type),
            progress=check_callback("progress", progress),
        )
        return PushedBlob._of(await run_async(operation, progress))

    async def delete_blob(self, reference: AnyReference, *, if_exists: bool = False) -> None:
        """Deletes the blob that ``reference`` names by digest. An image layout refuses it while a manifest needs the
        blob; a registry may not check that. `Client.delete` deletes an artifact, and a layout then removes the blobs
        that nothing needs.

        Args:
            reference: the blob, by its digest.
            if_exists: ignores a blob that does not exist. Default: False; such a blob then fails with `NotFoundError`.

        Raises:
            InvalidReferenceError: ``reference`` has no digest.
            NotFoundError: the blob does not exist, unless the options allow it.
            ConflictError: a manifest of a layout needs the blob or another program writes to the layout.
            UnsupportedError: the registry deletes no blob.

        Example:
            >>> blob = (await client.push_blob("oci:store/app", b"hello")).descriptor
            >>> await client.delete_blob(f"oci:store/app@{blob.digest}")
            >>> await client.delete_blob(f"oci:store/app@{blob.digest}", if_exists=True)
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.delete_blob(given_reference(reference), if_exists=check_flag("if_exists", if_exists))
        await run_async(operation)
