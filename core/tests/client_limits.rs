//! The limits of a client apply to image layouts as well as to registries.

use ocigraph::{
    Client, ClientConfig, Code, DiscoverOptions, File, Limits, PushOptions, Reference,
    ResolveOptions, operation,
};

fn client(limits: Limits) -> Client {
    Client::with_config(ClientConfig { limits, ..ClientConfig::default() })
}

/// Pushes an image with three referrers to a layout.
async fn image(path: &std::path::Path) -> Reference {
    let image: Reference = format!("oci:{}:v1", path.display()).parse().unwrap();
    let options = |kind: &str, subject| {
        let mut options = PushOptions::default();
        options.files = vec![File::bytes("file", kind.to_owned())];
        options.artifact_type = Some(format!("application/vnd.example.{kind}"));
        options.subject = subject;
        options
    };
    let client = Client::new();
    client.push(&image, options("image", None)).await.unwrap();
    let repository = Reference::new(image.location().clone());
    for kind in ["sbom", "scan", "signature"] {
        client.push(&repository, options(kind, Some(image.clone()))).await.unwrap();
    }
    image
}

#[tokio::test]
async fn a_manifest_larger_than_the_limit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let image = image(&dir.path().join("layout")).await;
    let small = client(Limits { max_manifest_bytes: 100, ..Limits::default() });
    assert_eq!(
        small.resolve(&image, ResolveOptions::default()).await.unwrap_err().code(),
        Code::TooLarge
    );
    let enough = client(Limits { max_manifest_bytes: 4096, ..Limits::default() });
    enough.resolve(&image, ResolveOptions::default()).await.unwrap();
}

#[tokio::test]
async fn a_graph_with_more_entries_than_the_limit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let image = image(&dir.path().join("layout")).await;
    let discover = |max_entries| {
        let client = client(Limits { max_entries, ..Limits::default() });
        let image = image.clone();
        async move { client.discover(&image, DiscoverOptions::default()).await }
    };
    assert_eq!(discover(2).await.unwrap_err().code(), Code::TooLarge);
    assert_eq!(discover(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_opened_store_has_the_limits_of_its_client() {
    let dir = tempfile::tempdir().unwrap();
    let image = image(&dir.path().join("layout")).await;
    let store = client(Limits { max_entries: 7, ..Limits::default() }).open(&image).unwrap();
    assert_eq!(store.max_entries(), 7);
    operation::resolve(&*store, &image, &ResolveOptions::default()).await.unwrap();
}
