//! Limits with any value: each is a limit or a clear error, and never causes a panic.

use std::{sync::Arc, time::Duration};

use ocigraph::{
    Algorithm, Bytes, Client, ClientConfig, Code, CopyOptions, DeleteOptions, Descriptor,
    DiscoverOptions, File, Limits, Manifest, PullOptions, PushOptions, Reference, TransferOptions,
    UnpackLimits, VerifyOptions,
};
use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{Workspace, ocigraph_binary};
use serde_json::json;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn client(limits: Limits) -> Client {
    Client::with_config(ClientConfig::default().limits(limits))
}

/// Returns limits that all have this duration or number.
fn all(time: Duration, number: usize) -> Limits {
    Limits::default()
        .connect_timeout(time)
        .response_timeout(time)
        .idle_timeout(time)
        .upload_response_timeout(time)
        .stall_timeout(time)
        .helper_timeout(time)
        .max_attempts(u32::try_from(number).unwrap_or(u32::MAX))
        .max_manifest_bytes(number)
        .max_pages(number)
        .max_entries(number)
}

/// Runs every operation, and both kinds of upload.
async fn everything(client: &Client, location: &str, n: usize) -> ocigraph::Result<()> {
    let image: Reference = format!("{location}:v{n}").parse()?;
    let folder = tempfile::tempdir().unwrap();
    let options = PushOptions::default()
        .files(vec![
            File::bytes("small", format!("{n}")),
            File::bytes("large", vec![n as u8; 9 << 20]),
        ])
        .artifact_type("app/example")
        .concurrency(n);
    client.push(&image, options).await?;
    let subject = Some(image.clone());
    let mut options = PushOptions::default();
    options.artifact_type = Some("sbom/example".into());
    options.subject = subject;
    options.concurrency = Some(n);
    client.push(&location.parse()?, options).await?;
    let options = DiscoverOptions::default().concurrency(n);
    assert_eq!(client.discover(&image, options).await?.len(), 1);
    let options = PullOptions::default().output(folder.path().to_owned()).concurrency(n);
    assert_eq!(client.pull(&image, options).await?[0].files.len(), 2);
    let options = VerifyOptions::default().concurrency(n);
    assert!(client.verify(&image, options).await?.problems.is_empty());
    let copied: Reference = format!("{location}-copied{n}:v1").parse()?;
    let options = CopyOptions::default().recursive(true).concurrency(n);
    client.copy(&image, &copied, options).await?;
    client.tags(&location.parse()?).await?;
    client.manifests(&location.parse()?).await?;
    let options = DeleteOptions::default().concurrency(n);
    assert_eq!(client.delete(&copied, options).await?.deleted.len(), 2);
    Ok(())
}

#[test]
fn the_longest_timeouts_mean_no_limit() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let layout = format!("oci:{}", work.path("layout").display());
    for location in [format!("{}/app", fixture.host()), layout] {
        let longest = [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(1 << 62)];
        for (n, time) in longest.iter().enumerate() {
            run(everything(&client(all(*time, usize::MAX)), &location, n)).unwrap();
        }
    }
}

#[test]
fn any_concurrency_works() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let layout = format!("oci:{}", work.path("layout").display());
    for location in [format!("{}/app", fixture.host()), layout] {
        for at_once in [0, 1, 1 << 20, 1 << 62, usize::MAX] {
            run(everything(&Client::new(), &location, at_once)).unwrap();
        }
    }
}

#[test]
fn a_failure_is_retried_with_the_longest_timeouts() {
    let fixture = Fixture::start(Config::default());
    let location = format!("{}/app", fixture.host());
    let client = client(all(Duration::MAX, usize::MAX));
    run(everything(&client, &location, 1)).unwrap();
    let failures = vec![Failure::new("GET", "tags/list", 503, 2)];
    fixture.set_config(Config { fail: failures, ..Config::default() });
    assert_eq!(run(client.tags(&location.parse().unwrap())).unwrap(), ["v1"]);
}

