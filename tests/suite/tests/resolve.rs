//! `--resolve`: a client connects to a given address for a host and port, and everything else is that of
//! the name: the `Host` header, the certificate and the credentials.

use std::collections::BTreeMap;

use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};
use ocigraph_suite::{
    Authority, FaultServer, Kind, Options, Registry, Reply, Shows, TlsFront, Workspace,
};

fn port(host: &str) -> &str {
    host.rsplit(':').next().unwrap()
}

fn digest(text: &str) -> &str {
    text.trim()
}

/// What ocigraph pushes to a name, ORAS finds there with the same option.
#[test]
fn a_registry_is_reached_under_a_name_that_does_not_resolve() {
    for kind in Kind::ALL {
        let (registry, work) = (Registry::start(kind), Workspace::new());
        work.write("file", "content");
        let port = port(registry.host());
        for (name, given) in [
            ("registry.invalid", format!("registry.invalid:80:127.0.0.1:{port}")),
            ("registry.invalid:7", format!("registry.invalid:7:127.0.0.1:{port}")),
        ] {
            let image = format!("{name}/app:v1");
            let options = ["--plain-http", "--resolve", &given];
            work.ocigraph(&[&["push", &image, "file"], &options[..]].concat()).ok();
            let ours = work.ocigraph(&[&["resolve", &image], &options[..]].concat()).ok();
            let theirs = work.oras(&[&["resolve", &image], &options[..]].concat()).ok();
            assert_eq!(digest(&ours), digest(&theirs), "{kind} {name}");
            let direct = work.ocigraph(&["resolve", &registry.reference("app:v1")]).ok();
            assert_eq!(digest(&ours), digest(&direct), "{kind} {name}");
            work.ocigraph(&[&["pull", &image, "-o", "out"], &options[..]].concat()).ok();
            assert_eq!(work.read("out/file"), b"content");
        }
    }
}

/// The certificate is for `registry.test`, not for the address.
#[test]
fn a_certificate_is_that_of_the_name_on_any_port() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let options = Options { tls: Some(authority.registry()), ..Options::default() };
    let registry = Registry::start_with(Kind::Distribution3, options);
    work.write("ca.pem", authority.pem());
    work.write("file", "content");
    let port = port(registry.host());
    for own in ["443", "5000"] {
        let name = if own == "443" { "registry.test" } else { "registry.test:5000" };
        let image = format!("{name}/app:v1");
        let given = format!("registry.test:{own}:127.0.0.1:{port}");
        let options = ["--ca-file", "ca.pem", "--resolve", &given];
        work.ocigraph(&[&["push", &image, "file"], &options[..]].concat()).ok();
        let theirs = work.oras(&[&["resolve", &image], &options[..]].concat()).ok();
        let ours = work.ocigraph(&[&["resolve", &image], &options[..]].concat()).ok();
        assert_eq!(digest(&ours), digest(&theirs), "{own}");
        let other = format!("other.test:{own}:127.0.0.1:{port}");
        let options = ["--ca-file", "ca.pem", "--resolve", &other, "--max-attempts", "1"];
        let image = image.replace("registry.test", "other.test");
        let refused = work.ocigraph(&[&["resolve", &image], &options[..]].concat()).fails_with(1);
        assert!(refused.contains("[TLS]"), "{refused}");
    }
}

#[test]
fn the_name_is_in_every_request_and_the_address_in_none() {
    let (server, work) = (Fixture::start(Config::default()), Workspace::new());
    work.write("file", "content");
    let host = server.host();
    let given = format!("registry.invalid:7:127.0.0.1:{}", port(&host));
    let options = ["--plain-http", "--resolve", &given];
    let image = "registry.invalid:7/app:v1";
    work.ocigraph(&[&["push", image, "file"], &options[..]].concat()).ok();
    work.ocigraph(&[&["discover", image], &options[..]].concat()).ok();
    assert!(server.requests().len() > 3);
    for request in server.requests() {
        assert_eq!(request.header("host"), Some("registry.invalid:7"), "{request:?}");
    }
}

#[test]
fn an_address_applies_to_the_target_of_a_redirect() {
    let (server, storage, work) = (FaultServer::start(), FaultServer::start(), Workspace::new());
    let target = "http://storage.invalid/blob?signature=abc";
    server.on("GET", "/blobs/", [Reply::new(307, "").header("Location", target)]);
    server.on("HEAD", "/blobs/", [Reply::ok("content").header("Content-Length", "7")]);
    storage.on("GET", "/blob?signature=abc", [Reply::ok("content")]);
    let given = format!("storage.invalid:80:127.0.0.1:{}", port(&storage.host()));
    let blob = "sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
    let reference = format!("{}/app@{blob}", server.host());
    let fetched = work.ocigraph(&["blob", "fetch", &reference, "-o", "-", "--resolve", &given]);
    assert_eq!(fetched.ok(), "content");
    let [request] = &storage.seen("GET", "/blob")[..] else { panic!("{:?}", storage.all()) };
    assert_eq!(request.header("host"), Some("storage.invalid"));
}

