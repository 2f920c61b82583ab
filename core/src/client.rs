//! The client: opens what a reference names, one method per operation.

mod operations;

#[cfg(doc)]
use crate::Code;
#[cfg(feature = "layout")]
use std::path::PathBuf;
use std::{fmt, path::Path, sync::Arc};

use bytes::Bytes;

#[cfg(feature = "layout")]
use crate::operation::{
    backup::{self, BackupOptions, BackupReport},
    restore::{self, RestoreOptions, RestoreReport},
};
use crate::{
    operation::{
        self,
        blob::TransferOptions,
        copy::{self, CopyOptions, CopyReport},
        discover::{self, DiscoverOptions, DiscoverSummary, DiscoveredRow},
        list,
        prune::{self, PruneOptions, PruneReport},
        rows::Rows,
        selection::Places,
        sweep::{self, SweepOptions, SweepRow, SweepSummary},
        sync::{self, SyncOptions, SyncRow, SyncSummary},
    },
    store::{
        ReadStore, Store,
        catalog::{ManifestInfo, TagInfo},
        client::check_secrets,
        limits::Limits,
        list::List,
    },
};
#[cfg(feature = "registry")]
use crate::{
    operation::{
        login::{self, LoginResult, LogoutResult},
        named::named,
    },
    store::registry::auth::{Credential, Credentials, LoginTarget},
};
use futures::FutureExt;
use ocigraph_types::{Descriptor, Host, Location, Reference, Result};

pub use crate::store::client::{Client, ClientConfig};

/// Actions that a token must allow besides `pull`. If a delete must update an index of referrers,
/// the registry asks for more.
const PUSH: [&str; 1] = ["push"];
const DELETE: [&str; 1] = ["delete"];

impl Client {
    /// The same client, which uses `store` for every reference to `location`: a store of the caller
    /// instead of a registry or a directory. The locations of other references are opened as
    /// before.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let dir = tempfile::tempdir().unwrap();
    /// use std::sync::Arc;
    /// use ocigraph::{Client, File, Layout, PushOptions, Reference};
    ///
    /// // Any `Store` will do. Here it is a layout that is named like a repository.
    /// let store = Arc::new(Layout::open(dir.path().join("layout")));
    /// let image: Reference = "store.example/app:v1".parse()?;
    /// let client = Client::new().with_store(image.location().clone(), store);
    /// let files = vec![File::bytes("readme.md", "hello")];
    /// client.push(&image, PushOptions::default().files(files)).await?;
    /// assert_eq!(client.tags(&image).await?, ["v1"]);
    /// # Ok::<(), ocigraph::Error>(()) }).unwrap();
    /// ```
    pub fn with_store(mut self, location: Location, store: Arc<dyn Store>) -> Self {
        Arc::make_mut(&mut self.stores).insert(location, store);
        self
    }

    /// Returns the store that `reference` points into. Sends and reads nothing.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if the configuration cannot be used,
    /// [`Code::Unsupported`] if this build has no feature for the location.
    pub fn open(&self, reference: &Reference) -> Result<Arc<dyn Store>> {
        self.open_location(reference.location(), &[])
    }

    /// Opens a store for an operation. One token serves all of its requests: it allows `actions`
    /// beside `pull`.
    fn open_for(
        &self,
        operation: &str,
        reference: &Reference,
        actions: &[&str],
    ) -> Result<Arc<dyn Store>> {
        let opened = match actions {
            [] => self.open_source(reference),
            _ => self.open_location(reference.location(), actions),
        };
        opened.map_err(|e| e.with_operation(operation, reference))
    }

    /// Opens a store to read what a reference names.
    fn open_source(&self, reference: &Reference) -> Result<Arc<dyn Store>> {
        #[cfg(feature = "layout")]
        if let Some(Location::Layout(path)) = self.own_location(reference)
            && let [name] = reference.tags()
        {
            let layout = crate::store::layout::Layout::with_limits(path, &self.config.limits);
            return Ok(Arc::new(layout.limited_to_repository_of(name)));
        }
        self.open_location(reference.location(), &[])
    }

    fn open_location(&self, location: &Location, actions: &[&str]) -> Result<Arc<dyn Store>> {
        if let Some(store) = self.stores.get(location) {
            return Ok(Arc::clone(store));
        }
        match location {
            Location::Layout(path) => open_layout(path, &self.config.limits, !actions.is_empty()),
            Location::Registry { host, repository } => {
                self.registries.open(&self.config, host, repository, actions)
            }
        }
    }

