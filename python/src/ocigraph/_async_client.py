"""The client for event loops: one coroutine an operation.

Written from `_client.py` by `python/tools/write_async.py`: edit there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType

from . import _native
from ._blob import AsyncBlob, Source
from ._configuration import Configuration, Limits, UnpackLimits
from ._content import content_async
from ._credentials import Asked, AsyncCredentials, Credential, native_credential
from ._descriptor import Descriptor, Manifest, Platform
from ._graph import Graph
from ._listings import ManifestInfo, TagInfo
from ._progress import Progress
from ._results import (
    CopyReport,
    DeleteReport,
    LoginResult,
    LogoutResult,
    PullResult,
    PushedBlob,
    PushResult,
    VerifyReport,
)
from ._run import listen, run_async
from ._values import (
    AnyReference,
    AsyncContent,
    BytesLike,
    File,
    Format,
    StrPath,
    count,
    file_list,
    given,
    given_reference,
    memory,
    named,
    one_file,
    platform_text,
)


class AsyncClient:
    """Pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts in registries and layouts.

    Cheap to make and to share between threads. It keeps connections, and what it learned of each registry, until it
    is closed; one that is never closed is closed when it is collected. It pickles as its configuration.

    Args:
        credentials: whose they are: ``"stored"`` takes those that ``docker login`` and its like stored, with their
            helpers; ``"anonymous"`` none; a `Credential` is used for every registry; and a function is asked with host
            and repository.
        registry_config: a file with stored credentials to look into first; `login` writes to it.
        plain_http: plain HTTP or TLS; without it, plain HTTP for this machine and TLS for all others.
        insecure: takes any certificate: whoever sits between reads and changes what is sent.
        ca_file: certificates in PEM to trust beside those of the system.
        cert_file: the client's own certificates in PEM, for registries that ask for one.
        key_file: the private key of ``cert_file`` in PEM.
        use_proxy: uses the proxies that the environment names.
        headers: further headers, sent to the registry itself and nowhere else.
        limits: bounds on waiting and on what a registry may send.

    Example:
        >>> async with AsyncClient() as client:
        ...     print(await client.discover("oci:store/app:v1"))
        oci:store/app:v1
        └── sbom/example
            └── sha256:d3fb64d146...
    """

    def __init__(
        self,
        *,
        credentials: AsyncCredentials = "stored",
        registry_config: StrPath | None = None,
        plain_http: bool | None = None,
        insecure: bool = False,
        ca_file: StrPath | None = None,
        cert_file: StrPath | None = None,
        key_file: StrPath | None = None,
        use_proxy: bool = True,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        configuration = Configuration(
            credentials=credentials,
            registry_config=registry_config,
            plain_http=plain_http,
            insecure=insecure,
            ca_file=ca_file,
            cert_file=cert_file,
            key_file=key_file,
            use_proxy=use_proxy,
            headers=dict(headers or {}),
            limits=limits or Limits(),
        )
        self._begin(configuration)

    def _begin(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._asked = Asked(configuration)
        self._native = _native.Client(configuration.given(self._asked))

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
            concurrency: requests at once.
            progress: a callback for `Event`; what it raises ends the push.

        Raises:
            NotFoundError: a file or the subject is not there.
            UnsafePathError: a path would be a title outside the directory that it is pulled into.

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
            artifact_type=artifact_type,
            subject=None if subject is None else given_reference(subject),
            annotations=dict(annotations or {}),
            config=None if of_config is None else given(of_config, await content_async(of_config.content)),
            format=format,
            allow_path_traversal=allow_path_traversal,
            source_date_epoch=count("source_date_epoch", source_date_epoch),
            concurrency=count("concurrency", concurrency),
            progress=progress is not None,
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
            concurrency: requests at once.
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
            output,
            artifact_type=artifact_type,
            platform=platform_text(platform),
            include_subject=include_subject,
            keep_old_files=keep_old_files,
            allow_path_traversal=allow_path_traversal,
            unpack_limits=unpack_limits or UnpackLimits(),
            concurrency=count("concurrency", concurrency),
            progress=progress is not None,
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
            concurrency: requests at once.

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
            artifact_type=artifact_type,
            annotations=dict(annotations or {}),
            platform=platform_text(platform),
            depth=count("depth", depth),
            concurrency=count("concurrency", concurrency),
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
            concurrency: requests at once.

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
            given_reference(reference), dry_run=dry_run, force=force, concurrency=count("concurrency", concurrency)
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
            concurrency: requests at once.
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
            recursive=recursive,
            platform=platform_text(platform),
            foreign=foreign,
            concurrency=count("concurrency", concurrency),
            progress=progress is not None,
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
            concurrency: requests at once.
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
            concurrency=count("concurrency", concurrency),
            progress=progress is not None,
        )
        return VerifyReport._of(await run_async(operation, progress))

    async def resolve(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Descriptor:
        """The descriptor of what a tag or digest names; of an index, that of the image for ``platform``.

        Raises:
            NotFoundError: it names nothing.

        Example:
            >>> (await client.resolve("oci:store/app:v1")).size > 0
            True
        """
        listen()
        self._asked.in_this_loop()
        operation = self._native.resolve(given_reference(reference), platform=platform_text(platform))
        return Descriptor._of(await run_async(operation))

    async def tag(self, reference: AnyReference, tags: str | Iterable[str]) -> Descriptor:
        """Points further tags at what the reference names; gives its descriptor.

        Raises:
            NotFoundError: it names nothing.
            InvalidReferenceError: a tag is not written as one.

        Example:
            >>> _ = await client.tag("oci:store/app:v1", "stable")
            >>> await client.tags("oci:store/app")
            ['v1', 'stable']
        """
        listen()
        self._asked.in_this_loop()
        listed = [tags] if isinstance(tags, str) else list(tags)
        return Descriptor._of(await run_async(self._native.tag(given_reference(reference), listed)))

    async def untag(self, reference: AnyReference) -> None:
        """Removes the reference's tags and leaves what they named.

        Raises:
            NotFoundError: there is no such tag.
            UnsupportedError: the registry cannot remove a tag alone.

        Example:
            >>> await client.untag("oci:store/app:v1")
            >>> await client.tags("oci:store/app")
            []
        """
        listen()
        self._asked.in_this_loop()
        await run_async(self._native.untag(given_reference(reference)))

    async def tags(self, reference: AnyReference) -> list[str]:
        """All tags of a repository or layout.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> await client.tags("oci:store/app")
            ['v1']
        """
        listen()
        self._asked.in_this_loop()
        return await run_async(self._native.tags(given_reference(reference)))

    async def tag_details(self, reference: AnyReference) -> list[TagInfo]:
        """All tags of a repository or layout, with what each names and what else is known of it.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> [(info.name, info.digest[:11]) for info in await client.tag_details("oci:store/app")]
            [('v1', 'sha256:c03a')]
        """
        listen()
        self._asked.in_this_loop()
        return [TagInfo._of(info) for info in await run_async(self._native.tag_details(given_reference(reference)))]

    async def manifests(self, reference: AnyReference) -> list[ManifestInfo]:
        """The manifests of a repository or layout, tagged and untagged, with what is known of each.

        Raises:
            NotFoundError: there is no such repository.

        Example:
            >>> [info.descriptor.artifact_type for info in await client.manifests("oci:store/app")]
            ['image/example', 'sbom/example']
        """
        listen()
        self._asked.in_this_loop()
        return [ManifestInfo._of(info) for info in await run_async(self._native.manifests(given_reference(reference)))]

    async def repositories(self, host: str) -> list[str]:
        """The repositories of a registry.

        Raises:
            UnsupportedError: the registry does not list them.

        Example:
            >>> await client.repositories("127.0.0.1:1")
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        listen()
        self._asked.in_this_loop()
        return await run_async(self._native.repositories(host))

    async def login(self, host: str, credential: Credential) -> LoginResult:
        """Checks a credential with a registry, and stores it where the other tools of the ecosystem look: with the
        helper that docker's configuration names for the registry, else in that file, readable by its owner alone.

        Raises:
            UnauthorizedError: the registry does not take it; nothing is stored then.

        Example:
            >>> await client.login("127.0.0.1:1", Credential.password("ada", "secret"))
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        listen()
        self._asked.in_this_loop()
        return LoginResult._of(await run_async(self._native.login(host, native_credential(credential))))

    async def logout(self, host: str) -> LogoutResult:
        """Removes every form of a registry's stored credential, from files and helpers.

        Example:
            >>> (await client.logout("registry.example.com")).removed_from
            ()
        """
        listen()
        self._asked.in_this_loop()
        return LogoutResult._of(await run_async(self._native.logout(host)))

    async def fetch_manifest(self, reference: AnyReference, *, platform: str | Platform | None = None) -> Manifest:
        """The manifest that a tag or digest names, as it is stored; of an index, that of the image for ``platform``.

        Raises:
            NotFoundError: it names nothing.

        Example:
            >>> (await client.fetch_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        listen()
        self._asked.in_this_loop()
        operation = self._native.fetch_manifest(given_reference(reference), platform=platform_text(platform))
        return Manifest._of(await run_async(operation))

    async def push_manifest(
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
            >>> manifest = await client.fetch_manifest("oci:store/app:v1")
            >>> await client.push_manifest("oci:store/app:again", manifest) == manifest.descriptor
            True
        """
        listen()
        self._asked.in_this_loop()
        if isinstance(content, Manifest):
            data, known = content.content, content.descriptor.media_type
        elif (view := memory(content)) is not None:
            data, known = bytes(view), None
        else:
            raise TypeError(f"a {type(content).__name__} has no bytes; pass those of the manifest, or a Manifest")
        operation = self._native.push_manifest(given_reference(reference), data, media_type=media_type or known)
        return Descriptor._of(await run_async(operation))

    async def delete_manifest(self, reference: AnyReference) -> Descriptor:
        """Deletes the one manifest that a tag or digest names, and nothing else: what refers to it stays, unlike with
        `delete`. Gives its descriptor.

        Raises:
            NotFoundError: it names nothing.
            UnsupportedError: the registry does not delete.

        Example:
            >>> (await client.delete_manifest("oci:store/app:v1")).artifact_type
            'image/example'
        """
        listen()
        self._asked.in_this_loop()
        return Descriptor._of(await run_async(self._native.delete_manifest(given_reference(reference))))

    async def fetch_blob(self, reference: AnyReference, *, progress: Progress | None = None) -> AsyncBlob:
        """The blob that a reference names by digest, to be read piece by piece; its content is checked when it ends.

        Args:
            reference: the blob.
            progress: a callback for `Event`, which is called by reads.

        Raises:
            NotFoundError: it is not there.
            InvalidReferenceError: the reference has no digest.

        Example:
            >>> layer = (await client.fetch_manifest("oci:store/app:v1")).blobs[0]
            >>> async with await client.fetch_blob(f"oci:store/app@{layer.digest}") as blob:
            ...     len(await blob.read())
            10
        """
        listen()
        self._asked.in_this_loop()
        operation = self._native.fetch_blob(given_reference(reference), progress=progress is not None)
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
        """Stores a blob in a repository or layout, unless it is there.

        Args:
            reference: where to.
            content: a path, bytes or a file object.
            media_type: the media type of the descriptor that is given back; ``application/octet-stream`` without it.
            progress: a callback for `Event`; what it raises ends the push.

        Example:
            >>> (await client.push_blob("oci:store/app", b"hello")).descriptor.size
            5
        """
        listen()
        self._asked.in_this_loop()
        data = await content_async(content)
        operation = self._native.push_blob(
            given_reference(reference), data, media_type=media_type, progress=progress is not None
        )
        descriptor, outcome = await run_async(operation, progress)
        return PushedBlob(Descriptor._of(descriptor), outcome)

    def close(self) -> None:
        """Drops the connections; no operation can be begun after it.

        Example:
            >>> client.close()
            >>> await client.tags("oci:store/app")
            Traceback (most recent call last):
            ocigraph.InvalidArgumentError: the client is closed
        """
        self._native.close()

    async def aclose(self) -> None:
        """The same as `close`, for `contextlib.aclosing` and its like.

        Example:
            >>> await client.aclose()
        """
        self.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._configuration.shown()})"

    def __getstate__(self) -> Configuration:
        return self._configuration

    def __setstate__(self, configuration: Configuration) -> None:
        self._begin(configuration)
