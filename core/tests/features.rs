//! A build without a feature says which one is missing, and does the rest.

#[cfg(not(all(feature = "registry", feature = "layout")))]
use ocigraph::DiscoverOptions;
use ocigraph::{Client, Code, Reference};
#[cfg(feature = "layout")]
use ocigraph::{File, PushOptions};

#[cfg(not(feature = "registry"))]
#[tokio::test]
async fn without_the_feature_registry_a_registry_is_unsupported() {
    let image: Reference = "registry.example/app:v1".parse().unwrap();
    let error = Client::new().discover(&image, DiscoverOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert_eq!(error.hint(), Some("enable the feature `registry` of ocigraph"));
    assert_eq!(error.operation(), Some("discover"));
}

#[cfg(not(feature = "layout"))]
#[tokio::test]
async fn without_the_feature_layout_an_image_layout_is_unsupported() {
    let image: Reference = "oci:layout:v1".parse().unwrap();
    let error = Client::new().discover(&image, DiscoverOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert_eq!(error.hint(), Some("enable the feature `layout` of ocigraph"));
}

#[cfg(feature = "layout")]
#[tokio::test]
async fn a_directory_is_pushed_with_the_feature_archive_alone() {
    let dir = tempfile::tempdir().unwrap();
    let image: Reference =
        format!("oci:{}:v1", dir.path().join("layout").display()).parse().unwrap();
    std::fs::create_dir(dir.path().join("files")).unwrap();
    let client = Client::new();
    let options = |file| PushOptions::default().files(vec![file]);
    client.push(&image, options(File::bytes("file", "content"))).await.unwrap();
    let mut directory = File::path(dir.path().join("files"));
    directory.title = Some("files".into());
    let pushed = client.push(&image, options(directory)).await;
    if cfg!(feature = "archive") {
        pushed.unwrap();
    } else {
        let error = pushed.unwrap_err();
        assert_eq!(error.code(), Code::Unsupported);
        assert_eq!(error.hint(), Some("enable the feature `archive` of ocigraph"));
    }
}

#[cfg(feature = "layout")]
#[tokio::test]
async fn a_layout_in_an_archive_is_read_with_the_feature_archive_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.tar");
    std::fs::write(&path, [0; 1024]).unwrap();
    let image: Reference = format!("oci:{}:v1", path.display()).parse().unwrap();
    let error = Client::new().tags(&image).await.unwrap_err();
    if cfg!(feature = "archive") {
        assert_eq!(error.code(), Code::NotFound);
    } else {
        assert_eq!(error.code(), Code::Unsupported);
        assert_eq!(error.hint(), Some("enable the feature `archive` of ocigraph"));
    }
}
