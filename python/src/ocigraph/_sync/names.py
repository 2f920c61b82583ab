"""What names what: tags and digests, and listings of tags, manifests and repositories."""

from __future__ import annotations

from collections.abc import Iterable

from .._checks import text
from .._descriptor import Descriptor, Platform
from .._listings import ManifestInfo, TagInfo
from .._run import listen, run
from .._values import AnyReference, given_reference, platform_text
from .base import Base


class Names(Base):
    """What names what: tags and digests, and listings of tags, manifests and repositories."""

    def resolve(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Descriptor:
        """The descriptor of what a tag or digest names; of an index, that of the image for ``platform``.

        Raises:
            NotFoundError: it names nothing.

        Example:
            >>> client.resolve("oci:store/app:v1").size > 0
            True
        """
        listen()
        operation = self._native.resolve(given_reference(reference), platform=platform_text(platform))
        return Descriptor._of(run(operation))

    def tag(self, reference: AnyReference, tags: str | Iterable[str]) -> Descriptor:
        """Points further tags at what the reference names; gives its descriptor.

        Raises:
            NotFoundError: it names nothing.
            InvalidReferenceError: a tag is not written as one.

        Example:
            >>> _ = client.tag("oci:store/app:v1", "stable")
            >>> client.tags("oci:store/app")
            ['v1', 'stable']
        """
        listen()
        listed = [text("a tag", tag) for tag in ([tags] if isinstance(tags, str) else tags)]
        return Descriptor._of(run(self._native.tag(given_reference(reference), listed)))

    def untag(self, reference: AnyReference) -> None:
        """Removes the reference's tags and leaves what they named.

        Raises:
            NotFoundError: there is no such tag.
            UnsupportedError: the registry cannot remove a tag alone.

        Example:
            >>> client.untag("oci:store/app:v1")
            >>> client.tags("oci:store/app")
            []
        """
        listen()
        run(self._native.untag(given_reference(reference)))

    def tags(self, reference: AnyReference) -> list[str]:
        """All tags of a repository or layout.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> client.tags("oci:store/app")
            ['v1']
        """
        listen()
        return run(self._native.tags(given_reference(reference)))

    def tag_details(self, reference: AnyReference) -> list[TagInfo]:
        """All tags of a repository or layout, with what each names and what else is known of it.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> [(info.name, info.digest[:11]) for info in client.tag_details("oci:store/app")]
            [('v1', 'sha256:c03a')]
        """
        listen()
        return [TagInfo._of(info) for info in run(self._native.tag_details(given_reference(reference)))]

    def manifests(self, reference: AnyReference) -> list[ManifestInfo]:
        """The manifests of a repository or layout, tagged and untagged, with what is known of each.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> [info.descriptor.artifact_type for info in client.manifests("oci:store/app")]
            ['image/example', 'sbom/example']
        """
        listen()
        return [ManifestInfo._of(info) for info in run(self._native.manifests(given_reference(reference)))]

    def repositories(self, host: str) -> list[str]:
        """The repositories of a registry.

        Raises:
            UnsupportedError: the registry does not list them.

        Example:
            >>> client.repositories("127.0.0.1:1")
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        listen()
        return run(self._native.repositories(text("host", host)))
