//! The raw level: `manifest fetch|push|delete`, `blob fetch|push`, `digest`.

use std::{
    io::{IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use futures::TryStreamExt;
use ocigraph::{
    Algorithm, Code, Descriptor, Doomed, Error, FileSource, Manifest, Result, digest_file,
    digest_files, media_type,
};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::delete::confirmed;
use crate::{
    args::{BlobCommand, Common, DigestArgs, ManifestCommand, usage},
    output,
};

/// More than any registry takes.
const MANIFEST_LIMIT: u64 = 4 * 1024 * 1024;

pub(crate) async fn manifest(common: &Common, command: ManifestCommand) -> Result<ExitCode> {
    let client = common.client()?;
    match command {
        ManifestCommand::Fetch { target, output, descriptor } => {
            let manifest = client.fetch_manifest(&target).await?;
            if descriptor {
                output::json(&Value::Object(output::descriptor(&manifest.descriptor())));
            } else if output == "-" {
                output::bytes(manifest.bytes());
            } else {
                let path = Path::new(&output);
                std::fs::write(path, manifest.bytes()).map_err(|e| Error::io("write", path, e))?;
            }
        }
        ManifestCommand::Push { target, file, media_type } => {
            let bytes = read_small(&file)?;
            let algorithm = match target.digest() {
                Some(digest) => digest.algorithm()?,
                None => Algorithm::Sha256,
            };
            let manifest = Manifest::parse(bytes.into(), media_type.as_deref(), algorithm)?;
            client.push_manifest(&target, &manifest).await?;
            output::line(&format!("Pushed {target}"));
            output::line(&format!("Digest: {}", manifest.digest()));
        }
        ManifestCommand::Delete { target, yes } => {
            if !yes && !std::io::stdin().is_terminal() {
                return Err(usage("nobody can be asked whether to delete").with_hint("pass --yes"));
            }
            let manifest = client.fetch_manifest(&target).await?;
            if !yes && !confirmed(&format!("Delete {}?", manifest.digest())) {
                output::note("Nothing was deleted.");
                return Ok(ExitCode::from(1));
            }
            let doomed = Doomed {
                manifest: manifest.descriptor(),
                subject: manifest.subject().map(|subject| subject.digest.clone()),
                tags: target.tags().to_vec(),
            };
            let results = client.open(&target)?.delete_manifests(&[doomed]).await;
            results.into_iter().collect::<Result<Vec<()>>>()?;
            output::line(&format!("Deleted {}", manifest.digest()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn blob(common: &Common, command: BlobCommand) -> Result<ExitCode> {
    let client = common.client()?;
    match command {
        BlobCommand::Fetch { target, output } => {
            let (_, mut stream) = client.fetch_blob(&target).await?;
            if output == "-" {
                while let Some(chunk) = stream.try_next().await? {
                    output::bytes(&chunk);
                }
                return Ok(ExitCode::SUCCESS);
            }
            let path = PathBuf::from(&output);
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
            let fail = |e| Error::io("write", &path, e);
            let mut file = NamedTempFile::new_in(parent.unwrap_or(Path::new("."))).map_err(fail)?;
            while let Some(chunk) = stream.try_next().await? {
                file.write_all(&chunk).map_err(fail)?;
            }
            file.persist(&path).map_err(|e| fail(e.error))?;
        }
        BlobCommand::Push { target, file } => {
            // Standard input can be read only once, and a push may need to read twice.
            let spooled = if file == "-" { Some(spool()?) } else { None };
            let path = spooled.as_ref().map_or(Path::new(&file), NamedTempFile::path);
            let (digest, size) = digest_file(path, Algorithm::Sha256)?;
            let blob = Descriptor::new(media_type::OCTET_STREAM, digest, size);
            client.push_blob(&target, &blob, Arc::new(FileSource::new(path))).await?;
            output::json(&Value::Object(output::descriptor(&blob)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn digest(args: DigestArgs) -> Result<ExitCode> {
    let algorithm = args.algorithm.parse()?;
    let mut code = ExitCode::SUCCESS;
    for (path, result) in args.files.iter().zip(digest_files(&args.files, algorithm)) {
        match result {
            Ok((digest, _)) => output::line(&format!("{digest}  {}", path.display())),
            Err(error) => {
                output::error(&error);
                code = ExitCode::from(1);
            }
        }
    }
    Ok(code)
}

fn read_small(file: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = MANIFEST_LIMIT + 1;
    let path = Path::new(file);
    let read = if file == "-" {
        std::io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|f| f.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 == limit {
        return Err(Error::new(
            Code::TooLarge,
            format!("{file} has more than {MANIFEST_LIMIT} bytes, the most a manifest may have"),
        ));
    }
    Ok(bytes)
}

fn spool() -> Result<NamedTempFile> {
    let fail = |e| Error::io("keep the input in", &std::env::temp_dir(), e);
    let mut file = NamedTempFile::new().map_err(fail)?;
    std::io::copy(&mut std::io::stdin(), &mut file).map_err(fail)?;
    Ok(file)
}
