//! The client: opens what a reference names, one method per operation.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;

use crate::{
    content::{
        progress::{Outcome, Progress},
        source::{ByteStream, Source},
    },
    operation::{
        copy,
        copy::{CopyOptions, CopyReport},
        delete,
        delete::{DeleteOptions, DeleteReport},
        discover,
        discover::DiscoverOptions,
        list, login,
        login::{LoginResult, LogoutResult},
        pull,
        pull::{PullOptions, PullResult},
        push,
        push::{PushOptions, PushResult},
        select::select_manifest,
        verify,
        verify::{VerifyOptions, VerifyReport},
    },
    store::{
        ManifestDeletion, Store,
        catalog::{ManifestInfo, TagInfo},
        fetch_reported,
        layout::Layout,
        list::List,
        registry::{
            ClientConfig, Connection, Registry,
            auth::{Credential, Credentials},
        },
    },
};
use ocigraph_types::{
    Code, Descriptor, Error, Graph, Host, Location, Manifest, Platform, Reference, Result,
};

/// What a token must allow beside `pull`. Where a delete has to bring an index of referrers up to date,
/// the registry asks for more.
const PUSH: [&str; 1] = ["push"];
const DELETE: [&str; 1] = ["delete"];

/// A client for registries and layouts. Cheap to clone; connections, and what was learned of each
/// registry, are shared by the clones.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let place = format!("oci:{}", dir.path().join("layout").display());
/// use ocigraph::{Client, DiscoverOptions, File, PushOptions, Reference};
///
/// let client = Client::new();
/// let image: Reference = format!("{place}:v1").parse()?;
/// let options = PushOptions {
///     files: vec![File::bytes("readme.md", "hello")],
///     artifact_type: Some("readme/example".into()),
///     ..PushOptions::default()
/// };
/// let pushed = client.push(&image, options).await?;
/// let graph = client.discover(&image, DiscoverOptions::default()).await?;
/// assert_eq!(graph.subject().digest, pushed.descriptor.digest);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    connections: Arc<Mutex<HashMap<Host, Arc<Connection>>>>,
}

impl Client {
    /// A client with the defaults.
    pub fn new() -> Self {
        Self::with_config(ClientConfig::default())
    }

    /// A client that speaks to registries as `config` says.
    pub fn with_config(config: ClientConfig) -> Self {
        let limits = config.limits.usable();
        let config = Arc::new(ClientConfig { limits, ..config });
        Self { config, connections: Arc::default() }
    }

    /// A client with a credential for every registry it is used with.
    pub fn with_credential(credential: Credential) -> Self {
        Self::with_config(ClientConfig {
            credentials: Credentials::Given(credential),
            ..ClientConfig::default()
        })
    }

    /// The store that a reference points into. Nothing is read or sent yet.
    pub fn open(&self, reference: &Reference) -> Result<Arc<dyn Store>> {
        self.open_for(reference, &[])
    }

    /// The same, for an operation that will need more than `pull`: one token serves it all.
    fn open_for(&self, reference: &Reference, actions: &[&str]) -> Result<Arc<dyn Store>> {
        match reference.location() {
            Location::Layout(path) => Ok(Arc::new(Layout::open(path))),
            Location::Registry { host, repository } => {
                let registry = Registry::new(self.connection(host)?, repository);
                Ok(Arc::new(registry.for_actions(actions)))
            }
        }
    }

    /// Source and destination of a copy. Within one registry a token must serve both, since blobs
    /// are mounted from one to the other.
    fn open_both(
        &self,
        source: &Reference,
        destination: &Reference,
    ) -> Result<(Arc<dyn Store>, Arc<dyn Store>)> {
        if let (
            Location::Registry { host, repository: from },
            Location::Registry { host: other, repository: to },
        ) = (source.location(), destination.location())
            && host == other
        {
            let connection = self.connection(host)?;
            let from = Registry::new(Arc::clone(&connection), from);
            let to = Registry::new(connection, to).for_actions(&PUSH);
            let both = from.scopes().joined(to.scopes());
            return Ok((Arc::new(from.for_scopes(&both)), Arc::new(to.for_scopes(&both))));
        }
        Ok((self.open(source)?, self.open_for(destination, &PUSH)?))
    }

