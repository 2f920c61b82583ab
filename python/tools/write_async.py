"""Generates the package `_async` from `_sync`, so that they cannot differ. With ``--check`` it only compares.

The generator applies a few text substitutions: methods become coroutines, waiting becomes awaiting, and the examples in
docstrings become those of ``python -m asyncio``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "ocigraph"

CLOSING = '''
    async def aclose(self) -> None:
        """Calls `close`, for `contextlib.aclosing`.

        Example:
            >>> await client.aclose()
        """
        self.close()
'''

HEADS = {
    "synchronous client": "client for event loops",
    "`_async` is generated from this folder by `python/tools/write_async.py`: edit here, then run that script.": (
        "This folder is generated from `_sync` by `python/tools/write_async.py`: edit there."
    ),
}


def asynchronous(source: str) -> str:
    """Returns the asynchronous version of a module."""
    text = source
    for sync, replacement in HEADS.items():
        text = text.replace(sync, replacement)
    text = re.sub(r"^    def (?!__|_|close)", "    async def ", text, flags=re.MULTILINE)
    text = re.sub(r"^    def __(enter|exit)__", r"    async def __a\1__", text, flags=re.MULTILINE)
    text = re.sub(r"(?<!\w)run\((?=operation|self\._native)", "await run_async(", text)
    text = text.replace("import run, sync_log_level\n", "import run_async, sync_log_level\n")
    text = text.replace(
        "        sync_log_level()\n", "        sync_log_level()\n        self._callback.use_running_loop()\n"
    )
    text = re.sub(r"content_of\(([^()]*), buffered\)", r"await content_async(\1)", text)
    text = text.replace("import buffered, content_of\n", "import content_async\n")
    text = re.sub(r"\b(Content|Credentials)\b", r"Async\1", text)
    text = re.sub(r"(?<=import )[\w, ]+$", lambda names: ", ".join(in_order(names[0])), text, flags=re.MULTILINE)
    text = re.sub(
        r"(?<=import \(\n)[\w,\s]+(?=\))", lambda names: "    " + ",\n    ".join(in_order(names[0])) + ",\n", text
    )
    text = text.replace("\n    async def __aenter__", CLOSING + "\n    async def __aenter__")
    text = re.sub(r"(?<!_native\.)\bClient\b", "AsyncClient", text)
    text = re.sub(r"\bBlob\b", "AsyncBlob", text)
    text = text.replace("as a file object; its content", "to be read in chunks; its content")
    return "".join(awaited(line) for line in text.splitlines(keepends=True))


def in_order(names: str) -> list[str]:
    """Sorts imported names as ruff does: classes first."""
    return sorted(re.findall(r"\w+", names), key=lambda name: (name[0].islower(), name.lower()))


def awaited(line: str) -> str:
    """Returns a line of an example with its calls awaited."""
    code = re.match(r"\s*(>>>|\.\.\.) ", line)
    if not code or "close()" in line:
        return line
    line = line.replace("with AsyncClient", "async with AsyncClient")
    call = r"client\.\w+\((?:[^()]|\([^()]*\))*\)"
    if re.search(rf"with ({call})", line):
        return re.sub(rf"with ({call})", r"async with await \1", line)
    line = re.sub(r"(len\()?blob\.read\(\)", r"\1await blob.read()", line)
    # A call that is followed by an attribute or index needs parentheses.
    line = re.sub(rf"({call})(?=[.\[])", r"(await \1)", line)
    return re.sub(rf"(?<!await )({call})", r"await \1", line)


def main() -> int:
    """Writes the files, or checks that they are up to date."""
    wanted = {path.name: asynchronous(path.read_text()) for path in (PACKAGE / "_sync").glob("*.py")}
    folder = PACKAGE / "_async"
    if "--check" in sys.argv:
        if {path.name: path.read_text() for path in folder.glob("*.py")} == wanted:
            return 0
        print(f"{folder} is out of date: run python/tools/write_async.py", file=sys.stderr)
        return 1
    folder.mkdir(exist_ok=True)
    for name, text in wanted.items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
