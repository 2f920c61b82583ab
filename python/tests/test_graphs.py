"""All traversals of a graph give the same nodes, for shared nodes and for deep graphs."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from support import fixture_registry

import ocigraph
from ocigraph import Client, Graph

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SPDX = "https://spdx.dev/Document"
CHAIN = 20_000


def manifest(name: str, subject: dict[str, Any] | None = None, listed: tuple[dict[str, Any], ...] = ()) -> bytes:
    """Returns an index of other manifests, with an artifact type if it has a name."""
    named = {"artifactType": f"{name}/example"} if name else {}
    refers = {} if subject is None else {"subject": subject}
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, **named, "manifests": listed, **refers}).encode()


def described(content: bytes) -> dict[str, Any]:
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    return {"mediaType": INDEX, "digest": digest, "size": len(content)}


def reached_twice(client: Client, place: str) -> tuple[Graph, dict[str, str]]:
    """Creates a graph with two paths to `a`: from x, whose subjects are the root and a, and from y, a referrer of x."""
    names: dict[str, str] = {}

    def push(name: str, subject: dict[str, Any] | None = None) -> dict[str, Any]:
        content = manifest(name, subject)
        client.push_manifest(f"{place}:{name}", content)
        of = described(content)
        names[of["digest"]] = name
        return of

    root = push("root")
    a, x, z = push("a", root), push("x", root), push("z", root)
    b, y = push("b", a), push("y", x)
    for subject, *listed in ((root, a, x, z), (a, x, b), (x, y), (y, a)):
        entries = tuple({**one, "artifactType": f"{names[one['digest']]}/example"} for one in listed)
        client.push_manifest(f"{place}:{subject['digest'].replace(':', '-')}", manifest("", None, entries))
    return client.discover(f"{place}:root"), names


def nested(tree: dict[str, Any]) -> list[tuple[int, str]]:
    """Yields the depth and digest of all descendants, without recursion."""
    found = []
    left = [(1, node) for node in reversed(tree["referrers"])]
    while left:
        depth, node = left.pop()
        found.append((depth, node["digest"]))
        left += [(depth + 1, below) for below in reversed(node["referrers"])]
    return found


def test_every_traversal_visits_a_node_with_two_subjects() -> None:
    with fixture_registry("--referrers=none") as fixture, Client() as client:
        graph, names = reached_twice(client, f"{fixture.host}/twice")
    walked = [(node.depth, names[node.descriptor.digest], names[node.subject], node.first) for node in graph.walk()]
    assert walked == [
        (1, "a", "root", True),
        (2, "x", "a", True),
        (3, "y", "x", True),
        (4, "a", "y", False),
        (2, "b", "a", True),
        (1, "x", "root", False),
        (1, "z", "root", True),
    ]
    assert [names[node.digest] for node in graph] == ["a", "x", "y", "b", "z"]
    assert len(graph) == 5 and repr(graph).endswith("5 attached>")
    assert all(digest in graph for digest in names)
    edges = sorted((name, subject) for _, name, subject, _ in walked)
    found = sorted((names[r.digest], name) for digest, name in names.items() for r in graph.referrers(digest))
    assert found == edges
    steps = [(depth, name) for depth, name, _, _ in walked]
    for tree in (graph.to_dict(), json.loads(graph.json())):
        assert [(depth, names[digest]) for depth, digest in nested(tree)] == steps
    networkx = graph.to_networkx()
    assert sorted((names[a], names[b]) for a, b in networkx.edges) == edges and len(networkx) == 6
    for digest, name in names.items():
        times = 2 if name in ("a", "x") else 1
        assert name == "root" or graph.tree().count(digest) == times
        assert graph.dot().count(digest[:19]) == graph.mermaid().count(digest[:19]) == 1
    assert graph.dot().count(" -> ") == graph.mermaid().count(" --> ") == len(walked)
    assert graph.svg().count("<rect") == len(walked) + 1
    for same in (pickle.loads(pickle.dumps(graph)), copy.copy(graph), copy.deepcopy(graph)):
        assert same == graph and list(same.walk()) == list(graph.walk())
    part = graph.filter(artifact_type="b/example")
    assert [names[node.digest] for node in part] == ["a", "x", "y", "b"] and len(list(part.walk())) == 6


def chain(folder: Path, length: int) -> str:
    """Creates a layout with a chain of manifests, each a referrer of the previous one."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    entries: list[dict[str, Any]] = []
    for i in range(length + 1):
        content = manifest(f"link{i}", entries[-1] if entries else None)
        of = described(content)
        (blobs / of["digest"][7:]).write_bytes(content)
        entries.append(of)
    (folder / "index.json").write_bytes(manifest("", None, tuple(entries)))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return f"oci:{folder}@{entries[0]['digest']}"


