# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""Operations on artifacts and their graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .._checks import (
    check_callback,
    check_concurrency,
    check_count,
    check_flag,
    check_instance,
    check_path,
    check_path_list,
    check_text,
    check_text_list,
    check_texts,
    optional,
)
from .._configuration import UnpackLimits
from .._content import given_file_async, given_files_async
from .._descriptor import Platform
from .._enumerations import AttachmentForm, EdgeKind, Format
from .._graph import Graph
from .._progress import Progress
from .._results import (
    BackupReport,
    CheckReport,
    CopyReport,
    DeleteReport,
    DiscoveredRow,
    DiscoverSummary,
    MigrateReport,
    PruneReport,
    PullResult,
    PushResult,
    RestoreReport,
    SweepRow,
    SweepSummary,
    SyncRow,
    SyncSummary,
    VerifyReport,
)
from .._rows import AsyncRows
from .._run import run_async, sync_log_level
from .._values import AnyReference, File, StrPath, given_reference, given_references, named, platform_text
from .base import Base

if TYPE_CHECKING:
    from .client import AsyncClient


class ArtifactOperations(Base):
    """Operations on artifacts and their graphs."""

    async def push(
        self,
        reference: AnyReference,
        files: StrPath | File | Iterable[StrPath | File] = (),
        *,
        artifact_type: str | None = None,
        subject: AnyReference | None = None,
        annotations: Mapping[str, str] | None = None,
        config: StrPath | File | None = None,
        artifact_platform: str | Platform | None = None,
        format: Format = "auto",
        allow_path_traversal: bool = False,
        source_date_epoch: int | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> PushResult:
        """Packs files, directories and bytes into one artifact and pushes it under the tags of ``reference``. Blobs
        that exist already are not sent.

        Args:
            reference: the destination. ``host/repository:v1,latest`` sets two tags. Without a tag, the artifact is
                named by its digest alone, as referrers are.
            files: the content to push: each file becomes one blob, in this order. Default: none, which pushes an
                artifact without blobs. Two files with the same title fail with `InvalidArgumentError`. One or several
                paths or `File` objects.
            artifact_type: the artifact type, for example ``application/vnd.example.sbom``: see [image-spec v1.1.1,
                "Guidelines for Artifact
                Usage"](https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).
                Default: none.
            subject: the subject: a reference with a tag or digest to a manifest in the repository that is pushed to.
                The artifact becomes a referrer of it. `NotFoundError` if the manifest does not exist,
                `InvalidArgumentError` if it is in another repository. Default: none.
            annotations: the annotations of the manifest. Default: none.
            config: the config blob. Its media type is ``application/vnd.unknown.config.v1+json`` unless it is given;
                without an artifact type, it is the type of the artifact. Its annotations are those of the config's
                descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
            artifact_platform: the platform that the artifact is for. It becomes a config of the media type
                ``application/vnd.oci.image.config.v1+json``, by which the artifact can be selected in an index. With a
                config of its own it fails with `InvalidArgumentError`. Default: none.
            format: the format of the manifest. Default: ``auto``.
            allow_path_traversal: permits absolute titles and titles with ``..``. Default: False; such a title then
                fails with `UnsafePathError`.
            source_date_epoch: the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for
                the annotation ``org.opencontainers.image.created``; like the variable
                [SOURCE_DATE_EPOCH](https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries
                then get the time 0, and the manifest has no such annotation.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `PushResult` with ``reference``, ``descriptor``, ``tags``, ``blobs`` and ``manifest``.

        Raises:
            InvalidArgumentError: an option cannot be used.
            NotFoundError: the subject or a file does not exist.
            UnsafePathError: a title leads out of the directory of a later pull.

        Example:
            >>> pushed = await client.push("oci:store/app", "program", artifact_type="a/b", subject="oci:store/app:v1")
            >>> pushed.descriptor.artifact_type
            'a/b'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.push(
            given_reference(reference),
            await given_files_async(files),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            subject=given_reference(subject) if subject is not None else None,
            annotations=check_texts("annotations", annotations),
            config=await given_file_async(config),
            artifact_platform=optional(platform_text, "artifact_platform", artifact_platform),
            format=check_text("format", format),
            allow_path_traversal=check_flag("allow_path_traversal", allow_path_traversal),
            source_date_epoch=optional(check_count, "source_date_epoch", source_date_epoch),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return PushResult._of(await run_async(operation, progress))

    async def attach(
        self,
        reference: AnyReference,
        files: StrPath | File | Iterable[StrPath | File] = (),
        *,
        artifact_type: str | None = None,
        platform: str | Platform | None = None,
        annotations: Mapping[str, str] | None = None,
        config: StrPath | File | None = None,
        format: Format = "auto",
        allow_empty: bool = False,
        allow_path_traversal: bool = False,
        source_date_epoch: int | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> PushResult:
        """Packs files, directories and bytes into one artifact and attaches it to what ``reference`` names: the
        artifact becomes a referrer of it. The artifact has no tag. Blobs that exist already are not sent.

        Args:
            reference: the artifact that gets a referrer.
            files: the content to attach: each file becomes one blob, in this order. Two files with the same title fail
                with `InvalidArgumentError`. Default: none. One or several paths or `File` objects.
            artifact_type: the artifact type, for example ``application/vnd.example.sbom``: see [image-spec v1.1.1,
                "Guidelines for Artifact
                Usage"](https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage).
                Default: none; it is required unless ``config`` is set.
            platform: attaches to the image for this platform if the reference names an index. `NotFoundError` if the
                index has no such image. Default: attaches to the manifest that the reference names.
            annotations: the annotations of the manifest. Default: none.
            config: the config blob. Its media type is ``application/vnd.unknown.config.v1+json`` unless it is given;
                without an artifact type, it is the type of the artifact. Its annotations are those of the config's
                descriptor. Default: the empty JSON object, as image-spec recommends for artifacts.
            format: the format of the manifest. Default: ``auto``.
            allow_empty: permits an artifact without files and annotations. Default: False; an attach without both then
                fails with `InvalidArgumentError`.
            allow_path_traversal: permits absolute titles and titles with ``..``. Default: False; such a title then
                fails with `UnsafePathError`.
            source_date_epoch: the time, in seconds since 1970-01-01 UTC, for the entries of packed directories and for
                the annotation ``org.opencontainers.image.created``; like the variable
                [SOURCE_DATE_EPOCH](https://reproducible-builds.org/specs/source-date-epoch/). Default: none; entries
                then get the time 0, and the manifest has no such annotation.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `PushResult` with ``reference``, ``descriptor``, ``tags``, ``blobs`` and ``manifest``.

        Raises:
            InvalidArgumentError: there is neither a file nor an annotation nor ``allow_empty``, or neither an artifact
                type nor a config.
            NotFoundError: ``reference`` names nothing or a file does not exist.
            UnsafePathError: a title leads out of the directory of a later pull.

        Example:
            >>> attached = await client.attach("oci:store/app:v1", "program", artifact_type="a/b")
            >>> attached.tags, attached.descriptor.artifact_type
            ((), 'a/b')
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.attach(
            given_reference(reference),
            await given_files_async(files),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            platform=optional(platform_text, "platform", platform),
            annotations=check_texts("annotations", annotations),
            config=await given_file_async(config),
            format=check_text("format", format),
            allow_empty=check_flag("allow_empty", allow_empty),
            allow_path_traversal=check_flag("allow_path_traversal", allow_path_traversal),
            source_date_epoch=optional(check_count, "source_date_epoch", source_date_epoch),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return PushResult._of(await run_async(operation, progress))

    async def pull(
        self,
        reference: AnyReference,
        output: StrPath = ".",
        *,
        artifact_type: str | None = None,
        platform: str | Platform | None = None,
        include_subject: bool = False,
        all: bool = False,
        config_file: StrPath | None = None,
        config_media_type: str | None = None,
        keep_old_files: bool = False,
        allow_path_traversal: bool = False,
        unpack_limits: UnpackLimits | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> list[PullResult]:
        """Writes the files of the artifact that ``reference`` names into a directory. With an artifact type, writes the
        files of its referrers of that type instead. A file appears under its name only after its size and digest were
        verified. A blob without a title has no file, unless the options ask for all blobs; the result lists it.

        Args:
            reference: the artifact.
            output: the directory to write to. It is created if necessary. Default, also for an empty path: the current
                directory.
            artifact_type: pulls the referrers of this artifact type instead of the artifact itself. `NotFoundError` if
                the artifact has no such referrer. Default: the artifact that the reference names.
            platform: selects the image for this platform if the reference names an index. `NotFoundError` if the index
                has no such image. Default: none; an index then fails with `InvalidArgumentError`, because it has no
                files.
            include_subject: also pulls the subject of each artifact, the subject of that subject, and so on. Default:
                False.
            all: also writes the blobs without a title, such as the layers of an image, a Helm chart or a Wasm module.
                The file has the path in the annotation ``org.cncf.model.filepath``, to which the rules for titles
                apply; without one, or if the blob is an archive, the name is made from the digest: ``sha256-`` and 64
                hexadecimal digits. The config and foreign layers are not written. Default: False, which lists the blobs
                without a title as skipped.
            config_file: also writes the config of the artifact to this file; those of its subjects are not written. A
                relative path is below the output directory. Several artifacts with different configs fail with
                `ConflictError`. An artifact without a config has no such file. Default: none; a config is then written
                only if it has a title.
            config_media_type: writes the config to the file only if it has this media type. It requires
                ``config_file``. Default: any media type.
            keep_old_files: does not overwrite existing files. Default: False.
            allow_path_traversal: writes to absolute titles and to titles with ``..``, also outside the output
                directory. Default: False; such a title then fails with `UnsafePathError`.
            unpack_limits: limits for unpacked directories. An archive that exceeds one fails with `TooLargeError`.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A list of `PullResult` items, each with ``reference``, ``descriptor``, ``files`` and ``skipped``.

        Raises:
            NotFoundError: ``reference`` names nothing or no referrer has the type.
            UnsafePathError: a title leads out of the output directory.
            ConflictError: two different files have one path.
            TooLargeError: a packed directory exceeds its limits.
            DigestMismatchError: content is not what its descriptor says.
            SizeMismatchError: content is not what its descriptor says.

        Example:
            >>> [sbom] = await client.pull("oci:store/app:v1", "out", artifact_type="sbom/example")
            >>> sbom.files[0].path.read_text()
            '{}'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.pull(
            given_reference(reference),
            check_path("output", output),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            platform=optional(platform_text, "platform", platform),
            include_subject=check_flag("include_subject", include_subject),
            all=check_flag("all", all),
            config_file=optional(check_path, "config_file", config_file),
            config_media_type=optional(check_text, "config_media_type", config_media_type),
            keep_old_files=check_flag("keep_old_files", keep_old_files),
            allow_path_traversal=check_flag("allow_path_traversal", allow_path_traversal),
            unpack_limits=check_instance(UnpackLimits, "unpack_limits", unpack_limits)._given(),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return [PullResult._of(item) for item in await run_async(operation, progress)]

    async def discover(
        self,
        reference: AnyReference,
        *,
        artifact_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        predicate_type: str | None = None,
        only: EdgeKind | None = None,
        platform: str | Platform | None = None,
        depth: int | None = None,
        allow_incomplete: bool = False,
        concurrency: int | None = None,
    ) -> Graph:
        """Returns the graph of everything that is attached to what ``reference`` names, directly or through others: its
        referrers ([distribution-spec v1.1.1, "Listing
        Referrers"](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers)), the
        manifests of the tags that cosign derives from a digest, the attestations of BuildKit, and the children of an
        index. Each edge of the graph has its kind.

        Args:
            reference: the subject.
            artifact_type: keeps only what has this artifact type, the paths from the subject to it, and what is
                attached to it directly or indirectly. Default: everything.
            annotations: keeps only what has all these annotations with these values, in the same way as
                ``artifact_type``. Default: everything.
            predicate_type: keeps only the attestations of which a statement has this predicate type, such as
                ``https://spdx.dev/Document``, in the same way as ``artifact_type``. Default: everything.
            only: follows the edges of this kind alone, for example those to referrers. Default: all kinds.
            platform: starts at the image for this platform if the reference names an index. `NotFoundError` if the
                index has no such image. Default: starts at the manifest that the reference names.
            depth: maximum number of levels: 1 returns what is directly attached, 0 the subject alone. Default: all
                levels.
            allow_incomplete: returns a graph with `Graph.problems` if a list cannot be read completely. Default: False;
                this then fails with `IncompleteError`.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Raises:
            NotFoundError: ``reference`` names nothing.
            IncompleteError: a list cannot be read completely, unless the options allow it.

        Example:
            >>> graph = await client.discover("oci:store/app:v1")
            >>> [referrer.artifact_type for referrer in graph]
            ['sbom/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.discover(
            given_reference(reference),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            annotations=check_texts("annotations", annotations),
            predicate_type=optional(check_text, "predicate_type", predicate_type),
            only=optional(check_text, "only", only),
            platform=optional(platform_text, "platform", platform),
            depth=optional(check_count, "depth", depth),
            allow_incomplete=check_flag("allow_incomplete", allow_incomplete),
            concurrency=check_concurrency(concurrency),
        )
        return Graph(await run_async(operation), *named(reference))

    def discover_each(
        self,
        reference: AnyReference,
        *,
        artifact_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        predicate_type: str | None = None,
        only: EdgeKind | None = None,
        platform: str | Platform | None = None,
        depth: int | None = None,
        allow_incomplete: bool = False,
        concurrency: int | None = None,
    ) -> AsyncRows[DiscoveredRow, DiscoverSummary]:
        """Returns every edge of the graph that `Client.discover` returns, as rows that come as they are found: what is
        attached, and to what. The graph is not held in memory. The edge to a manifest comes before those from it. A
        manifest that is attached to another in two ways has two rows. The last rows can come before an error.

        Args:
            reference: the subject.
            artifact_type: keeps only what has this artifact type, the paths from the subject to it, and what is
                attached to it directly or indirectly. Default: everything.
            annotations: keeps only what has all these annotations with these values, in the same way as
                ``artifact_type``. Default: everything.
            predicate_type: keeps only the attestations of which a statement has this predicate type, such as
                ``https://spdx.dev/Document``, in the same way as ``artifact_type``. Default: everything.
            only: follows the edges of this kind alone, for example those to referrers. Default: all kinds.
            platform: starts at the image for this platform if the reference names an index. `NotFoundError` if the
                index has no such image. Default: starts at the manifest that the reference names.
            depth: maximum number of levels: 1 returns what is directly attached, 0 the subject alone. Default: all
                levels.
            allow_incomplete: returns a graph with `Graph.problems` if a list cannot be read completely. Default: False;
                this then fails with `IncompleteError`.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            The rows as `AsyncRows` of `DiscoveredRow`, with a `DiscoverSummary` as their ``summary``. Requests are made
            while a row is waited for, which raises their errors.

        Raises:
            NotFoundError: ``reference`` names nothing.
            IncompleteError: at the first list that cannot be read completely, unless the options allow it.

        Example:
            >>> rows = client.discover_each("oci:store/app:v1")
            >>> [(row.depth, row.edge, row.descriptor.artifact_type) async for row in rows]
            [(1, 'referrer', 'sbom/example')]
            >>> rows.summary.edges
            1
        """
        sync_log_level()
        rows = self._native.discover_each(
            given_reference(reference),
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            annotations=check_texts("annotations", annotations),
            predicate_type=optional(check_text, "predicate_type", predicate_type),
            only=optional(check_text, "only", only),
            platform=optional(platform_text, "platform", platform),
            depth=optional(check_count, "depth", depth),
            allow_incomplete=check_flag("allow_incomplete", allow_incomplete),
            concurrency=check_concurrency(concurrency),
        )
        return AsyncRows(rows, DiscoveredRow._of, DiscoverSummary._of, self._callback.use_running_loop)

    async def delete(
        self,
        reference: AnyReference,
        *,
        dry_run: bool = False,
        force: bool = False,
        only: EdgeKind | None = None,
        if_exists: bool = False,
        concurrency: int | None = None,
    ) -> DeleteReport:
        """Deletes what ``reference`` names and everything that refers to it, referrers before their subjects. The
        report has each manifest that could not be deleted. An interrupted delete can be run again. A dry run reports
        what would be deleted.

        Args:
            reference: the artifact.
            dry_run: makes the report without deleting anything. Default: False.
            force: also deletes manifests that would be retained because they have another tag or another index lists
                them, and proceeds if a list of tags or referrers cannot be read completely. Default: False; an
                incomplete list then fails with `IncompleteError`.
            only: deletes only what is attached by edges of this kind, to the artifact or to the images of an index, and
                what is attached to that; the artifact itself stays. The kind is that of referrers or that of tags;
                another one fails with `InvalidArgumentError`, because an index needs what it lists. Default: deletes
                the artifact with everything that is attached.
            if_exists: returns an empty report if ``reference`` names nothing. Default: False; it then fails with
                `NotFoundError`.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            A `DeleteReport` with ``dry_run``, ``deleted``, ``kept`` and ``failed``.

        Raises:
            NotFoundError: ``reference`` names nothing, unless the options allow it.
            UnsupportedError: the registry deletes no manifest.
            IncompleteError: a list of tags or referrers cannot be read completely.

        Example:
            >>> [gone.artifact_type for gone in (await client.delete("oci:store/app:v1", dry_run=True)).deleted]
            ['sbom/example', 'image/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.delete(
            given_reference(reference),
            dry_run=check_flag("dry_run", dry_run),
            force=check_flag("force", force),
            only=optional(check_text, "only", only),
            if_exists=check_flag("if_exists", if_exists),
            concurrency=check_concurrency(concurrency),
        )
        return DeleteReport._of(await run_async(operation))

    async def copy(
        self,
        source: AnyReference,
        destination: AnyReference,
        *,
        recursive: bool = False,
        only: EdgeKind | None = None,
        platform: str | Platform | None = None,
        index_platforms: str | Iterable[str] = (),
        foreign: bool = False,
        repair: bool = False,
        destination_client: AsyncClient | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> CopyReport:
        """Copies what ``source`` names, or its whole graph, to ``destination``, and sets the destination's tags.
        Content that the destination has is not sent.

        Args:
            source: the artifact to copy.
            destination: the location to copy to, with the tags to set.
            recursive: copies the whole graph: also what is attached to the artifact, to the manifests that an index
                lists, and to what is attached. Tags that have a digest, as cosign writes them, keep their names.
                Default: False, which copies the artifact, its subject, and what an index lists.
            only: a recursive copy follows the edges of this kind alone, for example those to referrers. Default: all
                kinds.
            platform: copies only the image for this platform if the source is an index. `NotFoundError` if the index
                has no such image. A recursive copy takes the attestations that the index lists for the image along; one
                without a subject gets the image as its subject, and so another digest. Default: the index with all its
                images.
            index_platforms: copies the images for these platforms, each as ``os/arch[/variant]``, if the source is an
                index. With several, the destination gets a new index that lists only these images, in the order of the
                source; a recursive copy keeps the attestations that the index lists for them. What is attached to the
                index of the source is not attached to the new one. One platform has the effect of ``platform``, and
                both together fail with `InvalidArgumentError`. Default: none.
            foreign: copies foreign layers too. Registries need not store these layers: see [image-spec v1.1.1,
                "Non-Distributable
                Layers"](https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#non-distributable-layers).
                Default: False.
            repair: checks that the content below every copied manifest exists, also if the destination has the manifest
                already, and copies what is missing: a collection of garbage can leave a manifest without its content.
                Digests are not computed. Default: False, which checks only the manifest that the source names and what
                it lists.
            destination_client: the client that reaches the destination, with credentials, headers, TLS options and
                limits of its own. Neither client sends anything of the other. Within one registry, blobs are then
                uploaded and not mounted. Default: none, and one client reaches both source and destination.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `CopyReport` with ``source``, ``destination``, ``descriptor``, ``tags``, ``manifests``, ``blobs``,
            ``bytes``, ``missing`` and ``kept_tags``.

        Raises:
            NotFoundError: ``source`` names nothing or content of it is missing.
            InvalidArgumentError: one client would send the same credential or header to two registries.

        Example:
            >>> (await client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True)).manifests
            2
            >>> async with AsyncClient() as other:
            ...     (await client.copy("oci:store/app:v1", "oci:second/app:v1", destination_client=other)).tags
            ('v1',)
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.copy(
            given_reference(source),
            given_reference(destination),
            recursive=check_flag("recursive", recursive),
            only=optional(check_text, "only", only),
            platform=optional(platform_text, "platform", platform),
            index_platforms=check_text_list("index_platforms", index_platforms),
            foreign=check_flag("foreign", foreign),
            repair=check_flag("repair", repair),
            destination_client=self._other("destination_client", destination_client),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return CopyReport._of(await run_async(operation, progress))

    async def backup(
        self,
        references: AnyReference | Iterable[AnyReference],
        output: StrPath,
        *,
        recursive: bool = False,
        since: StrPath | None = None,
        dry_run: bool = False,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> BackupReport:
        """Copies repositories and layouts, or some of their tags, into one archive or directory: an image layout. A
        path that ends with ``.tar`` is an archive. It appears when it is complete and every byte is verified; the same
        content gives the same bytes. A directory gets what it lacks, and tags that have moved at the source move in it
        too. Its ``index.json`` then says of which repository the tags are, in the annotation ``io.ocigraph.backup``.

        A reference without tag and digest names all tags. Of one repository, the archive has the tags, as in any
        layout. Of several, each name in it is a reference: ``host/repository:tag``, or ``host/repository@digest`` for a
        manifest without a tag. A layout is backed up by itself.

        Args:
            references: the repositories to back up, or some of their tags; or one layout.
            output: the archive, whose name ends with ``.tar``, or the directory to write.
            recursive: also backs up what is attached to the manifests, as a recursive copy does: referrers, the tags
                that cosign derives from a digest, and what is attached to these. Default: False, which backs up the
                tagged manifests and what they list.
            since: the archive or directory of an earlier backup. Manifests and blobs that it has are not stored again,
                and a restore needs it too. Only for an archive. Default: none.
            dry_run: only reports what would be stored. Reads all manifests, and no blob. Default: False.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `BackupReport` with ``dry_run``, ``output``, ``tags``, ``manifests``, ``blobs``, ``existing_blobs``,
            ``bytes``, ``missing``, ``kept_tags`` and ``size``.

        Raises:
            NotFoundError: a reference names nothing or content of it is missing.
            IncompleteError: a list of tags or referrers cannot be read completely.
            DigestMismatchError: a registry sends other content than a manifest lists.
            SizeMismatchError: a registry sends other content than a manifest lists.
            AlreadyExistsError: ``output`` is a file where a directory is written, or the reverse.
            ConflictError: the directory has the backup of another repository, whose tags would be lost.
            InvalidArgumentError: ``references`` is empty or an option cannot be used.

        Example:
            >>> backed_up = await client.backup("oci:store/app", "app.tar", recursive=True)
            >>> [str(tag.reference) for tag in backed_up.tags], backed_up.manifests
            (['oci:store/app:v1'], 2)
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.backup(
            given_references(references),
            check_path("output", output),
            recursive=check_flag("recursive", recursive),
            since=optional(check_path, "since", since),
            dry_run=check_flag("dry_run", dry_run),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return BackupReport._of(await run_async(operation, progress))

    async def restore(
        self,
        inputs: StrPath | Iterable[StrPath],
        destination: str,
        *,
        repository: str | None = None,
        exclude_referrers: bool = False,
        dry_run: bool = False,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> RestoreReport:
        """Copies what an archive or a directory has to ``destination``: a registry, a repository or a layout. The first
        of ``inputs`` is the archive, which `Client.backup`, ``oras backup`` or another tool has written. The others are
        earlier archives, with content that it lacks because it was written with the option ``since``.

        An archive of one repository is restored to ``host/repository``, or ``oci:PATH``. Without tags, all tags of the
        archive are restored, and what was backed up by its digest; else those tags. An archive of several repositories
        is restored to a registry, ``host`` or ``host/prefix``: each repository keeps its path. In a layout, each keeps
        its whole name. Tags are set after all content was sent and verified, one repository after another: if a
        registry refuses a tag, the error says in which repositories tags were set before.

        Args:
            inputs: the archive or directory to restore, and earlier ones that have content of it.
            destination: the place to restore to: ``host/repository[:tag[,tag]]``, ``oci:PATH``, or for several
                repositories ``host[/prefix]``.
            repository: restores this repository alone, by its name in an archive of several:
                ``registry.example.com/app``. Default: all.
            exclude_referrers: restores the tagged manifests and what they list, without what is attached to them.
                Default: False, which restores what the archive has.
            dry_run: only reports what would be sent. Asks the destination what it has. Default: False.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `RestoreReport` with ``dry_run``, ``tags``, ``manifests``, ``blobs``, ``bytes``, ``missing`` and
            ``kept_tags``.

        Raises:
            NotFoundError: a tag is not in the archive, or if neither the inputs nor the destination have content of it.
            DigestMismatchError: the archive is damaged.
            SizeMismatchError: the archive is damaged.
            InvalidReferenceError: ``destination`` names no place for the archive.
            ConflictError: some names of the archive are tags and others have a repository.
            InvalidArgumentError: an option cannot be used.

        Example:
            >>> _ = await client.backup("oci:store/app", "app.tar", recursive=True)
            >>> (await client.restore("app.tar", "oci:restored/app:v1")).manifests
            2
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.restore(
            check_path_list("inputs", inputs),
            check_text("destination", destination),
            repository=optional(check_text, "repository", repository),
            exclude_referrers=check_flag("exclude_referrers", exclude_referrers),
            dry_run=check_flag("dry_run", dry_run),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return RestoreReport._of(await run_async(operation, progress))

    async def migrate(
        self,
        reference: AnyReference,
        *,
        to: AttachmentForm = "referrers",
        dry_run: bool = False,
        remove_old: bool = False,
        concurrency: int | None = None,
    ) -> MigrateReport:
        """Gives everything that is attached to what ``reference`` names another form, also what is attached to the
        images of an index and to attachments. To referrers: the tags of cosign and the artifact manifests of ORAS and
        OCI 1.1.0-rc become OCI 1.1 referrers, and the referrers API lists what only a fallback tag listed. To tags: the
        referrers of cosign get its tags again, and a fallback tag lists what the API lists. The old form stays unless
        the options ask to remove it. A migration can be run again, and then writes only what is missing.

        Args:
            reference: the manifest whose attachments are migrated, with everything below it.
            to: the form that attachments get. Default: ``referrers``.
            dry_run: makes the report without writing or deleting anything. Default: False.
            remove_old: deletes the old form of each attachment after the new form was read back. Retained is a manifest
                with another tag, one that an index lists, and one with attachments of its own. Default: False, which
                leaves the old form in place.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            A `MigrateReport` with ``dry_run``, ``migrated``, ``kept`` and ``removed``.

        Raises:
            NotFoundError: ``reference`` names nothing.
            IncompleteError: a list of tags or referrers cannot be read completely, in which case nothing is written.

        Example:
            >>> image = (await client.resolve("oci:store/app:v1")).digest.replace(":", "-")
            >>> signature = File(b"signature", title="signature")
            >>> _ = await client.push(f"oci:store/app:{image}.sig", signature, artifact_type="a/b")
            >>> [kept.reason for kept in (await client.migrate("oci:store/app:v1")).kept]
            ['it already has the member artifactType']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.migrate(
            given_reference(reference),
            to=check_text("to", to),
            dry_run=check_flag("dry_run", dry_run),
            remove_old=check_flag("remove_old", remove_old),
            concurrency=check_concurrency(concurrency),
        )
        return MigrateReport._of(await run_async(operation))

    async def verify(
        self,
        reference: AnyReference,
        *,
        platform: str | Platform | None = None,
        only: EdgeKind | None = None,
        repair_index: bool = False,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> VerifyReport:
        """Verifies the whole graph under what ``reference`` names: every manifest and blob, those of referrers
        included. The report has each problem that was found. Nothing is written, unless the options ask to repair the
        lists of referrers.

        Args:
            reference: the root of the graph.
            platform: starts at the image for this platform if the reference names an index. `NotFoundError` if the
                index has no such image. Default: starts at the manifest that the reference names.
            only: follows the edges of this kind alone to what is attached, for example those to referrers. What an
                index lists is always verified. Default: all kinds.
            repair_index: repairs the lists of referrers that clients keep: in a registry, the index under the fallback
                tag of each manifest of the graph; in a layout, the indexes of regctl and olareg. Removes the entries of
                missing manifests, corrects entries that contradict their manifests, and adds manifests that a list
                lacks. The rest of the graph is not changed. Default: False, which only reports them.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.
            progress: receives progress events for each blob. Default: none. An exception that it raises cancels the
                operation.

        Returns:
            A `VerifyReport` with ``checked``, ``bytes``, ``problems`` and ``repaired``.

        Raises:
            NotFoundError: ``reference`` names nothing.

        Example:
            >>> (await client.verify("oci:store/app:v1")).ok
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.verify(
            given_reference(reference),
            platform=optional(platform_text, "platform", platform),
            only=optional(check_text, "only", only),
            repair_index=check_flag("repair_index", repair_index),
            concurrency=check_concurrency(concurrency),
            progress=check_callback("progress", progress),
        )
        return VerifyReport._of(await run_async(operation, progress))

    async def check(
        self,
        reference: AnyReference,
        requirements: str | Iterable[str],
        *,
        platform: str | Platform | None = None,
        each_platform: bool = False,
        concurrency: int | None = None,
    ) -> CheckReport:
        """Checks that everything in ``requirements`` is attached to what ``reference`` names: as a referrer, by a
        sibling tag of cosign, or as an attestation of BuildKit. A requirement is ``signature``, ``attestation``,
        ``provenance``, ``sbom``, ``scan-result``, ``vex`` or ``chart``; one of these with a predicate type or an
        artifact type, such as ``provenance=https://slsa.dev/provenance/v1``; or ``artifact-type=TYPE``.

        It tells whether something is attached, not whether it is valid: no signature is verified. What is attached to
        an attachment does not count. The report has each requirement with its answer: ``missing`` only if everything
        attached was listed and read, else ``unknown``.

        Args:
            reference: the image, or the index of images.
            requirements: what must be attached: requirements such as ``signature`` or ``sbom``.
            platform: checks the image for this platform if the reference names an index. `NotFoundError` if the index
                has no such image. Default: checks what the reference names.
            each_platform: checks each image of an index for itself: what is attached to the index counts for none of
                them. Default: False; what an index requires is then attached to the index, or to each of its images.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            A `CheckReport` with ``reference``, ``descriptor``, ``presence`` and ``requirements``.

        Raises:
            NotFoundError: ``reference`` names nothing.
            InvalidArgumentError: ``requirements`` is empty or has something else than requirements.

        Example:
            >>> report = await client.check("oci:store/app:v1", ["artifact-type=sbom/example", "signature"])
            >>> [(required.requirement, required.presence) for required in report.requirements]
            [('artifact-type=sbom/example', 'present'), ('signature', 'missing')]
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.check(
            given_reference(reference),
            check_text_list("requirements", requirements),
            platform=optional(platform_text, "platform", platform),
            each_platform=check_flag("each_platform", each_platform),
            concurrency=check_concurrency(concurrency),
        )
        return CheckReport._of(await run_async(operation))

    async def prune(
        self,
        references: AnyReference | Iterable[AnyReference],
        *,
        keep_tags: str | Iterable[str] = (),
        keep_last: int | None = None,
        older_than: str | None = None,
        tags: str | Iterable[str] = (),
        untagged: bool = False,
        orphans: bool = False,
        dead_tags: bool = False,
        artifact_types: str | Iterable[str] = (),
        max: int | None = None,
        dry_run: bool = False,
        plan: StrPath | None = None,
        execute: StrPath | None = None,
        concurrency: int | None = None,
    ) -> PruneReport:
        """Deletes from repositories and layouts what the options select, by age, number, tags and kind, and keeps what
        something needs that stays: what an index lists, subjects, and everything attached. What is attached to a
        deleted manifest is deleted with it. The report has the reason for everything that is deleted, and for
        everything that was selected and stays. A plan can be stored, and executed later: what has changed since is
        refused, and an interrupted execution can be run again.

        A registry that lists no untagged manifests, as most do, shows only those that something tagged leads to: the
        report says so. If a list or a manifest cannot be read, everything stays in that repository, because the unread
        part may need it. A failure in one of several repositories is in the report, and does not stop the others.

        Of a single repository: `NotFoundError` if it does not exist, `UnsupportedError` if the registry deletes no
        manifest.

        Args:
            references: the repositories and layouts to prune, without tags and digests. None with the option
                ``execute``.
            keep_tags: patterns of tags that are never removed, and whose manifests stay. Default: none.
            keep_last: selects tagged manifests without the newest N, which stay. At least 1. Those count that have a
                tag of ``tags``, also under ``keep_tags``. A manifest whose time of creation is unknown stays. Default:
                none.
            older_than: selects tagged manifests that were created before a time: ``90d``, ``12h``, ``2w`` ago (``s``,
                ``h``, ``d``, ``w``), or a time in RFC 3339. The time of a manifest is that of the registry (Azure),
                else that of the annotation ``org.opencontainers.image.created``, else that of the image config; of an
                index without one, that of its newest image. A time before 1981 is that of a reproducible build, and
                counts as unknown; so does one in the future for ``keep_last``. A manifest whose time is unknown stays.
                With ``keep_last``, selects what both select. What ``untagged``, ``orphans`` and ``dead_tags`` select
                has to be as old, unless its time is unknown: nothing says when it was pushed. Default: none.
            tags: patterns of tags: only these are selected, by ``older_than`` and ``keep_last``, or all of them without
                these two. Other tags stay. Default: all tags, if ``older_than`` or ``keep_last`` is given.
            untagged: selects manifests without a tag that nothing needs which stays. A push in progress has such
                manifests: its index comes last. So prune when nothing is pushed, or store a plan and execute it later:
                what an index lists by then stays. Default: False.
            orphans: selects referrers without a tag whose subject does not exist. Default: False.
            dead_tags: selects the tags that cosign derives from a digest, and fallback tags, whose subject does not
                exist. A fallback tag stays while it lists a referrer that stays. The tags of cosign stay in a
                repository that has no other tags and none of their subjects: it may keep the signatures of images in
                another repository (``COSIGN_REPOSITORY``). Default: False.
            artifact_types: artifact types: ``orphans`` and the tags of cosign among ``dead_tags`` are selected only if
                their manifest has one of them. What is attached to a deleted manifest is deleted whatever its type.
                Default: all types.
            max: maximum number of manifests that are deleted, in all repositories together. If the plan has more, the
                prune fails with `ConflictError`, and neither deletes nor stores anything. A dry run returns the plan.
                Default: no limit.
            dry_run: makes the plan without deleting anything. Default: False.
            plan: writes the plan to this file as JSON, and deletes nothing. Default: none.
            execute: executes the plan in this file, in the repositories that it names. Only ``max``, ``dry_run`` and
                ``concurrency`` are allowed beside it. Default: none.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            A `PruneReport` with ``schema_version``, ``kind``, ``created``, ``dry_run``, ``repositories`` and
            ``failed``.

        Raises:
            InvalidArgumentError: the options select nothing or cannot be used, or if a file is not a plan.
            ConflictError: the plan deletes more manifests than the options allow.
            InvalidReferenceError: a reference has a tag or digest.

        Example:
            >>> plan = await client.prune("oci:store/app", tags=["v*"], dry_run=True)
            >>> [(entry.tags, entry.reason) for entry in plan.repositories[0].deleted if entry.tags]
            [(('v1',), 'its tag is selected')]
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.prune(
            given_references(references),
            keep_tags=check_text_list("keep_tags", keep_tags),
            keep_last=optional(check_count, "keep_last", keep_last),
            older_than=optional(check_text, "older_than", older_than),
            tags=check_text_list("tags", tags),
            untagged=check_flag("untagged", untagged),
            orphans=check_flag("orphans", orphans),
            dead_tags=check_flag("dead_tags", dead_tags),
            artifact_types=check_text_list("artifact_types", artifact_types),
            max=optional(check_count, "max", max),
            dry_run=check_flag("dry_run", dry_run),
            plan=optional(check_path, "plan", plan),
            execute=optional(check_path, "execute", execute),
            concurrency=check_concurrency(concurrency),
        )
        return PruneReport._of(await run_async(operation))

    def sync(
        self,
        sources: str | Iterable[str],
        destination: str,
        *,
        repositories: str | Iterable[str] = (),
        tags: str | Iterable[str] = (),
        latest: int | None = None,
        platforms: str | Iterable[str] = (),
        dry_run: bool = False,
        prune_destination: bool = False,
        repair: bool = False,
        checkpoint: StrPath | None = None,
        shard: str | None = None,
        destination_client: AsyncClient | None = None,
        concurrency: int | None = None,
    ) -> AsyncRows[SyncRow, SyncSummary]:
        """Copies images of registries, repositories and layouts with everything attached to them, and returns a row for
        each reference. A source is written as a target of `Client.sweep`. The destination of one repository or layout
        is ``host/repository`` or ``oci:PATH``. Several repositories keep their paths below ``host`` or ``host/prefix``,
        and their names in ``oci:PATH``.

        What the destination has is not sent; where nothing is attached, a reference that it has costs three requests.
        After a copy, the destination is asked for the tag, for what an index lists and for what is attached: only
        ``copied`` and ``existed`` say that it has all of it. A reference that cannot be copied is a row with the
        outcome ``missing``, ``refused``, ``changed`` or ``unknown``, and ends nothing. A tag that names something else
        at the destination moves.

        An example: `SyncOptions`.

        The rows fail with `UnauthorizedError` if the destination refuses the credential, with `InvalidArgumentError` if
        two sources have one destination or the checkpoint is of another sync, with `ConflictError` if another process
        uses the checkpoint, and with `IoError` if it cannot be written.

        Args:
            sources: the registries, repositories, patterns and layouts to copy, as the targets of a sweep.
            destination: the place to copy to: ``host/repository``, ``oci:PATH``, or for several repositories
                ``host[/prefix]``.
            repositories: copies the repositories of which the name, without the host, matches one of these patterns:
                ``team-?``. Default: all. The repository of a source that names one is copied in any case.
            tags: copies the tags that match one of these patterns: ``v1.*``. A text can have several with commas
                between them. Default: all. The tags of a source that names some are copied in any case.
            latest: copies this many tags of each repository: those with the highest versions. ``v1.10`` is after
                ``v1.9``, and ``v1.10-rc1`` before ``v1.10``. At least 1. Default: all.
            platforms: copies the images for these platforms, each as ``os/arch[/variant]``: see ``index_platforms``.
                Default: all.
            dry_run: only finds out what would be done: outcomes ``would-copy`` and ``would-remove``. Default: False.
            prune_destination: removes the tags of the destination that the source does not have, within what is
                selected: repositories of sources that name no tags, and there the tags that match the patterns. Nothing
                is removed if a list of the tags is incomplete, or if the source lists no tag. A tag that has the digest
                of a manifest, as cosign writes it, is removed if all tags of the repository are selected and copied and
                the source does not have that manifest. Others stay: a signature of what the source has can be the
                destination's own. Default: False.
            repair: also asks the destination for every blob of what it has, and copies again what it has lost. Not with
                ``dry_run``. Default: False; a manifest that the destination has proves its blobs, since a registry
                checks them when it receives the manifest.
            checkpoint: a file that records what was done. A sync of the same sources with the same options continues
                where the file ends, and returns the other rows. A reference counts as done if the destination has all
                of it, when the next rows are asked for. A sync that reaches its end is not continued: the next one
                begins again, also with other sources. Default: none.
            shard: copies a share of the repositories: ``1/3``, ``2/3`` and ``3/3`` together are all. Which repository
                is in which share depends on its name alone. Default: all.
            destination_client: the client that reaches the destination: see ``destination_client``. Default: none, and
                one client reaches both.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            The rows as `AsyncRows` of `SyncRow`, with a `SyncSummary` as their ``summary``. Requests are made while a
            row is waited for, which raises their errors.

        Raises:
            InvalidArgumentError: a source, the destination, a pattern, a platform or a shard cannot be used.
            InvalidReferenceError: a source, the destination, a pattern, a platform or a shard cannot be used.

        Example:
            >>> rows = client.sync("oci:store/app", "oci:mirror")
            >>> [(row.destination, row.outcome) async for row in rows]
            [('oci:mirror:v1', 'copied')]
            >>> rows.summary.manifests
            2
        """
        sync_log_level()
        rows = self._native.sync(
            check_text_list("sources", sources),
            check_text("destination", destination),
            repositories=check_text_list("repositories", repositories),
            tags=check_text_list("tags", tags),
            latest=optional(check_count, "latest", latest),
            platforms=check_text_list("platforms", platforms),
            dry_run=check_flag("dry_run", dry_run),
            prune_destination=check_flag("prune_destination", prune_destination),
            repair=check_flag("repair", repair),
            checkpoint=optional(check_path, "checkpoint", checkpoint),
            shard=optional(check_text, "shard", shard),
            destination_client=self._other("destination_client", destination_client),
            concurrency=check_concurrency(concurrency),
        )
        return AsyncRows(rows, SyncRow._of, SyncSummary._of, self._callback.use_running_loop)

    def sweep(
        self,
        targets: str | Iterable[str],
        *,
        repositories: str | Iterable[str] = (),
        tags: str | Iterable[str] = (),
        latest: int | None = None,
        depth: int | None = None,
        checkpoint: StrPath | None = None,
        shard: str | None = None,
        concurrency: int | None = None,
    ) -> AsyncRows[SweepRow, SweepSummary]:
        """Returns what is attached to every image of registries, repositories and layouts, as rows that come as they
        are found. A target is ``host`` (all repositories), ``host/PATTERN[:TAG]``, ``host/repository[:TAG]``, or
        ``oci:PATH[:TAG]``; a tag can be a pattern too. In patterns, ``*`` means any characters but ``/``, ``**`` those
        too, ``?`` one character, and ``{a,b}`` one of several texts.

        What cannot be read is a row with the status ``unknown``, ``refused`` or ``missing``, and ends nothing: an
        image, a repository, or the list of a registry's repositories. Only *none* says that nothing is attached. After
        32 requests in a row that did not reach a registry, its other repositories are rows with the status ``unknown``.

        Memory stays bounded: a million tags take less than 200 MB.

        Args:
            targets: the registries, repositories, patterns and layouts to sweep.
            repositories: sweeps the repositories of which the name, without the host, matches one of these patterns:
                ``team-?``. Default: all. The repository of a target that names one is swept in any case.
            tags: sweeps the tags that match one of these patterns: ``v1.*``. A text can have several with commas
                between them. Default: all. The tags of a target that names some are swept in any case.
            latest: sweeps this many tags of each repository: those with the highest versions. ``v1.10`` is after
                ``v1.9``, and ``v1.10-rc1`` before ``v1.10``. At least 1. Default: all.
            depth: maximum number of levels: 1 returns what is directly attached, 0 the images alone, with the status
                ``found``. Default: all levels.
            checkpoint: a file that records what was done. A sweep of the same targets with the same options continues
                where the file ends, and returns the other rows. An image counts as done when the next rows are asked
                for. Rows of more than 1,000 attachments of one image may come again. What was unknown or refused is
                asked for again: its rows come last, and those of the next sweep replace them. A sweep that reaches its
                end and leaves nothing unknown or refused is not continued: the next one begins again. The file has up
                to 150 bytes for each image. Default: none.
            shard: sweeps a share of the repositories: ``1/3``, ``2/3`` and ``3/3`` together are all. Which repository
                is in which share depends on its name alone. Default: all.
            concurrency: maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as 512.
                Fewer are used while a registry limits the rate of requests, or if the process can open few files.

        Returns:
            The rows as `AsyncRows` of `SweepRow`, with a `SweepSummary` as their ``summary``. Requests are made while a
            row is waited for, which raises their errors.

        Raises:
            InvalidArgumentError: a target, a pattern or a shard cannot be used, or if the checkpoint is of another
                sweep.
            InvalidReferenceError: a target names no place.
            ConflictError: another process uses the checkpoint.
            IoError: the checkpoint cannot be written.

        Example:
            >>> rows = client.sweep("oci:store/app")
            >>> [(row.tag, row.artifact_type) async for row in rows]
            [('v1', 'sbom/example'), ('v1', 'image/example')]
            >>> rows.summary.images
            1
        """
        sync_log_level()
        rows = self._native.sweep(
            check_text_list("targets", targets),
            repositories=check_text_list("repositories", repositories),
            tags=check_text_list("tags", tags),
            latest=optional(check_count, "latest", latest),
            depth=optional(check_count, "depth", depth),
            checkpoint=optional(check_path, "checkpoint", checkpoint),
            shard=optional(check_text, "shard", shard),
            concurrency=check_concurrency(concurrency),
        )
        return AsyncRows(rows, SweepRow._of, SweepSummary._of, self._callback.use_running_loop)
