# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
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
from ._async.client import AsyncClient
from ._blob import AsyncBlob, Blob
from ._configuration import Limits, UnpackLimits
from ._coverage import Coverage
from ._credential import AsyncCredentialFunction, AsyncCredentials, Credential, CredentialFunction, Credentials
from ._descriptor import Annotations, Descriptor, Manifest, Platform, Result
from ._digest import (
    Algorithm,
    FileDigest,
    async_digest,
    async_digest_file,
    async_digest_files,
    digest,
    digest_file,
    digest_files,
)
from ._enumerations import (
    AttachmentForm,
    EdgeKind,
    Format,
    KeepCause,
    MigrationKind,
    Outcome,
    Presence,
    ProblemKind,
    PruneCause,
    PrunedKind,
    ReferrersMode,
    SweepStatus,
    SyncOutcome,
)
from ._error import (
    AlreadyExistsError,
    CancelledError,
    ConflictError,
    CredentialsError,
    DigestMismatchError,
    Error,
    ErrorCode,
    ForbiddenError,
    IncompleteError,
    InternalError,
    InvalidArgumentError,
    InvalidManifestError,
    InvalidReferenceError,
    IoError,
    NetworkError,
    NotFoundError,
    RateLimitedError,
    RegistryError,
    RegistryMessage,
    SizeMismatchError,
    TimeoutError,
    TlsError,
    TooLargeError,
    UnauthorizedError,
    UnsafePathError,
    UnsupportedError,
)
from ._graph import Graph, ListProblem, Node
from ._progress import Event, Progress, tqdm_progress
from ._results import (
    ArchivedTag,
    Attributes,
    BackupReport,
    CheckedRequirement,
    CheckReport,
    CopiedBlobs,
    CopyReport,
    DeleteFailure,
    DeleteReport,
    DiscoveredRow,
    DiscoverSummary,
    IndexResult,
    KeptAttachment,
    KeptManifest,
    KeptTag,
    LoginResult,
    LogoutResult,
    ManifestInfo,
    MigrateReport,
    Migration,
    Problem,
    PrunedManifest,
    PrunedRepository,
    PruneFailure,
    PruneReport,
    PulledFile,
    PullResult,
    PushedBlob,
    PushResult,
    RefusedManifest,
    RemovedAttachment,
    RestoreReport,
    RetainedManifest,
    SweepCoverage,
    SweepRow,
    SweepSummary,
    SyncRow,
    SyncSummary,
    TagInfo,
    VerifyReport,
)
from ._rows import AsyncRows, Rows
from ._served import ServedRegistry, serve
from ._shards import Executor, Task, dask_executor, ray_executor, sweep_shards
from ._sync.client import Client
from ._values import AnyReference, AsyncContent, AsyncReadable, BytesLike, Content, File, Readable, Reference, StrPath

__version__: str = _native.version()

__all__ = [
    "Algorithm",
    "AlreadyExistsError",
    "Annotations",
    "AnyReference",
    "ArchivedTag",
    "AsyncBlob",
    "AsyncClient",
    "AsyncContent",
    "AsyncCredentialFunction",
    "AsyncCredentials",
    "AsyncReadable",
    "AsyncRows",
    "AttachmentForm",
    "Attributes",
    "BackupReport",
    "Blob",
    "BytesLike",
    "CancelledError",
    "CheckedRequirement",
    "CheckReport",
    "Client",
    "ConflictError",
    "Content",
    "CopiedBlobs",
    "CopyReport",
    "Coverage",
    "Credential",
    "CredentialFunction",
    "Credentials",
    "CredentialsError",
    "DeleteFailure",
    "DeleteReport",
    "Descriptor",
    "DigestMismatchError",
    "DiscoveredRow",
    "DiscoverSummary",
    "EdgeKind",
    "Error",
    "ErrorCode",
    "Event",
    "Executor",
    "File",
    "FileDigest",
    "ForbiddenError",
    "Format",
    "Graph",
    "IncompleteError",
    "IndexResult",
    "InternalError",
    "InvalidArgumentError",
    "InvalidManifestError",
    "InvalidReferenceError",
    "IoError",
    "KeepCause",
    "KeptAttachment",
    "KeptManifest",
    "KeptTag",
    "Limits",
    "ListProblem",
    "LoginResult",
    "LogoutResult",
    "Manifest",
    "ManifestInfo",
    "MigrateReport",
    "Migration",
    "MigrationKind",
    "NetworkError",
    "Node",
    "NotFoundError",
    "Outcome",
    "Platform",
    "Presence",
    "Problem",
    "ProblemKind",
    "Progress",
    "PruneCause",
    "PrunedKind",
    "PrunedManifest",
    "PrunedRepository",
    "PruneFailure",
    "PruneReport",
    "PulledFile",
    "PullResult",
    "PushedBlob",
    "PushResult",
    "RateLimitedError",
    "Readable",
    "Reference",
    "ReferrersMode",
    "RefusedManifest",
    "RegistryError",
    "RegistryMessage",
    "RemovedAttachment",
    "RestoreReport",
    "Result",
    "RetainedManifest",
    "Rows",
    "ServedRegistry",
    "SizeMismatchError",
    "StrPath",
    "SweepCoverage",
    "SweepRow",
    "SweepStatus",
    "SweepSummary",
    "SyncOutcome",
    "SyncRow",
    "SyncSummary",
    "TagInfo",
    "Task",
    "TimeoutError",
    "TlsError",
    "TooLargeError",
    "UnauthorizedError",
    "UnpackLimits",
    "UnsafePathError",
    "UnsupportedError",
    "VerifyReport",
    "async_digest",
    "async_digest_file",
    "async_digest_files",
    "dask_executor",
    "digest",
    "digest_file",
    "digest_files",
    "ray_executor",
    "serve",
    "sweep_shards",
    "tqdm_progress",
]


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