#[test]
fn a_limit_of_zero_ends_operations_that_need_more() {
    let fixture = Fixture::start(Config::default());
    let reference: Reference = format!("{}/app:v1", fixture.host()).parse().unwrap();
    run(everything(&Client::new(), &reference.to_string().replace(":v1", ""), 1)).unwrap();
    let usual = Limits::default();
    for (limits, code) in [
        (usual.max_manifest_bytes(0), Code::TooLarge),
        (usual.max_entries(0), Code::TooLarge),
        (usual.max_pages(0), Code::TooLarge),
        (usual.response_timeout(Duration::ZERO).max_attempts(1), Code::Timeout),
        (usual.stall_timeout(Duration::ZERO), Code::Timeout),
    ] {
        // A registry on loopback can respond in less than one clock tick.
        fixture.set_config(Config { delay_ms: 50, ..Config::default() });
        match run(client(limits).tags(&reference)) {
            Err(error) => assert_eq!(error.code(), code, "{limits:?}: {error}"),
            Ok(tags) => panic!("{limits:?} gave {tags:?}"),
        }
    }
    // 0 attempts means 1 attempt.
    assert_eq!(run(client(usual.max_attempts(0)).tags(&reference)).unwrap(), ["v1"]);
}

#[test]
fn any_retry_after_is_reported() {
    for (asked, code) in [
        ("0", Code::NotFound),
        // An invalid value of Retry-After is ignored, and the request is retried as after any
        // transient failure.
        ("99999999999999999999999", Code::RateLimited),
        ("-1", Code::NotFound),
        ("9223372036854775807", Code::RateLimited),
        ("18446744073709551615", Code::RateLimited),
    ] {
        let failures = vec![Failure {
            retry_after: Some(asked.into()),
            ..Failure::new("GET", "tags/list", 429, 1)
        }];
        let fixture = Fixture::start(Config { fail: failures, ..Config::default() });
        let location: Reference = format!("{}/app", fixture.host()).parse().unwrap();
        let error = run(Client::new().tags(&location)).unwrap_err();
        assert_eq!(error.code(), code, "{asked}: {error}");
        assert_eq!(error.retry_after().is_some(), code == Code::RateLimited, "{asked}: {error}");
    }
}

#[test]
fn any_depth_limits_the_walk() {
    let fixture = Fixture::start(Config::default());
    let location = format!("{}/app", fixture.host());
    run(everything(&Client::new(), &location, 1)).unwrap();
    let image: Reference = format!("{location}:v1").parse().unwrap();
    for (depth, found) in [(0, 0), (1, 1), (1 << 62, 1), (usize::MAX, 1)] {
        let options = DiscoverOptions::default().depth(depth);
        assert_eq!(run(Client::new().discover(&image, options)).unwrap().len(), found, "{depth}");
    }
}

#[test]
fn any_unpack_limit_works() {
    let work = Workspace::new();
    work.write("folder/a", "content");
    let image: Reference = format!("oci:{}:v1", work.path("layout").display()).parse().unwrap();
    let file = File { title: Some("folder".into()), ..File::path(work.path("folder")) };
    run(Client::new().push(&image, PushOptions::default().files(vec![file]))).unwrap();
    for (n, number) in [1_u64 << 62, u64::MAX, 0].into_iter().enumerate() {
        let options = PullOptions::default()
            .output(work.path(format!("out{n}")))
            .unpack_limits(UnpackLimits::default().entries(number).bytes(number).ratio(number));
        let pulled = run(Client::new().pull(&image, options));
        match number {
            0 => assert_eq!(pulled.unwrap_err().code(), Code::TooLarge),
            _ => assert_eq!(pulled.unwrap().len(), 1),
        }
    }
}