    /// Packs files, directories and bytes into one artifact, and names it by the reference's tags.
    pub async fn push(&self, reference: &Reference, options: PushOptions) -> Result<PushResult> {
        let during = |e: Error| e.with_operation("push", reference);
        let store = self.open_for(reference, &PUSH).map_err(during)?;
        push::push(store, reference, options).await.map_err(during)
    }

    /// Writes an artifact's files into a directory; with an artifact type, those of the referrers
    /// of that type. NOT_FOUND when there are none.
    pub async fn pull(
        &self,
        reference: &Reference,
        options: PullOptions,
    ) -> Result<Vec<PullResult>> {
        let during = |e: Error| e.with_operation("pull", reference);
        let store = self.open(reference).map_err(during)?;
        pull::pull(store, reference, options).await.map_err(during)
    }

    /// The graph of everything that refers to what the reference names.
    pub async fn discover(&self, reference: &Reference, options: DiscoverOptions) -> Result<Graph> {
        let during = |e: Error| e.with_operation("discover", reference);
        let store = self.open(reference).map_err(during)?;
        discover::discover(store.as_ref(), reference, &options).await.map_err(during)
    }

    /// Deletes what the reference names and all that refers to it, referrers first; or only says
    /// what would be deleted.
    pub async fn delete(
        &self,
        reference: &Reference,
        options: DeleteOptions,
    ) -> Result<DeleteReport> {
        let during = |e: Error| e.with_operation("delete", reference);
        let store = self.open_for(reference, &DELETE).map_err(during)?;
        delete::delete(store.as_ref(), reference, &options).await.map_err(during)
    }

    /// Copies what `source` names, or its whole graph, to `destination`, and tags it there. What is
    /// there already is not sent.
    pub async fn copy(
        &self,
        source: &Reference,
        destination: &Reference,
        options: CopyOptions,
    ) -> Result<CopyReport> {
        let during = |e: Error| e.with_operation("copy", format!("{source} to {destination}"));
        self.check_secrets(source, destination).map_err(during)?;
        let (from, to) = self.open_both(source, destination).map_err(during)?;
        copy::copy(from, source, to, destination, options).await.map_err(during)
    }

    /// Checks the whole graph under what the reference names: every manifest and blob, those of
    /// referrers too.
    pub async fn verify(
        &self,
        reference: &Reference,
        options: VerifyOptions,
    ) -> Result<VerifyReport> {
        let during = |e: Error| e.with_operation("verify", reference);
        let store = self.open(reference).map_err(during)?;
        verify::verify(store, reference, options).await.map_err(during)
    }

    /// The descriptor of what the reference names; with a platform, of the image for it in the index
    /// that the reference names.
    pub async fn resolve(
        &self,
        reference: &Reference,
        platform: Option<&Platform>,
    ) -> Result<Descriptor> {
        let during = |e: Error| e.with_operation("resolve", reference);
        let store = self.open(reference).map_err(during)?;
        let name = reference.name().map_err(during)?;
        if platform.is_none() {
            return store.resolve(&name).await.map_err(during);
        }
        let manifest = select_manifest(store.as_ref(), &name, platform).await.map_err(during)?;
        Ok(manifest.plain_descriptor())
    }

    /// Points further tags at what the reference names.
    pub async fn tag(&self, reference: &Reference, tags: &[String]) -> Result<Descriptor> {
        let during = |e: Error| e.with_operation("tag", reference);
        if tags.is_empty() {
            return Err(during(Error::new(Code::InvalidArgument, "there is no tag to set")));
        }
        for tag in tags {
            ocigraph_types::check_tag(tag).map_err(during)?;
        }
        let store = self.open_for(reference, &PUSH).map_err(during)?;
        let descriptor = store.resolve(&reference.name().map_err(during)?).await.map_err(during)?;
        store.tag(&descriptor, tags).await.map_err(during)?;
        Ok(descriptor)
    }

    /// Removes the reference's tags and leaves what they named.
    pub async fn untag(&self, reference: &Reference) -> Result<()> {
        let during = |e: Error| e.with_operation("untag", reference);
        if reference.tags().is_empty() {
            let error = Error::new(Code::InvalidReference, "it has no tag that could be removed");
            return Err(during(error));
        }
        let store = self.open_for(reference, &DELETE).map_err(during)?;
        for (i, tag) in reference.tags().iter().enumerate() {
            store.untag(tag).await.map_err(|e| match &reference.tags()[..i] {
                [] => during(e),
                gone => during(e.with_hint(format!(
                    "{} of the {} tags are removed: {}",
                    gone.len(),
                    reference.tags().len(),
                    gone.join(", ")
                ))),
            })?;
        }
        Ok(())
    }

