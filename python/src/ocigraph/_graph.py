"""The graph of what is attached to a subject. The native module stores and draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _native
from ._checks import check_text, check_texts, optional
from ._descriptor import Descriptor, Result
from ._enumerations import EdgeKind
from ._values import Reference, digest_text

if TYPE_CHECKING:
    import networkx

_BLOCK = 256
"""Steps of a walk to fetch from the native module in one call."""


@dataclass(frozen=True, slots=True)
class ListProblem(Result):
    """A part of a list of referrers that could not be read: an entry, a page or the whole list.

    Example:
        >>> client.discover("oci:store/app:v1", allow_incomplete=True).problems
        ()
    """

    list: str
    """The list, such as ``the referrers of sha256:…``."""
    subject: str | None
    """The digest of the subject, if the list is a list of referrers. The graph may lack a part below it."""
    name: str | None
    """The text of an entry that is not a valid name, escaped for display."""
    detail: str
    """What could not be read, and why."""

    def __str__(self) -> str:
        return f"{self.list}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Node(Result):
    """A step of the depth-first walk over a graph.

    Example:
        >>> [node.depth for node in client.discover("oci:store/app:v1").walk()]
        [1]
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    subject: str
    """The digest of the manifest that it is attached to."""
    depth: int
    """The distance from the root: 1 for what is attached to the subject of the graph."""
    first: bool
    """False for a manifest that the walk has visited before."""
    kind: EdgeKind = "referrer"
    """How the manifest is attached: ``referrer``, ``child``, ``tag`` or ``attestation``."""
    tag: str | None = None
    """The tag of an edge of the kind ``tag``, such as ``sha256-….sig``."""
    label: str | None = None
    """A phrase for people, such as ``signature (cosign bundle)``. None if the manifest follows no known convention."""
    kinds: tuple[str, ...] = ()
    """Everything that the manifest is: ``signature``, ``attestation``, ``provenance``, ``sbom``, ``scan-result``,
    ``vex`` or ``chart``. A provenance is also an attestation. Empty if the manifest follows no known convention."""
    predicate_types: tuple[str, ...] = ()
    """The predicate types of its in-toto statements, in alphabetical order."""


