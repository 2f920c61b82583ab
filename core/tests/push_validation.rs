//! A push checks all its arguments before it stores anything.

use ocigraph::{Annotations, Client, Code, File, PushOptions, Reference};

#[tokio::test]
async fn an_invalid_argument_fails_before_anything_is_stored() {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("layout");
    let target: Reference = format!("oci:{}:v1", layout.display()).parse().unwrap();
    let file = |title: &str| File::bytes(title, "content");
    let unnamed: Annotations = [(String::new(), "x".to_owned())].into();
    let with = |files| PushOptions::default().files(files);
    for (options, code) in [
        (with(vec![file("../x")]), Code::UnsafePath),
        (with(vec![file("")]), Code::InvalidArgument),
        (with(vec![file("x"), file("x")]), Code::InvalidArgument),
        (with(vec![file("x"), file("y").with_media_type("y")]), Code::InvalidArgument),
        (with(vec![File { annotations: unnamed.clone(), ..file("x") }]), Code::InvalidArgument),
        (with(vec![file("x")]).annotations(unnamed), Code::InvalidArgument),
        (with(vec![file("x")]).source_date_epoch(u64::MAX), Code::InvalidArgument),
        (with(vec![file("x")]).artifact_type("x"), Code::InvalidArgument),
    ] {
        let error = Client::new().push(&target, options).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(!layout.exists(), "{error}");
    }
}
