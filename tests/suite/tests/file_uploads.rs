//! Uploads of large files over plain HTTP. On Linux, the kernel sends them; elsewhere they are read.

use std::{
    fs::File as OpenFile,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _};
use ocigraph::{
    ByteStream, Bytes, Cleanup, Client, ClientConfig, Code, Descriptor, Error, Event, File,
    FileSource, Limits, Outcome, Progress, PushOptions, Reference, Source, TransferOptions,
};
use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{FaultServer, Reply, Workspace};

const SIZE: usize = 20 << 20;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn content() -> Vec<u8> {
    (0..SIZE as u32 / 4).flat_map(u32::to_le_bytes).collect()
}

fn described(bytes: &[u8]) -> Descriptor {
    Descriptor::of("application/octet-stream", bytes)
}

fn push(
    config: ClientConfig,
    host: &str,
    blob: &Descriptor,
    source: impl Source + 'static,
) -> Result<Outcome, Error> {
    let target: Reference = format!("{host}/app").parse().unwrap();
    let client = Client::with_config(config);
    run(async {
        let cleanup = Cleanup::default();
        let pushing = client.push_blob(&target, blob, Arc::new(source), TransferOptions::default());
        let pushed = cleanup.scope(pushing).await;
        cleanup.wait(Duration::from_secs(30)).await;
        pushed
    })
}

/// A file that is never read, only handed out as a file.
#[derive(Debug)]
#[cfg(target_os = "linux")]
struct Unread(FileSource);

#[async_trait]
#[cfg(target_os = "linux")]
impl Source for Unread {
    async fn open(&self, _: u64) -> Result<ByteStream, Error> {
        Err(Error::new(Code::Internal, "the file was read"))
    }

    async fn shareable_file(&self) -> Result<Option<OpenFile>, Error> {
        self.0.shareable_file().await
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_large_file_is_sent_without_being_read() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let bytes = content();
    let source = Unread(FileSource::new(work.write("large", &bytes)));
    let pushed = push(ClientConfig::default(), &registry.host(), &described(&bytes), source);
    assert_eq!(pushed.unwrap(), Outcome::Uploaded);
    let requests = registry.requests();
    let put = requests.iter().find(|request| request.method == "PUT").unwrap();
    assert_eq!(put.status, 201);
    assert_eq!(put.header("content-length"), Some(SIZE.to_string().as_str()));
    assert_eq!(put.header("host"), Some(registry.host().as_str()));
    let head = requests.iter().find(|request| request.method == "HEAD").unwrap();
    for name in ["accept", "user-agent"] {
        assert!(put.header(name).is_some() && put.header(name) == head.header(name), "{name}");
    }
    // One of a smaller size is read.
    let small = &bytes[..1 << 20];
    let source = Unread(FileSource::new(work.write("small", small)));
    let error = push(ClientConfig::default(), &registry.host(), &described(small), source);
    assert!(error.unwrap_err().to_string().contains("the file was read"));
}

#[test]
fn a_resumed_file_is_sent_from_the_offset_of_its_session() {
    let (work, server) = (Workspace::new(), FaultServer::start());
    let bytes = content();
    let received = 3_000_001;
    let session = |place: &str| Reply::new(202, "").header("location", place);
    let range = format!("0-{}", received - 1);
    server
        .on("POST", "/uploads/", [session("/up/1")])
        .on("PUT", "/up/1", [Reply::reset()])
        .on(
            "GET",
            "/up/1",
            [Reply::new(204, "").header("range", &range).header("location", "/up/2")],
        )
        .on("PATCH", "/up/2", [session("/up/3")])
        .on("PUT", "/up/3", [Reply::new(201, "")]);
    let source = FileSource::new(work.write("large", &bytes));
    push(ClientConfig::default(), &server.host(), &described(&bytes), source).unwrap();
    let patch = &server.seen("PATCH", "/up/2")[0];
    assert_eq!(patch.body, SIZE - received);
    let range = format!("{received}-{}", SIZE - 1);
    assert_eq!(patch.header("content-range"), Some(range.as_str()));
    assert!(patch.content == bytes[received..received + patch.content.len()]);
    assert!(!patch.content.is_empty());
}

#[test]
fn the_upload_of_a_large_file_reports_progress_up_to_its_end() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let path = work.write("large", content());
    let positions = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&positions);
    let progress = Progress::new(move |event| {
        if let Event::Moved { position, .. } = event {
            noted.lock().unwrap().push(position);
        }
    });
    let target = format!("{}/app:v1", registry.host()).parse().unwrap();
    let mut file = File::path(path);
    file.title = Some("large".to_owned());
    let options = PushOptions::default().files(vec![file]).progress(progress);
    run(Client::new().push(&target, options)).unwrap();
    let positions = positions.lock().unwrap();
    assert!(positions.contains(&(SIZE as u64)), "{positions:?}");
    assert!(positions.len() > 20, "{positions:?}");
}

