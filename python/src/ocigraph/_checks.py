"""The types of arguments: what has the wrong one is refused by the name of its argument, with what is meant instead.

It relies on nothing but the types, and never repeats a value, which may be a secret.
"""

from __future__ import annotations

import math
import numbers
import operator
import os
from collections.abc import Callable, Mapping
from typing import TypeVar

from ._errors import InvalidArgumentError

_T = TypeVar("_T")


def wrong(name: str, meant: str, value: object) -> TypeError:
    """The error for an argument of a type that cannot be meant."""
    return TypeError(f"{name} is {meant}, not {type(value).__name__}")


def optional(check: Callable[[str, object], _T], name: str, value: object) -> _T | None:
    """What `check` makes of an argument that may be left out."""
    return None if value is None else check(name, value)


def text(name: str, value: object) -> str:
    """A text."""
    if isinstance(value, str):
        return value
    raise wrong(name, "text", value)


def path(name: str, value: object) -> str | os.PathLike[str]:
    """A path."""
    if isinstance(value, str | os.PathLike):
        return value
    raise wrong(name, "a path", value)


def flag(name: str, value: object) -> bool:
    """A truth value; texts such as ``"no"`` would be taken for true."""
    if isinstance(value, bool):
        return value
    raise wrong(name, "True or False", value)


def texts(name: str, value: object) -> dict[str, str]:
    """A mapping of text to text; empty when it is left out."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise wrong(name, "a mapping of text to text", value)
    return {text(f"a key of {name}", key): text(f"{name}[{key!r}]", item) for key, item in value.items()}


def callback(name: str, value: object) -> bool:
    """Whether there is a function to call."""
    if value is None or callable(value):
        return value is not None
    raise wrong(name, "a function", value)


def one_of(kind: type[_T], name: str, value: object) -> _T:
    """A value of a class of this package; its usual value when it is left out."""
    if value is None:
        return kind()
    if isinstance(value, kind):
        return value
    raise wrong(name, f"of the class {kind.__name__}", value)


def seconds(name: str, value: object) -> float:
    """A time; infinity bounds nothing."""
    if not isinstance(value, numbers.Real):
        raise wrong(name, "a number of seconds", value)
    try:
        number = float(value)
    except OverflowError:
        # More than any float is, in either direction.
        number = math.inf if value > 0 else -math.inf  # type: ignore[operator]
    if not number >= 0:
        raise InvalidArgumentError(f"{name} is {value}; write seconds, 0 or more, or math.inf")
    return number


_MOST = (1 << 63) - 1
"""The largest number that any language can say."""


def count(name: str, value: object) -> int:
    """A number of things, 0 or more."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong(name, "a whole number", value) from None
    if not 0 <= number <= _MOST:
        raise InvalidArgumentError(f"{name} is {_shown(number)}; write a whole number from 0 to {_MOST}")
    return number


def _shown(number: int) -> str:
    """Python refuses to write out numbers of thousands of digits."""
    return str(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"


def concurrent(value: object) -> int | None:
    """How many requests there may be at once; 0 is the usual number."""
    return None if value is None else count("concurrency", value)
