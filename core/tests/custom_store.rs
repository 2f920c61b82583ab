//! A custom store: an in-memory store that implements the public traits.
//!
//! Every operation works with it, through the client and through the functions of
//! `ocigraph::operation`, and gives the same results as with an image layout.

// Two of the tests compare the store with a layout.
#![cfg_attr(not(feature = "layout"), allow(unused))]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use ocigraph::{
    ByteStream, Bytes, Client, Code, Content, CopyOptions, DeleteOptions, Descriptor, Digest,
    DiscoverOptions, Error, File, Graph, List, Location, Manifest, ManifestDeletion, Memory,
    Outcome, PullOptions, PushOptions, ReadStore, Reference, ReferrersDetail, ReferrersPart,
    ResolveOptions, Result, Source, Store, TagOrDigest, TransferOptions, VerifyOptions, operation,
    verified,
};

/// Manifests, blobs and tags in memory.
#[derive(Debug, Default)]
struct InMemory(Mutex<Stored>);

#[derive(Debug, Default)]
struct Stored {
    manifests: BTreeMap<Digest, Manifest>,
    blobs: BTreeMap<Digest, Bytes>,
    tags: BTreeMap<String, Digest>,
    /// The number of names that were resolved.
    resolved: usize,
    memory: Memory,
}

impl InMemory {
    fn stored(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap()
    }

    fn blob(&self, digest: &Digest) -> Result<Bytes> {
        let missing = || Error::new(Code::NotFound, format!("there is no blob {digest}"));
        self.stored().blobs.get(digest).cloned().ok_or_else(missing)
    }
}

#[async_trait]
impl ReadStore for InMemory {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.stored().resolved += 1;
        Ok(self.fetch_manifest(name).await?.descriptor())
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let stored = self.stored();
        let digest = match name {
            TagOrDigest::Digest(digest) => Some(digest),
            TagOrDigest::Tag(tag) => stored.tags.get(tag),
        };
        let manifest = digest.and_then(|digest| stored.manifests.get(digest)).cloned();
        manifest.ok_or_else(|| Error::new(Code::NotFound, format!("there is no manifest {name}")))
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        Ok(self.stored().blobs.contains_key(&blob.digest))
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let size = self.blob(digest)?.len() as u64;
        Ok(Descriptor::new("application/octet-stream", digest.clone(), size))
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.blob(&blob.digest)?.open(offset).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        let stored = self.stored();
        let refers = |m: &&Manifest| m.subject().is_some_and(|s| s.digest == *subject);
        let has_type =
            |m: &&Manifest| artifact_type.is_none_or(|kind| m.artifact_type() == Some(kind));
        let referrers = stored.manifests.values().filter(refers).filter(has_type);
        Ok(referrers.map(Manifest::descriptor).collect::<Vec<_>>().into())
    }

    async fn tags(&self) -> Result<List<String>> {
        Ok(self.stored().tags.keys().cloned().collect::<Vec<_>>().into())
    }

    fn memory(&self) -> Memory {
        self.stored().memory.clone()
    }
}

#[async_trait]
impl Store for InMemory {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let mut stored = self.stored();
        stored.manifests.insert(manifest.digest().clone(), manifest.clone());
        stored.tags.extend(tags.iter().map(|tag| (tag.clone(), manifest.digest().clone())));
        Ok(())
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        if self.has_blob(blob).await? {
            return Ok(Outcome::AlreadyExists);
        }
        let chunks: Vec<Bytes> = verified(blob, source.open(0).await?)?.try_collect().await?;
        self.stored().blobs.insert(blob.digest.clone(), chunks.concat().into());
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        let named = TagOrDigest::Digest(manifest.digest.clone());
        let manifest = self.fetch_manifest(&named).await?;
        self.push_manifest(&manifest, tags).await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        let removed = self.stored().tags.remove(tag);
        removed.map(drop).ok_or_else(|| Error::new(Code::NotFound, "there is no such tag"))
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        _max_requests: usize,
    ) -> Vec<Result<()>> {
        let mut stored = self.stored();
        for deletion in manifests {
            stored.manifests.remove(&deletion.manifest.digest);
            stored.tags.retain(|_, named| *named != deletion.manifest.digest);
        }
        manifests.iter().map(|_| Ok(())).collect()
    }
}

