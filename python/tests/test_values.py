"""References, digests, errors and drawings match the shared vectors; values support comparison and pickling."""

from __future__ import annotations

import array
import asyncio
import copy
import itertools
import json
import pickle
import xml.etree.ElementTree as ElementTree
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import networkx
import pytest
from support import ROOT

import ocigraph
from ocigraph import (
    Annotations,
    Descriptor,
    Error,
    File,
    Graph,
    InvalidReferenceError,
    Platform,
    Reference,
    async_digest,
    async_digest_file,
    async_digest_files,
    digest,
    digest_file,
    digest_files,
)
from ocigraph import _native as native

VECTORS = ROOT / "tests" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def test_references_are_parsed_as_the_shared_vectors_require() -> None:
    cases = vectors("references")
    for case in cases["valid"]:
        reference = Reference.parse(case["text"])
        for name in ("host", "repository", "path", "digest"):
            value = getattr(reference, name)
            assert (value if value is None else str(value)) == case.get(name), case["text"]
        assert list(reference.tags) == case.get("tags", []), case["text"]
    for case in cases["invalid"]:
        with pytest.raises(InvalidReferenceError) as raised:
            Reference.parse(case["text"])
        assert raised.value.code == case["code"] and case["says"] in str(raised.value), case["text"]


def test_digests_match_the_shared_vectors(work: Path) -> None:
    cases = vectors("digests")["digests"]
    paths = []
    for case in cases:
        content = bytes(i % 251 for i in range(case["size"]))
        for kind in (bytes, bytearray, memoryview):
            assert digest(kind(content)) == case["sha256"]
            assert digest(kind(content), algorithm="sha512") == case["sha512"]
        paths.append(work / str(case["size"]))
        paths[-1].write_bytes(content)
        assert digest_file(paths[-1], algorithm="sha512").digest == case["sha512"]
    digested = digest_files(paths)
    assert [(d.path, d.digest, d.size) for d in digested] == [
        (path, case["sha256"], case["size"]) for path, case in zip(paths, cases, strict=True)
    ]


def test_data_that_is_not_bytes_like_is_rejected(work: Path) -> None:
    (work / "program").write_text("x")
    for one in ("program", Path("program"), b"program"):
        with pytest.raises(TypeError, match="digest_file"):
            digest_files(one)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="digest_file"):
            asyncio.run(async_digest_files(one))  # type: ignore[arg-type]
    for other in ("program", 5, None, Path("program")):
        with pytest.raises(TypeError, match="bytes"):
            digest(other)  # type: ignore[arg-type]


def test_async_digests_and_digests_of_buffers_are_equal(work: Path) -> None:
    numbers = array.array("I", range(1_000_000))
    (work / "numbers").write_bytes(numbers)

    async def main() -> list[str]:
        several = await async_digest_files(["numbers", Path("numbers")], algorithm="sha512")
        return [await async_digest(numbers), (await async_digest_file("numbers")).digest, several[1].digest]

    assert asyncio.run(main()) == [
        digest(numbers),
        digest_file("numbers").digest,
        digest(memoryview(numbers), algorithm="sha512"),
    ]


def test_the_digest_of_large_data_equals_that_of_hashlib() -> None:
    import hashlib

    content = bytes(range(256)) * 20_000
    assert digest(memoryview(content)) == "sha256:" + hashlib.sha256(content).hexdigest()


def test_every_error_code_has_a_class_of_the_same_name() -> None:
    numbers = {entry["name"]: entry["number"] for entry in vectors("errors")}
    assert native.codes() == numbers
    classes = {kind.default_code: kind for kind in vars(ocigraph).values() if is_error(kind)}
    assert set(classes) == set(numbers)
    for code, kind in classes.items():
        assert kind.__name__ == "".join(word.title() for word in code.split("_")) + "Error"


def is_error(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Error) and kind is not Error


@pytest.mark.parametrize(
    ("code", "builtin"),
    [
        ("INVALID_ARGUMENT", ValueError),
        ("INVALID_REFERENCE", ValueError),
        ("NOT_FOUND", FileNotFoundError),
        ("ALREADY_EXISTS", FileExistsError),
        ("UNAUTHORIZED", PermissionError),
        ("FORBIDDEN", PermissionError),
        ("UNSUPPORTED", NotImplementedError),
        ("TIMEOUT", TimeoutError),
        ("NETWORK", ConnectionError),
        ("TLS", ConnectionError),
        ("IO", OSError),
        ("INTERNAL", RuntimeError),
    ],
)
def test_errors_derive_from_the_matching_builtin_exception(code: str, builtin: type[Exception]) -> None:
    classes = {kind.default_code: kind for kind in vars(ocigraph).values() if is_error(kind)}
    assert issubclass(classes[code], builtin)


def test_a_pickled_error_keeps_its_fields() -> None:
    error = ocigraph.RateLimitedError(
        "pull: too many requests",
        status=429,
        retry_after=1.5,
        registry_errors=(ocigraph.RegistryMessage("TOOMANYREQUESTS", "slow down"),),
        retryable=True,
        request_id="r1",
    )
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is ocigraph.RateLimitedError
        assert again.to_dict() == error.to_dict() and str(again) == str(error)
        assert again.registry_errors[0].code == "TOOMANYREQUESTS"


def drawing(case: dict[str, Any]) -> Graph:
    """Creates the graph of a test vector."""
    by_digest = {d["digest"]: d for d in case["descriptors"]}
    lists = [[subject, [by_digest[d] for d in digests]] for subject, digests in case["referrers"].items()]
    return Graph(native.Graph.load(json.dumps([case["descriptors"][0], lists]).encode()), case["root"])


