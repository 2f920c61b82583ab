//! Scenarios with the crate: converts values to calls and results to values.

use std::{
    iter::Peekable,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::TryStreamExt;
use ocigraph::{
    Algorithm, Bytes, Client, CopyOptions, DeleteOptions, Descriptor, DiscoverOptions, Error, File,
    KeyCase, Manifest, Platform, PullOptions, PushOptions, Reference, ResolveOptions, ToJson,
    TransferOptions, VerifyOptions, Walk, digest_files,
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
            let mut options = PushOptions::default();
            options.files = paths("files").into_iter().map(file).collect();
            options.artifact_type = text("artifact_type");
            options.subject = a["subject"].as_str().map(str::parse).transpose()?;
            options.format = text("format").map(|f| f.parse()).transpose()?.unwrap_or_default();
            options.annotations = annotations();
            options.config = text("config").map(|name| File::path(work.path(name)));
            let pushed = client.push(&target()?, options).await?;
            pushed.to_json(KeyCase::Snake)
        }
        "pull" => {
            let mut options = PullOptions::default();
            options.output = work.path(text("output").unwrap_or_default());
            options.artifact_type = text("artifact_type");
            options.platform = platform;
            options.include_subject = flag("include_subject");
            options.keep_old_files = flag("keep_old_files");
            let pulled = client.pull(&target()?, options).await?;
            let mut artifacts = pulled.to_json(KeyCase::Snake);
            for file in artifacts.as_array_mut().into_iter().flatten() {
                for file in file["files"].as_array_mut().into_iter().flatten() {
                    let path = Path::new(file["path"].as_str().unwrap());
                    file["path"] = json!(path.strip_prefix(work.dir()).unwrap_or(path));
                }
            }
            artifacts
        }
        "discover" => {
            let mut options = DiscoverOptions::default();
            options.artifact_type = text("artifact_type");
            options.annotations = annotations();
            options.depth = a["depth"].as_u64().map(|depth| depth as usize);
            let graph = client.discover(&target()?, options).await?;
            let subject = graph.subject();
            json!({ "subject": subject.to_json(KeyCase::Snake), "referrers": referrers_from(&mut graph.walk().peekable(), 1) })
        }
        "delete" => {
            let options = DeleteOptions::default().dry_run(flag("dry_run")).force(flag("force"));
            client.delete(&target()?, options).await?.to_json(KeyCase::Snake)
        }
        "copy" => {
            let mut options = CopyOptions::default();
            options.recursive = flag("recursive");
            options.platform = platform;
            let (from, to) = (reference("source")?, reference("destination")?);
            client.copy(&from, &to, options).await?.to_json(KeyCase::Snake)
        }
        "verify" => {
            client.verify(&target()?, VerifyOptions::default()).await?.to_json(KeyCase::Snake)
        }
        "resolve" => {
            let descriptor =
                client.resolve(&target()?, ResolveOptions::for_platform(platform)).await?;
            json!({ "descriptor": descriptor.to_json(KeyCase::Snake) })
        }
        "tag" => {
            let tags: Vec<String> = serde_json::from_value(a["tags"].clone()).unwrap();
            let descriptor = client.tag(&target()?, &tags).await?;
            json!({ "descriptor": descriptor.to_json(KeyCase::Snake), "tags": tags })
        }
        "untag" => {
            let target = target()?;
            client.untag(&target).await?;
            json!({ "untagged": target.tags() })
        }
        "tags" => json!({ "tags": client.tags(&target()?).await? }),
        "manifests" => client.manifests(&target()?).await?.to_json(KeyCase::Snake),
        "repositories" => {
            let host = text("host").unwrap().parse()?;
            json!({ "repositories": client.repositories(&host).await? })
        }
        "fetch_manifest" => {
            let manifest = client.fetch_manifest(&target()?, ResolveOptions::default()).await?;
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
            json!({ "descriptor": manifest.descriptor().to_json(KeyCase::Snake), "tags": target.tags() })
        }
        "fetch_blob" => {
            let (_, stream) = client.fetch_blob(&target()?, TransferOptions::default()).await?;
            let chunks: Vec<Bytes> = stream.try_collect().await?;
            json!({ "content": String::from_utf8_lossy(&chunks.concat()) })
        }
        "push_blob" => {
            let bytes = Bytes::from(text("content").unwrap());
            let blob = Descriptor::of("application/octet-stream", &bytes);
            let outcome = client
                .push_blob(&target()?, &blob, Arc::new(bytes), TransferOptions::default())
                .await?;
            json!({ "descriptor": blob.to_json(KeyCase::Snake), "outcome": outcome.name() })
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
        other => panic!("unknown operation {other}"),
    })
}

/// Returns the tree of a walk from this depth on. A node that is reached again has no referrers.
fn referrers_from(walk: &mut Peekable<Walk<'_>>, depth: usize) -> Vec<Value> {
    let mut referrers = Vec::new();
    while let Some(node) = walk.next_if(|node| node.depth == depth) {
        let mut value = node.descriptor.to_json(KeyCase::Snake);
        value["referrers"] = json!(referrers_from(walk, depth + 1));
        referrers.push(value);
    }
    referrers
}