    /// All tags, without those by which clients keep referrers. INCOMPLETE where the list cannot be
    /// read whole: see [`Client::list_tags`].
    pub async fn tags(&self, reference: &Reference) -> Result<Vec<String>> {
        let listed = self.list_tags(reference).await?.complete();
        listed.map_err(|e| e.with_operation("tags", reference))
    }

    /// The tags that could be read of the list, and what could not.
    pub async fn list_tags(&self, reference: &Reference) -> Result<List<String>> {
        let during = |e: Error| e.with_operation("tags", reference);
        self.open(reference).map_err(during)?.tags().await.map_err(during)
    }

    /// All tags with what they name, and what the registry tells of them. INCOMPLETE where they
    /// cannot all be read: see [`Client::list_tag_details`].
    pub async fn tag_details(&self, reference: &Reference) -> Result<Vec<TagInfo>> {
        let listed = self.list_tag_details(reference).await?.complete();
        listed.map_err(|e| e.with_operation("tags", reference))
    }

    /// The same of those tags that could be read, and what could not.
    pub async fn list_tag_details(&self, reference: &Reference) -> Result<List<TagInfo>> {
        let during = |e: Error| e.with_operation("tags", reference);
        let store = self.open(reference).map_err(during)?;
        list::tags(store.as_ref()).await.map_err(during)
    }

    /// The manifests, tagged and untagged, with what is known of each. Untagged ones are found
    /// where an index lists them or where they refer to what is found. INCOMPLETE where a list
    /// cannot be read whole: see [`Client::list_manifests`].
    pub async fn manifests(&self, reference: &Reference) -> Result<Vec<ManifestInfo>> {
        let listed = self.list_manifests(reference).await?.complete();
        listed.map_err(|e| e.with_operation("manifests", reference))
    }

    /// The manifests that could be found, and what could not be read of the lists.
    pub async fn list_manifests(&self, reference: &Reference) -> Result<List<ManifestInfo>> {
        let during = |e: Error| e.with_operation("manifests", reference);
        let store = self.open(reference).map_err(during)?;
        list::manifests(store.as_ref()).await.map_err(during)
    }

    /// The repositories of a registry; UNSUPPORTED where it does not list them, INCOMPLETE where the
    /// list cannot be read whole: see [`Client::list_repositories`].
    pub async fn repositories(&self, host: &Host) -> Result<Vec<String>> {
        let listed = self.list_repositories(host).await?.complete();
        listed.map_err(|e| e.with_operation("repositories", host))
    }

    /// The repositories that could be read of the list, and what could not.
    pub async fn list_repositories(&self, host: &Host) -> Result<List<String>> {
        let during = |e: Error| e.with_operation("repositories", host);
        self.connection(host).map_err(during)?.repositories().await.map_err(during)
    }

    /// Checks a credential with a registry, and stores it where the other tools look: the helper
    /// that docker's configuration names for the registry, else that file itself, as plain text that
    /// its owner alone can read. UNAUTHORIZED when the registry does not take it, and nothing is
    /// stored then.
    pub async fn login(&self, host: &Host, credential: Credential) -> Result<LoginResult> {
        let during = |e: Error| e.with_operation("login", host);
        let result = login::login(&self.config, host, credential).await.map_err(during)?;
        self.forget(host);
        Ok(result)
    }

    /// Removes every form of a registry's stored credential, from files and helpers.
    pub async fn logout(&self, host: &Host) -> Result<LogoutResult> {
        let during = |e: Error| e.with_operation("logout", host);
        let result = login::logout(&self.config, host).await.map_err(during)?;
        self.forget(host);
        Ok(result)
    }

    /// The manifest that the reference names, as it is stored; with a platform, that of the image
    /// for it in the index that the reference names.
    pub async fn fetch_manifest(
        &self,
        reference: &Reference,
        platform: Option<&Platform>,
    ) -> Result<Manifest> {
        let during = |e: Error| e.with_operation("fetch manifest", reference);
        let store = self.open(reference).map_err(during)?;
        let name = reference.name().map_err(during)?;
        select_manifest(store.as_ref(), &name, platform).await.map_err(during)
    }

