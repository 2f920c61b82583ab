//! A copy whose source and destination have clients of their own: nothing of one registry is sent to
//! the other.

use std::{collections::BTreeMap, time::Duration};

use ocigraph::{
    Cleanup, Client, ClientConfig, Code, CopyOptions, Credential, Credentials, File, PushOptions,
    Reference,
};
use ocigraph_fixture::{Auth, Config, Fixture, Logged, TokenAuth};
use ocigraph_suite::{
    Authority, Kind, Options, PASSWORD, Registry, STALLED_SIZE, Shows, TlsFront, USER, Workspace,
    assert_sessions_closed, stalling,
};

fn basic(user: &str, password: &str) -> Config {
    let auth = Auth::Basic { user: user.to_owned(), password: password.to_owned() };
    Config { auth, ..Config::default() }
}

/// A token server that knows `users`, each with the password `secret of NAME`.
fn tokens(users: &[&str]) -> Config {
    let users: BTreeMap<String, String> =
        users.iter().map(|user| ((*user).to_owned(), format!("secret of {user}"))).collect();
    Config {
        auth: Auth::Token(Box::new(TokenAuth { users, ..TokenAuth::default() })),
        ..Config::default()
    }
}

fn client(user: &str, header: &str) -> Client {
    let credential = Credential::password(user, format!("secret of {user}"));
    let headers = vec![(header.to_owned(), user.to_owned())];
    let config = ClientConfig::default();
    Client::with_config(config.credentials(Credentials::Given(credential)).headers(headers))
}

fn reference(fixture: &Fixture, rest: &str) -> Reference {
    format!("{}/{rest}", fixture.host()).parse().unwrap()
}

async fn push(client: &Client, image: &Reference, size: usize) {
    let options = PushOptions::default()
        .files(vec![File::bytes("file", vec![7; size])])
        .artifact_type("app/example");
    client.push(image, options).await.unwrap();
}

fn has_header(request: &Logged, name: &str) -> bool {
    request.header(name).is_some()
}

/// No request has a header or credential that belongs to the other registry.
fn assert_separate(fixture: &Fixture, own: &str, other: &str) {
    let requests = fixture.requests();
    assert!(requests.iter().any(|request| has_header(request, own)), "{requests:?}");
    for request in requests {
        assert!(!has_header(&request, other), "{request:?}");
    }
    assert_eq!(fixture.misplaced_credentials(), [""; 0]);
}

#[tokio::test]
async fn tokens_and_headers_of_one_side_are_not_sent_to_the_other() {
    let (source, destination) =
        (Fixture::start(tokens(&["ada"])), Fixture::start(tokens(&["bob"])));
    let (from, to) = (reference(&source, "app:v1"), reference(&destination, "app:v1"));
    let (ada, bob) = (client("ada", "x-source"), client("bob", "x-destination"));
    push(&ada, &from, 1000).await;
    source.clear_requests();
    let options = CopyOptions::default().recursive(true).destination_client(bob);
    let copied = client("ada", "x-source").copy(&from, &to, options).await.unwrap();
    assert_eq!((copied.manifests, copied.tags), (1, vec!["v1".to_owned()]));
    assert_separate(&source, "x-source", "x-destination");
    assert_separate(&destination, "x-destination", "x-source");
    for (fixture, user, scope) in
        [(&source, "ada", "repository:app:pull"), (&destination, "bob", "repository:app:pull,push")]
    {
        let requests = fixture.token_requests();
        for request in &requests {
            assert_eq!(request.credential.as_deref(), Some(user), "{request:?}");
        }
        let last = requests.last().unwrap();
        assert_eq!(last.scopes, [scope], "{requests:?}");
    }
}

#[tokio::test]
async fn the_clients_of_one_registry_mount_nothing_and_share_no_token() {
    let registry = Fixture::start(tokens(&["ada", "bob"]));
    let (from, to) = (reference(&registry, "private:v1"), reference(&registry, "public:v1"));
    let ada = client("ada", "x-source");
    push(&ada, &from, 1000).await;
    registry.clear_requests();
    let options = CopyOptions::default().destination_client(client("bob", "x-destination"));
    let copied = client("ada", "x-source").copy(&from, &to, options).await.unwrap();
    assert_eq!((copied.blobs.mounted, copied.manifests), (0, 1));
    for request in registry.requests() {
        let is_source = request.path.starts_with("/v2/private/");
        let is_destination = request.path.starts_with("/v2/public/");
        assert!(!(is_source && has_header(&request, "x-destination")), "{request:?}");
        assert!(!(is_destination && has_header(&request, "x-source")), "{request:?}");
        assert!(!request.query.contains("from=private"), "{request:?}");
    }
    for request in registry.token_requests() {
        let repository =
            if request.credential.as_deref() == Some("ada") { "private" } else { "public" };
        for scope in &request.scopes {
            assert!(scope.starts_with(&format!("repository:{repository}:")), "{request:?}");
        }
    }
}