#[test]
fn an_address_applies_to_the_token_server() {
    let work = Workspace::new();
    let users = BTreeMap::from([("ada".to_owned(), "secret".to_owned())]);
    let server = Fixture::start(Config::default());
    let host = server.host();
    let port = port(&host);
    let realm = Some("http://tokens.invalid/oauth2/token".to_owned());
    let auth = TokenAuth { users, realm, ..TokenAuth::default() };
    server.set_config(Config { auth: Auth::Token(Box::new(auth)), ..Config::default() });
    work.write("file", "content");
    let given = format!("tokens.invalid:80:127.0.0.1:{port}");
    let image = format!("{host}/app:v1");
    let options = ["--username", "ada", "--password-stdin", "--resolve", &given];
    let arguments = [&["push", image.as_str(), "file"], &options[..]].concat();
    work.ocigraph_with_input(&arguments, b"secret").ok();
    let requests = server.requests();
    let asked = requests.iter().filter(|r| r.header("host") == Some("tokens.invalid"));
    assert!(asked.count() > 0, "{requests:?}");
    assert_eq!(server.misplaced_credentials(), [""; 0]);
}

/// A proxy would not connect to the address. ORAS and curl send the request to it all the same.
#[test]
fn a_connection_to_a_given_address_uses_no_proxy() {
    let (server, proxy, work) = (FaultServer::start(), FaultServer::start(), Workspace::new());
    let answer = Reply::ok(r#"{"name":"app","tags":["v1"]}"#);
    server.on("GET", "/v2/app/tags/list", [answer.clone()]);
    proxy.on("GET", "/v2/app/tags/list", [answer]);
    let given = format!("registry.invalid:80:127.0.0.1:{}", port(&server.host()));
    let url = format!("http://{}", proxy.host());
    let tags = |options: &[&str]| {
        let mut command = work.command(ocigraph_suite::ocigraph_binary());
        command.args(["tags", "registry.invalid/app", "--plain-http"]).args(options);
        work.run(command.env("HTTP_PROXY", &url)).ok()
    };
    assert_eq!(tags(&["--resolve", &given]), "v1\n");
    assert_eq!((server.all().len(), proxy.all().len()), (1, 0));
    assert_eq!(tags(&["--resolve", "registry.invalid:81:127.0.0.1"]), "v1\n");
    assert_eq!((server.all().len(), proxy.all().len()), (1, 1));
}

#[test]
fn each_side_of_a_copy_has_its_addresses() {
    let (from, to) = (Registry::start(Kind::Ocimem), Registry::start(Kind::Ggcr));
    let work = Workspace::new();
    work.write("file", "content");
    work.ocigraph(&["push", &from.reference("app:v1"), "file"]).ok();
    let source = format!("one.invalid:80:127.0.0.1:{}", port(from.host()));
    let destination = format!("one.invalid:80:127.0.0.1:{}", port(to.host()));
    let arguments = ["--from-resolve", &source, "--to-resolve", &destination];
    let copy = ["copy", "one.invalid/app:v1", "one.invalid/copy:v1", "--plain-http"];
    work.ocigraph(&[&copy[..], &arguments[..]].concat()).ok();
    let ours = work.ocigraph(&["resolve", &to.reference("copy:v1")]).ok();
    assert_eq!(ours, work.ocigraph(&["resolve", &from.reference("app:v1")]).ok());
    // The flag for both sides applies to a side without its own.
    let both = ["--resolve", &source, "--to-resolve", &destination];
    let copy = ["copy", "one.invalid/app:v1", "one.invalid/second:v1", "--plain-http"];
    work.ocigraph(&[&copy[..], &both[..]].concat()).ok();
    work.ocigraph(&["resolve", &to.reference("second:v1")]).ok();
}

#[test]
fn an_ipv6_address_can_be_in_brackets() {
    let (work, authority) = (Workspace::new(), Authority::new());
    // No registry listens on an IPv6 address here: the error names it.
    for given in ["registry.test:443:[::1]:1", "registry.test:443:::1"] {
        let options = ["--resolve", given, "--max-attempts", "1"];
        let failed = work.ocigraph(&[&["tags", "registry.test/app"], &options[..]].concat());
        let stderr = failed.fails_with(1);
        assert!(stderr.contains("check the address [::1]:"), "{stderr}");
    }
    let front = TlsFront::start(&authority, Shows::Good, "127.0.0.1:1");
    let given = format!("registry.test:443:[::ffff:127.0.0.1]:{}", port(&front.host()));
    let options = ["--resolve", &given, "--max-attempts", "1", "--insecure"];
    work.ocigraph(&[&["tags", "registry.test/app"], &options[..]].concat()).fails_with(1);
    assert!(front.connections() > 0);
}

#[test]
fn a_malformed_address_ends_the_command_before_anything_is_sent() {
    let (server, work) = (FaultServer::start(), Workspace::new());
    let image = format!("{}/app", server.host());
    for given in ["registry.test", "registry.test:443:name", "127.0.0.1:80:127.0.0.2", "a:0:::1"] {
        let stderr = work.ocigraph(&["tags", &image, "--resolve", given]).fails_with(2);
        assert!(stderr.contains(&format!("{given:?}")), "{stderr}");
        assert!(stderr.contains("HOST:PORT:ADDRESS[:PORT] [INVALID_ARGUMENT]"), "{stderr}");
    }
    assert_eq!(server.all().len(), 0);
}
