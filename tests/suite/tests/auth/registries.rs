//! Real registries that require signed tokens.

use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};
use ocigraph_suite::{Kind, Options, Registry, TokenServer, Workspace};

use crate::{PASSWORD, USER, token_auth};

const SERVICE: &str = "the registry of the tests";

/// Starts a registry and its token server.
fn start(kind: Kind) -> (Fixture, Registry) {
    let auth = TokenAuth { service: SERVICE.into(), ..token_auth() };
    let server = Fixture::start(Config { auth: Auth::Token(Box::new(auth)), ..Config::default() });
    let tokens = TokenServer {
        realm: server.url("/oauth2/token"),
        service: SERVICE.into(),
        certificate: server.token_certificate(),
    };
    let options = Options { tokens: Some(tokens), ..Options::default() };
    let registry = Registry::start_with(kind, options);
    (server, registry)
}

/// Returns the scopes that were requested since the last call. All requests must have the credential of the user.
fn asked(server: &Fixture) -> Vec<String> {
    let asked = server.token_requests();
    assert!(
        asked.iter().all(|a| a.credential.as_deref() == Some(USER) && a.status == 200),
        "{asked:?}"
    );
    server.clear_requests();
    asked.iter().map(|asked| asked.scopes.join(" ")).collect()
}

#[test]
fn each_operation_on_a_graph_needs_one_token() {
    for kind in [Kind::Docker2, Kind::Distribution3] {
        let (server, registry) = start(kind);
        let work = Workspace::new();
        let host = registry.host();
        let login = ["login", host, "--username", USER, "--password-stdin"];
        work.ocigraph_with_input(&login, PASSWORD.as_bytes()).ok();
        server.clear_requests();
        let image = registry.reference("app:v1");
        work.write("sbom.json", "{}");
        work.ocigraph(&["push", &image, "sbom.json"]).ok();
        assert_eq!(asked(&server), ["repository:app:pull,push"]);
        work.ocigraph(&["attach", "--artifact-type", "sbom/example", &image, "sbom.json"]).ok();
        assert_eq!(asked(&server), ["repository:app:pull,push"]);
        let tree = work.ocigraph(&["discover", &image]).ok();
        assert!(tree.contains("sbom/example"), "{tree}");
        work.ocigraph(&["pull", "-o", "out", &image]).ok();
        assert_eq!(work.read("out/sbom.json"), b"{}");
        assert_eq!(asked(&server), ["repository:app:pull", "repository:app:pull"]);
        let other = registry.reference("other:v1");
        let copied = work.ocigraph(&["copy", "-r", "--format", "json", &image, &other]).json();
        assert_ne!(copied["blobs"]["mounted"], 0, "{kind}: {copied}");
        assert_eq!(asked(&server), ["repository:app:pull repository:other:pull,push"]);
        work.ocigraph(&["verify", &other]).ok();
        asked(&server);
        work.ocigraph(&["delete", "--yes", &image]).ok();
        let first = asked(&server)[0].clone();
        assert_eq!(first, "repository:app:delete,pull", "{kind}");
        work.ocigraph(&["resolve", &image]).fails_with(1);
        assert_eq!(server.misplaced_credentials(), Vec::<String>::new());
    }
}

#[test]
fn a_wrong_password_is_not_stored() {
    let (_server, registry) = start(Kind::Docker2);
    let work = Workspace::new();
    let login = ["login", registry.host(), "--username", USER, "--password-stdin"];
    let error = work.ocigraph_with_input(&login, b"wrong-password").fails_with(1);
    assert!(error.contains("[UNAUTHORIZED]") && !error.contains("wrong-password"), "{error}");
    assert!(!work.home().join(".docker/config.json").exists());
}
