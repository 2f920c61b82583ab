// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The methods of the native client: each converts its arguments and starts the operation of the
//! same name.

use std::path::PathBuf;

use ocigraph::{
    Annotations, AttachOptions, BackupOptions, BlobDeleteOptions, CheckOptions, CopyOptions,
    DeleteOptions, DiscoverOptions, Host, IndexCreateOptions, IndexUpdateOptions, LoginTarget,
    MigrateOptions, PruneOptions, PullOptions, PushOptions, ResolveOptions, RestoreOptions,
    SweepOptions, SyncOptions, TransferOptions, UntagOptions, VerifyOptions,
};
use pyo3::prelude::*;

use super::{Client, open};
use crate::{
    blob,
    config::{GivenClientConfig, GivenUnpackLimits},
    content::{Given, GivenFile},
    credential::GivenCredential,
    error::or_raised,
    manifest::{self, GivenManifest},
    operation::Operation,
    progress::Events,
    rows::Rows,
    values::{self, GivenReference},
};

#[pymethods]
impl Client {
    #[new]
    fn new(py: Python<'_>, config: GivenClientConfig) -> PyResult<Self> {
        let config = config.value(py)?;
        let inner = or_raised(py, open(&config))?;
        Ok(Self::from((config, inner)))
    }

    /// Closes the connections. Running operations continue; new ones fail with INVALID_ARGUMENT.
    fn close(&self) {
        self.end();
    }

