# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

# The native module. It is private: its functions return plain values, which the package converts to public classes.

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, final

from ._enumerations import EdgeKind
from ._error import ErrorCode
from ._values import GivenReference, _Given

__all__ = [
    "BlobStream",
    "BufferedContent",
    "Client",
    "Graph",
    "Operation",
    "Rows",
    "Walk",
    "codes",
    "command",
    "digest",
    "digest_files",
    "digest_memory",
    "parse_reference",
    "set_log_level",
    "sweep_drawings",
    "version",
]

_Path = str | os.PathLike[str]
_Json = dict[str, Any]
_Problem = tuple[str, str | None, str | None, str]
_Step = tuple[_Json, str, int, bool, EdgeKind, str | None, str | None, list[str], list[str]]
_T_co = TypeVar("_T_co", covariant=True)

@final
class Operation(Generic[_T_co]):
    def wait(self, seconds: float) -> bool: ...
    def wake(self, event_loop: AbstractEventLoop, callback: Callable[[], object]) -> None: ...
    def cancel(self) -> None: ...
    def events(self) -> list[tuple[Any, _Json, int, Any]]: ...
    def result(self) -> _T_co: ...

@final
class BufferedContent:
    def __new__(cls) -> BufferedContent: ...
    def write(self, data: bytes | bytearray) -> None: ...

@final
class BlobStream:
    def read(self, size: int) -> Operation[bytes]: ...
    def close(self) -> None: ...

@final
class Rows:
    def next(self) -> Operation[list[_Json] | None]: ...
    def summary(self) -> _Json: ...
    def close(self) -> None: ...

@final
class Graph:
    def subject(self) -> _Json: ...
    def referrers(self, digest: str) -> list[_Json]: ...
    def problems(self) -> list[_Problem]: ...
    def walk(self) -> Walk: ...
    def filtered(
        self,
        artifact_type: str | None = None,
        annotations: dict[str, str] = ...,
        predicate_type: str | None = None,
    ) -> Graph: ...
    def tree(self, root: str) -> str: ...
    def dot(self, root: str) -> str: ...
    def mermaid(self, root: str) -> str: ...
    def json(
        self,
        reference: str,
        location: str,
        artifact_type: str | None = None,
        annotations: dict[str, str] = ...,
        predicate_type: str | None = None,
    ) -> str: ...
    def dump(self) -> bytes: ...
    @staticmethod
    def load(data: bytes, problems: Sequence[_Problem] = ...) -> Graph: ...
    def __len__(self) -> int: ...
    def __contains__(self, key: str, /) -> bool: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class Walk:
    def next(self, at_most: int) -> list[_Step]: ...