#[test]
fn a_file_that_gets_shorter_is_a_size_mismatch() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let bytes = content();
    let missing = 5 << 20;
    let source = FileSource::new(work.write("large", &bytes[missing..]));
    let pushed = push(ClientConfig::default(), &registry.host(), &described(&bytes), source);
    let error = pushed.unwrap_err();
    assert_eq!(error.code(), Code::SizeMismatch, "{error}");
    assert!(error.to_string().contains(&format!("ended {missing} bytes early")), "{error}");
    assert!(registry.state().uploads.is_empty(), "{:?}", registry.state().uploads);
}

#[test]
fn a_file_that_gets_other_content_is_a_digest_mismatch() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let mut bytes = content();
    let blob = described(&bytes);
    bytes[SIZE - 1] ^= 1;
    let source = FileSource::new(work.write("large", &bytes));
    let error = push(ClientConfig::default(), &registry.host(), &blob, source).unwrap_err();
    assert_eq!(error.code(), Code::DigestMismatch, "{error}");
}

#[test]
fn a_registry_that_stops_reading_a_file_is_a_timeout() {
    let work = Workspace::new();
    let registry = Fixture::start(Config { stall_after: Some(1 << 20), ..Config::default() });
    let bytes = content();
    let source = FileSource::new(work.write("large", &bytes));
    let limits = Limits::default()
        .idle_timeout(Duration::from_millis(600))
        .upload_response_timeout(Duration::from_millis(600))
        .max_attempts(1);
    let config = ClientConfig::default().limits(limits);
    let error = push(config, &registry.host(), &described(&bytes), source).unwrap_err();
    assert_eq!(error.code(), Code::Timeout, "{error}");
    assert!(error.to_string().contains("neither read nor responded"), "{error}");
}

/// A file with a source that changes the chunks which stand for it.
#[derive(Debug)]
struct Copying(FileSource);

#[async_trait]
impl Source for Copying {
    async fn open(&self, offset: u64) -> Result<ByteStream, Error> {
        self.0.open(offset).await
    }

    async fn shareable_file(&self) -> Result<Option<OpenFile>, Error> {
        self.0.shareable_file().await
    }

    fn observed(&self, stream: ByteStream, _: u64) -> ByteStream {
        stream.map_ok(|chunk| Bytes::copy_from_slice(&chunk)).boxed()
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_source_that_copies_the_chunks_of_its_file_sends_nothing() {
    let (work, server) = (Workspace::new(), FaultServer::start());
    server.on("POST", "/uploads/", [Reply::new(202, "").header("location", "/up/1")]);
    let bytes = content();
    let source = Copying(FileSource::new(work.write("large", &bytes)));
    let pushed = push(ClientConfig::default(), &server.host(), &described(&bytes), source);
    let error = pushed.unwrap_err();
    assert_eq!(error.code(), Code::Internal, "{error}");
    assert!(server.seen("PUT", "/up/1").iter().all(|put| put.content.is_empty()));
}

fn at(server: &FaultServer) -> String {
    let port = server.host().rsplit(':').next().unwrap().to_owned();
    format!("registry.test:5000:{}:{port}", IpAddr::from(Ipv4Addr::LOCALHOST))
}

#[test]
fn a_given_address_is_used_for_a_file_and_keeps_the_name_of_the_host() {
    let bytes = content();
    let headers = vec![("Host".to_owned(), "other.test".to_owned())];
    for (headers, host) in [(vec![], "registry.test:5000"), (headers, "other.test")] {
        let (work, server) = (Workspace::new(), FaultServer::start());
        server.on("POST", "/uploads/", [Reply::new(202, "").header("location", "/up/1")]).on(
            "PUT",
            "/up/1",
            [Reply::new(201, "")],
        );
        let config = ClientConfig::default()
            .resolve(vec![at(&server).parse().unwrap()])
            .plain_http(true)
            .headers(headers);
        let source = FileSource::new(work.write("large", &bytes));
        push(config, "registry.test:5000", &described(&bytes), source).unwrap();
        let put = &server.seen("PUT", "/up/1")[0];
        assert_eq!((put.body, put.header("host")), (SIZE, Some(host)));
        assert_eq!(server.seen("POST", "")[0].header("host"), Some(host));
    }
}

#[test]
fn a_file_and_its_copy_from_a_layout_arrive_as_they_are() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    work.write("large", content());
    let layout = format!("oci:{}:v1", work.path("layout").display());
    let image = format!("{}/app:v1", registry.host());
    work.ocigraph(&["push", &layout, "large"]).ok();
    work.ocigraph(&["copy", &layout, &image]).ok();
    work.ocigraph(&["pull", &image, "-o", "pulled"]).ok();
    assert!(std::fs::read(work.path("pulled/large")).unwrap() == content());
}