@pytest.mark.parametrize("case", vectors("drawings")["drawings"], ids=lambda case: str(case["name"]))
def test_drawings_match_the_shared_vectors(case: dict[str, Any]) -> None:
    graph = drawing(case)
    for form in ("tree", "dot", "mermaid"):
        assert getattr(graph, form)().splitlines() == case[form], form
    assert str(graph) + "\n" == graph.tree()
    picture = ElementTree.fromstring(graph.svg())
    boxes = picture.findall("{http://www.w3.org/2000/svg}g")
    assert len(boxes) == 1 + len(list(graph.walk()))
    assert pickle.loads(pickle.dumps(graph)) == graph
    drawn = graph.to_networkx()
    assert networkx.number_of_nodes(drawn) == 1 + len(graph)
    assert set(drawn.edges) == {(node.descriptor.digest, node.subject) for node in graph.walk()}


def test_the_picture_of_a_large_graph_is_truncated() -> None:
    subject = {"mediaType": "a/b", "digest": digest(b"subject"), "size": 1}
    many = [{"mediaType": "a/b", "digest": digest(str(i).encode()), "size": 1} for i in range(1000)]
    graph = Graph(native.Graph.load(json.dumps([subject, [[subject["digest"], many]]]).encode()), "x")
    assert len(graph) == 1000
    assert len(graph.svg()) < 200_000 and "and 800 more" in graph.svg()


def test_a_deep_graph_does_not_overflow_the_stack() -> None:
    chain = [{"mediaType": "a/b", "digest": digest(str(i).encode()), "size": 1} for i in range(5000)]
    lists = [[a["digest"], [b]] for a, b in itertools.pairwise(chain)]
    graph = Graph(native.Graph.load(json.dumps([chain[0], lists]).encode()), "x")
    assert len(graph) == 4999 == max(node.depth for node in graph.walk())
    assert pickle.loads(pickle.dumps(graph)) == graph
    value = graph.to_dict()
    for _ in range(4999):
        value = value["referrers"][0]
    assert value["digest"] == chain[-1]["digest"]


def test_a_graph_can_be_queried(client: Any) -> None:
    client.push("oci:app:v1", artifact_type="image/example")
    sbom = client.push("oci:app", artifact_type="sbom/example", subject="oci:app:v1", annotations={"stage": "test"})
    signature = client.push("oci:app", artifact_type="signature/example", subject=sbom.reference)
    graph = client.discover("oci:app:v1")
    assert [r.artifact_type for r in graph] == ["sbom/example", "signature/example"]
    assert [(n.depth, n.first) for n in graph.walk()] == [(1, True), (2, True)]
    assert [r.digest for r in graph.referrers(sbom.descriptor)] == [signature.descriptor.digest]
    assert graph.referrers(signature.descriptor.digest) == ()
    assert signature.descriptor in graph and sbom.descriptor.digest in graph and digest(b"") not in graph
    assert len(graph.filter(artifact_type="sbom/example")) == 2
    assert len(graph.filter(annotations={"stage": "test"})) == 2
    assert len(graph.filter(annotations={"stage": "live"})) == 0
    assert json.loads(graph.json())["references"][0]["digest"] == sbom.descriptor.digest
    assert json.loads(graph.json(artifact_type="none/example"))["references"] == []
    assert graph == client.discover("oci:app:v1") != client.discover(sbom.reference)
    assert bool(graph) and not client.discover(signature.reference)


def test_results_are_immutable_values(client: Any) -> None:
    pushed = client.push("oci:app:v1", File(b"hello", title="hello.txt"), annotations={"a": "b"})
    results = [
        pushed,
        client.pull("oci:app:v1", "out")[0],
        client.discover("oci:app:v1"),
        client.delete("oci:app:v1", dry_run=True),
        client.copy("oci:app:v1", "oci:other:v1"),
        client.verify("oci:app:v1"),
        client.manifests("oci:app")[0],
        client.fetch_manifest("oci:app:v1"),
        Platform("arm64", "linux", variant="v8"),
        Reference.parse("oci:app:v1"),
    ]
    for result in results:
        again = pickle.loads(pickle.dumps(result))
        assert again == result and repr(again) == repr(result)
        assert json.loads(json.dumps(result.to_dict())) == result.to_dict()
        if not isinstance(result, Graph):
            assert hash(again) == hash(result)
            with pytest.raises((FrozenInstanceError, AttributeError)):
                setattr(result, next(iter(result.__slots__)), 1)
    assert client.fetch_manifest("oci:app:v1").annotations == {"a": "b"}


def test_annotations_are_an_immutable_mapping() -> None:
    annotations = Annotations({"a": "b"})
    assert annotations == {"a": "b"} and dict(annotations) == {"a": "b"} and len(annotations) == 1
    with pytest.raises(TypeError):
        annotations["a"] = "c"  # type: ignore[index]


def test_a_platform_converts_to_and_from_its_oci_form() -> None:
    written = {"architecture": "amd64", "os": "windows", "os.version": "10.0", "os.features": ["win32k"]}
    descriptor = Descriptor._of({"media_type": "a/b", "digest": digest(b""), "size": 0, "platform": written})
    assert descriptor.platform == Platform("amd64", "windows", "10.0", ("win32k",))
    assert descriptor.to_dict()["platform"] == written
