//! Scenarios over the crate: calls out of values, and values out of results.

use std::{path::PathBuf, sync::Arc};

use futures::TryStreamExt;
use ocigraph::{
    Algorithm, Bytes, Client, CopyOptions, DeleteOptions, Descriptor, DiscoverOptions, Error, File,
    Graph, Manifest, Platform, PullOptions, PushOptions, Reference, VerifyOptions, digest_files,
};
use ocigraph_suite::Workspace;
use serde_json::{Value, json};

pub(crate) fn run(work: &Workspace, operation: &str, arguments: &Value) -> Result<Value, String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(perform(work, operation, arguments))
        .map_err(|error| error.code().name().to_owned())
}

async fn perform(work: &Workspace, operation: &str, a: &Value) -> Result<Value, Error> {
    let client = Client::new();
    let text = |name: &str| a[name].as_str().map(str::to_owned);
    let reference = |name: &str| a[name].as_str().expect("a reference").parse::<Reference>();
    let target = || reference("target");
    let flag = |name: &str| a[name] == true;
    let platform: Option<Platform> = a["platform"].as_str().map(str::parse).transpose()?;
    let annotations = || {
        let pairs = a["annotations"].as_object().into_iter().flatten();
        pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
    };
    let paths = |name: &str| -> Vec<(String, PathBuf)> {
        let names = a[name].as_array().into_iter().flatten().map(|n| n.as_str().unwrap());
        names.map(|name| (name.to_owned(), work.path(name))).collect()
    };
    Ok(match operation {
        "push" => {
            let file = |(name, _): (String, PathBuf)| {
                let (name, kind) = match name.split_once(':') {
                    Some((name, kind)) => (name.to_owned(), Some(kind.to_owned())),
                    None => (name, None),
                };
                let path = work.path(&name);
                File { title: Some(name), media_type: kind, ..File::path(path) }
            };
            let options = PushOptions {
                files: paths("files").into_iter().map(file).collect(),
                artifact_type: text("artifact_type"),
                subject: a["subject"].as_str().map(str::parse).transpose()?,
                format: text("format").map(|f| f.parse()).transpose()?.unwrap_or_default(),
                annotations: annotations(),
                config: text("config").map(|name| File::path(work.path(name))),
                ..PushOptions::default()
            };
            let pushed = client.push(&target()?, options).await?;
            let blobs = pushed.blobs.iter().map(|blob| {
                json!({
                    "title": blob.descriptor.title(),
                    "descriptor": blob.descriptor.as_json(),
                    "outcome": blob.outcome.name(),
                })
            });
            json!({
                "reference": pushed.reference.to_string(),
                "descriptor": pushed.descriptor.as_json(),
                "tags": pushed.tags,
                "blobs": blobs.collect::<Vec<_>>(),
            })
        }
        "pull" => {
            let options = PullOptions {
                output: work.path(text("output").unwrap_or_default()),
                artifact_type: text("artifact_type"),
                platform,
                include_subject: flag("include_subject"),
                keep_old_files: flag("keep_old_files"),
                ..PullOptions::default()
            };
            let pulled = client.pull(&target()?, options).await?;
            pulled
                .iter()
                .map(|artifact| {
                    let files = artifact.files.iter().map(|file| {
                        let path = file.path.strip_prefix(work.dir()).unwrap_or(&file.path);
                        json!({
                            "path": path,
                            "descriptor": file.descriptor.as_json(),
                            "outcome": file.outcome.name(),
                        })
                    });
                    json!({
                        "reference": artifact.reference.to_string(),
                        "descriptor": artifact.descriptor.as_json(),
                        "files": files.collect::<Vec<_>>(),
                        "skipped": all(&artifact.skipped),
                    })
                })
                .collect()
        }
        "discover" => {
            let options = DiscoverOptions {
                artifact_type: text("artifact_type"),
                annotations: annotations(),
                depth: a["depth"].as_u64().map(|depth| depth as usize),
                ..DiscoverOptions::default()
            };
            let graph = client.discover(&target()?, options).await?;
            let subject = graph.subject();
            json!({ "subject": subject.as_json(), "referrers": beneath(&graph, subject) })
        }
        "delete" => {
            let options = DeleteOptions {
                dry_run: flag("dry_run"),
                force: flag("force"),
                ..DeleteOptions::default()
            };
            let report = client.delete(&target()?, options).await?;
            let kept = report.kept.iter().map(
                |kept| json!({ "descriptor": kept.descriptor.as_json(), "reason": kept.reason }),
            );
            let failed = report.failed.iter().map(|failed| {
                let code = failed.error.code().name();
                json!({ "descriptor": failed.descriptor.as_json(), "code": code })
            });
            json!({
                "dry_run": report.dry_run,
                "deleted": all(&report.deleted),
                "kept": kept.collect::<Vec<_>>(),
                "failed": failed.collect::<Vec<_>>(),
            })
        }
        "copy" => {
            let options =
                CopyOptions { recursive: flag("recursive"), platform, ..CopyOptions::default() };
            let copied =
                client.copy(&reference("source")?, &reference("destination")?, options).await?;
            json!({
                "source": copied.source.to_string(),
                "destination": copied.destination.to_string(),
                "descriptor": copied.descriptor.as_json(),
                "tags": copied.tags,
                "manifests": copied.manifests,
                "blobs": {
                    "copied": copied.blobs.copied,
                    "existed": copied.blobs.existed,
                    "mounted": copied.blobs.mounted,
                },
                "bytes": copied.bytes,
            })
        }
        "verify" => {
            let report = client.verify(&target()?, VerifyOptions::default()).await?;
            let problems = report.problems.iter().map(|problem| {
                json!({
                    "descriptor": problem.descriptor.as_json(),
                    "path": problem.path,
                    "kind": problem.kind.name(),
                })
            });
            json!({
                "checked": report.checked,
                "bytes": report.bytes,
                "problems": problems.collect::<Vec<_>>(),
            })
        }
        "resolve" => {
            let descriptor = client.resolve(&target()?, platform.as_ref()).await?;
            json!({ "descriptor": descriptor.as_json() })
        }
        "tag" => {
            let tags: Vec<String> = serde_json::from_value(a["tags"].clone()).unwrap();
            let descriptor = client.tag(&target()?, &tags).await?;
            json!({ "descriptor": descriptor.as_json(), "tags": tags })
        }
        "untag" => {
            let target = target()?;
            client.untag(&target).await?;
            json!({ "untagged": target.tags() })
        }
        "tags" => json!({ "tags": client.tags(&target()?).await? }),
        "manifests" => {
            let infos = client.manifests(&target()?).await?;
            infos
                .iter()
                .map(|info| {
                    let mut value = info.descriptor.as_json();
                    if !info.tags.is_empty() {
                        value["tags"] = json!(info.tags);
                    }
                    value["subject"] = json!(info.subject);
                    value["image_size"] = json!(info.image_size);
                    value["config_media_type"] = json!(info.config_media_type);
                    value
                })
                .collect()
        }
        "repositories" => {
            let host = text("host").unwrap().parse()?;
            json!({ "repositories": client.repositories(&host).await? })
        }
        "fetch_manifest" => {
            let manifest = client.fetch_manifest(&target()?, None).await?;
            json!({ "content": String::from_utf8_lossy(manifest.bytes()) })
        }
        "push_manifest" => {
            let manifest = match &a["manifest"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let target = target()?;
            let manifest = Manifest::parse(manifest.into(), None, Algorithm::Sha256)?;
            client.push_manifest(&target, &manifest).await?;
            json!({ "descriptor": manifest.descriptor().as_json(), "tags": target.tags() })
        }
        "fetch_blob" => {
            let (_, stream) = client.fetch_blob(&target()?).await?;
            let chunks: Vec<Bytes> = stream.try_collect().await?;
            json!({ "content": String::from_utf8_lossy(&chunks.concat()) })
        }
        "push_blob" => {
            let bytes = Bytes::from(text("content").unwrap());
            let blob = Descriptor::of("application/octet-stream", &bytes);
            let outcome = client.push_blob(&target()?, &blob, Arc::new(bytes)).await?;
            json!({ "descriptor": blob.as_json(), "outcome": outcome.name() })
        }
        "digest_files" => {
            let files = paths("files");
            let on_disk: Vec<PathBuf> = files.iter().map(|(_, path)| path.clone()).collect();
            let mut entries = Vec::new();
            for ((name, _), digested) in files.iter().zip(digest_files(&on_disk, Algorithm::Sha256))
            {
                let (digest, size) = digested?;
                entries.push(json!({ "path": name, "digest": digest, "size": size }));
            }
            Value::Array(entries)
        }
        other => panic!("the crate has no {other}"),
    })
}

trait AsJson {
    fn as_json(&self) -> Value;
}

impl AsJson for Descriptor {
    fn as_json(&self) -> Value {
        let mut value =
            json!({ "media_type": self.media_type, "digest": self.digest, "size": self.size });
        if let Some(artifact_type) = &self.artifact_type {
            value["artifact_type"] = json!(artifact_type);
        }
        if !self.annotations.is_empty() {
            value["annotations"] = json!(self.annotations);
        }
        if let Some(platform) = &self.platform {
            value["platform"] = json!(platform);
        }
        value
    }
}

fn all(descriptors: &[Descriptor]) -> Vec<Value> {
    descriptors.iter().map(AsJson::as_json).collect()
}

fn beneath(graph: &Graph, of: &Descriptor) -> Vec<Value> {
    let referrers = graph.referrers(&of.digest).iter();
    referrers
        .map(|referrer| {
            let mut value = referrer.as_json();
            value["referrers"] = json!(beneath(graph, referrer));
            value
        })
        .collect()
}
