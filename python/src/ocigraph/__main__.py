"""Runs the command line: ``python -m ocigraph`` and the script ``ocigraph``."""

from __future__ import annotations

import sys

from . import _native


def main() -> int:
    """Runs the command line with the arguments of this process.

    Returns:
        The exit code.

    Example:
        >>> callable(main)
        True
    """
    return _native.command(["ocigraph", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