    /// Opens source and destination of a copy, the destination with `other` if there is one. Within
    /// one registry a token of one client must allow access to both repositories, since blobs are
    /// mounted from one to the other.
    fn open_both(
        &self,
        source: &Reference,
        other: Option<&Client>,
        destination: &Reference,
    ) -> Result<(Arc<dyn Store>, Arc<dyn Store>)> {
        if let Some(other) = other {
            let from = self.open_source(source)?;
            return Ok((from, other.open_location(destination.location(), &PUSH)?));
        }
        if let (
            Some(Location::Registry { host, repository: from }),
            Some(Location::Registry { host: other, repository: to }),
        ) = (self.own_location(source), self.own_location(destination))
        {
            if host == other {
                return self.registries.open_both(&self.config, host, from, (to, &PUSH));
            }
            check_secrets(&self.config)?;
        }
        let from = self.open_source(source)?;
        Ok((from, self.open_location(destination.location(), &PUSH)?))
    }

    /// The location of a reference, unless a store of the caller serves it.
    fn own_location<'a>(&self, reference: &'a Reference) -> Option<&'a Location> {
        Some(reference.location()).filter(|location| !self.stores.contains_key(location))
    }

    /// Copies what `source` names, or its whole graph, to `destination`, and sets the destination's
    /// tags. Content that the destination has is not sent.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `source` names nothing or content of it is missing,
    /// [`Code::InvalidArgument`] if one client would send the same credential or header to two
    /// registries.
    pub async fn copy(
        &self,
        source: &Reference,
        destination: &Reference,
        mut options: CopyOptions,
    ) -> Result<CopyReport> {
        let on = || format!("{source} to {destination}");
        // A clone has the same credentials and connections, so it is not a second client.
        options.destination_client.take_if(|other| other.is_clone_of(self));
        let opened = self.open_both(source, options.destination_client.as_ref(), destination);
        let (from, to) = opened.map_err(|e| e.with_operation(copy::OPERATION, on()))?;
        operation::copy(from, source, to, destination, options).await
    }

    /// Returns all tags, in the order of the registry or layout. Fallback tags of referrers are
    /// not among them. With a tag or digest in `reference`, returns only the tags of that manifest.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` has a tag or digest that names nothing,
    /// [`Code::Incomplete`] if a part of the list cannot be read.
    ///
    /// # Incomplete lists
    /// [`Client::list_tags`] returns what could be read.
    pub async fn tags(&self, reference: &Reference) -> Result<Vec<String>> {
        complete(list::TAGS, reference, self.list_tags(reference).await?)
    }

    /// Returns the tags that could be read, and the problems of the list.
    pub async fn list_tags(&self, reference: &Reference) -> Result<List<String>> {
        let store = self.open_for(list::TAGS, reference, &[])?;
        operation::tags(&*store, reference).await
    }

    /// Returns all tags, each with the digest that it names and what the registry knows of it. With
    /// a tag or digest in `reference`, returns only the tags of that manifest.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` has a tag or digest that names nothing,
    /// [`Code::Incomplete`] if a part of the list cannot be read.
    ///
    /// # Incomplete lists
    /// [`Client::list_tag_details`] returns what could be read.
    pub async fn tag_details(&self, reference: &Reference) -> Result<Vec<TagInfo>> {
        complete(list::TAGS, reference, self.list_tag_details(reference).await?)
    }

    /// Like [`Client::tag_details`], for the tags that could be read, and the problems of the list.
    pub async fn list_tag_details(&self, reference: &Reference) -> Result<List<TagInfo>> {
        let store = self.open_for(list::TAGS, reference, &[])?;
        operation::tag_details(&*store, reference).await
    }

    /// Returns every edge of the graph that [`Client::discover`] returns, as rows that come as they are found:
    /// what is attached, and to what. The graph is not held in memory. The edge to a manifest comes before
    /// those from it. A manifest that is attached to another in two ways has two rows. The last rows can come
    /// before an error.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` names nothing, [`Code::Incomplete`] at the first list that cannot be
    /// read completely, unless the options allow it.
    pub fn discover_each(
        &self,
        reference: &Reference,
        options: DiscoverOptions,
    ) -> Result<Rows<DiscoveredRow, DiscoverSummary>> {
        let store = self.open_for(discover::OPERATION, reference, &[])?;
        Ok(operation::discover_each(store, reference.clone(), options))
    }

    /// Returns what is attached to every image of registries, repositories and layouts, as rows that come
    /// as they are found. A target is `host` (all repositories), `host/PATTERN[:TAG]`,
    /// `host/repository[:TAG]`, or `oci:PATH[:TAG]`; a tag can be a pattern too. In patterns, `*` means
    /// any characters but `/`, `**` those too, `?` one character, and `{a,b}` one of several texts.
    ///
    /// What cannot be read is a row with the status `unknown`, `refused` or `missing`, and ends nothing: an
    /// image, a repository, or the list of a registry's repositories. Only *none* says that nothing is
    /// attached. After 32 requests in a row that did not reach a registry, its other repositories are
    /// rows with the status `unknown`.
    ///
    /// Memory stays bounded: a million tags take less than 200 MB.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if a target, a pattern or a shard cannot be used, or if the checkpoint is of
    /// another sweep, [`Code::InvalidReference`] if a target names no place, [`Code::Conflict`] if another
    /// process uses the checkpoint, [`Code::Io`] if the checkpoint cannot be written.
    pub fn sweep(
        &self,
        targets: &[String],
        options: SweepOptions,
    ) -> Result<Rows<SweepRow, SweepSummary>> {
        let selected = sweep::select(targets, &options).and_then(|selected| {
            self.check_hosts(selected.iter().filter_map(|selector| selector.host()))?;
            Ok(selected)
        });
        let on = targets.join(" ");
        let selected = selected.map_err(|e| e.with_operation(sweep::OPERATION, &on))?;
        Ok(sweep::run(self.places(), selected, options))
    }

    /// Copies images of registries, repositories and layouts with everything attached to them, and returns a
    /// row for each reference. A source is written as a target of [`Client::sweep`]. The destination of one
    /// repository or layout is `host/repository` or `oci:PATH`. Several repositories keep their paths below
    /// `host` or `host/prefix`, and their names in `oci:PATH`.
    ///
    /// What the destination has is not sent; where nothing is attached, a reference that it has costs three
    /// requests. After a copy, the destination is asked for the tag, for what an index lists and for what is
    /// attached: only `copied` and `existed` say that it has all of it. A reference that cannot be copied is
    /// a row with the outcome `missing`, `refused`, `changed` or `unknown`, and ends nothing. A tag that
    /// names something else at the destination moves.
    ///
    /// An example: [`SyncOptions`].
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] or [`Code::InvalidReference`] if a source, the destination, a pattern, a
    /// platform or a shard cannot be used. The rows fail with [`Code::Unauthorized`] if the destination
    /// refuses the credential, with [`Code::InvalidArgument`] if two sources have one destination or the
    /// checkpoint is of another sync, with [`Code::Conflict`] if another process uses the checkpoint, and
    /// with [`Code::Io`] if it cannot be written.
    pub fn sync(
        &self,
        sources: &[String],
        destination: &str,
        mut options: SyncOptions,
    ) -> Result<Rows<SyncRow, SyncSummary>> {
        options.destination_client.take_if(|other| other.is_clone_of(self));
        let plan = sync::Plan::new(sources, destination, &options).and_then(|plan| {
            let own = plan.source_hosts();
            match options.destination_client {
                Some(_) => self.check_hosts(own)?,
                None => self.check_hosts(own.chain(plan.destination_host()))?,
            }
            Ok(plan)
        });
        let on = || format!("{} to {destination}", sources.join(" "));
        let plan = plan.map_err(|e| e.with_operation(sync::OPERATION, on()))?;
        let (client, other) = (self.clone(), options.destination_client.clone());
        let named = other.clone().unwrap_or_else(|| self.clone());
        let both = move |from: &Location, to: &Location| -> Result<(Arc<dyn ReadStore>, _)> {
            let (from, to) = (Reference::new(from.clone()), Reference::new(to.clone()));
            let (from, to) = client.open_both(&from, other.as_ref(), &to)?;
            Ok((from, to))
        };
        let stores = sync::Stores {
            places: self.places(),
            both: Arc::new(both),
            named: Arc::new(move |path, name| named.clone().open_named(path, name).boxed()),
        };
        Ok(sync::run(stores, plan, options))
    }

    /// Opens a repository in a layout of several.
    #[cfg(feature = "layout")]
    async fn open_named(self, path: PathBuf, name: String) -> Result<Arc<dyn Store>> {
        let layout = crate::store::layout::Layout::with_limits(&path, &self.config.limits);
        layout.check_writable()?;
        Ok(Arc::new(operation::archive::NamedRepository::open(layout, name).await?))
    }

    #[cfg(not(feature = "layout"))]
    async fn open_named(self, path: std::path::PathBuf, _: String) -> Result<Arc<dyn Store>> {
        open_layout(&path, &self.config.limits, true)
    }

    /// Fails if one client would send several registries a secret that the caller gave for one.
    fn check_hosts<'a>(&self, mut hosts: impl Iterator<Item = &'a Host>) -> Result<()> {
        let Some(first) = hosts.next() else { return Ok(()) };
        if hosts.all(|host| host == first) {
            return Ok(());
        }
        check_secrets(&self.config).map_err(|e| {
            e.with_hint("sign in to each with `ocigraph login`, or name one registry at a time")
        })
    }

    /// The registry of a reference, unless a store of the caller serves it.
    fn host_of<'a>(&self, reference: &'a Reference) -> Option<&'a Host> {
        match self.own_location(reference) {
            Some(Location::Registry { host, .. }) => Some(host),
            _ => None,
        }
    }

    /// What operations on many images open and list.
    fn places(&self) -> Places {
        let (open, list) = (self.clone(), self.clone());
        let open = move |location: &Location| -> Result<Arc<dyn ReadStore>> {
            Ok(open.open_location(location, &[])?)
        };
        Places::new(open, move |host| list.clone().repositories_of(host).boxed())
    }

    #[cfg(feature = "registry")]
    async fn repositories_of(self, host: Host) -> Result<List<String>> {
        self.list_repositories(&host).await
    }

    #[cfg(not(feature = "registry"))]
    async fn repositories_of(self, host: Host) -> Result<List<String>> {
        let message = format!("{host}: this build has no feature for registries");
        Err(ocigraph_types::Error::new(ocigraph_types::Code::Unsupported, message))
    }

    /// Like [`Client::discover`], with the annotations as the registry lists them: some list none.
    /// Saves the requests for them where nothing shows annotations. The options must not filter by
    /// annotations.
    #[doc(hidden)]
    pub async fn discover_as_listed(
        &self,
        reference: &Reference,
        options: &operation::discover::DiscoverOptions,
    ) -> Result<ocigraph_types::Graph> {
        let store = self.open_for(operation::discover::OPERATION, reference, &[])?;
        operation::discover::discover_as_listed(&*store, reference, options).await
    }

    /// Returns all manifests, tagged and untagged, with what is known of each. An untagged manifest
    /// is found if an index lists it or if it refers to a manifest that is found. With a tag or
    /// digest in `reference`, returns only that manifest.
    ///
    /// # Errors
    /// [`Code::NotFound`] if `reference` has a tag or digest that names nothing,
    /// [`Code::Incomplete`] if a part of the list cannot be read.
    ///
    /// # Incomplete lists
    /// [`Client::list_manifests`] returns what could be read.
    pub async fn manifests(&self, reference: &Reference) -> Result<Vec<ManifestInfo>> {
        complete(list::MANIFESTS, reference, self.list_manifests(reference).await?)
    }

    /// Like [`Client::manifests`], for the manifests that could be read, and the problems of the
    /// lists.
    pub async fn list_manifests(&self, reference: &Reference) -> Result<List<ManifestInfo>> {
        let store = self.open_for(list::MANIFESTS, reference, &[])?;
        operation::manifests(&*store, reference).await
    }

    /// Deletes from repositories and layouts what the options select, by age, number, tags and kind, and
    /// keeps what something needs that stays: what an index lists, subjects, and everything attached. What
    /// is attached to a deleted manifest is deleted with it. The report has the reason for everything that
    /// is deleted, and for everything that was selected and stays. A plan can be stored, and executed later:
    /// what has changed since is refused, and an interrupted execution can be run again.
    ///
    /// A registry that lists no untagged manifests, as most do, shows only those that something tagged leads
    /// to: the report says so. If a list or a manifest cannot be read, everything stays in that repository,
    /// because the unread part may need it. A failure in one of several repositories is in the report, and
    /// does not stop the others.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if the options select nothing or cannot be used, or if a file is not a plan;
    /// [`Code::Conflict`] if the plan deletes more manifests than the options allow; [`Code::InvalidReference`] if a
    /// reference has a tag or digest. Of a single repository: [`Code::NotFound`] if it does not exist,
    /// [`Code::Unsupported`] if the registry deletes no manifest.
    pub async fn prune(
        &self,
        references: &[Reference],
        options: PruneOptions,
    ) -> Result<PruneReport> {
        // A plan needs no right to delete.
        let is_read_only = options.dry_run || options.plan.is_some();
        let actions: &[&str] = if is_read_only { &[] } else { &DELETE };
        let open = |reference: &Reference| match reference.location() {
            // The plan of an archive could not be executed.
            Location::Layout(path) if self.own_location(reference).is_some() => {
                open_layout(path, &self.config.limits, true)
            }
            location => self.open_location(location, actions),
        };
        let check = |references: &[Reference]| {
            self.check_hosts(references.iter().filter_map(|reference| self.host_of(reference)))
        };
        prune::run(references, &prune::Opener { open: &open, check: &check }, options).await
    }

    /// Executes a plan that [`Client::prune`] returned, as it does with a stored plan.
    #[doc(hidden)]
    pub async fn prune_as_planned(
        &self,
        plan: PruneReport,
        options: &PruneOptions,
    ) -> Result<PruneReport> {
        let open = |reference: &Reference| self.open_location(reference.location(), &DELETE);
        prune::run_plan(plan, &open, options).await
    }

    /// Stores bytes as a blob and returns its descriptor, with the media type
    /// `application/octet-stream`.
    pub async fn push_bytes(&self, reference: &Reference, bytes: Bytes) -> Result<Descriptor> {
        let blob = Descriptor::of(ocigraph_types::media_type::OCTET_STREAM, &bytes);
        self.push_blob(reference, &blob, Arc::new(bytes), TransferOptions::default()).await?;
        Ok(blob)
    }
}

