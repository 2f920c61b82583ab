"""Writes stubs of Apple's frameworks into a folder: python3 packages/frameworks.py FOLDER

A stub is a text file that tells a linker which names a framework has. Apple's own come with its SDK. These have the
names that the crates mention which use the frameworks, and a program of this project can need no others.
"""

import json
import pathlib
import re
import subprocess
import sys

# The crate that declares the names of a framework.
FRAMEWORKS = {
    "CoreFoundation": "core-foundation-sys",
    "Security": "security-framework-sys",
    "SystemConfiguration": "system-configuration-sys",
}
BLOCK = re.compile(r'extern\s+"C"\s*\{(.*?)^\s*\}', re.DOTALL | re.MULTILINE)
NAME = re.compile(r"\bpub\s+(?:safe\s+|unsafe\s+)?(?:fn|static(?:\s+mut)?)\s+(\w+)")
# Macros declare some of the constants.
CONSTANT = re.compile(r"\bk(?:CF|SC|Sec)\w+")
TARGETS = "[ x86_64-macos, arm64-macos ]"


def names(crate: pathlib.Path) -> list[str]:
    """The names of functions that the source of a crate declares, and of constants."""
    sources = [path.read_text() for path in crate.rglob("*.rs")]
    found = {name for source in sources for block in BLOCK.findall(source) for name in NAME.findall(block)}
    found.update(name for source in sources for name in CONSTANT.findall(source))
    if not found:
        sys.exit(f"packages/frameworks.py: {crate} declares nothing")
    return sorted(found)


def stub(framework: str, symbols: list[str]) -> str:
    """The text of a stub."""
    place = f"/System/Library/Frameworks/{framework}.framework/Versions/A/{framework}"
    exported = ", ".join(f"_{symbol}" for symbol in symbols)
    return (
        f"--- !tapi-tbd\ntbd-version: 4\ntargets: {TARGETS}\ninstall-name: '{place}'\n"
        f"exports:\n  - targets: {TARGETS}\n    symbols: [ {exported} ]\n...\n"
    )


def main() -> None:
    """Writes the stubs."""
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    crates = {package["name"]: pathlib.Path(package["manifest_path"]).parent for package in metadata["packages"]}
    for framework, crate in FRAMEWORKS.items():
        folder = pathlib.Path(sys.argv[1]) / f"{framework}.framework"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{framework}.tbd").write_text(stub(framework, names(crates[crate])))


main()
