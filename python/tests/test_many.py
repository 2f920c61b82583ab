"""Many concurrent pulls in one process finish."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ocigraph import AsyncClient, Client, File

MANY = 200
FILES = 32


@pytest.fixture
def layout(work: Path) -> str:
    files = [File(bytes([i]) * 20_000, title=f"file{i}") for i in range(FILES)]
    with Client() as client:
        client.push("oci:store:v1", files)
    return "oci:store:v1"


# In a separate process, because a deadlock cannot be ended from within.
THREADS = f"""
from concurrent.futures import ThreadPoolExecutor
from ocigraph import Client
with Client() as client, ThreadPoolExecutor({MANY}) as pool:
    pulls = [pool.submit(client.pull, "oci:store:v1", f"out{{i}}") for i in range({MANY})]
    print(sum(len(pull.result()[0].files) for pull in pulls))
"""

CLIENTS = f"""
from concurrent.futures import ThreadPoolExecutor
from ocigraph import Client
def pull(i):
    with Client() as client:
        return client.pull("oci:store:v1", f"out{{i}}")
with ThreadPoolExecutor({MANY}) as pool:
    print(sum(len(pulled[0].files) for pulled in pool.map(pull, range({MANY}))))
"""

TASKS = f"""
import asyncio
from ocigraph import AsyncClient
async def main():
    async with AsyncClient() as client:
        pulls = (client.pull("oci:store:v1", f"out{{i}}") for i in range({MANY}))
        print(sum(len(pulled[0].files) for pulled in await asyncio.gather(*pulls)))
asyncio.run(main())
"""


@pytest.mark.parametrize("program", [THREADS, CLIENTS, TASKS], ids=["threads", "clients", "tasks"])
def test_two_hundred_concurrent_pulls_of_a_layout_finish(program: str, layout: str, work: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{MANY * FILES}\n"
    for out in work.glob("out*"):
        assert (out / "file31").read_bytes() == b"\x1f" * 20_000
        # 200 directories would fill the disk.
        shutil.rmtree(out)


def test_cancelling_a_pull_does_not_affect_others(layout: str, work: Path) -> None:
    async def main() -> int:
        async with AsyncClient() as client:
            pulls = [asyncio.ensure_future(client.pull(layout, f"out{i}")) for i in range(40)]
            for pull in pulls[::2]:
                pull.cancel()
            ended = await asyncio.wait_for(asyncio.gather(*pulls, return_exceptions=True), 240)
            return sum(isinstance(one, list) for one in ended)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, main()).result(250) == 20
