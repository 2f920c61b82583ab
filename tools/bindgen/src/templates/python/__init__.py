# {{ notice }}
"""Push, pull, discover, copy, verify and delete graphs of supply-chain artifacts in OCI registries and image layouts.

Start with `Client`, or with `AsyncClient` in an event loop. Both have the same methods, one for each operation. A
reference is ``host[:port]/repository[:tag][@digest]``, or ``oci:PATH[:tag][@digest]`` for an image layout directory,
which needs no server. `Reference.parse` describes where PATH ends. ``oci:app.tar:v1`` reads an image layout in a tar
archive in place; operations that write fail for it with ``UNSUPPORTED``. Failed operations raise an `Error` that is
also the matching builtin exception, such as `FileNotFoundError`. Arguments of a wrong type raise `TypeError`.

Example:
    >>> with Client() as client:
    ...     pushed = client.push("oci:store/app:v2", File(b"hello", title="hello.txt"))
    ...     print(pushed.descriptor.media_type)
    application/vnd.oci.image.manifest.v1+json
"""

from __future__ import annotations

from types import FunctionType

from . import _native
{{ imports }}
__version__: str = _native.version()

__all__ = [
{{ names }}]


def _name_publicly(names: list[str]) -> None:
    """Sets the module that tracebacks, pickles and API documentation show for public names."""
    for name in names:
        if isinstance(value := globals()[name], type | FunctionType):
            value.__module__ = __name__


def _gather(client: type) -> None:
    """Copies inherited operations into the client class, where `help` and API documentation show them."""
    own = dict(vars(client))
    for base in client.__mro__[1:-1]:
        for name, member in vars(base).items():
            if isinstance(member, FunctionType) and name not in own:
                member.__qualname__ = f"{client.__name__}.{name}"
                setattr(client, name, member)


_name_publicly(__all__)
_gather(Client)
_gather(AsyncClient)
