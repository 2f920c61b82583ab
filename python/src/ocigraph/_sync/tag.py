"""Operations on tags, and the listings of tags and repositories."""

from __future__ import annotations

from collections.abc import Iterable

from .._checks import text
from .._descriptor import Descriptor, Platform
from .._listings import TagInfo
from .._run import run, sync_log_level
from .._values import AnyReference, given_reference, platform_text
from .base import Base


class TagOperations(Base):
    """Operations on tags, and the listings of tags and repositories."""

    def resolve(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Descriptor:
        """Resolves a tag or digest to a descriptor.

        Args:
            reference: the reference.
            platform: selects the image for this platform from an index.

        Raises:
            NotFoundError: the manifest does not exist.

        Example:
            >>> client.resolve("oci:store/app:v1").size > 0
            True
        """
        sync_log_level()
        operation = self._native.resolve(given_reference(reference), platform=platform_text(platform))
        return Descriptor._of(run(operation))

    def tag(self, reference: AnyReference, tags: str | Iterable[str]) -> Descriptor:
        """Adds tags to a manifest.

        Args:
            reference: the manifest.
            tags: one tag or several.

        Returns:
            The descriptor of the manifest.

        Raises:
            NotFoundError: the manifest does not exist.
            InvalidReferenceError: a tag is malformed.

        Example:
            >>> _ = client.tag("oci:store/app:v1", "stable")
            >>> client.tags("oci:store/app")
            ['v1', 'stable']
        """
        sync_log_level()
        listed = [text("tag", tag) for tag in ([tags] if isinstance(tags, str) else tags)]
        return Descriptor._of(run(self._native.tag(given_reference(reference), listed)))

    def untag(self, reference: AnyReference) -> None:
        """Removes the tags of the reference, but not the manifest.

        Args:
            reference: a reference with tags.

        Raises:
            NotFoundError: a tag does not exist.
            UnsupportedError: the registry cannot remove a tag without its manifest.

        Example:
            >>> client.untag("oci:store/app:v1")
            >>> client.tags("oci:store/app")
            []
        """
        sync_log_level()
        run(self._native.untag(given_reference(reference)))

    def tags(self, reference: AnyReference) -> list[str]:
        """Lists all tags of a repository or layout.

        Args:
            reference: the repository or layout.

        Raises:
            NotFoundError: the repository does not exist.

        Example:
            >>> client.tags("oci:store/app")
            ['v1']
        """
        sync_log_level()
        return run(self._native.tags(given_reference(reference)))

    def tag_details(self, reference: AnyReference) -> list[TagInfo]:
        """Lists all tags of a repository or layout with their digests, and with what else the registry reports.

        Args:
            reference: the repository or layout.

        Raises:
            NotFoundError: the repository does not exist.

        Example:
            >>> [(info.name, info.digest[:11]) for info in client.tag_details("oci:store/app")]
            [('v1', 'sha256:c03a')]
        """
        sync_log_level()
        return [TagInfo._of(info) for info in run(self._native.tag_details(given_reference(reference)))]

    def repositories(self, host: str) -> list[str]:
        """Lists the repositories of a registry.

        Args:
            host: the registry, ``host[:port]``.

        Raises:
            UnsupportedError: the registry does not list its repositories.

        Example:
            >>> client.repositories("127.0.0.1:1")
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        sync_log_level()
        return run(self._native.repositories(text("host", host)))
