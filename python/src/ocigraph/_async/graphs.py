"""Operations on whole artifacts and graphs: pushed, pulled, discovered, deleted, copied, verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._checks import callback, concurrent, count, flag, one_of, optional, path, text, texts
from .._configuration import UnpackLimits
from .._content import content_async
from .._descriptor import Platform
from .._graph import Graph
from .._progress import Progress
from .._results import CopyReport, DeleteReport, PullResult, PushResult, VerifyReport
from .._run import listen, run_async
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


class Graphs(Base):
    """Operations on whole artifacts and graphs: pushed, pulled, discovered, deleted, copied, verified."""

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
        """Packs files, directories and bytes into one artifact, and names it by the reference's tags.

        Args:
            reference: where to; ``host/repository:v1,latest`` gives two tags, and none is needed with a subject.
            files: what the blobs of the artifact are to be: one or many, paths or `File`.
            artifact_type: what kind of artifact it is, such as ``sbom/example``.
            subject: makes the artifact a referrer of what this names, in the same repository.
            annotations: annotations of the manifest.
            config: a config instead of the empty one.
            format: the manifest's format.
            allow_path_traversal: takes absolute paths, and those with ``..``, as titles.
            source_date_epoch: seconds since 1970 for packed directories, which have 0 without it, and for the
                annotation of when the artifact was created, which is not written without it.
            concurrency: requests at once; 32 where it is left out or 0.
            progress: a callback for `Event`; what it raises ends the push.

        Raises:
            NotFoundError: a file or the subject is not there.
            UnsafePathError: a path or title leads outside the directory that it would be pulled into.

        Example:
            >>> pushed = await client.push("oci:store/app", "program", artifact_type="a/b", subject="oci:store/app:v1")
            >>> pushed.descriptor.artifact_type
            'a/b'
        """
        listen()
        self._asked.in_this_loop()
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
        """Writes an artifact's files into a directory, checked; a file that is there and the same is left alone.

        Args:
            reference: what to pull.
            output: the directory to write into; made when it is not there.
            artifact_type: pulls, instead of what the reference names, its referrers of this type.
            platform: pulls, of an index, the image for this platform: ``linux/arm64``.
            include_subject: pulls also what the artifact refers to, and what that refers to in turn.
            keep_old_files: leaves other files that are there already as they are.
            allow_path_traversal: writes where titles say, even outside the directory.
            unpack_limits: bounds on what packed directories may unpack to.
            concurrency: requests at once; 32 where it is left out or 0.
            progress: a callback for `Event`; what it raises ends the pull.

        Returns:
            One result for each artifact that was pulled.

        Raises:
            NotFoundError: the artifact is not there, or no referrer of that type.
            DigestMismatchError: content is not what its name says.
            UnsafePathError: a title leads outside the directory.
            TooLargeError: a packed directory unpacks to more than the limits allow.

        Example:
            >>> [sbom] = await client.pull("oci:store/app:v1", "out", artifact_type="sbom/example")
            >>> sbom.files[0].path.read_text()
            '{}'
        """
        listen()
        self._asked.in_this_loop()
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
        """The graph of everything that refers to what the reference names.

        Args:
            reference: the subject.
            artifact_type: returns only referrers of this type, with what leads to them and what lies beneath them.
            annotations: returns only referrers with these annotations, likewise.
            platform: starts, at an index, from the image for this platform.
            depth: how many levels to walk; all without it.
            concurrency: requests at once; 32 where it is left out or 0.

        Raises:
            NotFoundError: the subject is not there.

        Example:
            >>> graph = await client.discover("oci:store/app:v1")
            >>> [referrer.artifact_type for referrer in graph]
            ['sbom/example']
        """
        listen()
        self._asked.in_this_loop()
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
        """Deletes what the reference names and all that refers to it, referrers first. It can be run again.

        Args:
            reference: what to delete.
            dry_run: only says what would be done.
            force: deletes also what would be kept: what is tagged otherwise or listed by another index.
            concurrency: requests at once; 32 where it is left out or 0.

        Raises:
            NotFoundError: it is not there.
            UnsupportedError: the registry does not delete.

        Example:
            >>> [gone.artifact_type for gone in (await client.delete("oci:store/app:v1", dry_run=True)).deleted]
            ['sbom/example', 'image/example']
        """
        listen()
        self._asked.in_this_loop()
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
        """Copies what ``source`` names to ``destination``, and tags it there. What is there already is not sent.

        Args:
            source: what to copy.
            destination: where to, with the tags to give it.
            recursive: copies also everything that refers to it.
            platform: copies, of an index, only the image for this platform.
            foreign: copies foreign layers too, which registries need not have.
            concurrency: requests at once; 32 where it is left out or 0.
            progress: a callback for `Event`; what it raises ends the copy.

        Raises:
            NotFoundError: the source is not there.

        Example:
            >>> (await client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True)).manifests
            2
        """
        listen()
        self._asked.in_this_loop()
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
        """Checks every manifest and blob of a graph: that it is there, of the right size, and hashes right.

        What is wrong is reported, not raised.

        Args:
            reference: the root of the graph.
            platform: starts, at an index, from the image for this platform.
            concurrency: requests at once; 32 where it is left out or 0.
            progress: a callback for `Event`; what it raises ends the verification.

        Raises:
            NotFoundError: the root is not there.

        Example:
            >>> (await client.verify("oci:store/app:v1")).ok
            True
        """
        listen()
        self._asked.in_this_loop()
        operation = self._native.verify(
            given_reference(reference),
            platform=platform_text(platform),
            concurrency=concurrent(concurrency),
            progress=callback("progress", progress),
        )
        return VerifyReport._of(await run_async(operation, progress))
