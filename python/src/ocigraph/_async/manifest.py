# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on single manifests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._checks import check_concurrency, check_flag, check_text, check_text_list, check_texts, optional
from .._descriptor import Descriptor, Manifest, Platform
from .._results import IndexResult
from .._run import run_async, sync_log_level
from .._values import AnyReference, BytesLike, given_manifest, given_reference, platform_text
from .base import Base


class ManifestOperations(Base):
    """Operations on single manifests."""

    async def resolve(
        self, reference: AnyReference, *, platform: str | Platform | None = None, media_types: str | Iterable[str] = ()
    ) -> Descriptor:
        """Returns the descriptor of what ``reference`` names. With a platform, the descriptor of the image for that
        platform in the index that ``reference`` names.

        Args:
            reference: a reference with a tag or digest.
            platform: selects, in an index, the image for this platform. Default: the index itself.
            media_types: the media types that the manifest may have. A registry is asked for these alone, and can refuse
                others. A manifest of another media type fails with `NotFoundError`. Default: none, which accepts every
                media type.

        Raises:
            NotFoundError: ``reference`` names nothing, if the index has no image for the platform, or if the manifest
                has another media type.

        Example:
            >>> (await client.resolve("oci:store/app:v1")).size > 0
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.resolve(
            given_reference(reference),
            platform=optional(platform_text, "platform", platform),
            media_types=check_text_list("media_types", media_types),
        )
        return Descriptor._of(await run_async(operation))

    async def fetch_manifest(
        self, reference: AnyReference, *, platform: str | Platform | None = None, media_types: str | Iterable[str] = ()
    ) -> Manifest:
        """Returns the manifest that ``reference`` names, byte for byte as it is stored; without a platform, also one
        that cannot be parsed. With a platform, the manifest of the image for that platform in the index that
        ``reference`` names.

        Args:
            reference: a reference with a tag or digest.
            platform: selects, in an index, the image for this platform. Default: the index itself.
            media_types: the media types that the manifest may have. A registry is asked for these alone, and can refuse
                others. A manifest of another media type fails with `NotFoundError`. Default: none, which accepts every
                media type.

        Raises:
            NotFoundError: ``reference`` names nothing, if the index has no image for the platform, or if the manifest
                has another media type.
            DigestMismatchError: the content does not have its digest.

        Example:
            >>> (await client.fetch_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.fetch_manifest(
            given_reference(reference),
            platform=optional(platform_text, "platform", platform),
            media_types=check_text_list("media_types", media_types),
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

    async def index_create(
        self,
        reference: AnyReference,
        manifests: str | Iterable[str],
        *,
        annotations: Mapping[str, str] | None = None,
        artifact_type: str | None = None,
        dry_run: bool = False,
        concurrency: int | None = None,
    ) -> IndexResult:
        """Creates an OCI image index of ``manifests``, pushes it, and sets the tags of ``reference``. Each manifest is
        named by a tag, a digest, or a reference to the repository or layout of ``reference``; the index lists it once,
        in the order given. The entry of an image has the platform that its config says, the entry of another artifact
        its artifact type. Without manifests, the index is empty.

        Args:
            reference: the repository or layout, with the tags of the index.
            manifests: the manifests that the index lists: tags, digests, or references to the same repository or
                layout.
            annotations: the annotations of the index. Default: none.
            artifact_type: the artifact type of the index, a media type. Default: none.
            dry_run: returns the index without pushing it. Default: False.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            An `IndexResult` with ``reference``, ``descriptor``, ``tags``, ``manifests``, ``dry_run`` and ``content``.

        Raises:
            NotFoundError: a manifest or the config of an image does not exist.
            InvalidArgumentError: a manifest is in another repository or layout, or if an option cannot be used.
            DigestMismatchError: ``reference`` has a digest that is not the index's.

        Example:
            >>> created = await client.index_create("oci:store/app:all", ["v1"])
            >>> created.tags, [entry.artifact_type for entry in created.manifests]
            (('all',), ['image/example'])
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.index_create(
            given_reference(reference),
            check_text_list("manifests", manifests),
            annotations=check_texts("annotations", annotations),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            dry_run=check_flag("dry_run", dry_run),
            concurrency=check_concurrency(concurrency),
        )
        return IndexResult._of(await run_async(operation))

    async def index_update(
        self,
        reference: AnyReference,
        *,
        add: str | Iterable[str] = (),
        merge: str | Iterable[str] = (),
        remove: str | Iterable[str] = (),
        annotations: Mapping[str, str] | None = None,
        artifact_type: str | None = None,
        remove_artifact_type: bool = False,
        tags: str | Iterable[str] = (),
        dry_run: bool = False,
        concurrency: int | None = None,
    ) -> IndexResult:
        """Adds manifests to the index that ``reference`` names or removes some, changes its annotations or its artifact
        type, and pushes the updated index. The tag of ``reference`` moves to it, and the old index stays. With a digest
        in ``reference``, no tag moves. The other entries stay as they are, with unknown fields. Without a change, the
        index stays as it is, byte for byte.

        Args:
            reference: the index, by a tag, which moves to the updated index, or by a digest.
            add: the manifests to add at the end: tags, digests, or references to the same repository or layout. A
                manifest that the index lists already is not added again. Default: none.
            merge: the indexes whose manifests are added after ``add``, each named as a manifest is. An entry that the
                index has already is not added again. Default: none.
            remove: the digests of the manifests to remove, before others are added. A digest that the index does not
                list fails with `NotFoundError`. Default: none.
            annotations: annotations that the index gets, beside those that it has. One with the same key is replaced.
                Default: none.
            artifact_type: the artifact type that the index gets, a media type. Default: it stays.
            remove_artifact_type: removes the artifact type of the index. Default: False. With ``artifact_type``, it
                fails with `InvalidArgumentError`.
            tags: further tags of the updated index. Default: none.
            dry_run: returns the updated index without pushing it. Default: False.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            An `IndexResult` with ``reference``, ``descriptor``, ``tags``, ``manifests``, ``dry_run`` and ``content``.

        Raises:
            NotFoundError: ``reference`` or a manifest does not exist, or if the index does not list a manifest to
                remove.
            InvalidArgumentError: ``reference`` or an index to merge is not an index, if a manifest is in another
                repository or layout, or if an option cannot be used.

        Example:
            >>> image = (await client.index_create("oci:store/app:all", ["v1"])).manifests[0]
            >>> (await client.index_update("oci:store/app:all", remove=image.digest)).manifests
            ()
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.index_update(
            given_reference(reference),
            add=check_text_list("add", add),
            merge=check_text_list("merge", merge),
            remove=check_text_list("remove", remove),
            annotations=check_texts("annotations", annotations),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            remove_artifact_type=check_flag("remove_artifact_type", remove_artifact_type),
            tags=check_text_list("tags", tags),
            dry_run=check_flag("dry_run", dry_run),
            concurrency=check_concurrency(concurrency),
        )
        return IndexResult._of(await run_async(operation))
