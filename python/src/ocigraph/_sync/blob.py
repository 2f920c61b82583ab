"""Operations that fetch and push single blobs."""

from __future__ import annotations

from .._blob import Blob, Source
from .._checks import callback, optional, text
from .._content import buffered, content_of
from .._descriptor import Descriptor
from .._progress import Progress
from .._results import PushedBlob
from .._run import run, sync_log_level
from .._values import AnyReference, Content, given_reference
from .base import Base


class BlobOperations(Base):
    """Operations that fetch and push single blobs."""

    def fetch_blob(self, reference: AnyReference, *, progress: Progress | None = None) -> Blob:
        """Fetches the blob that a reference names by digest, as a file object; its content is checked at the end.

        Args:
            reference: a reference with a digest.
            progress: a callback for progress events, which reads call.

        Raises:
            NotFoundError: the blob does not exist.
            InvalidReferenceError: the reference has no digest.

        Example:
            >>> layer = client.fetch_manifest("oci:store/app:v1").blobs[0]
            >>> with client.fetch_blob(f"oci:store/app@{layer.digest}") as blob:
            ...     len(blob.read())
            10
        """
        sync_log_level()
        operation = self._native.fetch_blob(given_reference(reference), progress=callback("progress", progress))
        descriptor, stream = run(operation, progress)
        return Blob(Descriptor._of(descriptor), Source(stream, progress, self._configuration))

    def push_blob(
        self,
        reference: AnyReference,
        content: Content,
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
            >>> client.push_blob("oci:store/app", b"hello").descriptor.size
            5
        """
        sync_log_level()
        data = content_of(content, buffered)
        operation = self._native.push_blob(
            given_reference(reference),
            data,
            media_type=optional(text, "media_type", media_type),
            progress=callback("progress", progress),
        )
        descriptor, outcome = run(operation, progress)
        return PushedBlob(Descriptor._of(descriptor), outcome)
