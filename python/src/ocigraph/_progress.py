"""Progress events of transfers, and an adapter for `tqdm`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ._descriptor import Descriptor, Result
from ._enumerations import Outcome


@dataclass(frozen=True, slots=True)
class Event(Result):
    """A progress event of a blob.

    Callbacks are called about 20 times per second, in the thread that waits for the operation, or in its event loop.
    Intermediate positions may be omitted.

    Example:
        >>> kinds = []
        >>> _ = client.pull("oci:store/app:v1", "out", progress=lambda event: kinds.append(event.kind))
        >>> kinds[-1]
        'finished'
    """

    kind: Literal["started", "moved", "finished"]
    """The transfer started, reached a position, or finished."""
    blob: Descriptor
    """The descriptor of the blob."""
    position: int
    """Bytes transferred so far, of ``blob.size``. Decreases if a retry restarts the transfer."""
    outcome: Outcome | None = None
    """The result for this blob, in the ``finished`` event."""


Progress: TypeAlias = Callable[[Event], object]
"""A callback for progress events. If it raises an exception, the operation is cancelled and raises the same exception.
With an `AsyncClient` it may be an ``async def`` function."""


@contextmanager
def tqdm_progress(**options: Any) -> Iterator[Progress]:
    """Shows a `tqdm` progress bar for all blobs of an operation.

    Args:
        options: passed to ``tqdm.tqdm``.

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