/// Methods for archives.
#[cfg(feature = "layout")]
impl Client {
    /// Copies repositories and layouts, or some of their tags, into one archive or directory: an image
    /// layout. A path that ends with `.tar` is an archive. It appears when it is complete and every
    /// byte is verified; the same content gives the same bytes. A directory gets what it lacks, and tags
    /// that have moved at the source move in it too. Its `index.json` then says of which repository the
    /// tags are, in the annotation `io.ocigraph.backup`.
    ///
    /// A reference without tag and digest names all tags. Of one repository, the archive has the tags,
    /// as in any layout. Of several, each name in it is a reference: `host/repository:tag`, or
    /// `host/repository@digest` for a manifest without a tag. A layout is backed up by itself.
    ///
    /// # Errors
    /// [`Code::NotFound`] if a reference names nothing or content of it is missing,
    /// [`Code::Incomplete`] if a list of tags or referrers cannot be read completely,
    /// [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if a registry sends other content than a
    /// manifest lists, [`Code::AlreadyExists`] if `output` is a file where a directory is written, or
    /// the reverse, [`Code::Conflict`] if the directory has the backup of another repository, whose tags
    /// would be lost, [`Code::InvalidArgument`] if `references` is empty or an option cannot be used.
    pub async fn backup(
        &self,
        references: &[Reference],
        output: &Path,
        options: BackupOptions,
    ) -> Result<BackupReport> {
        let opened = || -> Result<Vec<(Arc<dyn ReadStore>, Reference)>> {
            self.check_hosts(references.iter().filter_map(|reference| self.host_of(reference)))?;
            let mut sources = Vec::new();
            for reference in references {
                let store: Arc<dyn ReadStore> = self.open_location(reference.location(), &[])?;
                sources.push((store, reference.clone()));
            }
            Ok(sources)
        };
        let sources =
            opened().map_err(|e| e.with_operation(backup::OPERATION, output.display()))?;
        backup::run(&sources, output, options, &self.config.limits).await
    }

