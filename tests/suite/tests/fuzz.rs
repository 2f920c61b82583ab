//! Random faults during random operations. Each operation ends in time, with a result or an error
//! with a code, and leaves no partial content under a final name.
//!
//! As a test it runs for a few seconds. `make fuzz` runs it for longer.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use bolero::{TypeGenerator, check, produce_with};
use futures::{TryStreamExt, future::join_all};
use ocigraph::{
    Algorithm, Bytes, Client, ClientConfig, Code, CopyOptions, DeleteOptions, Descriptor,
    DiscoverOptions, Error, File, Limits, PullOptions, PushOptions, Reference, ResolveOptions,
    TransferOptions, UntagOptions, VerifyOptions,
};
use ocigraph_suite::{FaultServer, Reply};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

const WAIT: Duration = Duration::from_millis(250);
const MAX_ATTEMPTS: u32 = 2;
/// Maximum time of one request with these limits on a busy machine: the timeouts and `Retry-After:
/// 1` of each attempt.
const MAX_REQUEST_TIME: Duration = Duration::from_secs(4);
/// Maximum number of requests of one operation.
const MAX_REQUESTS: usize = 200;

fn client() -> Client {
    let limits = Limits::default()
        .connect_timeout(WAIT)
        .response_timeout(WAIT)
        .idle_timeout(WAIT)
        .upload_response_timeout(WAIT)
        .max_attempts(MAX_ATTEMPTS)
        .stall_timeout(4 * WAIT)
        .max_manifest_bytes(64 << 10)
        .max_pages(4)
        .max_entries(1_000)
        .helper_timeout(Duration::from_millis(100));
    Client::with_config(ClientConfig::default().limits(limits))
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

static CONTENT: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..25_000_u32).flat_map(|i| (i % 251).to_le_bytes()).collect());

fn manifest(title: &str, subject: Option<&Descriptor>) -> (Descriptor, Vec<u8>) {
    let mut layer = Descriptor::of("application/octet-stream", &CONTENT);
    layer.annotations.insert("org.opencontainers.image.title".into(), title.into());
    let mut body = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [layer],
    });
    if let Some(subject) = subject {
        body["subject"] = json!(subject);
    }
    let bytes = body.to_string().into_bytes();
    (Descriptor::of(MANIFEST, &bytes), bytes)
}

/// The responses of a registry without faults, by method and part of the path.
static ANSWERS: LazyLock<Vec<(&str, String, Reply)>> = LazyLock::new(|| {
    let (image, image_bytes) = manifest("file", None);
    let (sbom, sbom_bytes) = manifest("sbom", Some(&image));
    let referrers = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [sbom] });
    let content = Descriptor::of("", &CONTENT).digest;
    let typed = |kind: &str, body: &[u8]| Reply::ok(body).header("content-type", kind);
    let json = |body: Value| typed("application/json", body.to_string().as_bytes());
    let created = || Reply::new(201, "").header("location", "/v2/app/blobs/x");
    let accepted = || Reply::new(202, "").header("location", "/v2/app/blobs/uploads/1");
    let image_answer =
        || typed(MANIFEST, &image_bytes).header("docker-content-digest", image.digest.as_str());
    [
        ("GET", "/manifests/v1".to_owned(), image_answer()),
        ("HEAD", "/manifests/v1".to_owned(), image_answer()),
        ("GET", format!("/manifests/{}", image.digest), image_answer()),
        ("HEAD", format!("/manifests/{}", image.digest), image_answer()),
        ("GET", format!("/manifests/{}", sbom.digest), typed(MANIFEST, &sbom_bytes)),
        ("GET", format!("/blobs/{content}"), Reply::ok(&CONTENT[..])),
        ("GET", "/blobs/sha256:44136fa3".to_owned(), Reply::ok("{}")),
        ("HEAD", format!("/blobs/{content}"), Reply::ok(&CONTENT[..])),
        ("HEAD", "/blobs/".to_owned(), Reply::error(404, "BLOB_UNKNOWN")),
        ("POST", "/blobs/uploads/".to_owned(), accepted()),
        ("PATCH", "/blobs/uploads/1".to_owned(), accepted()),
        ("PUT", "/blobs/uploads/1".to_owned(), created()),
        ("GET", "/blobs/uploads/1".to_owned(), Reply::new(204, "").header("range", "0-0")),
        ("PUT", "/manifests/".to_owned(), created()),
        ("DELETE", "/manifests/".to_owned(), Reply::new(202, "")),
        ("GET", "/referrers/".to_owned(), typed(INDEX, referrers.to_string().as_bytes())),
        ("GET", "/tags/list".to_owned(), json(json!({ "name": "app", "tags": ["v1", "v2"] }))),
        ("GET", "/_catalog".to_owned(), json(json!({ "repositories": ["app"] }))),
        ("GET", "/token".to_owned(), json(json!({ "token": "t" }))),
    ]
    .into()
});