def test_a_deep_graph_can_be_walked_copied_and_serialized(work: Path) -> None:
    with Client() as client:
        graph = client.discover(chain(work / "deep", CHAIN))
    assert len(graph) == CHAIN and repr(graph).endswith(f"{CHAIN} attached>")
    assert [node.depth for node in graph.walk()] == list(range(1, CHAIN + 1))
    assert len(nested(graph.to_dict())) == CHAIN
    assert graph.json().count('"referrers"') == CHAIN + 1
    assert graph.to_networkx().number_of_edges() == CHAIN
    for same in (pickle.loads(pickle.dumps(graph)), copy.copy(graph), copy.deepcopy(graph)):
        assert same == graph
    assert len(graph.filter(artifact_type=f"link{CHAIN}/example")) == CHAIN
    assert graph.svg().startswith("<svg")


def attached_in_every_way(client: Client, place: str) -> tuple[Graph, dict[str, str]]:
    """Creates an index of an image, with a tag of cosign and a sigstore bundle, and BuildKit's attestation."""
    names: dict[str, str] = {}

    def push(name: str, tag: str | None, **fields: Any) -> dict[str, Any]:
        media_type = INDEX if "manifests" in fields else MANIFEST
        content = json.dumps({"schemaVersion": 2, "mediaType": media_type, **fields}).encode()
        client.push_manifest(f"{place}:{tag}" if tag else place, content)
        of = {**described(content), "mediaType": media_type}
        names[name] = of["digest"]
        return of

    def blob(media_type: str, text: str, **annotations: str) -> dict[str, Any]:
        pushed = client.push_blob(place, text.encode()).descriptor
        return {"mediaType": media_type, "digest": pushed.digest, "size": pushed.size, "annotations": annotations}

    config = blob("application/vnd.oci.image.config.v1+json", "{}")
    signed = blob("application/vnd.dev.cosign.simplesigning.v1+json", "{ }")
    statement = blob("application/vnd.in-toto+json", "[]", **{"in-toto.io/predicate-type": SPDX})
    image = push("image", None, config=config, layers=[])
    attestation = push("attestation", None, config=config, layers=[statement])
    of_image = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image["digest"],
    }
    entries = [
        {**image, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "1"}},
        {**attestation, "platform": {"os": "unknown", "architecture": "unknown"}, "annotations": of_image},
    ]
    index = push("index", "v1", manifests=entries)
    push("signature", f"{index['digest'].replace(':', '-')}.sig", config=config, layers=[signed])
    named = {"dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": SPDX}
    push("bundle", None, artifactType=BUNDLE, config=config, layers=[], subject=index, annotations=named)
    return client.discover(f"{place}:v1"), names


