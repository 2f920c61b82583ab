"""Sweeps in shards on an executor: a pool of processes, a dask cluster or a Ray cluster.

A task sweeps one shard with a client of its own and returns all rows of the shard, or moves a complete file to its
place. So an engine can run a task again after it lost a worker, and no row is lost or repeated.
"""

from __future__ import annotations

import contextlib
import copy
import json
import queue
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from ._checks import check_concurrency, check_count, check_instance, check_path, check_text_list, optional
from ._error import InvalidArgumentError
from ._results import SweepRow
from ._sync.client import Client
from ._values import StrPath

if TYPE_CHECKING:
    import distributed

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)

_ASKED = b"ocigraph.sweep"
"""The key in the metadata of a Parquet file of what its shard was asked for."""


class Task(Protocol[_T_co]):
    """A task that an `Executor` runs: a `concurrent.futures.Future`, or an object with these methods of it.

    Example:
        >>> from concurrent.futures import Future
        >>> task: Task[int] = Future()
    """

    def result(self) -> _T_co:
        """Waits for the result of the task.

        Example:
            >>> from concurrent.futures import ThreadPoolExecutor
            >>> with ThreadPoolExecutor() as executor:
            ...     executor.submit(len, "text").result()
            4
        """
        ...

    def cancel(self) -> object:
        """Prevents the task from starting, if it can.

        Example:
            >>> from concurrent.futures import Future
            >>> Future().cancel()
            True
        """
        ...

    def add_done_callback(self, callback: Callable[[Any], object], /) -> object:
        """Calls a function with the task when it has ended.

        Example:
            >>> from concurrent.futures import Future
            >>> task = Future()
            >>> task.add_done_callback(lambda task: print(task.result()))
            >>> task.set_result(1)
            1
        """
        ...


class Executor(Protocol):
    """Runs functions elsewhere: a `concurrent.futures.Executor`, or an object with its method ``submit``.

    Example:
        >>> from concurrent.futures import ProcessPoolExecutor
        >>> executor: Executor = ProcessPoolExecutor(2)
    """

    def submit(self, function: Callable[..., _T], /, *args: Any) -> Task[_T]:
        """Runs a function, which can be pickled, as its arguments can.

        Example:
            >>> from concurrent.futures import ThreadPoolExecutor
            >>> with ThreadPoolExecutor() as executor:
            ...     executor.submit(len, "text").result()
            4
        """
        ...


@overload
def sweep_shards(
    executor: Executor,
    targets: str | Iterable[str],
    *,
    shards: int,
    client: Client | None = None,
    repositories: str | Iterable[str] = (),
    tags: str | Iterable[str] = (),
    latest: int | None = None,
    depth: int | None = None,
    concurrency: int | None = None,
) -> Iterator[list[SweepRow]]: ...


@overload
def sweep_shards(
    executor: Executor,
    targets: str | Iterable[str],
    *,
    shards: int,
    to: StrPath,
    client: Client | None = None,
    repositories: str | Iterable[str] = (),
    tags: str | Iterable[str] = (),
    latest: int | None = None,
    depth: int | None = None,
    concurrency: int | None = None,
) -> Iterator[Path]: ...


