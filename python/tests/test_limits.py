"""Numeric arguments accept every valid value and reject every invalid one."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support import Fixture, Waiting

import ocigraph
from ocigraph import Client, File, InvalidArgumentError, Limits, UnpackLimits

TIMES = (
    "connect_timeout",
    "response_timeout",
    "idle_timeout",
    "upload_response_timeout",
    "stall_timeout",
    "helper_timeout",
)
COUNTS = (
    "max_attempts",
    "max_manifest_bytes",
    "max_pages",
    "max_entries",
    "max_requests_per_second",
)
LONG = [math.inf, sys.float_info.max, 1e30, 2**62, 2**64 - 1, 10**400, Fraction(10**400)]
MANY = [2**31, 2**32, 2**53, 2**62, 2**63 - 1]
NO_TIME = [-1, -0.001, -math.inf, math.nan, -(10**400)]
TOO_MANY = [2**63, 2**64 - 1, 2**64, 10**400]
NO_COUNT = [-1, -(2**63), *TOO_MANY, -(10**5000)]


def limited(**given: Any) -> Limits:
    return Limits(**given)


def everything(client: Any, place: str) -> None:
    client.push(f"{place}:v1", [File(b"content", title="a")], artifact_type="app/example")
    client.push(place, artifact_type="sbom/example", subject=f"{place}:v1")
    assert len(client.discover(f"{place}:v1")) == 1
    assert client.pull(f"{place}:v1", "out")[0].files
    assert client.tags(place) == ["v1"]


@pytest.mark.parametrize("kind", [Client, Waiting])
@pytest.mark.parametrize("long", LONG, ids=lambda long: f"{float_of(long)}")
def test_a_very_long_timeout_is_accepted(fixture: Fixture, kind: Any, long: Any) -> None:
    with kind(limits=Limits(**dict.fromkeys(TIMES, long))) as client:
        everything(client, f"{fixture.host}/app")


def float_of(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


@pytest.mark.parametrize("many", MANY)
def test_a_very_large_maximum_is_accepted(fixture: Fixture, many: int) -> None:
    with Client(limits=Limits(**dict.fromkeys(COUNTS, many))) as client:
        everything(client, f"{fixture.host}/app")


@pytest.mark.parametrize("name", TIMES)
def test_an_invalid_timeout_is_rejected_with_its_name(name: str) -> None:
    for wrong in NO_TIME:
        with pytest.raises(InvalidArgumentError, match=f"^{name} must be 0 or more seconds, or math.inf"):
            limited(**{name: wrong})


@pytest.mark.parametrize("name", COUNTS)
def test_an_invalid_maximum_is_rejected_with_its_name(name: str) -> None:
    for wrong in NO_COUNT:
        with pytest.raises(InvalidArgumentError, match=f"^{name} must be an integer from 0 to"):
            limited(**{name: wrong})
    for kind in (math.inf, math.nan, 1.5, "1"):
        with pytest.raises(TypeError, match=f"{name} must be an int"):
            limited(**{name: kind})


def test_a_timeout_of_zero_ends_the_call() -> None:
    with Client(limits=Limits(response_timeout=0, max_attempts=1)) as client:
        # No server listens there.
        with pytest.raises(ocigraph.Error) as raised:
            client.tags("127.0.0.1:1/app")
        assert raised.value.code in ("TIMEOUT", "NETWORK")


def test_concurrency_and_depth_accept_every_size(client: Any, fixture: Fixture, work: Path) -> None:
    for place in (f"{fixture.host}/app", f"oci:{work}/layout"):
        for number in (0, 1, *MANY, *TOO_MANY):
            client.push(f"{place}:v1", [File(b"a", title="a")], concurrency=number)
            client.push(place, artifact_type="sbom/example", subject=f"{place}:v1", concurrency=number)
            client.pull(f"{place}:v1", "out", concurrency=number)
            assert client.verify(f"{place}:v1", concurrency=number).problems == ()
            client.copy(f"{place}:v1", f"oci:{work}/copied:v1", recursive=True, concurrency=number)
            assert len(client.discover(f"{place}:v1", concurrency=number, depth=min(number, 1))) == min(number, 1)
            client.delete(f"{place}:v1", dry_run=True, concurrency=number)
        image = f"{place}:v1"
        assert all(len(client.discover(image, depth=many)) == 1 for many in MANY)
        for wrong in NO_COUNT:
            with pytest.raises(InvalidArgumentError, match="must be an integer from 0 to"):
                client.discover(image, depth=wrong)
            if wrong in TOO_MANY:
                continue
            for call, arguments in (
                (client.push, (image,)),
                (client.pull, (image,)),
                (client.verify, (image,)),
                (client.copy, (image, place)),
                (client.discover, (image,)),
                (client.delete, (image,)),
            ):
                with pytest.raises(InvalidArgumentError, match="must be an integer from 0 to"):
                    call(*arguments, concurrency=wrong)


def test_unpack_limits_accept_every_size(client: Any, work: Path) -> None:
    (work / "folder").mkdir()
    (work / "folder" / "a").write_text("content")
    client.push("oci:store:v1", ["folder"])
    for many in MANY:
        limits = UnpackLimits(entries=many, bytes=many, ratio=many)
        assert client.pull("oci:store:v1", "out", unpack_limits=limits)[0].files
    for wrong in NO_COUNT:
        with pytest.raises(InvalidArgumentError, match="must be an integer from 0 to"):
            UnpackLimits(bytes=wrong)
    with pytest.raises(ocigraph.TooLargeError):
        client.pull("oci:store:v1", "none", unpack_limits=UnpackLimits(entries=0))


def test_a_source_date_epoch_out_of_range_is_rejected(client: Any) -> None:
    for wrong in (253402300800, *MANY[3:], *NO_COUNT):
        with pytest.raises(InvalidArgumentError):
            client.push("oci:store:v1", source_date_epoch=wrong)
    assert client.push("oci:store:v1", source_date_epoch=0).tags == ("v1",)


def test_a_read_accepts_every_size(client: Any, fixture: Fixture) -> None:
    pushed = client.push_blob(f"{fixture.host}/app", b"content")
    for size in (0, 1, *MANY, 2**64, 10**400):
        blob = client.fetch_blob(f"{fixture.host}/app@{pushed.descriptor.digest}")
        assert blob.read(size) == b"content"[: min(size, 7)]
        blob.close()