    #[pyo3(signature = (reference, files, *, artifact_type, subject, annotations, config,
        artifact_platform, format, allow_path_traversal, source_date_epoch, concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn push(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        files: Vec<GivenFile>,
        artifact_type: Option<String>,
        subject: Option<GivenReference>,
        annotations: Annotations,
        config: Option<GivenFile>,
        artifact_platform: Option<String>,
        format: String,
        allow_path_traversal: bool,
        source_date_epoch: Option<u64>,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = PushOptions::default();
        options.artifact_type = artifact_type;
        options.subject = subject.map(|subject| subject.reference(py)).transpose()?;
        options.annotations = annotations;
        options.artifact_platform = artifact_platform
            .map(|artifact_platform| values::parsed(py, &artifact_platform))
            .transpose()?;
        options.format = values::parsed(py, &format)?;
        options.allow_path_traversal = allow_path_traversal;
        options.source_date_epoch = source_date_epoch;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move {
            for file in files {
                options.files.push(file.into_file().await?);
            }
            if let Some(file) = config {
                options.config = Some(file.into_file().await?);
            }
            client.push(&reference, options).await
        })
    }

    #[pyo3(signature = (reference, files, *, artifact_type, platform, annotations, config,
        format, allow_empty, allow_path_traversal, source_date_epoch, concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn attach(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        files: Vec<GivenFile>,
        artifact_type: Option<String>,
        platform: Option<String>,
        annotations: Annotations,
        config: Option<GivenFile>,
        format: String,
        allow_empty: bool,
        allow_path_traversal: bool,
        source_date_epoch: Option<u64>,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = AttachOptions::default();
        options.artifact_type = artifact_type;
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.annotations = annotations;
        options.format = values::parsed(py, &format)?;
        options.allow_empty = allow_empty;
        options.allow_path_traversal = allow_path_traversal;
        options.source_date_epoch = source_date_epoch;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move {
            for file in files {
                options.files.push(file.into_file().await?);
            }
            if let Some(file) = config {
                options.config = Some(file.into_file().await?);
            }
            client.attach(&reference, options).await
        })
    }

    #[pyo3(signature = (reference, output, *, artifact_type, platform, include_subject, all,
        config_file, config_media_type, keep_old_files, allow_path_traversal, unpack_limits,
        concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn pull(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        output: PathBuf,
        artifact_type: Option<String>,
        platform: Option<String>,
        include_subject: bool,
        all: bool,
        config_file: Option<PathBuf>,
        config_media_type: Option<String>,
        keep_old_files: bool,
        allow_path_traversal: bool,
        unpack_limits: GivenUnpackLimits,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = PullOptions::default();
        options.output = output;
        options.artifact_type = artifact_type;
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.include_subject = include_subject;
        options.all = all;
        options.config_file = config_file;
        options.config_media_type = config_media_type;
        options.keep_old_files = keep_old_files;
        options.allow_path_traversal = allow_path_traversal;
        options.unpack_limits = unpack_limits.value(py)?;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move { client.pull(&reference, options).await })
    }

    #[pyo3(signature = (reference, *, artifact_type, annotations, predicate_type, only,
        platform, depth, allow_incomplete, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn discover(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        artifact_type: Option<String>,
        annotations: Annotations,
        predicate_type: Option<String>,
        only: Option<String>,
        platform: Option<String>,
        depth: Option<usize>,
        allow_incomplete: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = DiscoverOptions::default();
        options.artifact_type = artifact_type;
        options.annotations = annotations;
        options.predicate_type = predicate_type;
        options.only = only.map(|only| values::parsed(py, &only)).transpose()?;
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.depth = depth;
        options.allow_incomplete = allow_incomplete;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move { client.discover(&reference, options).await })
    }

    #[pyo3(signature = (reference, *, artifact_type, annotations, predicate_type, only,
        platform, depth, allow_incomplete, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn discover_each(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        artifact_type: Option<String>,
        annotations: Annotations,
        predicate_type: Option<String>,
        only: Option<String>,
        platform: Option<String>,
        depth: Option<usize>,
        allow_incomplete: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Rows> {
        let reference = reference.reference(py)?;
        let mut options = DiscoverOptions::default();
        options.artifact_type = artifact_type;
        options.annotations = annotations;
        options.predicate_type = predicate_type;
        options.only = only.map(|only| values::parsed(py, &only)).transpose()?;
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.depth = depth;
        options.allow_incomplete = allow_incomplete;
        options.concurrency = concurrency;
        self.rows(py, |client| client.discover_each(&reference, options))
    }

    #[pyo3(signature = (reference, *, dry_run, force, only, if_exists, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn delete(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        dry_run: bool,
        force: bool,
        only: Option<String>,
        if_exists: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = DeleteOptions::default();
        options.dry_run = dry_run;
        options.force = force;
        options.only = only.map(|only| values::parsed(py, &only)).transpose()?;
        options.if_exists = if_exists;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move { client.delete(&reference, options).await })
    }

    #[pyo3(signature = (source, destination, *, recursive, only, platform, index_platforms,
        foreign, repair, destination_client, concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn copy(
        &self,
        py: Python<'_>,
        source: GivenReference,
        destination: GivenReference,
        recursive: bool,
        only: Option<String>,
        platform: Option<String>,
        index_platforms: Vec<String>,
        foreign: bool,
        repair: bool,
        destination_client: Option<Py<Client>>,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let source = source.reference(py)?;
        let destination = destination.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = CopyOptions::default();
        options.recursive = recursive;
        options.only = only.map(|only| values::parsed(py, &only)).transpose()?;
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.index_platforms = index_platforms;
        options.foreign = foreign;
        options.repair = repair;
        options.destination_client = destination_client
            .map(|destination_client| destination_client.get().open(py))
            .transpose()?
            .map(|opened| opened.1);
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(
            py,
            events,
            |client| async move { client.copy(&source, &destination, options).await },
        )
    }

    #[pyo3(signature = (references, output, *, recursive, since, dry_run, concurrency,
        progress))]
    #[allow(clippy::too_many_arguments)]
    fn backup(
        &self,
        py: Python<'_>,
        references: Vec<GivenReference>,
        output: PathBuf,
        recursive: bool,
        since: Option<PathBuf>,
        dry_run: bool,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let references =
            references.into_iter().map(|one| one.reference(py)).collect::<PyResult<Vec<_>>>()?;
        let (events, progress) = Events::new(progress);
        let mut options = BackupOptions::default();
        options.recursive = recursive;
        options.since = since;
        options.dry_run = dry_run;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move {
            client.backup(&references, &output, options).await
        })
    }

    #[pyo3(signature = (inputs, destination, *, repository, exclude_referrers, dry_run,
        concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn restore(
        &self,
        py: Python<'_>,
        inputs: Vec<PathBuf>,
        destination: String,
        repository: Option<String>,
        exclude_referrers: bool,
        dry_run: bool,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let (events, progress) = Events::new(progress);
        let mut options = RestoreOptions::default();
        options.repository = repository;
        options.exclude_referrers = exclude_referrers;
        options.dry_run = dry_run;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move {
            client.restore(&inputs, &destination, options).await
        })
    }

    #[pyo3(signature = (reference, *, to, dry_run, remove_old, concurrency))]
    fn migrate(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        to: String,
        dry_run: bool,
        remove_old: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = MigrateOptions::default();
        options.to = values::parsed(py, &to)?;
        options.dry_run = dry_run;
        options.remove_old = remove_old;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move { client.migrate(&reference, options).await })
    }

    #[pyo3(signature = (reference, *, platform, only, repair_index, concurrency, progress))]
    #[allow(clippy::too_many_arguments)]
    fn verify(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<String>,
        only: Option<String>,
        repair_index: bool,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = VerifyOptions::default();
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.only = only.map(|only| values::parsed(py, &only)).transpose()?;
        options.repair_index = repair_index;
        options.concurrency = concurrency;
        options.progress = progress;
        self.start(py, events, |client| async move { client.verify(&reference, options).await })
    }

    #[pyo3(signature = (reference, requirements, *, platform, each_platform, concurrency))]
    fn check(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        requirements: Vec<String>,
        platform: Option<String>,
        each_platform: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = CheckOptions::default();
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.each_platform = each_platform;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move {
            client.check(&reference, &requirements, options).await
        })
    }

    #[pyo3(signature = (reference, *, platform, media_types))]
    fn resolve(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<String>,
        media_types: Vec<String>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = ResolveOptions::default();
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.media_types = media_types;
        self.start(py, None, |client| async move { client.resolve(&reference, options).await })
    }

    #[pyo3(signature = (reference, *, platform, media_types))]
    fn fetch_manifest(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<String>,
        media_types: Vec<String>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = ResolveOptions::default();
        options.platform = platform.map(|platform| values::parsed(py, &platform)).transpose()?;
        options.media_types = media_types;
        self.start(
            py,
            None,
            |client| async move { client.fetch_manifest(&reference, options).await },
        )
    }

    #[pyo3(signature = (reference, content, *, media_type))]
    fn push_manifest(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        content: GivenManifest,
        media_type: Option<String>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| {
            manifest::push_manifest(client, reference, content, media_type)
        })
    }

    fn delete_manifest(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| manifest::delete_manifest(client, reference))
    }

    #[pyo3(signature = (reference, manifests, *, annotations, artifact_type, dry_run,
        concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn index_create(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        manifests: Vec<String>,
        annotations: Annotations,
        artifact_type: Option<String>,
        dry_run: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = IndexCreateOptions::default();
        options.annotations = annotations;
        options.artifact_type = artifact_type;
        options.dry_run = dry_run;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move {
            client.index_create(&reference, &manifests, options).await
        })
    }

    #[pyo3(signature = (reference, *, add, merge, remove, annotations, artifact_type,
        remove_artifact_type, tags, dry_run, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn index_update(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        add: Vec<String>,
        merge: Vec<String>,
        remove: Vec<String>,
        annotations: Annotations,
        artifact_type: Option<String>,
        remove_artifact_type: bool,
        tags: Vec<String>,
        dry_run: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = IndexUpdateOptions::default();
        options.add = add;
        options.merge = merge;
        options.remove = remove;
        options.annotations = annotations;
        options.artifact_type = artifact_type;
        options.remove_artifact_type = remove_artifact_type;
        options.tags = tags;
        options.dry_run = dry_run;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move { client.index_update(&reference, options).await })
    }

    #[pyo3(signature = (reference, *, progress))]
    fn fetch_blob(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = TransferOptions::default();
        options.progress = progress;
        let (runtime, client) = self.open(py)?;
        Ok(blob::fetch_blob(&runtime, client, events, reference, options))
    }

    #[pyo3(signature = (reference, content, *, media_type, progress))]
    fn push_blob(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        content: Given,
        media_type: Option<String>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (events, progress) = Events::new(progress);
        let mut options = TransferOptions::default();
        options.progress = progress;
        let (runtime, client) = self.open(py)?;
        Ok(blob::push_blob(&runtime, client, events, reference, content, options, media_type))
    }

    #[pyo3(signature = (reference, *, if_exists))]
    fn delete_blob(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        if_exists: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = BlobDeleteOptions::default();
        options.if_exists = if_exists;
        self.start(py, None, |client| async move { client.delete_blob(&reference, options).await })
    }

    #[pyo3(signature = (references, *, keep_tags, keep_last, older_than, tags, untagged,
        orphans, dead_tags, artifact_types, max, dry_run, plan, execute, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn prune(
        &self,
        py: Python<'_>,
        references: Vec<GivenReference>,
        keep_tags: Vec<String>,
        keep_last: Option<usize>,
        older_than: Option<String>,
        tags: Vec<String>,
        untagged: bool,
        orphans: bool,
        dead_tags: bool,
        artifact_types: Vec<String>,
        max: Option<usize>,
        dry_run: bool,
        plan: Option<PathBuf>,
        execute: Option<PathBuf>,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let references =
            references.into_iter().map(|one| one.reference(py)).collect::<PyResult<Vec<_>>>()?;
        let mut options = PruneOptions::default();
        options.keep_tags = keep_tags;
        options.keep_last = keep_last;
        options.older_than = older_than;
        options.tags = tags;
        options.untagged = untagged;
        options.orphans = orphans;
        options.dead_tags = dead_tags;
        options.artifact_types = artifact_types;
        options.max = max;
        options.dry_run = dry_run;
        options.plan = plan;
        options.execute = execute;
        options.concurrency = concurrency;
        self.start(py, None, |client| async move { client.prune(&references, options).await })
    }

    #[pyo3(signature = (sources, destination, *, repositories, tags, latest, platforms, dry_run,
        prune_destination, repair, checkpoint, shard, destination_client, concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn sync(
        &self,
        py: Python<'_>,
        sources: Vec<String>,
        destination: String,
        repositories: Vec<String>,
        tags: Vec<String>,
        latest: Option<usize>,
        platforms: Vec<String>,
        dry_run: bool,
        prune_destination: bool,
        repair: bool,
        checkpoint: Option<PathBuf>,
        shard: Option<String>,
        destination_client: Option<Py<Client>>,
        concurrency: Option<usize>,
    ) -> PyResult<Rows> {
        let mut options = SyncOptions::default();
        options.repositories = repositories;
        options.tags = tags;
        options.latest = latest;
        options.platforms = platforms;
        options.dry_run = dry_run;
        options.prune_destination = prune_destination;
        options.repair = repair;
        options.checkpoint = checkpoint;
        options.shard = shard;
        options.destination_client = destination_client
            .map(|destination_client| destination_client.get().open(py))
            .transpose()?
            .map(|opened| opened.1);
        options.concurrency = concurrency;
        self.rows(py, |client| client.sync(&sources, &destination, options))
    }

    #[pyo3(signature = (targets, *, repositories, tags, latest, depth, checkpoint, shard,
        concurrency))]
    #[allow(clippy::too_many_arguments)]
    fn sweep(
        &self,
        py: Python<'_>,
        targets: Vec<String>,
        repositories: Vec<String>,
        tags: Vec<String>,
        latest: Option<usize>,
        depth: Option<usize>,
        checkpoint: Option<PathBuf>,
        shard: Option<String>,
        concurrency: Option<usize>,
    ) -> PyResult<Rows> {
        let mut options = SweepOptions::default();
        options.repositories = repositories;
        options.tags = tags;
        options.latest = latest;
        options.depth = depth;
        options.checkpoint = checkpoint;
        options.shard = shard;
        options.concurrency = concurrency;
        self.rows(py, |client| client.sweep(&targets, options))
    }

    fn tag(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        tags: Vec<String>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| async move { client.tag(&reference, &tags).await })
    }

    #[pyo3(signature = (reference, *, if_exists))]
    fn untag(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        if_exists: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = UntagOptions::default();
        options.if_exists = if_exists;
        self.start(py, None, |client| async move { client.untag(&reference, options).await })
    }

    fn tags(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| async move { client.tags(&reference).await })
    }

    fn tag_details(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| async move { client.tag_details(&reference).await })
    }

    fn manifests(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        self.start(py, None, |client| async move { client.manifests(&reference).await })
    }

    fn repositories(&self, py: Python<'_>, host: String) -> PyResult<Operation> {
        let host: Host = values::parsed(py, &host)?;
        self.start(py, None, |client| async move { client.repositories(&host).await })
    }

    fn login(
        &self,
        py: Python<'_>,
        host: String,
        credential: GivenCredential,
    ) -> PyResult<Operation> {
        let host: LoginTarget = values::parsed(py, &host)?;
        let credential = or_raised(py, credential.credential())?;
        self.start(py, None, |client| async move { client.login(&host, credential).await })
    }

    fn logout(&self, py: Python<'_>, host: String) -> PyResult<Operation> {
        let host: LoginTarget = values::parsed(py, &host)?;
        self.start(py, None, |client| async move { client.logout(&host).await })
    }
}