    /// Stores a manifest as it is, under the reference's tags. DIGEST_MISMATCH when the reference has a
    /// digest and it is another.
    pub async fn push_manifest(&self, reference: &Reference, manifest: &Manifest) -> Result<()> {
        let during = |e: Error| e.with_operation("push manifest", reference);
        if let Some(expected) = reference.digest()
            && expected != manifest.digest()
        {
            let error = Error::new(
                Code::DigestMismatch,
                format!("the manifest's digest is {}", manifest.digest()),
            );
            return Err(during(error));
        }
        let store = self.open_for(reference, &PUSH).map_err(during)?;
        store.push_manifest(manifest, reference.tags()).await.map_err(during)
    }

    /// Deletes one manifest, that which the reference named when it was fetched, with the reference's
    /// tags, and nothing else: what refers to it stays.
    pub async fn delete_manifest(&self, reference: &Reference, manifest: &Manifest) -> Result<()> {
        let during = |e: Error| e.with_operation("delete manifest", reference);
        let subject = manifest.subject().map(|subject| subject.digest.clone());
        let doomed = ManifestDeletion {
            manifest: manifest.descriptor(),
            subject_retained: subject.is_some(),
            subject,
            tags: reference.tags().to_vec(),
        };
        let store = self.open_for(reference, &DELETE).map_err(during)?;
        let results = store.delete_manifests(&[doomed]).await;
        results.into_iter().collect::<Result<()>>().map_err(during)
    }

    /// The blob that the reference names by digest, with its descriptor. The stream is checked, and
    /// ends in an error when the content is not what the digest says.
    pub async fn fetch_blob(
        &self,
        reference: &Reference,
        progress: &Progress,
    ) -> Result<(Descriptor, ByteStream)> {
        let during = |e: Error| e.with_operation("fetch blob", reference);
        let store = self.open(reference).map_err(during)?;
        let digest = reference.digest().ok_or_else(|| {
            during(Error::new(Code::InvalidReference, "a blob is named by its digest"))
        })?;
        let blob = store.describe_blob(digest).await.map_err(during)?;
        let stream = fetch_reported(&*store, &blob, progress).await.map_err(during)?;
        Ok((blob, stream))
    }

    /// Stores a blob where the reference points, unless it is there.
    /// [`Content::into_blob`](crate::Content::into_blob) describes what is to be stored.
    pub async fn push_blob(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        source: Arc<dyn Source>,
        progress: &Progress,
    ) -> Result<Outcome> {
        let during = |e: Error| e.with_operation("push blob", reference);
        let store = self.open_for(reference, &PUSH).map_err(during)?;
        push::send(&*store, blob, source, progress).await.map_err(during)
    }

    /// Stores bytes as a blob; gives their descriptor.
    pub async fn push_bytes(&self, reference: &Reference, bytes: Bytes) -> Result<Descriptor> {
        let blob = Descriptor::of(ocigraph_types::media_type::OCTET_STREAM, &bytes);
        self.push_blob(reference, &blob, Arc::new(bytes), &Progress::none()).await?;
        Ok(blob)
    }

    /// What was given for one registry is not sent to two.
    fn check_secrets(&self, source: &Reference, destination: &Reference) -> Result<()> {
        let (Location::Registry { host, .. }, Location::Registry { host: other, .. }) =
            (source.location(), destination.location())
        else {
            return Ok(());
        };
        let given = matches!(self.config.credentials, Credentials::Given(_));
        if host != other && (given || !self.config.headers.is_empty()) {
            let what = if given { "a credential" } else { "a header" };
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{what} that was given for one registry would be sent to both"),
            )
            .with_hint("sign in to each with `ocigraph login`, and give none here"));
        }
        Ok(())
    }

    /// The next connection looks for credentials anew.
    fn forget(&self, host: &Host) {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }

    fn connection(&self, host: &Host) -> Result<Arc<Connection>> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = connections.get(host) {
            return Ok(Arc::clone(known));
        }
        let connection = Arc::new(Connection::new(host, Arc::clone(&self.config))?);
        connections.insert(host.clone(), Arc::clone(&connection));
        Ok(connection)
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", &self.config).finish_non_exhaustive()
    }
}
