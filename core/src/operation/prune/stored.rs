//! Plans in files.

use std::{fs::File, io::Read, path::Path};

use serde::Deserialize;

use super::report::{
    KIND, PruneCause, PruneReport, PrunedKind, PrunedManifest, PrunedRepository, SCHEMA_VERSION,
};
use crate::{blocking::spawn_blocking, content::output_file::OutputFile};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, KeyCase, Reference, Result, ToJson, excerpt, json_text,
};

/// Maximum bytes of a plan: about 500,000 manifests.
const MAX_BYTES: u64 = 256 << 20;

/// What an execution reads of a plan.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    schema_version: u64,
    kind: String,
    created: String,
    #[serde(default)]
    repositories: Vec<StoredRepository>,
}

#[derive(Deserialize)]
struct StoredRepository {
    repository: String,
    deleted: Vec<StoredManifest>,
}

#[derive(Deserialize)]
struct StoredManifest {
    descriptor: Descriptor,
    kind: String,
    #[serde(default)]
    tags: Vec<String>,
    created: Option<String>,
    subject: Option<Digest>,
    cause: String,
    reason: String,
}

/// Writes a plan. The file appears when it is complete.
pub(super) async fn write(path: &Path, plan: &PruneReport) -> Result<()> {
    let (path, mut text) = (path.to_owned(), json_text(&plan.to_json(KeyCase::Camel)));
    text.push('\n');
    if text.len() as u64 > MAX_BYTES {
        let message = format!(
            "the plan has {} MiB, and a plan in a file at most {} MiB",
            text.len() >> 20,
            MAX_BYTES >> 20
        );
        return Err(Error::new(Code::TooLarge, message)
            .with_hint("prune fewer repositories at once, or execute without a stored plan"));
    }
    spawn_blocking(move || {
        let mut file = OutputFile::new(&path)?;
        file.write(text.as_bytes())?;
        file.commit()
    })
    .await
}

/// Reads a plan. INVALID_ARGUMENT if the file has none.
pub(super) async fn read(path: &Path) -> Result<PruneReport> {
    let shown = path.display().to_string();
    let path = path.to_owned();
    let bytes = spawn_blocking(move || {
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(|e| Error::io("read", &path, e))?;
        let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|e| Error::io("read", &path, e))?;
        Ok(bytes)
    })
    .await?;
    let refused = |what: String| {
        Error::new(Code::InvalidArgument, format!("{shown} is not a plan: {what}"))
            .with_hint("name a file that a prune wrote with the option plan")
    };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(refused(format!("it has more than {MAX_BYTES} bytes")));
    }
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|e| refused(e.to_string()))?;
    if stored.kind != KIND {
        return Err(refused(format!("its kind is {:?}, not {KIND}", excerpt(&stored.kind))));
    }
    if stored.schema_version != SCHEMA_VERSION {
        let message = format!(
            "{shown} is a plan of version {}, and this program reads version {SCHEMA_VERSION}",
            stored.schema_version
        );
        return Err(Error::new(Code::Unsupported, message));
    }
    let mut plan = PruneReport::new(true, stored.created);
    for StoredRepository { repository, deleted } in stored.repositories {
        let reference: Reference = repository.parse().map_err(|e: Error| refused(e.to_string()))?;
        let mut planned = PrunedRepository::new(Reference::new(reference.location().clone()));
        for one in deleted {
            planned.deleted.push(one.into_manifest().map_err(refused)?);
        }
        plan.repositories.push(planned);
    }
    Ok(plan)
}

impl StoredManifest {
    fn into_manifest(self) -> std::result::Result<PrunedManifest, String> {
        let unknown = |what: &str, name: &str| format!("unknown {what} {:?}", excerpt(name));
        let kind = PrunedKind::named(&self.kind).ok_or_else(|| unknown("kind", &self.kind))?;
        let cause = PruneCause::named(&self.cause).ok_or_else(|| unknown("cause", &self.cause))?;
        Ok(PrunedManifest {
            descriptor: self.descriptor,
            kind,
            tags: self.tags,
            created: self.created,
            subject: self.subject,
            cause,
            reason: self.reason,
            gone: false,
        })
    }
}
