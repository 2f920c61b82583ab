"""Writes the package `_async` from `_sync`, so that the two cannot differ; with ``--check`` it only compares.

The rules are few, because the client is plain: methods become coroutines, waiting is awaited, and the examples of the
docstrings are awaited as in ``python -m asyncio``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "ocigraph"

CLOSING = '''
    async def aclose(self) -> None:
        """The same as `close`, for `contextlib.aclosing` and its like.

        Example:
            >>> await client.aclose()
        """
        self.close()
'''

HEADS = {
    "client that waits": "client for event loops",
    "`_async` is written from this folder by `python/tools/write_async.py`: edit here, then run that.": (
        "This folder is written from `_sync` by `python/tools/write_async.py`: edit there."
    ),
}


def asynchronous(source: str) -> str:
    """The text of the module for event loops."""
    text = source
    for sync, replacement in HEADS.items():
        text = text.replace(sync, replacement)
    text = re.sub(r"^    def (?!__|_|close)", "    async def ", text, flags=re.MULTILINE)
    text = re.sub(r"^    def __(enter|exit)__", r"    async def __a\1__", text, flags=re.MULTILINE)
    text = re.sub(r"(?<!\w)run\((?=operation|self\._native)", "await run_async(", text)
    text = text.replace("import listen, run\n", "import listen, run_async\n")
    text = text.replace("        listen()\n", "        listen()\n        self._asked.in_this_loop()\n")
    text = re.sub(r"content_of\(([^()]*), spooled\)", r"await content_async(\1)", text)
    text = text.replace("import content_of, spooled\n", "import content_async\n")
    text = re.sub(r"\b(Content|Credentials)\b", r"Async\1", text)
    text = re.sub(r"(?<=import )[\w, ]+$", lambda names: ", ".join(in_order(names[0])), text, flags=re.MULTILINE)
    text = re.sub(
        r"(?<=import \(\n)[\w,\s]+(?=\))", lambda names: "    " + ",\n    ".join(in_order(names[0])) + ",\n", text
    )
    text = text.replace("\n    async def __aenter__", CLOSING + "\n    async def __aenter__")
    text = re.sub(r"(?<!_native\.)\bClient\b", "AsyncClient", text)
    text = re.sub(r"\bBlob\b", "AsyncBlob", text)
    text = text.replace("as a file object; its content", "to be read piece by piece; its content")
    return "".join(awaited(line) for line in text.splitlines(keepends=True))


def in_order(names: str) -> list[str]:
    """Imported names as ruff sorts them: classes first."""
    return sorted(re.findall(r"\w+", names), key=lambda name: (name[0].islower(), name.lower()))


def awaited(line: str) -> str:
    """A line of an example with its calls awaited."""
    code = re.match(r"\s*(>>>|\.\.\.) ", line)
    if not code or "close()" in line:
        return line
    line = line.replace("with AsyncClient", "async with AsyncClient")
    call = r"client\.\w+\((?:[^()]|\([^()]*\))*\)"
    if re.search(rf"with ({call})", line):
        return re.sub(rf"with ({call})", r"async with await \1", line)
    line = re.sub(r"(len\()?blob\.read\(\)", r"\1await blob.read()", line)
    # What goes on behind the call needs parentheses around it.
    line = re.sub(rf"({call})(?=[.\[])", r"(await \1)", line)
    return re.sub(rf"(?<!await )({call})", r"await \1", line)


def main() -> int:
    """Writes the files, or tells whether they are as they should be."""
    wanted = {path.name: asynchronous(path.read_text()) for path in (PACKAGE / "_sync").glob("*.py")}
    folder = PACKAGE / "_async"
    if "--check" in sys.argv:
        if {path.name: path.read_text() for path in folder.glob("*.py")} == wanted:
            return 0
        print(f"{folder} is stale: run python/tools/write_async.py", file=sys.stderr)
        return 1
    folder.mkdir(exist_ok=True)
    for name, text in wanted.items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
