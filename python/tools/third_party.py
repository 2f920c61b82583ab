"""Writes `THIRD-PARTY.txt`: the licences of the crates that the native module is linked from, whose texts must go with
it. With ``--check`` it only compares. It asks cargo, and reads what cargo has downloaded.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
TARGET = HERE / "THIRD-PARTY.txt"

HEAD = """The native module of this package is linked from the crates below. Each is followed by its licences; a text
that several have is given once, at the first of them. Written by tools/third_party.py.
"""


def linked() -> list[dict[str, Any]]:
    """The crates that the native module is linked from on any platform, by name and version."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--manifest-path"]
    asked = subprocess.run(
        [*command, str(HERE.parent / "bindings/python/Cargo.toml")], capture_output=True, text=True, check=True
    )
    metadata = json.loads(asked.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [found for found, package in packages.items() if package["name"] == "ocigraph-python"]
    seen = set(waiting)
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            targets = packages[dependency["pkg"]]["targets"]
            is_normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            is_linked = is_normal and not any("proc-macro" in target["kind"] for target in targets)
            if is_linked and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                waiting.append(dependency["pkg"])
    # Those of this project have no source elsewhere, and the licence of the package.
    return sorted((packages[i] for i in seen if packages[i]["source"]), key=lambda p: (p["name"], p["version"]))


def texts(package: dict[str, Any]) -> list[str]:
    """The licences and notices in a crate."""
    folder = Path(package["manifest_path"]).parent
    named = re.compile(r"(licen[cs]e|copying|copyright|notice|unlicense)([-._].*)?", re.IGNORECASE)
    files = sorted(path for path in folder.iterdir() if path.is_file() and named.fullmatch(path.name))
    return [path.read_text(errors="replace").strip() for path in files]


def page() -> str:
    """The whole text."""
    parts = [HEAD]
    first: dict[str, str] = {}
    for package in linked():
        name = f"{package['name']} {package['version']}"
        parts.append(f"{'=' * 100}\n{name}: {package['license'] or 'see its text'}\n{package['repository'] or ''}\n")
        for text in texts(package):
            same = re.sub(r"\s+", " ", text)
            if same in first:
                parts.append(f"A text of it is that of {first[same]}.\n")
            else:
                first[same] = name
                parts.append(f"{text}\n")
    return "\n".join(parts)


def main() -> int:
    """Writes the file, or tells whether it is as it should be."""
    wanted = page()
    if "--check" not in sys.argv:
        TARGET.write_text(wanted)
    elif TARGET.read_text() != wanted:
        print(f"{TARGET} is stale: run python/tools/third_party.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