#[test]
fn a_source_date_epoch_after_the_year_9999_is_rejected() {
    let work = Workspace::new();
    let image: Reference = format!("oci:{}:v1", work.path("layout").display()).parse().unwrap();
    for (epoch, allowed) in [
        (0, true),
        (253_402_207_200, true),
        (253_402_300_800, false),
        (1 << 62, false),
        (u64::MAX, false),
    ] {
        let options = PushOptions::default().source_date_epoch(epoch);
        match run(Client::new().push(&image, options)) {
            Ok(_) => assert!(allowed, "{epoch}"),
            Err(e) => assert!(!allowed && e.code() == Code::InvalidArgument, "{epoch}: {e}"),
        }
    }
    work.write("a", "a");
    for text in ["-1", "1e9", "inf", "NaN", "18446744073709551615", "18446744073709551616", ""] {
        let mut command = work.command(ocigraph_binary());
        let push = command.args(["push", "oci:l:v1", "a"]).env("SOURCE_DATE_EPOCH", text);
        let ran = work.run(push);
        assert!(ran.stderr.contains("SOURCE_DATE_EPOCH"), "{text:?}: {ran}");
        assert!(matches!(ran.code, Some(1 | 2)), "{text:?}: {ran}");
    }
}

#[test]
fn a_size_above_the_maximum_makes_a_manifest_invalid() {
    let sized = |size: &str| {
        let zeros = "0".repeat(64);
        format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",
            "manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "digest":"sha256:{zeros}","size":{size}}}]}}"#
        )
    };
    let parsed = |size: &str| Manifest::parse(sized(size).into(), None, Algorithm::Sha256);
    assert_eq!(parsed("9223372036854775807").unwrap().manifests()[0].size, Descriptor::LARGEST);
    for size in
        ["9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30", "-1"]
    {
        assert_eq!(parsed(size).unwrap_err().code(), Code::InvalidManifest, "{size}");
    }
}

#[test]
fn a_sum_of_sizes_saturates() {
    let fixture = Fixture::start(Config { check_blobs: false, ..Config::default() });
    let location: Reference = format!("{}/app:v1", fixture.host()).parse().unwrap();
    let client = Client::new();
    let config = Bytes::from("{}");
    let blob = Descriptor::of("application/vnd.oci.empty.v1+json", &config);
    let repository = Reference::new(location.location().clone());
    let options = TransferOptions::default();
    run(client.push_blob(&repository, &blob, Arc::new(config), options)).unwrap();
    let layer = json!({
        "mediaType": "application/octet-stream",
        "digest": format!("sha256:{}", "0".repeat(64)),
        "size": i64::MAX,
    });
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob,
        "layers": [layer, layer, layer],
    });
    let manifest = Manifest::parse(manifest.to_string().into(), None, Algorithm::Sha256).unwrap();
    run(client.push_manifest(&location, &manifest)).unwrap();
    let listed = run(client.manifests(&location)).unwrap();
    assert_eq!(listed[0].image_size, Some(Descriptor::LARGEST));
    let problems = run(client.verify(&location, VerifyOptions::default())).unwrap().problems;
    assert!(!problems.is_empty());
}

#[test]
fn numeric_flags_are_limits_or_wrong_usage() {
    let work = Workspace::new();
    work.write("a", "a");
    work.ocigraph(&["push", "oci:l:v1", "a"]).ok();
    for number in
        ["0", "1", "65536", "4611686018427387904", "18446744073709551615", "18446744073709551616"]
    {
        work.ocigraph(&["discover", "oci:l:v1", "--depth", number]).ok();
        work.ocigraph(&["verify", "oci:l:v1", "--concurrency", number]).ok();
        work.ocigraph(&["copy", "-r", "oci:l:v1", "oci:m:v1", "--concurrency", number]).ok();
        work.ocigraph(&["pull", "oci:l:v1", "-o", "out", "--concurrency", number]).ok();
    }
    for number in ["-1", "inf", "NaN", "1.5", "1e3", ""] {
        for flag in ["--depth", "--concurrency"] {
            let stderr = work.ocigraph(&["discover", "oci:l:v1", &format!("{flag}={number}")]);
            assert!(stderr.fails_with(2).contains(flag), "{flag} {number}");
        }
    }
}