fn reference(text: &str) -> Reference {
    text.parse().unwrap()
}

/// Returns a client with an in-memory store at `store.example/app`, and the store.
fn client() -> (Client, Arc<InMemory>) {
    let store = Arc::new(InMemory::default());
    let location: Location = reference("store.example/app").location().clone();
    (Client::new().with_store(location, store.clone()), store)
}

fn artifact(kind: &str, subject: Option<&Reference>) -> PushOptions {
    {
        let mut options = PushOptions::default();
        options.files = vec![File::bytes(format!("{kind}.txt"), format!("the {kind}"))];
        options.artifact_type = Some(format!("application/vnd.example.{kind}"));
        options.subject = subject.cloned();
        options
    }
}

/// Pushes an image with a signed SBoM and a scan result.
async fn push_graph(client: &Client, image: &Reference) {
    client.push(image, artifact("image", None)).await.unwrap();
    let repository = Reference::new(image.location().clone());
    let sbom = client.push(&repository, artifact("sbom", Some(image))).await.unwrap();
    client.push(&repository, artifact("signature", Some(&sbom.reference))).await.unwrap();
    client.push(&repository, artifact("scan", Some(image))).await.unwrap();
}

fn types(graph: &Graph) -> Vec<String> {
    let mut types: Vec<String> =
        graph.walk().map(|node| node.descriptor.artifact_type.clone().unwrap()).collect();
    types.sort();
    types
}

#[cfg(feature = "layout")]
#[tokio::test]
async fn a_graph_is_pushed_discovered_verified_and_pulled() {
    let (client, _) = client();
    let dir = tempfile::tempdir().unwrap();
    let layout = reference(&format!("oci:{}:v1", dir.path().join("layout").display()));
    let image = reference("store.example/app:v1");
    let mut seen = Vec::new();
    for image in [&image, &layout] {
        push_graph(&client, image).await;
        let graph = client.discover(image, DiscoverOptions::default()).await.unwrap();
        let report = client.verify(image, VerifyOptions::default()).await.unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        seen.push((types(&graph), report.checked, report.bytes));
        let output = tempfile::tempdir().unwrap();
        let options = PullOptions::default()
            .output(output.path())
            .artifact_type("application/vnd.example.sbom");
        client.pull(image, options).await.unwrap();
        assert_eq!(std::fs::read(output.path().join("sbom.txt")).unwrap(), b"the sbom");
    }
    assert_eq!(seen[0].0.len(), 3);
    assert_eq!(seen[0], seen[1]);
}

#[cfg(feature = "layout")]
#[tokio::test]
async fn a_graph_is_copied_to_a_layout_and_back() {
    let (client, store) = client();
    let dir = tempfile::tempdir().unwrap();
    let layout = reference(&format!("oci:{}:v1", dir.path().join("layout").display()));
    let image = reference("store.example/app:v1");
    push_graph(&client, &image).await;
    let options = CopyOptions::default().recursive(true);
    let out = client.copy(&image, &layout, options.clone()).await.unwrap();
    assert_eq!((out.manifests, out.blobs.copied), (4, 5));
    *store.stored() = Stored::default();
    let back = client.copy(&layout, &image, options.clone()).await.unwrap();
    assert_eq!((back.manifests, back.blobs.copied), (4, 5));
    assert_eq!(back.descriptor.digest, out.descriptor.digest);
    let again = client.copy(&layout, &image, options).await.unwrap();
    assert_eq!((again.manifests, again.bytes), (0, 0));
}

