"""Operations on artifacts and their graphs: push, pull, discover, delete, copy and verify."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._checks import callback, concurrent, count, flag, one_of, optional, path, text, texts
from .._configuration import UnpackLimits
from .._content import content_async
from .._descriptor import Platform
from .._graph import Graph
from .._progress import Progress
from .._results import CopyReport, DeleteReport, PullResult, PushResult, VerifyReport
from .._run import run_async, sync_log_level
from .._values import (
    AnyReference,
    File,
    Format,
    StrPath,
    file_list,
    given,
    given_reference,
    named,
    one_file,
    platform_text,
)
from .base import Base


class ArtifactOperations(Base):
    """Operations on artifacts and their graphs: push, pull, discover, delete, copy and verify."""

    async def push(
        self,
        reference: AnyReference,
        files: StrPath | File | Iterable[StrPath | File] = (),
        *,
        artifact_type: str | None = None,
        subject: AnyReference | None = None,
        annotations: Mapping[str, str] | None = None,
        config: StrPath | File | None = None,
        format: Format = "auto",
        allow_path_traversal: bool = False,
        source_date_epoch: int | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> PushResult:
        """Pushes files, directories and bytes as one artifact, and assigns the tags of the reference.

        Args:
            reference: the destination. ``host/repository:v1,latest`` assigns two tags. With a subject, tags are
                optional.
            files: the files, which become the blobs of the artifact: one or several paths or `File` objects.
            artifact_type: the artifact type, such as ``sbom/example``.
            subject: sets the subject: a reference with a tag or digest in the repository that is pushed to.
            annotations: annotations of the manifest.
            config: the config blob. Default: the empty config.
            format: the format of the manifest.
            allow_path_traversal: allows titles that are absolute or contain ``..``.
            source_date_epoch: the timestamp of packed directories and of the annotation
                ``org.opencontainers.image.created``, in seconds since 1970. Default: 0 for directories, and no
                annotation.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.
            progress: a callback for progress events. An exception that it raises cancels the push.

        Raises:
            NotFoundError: a file or the subject does not exist.
            UnsafePathError: a title leads outside the directory of a later pull.

        Example:
            >>> pushed = await client.push("oci:store/app", "program", artifact_type="a/b", subject="oci:store/app:v1")
            >>> pushed.descriptor.artifact_type
            'a/b'
        """
        sync_log_level()
        self._callback.use_running_loop()
        listed = [given(f, await content_async(f.content)) for f in file_list(files)]
        of_config = None if config is None else one_file(config)
        operation = self._native.push(
            given_reference(reference),
            listed,
            artifact_type=optional(text, "artifact_type", artifact_type),
            subject=None if subject is None else given_reference(subject),
            annotations=texts("annotations", annotations),
            config=None if of_config is None else given(of_config, await content_async(of_config.content)),
            format=text("format", format),
            allow_path_traversal=flag("allow_path_traversal", allow_path_traversal),
            source_date_epoch=optional(count, "source_date_epoch", source_date_epoch),
            concurrency=concurrent(concurrency),
            progress=callback("progress", progress),
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
        keep_old_files: bool = False,
        allow_path_traversal: bool = False,
        unpack_limits: UnpackLimits | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> list[PullResult]:
        """Pulls the files of an artifact into a directory. A file appears under its name only after its size and digest
        were checked. An existing file with the same content is not written again.

        Args:
            reference: the artifact.
            output: the directory to write into. It is created if necessary.
            artifact_type: pulls the referrers of this artifact type instead of the artifact itself.
            platform: selects the image for this platform from an index: ``linux/arm64``.
            include_subject: also pulls the subject of the artifact, the subject of that, and so on.
            keep_old_files: keeps existing files instead of replacing them.
            allow_path_traversal: allows titles that lead outside the output directory.
            unpack_limits: limits for unpacking directories.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.
            progress: a callback for progress events. An exception that it raises cancels the pull.

        Returns:
            One result for each pulled artifact.

        Raises:
            NotFoundError: the artifact does not exist, or has no referrer of that type.
            DigestMismatchError: content does not match its digest.
            UnsafePathError: a title leads outside the output directory.
            TooLargeError: a packed directory exceeds ``unpack_limits``.

        Example:
            >>> [sbom] = await client.pull("oci:store/app:v1", "out", artifact_type="sbom/example")
            >>> sbom.files[0].path.read_text()
            '{}'
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.pull(
            given_reference(reference),
            path("output", output),
            artifact_type=optional(text, "artifact_type", artifact_type),
            platform=platform_text(platform),
            include_subject=flag("include_subject", include_subject),
            keep_old_files=flag("keep_old_files", keep_old_files),
            allow_path_traversal=flag("allow_path_traversal", allow_path_traversal),
            unpack_limits=one_of(UnpackLimits, "unpack_limits", unpack_limits),
            concurrency=concurrent(concurrency),
            progress=callback("progress", progress),
        )
        return [PullResult._of(pulled) for pulled in await run_async(operation, progress)]

    async def discover(
        self,
        reference: AnyReference,
        *,
        artifact_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        platform: str | Platform | None = None,
        depth: int | None = None,
        concurrency: int | None = None,
    ) -> Graph:
        """Discovers the graph of all referrers of the subject, direct and indirect.

        See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.

        Args:
            reference: the subject.
            artifact_type: returns only referrers of this type, the paths that lead to them, and their own referrers.
            annotations: returns only referrers that have these annotations, in the same way.
            platform: selects the image for this platform as the subject if the reference names an index.
            depth: maximum depth of the graph. Default: no limit.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.

        Raises:
            NotFoundError: the subject does not exist.

        Example:
            >>> graph = await client.discover("oci:store/app:v1")
            >>> [referrer.artifact_type for referrer in graph]
            ['sbom/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.discover(
            given_reference(reference),
            artifact_type=optional(text, "artifact_type", artifact_type),
            annotations=texts("annotations", annotations),
            platform=platform_text(platform),
            depth=optional(count, "depth", depth),
            concurrency=concurrent(concurrency),
        )
        return Graph(await run_async(operation), *named(reference))

    async def delete(
        self,
        reference: AnyReference,
        *,
        dry_run: bool = False,
        force: bool = False,
        concurrency: int | None = None,
    ) -> DeleteReport:
        """Deletes an artifact and all its referrers, referrers first. An interrupted delete can be run again.

        Args:
            reference: the artifact.
            dry_run: only reports what would be deleted.
            force: also deletes manifests that have another tag or that another index lists.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.

        Returns:
            The deleted and kept manifests, and those whose deletion failed, which raises no exception.

        Raises:
            NotFoundError: the artifact does not exist.
            UnsupportedError: the registry does not support deletion.

        Example:
            >>> [gone.artifact_type for gone in (await client.delete("oci:store/app:v1", dry_run=True)).deleted]
            ['sbom/example', 'image/example']
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.delete(
            given_reference(reference),
            dry_run=flag("dry_run", dry_run),
            force=flag("force", force),
            concurrency=concurrent(concurrency),
        )
        return DeleteReport._of(await run_async(operation))

    async def copy(
        self,
        source: AnyReference,
        destination: AnyReference,
        *,
        recursive: bool = False,
        platform: str | Platform | None = None,
        foreign: bool = False,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> CopyReport:
        """Copies an artifact, or its whole graph, and assigns the tags of the destination. AsyncContent that already exists
        there is not sent again.

        Args:
            source: the artifact.
            destination: the destination, with the tags to assign.
            recursive: also copies all referrers of the artifact and, for an index, of the manifests that it lists.
            platform: copies only the image for this platform from an index.
            foreign: also copies foreign (non-distributable) layers, which registries do not have to store.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.
            progress: a callback for progress events. An exception that it raises cancels the copy.

        Raises:
            NotFoundError: the source does not exist.

        Example:
            >>> (await client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True)).manifests
            2
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.copy(
            given_reference(source),
            given_reference(destination),
            recursive=flag("recursive", recursive),
            platform=platform_text(platform),
            foreign=flag("foreign", foreign),
            concurrency=concurrent(concurrency),
            progress=callback("progress", progress),
        )
        return CopyReport._of(await run_async(operation, progress))

    async def verify(
        self,
        reference: AnyReference,
        *,
        platform: str | Platform | None = None,
        concurrency: int | None = None,
        progress: Progress | None = None,
    ) -> VerifyReport:
        """Verifies that every manifest and blob of a graph exists and has the right size and digest.

        Args:
            reference: the root of the graph.
            platform: selects the image for this platform as the root if the reference names an index.
            concurrency: maximum number of concurrent requests, up to 512. Default, also for 0: 128.
            progress: a callback for progress events. An exception that it raises cancels the verification.

        Returns:
            A report of all problems, which raise no exception.

        Raises:
            NotFoundError: the root does not exist.

        Example:
            >>> (await client.verify("oci:store/app:v1")).ok
            True
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.verify(
            given_reference(reference),
            platform=platform_text(platform),
            concurrency=concurrent(concurrency),
            progress=callback("progress", progress),
        )
        return VerifyReport._of(await run_async(operation, progress))