    /// Copies what an archive or a directory has to `destination`: a registry, a repository or a
    /// layout. The first of `inputs` is the archive, which [`Client::backup`], `oras backup` or another
    /// tool has written. The others are earlier archives, with content that it lacks because it was
    /// written with the option `since`.
    ///
    /// An archive of one repository is restored to `host/repository`, or `oci:PATH`. Without tags, all
    /// tags of the archive are restored, and what was backed up by its digest; else those tags. An archive of several repositories is restored
    /// to a registry, `host` or `host/prefix`: each repository keeps its path. In a layout, each keeps
    /// its whole name. Tags are set after all content was sent and verified, one repository after
    /// another: if a registry refuses a tag, the error says in which repositories tags were set before.
    ///
    /// # Errors
    /// [`Code::NotFound`] if a tag is not in the archive, or if neither the inputs nor the destination
    /// have content of it, [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if the archive is damaged,
    /// [`Code::InvalidReference`] if `destination` names no place for the archive,
    /// [`Code::Conflict`] if some names of the archive are tags and others have a repository,
    /// [`Code::InvalidArgument`] if an option cannot be used.
    pub async fn restore(
        &self,
        inputs: &[PathBuf],
        destination: &str,
        options: RestoreOptions,
    ) -> Result<RestoreReport> {
        let open = |location: &Location| self.open_location(location, &PUSH);
        restore::run(inputs, destination, &open, options, &self.config.limits).await
    }
}

