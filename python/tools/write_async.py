"""Writes `_async_client.py` from `_client.py`, so that the two cannot differ; with ``--check`` it only compares.

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

HEAD = '''"""The client for event loops: one coroutine an operation.

Written from `_client.py` by `python/tools/write_async.py`: edit there.
"""'''


def asynchronous(source: str) -> str:
    """The text of the module for event loops."""
    text = re.sub(r'\A""".*?"""', HEAD, source, flags=re.DOTALL)
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
    """Writes the file, or tells whether it is as it should be."""
    wanted = asynchronous((PACKAGE / "_client.py").read_text())
    target = PACKAGE / "_async_client.py"
    if "--check" in sys.argv:
        if target.read_text() == wanted:
            return 0
        print(f"{target} is stale: run python/tools/write_async.py", file=sys.stderr)
        return 1
    target.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