#[tokio::test]
async fn a_graph_is_deleted_referrers_first() {
    let (client, store) = client();
    let image = reference("store.example/app:v1");
    push_graph(&client, &image).await;
    let plan = DeleteOptions::default().dry_run(true);
    assert_eq!(client.delete(&image, plan).await.unwrap().deleted.len(), 4);
    assert_eq!(store.stored().manifests.len(), 4);
    let report = client.delete(&image, DeleteOptions::default()).await.unwrap();
    assert!(report.kept.is_empty() && report.failed.is_empty());
    assert_eq!(report.deleted.len(), 4);
    assert!(store.stored().manifests.is_empty() && store.stored().tags.is_empty());
}

#[tokio::test]
async fn single_tags_manifests_and_blobs_are_pushed_fetched_and_deleted() {
    let (client, store) = client();
    let image = reference("store.example/app:v1");
    push_graph(&client, &image).await;
    let named = client.tag(&image, &["stable".into()]).await.unwrap();
    assert_eq!(client.tags(&image).await.unwrap(), ["stable", "v1"]);
    let details = client.tag_details(&image).await.unwrap();
    assert!(details.iter().all(|tag| tag.digest.as_ref() == Some(&named.digest)));
    assert_eq!(client.manifests(&image).await.unwrap().len(), 1);
    assert_eq!(client.manifests(&reference("store.example/app")).await.unwrap().len(), 4);
    client
        .untag(&reference("store.example/app:stable"), ocigraph::UntagOptions::default())
        .await
        .unwrap();
    assert_eq!(client.tags(&image).await.unwrap(), ["v1"]);

    let manifest = client.fetch_manifest(&image, ResolveOptions::default()).await.unwrap();
    assert_eq!(
        client.resolve(&image, ResolveOptions::default()).await.unwrap().digest,
        *manifest.digest()
    );
    client.push_manifest(&reference("store.example/app:v2"), &manifest).await.unwrap();
    client.delete_manifest(&reference("store.example/app:v2"), &manifest).await.unwrap();
    assert!(store.stored().tags.is_empty());

    let (blob, source) = Content::Bytes("content".into()).into_blob("text/plain").await.unwrap();
    let repository = reference("store.example/app");
    for expected in [Outcome::Uploaded, Outcome::AlreadyExists] {
        let pushed =
            client.push_blob(&repository, &blob, source.clone(), TransferOptions::default()).await;
        assert_eq!(pushed.unwrap(), expected);
    }
    let by_digest = reference(&format!("store.example/app@{}", blob.digest));
    let (found, stream) = client.fetch_blob(&by_digest, TransferOptions::default()).await.unwrap();
    let content: Vec<Bytes> = stream.try_collect().await.unwrap();
    assert_eq!((found.size, content.concat()), (7, b"content".to_vec()));
    // A store need not delete blobs.
    let error = client.delete_blob(&by_digest, Default::default()).await.unwrap_err();
    assert_eq!((error.code(), error.operation()), (Code::Unsupported, Some("delete blob")));
}

#[tokio::test]
async fn an_index_is_created_and_updated_in_a_store_of_the_caller() {
    let (client, _store) = client();
    let image = reference("store.example/app:v1");
    client.push(&image, artifact("image", None)).await.unwrap();
    let all = reference("store.example/app:all");
    let created = client.index_create(&all, &["v1".to_owned()], Default::default()).await.unwrap();
    let fetched = client.fetch_manifest(&all, ResolveOptions::default()).await.unwrap();
    assert_eq!(fetched.bytes(), &created.content);
    let remove = vec![created.manifests[0].digest.to_string()];
    let options = ocigraph::IndexUpdateOptions::default().remove(remove);
    let updated = client.index_update(&all, options).await.unwrap();
    assert!(updated.manifests.is_empty());
    assert_eq!(
        client.resolve(&all, Default::default()).await.unwrap().digest,
        updated.descriptor.digest
    );
    assert_ne!(updated.descriptor.digest, created.descriptor.digest);
}

