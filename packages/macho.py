"""Checks a program or library for macOS as far as that goes without macOS: python packages/macho.py FILE ARCHITECTURE…

It must have the architectures, run on macOS 11, need only libraries that macOS has, and be signed: arm64 runs nothing
without a signature, which has a digest of each page.
"""

import hashlib
import struct
import sys
from pathlib import Path

from macholib import mach_o
from macholib.MachO import MachO, MachOHeader

ARCHITECTURES = {"x86_64": 0x01000007, "arm64": 0x0100000C}
MACOS_11 = 11 << 16
SYSTEM = ("/usr/lib/", "/System/Library/")
EMBEDDED_SIGNATURE, CODE_DIRECTORY = 0xFADE0CC0, 0xFADE0C02


def commands(header: MachOHeader, *numbers: int) -> list[tuple[object, bytes]]:
    """The load commands with these numbers."""
    return [(command, data) for load, command, data in header.commands if load.cmd in numbers]


def check_signature(image: bytes, start: int) -> None:
    """Compares the digests of all pages. `image` is the file for one architecture."""
    magic, _, count = struct.unpack_from(">III", image, start)
    assert magic == EMBEDDED_SIGNATURE, "the signature has another form"
    places = [struct.unpack_from(">II", image, start + 12 + 8 * i)[1] for i in range(count)]
    [directory] = [start + p for p in places if struct.unpack_from(">I", image, start + p)[0] == CODE_DIRECTORY]
    digests, _, _, pages, limit = struct.unpack_from(">IIIII", image, directory + 16)
    size, kind, _, page = struct.unpack_from(">BBBB", image, directory + 36)
    assert (size, kind) == (32, 2), "the signature has no SHA-256"
    assert limit == start, "the signature does not cover the file"
    for number in range(pages):
        begin = number << page
        digest = hashlib.sha256(image[begin : min(begin + (1 << page), limit)]).digest()
        place = directory + digests + number * size
        assert digest == image[place : place + size], f"page {number} was changed after it was signed"


def check(path: Path, architectures: list[str]) -> None:
    """Checks a file."""
    content = path.read_bytes()
    headers = MachO(str(path)).headers
    found = sorted(header.header.cputype for header in headers)
    assert found == sorted(ARCHITECTURES[name] for name in architectures), f"it has the architectures {found}"
    for header in headers:
        image = content[header.offset : header.offset + header.size]
        [(version, _)] = commands(header, mach_o.LC_BUILD_VERSION)
        assert version.minos <= MACOS_11, "it needs a later macOS"
        for _, name in commands(header, mach_o.LC_LOAD_DYLIB, mach_o.LC_LOAD_WEAK_DYLIB):
            library = name.rstrip(b"\0").decode()
            assert library.startswith(SYSTEM), f"it needs {library}"
        signatures = commands(header, mach_o.LC_CODE_SIGNATURE)
        assert signatures or header.header.cputype != ARCHITECTURES["arm64"], "it is not signed"
        for signature, _ in signatures:
            check_signature(image, signature.dataoff)


try:
    check(Path(sys.argv[1]), sys.argv[2:])
except AssertionError as error:
    sys.exit(f"packages/macho.py: {sys.argv[1]}: {error}")
