//! Every future of the client is `Send`, so that operations can be spawned.

use ocigraph::{
    BlobDeleteOptions, Client, DeleteOptions, DiscoverOptions, Host, IndexCreateOptions,
    IndexUpdateOptions, Manifest, Progress, PullOptions, PushOptions, Reference, ResolveOptions,
    TransferOptions, UntagOptions,
};

fn spawnable<T>(_: impl Future<Output = T> + Send) {}

#[allow(dead_code)]
fn every_operation(client: &Client, reference: &Reference, manifest: &Manifest, host: &Host) {
    let progress = &Progress::none();
    spawnable(client.push(reference, PushOptions::default()));
    spawnable(client.pull(reference, PullOptions::default()));
    spawnable(client.discover(reference, DiscoverOptions::default()));
    spawnable(client.delete(reference, DeleteOptions::default()));
    spawnable(client.resolve(reference, ResolveOptions::default()));
    spawnable(client.tag(reference, &[]));
    spawnable(client.untag(reference, UntagOptions::default()));
    spawnable(client.tags(reference));
    spawnable(client.manifests(reference));
    spawnable(client.repositories(host));
    spawnable(client.fetch_manifest(reference, ResolveOptions::default()));
    spawnable(client.push_manifest(reference, manifest));
    spawnable(client.index_create(reference, &[], IndexCreateOptions::default()));
    spawnable(client.index_update(reference, IndexUpdateOptions::default()));
    spawnable(client.delete_blob(reference, BlobDeleteOptions::default()));
    spawnable(client.fetch_blob(reference, TransferOptions::default().progress(progress.clone())));
}

#[tokio::test]
async fn a_push_can_be_spawned() {
    let dir = tempfile::tempdir().unwrap();
    let target: Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse().unwrap();
    let client = Client::new();
    let pushing = {
        let (client, target) = (client.clone(), target.clone());
        tokio::spawn(async move { client.push(&target, PushOptions::default()).await })
    };
    let pushed = pushing.await.unwrap().unwrap();
    assert_eq!(
        client.resolve(&target, ResolveOptions::default()).await.unwrap().digest,
        pushed.descriptor.digest
    );
}
