"""Digests at native speed, with the interpreter's lock released; each can wait, or be awaited."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from . import _native
from ._checks import path as _path
from ._results import FileDigest
from ._run import run, run_async
from ._values import BytesLike, StrPath, memory

Algorithm: TypeAlias = Literal["sha256", "sha512"]
"""A hash function. Every registry speaks sha256."""

_LITTLE = 16 << 20
"""Bytes whose digest is done before anybody would break it off."""


def digest(data: BytesLike, *, algorithm: Algorithm = "sha256") -> str:
    """The digest of bytes in memory, without a copy of them.

    Example:
        >>> digest(b"hello")
        'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    """
    view = _view(data)
    return _native.digest(view, algorithm) if len(view) < _LITTLE else run(_native.digest_memory(view, algorithm))


async def async_digest(data: BytesLike, *, algorithm: Algorithm = "sha256") -> str:
    """The same, awaited.

    Example:
        >>> (await async_digest(b"hello"))[:14]
        'sha256:2cf24db'
    """
    return await run_async(_native.digest_memory(_view(data), algorithm))


def digest_file(path: StrPath, *, algorithm: Algorithm = "sha256") -> FileDigest:
    """The digest and size of a file.

    Raises:
        NotFoundError: it is not there.
        IoError: it cannot be read.

    Example:
        >>> digest_file("program").size
        10
    """
    return digest_files([path], algorithm=algorithm)[0]


def digest_files(paths: Iterable[StrPath], *, algorithm: Algorithm = "sha256") -> list[FileDigest]:
    """The digests and sizes of many files, in their order, computed on all cores.

    Raises:
        NotFoundError: one is not there.
        IoError: one cannot be read.

    Example:
        >>> [entry.digest[:11] for entry in digest_files(["program", "program"])]
        ['sha256:8c30', 'sha256:8c30']
    """
    listed = _listed(paths)
    return _named(listed, run(_native.digest_files(listed, algorithm)))


async def async_digest_file(path: StrPath, *, algorithm: Algorithm = "sha256") -> FileDigest:
    """The digest and size of a file, awaited.

    Raises:
        NotFoundError: it is not there.
        IoError: it cannot be read.

    Example:
        >>> (await async_digest_file("program")).size
        10
    """
    return (await async_digest_files([path], algorithm=algorithm))[0]


async def async_digest_files(paths: Iterable[StrPath], *, algorithm: Algorithm = "sha256") -> list[FileDigest]:
    """The digests and sizes of many files, in their order, computed on all cores, awaited.

    Raises:
        NotFoundError: one is not there.
        IoError: one cannot be read.

    Example:
        >>> [entry.digest[:11] for entry in await async_digest_files(["program", "program"])]
        ['sha256:8c30', 'sha256:8c30']
    """
    listed = _listed(paths)
    return _named(listed, await run_async(_native.digest_files(listed, algorithm)))


def _view(data: BytesLike) -> bytes | memoryview:
    view = memory(data)
    if view is not None:
        return view
    if isinstance(data, str):
        raise TypeError("text has no digest before it is encoded; pass bytes")
    raise TypeError(f"{type(data).__name__} has no bytes in memory; pass bytes, or a path to digest_file")


def _listed(paths: Iterable[StrPath]) -> list[StrPath]:
    if isinstance(paths, str | bytes | os.PathLike):
        raise TypeError("digest_files takes a list of paths; for one, call digest_file")
    return [_path(f"paths[{index}]", path) for index, path in enumerate(paths)]


def _named(paths: list[StrPath], digested: list[tuple[str, int]]) -> list[FileDigest]:
    return [FileDigest(Path(path), digest, size) for path, (digest, size) in zip(paths, digested, strict=True)]