const STATUSES: [u16; 24] = [
    101, 204, 206, 301, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 416, 429, 429, 500, 501,
    502, 503, 504, 522, 999,
];
const RETRY_AFTER: [&str; 6] = ["0", "1", "86400", "-1", "soon", "Tue, 01 Jan 2030 00:00:00 GMT"];

/// `HOST` is replaced by the host of the registry.
const HEADERS: [(&str, &str); 32] = [
    (
        "docker-content-digest",
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    ),
    ("docker-content-digest", "nonsense"),
    ("content-type", "text/html"),
    ("content-type", "application/vnd.oci.image.index.v1+json"),
    ("content-encoding", "gzip"),
    ("content-length", "5"),
    ("content-length", "99999999"),
    ("content-length", "-1"),
    ("transfer-encoding", "chunked"),
    ("content-range", "bytes 5-9/10"),
    ("content-range", "bytes */0"),
    ("range", "0-4"),
    ("range", "0-99999999"),
    ("range", "bytes=-"),
    ("location", "/v2/app/blobs/uploads/1?state=%20"),
    ("location", "1"),
    ("location", ""),
    ("location", "http://127.0.0.1:1/elsewhere"),
    ("location", "ftp://HOST/x"),
    ("location", "//"),
    ("link", "</v2/app/tags/list>; rel=\"next\""),
    ("link", "<?last=v1&n=1>; rel=next"),
    ("link", "<http://127.0.0.1:1/v2/>; rel=next"),
    ("link", "<http://HOST/v2/_catalog?last=x>; rel=next"),
    ("oci-subject", "nonsense"),
    ("oci-filters-applied", "artifactType"),
    ("www-authenticate", "Bearer realm=\"http://HOST/token\",service=\"x\""),
    ("www-authenticate", "Bearer realm=\"http://169.254.169.254/token\""),
    ("www-authenticate", "Basic realm=\"x\""),
    ("warning", "299 - \"\u{1b}[31m\""),
    ("x-ms-correlation-request-id", "1"),
    ("set-cookie", "a=b"),
];

static BODIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let (image, _) = manifest("file", None);
    let wide = vec![image.clone(); 1000];
    let tags: Vec<String> = (0..30).map(|i| format!("tag-{i}")).collect();
    [
        "".to_owned(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "[".repeat(10_000),
        "{\"manifests\":[".repeat(5_000),
        "<html>no registry</html>".to_owned(),
        "\0".repeat(100 << 10),
        json!({ "tags": [null] }).to_string(),
        json!({ "tags": ["../x", "", "a b"], "repositories": ["../x"] }).to_string(),
        json!({ "tags": tags }).to_string(),
        json!({ "schemaVersion": 2, "manifests": wide }).to_string(),
        json!({ "schemaVersion": 2, "manifests": [image] }).to_string(),
        json!({ "errors": [{ "code": 1 }] }).to_string(),
        json!({ "errors": [{ "code": "DENIED", "message": "\u{1b}[2J".repeat(1000) }] })
            .to_string(),
        json!({ "token": "", "access_token": 1, "expires_in": -1 }).to_string(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain(["../x", "/x", "a/../../x", "x\0y", "."].map(|title| manifest(title, None).1))
    .collect()
});

#[derive(Debug, Clone, TypeGenerator)]
enum Fault {
    Status(u8, Option<u8>),
    Header(u8),
    Redirect(bool, u8),
    Body(u8),
    CutAt(u8, bool),
    Reset,
    Silence,
    Unended,
    Endless,
    Slow,
}

impl Fault {
    /// Returns the response with the fault.
    fn reply(&self, host: &str, answer: Reply) -> Reply {
        let header = |reply: Reply, which: u8| {
            let (name, value) = HEADERS[usize::from(which) % HEADERS.len()];
            reply.header(name, value.replace("HOST", host))
        };
        match *self {
            Fault::Status(status, wait) => {
                let reply = Reply::error(STATUSES[usize::from(status) % STATUSES.len()], "FAULT");
                match wait {
                    Some(wait) => {
                        let wait = RETRY_AFTER[usize::from(wait) % RETRY_AFTER.len()];
                        reply.header("retry-after", wait)
                    }
                    None => header(reply, 26 + status % 3),
                }
            }
            Fault::Header(which) => header(answer, which),
            Fault::Redirect(keeps_method, to) => {
                let status = if keeps_method { 307 } else { 302 };
                let to = 14 + to % 10;
                let (_, value) = HEADERS[usize::from(to)];
                Reply::new(status, "").header("location", value.replace("HOST", host))
            }
            Fault::Body(which) => {
                let body = &BODIES[usize::from(which) % BODIES.len()];
                Reply::ok(&body[..]).header("content-type", MANIFEST)
            }
            Fault::CutAt(at, far) => answer.cut_at(usize::from(at) * if far { 400 } else { 1 }),
            Fault::Reset => Reply::reset(),
            Fault::Silence => Reply::silence(),
            Fault::Unended => answer.unended(),
            Fault::Endless => {
                Reply::ok(vec![b' '; 4096]).header("content-type", MANIFEST).endless()
            }
            Fault::Slow => answer.slow(2 * WAIT),
        }
    }
}

/// An operation, and the faults in its responses: in the first response or in each.
#[derive(Debug, Clone, TypeGenerator)]
struct Script {
    operation: u8,
    #[generator(produce_with::<Vec<Wrong>>().len(1..7usize))]
    wrong: Vec<Wrong>,
}

#[derive(Debug, Clone, TypeGenerator)]
struct Wrong {
    answer: u8,
    #[generator(produce_with::<Vec<Fault>>().len(1..4usize))]
    faults: Vec<Fault>,
    lasting: bool,
}

impl Script {
    fn start(&self) -> FaultServer {
        let server = FaultServer::start();
        let host = server.host();
        for (place, (method, part, answer)) in ANSWERS.iter().enumerate() {
            let wrong =
                self.wrong.iter().find(|wrong| usize::from(wrong.answer) % ANSWERS.len() == place);
            let mut replies: Vec<Reply> = wrong
                .iter()
                .flat_map(|wrong| &wrong.faults)
                .map(|fault| fault.reply(&host, answer.clone()))
                .collect();
            if !wrong.is_some_and(|wrong| wrong.lasting) {
                replies.push(answer.clone());
            }
            server.on(method, part, replies);
        }
        server
    }

    async fn run(self) {
        let server = self.start();
        let folder = tempfile::tempdir().unwrap();
        let work = tokio::spawn(operation(self.operation, server.host(), folder.path().into()));
        let begun = Instant::now();
        let ended = tokio::time::timeout(30 * MAX_REQUEST_TIME, work).await;
        let requests: Vec<String> = server.all().into_iter().map(|seen| seen.target).collect();
        let in_time = begun.elapsed() < MAX_REQUEST_TIME * (requests.len() as u32 + 1);
        assert!(
            in_time && requests.len() < MAX_REQUESTS,
            "{self:?}: {:?}, {requests:?}",
            begun.elapsed()
        );
        let result = ended.expect("it ended").unwrap_or_else(|panic| panic!("{self:?}: {panic}"));
        if let Err(error) = &result {
            assert_ne!(error.code(), Code::Internal, "{self:?}: {error}");
        }
        check_files(folder.path(), &self);
    }
}

async fn operation(which: u8, host: String, folder: Box<Path>) -> Result<(), Error> {
    let client = client();
    let image: Reference = format!("{host}/app:v1").parse()?;
    let layout: Reference = format!("oci:{}:v1", folder.join("layout").display()).parse()?;
    let recursive = || CopyOptions::default().recursive(true);
    let push = |subject: Option<Reference>| {
        let mut options = PushOptions::default();
        options.files = vec![File::bytes("file", &CONTENT[..])];
        options.artifact_type = Some("app/example".into());
        options.subject = subject;
        options
    };
    let content = Descriptor::of("application/octet-stream", &CONTENT);
    match which % 18 {
        0 => client.resolve(&image, ResolveOptions::default()).await.map(drop),
        1 => client.fetch_manifest(&image, ResolveOptions::default()).await.map(drop),
        2 | 3 => {
            let output = folder.join("out");
            client.pull(&image, PullOptions::default().output(output)).await.map(drop)
        }
        4 => client.push(&image, push(None)).await.map(drop),
        5 => client.push(&image, push(Some(image.clone()))).await.map(drop),
        6 => client.discover(&image, DiscoverOptions::default()).await.map(drop),
        7 | 8 => {
            let options = DeleteOptions::default().force(which.is_multiple_of(2));
            client.delete(&image, options).await.map(drop)
        }
        9 => client.copy(&image, &layout, recursive()).await.map(drop),
        10 => {
            client.push(&layout, push(None)).await?;
            client.copy(&layout, &image, recursive()).await.map(drop)
        }
        11 => client.verify(&image, VerifyOptions::default()).await.map(drop),
        12 => client.tags(&image).await.map(drop),
        13 => client.manifests(&image).await.map(drop),
        14 => client.repositories(&host.parse()?).await.map(drop),
        15 => {
            let (_, stream) =
                client.fetch_blob(&image.at(content.digest), TransferOptions::default()).await?;
            stream.try_for_each(async |_| Ok(())).await
        }
        16 => {
            let source = Arc::new(Bytes::from_static(&CONTENT));
            client.push_blob(&image, &content, source, TransferOptions::default()).await.map(drop)
        }
        _ => {
            client.tag(&image, &["v2".to_owned()]).await?;
            client.untag(&image, UntagOptions::default()).await
        }
    }
}

/// Asserts that files with a final name are complete and that no other files exist.
fn check_files(folder: &Path, script: &Script) {
    let names = |path: &Path| -> HashSet<String> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    };
    assert!(names(folder).iter().all(|name| name == "out" || name == "layout"), "{script:?}");
    for name in names(&folder.join("out")) {
        assert_eq!(name, "file", "{script:?}");
        assert!(fs::read(folder.join("out/file")).unwrap() == *CONTENT, "{script:?}");
    }
    for name in names(&folder.join("layout/blobs/sha256")) {
        let content = fs::read(folder.join("layout/blobs/sha256").join(&name)).unwrap();
        assert_eq!(Algorithm::Sha256.digest(&content).encoded(), name, "{script:?}");
    }
    // A write that was running when its operation failed finishes later.
    let unfinished = || {
        let own = names(&folder.join("layout/.ocigraph"));
        own.into_iter().find(|name| name.contains('-'))
    };
    let begun = Instant::now();
    while let Some(name) = unfinished() {
        assert!(begun.elapsed() < 30 * MAX_REQUEST_TIME, "{name} is left: {script:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_operation_ends_in_time_and_leaves_no_partial_content() {
    // Scripts mostly wait, so many run concurrently. A failure names its script.
    let scripts = produce_with::<Vec<Script>>().len(24usize);
    let target = check!().with_generator(scripts).with_shrink_time(Duration::ZERO);
    target.with_test_time(Duration::from_secs(8)).for_each(|scripts| {
        RUNTIME.block_on(join_all(scripts.iter().cloned().map(Script::run)));
    });
}
