//! Proxies from the environment: used for remote servers, never for loopback, and not at all with
//! `--no-proxy`. Only the proxy can resolve the host names of these tests, so a request that
//! arrives went through the proxy.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};
use ocigraph_suite::{
    Authority, CommandResult, FaultServer, Reply, Shows, TlsFront, Workspace, ocigraph_binary,
};

/// A proxy that maps names to servers on loopback. Ends with the process of the test.
struct HttpProxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl HttpProxy {
    fn start(known: &[(&str, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let known: HashMap<String, String> =
            known.iter().map(|(name, to)| ((*name).to_owned(), to.clone())).collect();
        let known = Arc::new(known);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (known, log) = (Arc::clone(&known), Arc::clone(&log));
                thread::spawn(move || drop(relay(&client, &known, &log)));
            }
        });
        Self { address, seen }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the heads of the requests.
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn relay(
    mut client: &TcpStream,
    known: &HashMap<String, String>,
    log: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).map_err(io::Error::other)?;
    log.lock().unwrap().push(head.clone());
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let authority = target.trim_start_matches("http://").split('/').next().unwrap_or("");
    let name = authority.split(':').next().unwrap_or("");
    let Some(to) = known.get(name) else {
        return client.write_all(b"HTTP/1.1 502 Unknown\r\nContent-Length: 0\r\n\r\n");
    };
    let mut server = TcpStream::connect(to)?;
    if method == "CONNECT" {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    } else {
        // One request for each connection, so that the proxy sees all requests.
        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        server.write_all(head.as_bytes())?;
    }
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Write);
    });
    let _ = io::copy(&mut client, &mut server);
    server.shutdown(Shutdown::Write)
}

type Variables<'a> = &'a [(&'a str, &'a str)];

fn run(work: &Workspace, environment: Variables, args: &[&str], input: &str) -> CommandResult {
    let mut command = work.command(ocigraph_binary());
    command.args(args).envs(environment.iter().copied());
    work.run_with_input(&mut command, input.as_bytes())
}

fn protected() -> Fixture {
    let auth = Auth::Basic { user: "ada".into(), password: "s3cret".into() };
    Fixture::start(Config { auth, ..Config::default() })
}

const SIGNED: [&str; 3] = ["--username", "ada", "--password-stdin"];

/// Returns content that gzip and one packet cannot hold.
fn large() -> Vec<u8> {
    (0..1_000_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect()
}

#[test]
fn an_https_registry_is_reached_through_a_tunnel_that_sees_no_credential() {
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let (work, authority, server) = (Workspace::new(), Authority::new(), protected());
        let front = TlsFront::start(&authority, Shows::Good, &server.host());
        let proxy = HttpProxy::start(&[("registry.test", front.host())]);
        work.write("file", large());
        work.write("ca.pem", authority.pem());
        let url = proxy.url();
        let environment = [(variable, url.as_str())];
        let trusting = [&SIGNED[..], &["--ca-file", "ca.pem"]].concat();
        let through = |args: &[&str]| {
            run(&work, &environment, &[args, &trusting].concat(), "s3cret").ok();
        };
        through(&["push", "registry.test/app:v1", "file"]);
        through(&["discover", "registry.test/app:v1"]);
        through(&["pull", "-o", "out", "registry.test/app:v1"]);
        assert_eq!(work.read("out/file"), large());
        for head in proxy.seen() {
            assert!(head.starts_with("CONNECT registry.test:443 HTTP/1.1\r\n"), "{head}");
            assert!(!head.to_ascii_lowercase().contains("authorization"), "{head}");
        }
        assert!(!proxy.seen().is_empty());
        assert_eq!(front.plain_connections(), 0);
    }
}

#[test]
fn a_plain_registry_is_reached_by_requests_to_the_proxy() {
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let (work, server) = (Workspace::new(), protected());
        let proxy = HttpProxy::start(&[("registry.test", server.host())]);
        work.write("file", large());
        let url = proxy.url();
        let environment = [(variable, url.as_str())];
        let plain = [&SIGNED[..], &["--plain-http"]].concat();
        let through = |args: &[&str]| {
            run(&work, &environment, &[args, &plain].concat(), "s3cret").ok();
        };
        through(&["push", "registry.test/app:v1", "file"]);
        through(&["discover", "registry.test/app:v1"]);
        through(&["pull", "-o", "out", "registry.test/app:v1"]);
        assert_eq!(work.read("out/file"), large());
        assert_eq!(proxy.seen().len(), server.requests().len());
        for head in proxy.seen() {
            assert!(head.contains(" http://registry.test/v2/"), "{head}");
        }
    }
}

