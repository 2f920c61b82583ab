"""Checks the types of arguments. An argument of a wrong type raises a `TypeError` with its name and the expected type.

Error messages never repeat a value, which may be a secret.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import operator
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from ._error import InvalidArgumentError

_T = TypeVar("_T")


def wrong(name: str, expected: str, value: object) -> TypeError:
    """Creates the error for an argument of a wrong type."""
    return TypeError(f"{name} must be {expected}, not {type(value).__name__}")


def optional(check: Callable[[str, object], _T], name: str, value: object) -> _T | None:
    """Applies `check` to an argument that is given. Returns None for None."""
    return None if value is None else check(name, value)


def check_text(name: str, value: object) -> str:
    """Checks for a string."""
    if isinstance(value, str):
        return value
    raise wrong(name, "a str", value)


def check_path(name: str, value: object) -> str | os.PathLike[str]:
    """Checks for a path."""
    if isinstance(value, str | os.PathLike):
        return value
    raise wrong(name, "a path (str or os.PathLike)", value)


def check_flag(name: str, value: object) -> bool:
    """Checks for a bool. Other types are rejected, because a string such as ``"no"`` is true."""
    if isinstance(value, bool):
        return value
    raise wrong(name, "a bool", value)


def check_texts(name: str, value: object) -> dict[str, str]:
    """Checks for a mapping of strings to strings. Returns an empty dict for None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(name, "a mapping of str to str", value)
    return {check_text(f"a key of {name}", key): check_text(f"{name}[{key!r}]", item) for key, item in value.items()}


def check_text_list(name: str, value: str | Iterable[object]) -> list[str]:
    """Checks for one string or several. The error names one item: ``tag`` for ``tags``."""
    items = [value] if isinstance(value, str) else value
    return [check_text(name.removesuffix("s"), item) for item in items]


def check_path_list(
    name: str, value: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
) -> list[str | os.PathLike[str]]:
    """Checks for one path or several. The error names one item: ``input`` for ``inputs``."""
    items = [value] if isinstance(value, str | os.PathLike) else value
    return [check_path(name.removesuffix("s"), item) for item in items]


def check_callback(name: str, value: object) -> bool:
    """Checks for a callable or None. Returns True for a callable."""
    if value is None or callable(value):
        return value is not None
    raise wrong(name, "a callable", value)


def check_instance(kind: type[_T], name: str, value: object) -> _T:
    """Checks for an instance of `kind`. Returns the default instance for None."""
    if value is None:
        return kind()
    if isinstance(value, kind):
        return value
    raise wrong(name, f"an instance of {kind.__name__}", value)


def check_seconds(name: str, value: object) -> float:
    """Checks for a time in seconds, including infinity."""
    if not isinstance(value, numbers.Real):
        raise wrong(name, "a number of seconds", value)
    try:
        number = float(value)
    except OverflowError:
        # An int or fraction beyond the range of float.
        number = math.inf if value > 0 else -math.inf  # type: ignore[operator]
    if not number >= 0:
        raise InvalidArgumentError(f"{name} must be 0 or more seconds, or math.inf, not {value}")
    return number


_MAX = (1 << 63) - 1
"""The largest integer that every language binding supports."""


def check_count(name: str, value: object) -> int:
    """Checks for a non-negative integer."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong(name, "an int", value) from None
    if not 0 <= number <= _MAX:
        raise InvalidArgumentError(f"{name} must be an integer from 0 to {_MAX}, not {_shown(number)}")
    return number


def _shown(number: int) -> str:
    """Formats a number. Python refuses to format numbers of thousands of digits."""
    return str(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"


def check_concurrency(value: object) -> int | None:
    """Checks the maximum number of concurrent requests. 0 or None selects the default, and a number that is too large
    the maximum.
    """
    if value is None:
        return None
    with contextlib.suppress(TypeError):
        value = min(operator.index(value), _MAX)  # type: ignore[arg-type]
    return check_count("concurrency", value)
