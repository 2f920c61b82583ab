"""Progress of transfers: the event that callbacks get, and an adapter for `tqdm`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ._descriptor import Descriptor, Result
from ._results import Outcome


@dataclass(frozen=True, slots=True)
class Event(Result):
    """Something that happened to a blob.

    Callbacks are called in the thread that waits for the operation, or in its event loop, some twenty times a second;
    positions that were overtaken meanwhile are left out.

    Example:
        >>> kinds = []
        >>> _ = client.pull("oci:store/app:v1", "out", progress=lambda event: kinds.append(event.kind))
        >>> kinds[-1]
        'finished'
    """

    kind: Literal["started", "moved", "finished"]
    """A transfer begins, goes on, or is over."""
    blob: Descriptor
    """The blob."""
    position: int
    """Bytes moved so far, of ``blob.size``; it falls when a retry begins anew."""
    outcome: Outcome | None = None
    """What became of it, when it is over."""


Progress: TypeAlias = Callable[[Event], object]
"""A callback for events. What it raises breaks the operation off and is raised from there. An `AsyncClient` awaits it
when it is an ``async def``."""


@contextmanager
def tqdm_progress(**options: Any) -> Iterator[Progress]:
    """A bar of `tqdm` for all blobs of an operation; ``options`` go to ``tqdm.tqdm``.

    Example:
        >>> import io
        >>> with tqdm_progress(file=io.StringIO()) as progress:
        ...     _ = client.pull("oci:store/app:v1", "out", progress=progress)
    """
    from tqdm.auto import tqdm

    at: dict[str, int] = {}
    with tqdm(**{"total": 0, "unit": "B", "unit_scale": True, "unit_divisor": 1024, **options}) as bar:

        def progress(event: Event) -> None:
            digest = event.blob.digest
            if digest not in at:
                at[digest] = 0
                bar.total = (bar.total or 0) + event.blob.size
            bar.update(event.position - at[digest])
            at[digest] = event.position

        yield progress