#[test]
fn a_token_server_is_reached_through_the_proxy_too() {
    let tokens = TokenAuth {
        users: [("ada".to_owned(), "s3cret".to_owned())].into(),
        realm: Some("http://auth.test/oauth2/token".into()),
        ..TokenAuth::default()
    };
    let auth = Auth::Token(Box::new(tokens));
    let server = Fixture::start(Config { auth, ..Config::default() });
    let (work, host) = (Workspace::new(), server.host());
    let proxy = HttpProxy::start(&[("registry.test", host.clone()), ("auth.test", host)]);
    let url = proxy.url();
    work.write("file", "content");
    let args = [&["push", "--plain-http", "registry.test/app:v1", "file"], &SIGNED[..]].concat();
    run(&work, &[("HTTP_PROXY", &url)], &args, "s3cret").ok();
    let seen = proxy.seen();
    let asked = seen.iter().filter(|head| head.starts_with("GET http://auth.test/oauth2/token?"));
    assert_eq!(asked.count(), 1, "{seen:?}");
}

#[test]
fn hosts_of_no_proxy_and_all_hosts_with_the_option_are_reached_directly() {
    let (work, server) = (Workspace::new(), Fixture::start(Config::default()));
    let proxy = HttpProxy::start(&[("registry.test", server.host())]);
    let url = proxy.url();
    let cases: [(Variables, &[&str]); 4] = [
        (&[("NO_PROXY", "other.test,registry.test")], &[]),
        (&[("no_proxy", ".test")], &[]),
        (&[("NO_PROXY", "*")], &[]),
        (&[], &["--no-proxy"]),
    ];
    for (excluded, options) in cases {
        let environment = [&[("HTTP_PROXY", url.as_str())], excluded].concat();
        let args = [&["tags", "--plain-http", "registry.test/app"], options].concat();
        let stderr = run(&work, &environment, &args, "").fails_with(1);
        assert!(stderr.contains("[NETWORK]") && stderr.contains("registry.test"), "{stderr}");
    }
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
    assert_eq!(server.requests(), []);

    // `registry.test` ends with `try.test` but is not in this domain.
    let environment = [("HTTP_PROXY", url.as_str()), ("NO_PROXY", "try.test")];
    run(&work, &environment, &["tags", "--plain-http", "registry.test/app"], "").fails_with(1);
    assert_eq!(proxy.seen().len(), 1);
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let (work, server) = (Workspace::new(), Fixture::start(Config::default()));
    let proxy = HttpProxy::start(&[]);
    let url = proxy.url();
    let environment = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, url.as_str()));
    let port = server.address().port();
    work.write("file", "content");
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let image = format!("{host}/app:v1");
        run(&work, &environment, &["push", &image, "file"], "").ok();
        run(&work, &environment, &["pull", "-o", "out", &image], "").ok();
    }
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
}

#[test]
fn the_target_of_a_redirect_has_its_own_proxy_rules() {
    let (work, near, far) = (Workspace::new(), FaultServer::start(), FaultServer::start());
    let proxy = HttpProxy::start(&[("registry.test", far.host())]);
    let url = proxy.url();
    let environment = [("HTTP_PROXY", url.as_str())];
    let digest = ocigraph::Algorithm::Sha256.digest(b"content");
    for method in ["HEAD", "GET"] {
        let moved = |to: String| Reply::new(307, "").header("location", to);
        near.on(method, "/v2/", [moved("http://registry.test/stored".into())]);
        far.on(method, "/v2/", [moved(format!("http://{}/stored", near.host()))]);
        for server in [&near, &far] {
            server.on(method, "/stored", [Reply::ok("content")]);
        }
    }
    let fetch = |host: &str| {
        let blob = format!("{host}/app@{digest}");
        let args = ["blob", "fetch", "--plain-http", "-o", "-", &blob];
        assert_eq!(run(&work, &environment, &args, "").ok(), "content");
    };
    fetch(&near.host());
    let seen = proxy.seen();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|head| head.contains(" http://registry.test/stored ")), "{seen:?}");
    fetch("registry.test");
    let seen = &proxy.seen()[2..];
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|head| head.contains(" http://registry.test/v2/")), "{seen:?}");
}

#[test]
fn the_password_of_a_proxy_is_sent_to_the_proxy_only() {
    let (work, server) = (Workspace::new(), Fixture::start(Config::default()));
    let proxy = HttpProxy::start(&[("registry.test", server.host())]);
    let url = format!("http://ada:s3cret@{}", proxy.address);
    let tags = |host: &str, url: &str| {
        let args = ["tags", "-v", "--plain-http", &format!("{host}/app")];
        let ran = run(&work, &[("HTTP_PROXY", url)], &args, "");
        assert!(!ran.to_string().contains("s3cret"), "{ran}");
        ran
    };
    // The repository does not exist.
    let stderr = tags("registry.test", &url).fails_with(1);
    assert!(stderr.contains("[NOT_FOUND]"), "{stderr}");
    let basic = "proxy-authorization: Basic YWRhOnMzY3JldA==";
    assert!(proxy.seen().iter().all(|head| head.contains(basic)), "{:?}", proxy.seen());
    // A proxy that rejects the request, and a proxy that does not exist.
    let stderr = tags("unknown.test", &url).fails_with(1);
    assert!(stderr.contains("502"), "{stderr}");
    let stderr = tags("registry.test", "http://ada:s3cret@127.0.0.1:1").fails_with(1);
    assert!(stderr.contains("[NETWORK]"), "{stderr}");
}
