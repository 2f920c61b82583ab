"""Digests of memory and files. The GIL is released while they are computed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from . import _native
from ._checks import check_path
from ._descriptor import Result
from ._run import run, run_async
from ._values import BytesLike, StrPath, memory

Algorithm: TypeAlias = Literal["sha256", "sha512"]
"""A digest algorithm. Every registry supports ``sha256``."""

_SMALL = 16 << 20
"""Data of fewer bytes is digested without a way to interrupt it."""


@dataclass(frozen=True, slots=True)
class FileDigest(Result):
    """The digest and size of a file.

    Example:
        >>> digest_files(["program"])[0].size
        10
    """

    path: Path
    """The path that was passed."""
    digest: str
    """The digest, such as ``sha256:`` and 64 hexadecimal digits."""
    size: int
    """The size of the file in bytes."""


def digest(data: BytesLike, *, algorithm: Algorithm = "sha256") -> str:
    """Computes the digest of bytes in memory, without copying them.

    Args:
        data: the bytes.
        algorithm: the digest algorithm.

    Example:
        >>> digest(b"hello")
        'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    """
    view = _view(data)
    return _native.digest(view, algorithm) if len(view) < _SMALL else run(_native.digest_memory(view, algorithm))


async def async_digest(data: BytesLike, *, algorithm: Algorithm = "sha256") -> str:
    """Computes the digest of bytes in memory, in an event loop. See `digest`.

    Example:
        >>> (await async_digest(b"hello"))[:14]
        'sha256:2cf24db'
    """
    return await run_async(_native.digest_memory(_view(data), algorithm))


def digest_file(path: StrPath, *, algorithm: Algorithm = "sha256") -> FileDigest:
    """Computes the digest and size of a file.

    Args:
        path: the file.
        algorithm: the digest algorithm.

    Raises:
        NotFoundError: the file does not exist.
        IoError: the file cannot be read.

    Example:
        >>> digest_file("program").size
        10
    """
    return digest_files([path], algorithm=algorithm)[0]


def digest_files(paths: Iterable[StrPath], *, algorithm: Algorithm = "sha256") -> list[FileDigest]:
    """Computes the digests and sizes of files on all cores.

    Args:
        paths: the files.
        algorithm: the digest algorithm.

    Returns:
        The results in the order of ``paths``.

    Raises:
        NotFoundError: a file does not exist.
        IoError: a file cannot be read.

    Example:
        >>> [entry.digest[:11] for entry in digest_files(["program", "program"])]
        ['sha256:8c30', 'sha256:8c30']
    """
    listed = _listed(paths)
    return _named(listed, run(_native.digest_files(listed, algorithm)))


async def async_digest_file(path: StrPath, *, algorithm: Algorithm = "sha256") -> FileDigest:
    """Computes the digest and size of a file, in an event loop. See `digest_file`.

    Raises:
        NotFoundError: the file does not exist.
        IoError: the file cannot be read.

    Example:
        >>> (await async_digest_file("program")).size
        10
    """
    return (await async_digest_files([path], algorithm=algorithm))[0]


async def async_digest_files(paths: Iterable[StrPath], *, algorithm: Algorithm = "sha256") -> list[FileDigest]:
    """Computes the digests and sizes of files on all cores, in an event loop. See `digest_files`.

    Raises:
        NotFoundError: a file does not exist.
        IoError: a file cannot be read.

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
        raise TypeError("data must be bytes-like, not str; encode the text first")
    raise TypeError(f"data must be bytes-like, not {type(data).__name__}; use digest_file for a file")


def _listed(paths: Iterable[StrPath]) -> list[StrPath]:
    if isinstance(paths, str | bytes | os.PathLike):
        raise TypeError("paths must be a list of paths; use digest_file for one file")
    return [check_path(f"paths[{index}]", path) for index, path in enumerate(paths)]


def _named(paths: list[StrPath], digested: list[tuple[str, int]]) -> list[FileDigest]:
    return [FileDigest(Path(path), digest, size) for path, (digest, size) in zip(paths, digested, strict=True)]