@final
class Client:
    def __new__(cls, config: dict[str, Any]) -> Client: ...
    def close(self) -> None: ...
    def push(
        self,
        reference: GivenReference,
        files: Sequence[_Given],
        *,
        artifact_type: str | None,
        subject: GivenReference | None,
        annotations: dict[str, str],
        config: _Given | None,
        artifact_platform: str | None,
        format: str,
        allow_path_traversal: bool,
        source_date_epoch: int | None,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def attach(
        self,
        reference: GivenReference,
        files: Sequence[_Given],
        *,
        artifact_type: str | None,
        platform: str | None,
        annotations: dict[str, str],
        config: _Given | None,
        format: str,
        allow_empty: bool,
        allow_path_traversal: bool,
        source_date_epoch: int | None,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def pull(
        self,
        reference: GivenReference,
        output: _Path,
        *,
        artifact_type: str | None,
        platform: str | None,
        include_subject: bool,
        all: bool,
        config_file: _Path | None,
        config_media_type: str | None,
        keep_old_files: bool,
        allow_path_traversal: bool,
        unpack_limits: dict[str, Any],
        concurrency: int | None,
        progress: bool,
    ) -> Operation[list[_Json]]: ...
    def discover(
        self,
        reference: GivenReference,
        *,
        artifact_type: str | None,
        annotations: dict[str, str],
        predicate_type: str | None,
        only: str | None,
        platform: str | None,
        depth: int | None,
        allow_incomplete: bool,
        concurrency: int | None,
    ) -> Operation[Graph]: ...
    def discover_each(
        self,
        reference: GivenReference,
        *,
        artifact_type: str | None,
        annotations: dict[str, str],
        predicate_type: str | None,
        only: str | None,
        platform: str | None,
        depth: int | None,
        allow_incomplete: bool,
        concurrency: int | None,
    ) -> Rows: ...
    def delete(
        self,
        reference: GivenReference,
        *,
        dry_run: bool,
        force: bool,
        only: str | None,
        if_exists: bool,
        concurrency: int | None,
    ) -> Operation[_Json]: ...
    def copy(
        self,
        source: GivenReference,
        destination: GivenReference,
        *,
        recursive: bool,
        only: str | None,
        platform: str | None,
        index_platforms: Sequence[str],
        foreign: bool,
        repair: bool,
        destination_client: Client | None,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def backup(
        self,
        references: Sequence[GivenReference],
        output: _Path,
        *,
        recursive: bool,
        since: _Path | None,
        dry_run: bool,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def restore(
        self,
        inputs: Sequence[_Path],
        destination: str,
        *,
        repository: str | None,
        exclude_referrers: bool,
        dry_run: bool,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def migrate(
        self, reference: GivenReference, *, to: str, dry_run: bool, remove_old: bool, concurrency: int | None
    ) -> Operation[_Json]: ...
    def verify(
        self,
        reference: GivenReference,
        *,
        platform: str | None,
        only: str | None,
        repair_index: bool,
        concurrency: int | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def check(
        self,
        reference: GivenReference,
        requirements: Sequence[str],
        *,
        platform: str | None,
        each_platform: bool,
        concurrency: int | None,
    ) -> Operation[_Json]: ...
    def resolve(
        self, reference: GivenReference, *, platform: str | None, media_types: Sequence[str]
    ) -> Operation[_Json]: ...
    def fetch_manifest(
        self, reference: GivenReference, *, platform: str | None, media_types: Sequence[str]
    ) -> Operation[tuple[_Json, bytes]]: ...
    def push_manifest(
        self, reference: GivenReference, content: bytes | tuple[bytes, str], *, media_type: str | None
    ) -> Operation[_Json]: ...
    def delete_manifest(self, reference: GivenReference) -> Operation[_Json]: ...
    def index_create(
        self,
        reference: GivenReference,
        manifests: Sequence[str],
        *,
        annotations: dict[str, str],
        artifact_type: str | None,
        dry_run: bool,
        concurrency: int | None,
    ) -> Operation[_Json]: ...
    def index_update(
        self,
        reference: GivenReference,
        *,
        add: Sequence[str],
        merge: Sequence[str],
        remove: Sequence[str],
        annotations: dict[str, str],
        artifact_type: str | None,
        remove_artifact_type: bool,
        tags: Sequence[str],
        dry_run: bool,
        concurrency: int | None,
    ) -> Operation[_Json]: ...
    def fetch_blob(self, reference: GivenReference, *, progress: bool) -> Operation[tuple[_Json, BlobStream]]: ...
    def push_blob(
        self,
        reference: GivenReference,
        content: _Path | bytes | memoryview | BufferedContent,
        *,
        media_type: str | None,
        progress: bool,
    ) -> Operation[_Json]: ...
    def delete_blob(self, reference: GivenReference, *, if_exists: bool) -> Operation[None]: ...
    def prune(
        self,
        references: Sequence[GivenReference],
        *,
        keep_tags: Sequence[str],
        keep_last: int | None,
        older_than: str | None,
        tags: Sequence[str],
        untagged: bool,
        orphans: bool,
        dead_tags: bool,
        artifact_types: Sequence[str],
        max: int | None,
        dry_run: bool,
        plan: _Path | None,
        execute: _Path | None,
        concurrency: int | None,
    ) -> Operation[_Json]: ...
    def sync(
        self,
        sources: Sequence[str],
        destination: str,
        *,
        repositories: Sequence[str],
        tags: Sequence[str],
        latest: int | None,
        platforms: Sequence[str],
        dry_run: bool,
        prune_destination: bool,
        repair: bool,
        checkpoint: _Path | None,
        shard: str | None,
        destination_client: Client | None,
        concurrency: int | None,
    ) -> Rows: ...
    def sweep(
        self,
        targets: Sequence[str],
        *,
        repositories: Sequence[str],
        tags: Sequence[str],
        latest: int | None,
        depth: int | None,
        checkpoint: _Path | None,
        shard: str | None,
        concurrency: int | None,
    ) -> Rows: ...
    def tag(self, reference: GivenReference, tags: Sequence[str]) -> Operation[_Json]: ...
    def untag(self, reference: GivenReference, *, if_exists: bool) -> Operation[None]: ...
    def tags(self, reference: GivenReference) -> Operation[list[str]]: ...
    def tag_details(self, reference: GivenReference) -> Operation[list[_Json]]: ...
    def manifests(self, reference: GivenReference) -> Operation[list[_Json]]: ...
    def repositories(self, host: str) -> Operation[list[str]]: ...
    def login(self, host: str, credential: tuple[str, str, str | None]) -> Operation[_Json]: ...
    def logout(self, host: str) -> Operation[_Json]: ...

def codes() -> dict[ErrorCode, int]: ...
def command(arguments: Sequence[str]) -> int: ...
def digest(data: bytes | memoryview, algorithm: str) -> str: ...
def digest_memory(data: bytes | memoryview, algorithm: str) -> Operation[str]: ...
def digest_files(paths: Sequence[_Path], algorithm: str) -> Operation[list[tuple[str, int]]]: ...
def parse_reference(reference: GivenReference) -> _Json: ...
def set_log_level(level: int) -> None: ...
def sweep_drawings(summary: str) -> tuple[str, str]: ...
def version() -> str: ...
