//! Stored credentials on registries with authentication, also with other clients that read and store them.

use ocigraph_suite::{CredentialHelper, Kind, Options, PASSWORD, Registry, USER, User};
use serde_json::{Value, json};

fn guarded(kind: Kind) -> Registry {
    Registry::start_with(kind, Options { auth: true, ..Options::default() })
}

/// Runs every kind of operation with the stored credential.
fn works(user: &User, registry: &Registry) {
    let (image, copied) = (registry.reference("app:v1"), registry.reference("other/app:v1"));
    user.work.write("file", "content");
    user.ocigraph(&["push", &image, "file"]).ok();
    user.ocigraph(&["attach", &image, "--artifact-type", "sbom/example", "file"]).ok();
    user.ocigraph(&["copy", "-r", &image, &copied]).ok();
    let graph = user.ocigraph(&["discover", "-o", "json", &copied]).json();
    assert_eq!(graph["references"].as_array().map(Vec::len), Some(1), "{graph}");
    user.ocigraph(&["pull", "-o", "out", &copied]).ok();
    assert_eq!(user.work.read("out/file"), b"content");
    user.ocigraph(&["delete", "--yes", &copied]).ok();
}

fn is_refused(user: &User, registry: &Registry) {
    let stderr = user.ocigraph(&["pull", &registry.reference("app:v1")]).fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
    assert!(
        stderr.contains(&format!("sign in with `ocigraph login {}`", registry.host())),
        "{stderr}"
    );
}

/// Logs in with `oras`, uses ocigraph, and logs out with ocigraph, which removes the credential for both.
fn check_login_by_oras(kind: Kind) {
    let (registry, user) = (guarded(kind), User::new());
    is_refused(&user, &registry);
    let host = registry.host();
    let login = ["login", "--plain-http", host, "-u", USER, "--password-stdin"];
    user.peer("oras", &login, PASSWORD).ok();
    works(&user, &registry);
    user.ocigraph(&["logout", host]).ok();
    assert_eq!(user.config()["auths"], json!({}));
    is_refused(&user, &registry);
}

#[test]
fn a_login_of_oras_works_on_ggcr() {
    check_login_by_oras(Kind::Ggcr);
}

#[test]
fn a_login_of_oras_works_on_ocimem() {
    check_login_by_oras(Kind::Ocimem);
}

#[test]
fn a_login_of_oras_works_on_docker_registry() {
    check_login_by_oras(Kind::Docker2);
}

#[test]
fn a_login_of_oras_works_on_distribution() {
    check_login_by_oras(Kind::Distribution3);
}

fn peers_pull(user: &User, registry: &Registry) {
    let image = registry.reference("app:v1");
    user.peer("oras", &["pull", "--plain-http", "-o", "by-oras", &image], "").ok();
    assert_eq!(user.work.read("by-oras/file"), b"content");
    let digest = user.peer("crane", &["digest", &image], "").ok();
    let resolved = user.ocigraph(&["resolve", &image]).ok();
    assert_eq!(digest.trim(), resolved.trim());
    let image = format!("docker://{image}");
    let raw = user.peer("skopeo", &["inspect", "--tls-verify=false", "--raw", &image], "").ok();
    assert!(raw.contains("\"layers\""), "{raw}");
}

fn check_login_by_ocigraph(kind: Kind) {
    let (registry, user) = (guarded(kind), User::new());
    let host = registry.host();
    user.login(host).ok();
    user.work.write("file", "content");
    user.ocigraph(&["push", &registry.reference("app:v1"), "file"]).ok();
    peers_pull(&user, &registry);
    user.ocigraph(&["logout", host]).ok();
    let pull = ["pull", "--plain-http", &registry.reference("app:v1")];
    user.peer("oras", &pull, "").fails_with(1);
    is_refused(&user, &registry);
}

#[test]
fn a_login_of_ocigraph_works_for_other_clients_on_ggcr() {
    check_login_by_ocigraph(Kind::Ggcr);
}

#[test]
fn a_login_of_ocigraph_works_for_other_clients_on_ocimem() {
    check_login_by_ocigraph(Kind::Ocimem);
}

#[test]
fn a_login_of_ocigraph_works_for_other_clients_on_docker_registry() {
    check_login_by_ocigraph(Kind::Docker2);
}