def sweep_shards(
    executor: Executor,
    targets: str | Iterable[str],
    *,
    shards: int,
    to: StrPath | None = None,
    client: Client | None = None,
    repositories: str | Iterable[str] = (),
    tags: str | Iterable[str] = (),
    latest: int | None = None,
    depth: int | None = None,
    concurrency: int | None = None,
) -> Iterator[list[SweepRow]] | Iterator[Path]:
    """Sweeps the repositories in shards, each of which is a task of an executor, and returns the rows of each shard
    when it is complete: together the rows of `Client.sweep`.

    A repository belongs to one shard, which its name selects. Every shard lists the repositories of the registries
    again. Choose 4 to 8 shards for each worker, so that a large repository delays the others little; more if the rows
    of a shard, 1 KiB each, must fit into little memory.

    A worker needs this package, and reads its own stored credentials; a credential that was passed to ``client`` is in
    the task. Limits of ``client``, such as that on requests, apply to each task.

    Args:
        executor: what runs the tasks: a `concurrent.futures.ProcessPoolExecutor`, `dask_executor`, `ray_executor`, or
            anything with such a method ``submit``.
        targets: registries, repositories, patterns, or image layouts that every worker can read.
        shards: the number of shards.
        to: a directory that all workers can write to. Each shard becomes a Parquet file in it, which appears when it is
            complete, and the paths are returned in place of the rows. A shard of which the file exists is not swept
            again, so that the same call completes what a failed one began. Needs ``ocigraph[arrow]``.
            Default: ``None``.
        client: a client with the configuration that the tasks use. Default: that of ``Client()``.
        repositories: patterns of the repositories to sweep. Default: all.
        tags: patterns of the tags to sweep. Default: all.
        latest: the number of tags of each repository to sweep: those with the highest versions. Default: all.
        depth: maximum number of levels. Default: all.
        concurrency: maximum number of concurrent requests of each task. Default, also for 0: 128.

    Raises:
        InvalidArgumentError: an option is invalid, or ``to`` has the rows of another sweep.
        Exception: a task failed, or the executor gave it up. What could not be read is not an error but a row.

    Example:
        >>> from concurrent.futures import ProcessPoolExecutor
        >>> with ProcessPoolExecutor(2) as executor:
        ...     rows = [row for shard in sweep_shards(executor, "oci:store/app", shards=2) for row in shard]
        >>> [row.depth for row in rows]
        [1, 0]
    """
    if check_count("shards", shards) == 0:
        raise InvalidArgumentError("shards must be 1 or more, not 0")
    options: dict[str, Any] = {
        "repositories": check_text_list("repositories", repositories),
        "tags": check_text_list("tags", tags),
        "latest": optional(check_count, "latest", latest),
        "depth": optional(check_count, "depth", depth),
    }
    asked = {"targets": check_text_list("targets", targets), **options}
    configured = check_instance(Client, "client", client)
    at_a_time = check_concurrency(concurrency)
    names = [f"{number}/{shards}" for number in range(1, shards + 1)]
    if to is None:
        return _rows(_ended(executor, _sweep, [(configured, asked, name, at_a_time) for name in names]))
    folder = Path(check_path("to", to)).absolute()
    paths = [folder / f"shard-{number:0{len(str(shards))}}-of-{shards}.parquet" for number in range(1, shards + 1)]
    return _ended(
        executor, _write, [(configured, asked, name, at_a_time, path) for name, path in zip(names, paths, strict=True)]
    )


def dask_executor(client: distributed.Client, **options: Any) -> Executor:
    """Returns an executor that runs tasks on a dask cluster.

    The scheduler runs the tasks of a lost worker on another one. It gives up a task with which more workers were lost
    than its setting ``distributed.scheduler.allowed-failures`` says. Default of dask: 3.

    Args:
        client: a client of the cluster.
        options: options of ``distributed.Client.get_executor``: ``workers``, ``resources``, ``retries``.

    Example:
        >>> from distributed import Client as Cluster, LocalCluster
        >>> def count(scheduler: str) -> int:
        ...     with Cluster(scheduler) as cluster:
        ...         return sum(map(len, sweep_shards(dask_executor(cluster), "registry.example.com", shards=16)))
    """
    # A sweep of the same registry returns other rows later, so dask must not reuse a result.
    executor: Executor = client.get_executor(pure=False, **options)
    return executor