#[tokio::test]
async fn a_clone_as_the_client_of_the_destination_is_the_same_client() {
    let registry = Fixture::start(tokens(&["ada"]));
    let ada = client("ada", "x-source");
    let from = reference(&registry, "app:v1");
    push(&ada, &from, 1000).await;
    let options = CopyOptions::default().destination_client(ada.clone());
    let copied = ada.copy(&from, &reference(&registry, "other:v1"), options).await.unwrap();
    assert!(copied.blobs.mounted > 0, "{copied:?}");
    // One credential is never sent to two registries.
    let other = Fixture::start(Config::default());
    let options = CopyOptions::default().destination_client(ada.clone());
    let refused = ada.copy(&from, &reference(&other, "app:v1"), options).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
    assert_eq!(other.requests().len(), 0);
}

#[tokio::test]
async fn the_errors_of_each_side_name_its_registry() {
    let (source, destination) =
        (Fixture::start(tokens(&["ada"])), Fixture::start(tokens(&["bob"])));
    let (from, to) = (reference(&source, "app:v1"), reference(&destination, "app:v1"));
    push(&client("ada", "x-source"), &from, 10).await;
    for (one, other, refusing) in [("ada", "eve", &destination), ("eve", "bob", &source)] {
        let options = CopyOptions::default().destination_client(client(other, "x-destination"));
        let failed = client(one, "x-source").copy(&from, &to, options).await.unwrap_err();
        assert_eq!(failed.code(), Code::Unauthorized, "{failed}");
        assert!(
            failed
                .to_string()
                .contains(&format!("credentials for {} were refused", refusing.host())),
            "{failed}"
        );
    }
    assert!(destination.state().repositories.is_empty());
}

#[tokio::test]
async fn a_dropped_copy_has_no_upload_session_at_the_destination_once_its_cleanup_is_over() {
    let source = Fixture::start(tokens(&["ada"]));
    let destination = Fixture::start(Config { auth: tokens(&["bob"]).auth, ..stalling() });
    let (from, to) = (reference(&source, "app:v1"), reference(&destination, "app:v1"));
    let ada = client("ada", "x-source");
    push(&ada, &from, STALLED_SIZE).await;
    source.clear_requests();
    let cleanup = Cleanup::default();
    let options = CopyOptions::default().destination_client(client("bob", "x-destination"));
    let sent = async {
        while !destination.requests().iter().any(|request| request.method == "PUT") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        result = cleanup.scope(ada.copy(&from, &to, options)) => panic!("{result:?}"),
        () = sent => {}
    }
    // Longer than the clean-up takes on a busy machine.
    cleanup.wait(Duration::from_secs(20)).await;
    assert_sessions_closed(&destination);
    assert_separate(&source, "x-source", "x-destination");
    assert_separate(&destination, "x-destination", "x-source");
}

/// Two registries behind TLS, each with an authority, a user and a required header of its own.
struct Sides {
    work: Workspace,
    source: (Fixture, TlsFront),
    destination: (Fixture, TlsFront),
}

impl Sides {
    fn start() -> Self {
        let work = Workspace::new();
        let side = |name: &str, config: Config| {
            let (fixture, authority) = (Fixture::start(config), Authority::new());
            work.write(format!("{name}.pem"), authority.pem());
            let front = TlsFront::start(&authority, Shows::Good, &fixture.host());
            (fixture, front)
        };
        let source = side("source", basic("ada", "open sesame"));
        let destination = side("destination", basic("bob", "close sesame"));
        work.write("file", "content");
        work.write("password", "close sesame\n");
        let image = format!("{}/app:v1", source.1.host());
        let options =
            ["--plain-http=false", "--ca-file", "source.pem", "-u", "ada", "-p", "open sesame"];
        work.ocigraph(&[&["push", &image, "file"], &options[..]].concat()).ok();
        source.0.clear_requests();
        Self { work, source, destination }
    }