#[test]
fn a_login_of_ocigraph_works_for_other_clients_on_distribution() {
    check_login_by_ocigraph(Kind::Distribution3);
}

#[test]
fn logins_of_crane_and_skopeo_work() {
    let registry = guarded(Kind::Distribution3);
    let host = registry.host();

    let user = User::new();
    let login = ["auth", "login", host, "-u", USER, "--password-stdin"];
    user.peer("crane", &login, PASSWORD).ok();
    works(&user, &registry);

    // If `DOCKER_CONFIG` is set, skopeo stores credentials in docker's file.
    let user = User::new().with_variable("DOCKER_CONFIG", "");
    let runtime = user.work.path("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let user = user.with_variable("XDG_RUNTIME_DIR", &runtime);
    let login = ["login", "--tls-verify=false", host, "-u", USER, "--password-stdin"];
    user.peer("skopeo", &login, PASSWORD).ok();
    assert!(runtime.join("containers/auth.json").is_file());
    assert_eq!(user.config(), Value::Null);
    works(&user, &registry);
    let removed = user.ocigraph(&["logout", host]).ok();
    assert!(removed.contains("containers/auth.json"), "{removed}");
    is_refused(&user, &registry);
}

/// Runs ocigraph and other clients with a configuration that names a helper.
fn with_helper(config: impl Fn(&str) -> Value) {
    let registry = guarded(Kind::Docker2);
    let host = registry.host();
    for ours in [true, false] {
        let user = User::new();
        let helper = CredentialHelper::install(&user.work, "tested");
        user.write_config(&config(host));
        if ours {
            let result = user.login(host);
            assert!(!result.stderr.contains("plain text"), "{result}");
            result.ok();
        } else {
            let login = ["login", "--plain-http", host, "-u", USER, "--password-stdin"];
            user.peer("oras", &login, PASSWORD).ok();
        }
        let entry = json!({ "ServerURL": host, "Username": USER, "Secret": PASSWORD });
        assert_eq!(helper.entries()[host], entry);
        let text = user.config().to_string();
        assert!(!text.contains("\"auth\""), "{text}");
        works(&user, &registry);
        let image = registry.reference("app:v1");
        user.peer("oras", &["pull", "--plain-http", "-o", "by-oras", &image], "").ok();
        user.peer("crane", &["digest", &image], "").ok();

        let removed = user.ocigraph(&["logout", host]).ok();
        assert!(removed.contains("docker-credential-tested"), "{removed}");
        assert_eq!(helper.entries(), json!({}));
        is_refused(&user, &registry);
    }
}

#[test]
fn a_helper_for_one_registry_is_shared_with_other_clients() {
    with_helper(|host| json!({ "credHelpers": { host: "tested" } }));
}

#[test]
fn a_helper_for_all_registries_is_shared_with_other_clients() {
    with_helper(|_| json!({ "credsStore": "tested", "HttpHeaders": { "a": "b" } }));
}

#[test]
fn a_command_runs_a_helper_once() {
    let (registry, user) = (guarded(Kind::Ocimem), User::new());
    let helper = CredentialHelper::install(&user.work, "tested");
    user.write_config(&json!({ "credsStore": "tested" }));
    helper.keep(registry.host(), USER, PASSWORD);
    user.work.write("file", "content");
    let (image, copied) = (registry.reference("app:v1"), registry.reference("other/app:v1"));
    user.ocigraph(&["push", &image, "file"]).ok();
    user.ocigraph(&["copy", &image, &copied]).ok();
    let asked = format!("get {}", registry.host());
    assert_eq!(helper.calls(), [asked.clone(), asked]);
}

#[test]
fn a_registry_that_asks_for_no_credential_receives_none() {
    let (registry, user) = (Registry::start(Kind::Ocimem), User::new());
    let helper = CredentialHelper::install(&user.work, "tested");
    user.write_config(&json!({ "credsStore": "tested" }));
    helper.keep(registry.host(), USER, PASSWORD);
    user.work.write("file", "content");
    user.ocigraph(&["push", &registry.reference("app:v1"), "file"]).ok();
    assert_eq!(helper.calls(), [""; 0]);
}
