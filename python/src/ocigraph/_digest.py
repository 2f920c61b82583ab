"""Digests at native speed, with the interpreter's lock released."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from . import _native
from ._results import FileDigest
from ._run import run
from ._values import BytesLike, Readable, StrPath, content_of

Algorithm: TypeAlias = Literal["sha256", "sha512"]
"""A hash function. Every registry speaks sha256."""


def _refused(content: Readable) -> Readable:
    raise TypeError(f"{type(content).__name__} has no bytes in memory; pass what its read() gives")


def digest(data: BytesLike, *, algorithm: Algorithm = "sha256") -> str:
    """The digest of bytes in memory, without a copy of them.

    Example:
        >>> digest(b"hello")
        'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    """
    if isinstance(data, str):
        raise TypeError("text has no digest before it is encoded; pass bytes")
    return _native.digest(content_of(data, _refused), algorithm)


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
    listed = list(paths)
    results: list[tuple[str, int]] = run(_native.digest_files(listed, algorithm))
    return [FileDigest(Path(path), name, size) for path, (name, size) in zip(listed, results, strict=True)]
