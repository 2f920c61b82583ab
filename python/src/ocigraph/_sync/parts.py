"""Single manifests and blobs, as they are stored."""

from __future__ import annotations

from .._blob import Blob, Source
from .._checks import callback, optional, text
from .._content import content_of, spooled
from .._descriptor import Descriptor, Manifest, Platform
from .._progress import Progress
from .._results import PushedBlob
from .._run import listen, run
from .._values import AnyReference, BytesLike, Content, given_reference, memory, platform_text
from .base import Base


class Parts(Base):
    """Single manifests and blobs, as they are stored."""

    def fetch_manifest(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Manifest:
        """The manifest that a tag or digest names, as it is stored; of an index, that of the image for ``platform``.

        Raises:
            NotFoundError: it names nothing.

        Example:
            >>> client.fetch_manifest("oci:store/app:v1").artifact_type
            'image/example'
        """
        listen()
        operation = self._native.fetch_manifest(given_reference(reference), platform=platform_text(platform))
        return Manifest._of(run(operation))

    def push_manifest(
        self, reference: AnyReference, content: BytesLike | Manifest, *, media_type: str | None = None
    ) -> Descriptor:
        """Stores a manifest as it is, under the reference's tags; gives its descriptor.

        Args:
            reference: where to; with a digest, it must be that of the content.
            content: the manifest's bytes, or one that was fetched.
            media_type: its media type, where the content does not say.

        Raises:
            InvalidManifestError: it is none.
            DigestMismatchError: the reference has another digest.

        Example:
            >>> manifest = client.fetch_manifest("oci:store/app:v1")
            >>> client.push_manifest("oci:store/app:again", manifest) == manifest.descriptor
            True
        """
        listen()
        kind = optional(text, "media_type", media_type)
        if isinstance(content, Manifest):
            data, known = content.content, content.descriptor.media_type
        elif (view := memory(content)) is not None:
            data, known = bytes(view), None
        else:
            raise TypeError(f"a {type(content).__name__} has no bytes; pass those of the manifest, or a Manifest")
        operation = self._native.push_manifest(given_reference(reference), data, media_type=kind or known)
        return Descriptor._of(run(operation))

    def delete_manifest(self, reference: AnyReference) -> Descriptor:
        """Deletes the one manifest that a tag or digest names, and nothing else: what refers to it stays, unlike with
        `delete`. Gives its descriptor.

        Raises:
            NotFoundError: it names nothing.
            UnsupportedError: the registry does not delete.

        Example:
            >>> client.delete_manifest("oci:store/app:v1").artifact_type
            'image/example'
        """
        listen()
        return Descriptor._of(run(self._native.delete_manifest(given_reference(reference))))

    def fetch_blob(self, reference: AnyReference, *, progress: Progress | None = None) -> Blob:
        """The blob that a reference names by digest, as a file object; its content is checked when it ends.

        Args:
            reference: the blob.
            progress: a callback for `Event`, which is called by reads.

        Raises:
            NotFoundError: it is not there.
            InvalidReferenceError: the reference has no digest.

        Example:
            >>> layer = client.fetch_manifest("oci:store/app:v1").blobs[0]
            >>> with client.fetch_blob(f"oci:store/app@{layer.digest}") as blob:
            ...     len(blob.read())
            10
        """
        listen()
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
        """Stores a blob in a repository or layout, unless it is there.

        Args:
            reference: where to.
            content: a path, bytes or a file object.
            media_type: the media type of the descriptor that is given back; ``application/octet-stream`` without it.
            progress: a callback for `Event`; what it raises ends the push.

        Example:
            >>> client.push_blob("oci:store/app", b"hello").descriptor.size
            5
        """
        listen()
        data = content_of(content, spooled)
        operation = self._native.push_blob(
            given_reference(reference),
            data,
            media_type=optional(text, "media_type", media_type),
            progress=callback("progress", progress),
        )
        descriptor, outcome = run(operation, progress)
        return PushedBlob(Descriptor._of(descriptor), outcome)
