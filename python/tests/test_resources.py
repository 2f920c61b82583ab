"""Memory, the interpreter's lock, and leaks: measured in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from support import Fixture

from ocigraph import Client, digest_file

MIB = 1 << 20

HEAD = """
import json, re, sys, ocigraph
# Not `ru_maxrss`: what the process that started this one used is in it.
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
"""


def measured(script: str, *arguments: str) -> dict[str, Any]:
    """What a script prints as JSON; `peak()` in it is the most memory so far, in MiB, as the system counts it."""
    ran = subprocess.run([sys.executable, "-c", HEAD + script, *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    value: dict[str, Any] = json.loads(ran.stdout)
    return value


@pytest.fixture
def big(work: Path) -> Path:
    """A file of 1 GiB that takes no room."""
    path = work / "big"
    with path.open("wb") as file:
        file.truncate(1024 * MIB)
    return path


def test_a_gibibyte_is_pushed_and_pulled_within_64_mb(ggcr: str, big: Path) -> None:
    script = """
client = ocigraph.Client()
before = peak()
client.push(sys.argv[1], 'big')
pushed = peak()
client.pull(sys.argv[1], 'out')
print(json.dumps({'push': pushed - before, 'pull': peak() - before}))
"""
    more = measured(script, f"{ggcr}/memory:v1")
    assert more["push"] < 64 and more["pull"] < 64, more
    assert Path("out/big").stat().st_size == 1024 * MIB


@pytest.mark.parametrize("content", ["bytes(256 << 20)", "bytearray(256 << 20)", "memoryview(bytes(256 << 20))"])
def test_bytes_are_pushed_without_a_second_copy(content: str, ggcr: str) -> None:
    script = f"""
client = ocigraph.Client()
content = {content}
before = peak()
client.push(sys.argv[1], ocigraph.File(content, title='content'))
copied = bytes(content) + b'x'
print(json.dumps({{'more': peak() - before}}))
"""
    more = measured(script.replace("copied = bytes(content) + b'x'\n", ""), f"{ggcr}/{content.partition('(')[0]}:v1")
    assert more["more"] < 64, more
    seen = measured(script, f"{ggcr}/{content.partition('(')[0]}:v1")
    assert seen["more"] > 200, "a copy would be seen"


def test_ten_thousand_operations_leave_nothing_behind(fixture: Fixture) -> None:
    script = """
import asyncio
def now():
    return int(open('/proc/self/statm').read().split()[1]) * 4096 / (1 << 20)
target = sys.argv[1]
client, asynchronous = ocigraph.Client(), ocigraph.AsyncClient()
client.push(target, ocigraph.File(b'x' * 1000, title='x'))
blob = client.fetch_manifest(target).blobs[0]
async def awaited():
    await asyncio.gather(*(asynchronous.resolve(target) for _ in range(10)))
    try:
        await asynchronous.resolve(target + '-none')
    except FileNotFoundError:
        pass
    try:
        async with asyncio.timeout(0):
            await asynchronous.discover(target)
    except TimeoutError:
        pass
def round():
    # 50 operations, of which 12 fail or are broken off.
    for _ in range(10):
        client.resolve(target)
        client.discover(target)
        try:
            client.resolve(target + '-none')
        except FileNotFoundError:
            pass
    client.push('oci:layout:v1', ocigraph.File(bytearray(b'y' * 1000), title='y'), progress=lambda event: None)
    client.pull(target, 'out')
    client.fetch_blob(target.replace(':v1', '@' + blob.digest)).read()
    client.verify('oci:layout:v1')
    client.manifests('oci:layout')
    ocigraph.digest(bytearray(b'z' * 1000))
    ocigraph.digest_file('out/x')
    asyncio.run(awaited())
sizes = []
for number in range(200):
    round()
    if number % 50 == 49:
        sizes.append(now())
print(json.dumps({'sizes': sizes}))
"""
    sizes = measured(script, f"{fixture.host}/app:v1")["sizes"]
    assert max(sizes) - sizes[0] < 8, sizes


def test_the_lock_is_free_while_files_are_digested(big: Path) -> None:
    counted, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    try:
        time.sleep(0.2)
        before, begun = counted[0], time.monotonic()
        time.sleep(0.5)
        rate = (counted[0] - before) / (time.monotonic() - begun)
        before, begun = counted[0], time.monotonic()
        digest_file(big)
        beside = (counted[0] - before) / (time.monotonic() - begun)
    finally:
        stop.set()
        thread.join()
    # `python/bench` measures the share; beside other work on two cores only its order is certain.
    assert beside > rate / 4


def test_a_thread_goes_on_while_others_transfer(ggcr: str, work: Path) -> None:
    with (work / "big").open("wb") as file:
        file.truncate(128 * MIB)
    ticks, done = [0], threading.Event()

    def tick() -> None:
        while not done.wait(0.01):
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    begun = time.monotonic()
    with Client() as client:
        client.push(f"{ggcr}/ticks:v1", "big")
        client.pull(f"{ggcr}/ticks:v1", "out")
    took = time.monotonic() - begun
    done.set()
    thread.join()
    assert ticks[0] > took * 100 / 4
