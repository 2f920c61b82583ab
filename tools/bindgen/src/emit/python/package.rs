//! The package's `__init__.py`, which has all public names.

use minijinja::context;

use super::{layout, records, rendered};
use crate::{
    definition::Definition,
    emit::{NOTICE, Output},
};

const PACKAGE: &str = include_str!("../../templates/python/__init__.py");

/// The public names of the modules that are written by hand, and of the clients.
const BY_HAND: &[(&str, &[&str])] = &[
    ("_async.client", &["AsyncClient"]),
    ("_blob", &["AsyncBlob", "Blob"]),
    ("_coverage", &["Coverage"]),
    (
        "_credential",
        &[
            "AsyncCredentialFunction",
            "AsyncCredentials",
            "Credential",
            "CredentialFunction",
            "Credentials",
        ],
    ),
    ("_descriptor", &["Annotations", "Descriptor", "Manifest", "Platform", "Result"]),
    (
        "_digest",
        &[
            "Algorithm",
            "FileDigest",
            "async_digest",
            "async_digest_file",
            "async_digest_files",
            "digest",
            "digest_file",
            "digest_files",
        ],
    ),
    (
        "_error",
        &[
            "AlreadyExistsError",
            "CancelledError",
            "ConflictError",
            "CredentialsError",
            "DigestMismatchError",
            "Error",
            "ErrorCode",
            "ForbiddenError",
            "IncompleteError",
            "InternalError",
            "InvalidArgumentError",
            "InvalidManifestError",
            "InvalidReferenceError",
            "IoError",
            "NetworkError",
            "NotFoundError",
            "RateLimitedError",
            "RegistryError",
            "RegistryMessage",
            "SizeMismatchError",
            "TimeoutError",
            "TlsError",
            "TooLargeError",
            "UnauthorizedError",
            "UnsafePathError",
            "UnsupportedError",
        ],
    ),
    ("_graph", &["Graph", "ListProblem", "Node"]),
    ("_progress", &["Event", "Progress", "tqdm_progress"]),
    ("_rows", &["AsyncRows", "Rows"]),
    ("_served", &["ServedRegistry", "serve"]),
    ("_shards", &["Executor", "Task", "dask_executor", "ray_executor", "sweep_shards"]),
    ("_sync.client", &["Client"]),
    (
        "_values",
        &[
            "AnyReference",
            "AsyncContent",
            "AsyncReadable",
            "BytesLike",
            "Content",
            "File",
            "Readable",
            "Reference",
            "StrPath",
        ],
    ),
];

pub(super) fn file(definition: &Definition) -> Output {
    let by_hand = BY_HAND.iter().map(|(module, names)| {
        (*module, names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    });
    let mut modules: Vec<_> = by_hand.chain(records::modules(definition)).collect();
    modules.sort();
    let mut imports = String::new();
    let mut all: Vec<String> = Vec::new();
    for (module, mut names) in modules {
        names.sort_by_key(|name| layout::order(name));
        imports.push_str(&layout::import(&format!(".{module}"), &names));
        all.append(&mut names);
    }
    all.sort_by_key(|name| layout::order(name));
    let names: String = all.iter().map(|name| format!("    \"{name}\",\n")).collect();
    let text = rendered(PACKAGE, context! { notice => NOTICE, imports, names });
    Output::new("python/src/ocigraph/__init__.py", text)
}