def test_a_graph_says_how_everything_is_attached_and_what_it_is(work: Path) -> None:
    with Client() as client:
        graph, names = attached_in_every_way(client, f"oci:{work / 'attached'}")
        [bundle] = client.discover(graph.reference, only="referrer")
    nodes = {name: [n for n in graph.walk() if n.descriptor.digest == digest] for name, digest in names.items()}
    tag = names["index"].replace(":", "-") + ".sig"
    said = {
        name: [(n.kind, n.tag, n.label, n.kinds, n.predicate_types) for n in found] for name, found in nodes.items()
    }
    in_buildkit = ("SBoM (BuildKit) for linux/arm64/v8:1", ("attestation", "sbom"), (SPDX,))
    assert said == {
        "index": [],
        "image": [("child", None, None, (), ())],
        "attestation": [("attestation", None, *in_buildkit)],
        "signature": [("tag", tag, "signature (cosign tag)", ("signature",), ())],
        "bundle": [("referrer", None, f"attestation: {SPDX}", ("attestation", "sbom"), (SPDX,))],
    }
    assert graph.referrers() == (bundle,) and bundle.digest == names["bundle"]
    assert len(graph) == 4 and all(digest in graph for digest in names.values())
    assert json.loads(json.dumps([node.to_dict() for node in graph.walk()]))[0]["kind"] == "referrer"

    for same in (pickle.loads(pickle.dumps(graph)), copy.deepcopy(graph)):
        assert same == graph and list(same.walk()) == list(graph.walk()) and same.tree() == graph.tree()
        assert same.json() == graph.json()
    assert graph.filter(artifact_type=BUNDLE) != graph

    about_spdx = graph.filter(predicate_type=SPDX)
    assert names["bundle"] in about_spdx and names["attestation"] in about_spdx
    assert names["signature"] not in about_spdx
    assert len(graph.filter(predicate_type="https://slsa.dev/provenance/v1")) == 0
    flat = [json.loads(graph.json(predicate_type=of))["references"] for of in (SPDX, "other")]
    assert [[entry["digest"] for entry in entries] for entries in flat] == [[names["bundle"]], []]


def test_plain_values_and_drawings_of_a_graph_have_its_kinds_of_edges(work: Path) -> None:
    with Client() as client:
        graph, names = attached_in_every_way(client, f"oci:{work / 'attached'}")
    tag = names["index"].replace(":", "-") + ".sig"
    plain, read = graph.to_dict(), json.loads(graph.json())
    for tree in (plain, read):
        [bundle] = tree["referrers"]
        assert bundle["digest"] == names["bundle"] and bundle["label"] == f"attestation: {SPDX}"
        assert bundle["kinds"] == ["attestation", "sbom"] and bundle["predicate_types"] == [SPDX]
        assert not {"edge", "tag", "attached"} & set(bundle)
        edges = {node["digest"]: (node["edge"], node.get("tag"), node.get("label")) for node in tree["attached"]}
        assert edges[names["signature"]] == ("tag", tag, "signature (cosign tag)")
        assert edges[names["image"]] == ("child", None, None)
    networkx = graph.to_networkx()
    edge = networkx.edges[names["signature"], names["index"]]
    assert edge == {"kind": "tag", "tag": tag}
    assert networkx.edges[names["bundle"], names["index"]]["kind"] == "referrer"
    assert networkx.nodes[names["signature"]]["label"] == "signature (cosign tag)"
    for label in (f"attestation: {SPDX}", "signature (cosign tag)", "linux/arm64/v8", "SBoM (BuildKit)"):
        assert label[:37] in graph.svg() and label in graph.tree()


def test_the_problems_of_an_incomplete_graph_are_returned_and_pickled(client: Any) -> None:
    client.push("oci:layout:v1")
    lost = client.push("oci:layout", artifact_type="sbom/example", subject="oci:layout:v1")
    assert client.discover("oci:layout:v1", allow_incomplete=True).problems == ()
    file = Path("layout/blobs", *lost.descriptor.digest.split(":"))
    file.unlink()
    file.write_text("{")
    with pytest.raises(ocigraph.IncompleteError):
        client.discover("oci:layout:v1")
    graph = client.discover("oci:layout:v1", allow_incomplete=True)
    assert list(graph) == []
    [problem] = graph.problems
    assert problem.list and lost.descriptor.digest[7:] in problem.detail
    assert str(problem) == f"{problem.list}: {problem.detail}"
    restored = pickle.loads(pickle.dumps(graph))
    assert restored == graph and restored.problems == graph.problems
    assert graph.filter().problems == graph.problems