class Graph:
    """A subject and everything that is attached to it, directly or through others: its referrers, the manifests of the
    tags that cosign derives from a digest, the attestations of BuildKit, and the children of an index.

    ``print`` shows the tree, and a notebook shows a picture. Iteration returns every manifest once.

    Example:
        >>> graph = client.discover("oci:store/app:v1")
        >>> print(graph)
        oci:store/app:v1
        └── sbom/example
            └── sha256:d3fb64d146...
        >>> [referrer.artifact_type for referrer in graph]
        ['sbom/example']
    """

    __slots__ = ("_location", "_native", "reference")

    reference: str
    """The reference of the subject, as it was passed to `discover`."""

    def __init__(self, native: _native.Graph, reference: str, location: str | None = None) -> None:
        self._native = native
        self._location = location
        self.reference = reference

    @property
    def subject(self) -> Descriptor:
        """The descriptor of the root."""
        return Descriptor._of(self._native.subject())

    @property
    def problems(self) -> tuple[ListProblem, ...]:
        """What could not be read of the lists of referrers. Empty unless `discover` was called with
        ``allow_incomplete``.
        """
        return tuple(ListProblem(*problem) for problem in self._native.problems())

    def referrers(self, of: str | Descriptor | None = None) -> tuple[Descriptor, ...]:
        """Returns the direct referrers of a node, in the order of the registry. Only `walk` returns what is attached
        otherwise.

        Args:
            of: the node, as a digest or descriptor. Default: the subject.

        Example:
            >>> graph = client.discover("oci:store/app:v1")
            >>> [sbom] = graph.referrers()
            >>> graph.referrers(sbom)
            ()
        """
        digest = self.subject.digest if of is None else digest_text(of)
        return tuple(Descriptor._of(referrer) for referrer in self._native.referrers(digest))

    def walk(self) -> Iterator[Node]:
        """Walks everything that is attached to the subject, depth first. A manifest is returned once for each manifest
        that it is attached to. Each step has the kind of its edge, and says what the manifest is.

        Example:
            >>> [node.first for node in client.discover("oci:store/app:v1").walk()]
            [True]
            >>> [(node.kind, node.label) for node in client.discover("oci:store/app:v1").walk()]
            [('referrer', None)]
        """
        steps = self._native.walk()
        while block := steps.next(_BLOCK):
            for descriptor, subject, depth, first, kind, tag, label, kinds, predicate_types in block:
                named = (kind, tag, label, tuple(kinds), tuple(predicate_types))
                yield Node(Descriptor._of(descriptor), subject, depth, first, *named)

    def __iter__(self) -> Iterator[Descriptor]:
        return (node.descriptor for node in self.walk() if node.first)

    def __len__(self) -> int:
        return len(self._native)

    def __contains__(self, node: str | Descriptor) -> bool:
        return digest_text(node) in self._native

    def filter(
        self,
        *,
        artifact_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        predicate_type: str | None = None,
    ) -> Graph:
        """Returns the subgraph of matching manifests, the paths that lead to them, and what is attached to them.

        Args:
            artifact_type: the artifact type to match.
            annotations: the annotations to match.
            predicate_type: the predicate type that a statement of an attestation must have, such as
                ``https://spdx.dev/Document``.

        Example:
            >>> len(client.discover("oci:store/app:v1").filter(artifact_type="signature/example"))
            0
        """
        native = self._native.filtered(
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            annotations=check_texts("annotations", annotations),
            predicate_type=optional(check_text, "predicate_type", predicate_type),
        )
        return Graph(native, self.reference, self._location)

    def tree(self, root: str | None = None) -> str:
        """Returns the tree that ``oras discover`` prints, with the labels of the manifests. What is not a referrer has
        a branch with the name of its tag or platform.

        Args:
            root: the first line. Default: ``reference``.

        Example:
            >>> print(client.discover("oci:store/app:v1").tree("app"), end="")
            app
            └── sbom/example
                └── sha256:d3fb64d146...
        """
        return self._native.tree(self.reference if root is None else root)

    def dot(self, root: str | None = None) -> str:
        """Returns the graph in Graphviz DOT. Arrows point from a manifest to what it is attached to.

        Args:
            root: the label of the subject. Default: ``reference``.

        Example:
            >>> client.discover("oci:store/app:v1").dot().splitlines()[0]
            'digraph referrers {'
        """
        return self._native.dot(self.reference if root is None else root)

    def mermaid(self, root: str | None = None) -> str:
        """Returns the graph as a Mermaid diagram.

        Args:
            root: the label of the subject. Default: ``reference``.

        Example:
            >>> client.discover("oci:store/app:v1").mermaid().splitlines()[0]
            'graph BT'
        """
        return self._native.mermaid(self.reference if root is None else root)

    def svg(self) -> str:
        """Returns the graph as an SVG document. It shows at most 200 manifests, each with its label or, without one,
        its tag, platform or artifact type.

        Example:
            >>> client.discover("oci:store/app:v1").svg()[:4]
            '<svg'
        """
        # Only notebooks need it.
        from ._svg import picture

        return picture(self.reference, self.subject, self.walk())

    def json(
        self,
        *,
        artifact_type: str | None = None,
        annotations: Mapping[str, str] | None = None,
        predicate_type: str | None = None,
    ) -> str:
        """Returns the JSON that the command line prints, with keys in snake case. ``references`` is the flat list of
        direct referrers that match, and ``referrers`` is the whole tree. A node that has other edges lists them in
        ``attached``.

        Args:
            artifact_type: the artifact type to match.
            annotations: the annotations to match.
            predicate_type: the predicate type to match.

        Example:
            >>> import json
            >>> json.loads(client.discover("oci:store/app:v1").json())["references"][0]["artifact_type"]
            'sbom/example'
        """
        location = self._location or Reference.parse(self.reference).location
        return self._native.json(
            self.reference,
            location,
            artifact_type=optional(check_text, "artifact_type", artifact_type),
            annotations=check_texts("annotations", annotations),
            predicate_type=optional(check_text, "predicate_type", predicate_type),
        )

    def to_dict(self) -> dict[str, Any]:
        """Converts the graph to plain values: ``reference``, ``subject`` and nested ``referrers``. What is attached
        otherwise is in ``attached``, each with the kind of its edge in ``edge`` and its ``tag``. A node has its
        ``label``, ``kinds`` and ``predicate_types``. Omits what is empty, except ``referrers``.

        A node with several subjects appears several times, and what is attached to it only the first time.

        Example:
            >>> client.discover("oci:store/app:v1").to_dict()["referrers"][0]["referrers"]
            []
        """
        root: dict[str, Any] = {"reference": self.reference, "subject": self.subject.to_dict(), "referrers": []}
        levels = [root]
        for node in self.walk():
            referrer = node.kind == "referrer"
            described = {
                "edge": None if referrer else node.kind,
                "tag": node.tag,
                "label": node.label,
                "kinds": list(node.kinds),
                "predicate_types": list(node.predicate_types),
            }
            known = {name: value for name, value in described.items() if value}
            entry = {**node.descriptor.to_dict(), **known, "referrers": []}
            del levels[node.depth :]
            levels[-1].setdefault("referrers" if referrer else "attached", []).append(entry)
            levels.append(entry)
        return root

    def to_networkx(self) -> networkx.DiGraph[str]:
        """Converts the graph to a `networkx` graph: a node for each digest, with its ``descriptor``, ``label``,
        ``kinds`` and ``predicate_types``, and an edge from each manifest to what it is attached to, with its ``kind``
        and ``tag``. The subject has a ``descriptor`` alone.

        Example:
            >>> client.discover("oci:store/app:v1").to_networkx().number_of_edges()
            1
        """
        import networkx

        graph: networkx.DiGraph[str] = networkx.DiGraph()
        graph.add_node(self.subject.digest, descriptor=self.subject)
        for node in self.walk():
            digest = node.descriptor.digest
            graph.add_node(
                digest,
                descriptor=node.descriptor,
                label=node.label,
                kinds=node.kinds,
                predicate_types=node.predicate_types,
            )
            graph.add_edge(digest, node.subject, kind=node.kind, tag=node.tag)
        return graph

    def __str__(self) -> str:
        return self.tree().rstrip("\n")

    def __repr__(self) -> str:
        return f"<Graph of {self.reference}: {len(self)} attached>"

    def _repr_svg_(self) -> str:
        return self.svg()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self._native == other._native

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Callable[..., Graph], tuple[Any, ...]]:
        return (_loaded, (self._native.dump(), self.reference, self._location, self._native.problems()))


def _loaded(written: bytes, reference: str, location: str | None, problems: Sequence[Any] = ()) -> Graph:
    return Graph(_native.Graph.load(written, list(problems)), reference, location)