/// Methods for registries only.
#[cfg(feature = "registry")]
impl Client {
    /// A client with a credential for every registry it is used with.
    pub fn with_credential(credential: Credential) -> Self {
        Self::with_config(ClientConfig {
            credentials: Credentials::Given(credential),
            ..ClientConfig::default()
        })
    }

    /// Returns the names of a registry's repositories.
    ///
    /// # Errors
    /// [`Code::Unsupported`] if the registry has no catalog; [`Code::Incomplete`] if a part of the
    /// list cannot be read.
    ///
    /// # Incomplete lists
    /// [`Client::list_repositories`] returns what could be read.
    pub async fn repositories(&self, host: &Host) -> Result<Vec<String>> {
        complete(list::REPOSITORIES, host, self.list_repositories(host).await?)
    }

    /// Returns the repositories that could be read, and the problems of the list.
    pub async fn list_repositories(&self, host: &Host) -> Result<List<String>> {
        let listed = async { self.registries.connection(&self.config, host)?.repositories().await };
        named(list::REPOSITORIES, host, listed).await
    }

    /// Checks a credential with a registry and stores it where other tools look: in the credential
    /// helper that docker's configuration names for the registry, else in that file, as plain text
    /// that only its owner can read. With a namespace, the credential is used for the repositories in
    /// it, and credential helpers cannot store it.
    ///
    /// # Errors
    /// [`Code::Unauthorized`] if the registry refuses the credential, in which case nothing is stored;
    /// [`Code::Unsupported`] for a namespace where a credential helper is configured.
    pub async fn login(&self, host: &LoginTarget, credential: Credential) -> Result<LoginResult> {
        let result = named("login", host, login::login(&self.config, host, credential)).await?;
        self.registries.forget(host.host());
        Ok(result)
    }