    fn places(&self) -> [String; 2] {
        [&self.source, &self.destination].map(|(_, front)| format!("{}/app:v1", front.host()))
    }
}

const BOTH_SIDES: [&str; 12] = [
    "--plain-http=false",
    "--from-ca-file=source.pem",
    "--from-username=ada",
    "--from-password=open sesame",
    "--from-header=X-Source: one",
    "--from-user-agent=puller",
    "--to-ca-file=destination.pem",
    "--to-username=bob",
    "--to-password-stdin",
    "--to-header=X-Destination: two",
    "--to-user-agent=pusher",
    "--to-insecure",
];

#[test]
fn the_flags_of_a_side_reach_only_its_registry() {
    let sides = Sides::start();
    let [from, to] = sides.places();
    let arguments = [&["cp", "-r", &from, &to], &BOTH_SIDES[..]].concat();
    sides.work.ocigraph_with_input(&arguments, b"close sesame\n").ok();
    for ((fixture, _), own, other, agent) in [
        (&sides.source, "x-source", "x-destination", "puller"),
        (&sides.destination, "x-destination", "x-source", "pusher"),
    ] {
        assert_separate(fixture, own, other);
        let credentials: Vec<String> = fixture
            .requests()
            .iter()
            .filter_map(|request| {
                assert_eq!(request.header("user-agent"), Some(agent));
                request.header("authorization").map(str::to_owned)
            })
            .collect();
        assert!(!credentials.is_empty());
        // base64 of ada:open sesame and of bob:close sesame
        let expected =
            if own == "x-source" { "YWRhOm9wZW4gc2VzYW1l" } else { "Ym9iOmNsb3NlIHNlc2FtZQ==" };
        assert!(
            credentials.iter().all(|sent| *sent == format!("Basic {expected}")),
            "{credentials:?}"
        );
    }
    let options =
        ["--plain-http=false", "--ca-file=destination.pem", "-u", "bob", "-p", "close sesame"];
    let resolved = sides.work.ocigraph(&[&["verify", &to], &options[..]].concat());
    resolved.ok();
}

#[test]
fn a_flag_of_a_side_replaces_the_one_of_both_sides() {
    let sides = Sides::start();
    let [from, to] = sides.places();
    // The flags without a prefix are those of the source.
    let options = [
        "--plain-http=false",
        "--ca-file=source.pem",
        "-u",
        "ada",
        "-p",
        "open sesame",
        "-H",
        "X-Source: one",
        "--to-ca-file=destination.pem",
        "--to-username=bob",
        "--to-password=close sesame",
        "--to-header=X-Destination: two",
    ];
    sides.work.ocigraph(&[&["copy", &from, &to], &options[..]].concat()).ok();
    assert_separate(&sides.source.0, "x-source", "x-destination");
    assert_separate(&sides.destination.0, "x-destination", "x-source");
}

#[test]
fn a_layout_is_a_side_without_flags() {
    let sides = Sides::start();
    let [from, to] = sides.places();
    let of = |side: &str| -> Vec<&str> {
        BOTH_SIDES
            .into_iter()
            .filter(|flag| flag.starts_with(side) || flag.starts_with("--plain"))
            .collect()
    };
    sides.work.ocigraph(&[&["copy", &from, "oci:layout:v1"], &of("--from")[..]].concat()).ok();
    let copied = [&["copy", "oci:layout:v1", &to], &of("--to")[..]].concat();
    sides.work.ocigraph_with_input(&copied, b"close sesame\n").ok();
    for (arguments, flag) in [
        (["copy", "oci:layout:v1", &to, "--from-username=ada"], "--from-username"),
        (["copy", &from, "oci:layout:v2", "--to-plain-http=false"], "--to-plain-http"),
        (["copy", &from, "oci:layout:v2", "--to-header=A: b"], "--to-header"),
        (["copy", &from, "oci:layout:v2", "--to-insecure"], "--to-insecure"),
    ] {
        let message = sides.work.ocigraph(&arguments).fails_with(2);
        assert!(message.contains(&format!("{flag} is for a registry")), "{message}");
        assert!(message.contains("is an image layout"), "{message}");
    }
}

