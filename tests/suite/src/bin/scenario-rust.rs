//! Executes steps of scenarios with the crate. `tests/scenarios/README.md` describes the protocol.

use std::{
    iter::Peekable,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use futures::TryStreamExt;
use ocigraph::{
    Algorithm, AttachOptions, BackupOptions, BlobDeleteOptions, Bytes, CheckOptions, Client,
    ClientConfig, Content, CopyOptions, Credential, CredentialSource, Credentials, DeleteOptions,
    Descriptor, DiscoverOptions, EdgeKind, Event, File, Host, IndexCreateOptions,
    IndexUpdateOptions, KeyCase, Limits, LoginTarget, Manifest, MigrateOptions, Progress,
    PruneOptions, PullOptions, PushOptions, Reference, ResolveOptions, RestoreOptions, Rows,
    SweepOptions, SyncOptions, ToJson, TransferOptions, UnpackLimits, UntagOptions, VerifyOptions,
    Walk, digest_files, media_type,
};
use ocigraph_suite::scenarios::serve::{Done, Failure, Request, list, pairs, serve, text, value};
use serde_json::{Map, Value, json};

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    serve(|request| runtime.block_on(execute(request)));
}

/// The collected events of an operation.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Option<Vec<Value>>>>);

impl Events {
    /// Reads the option `progress`.
    fn option(&self, wanted: &Value) -> Result<Progress, Failure> {
        if !value::<bool>("progress", wanted)? {
            return Ok(Progress::none());
        }
        *self.lock() = Some(Vec::new());
        let events = self.clone();
        Ok(Progress::new(move |event| {
            // The other languages do not pass this event on.
            if !matches!(event, Event::Metadata { .. }) {
                let event = described(&event);
                events.lock().as_mut().expect("it was just set").push(event);
            }
        }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<Value>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with(&self, result: Value) -> Done {
        Done { result, events: self.lock().take() }
    }
}

fn described(event: &Event<'_>) -> Value {
    let (kind, blob, position, outcome) = match event {
        Event::Started { blob } => ("started", blob, 0, None),
        Event::Moved { blob, position } => ("moved", blob, *position, None),
        Event::Finished { blob, outcome } => ("finished", blob, blob.size, Some(outcome.name())),
        _ => panic!("an unknown event"),
    };
    json!({
        "kind": kind, "digest": blob.digest, "title": blob.title(), "size": blob.size,
        "position": position, "outcome": outcome,
    })
}

async fn execute(request: &mut Request) -> Result<Done, Failure> {
    let client = client(&request.client)?;
    let events = Events::default();
    let result = match request.operation.as_str() {
        "push" => {
            let reference = reference(request)?;
            let options = push_options(request, &events)?;
            client.push(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "attach" => {
            let reference = reference(request)?;
            let options = attach_options(request, &events)?;
            client.attach(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "pull" => {
            let reference = reference(request)?;
            let options = pull_options(request, &events)?;
            client.pull(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "discover" => {
            let reference = reference(request)?;
            let options = discover_options(request)?;
            let graph = client.discover(&reference, options).await?;
            let mut result = attached_from(&mut graph.walk().peekable(), 1);
            result["subject"] = graph.subject().to_json(KeyCase::Snake);
            result["problems"] = json!(graph.problems().len());
            result
        }
        "discover_each" => {
            let reference = reference(request)?;
            all_rows(client.discover_each(&reference, discover_options(request)?)?).await?
        }
        "sweep" => {
            let targets = texts("targets", &request.required("targets")?)?;
            all_rows(client.sweep(&targets, sweep_options(request)?)?).await?
        }
        "delete" => {
            let reference = reference(request)?;
            let options = delete_options(request)?;
            client.delete(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "migrate" => {
            let reference = reference(request)?;
            let options = migrate_options(request)?;
            client.migrate(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "copy" => {
            let (from, to) = (text_as(request, "source")?, text_as(request, "destination")?);
            let options = copy_options(request, &events)?;
            client.copy(&from, &to, options).await?.to_json(KeyCase::Snake)
        }
        "sync" => {
            let sources = texts("sources", &request.required("sources")?)?;
            let destination = request.text("destination")?;
            let options = sync_options(request)?;
            all_rows(client.sync(&sources, &destination, options)?).await?
        }
        "prune" => {
            let references = texts("references", &request.required("references")?)?;
            let references: Vec<Reference> =
                references.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
            let options = prune_options(request)?;
            client.prune(&references, options).await?.to_json(KeyCase::Snake)
        }
        "backup" => {
            let references = texts("references", &request.required("references")?)?;
            let references: Vec<Reference> =
                references.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
            let output = PathBuf::from(request.text("output")?);
            let options = backup_options(request, &events)?;
            client.backup(&references, &output, options).await?.to_json(KeyCase::Snake)
        }
        "restore" => {
            let inputs = texts("inputs", &request.required("inputs")?)?;
            let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
            let destination = request.text("destination")?;
            let options = restore_options(request, &events)?;
            client.restore(&inputs, &destination, options).await?.to_json(KeyCase::Snake)
        }
        "verify" => {
            let reference = reference(request)?;
            let options = verify_options(request, &events)?;
            client.verify(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "check" => {
            let reference = reference(request)?;
            let requirements = texts("requirements", &request.required("requirements")?)?;
            let options = check_options(request)?;
            client.check(&reference, &requirements, options).await?.to_json(KeyCase::Snake)
        }
        "resolve" => {
            let reference = reference(request)?;
            let options = resolve_options(request)?;
            descriptor(&client.resolve(&reference, options).await?)
        }
        "tag" => {
            let reference = reference(request)?;
            let tags = texts("tags", &request.required("tags")?)?;
            request.end()?;
            descriptor(&client.tag(&reference, &tags).await?)
        }
        "untag" => {
            let reference = reference(request)?;
            let options = untag_options(request)?;
            client.untag(&reference, options).await?;
            json!({})
        }
        "tags" => {
            let reference = reference(request)?;
            request.end()?;
            json!({ "tags": client.tags(&reference).await? })
        }
        "tag_details" => {
            let reference = reference(request)?;
            request.end()?;
            client.tag_details(&reference).await?.to_json(KeyCase::Snake)
        }
        "manifests" => {
            let reference = reference(request)?;
            request.end()?;
            client.manifests(&reference).await?.to_json(KeyCase::Snake)
        }
        "repositories" => {
            let host: Host = text_as(request, "host")?;
            request.end()?;
            json!({ "repositories": client.repositories(&host).await? })
        }
        "login" => {
            let host: LoginTarget = text_as(request, "host")?;
            let credential = credential("credential", &request.required("credential")?)?;
            request.end()?;
            client.login(&host, credential).await?.to_json(KeyCase::Snake)
        }
        "logout" => {
            let host: LoginTarget = text_as(request, "host")?;
            request.end()?;
            client.logout(&host).await?.to_json(KeyCase::Snake)
        }
        "fetch_manifest" => {
            let reference = reference(request)?;
            let options = resolve_options(request)?;
            let manifest = client.fetch_manifest(&reference, options).await?;
            json!({ "content": String::from_utf8_lossy(manifest.bytes()) })
        }
        "push_manifest" => {
            let reference = reference(request)?;
            let manifest = request.text("content")?;
            let mut kind = None;
            for (name, value) in options(request) {
                match name.as_str() {
                    "media_type" => kind = Some(text(&name, &value)?),
                    _ => return Err(unknown(request, &name)),
                }
            }
            let manifest = Manifest::parse(manifest.into(), kind.as_deref(), Algorithm::Sha256)?;
            client.push_manifest(&reference, &manifest).await?;
            descriptor(&manifest.descriptor())
        }
        "delete_manifest" => {
            let reference = reference(request)?;
            request.end()?;
            let manifest = client.fetch_manifest(&reference, ResolveOptions::default()).await?;
            client.delete_manifest(&reference, &manifest).await?;
            descriptor(&manifest.descriptor())
        }
        "index_create" => {
            let reference = reference(request)?;
            let manifests = texts("manifests", &request.required("manifests")?)?;
            let options = index_create_options(request)?;
            client.index_create(&reference, &manifests, options).await?.to_json(KeyCase::Snake)
        }
        "index_update" => {
            let reference = reference(request)?;
            let options = index_update_options(request)?;
            client.index_update(&reference, options).await?.to_json(KeyCase::Snake)
        }
        "fetch_blob" => {
            let reference = reference(request)?;
            let options = transfer_options(request, &events)?;
            let (_, stream) = client.fetch_blob(&reference, options).await?;
            let chunks: Vec<Bytes> = stream.try_collect().await?;
            json!({ "content": String::from_utf8_lossy(&chunks.concat()) })
        }
        "push_blob" => {
            let reference = reference(request)?;
            let content = content(&request.required("content")?)?;
            let kind = match request.arguments.remove("media_type") {
                Some(kind) => text("media_type", &kind)?,
                None => media_type::OCTET_STREAM.to_owned(),
            };
            let options = transfer_options(request, &events)?;
            let (blob, source) = content.into_blob(&kind).await?;
            let blob = ocigraph::operation::blob_for(&reference, blob, &*source).await?;
            let outcome = client.push_blob(&reference, &blob, source, options).await?;
            json!({ "descriptor": blob.to_json(KeyCase::Snake), "outcome": outcome.name() })
        }
        "delete_blob" => {
            let reference = reference(request)?;
            let mut built = BlobDeleteOptions::default();
            for (name, given) in options(request) {
                match name.as_str() {
                    "if_exists" => built.if_exists = value(&name, &given)?,
                    _ => return Err(unknown(request, &name)),
                }
            }
            client.delete_blob(&reference, built).await?;
            json!({})
        }
        "digest_files" => {
            let files = texts("files", &request.required("files")?)?;
            request.end()?;
            let paths: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            let mut entries = Vec::new();
            for (path, digested) in files.iter().zip(digest_files(&paths, Algorithm::Sha256)) {
                let (digest, size) = digested?;
                entries.push(json!({ "path": path, "digest": digest, "size": size }));
            }
            Value::Array(entries)
        }
        other => return Err(Failure::Unsupported(format!("the operation {other}"))),
    };
    Ok(events.with(result))
}

/// Takes all arguments that are left: the options.
fn options(request: &mut Request) -> Map<String, Value> {
    std::mem::take(&mut request.arguments)
}

fn unknown(request: &Request, name: &str) -> Failure {
    Failure::Unsupported(format!("{} with {name}", request.operation))
}

fn push_options(request: &mut Request, events: &Events) -> Result<PushOptions, Failure> {
    let mut built = PushOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "files" => {
                built.files = list(&name, &given)?.iter().map(file).collect::<Result<_, _>>()?
            }
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "subject" => built.subject = Some(parsed(&name, &given)?),
            "annotations" => built.annotations = pairs(&name, &given)?.into_iter().collect(),
            "config" => built.config = Some(file(&given)?),
            "artifact_platform" => built.artifact_platform = Some(parsed(&name, &given)?),
            "format" => built.format = parsed(&name, &given)?,
            "allow_path_traversal" => built.allow_path_traversal = value(&name, &given)?,
            "source_date_epoch" => built.source_date_epoch = Some(value(&name, &given)?),
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn attach_options(request: &mut Request, events: &Events) -> Result<AttachOptions, Failure> {
    let mut built = AttachOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "files" => {
                built.files = list(&name, &given)?.iter().map(file).collect::<Result<_, _>>()?
            }
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "annotations" => built.annotations = pairs(&name, &given)?.into_iter().collect(),
            "config" => built.config = Some(file(&given)?),
            "format" => built.format = parsed(&name, &given)?,
            "allow_empty" => built.allow_empty = value(&name, &given)?,
            "allow_path_traversal" => built.allow_path_traversal = value(&name, &given)?,
            "source_date_epoch" => built.source_date_epoch = Some(value(&name, &given)?),
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn index_create_options(request: &mut Request) -> Result<IndexCreateOptions, Failure> {
    let mut built = IndexCreateOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "annotations" => built.annotations = pairs(&name, &given)?.into_iter().collect(),
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "dry_run" => built.dry_run = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn index_update_options(request: &mut Request) -> Result<IndexUpdateOptions, Failure> {
    let mut built = IndexUpdateOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "add" => built.add = texts(&name, &given)?,
            "merge" => built.merge = texts(&name, &given)?,
            "remove" => built.remove = texts(&name, &given)?,
            "annotations" => built.annotations = pairs(&name, &given)?.into_iter().collect(),
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "remove_artifact_type" => built.remove_artifact_type = value(&name, &given)?,
            "tags" => built.tags = texts(&name, &given)?,
            "dry_run" => built.dry_run = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn pull_options(request: &mut Request, events: &Events) -> Result<PullOptions, Failure> {
    let mut built = PullOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "output" => built.output = text(&name, &given)?.into(),
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "include_subject" => built.include_subject = value(&name, &given)?,
            "all" => built.all = value(&name, &given)?,
            "config_file" => built.config_file = Some(text(&name, &given)?.into()),
            "config_media_type" => built.config_media_type = Some(text(&name, &given)?),
            "keep_old_files" => built.keep_old_files = value(&name, &given)?,
            "allow_path_traversal" => built.allow_path_traversal = value(&name, &given)?,
            "unpack_limits" => built.unpack_limits = unpack_limits(&given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn unpack_limits(given: &Value) -> Result<UnpackLimits, Failure> {
    let mut limits = UnpackLimits::default();
    for (name, given) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "entries" => limits.entries = value(name, given)?,
            "bytes" => limits.bytes = value(name, given)?,
            "ratio" => limits.ratio = value(name, given)?,
            _ => return Err(Failure::Unsupported(format!("the unpack limit {name}"))),
        }
    }
    Ok(limits)
}

fn discover_options(request: &mut Request) -> Result<DiscoverOptions, Failure> {
    let mut built = DiscoverOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "artifact_type" => built.artifact_type = Some(text(&name, &given)?),
            "annotations" => built.annotations = pairs(&name, &given)?.into_iter().collect(),
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "predicate_type" => built.predicate_type = Some(text(&name, &given)?),
            "only" => built.only = Some(parsed(&name, &given)?),
            "depth" => built.depth = Some(value(&name, &given)?),
            "allow_incomplete" => built.allow_incomplete = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn sweep_options(request: &mut Request) -> Result<SweepOptions, Failure> {
    let mut built = SweepOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "repositories" => built.repositories = texts(&name, &given)?,
            "tags" => built.tags = texts(&name, &given)?,
            "latest" => built.latest = Some(value(&name, &given)?),
            "depth" => built.depth = Some(value(&name, &given)?),
            "checkpoint" => built.checkpoint = Some(text(&name, &given)?.into()),
            "shard" => built.shard = Some(text(&name, &given)?),
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

async fn all_rows<T, S>(mut rows: Rows<T, S>) -> Result<Value, Failure>
where
    T: ToJson,
    S: ToJson + Clone,
{
    let mut found = Vec::new();
    while let Some(batch) = rows.next_batch().await? {
        found.extend(batch.iter().map(|row| row.to_json(KeyCase::Snake)));
    }
    Ok(json!({ "rows": found, "summary": rows.summary().to_json(KeyCase::Snake) }))
}

fn sync_options(request: &mut Request) -> Result<SyncOptions, Failure> {
    let mut built = SyncOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "repositories" => built.repositories = texts(&name, &given)?,
            "tags" => built.tags = texts(&name, &given)?,
            "latest" => built.latest = Some(value(&name, &given)?),
            "platforms" => built.platforms = texts(&name, &given)?,
            "dry_run" => built.dry_run = value(&name, &given)?,
            "repair" => built.repair = value(&name, &given)?,
            "prune_destination" => built.prune_destination = value(&name, &given)?,
            "checkpoint" => built.checkpoint = Some(text(&name, &given)?.into()),
            "shard" => built.shard = Some(text(&name, &given)?),
            "destination_client" => {
                let given = given.as_object().ok_or_else(|| unknown(request, &name))?;
                built.destination_client = Some(client(given)?);
            }
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn prune_options(request: &mut Request) -> Result<PruneOptions, Failure> {
    let mut built = PruneOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "keep_tags" => built.keep_tags = texts(&name, &given)?,
            "keep_last" => built.keep_last = Some(value(&name, &given)?),
            "older_than" => built.older_than = Some(text(&name, &given)?),
            "tags" => built.tags = texts(&name, &given)?,
            "untagged" => built.untagged = value(&name, &given)?,
            "orphans" => built.orphans = value(&name, &given)?,
            "dead_tags" => built.dead_tags = value(&name, &given)?,
            "artifact_types" => built.artifact_types = texts(&name, &given)?,
            "max" => built.max = Some(value(&name, &given)?),
            "dry_run" => built.dry_run = value(&name, &given)?,
            "plan" => built.plan = Some(text(&name, &given)?.into()),
            "execute" => built.execute = Some(text(&name, &given)?.into()),
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn delete_options(request: &mut Request) -> Result<DeleteOptions, Failure> {
    let mut built = DeleteOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "dry_run" => built.dry_run = value(&name, &given)?,
            "force" => built.force = value(&name, &given)?,
            "only" => built.only = Some(parsed(&name, &given)?),
            "if_exists" => built.if_exists = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn migrate_options(request: &mut Request) -> Result<MigrateOptions, Failure> {
    let mut built = MigrateOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "to" => built.to = parsed(&name, &given)?,
            "dry_run" => built.dry_run = value(&name, &given)?,
            "remove_old" => built.remove_old = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn backup_options(request: &mut Request, events: &Events) -> Result<BackupOptions, Failure> {
    let mut built = BackupOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "recursive" => built.recursive = value(&name, &given)?,
            "since" => built.since = Some(text(&name, &given)?.into()),
            "dry_run" => built.dry_run = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn restore_options(request: &mut Request, events: &Events) -> Result<RestoreOptions, Failure> {
    let mut built = RestoreOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "repository" => built.repository = Some(text(&name, &given)?),
            "exclude_referrers" => built.exclude_referrers = value(&name, &given)?,
            "dry_run" => built.dry_run = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn copy_options(request: &mut Request, events: &Events) -> Result<CopyOptions, Failure> {
    let mut built = CopyOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "recursive" => built.recursive = value(&name, &given)?,
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "index_platforms" => built.index_platforms = texts(&name, &given)?,
            "only" => built.only = Some(parsed(&name, &given)?),
            "repair" => built.repair = value(&name, &given)?,
            "foreign" => built.foreign = value(&name, &given)?,
            "destination_client" => {
                let given = given.as_object().ok_or_else(|| unknown(request, &name))?;
                built.destination_client = Some(client(given)?);
            }
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn check_options(request: &mut Request) -> Result<CheckOptions, Failure> {
    let mut built = CheckOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "each_platform" => built.each_platform = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn verify_options(request: &mut Request, events: &Events) -> Result<VerifyOptions, Failure> {
    let mut built = VerifyOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "only" => built.only = Some(parsed(&name, &given)?),
            "repair_index" => built.repair_index = value(&name, &given)?,
            "concurrency" => built.concurrency = Some(value(&name, &given)?),
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn resolve_options(request: &mut Request) -> Result<ResolveOptions, Failure> {
    let mut built = ResolveOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "platform" => built.platform = Some(parsed(&name, &given)?),
            "media_types" => built.media_types = texts(&name, &given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn untag_options(request: &mut Request) -> Result<UntagOptions, Failure> {
    let mut built = UntagOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "if_exists" => built.if_exists = value(&name, &given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn transfer_options(request: &mut Request, events: &Events) -> Result<TransferOptions, Failure> {
    let mut built = TransferOptions::default();
    for (name, given) in options(request) {
        match name.as_str() {
            "progress" => built.progress = events.option(&given)?,
            _ => return Err(unknown(request, &name)),
        }
    }
    Ok(built)
}

fn client(options: &Map<String, Value>) -> Result<Client, Failure> {
    let mut config = ClientConfig::default();
    for (name, given) in options {
        match name.as_str() {
            "credentials" => config.credentials = credentials(given)?,
            "auth_file" => config.auth_file = Some(text(name, given)?.into()),
            "plain_http" => config.plain_http = Some(value(name, given)?),
            "ca_file" => config.ca_file = Some(text(name, given)?.into()),
            "cert_file" => config.cert_file = Some(text(name, given)?.into()),
            "key_file" => config.key_file = Some(text(name, given)?.into()),
            "insecure" => config.insecure = value(name, given)?,
            "use_proxy" => config.use_proxy = value(name, given)?,
            "resolve" => {
                let parsed = list(name, given)?.iter().map(|entry| parsed(name, entry));
                config.resolve = parsed.collect::<Result<_, _>>()?;
            }
            "referrers_mode" => config.referrers_mode = parsed(name, given)?,
            "headers" => config.headers = pairs(name, given)?,
            "user_agent" => config.user_agent = text(name, given)?,
            "limits" => config.limits = limits(given)?,
            _ => return Err(Failure::Unsupported(format!("a client with {name}"))),
        }
    }
    config.check()?;
    Ok(Client::with_config(config))
}

fn limits(given: &Value) -> Result<Limits, Failure> {
    let seconds = |name: &str, given: &Value| value(name, given).map(Duration::from_secs_f64);
    let mut limits = Limits::default();
    for (name, given) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "connect_timeout" => limits.connect_timeout = seconds(name, given)?,
            "response_timeout" => limits.response_timeout = seconds(name, given)?,
            "idle_timeout" => limits.idle_timeout = seconds(name, given)?,
            "upload_response_timeout" => limits.upload_response_timeout = seconds(name, given)?,
            "max_attempts" => limits.max_attempts = value(name, given)?,
            "stall_timeout" => limits.stall_timeout = seconds(name, given)?,
            "max_manifest_bytes" => limits.max_manifest_bytes = value(name, given)?,
            "max_pages" => limits.max_pages = value(name, given)?,
            "max_entries" => limits.max_entries = value(name, given)?,
            "helper_timeout" => limits.helper_timeout = seconds(name, given)?,
            "max_requests_per_second" => limits.max_requests_per_second = value(name, given)?,
            _ => return Err(Failure::Unsupported(format!("the limit {name}"))),
        }
    }
    Ok(limits)
}

fn credentials(given: &Value) -> Result<Credentials, Failure> {
    Ok(match given.as_str() {
        Some("stored") => Credentials::Stored,
        Some("anonymous") => Credentials::Anonymous,
        _ if given.get("callback").is_some() => {
            let given = credential("credentials", &given["callback"])?;
            Credentials::Callback(Arc::new(Source(given)))
        }
        _ => Credentials::Given(credential("credentials", given)?),
    })
}

/// A function that returns a credential.
struct Source(Credential);

#[async_trait]
impl CredentialSource for Source {
    async fn credential(&self, _: &Host, _: &str) -> ocigraph::Result<Option<Credential>> {
        Ok(Some(self.0.clone()))
    }
}

fn credential(name: &str, given: &Value) -> Result<Credential, Failure> {
    let given = pairs(name, given)?;
    let parts: Vec<(&str, &str)> = given.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    Ok(match parts.as_slice() {
        [("password", password), ("username", username)]
        | [("username", username), ("password", password)] => {
            Credential::password(*username, *password)
        }
        [("identity_token", token)] => Credential::identity_token(*token),
        [("registry_token", token)] => Credential::registry_token(*token),
        _ => {
            let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
            return Err(Failure::Unsupported(format!("{name} with {names:?}")));
        }
    })
}

/// Reads a file: a path, or an object with `path` or `content`.
fn file(given: &Value) -> Result<File, Failure> {
    if let Some(path) = given.as_str() {
        return Ok(File::path(path));
    }
    let mut source = Map::new();
    let mut rest = Vec::new();
    for (name, given) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "path" | "content" => _ = source.insert(name.clone(), given.clone()),
            _ => rest.push((name, given)),
        }
    }
    let mut file = match content(&Value::Object(source))? {
        Content::Bytes(bytes) => File::bytes("", bytes),
        Content::Path(path) => File::path(path),
        other => panic!("a scenario cannot have the content {other:?}"),
    };
    if matches!(file.content, Content::Bytes(_)) {
        file.title = None;
    }
    for (name, given) in rest {
        match name.as_str() {
            "title" => file.title = Some(text(name, given)?),
            "media_type" => file.media_type = Some(text(name, given)?),
            "annotations" => file.annotations = pairs(name, given)?.into_iter().collect(),
            _ => return Err(Failure::Unsupported(format!("a file with {name}"))),
        }
    }
    Ok(file)
}

/// Reads content: a text, `{"content": TEXT}` or `{"path": PATH}`.
fn content(given: &Value) -> Result<Content, Failure> {
    let parts = match given {
        Value::String(text) => return Ok(Content::Bytes(text.clone().into())),
        other => pairs("content", other)?,
    };
    match parts.as_slice() {
        [(name, path)] if name == "path" => Ok(Content::Path(path.into())),
        [(name, text)] if name == "content" => Ok(Content::Bytes(text.clone().into())),
        _ => Err(Failure::Unsupported(format!("content as {given}"))),
    }
}

fn reference(request: &mut Request) -> Result<Reference, Failure> {
    text_as(request, "reference")
}

fn text_as<T>(request: &mut Request, name: &str) -> Result<T, Failure>
where
    T: std::str::FromStr,
    ocigraph::Error: From<T::Err>,
{
    parsed(name, &request.required(name)?)
}

fn parsed<T>(name: &str, given: &Value) -> Result<T, Failure>
where
    T: std::str::FromStr,
    ocigraph::Error: From<T::Err>,
{
    Ok(text(name, given)?.parse().map_err(ocigraph::Error::from)?)
}

fn texts(name: &str, given: &Value) -> Result<Vec<String>, Failure> {
    list(name, given)?.iter().map(|entry| text(name, entry)).collect()
}

fn descriptor(of: &Descriptor) -> Value {
    json!({ "descriptor": of.to_json(KeyCase::Snake) })
}

/// Returns the tree of a walk from this depth on: the list `referrers`, and the list `attached` if
/// there are edges of other kinds. A node that is reached again has neither below it.
fn attached_from(walk: &mut Peekable<Walk<'_>>, depth: usize) -> Value {
    let mut lists = json!({ "referrers": [] });
    while let Some(node) = walk.next_if(|node| node.depth == depth) {
        let mut value = node.descriptor.to_json(KeyCase::Snake);
        let below = attached_from(walk, depth + 1);
        if let (Value::Object(fields), Value::Object(below)) = (&mut value, below) {
            fields.extend(below);
        }
        let list = if node.kind == EdgeKind::Referrer { "referrers" } else { "attached" };
        match &mut lists[list] {
            Value::Array(values) => values.push(value),
            none => *none = json!([value]),
        }
    }
    lists
}
