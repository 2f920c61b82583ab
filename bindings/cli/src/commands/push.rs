//! `push` and `attach`.

use std::{collections::BTreeMap, path::Path, process::ExitCode};

use ocigraph::{Annotations, Code, Error, File, PushOptions, Reference, Result, media_type};
use serde_json::{Value, json};

use crate::{
    args::{Artifact, AttachArgs, Common, Format, PushArgs, usage},
    output,
    progress::reporter,
};

pub(crate) async fn push(common: &Common, args: PushArgs) -> Result<ExitCode> {
    send(common, &args.target, args.subject, args.artifact).await
}

/// The artifact goes beside its subject, without a tag.
pub(crate) async fn attach(common: &Common, args: AttachArgs) -> Result<ExitCode> {
    let target = Reference::new(args.subject.place().clone());
    if args.artifact.artifact_type.is_none() {
        return Err(usage("what is attached needs a type")
            .with_hint("pass --artifact-type, as in sbom/example"));
    }
    send(common, &target, Some(args.subject), args.artifact).await
}

async fn send(
    common: &Common,
    target: &Reference,
    subject: Option<Reference>,
    artifact: Artifact,
) -> Result<ExitCode> {
    let mut of_files = read_annotation_file(artifact.annotation_file.as_deref())?;
    let mut annotations = of_files.remove("$manifest").unwrap_or_default();
    annotations.extend(artifact.annotations()?);
    let config = match &artifact.config {
        Some(text) => {
            let mut config = file(text)?;
            config.annotations = of_files.remove("$config").unwrap_or_default();
            Some(config)
        }
        None => None,
    };
    let mut files = Vec::with_capacity(artifact.files.len());
    for text in &artifact.files {
        let (path, _) = split_type(text);
        let mut file = file(text)?;
        if let Some(annotations) = of_files.remove(path) {
            file.annotations = annotations;
        }
        files.push(file);
    }
    if let Some(unused) = of_files.keys().next() {
        return Err(usage(format!("the annotation file names {unused:?}, which is not pushed")));
    }
    let options = PushOptions {
        files,
        artifact_type: artifact.artifact_type.clone(),
        subject,
        annotations,
        config,
        format: artifact.manifest_format.parse()?,
        allow_path_traversal: artifact.allow_path_traversal,
        source_date_epoch: source_date_epoch()?,
        concurrency: common.concurrency(),
        progress: reporter(common),
    };
    let pushed = common.client()?.push(target, options).await?;
    if let Some(path) = &artifact.export_manifest {
        std::fs::write(path, &pushed.manifest).map_err(|e| Error::io("write", path, e))?;
    }
    match artifact.format.format {
        Format::Text => {
            output::line(&format!("Pushed {target}"));
            output::line(&format!("Digest: {}", pushed.descriptor.digest));
        }
        Format::Json => {
            let blobs: Vec<Value> = pushed
                .blobs
                .iter()
                .map(|blob| {
                    json!({
                        "title": blob.descriptor.title(),
                        "descriptor": output::descriptor(&blob.descriptor),
                        "outcome": blob.outcome.name(),
                    })
                })
                .collect();
            output::json(&json!({
                "reference": pushed.reference.to_string(),
                "descriptor": output::descriptor(&pushed.descriptor),
                "tags": pushed.tags,
                "blobs": blobs,
            }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn file(text: &str) -> Result<File> {
    let (path, kind) = split_type(text);
    if path.is_empty() {
        return Err(
            usage(format!("{text:?} names no file")).with_hint("write PATH or PATH:MEDIA/TYPE")
        );
    }
    let file = File::path(path);
    Ok(match kind {
        Some(kind) => file.with_media_type(kind),
        None => file,
    })
}

/// `path:media/type`. What follows the last colon is a type only when it is written as one, so that
/// a drive letter or a colon in a name is none.
fn split_type(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((path, kind)) if media_type::is_valid(kind) && !Path::new(text).exists() => {
            (path, Some(kind))
        }
        _ => (text, None),
    }
}

fn read_annotation_file(path: Option<&Path>) -> Result<BTreeMap<String, Annotations>> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let text = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    serde_json::from_slice(&text).map_err(|e| {
        usage(format!("{} holds no annotations: {e}", path.display()))
            .with_hint(r#"write {"$manifest": {"key": "value"}, "FILE": {"key": "value"}}"#)
    })
}

fn source_date_epoch() -> Result<Option<u64>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map(Some).map_err(|_| {
            Error::new(
                Code::InvalidArgument,
                format!("SOURCE_DATE_EPOCH is {text:?}, no number of seconds"),
            )
        }),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::split_type;

    #[test]
    fn only_a_media_type_is_taken_for_one() {
        assert_eq!(split_type("./a.json:application/json"), ("./a.json", Some("application/json")));
        assert_eq!(split_type("a:b"), ("a:b", None));
        assert_eq!(split_type(r"C:\dir\a.json"), (r"C:\dir\a.json", None));
    }
}