    /// Removes every stored credential of a registry, from files and credential helpers. With a
    /// namespace, removes the credential of the namespace alone; without one, those of namespaces stay.
    pub async fn logout(&self, host: &LoginTarget) -> Result<LogoutResult> {
        let result = named("logout", host, login::logout(&self.config, host)).await?;
        self.registries.forget(host.host());
        Ok(result)
    }
}

#[cfg(feature = "layout")]
fn open_layout(path: &Path, limits: &Limits, writing: bool) -> Result<Arc<dyn Store>> {
    let layout = crate::store::layout::Layout::with_limits(path, limits);
    if writing {
        // Before anything is read or sent that cannot be stored.
        layout.check_writable()?;
    }
    Ok(Arc::new(layout))
}

#[cfg(not(feature = "layout"))]
fn open_layout(path: &Path, _: &Limits, _: bool) -> Result<Arc<dyn Store>> {
    let message = format!("{} is an image layout, which this build cannot open", path.display());
    Err(ocigraph_types::Error::new(ocigraph_types::Code::Unsupported, message)
        .with_hint("enable the feature `layout` of ocigraph"))
}

/// All entries of a list, or the error of the operation that needs all of them.
fn complete<T>(operation: &str, on: impl fmt::Display, list: List<T>) -> Result<Vec<T>> {
    list.complete().map_err(|e| e.with_operation(operation, on))
}
