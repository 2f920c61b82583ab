"""Operations that fetch and push single blobs."""

from __future__ import annotations

from .._blob import AsyncBlob, Source
from .._checks import callback, optional, text
from .._content import content_async
from .._descriptor import Descriptor
from .._progress import Progress
from .._results import PushedBlob
from .._run import run_async, sync_log_level
from .._values import AnyReference, AsyncContent, given_reference
from .base import Base


class BlobOperations(Base):
    """Operations that fetch and push single blobs."""

    async def fetch_blob(self, reference: AnyReference, *, progress: Progress | None = None) -> AsyncBlob:
        """Fetches the blob that a reference names by digest, to be read in chunks; its content is checked at the end.

        Args:
            reference: a reference with a digest.
            progress: a callback for progress events, which reads call.

        Raises:
            NotFoundError: the blob does not exist.
            InvalidReferenceError: the reference has no digest.

        Example:
            >>> layer = (await client.fetch_manifest("oci:store/app:v1")).blobs[0]
            >>> async with await client.fetch_blob(f"oci:store/app@{layer.digest}") as blob:
            ...     len(await blob.read())
            10
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.fetch_blob(given_reference(reference), progress=callback("progress", progress))
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
        """Pushes a blob to a repository or layout, unless it already exists.

        Args:
            reference: the repository or layout.
            content: a path, bytes or a file object.
            media_type: the media type of the returned descriptor. Default: ``application/octet-stream``.
            progress: a callback for progress events. An exception that it raises cancels the push.

        Raises:
            NotFoundError: the file does not exist.

        Example:
            >>> (await client.push_blob("oci:store/app", b"hello")).descriptor.size
            5
        """
        sync_log_level()
        self._callback.use_running_loop()
        data = await content_async(content)
        operation = self._native.push_blob(
            given_reference(reference),
            data,
            media_type=optional(text, "media_type", media_type),
            progress=callback("progress", progress),
        )
        descriptor, outcome = await run_async(operation, progress)
        return PushedBlob(Descriptor._of(descriptor), outcome)