def ray_executor(*, max_retries: int = 3, **options: Any) -> Executor:
    """Returns an executor that runs tasks on the Ray cluster to which ``ray.init`` has connected this process.

    Args:
        max_retries: the number of times that a task runs again after its worker or its machine was lost. -1 is without
            limit.
        options: options of ``ray.remote``, such as ``num_cpus``, ``resources`` and ``runtime_env``.

    Example:
        >>> def count() -> int:
        ...     return sum(map(len, sweep_shards(ray_executor(num_cpus=1), "registry.example.com", shards=16)))
    """
    try:
        import ray
    except ImportError as error:
        raise ImportError("ray is not installed; run: pip install 'ocigraph[ray]'") from error
    return _RayExecutor(ray, {"max_retries": max_retries, **options})


class _RayExecutor:
    def __init__(self, ray: Any, options: dict[str, Any]) -> None:
        self._ray = ray
        self._options = options
        self._functions: dict[Callable[..., Any], Any] = {}

    def submit(self, function: Callable[..., _T], /, *args: Any) -> Task[_T]:
        if function not in self._functions:
            self._functions[function] = self._ray.remote(**self._options)(function)
        reference = self._functions[function].remote(*args)
        task = reference.future()
        # The future of Ray does not cancel the task.
        task.add_done_callback(lambda task: self._ray.cancel(reference) if task.cancelled() else None)
        ended: Task[_T] = task
        return ended


def _ended(executor: Executor, function: Callable[..., _T], calls: list[tuple[Any, ...]]) -> Iterator[_T]:
    """Submits all calls, and yields their results as they end. Cancels the rest when it is closed."""
    ended: queue.SimpleQueue[Task[_T]] = queue.SimpleQueue()
    running = []
    try:
        for call in calls:
            task = executor.submit(function, *call)
            running.append(task)
            task.add_done_callback(ended.put)
        for _ in calls:
            task = ended.get()
            running.remove(task)
            result = task.result()
            # The executor may hold the result as long as the task exists.
            del task
            yield result
            del result
    finally:
        for task in running:
            task.cancel()


def _rows(shards: Iterator[list[SweepRow]]) -> Iterator[list[SweepRow]]:
    """Returns what all shards say of a registry once: each of them lists its repositories."""
    of_registries: set[SweepRow] = set()
    with contextlib.closing(shards):  # type: ignore[type-var]
        for rows in shards:
            own = [row for row in rows if row not in of_registries]
            of_registries.update(row for row in own if not row.repository and row.digest is None)
            yield own


def _sweep(client: Client, asked: dict[str, Any], shard: str, concurrency: int | None) -> list[SweepRow]:
    """Sweeps a shard. Runs on a worker."""
    return [row for batch in _batches(client, asked, shard, concurrency) for row in batch]


def _write(client: Client, asked: dict[str, Any], shard: str, concurrency: int | None, path: Path) -> Path:
    """Sweeps a shard into a Parquet file, unless it exists. Runs on a worker."""
    from pyarrow import parquet

    from ._arrow import arrow_schema, grouped, record_batches

    question = json.dumps({**asked, "shard": shard}).encode()
    if path.exists():
        metadata = parquet.read_schema(path).metadata or {}
        if metadata.get(_ASKED) != question:
            raise InvalidArgumentError(
                f"{path} has the rows of another sweep; choose another directory, or delete this one"
            )
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two workers have the same shard if the engine has taken one of them for lost.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    schema = arrow_schema(SweepRow).with_metadata({_ASKED: question})
    with parquet.ParquetWriter(partial, schema) as file:
        for batch in record_batches(grouped(_batches(client, asked, shard, concurrency)), schema):
            file.write_batch(batch)
    partial.replace(path)
    for left in path.parent.glob(f".{path.name}.*.partial"):
        left.unlink(missing_ok=True)
    return path


def _batches(client: Client, asked: dict[str, Any], shard: str, concurrency: int | None) -> Iterator[list[SweepRow]]:
    # An executor of threads passes the caller's client, which must not be closed.
    with copy.copy(client) as own:
        yield from own.sweep(**asked, shard=shard, concurrency=concurrency).batches()