#[tokio::test]
async fn operations_are_functions_over_a_store() {
    let store = Arc::new(InMemory::default());
    let image = reference("store.example/app:v1");
    operation::push(store.clone(), &image, artifact("image", None)).await.unwrap();
    operation::tag(&*store, &image, &["v2".into()]).await.unwrap();
    let options = DiscoverOptions::default();
    assert!(operation::discover(&*store, &image, &options).await.unwrap().is_empty());
    let manifest =
        operation::fetch_manifest(&*store, &image, &ResolveOptions::default()).await.unwrap();
    assert_eq!(operation::tags(&*store, &image).await.unwrap().entries, ["v1", "v2"]);
    let verified = operation::verify(store.clone(), &image, VerifyOptions::default()).await;
    assert!(verified.unwrap().problems.is_empty());
    operation::delete_manifest(&*store, &image, &manifest).await.unwrap();
    let error = operation::resolve(&*store, &image, &ResolveOptions::default()).await.unwrap_err();
    assert_eq!((error.code(), error.operation()), (Code::NotFound, Some("resolve")));
}

#[tokio::test]
async fn damaged_content_of_a_store_is_detected() {
    let (client, store) = client();
    let image = reference("store.example/app:v1");
    push_graph(&client, &image).await;
    let blob = Descriptor::of("", b"the sbom").digest;
    *store.stored().blobs.get_mut(&blob).unwrap() = "the SBoM".into();
    let report = client.verify(&image, VerifyOptions::default()).await.unwrap();
    let [problem] = &report.problems[..] else { panic!("{:?}", report.problems) };
    assert_eq!(problem.descriptor.digest, blob);
    let by_digest = reference(&format!("store.example/app@{blob}"));
    let (_, mut stream) = client.fetch_blob(&by_digest, TransferOptions::default()).await.unwrap();
    let mut last = stream.next().await.unwrap();
    while let Some(next) = stream.next().await {
        last = next;
    }
    assert_eq!(last.unwrap_err().code(), Code::DigestMismatch);
}

/// A store that returns one manifest for every digest.
#[derive(Debug)]
struct WrongManifest(InMemory, Manifest);

#[async_trait]
impl ReadStore for WrongManifest {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.0.resolve(name).await
    }

    async fn fetch_manifest(&self, _name: &TagOrDigest) -> Result<Manifest> {
        Ok(self.1.clone())
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.0.has_blob(blob).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.0.describe_blob(digest).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.0.fetch_blob(blob, offset).await
    }

    async fn referrers(&self, subject: &Digest, kind: Option<&str>) -> Result<List<Descriptor>> {
        self.0.referrers(subject, kind).await
    }

    async fn tags(&self) -> Result<List<String>> {
        self.0.tags().await
    }
}

#[tokio::test]
async fn a_manifest_with_another_digest_than_requested_is_rejected() {
    let store = Arc::new(InMemory::default());
    let image = reference("store.example/app:v1");
    let pushed = operation::push(store.clone(), &image, artifact("image", None)).await.unwrap();
    let other = reference("store.example/app:v2");
    operation::push(store.clone(), &other, artifact("other", None)).await.unwrap();
    let other =
        operation::fetch_manifest(&*store, &other, &ResolveOptions::default()).await.unwrap();
    let store = Arc::into_inner(store).unwrap();
    let wrong = Arc::new(WrongManifest(store, other));

    let fetched =
        operation::fetch_manifest(&*wrong, &pushed.reference, &ResolveOptions::default()).await;
    assert_eq!(fetched.unwrap_err().code(), Code::DigestMismatch);
    let output = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(output.path());
    let pulled = operation::pull(wrong.clone(), &pushed.reference, options).await;
    assert_eq!(pulled.unwrap_err().code(), Code::DigestMismatch);
    let to = Arc::new(InMemory::default());
    let copied =
        operation::copy(wrong.clone(), &pushed.reference, to, &image, CopyOptions::default()).await;
    assert_eq!(copied.unwrap_err().code(), Code::DigestMismatch);
    let report = operation::verify(wrong, &pushed.reference, VerifyOptions::default()).await;
    let report = report.unwrap();
    assert_eq!(report.problems[0].descriptor.digest, pushed.descriptor.digest);
}

