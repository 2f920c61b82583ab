"""The graph of referrers as a value: walked, asked, filtered, drawn. The native module keeps and draws it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _native
from ._checks import optional, text, texts
from ._descriptor import Descriptor, Result
from ._svg import picture
from ._values import Reference, digest_text

if TYPE_CHECKING:
    import networkx

_BLOCK = 256
"""Steps of a walk that are fetched at once."""


@dataclass(frozen=True, slots=True)
class Node(Result):
    """One step of `Graph.walk`.

    Example:
        >>> [node.depth for node in client.discover("oci:store/app:v1").walk()]
        [1]
    """

    descriptor: Descriptor
    """The referrer."""
    subject: str
    """The digest of what it refers to."""
    depth: int
    """1 for a direct referrer of the root."""
    first: bool
    """Whether it comes by for the first time: what is reached by two ways is one node."""


class Graph:
    """A subject and everything that refers to it, directly and through others.

    Printing it prints the tree; a notebook shows a picture. Iterating gives every referrer once.

    Example:
        >>> graph = client.discover("oci:store/app:v1")
        >>> print(graph)
        oci:store/app:v1
        └── sbom/example
            └── sha256:d3fb64d146...
        >>> [referrer.artifact_type for referrer in graph]
        ['sbom/example']
    """

    __slots__ = ("_native", "_place", "reference")

    reference: str
    """The subject as it was named."""

    def __init__(self, native: _native.Graph, reference: str, place: str | None = None) -> None:
        self._native = native
        self._place = place
        self.reference = reference

    @property
    def subject(self) -> Descriptor:
        """The root."""
        return Descriptor._of(self._native.subject())

    def referrers(self, of: str | Descriptor | None = None) -> tuple[Descriptor, ...]:
        """The direct referrers of a node, the subject when none is named, in the store's order.

        Example:
            >>> graph = client.discover("oci:store/app:v1")
            >>> [sbom] = graph.referrers()
            >>> graph.referrers(sbom)
            ()
        """
        digest = self.subject.digest if of is None else digest_text(of)
        return tuple(Descriptor._of(referrer) for referrer in self._native.referrers(digest))

    def walk(self) -> Iterator[Node]:
        """Every referrer beneath the subject, depth first, as often as it refers to something.

        Example:
            >>> [node.first for node in client.discover("oci:store/app:v1").walk()]
            [True]
        """
        steps = self._native.walk()
        while block := steps.next(_BLOCK):
            for descriptor, subject, depth, first in block:
                yield Node(Descriptor._of(descriptor), subject, depth, first)

    def __iter__(self) -> Iterator[Descriptor]:
        return (node.descriptor for node in self.walk() if node.first)

    def __len__(self) -> int:
        return len(self._native)

    def __contains__(self, node: str | Descriptor) -> bool:
        return digest_text(node) in self._native

    def filter(self, *, artifact_type: str | None = None, annotations: Mapping[str, str] | None = None) -> Graph:
        """The part that leads to referrers of this type and with these annotations, and all beneath them.

        Example:
            >>> len(client.discover("oci:store/app:v1").filter(artifact_type="signature/example"))
            0
        """
        native = self._native.filtered(
            artifact_type=optional(text, "artifact_type", artifact_type), annotations=texts("annotations", annotations)
        )
        return Graph(native, self.reference, self._place)

    def tree(self, root: str | None = None) -> str:
        """The tree that ORAS prints, under ``root`` or the subject as it was named.

        Example:
            >>> print(client.discover("oci:store/app:v1").tree("app"), end="")
            app
            └── sbom/example
                └── sha256:d3fb64d146...
        """
        return self._native.tree(self.reference if root is None else root)

    def dot(self, root: str | None = None) -> str:
        """The graph in the language of Graphviz; arrows point from a referrer to its subject.

        Example:
            >>> client.discover("oci:store/app:v1").dot().splitlines()[0]
            'digraph referrers {'
        """
        return self._native.dot(self.reference if root is None else root)

    def mermaid(self, root: str | None = None) -> str:
        """The graph in the language of Mermaid, as Markdown pages draw it.

        Example:
            >>> client.discover("oci:store/app:v1").mermaid().splitlines()[0]
            'graph BT'
        """
        return self._native.mermaid(self.reference if root is None else root)

    def svg(self) -> str:
        """The graph as a picture: the text of an SVG file.

        Example:
            >>> client.discover("oci:store/app:v1").svg()[:4]
            '<svg'
        """
        subject = self.subject
        return picture(self.reference, subject, self.walk())

    def json(self, *, artifact_type: str | None = None, annotations: Mapping[str, str] | None = None) -> str:
        """The graph as the command line prints it, in snake case: the subject, ``references`` with the direct
        referrers that fit, flat, and ``referrers`` with the whole tree.

        Example:
            >>> import json
            >>> json.loads(client.discover("oci:store/app:v1").json())["references"][0]["artifact_type"]
            'sbom/example'
        """
        place = self._place or Reference.parse(self.reference).place
        return self._native.json(
            self.reference,
            place,
            artifact_type=optional(text, "artifact_type", artifact_type),
            annotations=texts("annotations", annotations),
        )

    def to_dict(self) -> dict[str, Any]:
        """The graph as plain values: ``reference``, ``subject``, and ``referrers`` that have ``referrers`` in turn.

        A node that is reached again is given again, without what lies beneath it.

        Example:
            >>> client.discover("oci:store/app:v1").to_dict()["referrers"][0]["referrers"]
            []
        """
        root: list[dict[str, Any]] = []
        beneath = [root]
        for node in self.walk():
            entry = {**node.descriptor.to_dict(), "referrers": []}
            del beneath[node.depth :]
            beneath[-1].append(entry)
            beneath.append(entry["referrers"])
        return {"reference": self.reference, "subject": self.subject.to_dict(), "referrers": root}

    def to_networkx(self) -> networkx.DiGraph[str]:
        """The graph for `networkx`: a node for each digest, with its ``descriptor``, and an edge from each referrer to
        its subject.

        Example:
            >>> client.discover("oci:store/app:v1").to_networkx().number_of_edges()
            1
        """
        import networkx

        graph: networkx.DiGraph[str] = networkx.DiGraph()
        graph.add_node(self.subject.digest, descriptor=self.subject)
        for node in self.walk():
            graph.add_node(node.descriptor.digest, descriptor=node.descriptor)
            graph.add_edge(node.descriptor.digest, node.subject)
        return graph

    def __str__(self) -> str:
        return self.tree().rstrip("\n")

    def __repr__(self) -> str:
        return f"<Graph of {self.reference}: {len(self)} referrers>"

    def _repr_svg_(self) -> str:
        return self.svg()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self._native == other._native

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Callable[..., Graph], tuple[bytes, str, str | None]]:
        return (_loaded, (self._native.dump(), self.reference, self._place))


def _loaded(written: bytes, reference: str, place: str | None) -> Graph:
    return Graph(_native.Graph.load(written), reference, place)