#[test]
fn a_secret_that_is_given_once_is_not_sent_to_two_registries() {
    let sides = Sides::start();
    let [from, to] = sides.places();
    for options in [
        &["-u", "ada", "-p", "open sesame", "--to-insecure"][..],
        &["-u", "ada", "-p", "open sesame", "--to-username=bob"],
        &["-u", "ada", "--password-stdin", "--from-ca-file=source.pem"],
        &["--identity-token", "secret", "--from-plain-http=false"],
        &["-H", "X-Secret: 1", "--from-username=ada", "--from-password=open sesame"],
    ] {
        let message = sides.work.ocigraph(&[&["copy", &from, &to], options].concat()).fails_with(2);
        assert!(message.contains("cannot be sent to two"), "{options:?}: {message}");
        assert!(message.contains("pass --from-"), "{options:?}: {message}");
    }
    assert_eq!((sides.source.0.requests().len(), sides.destination.0.requests().len()), (0, 0));
}

#[test]
fn wrong_flags_of_a_side_are_named() {
    let work = Workspace::new();
    let copy = ["copy", "127.0.0.1:1/app:v1", "127.0.0.2:1/app:v1"];
    for (options, expected) in [
        (&["--from-password=secret"][..], "--from-password needs a user name"),
        (
            &[
                "--from-username=a",
                "--from-password-stdin",
                "--to-username=b",
                "--to-password-stdin",
            ],
            "standard input cannot provide the secrets of both sides",
        ),
        (
            &["--from-identity-token-stdin", "--to-username=b", "--to-password-stdin"],
            "standard input cannot provide the secrets of both sides",
        ),
        (
            &["--from-username=a", "--from-password-stdin", "--ca-file=/dev/stdin"],
            "--from-password-stdin and --ca-file /dev/stdin both read standard input",
        ),
        (
            &["--from-identity-token-stdin", "--to-registry-config=/dev/stdin"],
            "--from-identity-token-stdin and --to-registry-config /dev/stdin both read standard input",
        ),
        (
            &["--from-ca-file=/dev/stdin", "--to-ca-file=/dev/fd/0"],
            "--from-ca-file /dev/stdin and --to-ca-file /dev/fd/0 both read standard input",
        ),
        (&["--to-cert-file=a.pem"], "--to-key-file"),
        (&["--from-username=a", "--from-identity-token=b"], "cannot be used with"),
        (&["--to-header=none"], "invalid header"),
    ] {
        let message = work.ocigraph(&[&copy[..], options].concat()).fails_with(2);
        assert!(message.contains(expected), "{options:?}: {message}");
        assert!(!message.contains("secret of") && !message.contains("=secret"), "{message}");
    }
    // No other command has two sides.
    let message = work.ocigraph(&["pull", "127.0.0.1:1/app:v1", "--from-insecure"]).fails_with(2);
    assert!(message.contains("unexpected argument '--from-insecure'"), "{message}");
}

#[test]
fn equal_flags_for_one_registry_still_mount_its_blobs() {
    let (work, registry) = (Workspace::new(), Fixture::start(Config::default()));
    let [from, to] = ["app:v1", "other:v1"].map(|name| format!("{}/{name}", registry.host()));
    work.push_image(&from);
    let flags = ["--from-plain-http", "--to-plain-http"];
    let copied = work.ocigraph(&[&["copy", "--format=json", &from, &to], &flags[..]].concat());
    let copied = copied.json();
    assert_eq!(copied["blobs"]["copied"], 0, "{copied}");
}

#[test]
fn each_side_has_a_credential_file_of_its_own() {
    let options = || Options { auth: true, ..Options::default() };
    let work = Workspace::new();
    let source = Registry::start_with(Kind::Distribution3, options());
    let destination = Registry::start_with(Kind::Docker2, options());
    for (registry, file) in [(&source, "source.json"), (&destination, "destination.json")] {
        let login =
            ["login", registry.host(), "-u", USER, "--password-stdin", "--registry-config", file];
        work.ocigraph_with_input(&login, PASSWORD.as_bytes()).ok();
    }
    work.write("file", "content");
    let (from, to) = (source.reference("app:v1"), destination.reference("app:v1"));
    work.ocigraph(&["push", &from, "file", "--registry-config", "source.json"]).ok();
    let files =
        ["--from-registry-config", "source.json", "--to-registry-config", "destination.json"];
    work.ocigraph(&[&["copy", "-r", &from, &to], &files[..]].concat()).ok();
    let swapped =
        ["--from-registry-config", "destination.json", "--to-registry-config", "source.json"];
    let message =
        work.ocigraph(&[&["copy", "-r", &from, &to], &swapped[..]].concat()).fails_with(1);
    assert!(message.contains("[UNAUTHORIZED]"), "{message}");
}