/// A store that lists a manifest that does not exist, as often as its counter says.
#[derive(Debug)]
struct ListsOneMore {
    store: InMemory,
    more: Descriptor,
    times: Mutex<usize>,
}

#[async_trait]
impl ReadStore for ListsOneMore {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.store.resolve(name).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.store.fetch_manifest(name).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.store.has_blob(blob).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.store.describe_blob(digest).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.store.fetch_blob(blob, offset).await
    }

    async fn referrers(&self, subject: &Digest, kind: Option<&str>) -> Result<List<Descriptor>> {
        self.store.referrers(subject, kind).await
    }

    async fn tags(&self) -> Result<List<String>> {
        self.store.tags().await
    }

    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        let mut times = self.times.lock().unwrap();
        let lists = *times > 0;
        *times = times.saturating_sub(1);
        Ok(lists.then(|| self.more.clone()).into_iter().collect())
    }
}

#[tokio::test]
async fn a_copy_does_not_miss_what_another_process_deletes_meanwhile() {
    let image = reference("store.example/app:v1");
    let mut more = Descriptor::of("application/vnd.oci.image.manifest.v1+json", b"deleted");
    more.artifact_type = Some("sbom/example".to_owned());
    for (times, is_missed) in [(1, false), (2, true)] {
        let pushed = Arc::new(InMemory::default());
        operation::push(pushed.clone(), &image, artifact("image", None)).await.unwrap();
        let store = Arc::into_inner(pushed).unwrap();
        let from = ListsOneMore { store, more: more.clone(), times: Mutex::new(times) };
        let options = CopyOptions::default().recursive(true);
        let to = Arc::new(InMemory::default());
        let copied = operation::copy(Arc::new(from), &image, to.clone(), &image, options).await;
        match is_missed {
            false => assert!(to.stored().tags.contains_key("v1"), "{copied:?}"),
            true => {
                let error = copied.unwrap_err();
                assert_eq!(error.code(), Code::NotFound);
                assert!(error.message().contains(more.digest.as_str()), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn resolved_tags_are_charged_one_by_one() {
    let (client, store) = client();
    let image = reference("store.example/app:v1");
    push_graph(&client, &image).await;
    {
        let mut stored = store.stored();
        let digest = stored.tags["v1"].clone();
        stored.tags.extend((0..50_000).map(|number| (format!("t{number}"), digest.clone())));
        stored.memory = Memory::new(64 * 1024);
    }
    let tags = client.tag_details(&reference("store.example/app")).await;
    assert_eq!(tags.unwrap_err().code(), Code::TooLarge);
    let manifests = client.manifests(&reference("store.example/app")).await;
    assert_eq!(manifests.unwrap_err().code(), Code::TooLarge);
    let deleted = client.delete(&image, DeleteOptions::default()).await;
    assert_eq!(deleted.unwrap_err().code(), Code::TooLarge);
    let resolved = store.stored().resolved;
    assert!(resolved < 10_000, "{resolved} names were resolved");
    assert_eq!(store.stored().manifests.len(), 4, "nothing was deleted");
}

/// A store that lists the referrers of `root` only after all other lists were asked for. It announces `stray` with
/// them, which does not refer to `root`.
#[derive(Debug)]
struct WaitsForOthers {
    store: InMemory,
    root: Digest,
    stray: Digest,
    asked: tokio::sync::Semaphore,
    /// How often the list of a subject was read.
    lists: Mutex<BTreeMap<Digest, usize>>,
}

#[async_trait]
impl ReadStore for WaitsForOthers {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.store.resolve(name).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.store.fetch_manifest(name).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.store.has_blob(blob).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.store.describe_blob(digest).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.store.fetch_blob(blob, offset).await
    }

    async fn referrers(&self, subject: &Digest, kind: Option<&str>) -> Result<List<Descriptor>> {
        self.store.referrers(subject, kind).await
    }

    fn referrers_in_parts<'a>(
        &'a self,
        subject: &Digest,
        kind: Option<&str>,
        _detail: Option<ReferrersDetail>,
        _max_requests: usize,
    ) -> BoxStream<'a, Result<ReferrersPart>> {
        let (subject, kind) = (subject.clone(), kind.map(str::to_owned));
        let list = async move {
            *self.lists.lock().unwrap().entry(subject.clone()).or_default() += 1;
            let list = self.store.referrers(&subject, kind.as_deref()).await?;
            let mut announced = None;
            let mut others = 0;
            if subject == self.root {
                let digests = list.entries.iter().map(|entry| entry.digest.clone());
                let digests: Vec<Digest> = digests.chain([self.stray.clone()]).collect();
                others = digests.len() as u32;
                announced = Some(Ok(ReferrersPart::Announced { digests, requests: 1 }));
            } else {
                self.asked.add_permits(1);
            }
            let listed = async move {
                self.asked.acquire_many(others).await.unwrap().forget();
                Ok(ReferrersPart::Listed(list))
            };
            Ok::<_, Error>(stream::iter(announced).chain(stream::once(listed)))
        };
        stream::once(list).try_flatten().boxed()
    }

    async fn tags(&self) -> Result<List<String>> {
        self.store.tags().await
    }
}

/// Discovers an image in a store that waits, and returns how often each list was read.
async fn discovered_while_waiting(client: Client, store: Arc<InMemory>) -> BTreeMap<Digest, usize> {
    let image = reference("store.example/app:v1");
    let other = reference("store.example/app:stray");
    client.push(&other, artifact("other", None)).await.unwrap();
    let repository = Reference::new(other.location().clone());
    client.push(&repository, artifact("note", Some(&other))).await.unwrap();
    drop(client);
    let [root, stray] = ["v1", "stray"].map(|tag| store.stored().tags[tag].clone());
    let options = DiscoverOptions::default();
    let expected = operation::discover(&*store, &image, &options).await.unwrap();
    let asked = tokio::sync::Semaphore::new(0);
    let store = Arc::into_inner(store).unwrap();
    let waits = WaitsForOthers { store, root, stray, asked, lists: Mutex::default() };
    let found = operation::discover(&waits, &image, &options);
    let found = tokio::time::timeout(Duration::from_secs(60), found).await;
    let found = found.expect("the discovery waits for a list that waits for another").unwrap();
    assert_eq!(types(&found), types(&expected));
    waits.lists.into_inner().unwrap()
}

#[tokio::test]
async fn a_discovery_asks_for_the_next_level_before_the_last_one_is_complete() {
    let (client, store) = client();
    push_graph(&client, &reference("store.example/app:v1")).await;
    let lists = discovered_while_waiting(client, store).await;
    assert_eq!((lists.len(), lists.values().max()), (5, Some(&1)), "{lists:?}");
}

#[tokio::test]
async fn lists_that_are_read_ahead_take_little_memory() {
    let (client, store) = client();
    let image = reference("store.example/app:v1");
    client.push(&image, artifact("image", None)).await.unwrap();
    let repository = Reference::new(image.location().clone());
    for number in 0..8 {
        let sbom = artifact(&format!("sbom{number}"), Some(&image));
        let sbom = client.push(&repository, sbom).await.unwrap();
        let mut signature = artifact("signature", Some(&sbom.reference));
        signature.annotations.insert("large".into(), "x".repeat(1 << 20));
        client.push(&repository, signature).await.unwrap();
    }
    let lists = discovered_while_waiting(client, store).await;
    let again = lists.values().filter(|count| **count == 2).count();
    // Three fit.
    assert!(again == 5 && lists.values().all(|count| *count <= 2), "{lists:?}");
}
