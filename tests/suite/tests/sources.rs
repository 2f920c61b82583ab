//! The sources of stored credentials and their order.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ocigraph_suite::{CommandResult, FaultServer, Reply, Workspace, ocigraph_binary};
use serde_json::{Value, json};

const PASSWORD: &str = "s3cret of all";

/// Starts a registry that rejects every credential and records it.
fn curious() -> FaultServer {
    let server = FaultServer::start();
    let refusal = Reply::error(401, "UNAUTHORIZED");
    server.on("GET", "/v2/", [refusal.header("www-authenticate", "Basic realm=\"r\"")]);
    server
}

fn auth(user: &str) -> Value {
    json!({ "auth": STANDARD.encode(format!("{user}:{PASSWORD}")) })
}

fn file(host: &str, user: &str) -> String {
    json!({ "auths": { host: auth(user) } }).to_string()
}

/// Lists the tags of a repository with these variables. Returns the user name that the registry
/// received.
#[track_caller]
fn credential_used(
    work: &Workspace,
    server: &FaultServer,
    name: &str,
    options: &[&str],
    set: &[(&str, &str)],
) -> String {
    let seen = server.all().len();
    let target = format!("{}/{name}", server.host());
    let mut command = work.command(ocigraph_binary());
    command.args(["tags", "-v", &target]).args(options).envs(set.iter().copied());
    let ran: CommandResult = work.run(&mut command).hides(&[PASSWORD.to_owned()]);
    let stderr = ran.fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
    let seen = &server.all()[seen..];
    // The credential is sent only after a challenge, and only once.
    assert_eq!(seen[0].header("authorization"), None);
    assert!(seen.len() <= 2, "{seen:?}");
    let Some(signed) = seen.get(1) else { return "nobody".into() };
    assert!(stderr.contains("were refused"), "{stderr}");
    let encoded = signed.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
    let decoded = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
    decoded.split_once(':').unwrap().0.to_owned()
}

#[test]
fn the_credential_sources_have_an_order() {
    let (work, server) = (Workspace::new(), curious());
    let host = server.host();
    let put = |place: &str, user: &str| work.write(place, file(&host, user)).display().to_string();
    let named = put("named.json", "named");
    let variable = file(&host, "variable");
    let docker = put("docker/config.json", "docker").replace("/config.json", "");
    let containers = put("containers.json", "containers");
    let runtime = put("runtime/containers/auth.json", "runtime");
    let runtime = runtime.replace("/containers/auth.json", "");
    let config = put("config/containers/auth.json", "config");
    let config = config.replace("/containers/auth.json", "");
    let named = ["--registry-config", named.as_str()];
    let options = [&["-u", "given", "-p", "another"], &named[..]].concat();
    let variables = [
        ("DOCKER_AUTH_CONFIG", variable.as_str()),
        ("DOCKER_CONFIG", docker.as_str()),
        ("REGISTRY_AUTH_FILE", containers.as_str()),
        ("XDG_RUNTIME_DIR", runtime.as_str()),
        ("XDG_CONFIG_HOME", config.as_str()),
    ];

    let asked = |options: &[&str], variables: &[(&str, &str)]| {
        credential_used(&work, &server, "app", options, variables)
    };
    assert_eq!(asked(&options, &variables), "given");
    assert_eq!(asked(&named, &variables), "named");
    assert_eq!(asked(&[], &variables), "variable");
    assert_eq!(asked(&[], &variables[1..]), "docker");
    assert_eq!(asked(&[], &variables[2..]), "containers");
    assert_eq!(asked(&[], &variables[3..]), "runtime");
    assert_eq!(asked(&[], &variables[4..]), "config");
    assert_eq!(asked(&[], &[]), "nobody");
}

#[test]
fn without_variables_the_files_of_the_home_folder_are_used() {
    let (work, server) = (Workspace::new(), curious());
    let nothing = [("DOCKER_CONFIG", "")];
    let put = |place: &str, user: &str| {
        let path = work.home().join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file(&server.host(), user)).unwrap();
    };
    put(".config/containers/auth.json", "containers");
    assert_eq!(credential_used(&work, &server, "app", &[], &nothing), "containers");
    put(".docker/config.json", "docker");
    assert_eq!(credential_used(&work, &server, "app", &[], &nothing), "docker");
}

#[test]
fn a_source_without_an_entry_is_followed_by_the_next() {
    let (work, server) = (Workspace::new(), curious());
    let host = server.host();
    let elsewhere = file("elsewhere.test", "other");
    let containers = work.write("auth.json", file(&host, "containers")).display().to_string();
    let set = [("DOCKER_AUTH_CONFIG", elsewhere.as_str()), ("REGISTRY_AUTH_FILE", &containers)];
    assert_eq!(credential_used(&work, &server, "app", &[], &set), "containers");
    // A file that the command line names is the only source.
    let empty = work.write("empty.json", "").display().to_string();
    for path in [empty.as_str(), "missing.json"] {
        let named = ["--registry-config", path];
        assert_eq!(credential_used(&work, &server, "app", &named, &set), "nobody");
    }
    let port = file(host.split(':').next().unwrap(), "of another port");
    assert_eq!(
        credential_used(&work, &server, "app", &[], &[("DOCKER_AUTH_CONFIG", &port)]),
        "nobody"
    );
}

#[test]
fn the_longest_namespace_of_auth_json_wins() {
    let (work, server) = (Workspace::new(), curious());
    let host = server.host();
    let content = json!({ "auths": {
        host.clone(): auth("host"),
        format!("{host}/team"): auth("team"),
        format!("{host}/team/app"): auth("app"),
    } });
    let path = work.write("auth.json", content.to_string()).display().to_string();
    let asked =
        |name: &str| credential_used(&work, &server, name, &[], &[("REGISTRY_AUTH_FILE", &path)]);
    assert_eq!(asked("team/app"), "app");
    assert_eq!(asked("team/app/part"), "app");
    assert_eq!(asked("team/application"), "team");
    assert_eq!(asked("teams/app"), "host");
}

#[test]
fn old_keys_with_a_scheme_and_a_path_match() {
    let (work, server) = (Workspace::new(), curious());
    let host = server.host();
    for key in ["http://HOST", "https://HOST/", "https://HOST/v1/", "HOST/v2/"] {
        let content = file(&key.replace("HOST", &host), "old");
        assert_eq!(
            credential_used(&work, &server, "app", &[], &[("DOCKER_AUTH_CONFIG", &content)]),
            "old",
            "{key}"
        );
    }
}

#[test]
fn an_invalid_file_is_named_and_not_quoted() {
    let (work, server) = (Workspace::new(), curious());
    let target = format!("{}/app", server.host());
    let broken = [
        format!(r#"{{"auths": {{"{}": {{"auth": "{PASSWORD}"}}}}}}"#, server.host()),
        format!(r#"{{"auths": {{"{}": "{PASSWORD}"}}}}"#, server.host()),
        format!(r#"{{"auths": "{PASSWORD}"}}"#),
        format!(r#"{{"{PASSWORD}"#),
        format!(r#"["{PASSWORD}"]"#),
    ];
    for content in broken {
        let path = work.write("named.json", &content).display().to_string();
        let ran = work.ocigraph(&["tags", "-v", &target, "--registry-config", &path]);
        let stderr = ran.hides(&[PASSWORD.to_owned()]).fails_with(1);
        assert!(stderr.contains("[CREDENTIALS]") && stderr.contains(&path), "{content}: {stderr}");
    }
}
