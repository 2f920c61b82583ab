//! Credential helpers that fail: the client reports the failure and does not try another source.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use ocigraph::{Client, ClientConfig, Code, Limits, Reference};
use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};
use ocigraph_suite::{
    CredentialHelper, FaultServer, Kind, Options, PASSWORD, Registry, Reply, USER, User,
    ocigraph_binary,
};
use serde_json::json;

/// Starts a registry with authentication, and creates a user whose credentials are in a helper.
fn guarded() -> (Registry, User, CredentialHelper) {
    let options = Options { auth: true, ..Options::default() };
    let (registry, user) = (Registry::start_with(Kind::Ocimem, options), User::new());
    let helper = CredentialHelper::install(&user.work, "tested");
    // The file has a valid credential, which must not be used.
    user.login(registry.host()).ok();
    let mut config = user.config();
    config["credHelpers"] = json!({ registry.host(): "tested" });
    user.write_config(&config);
    (registry, user, helper)
}

fn tags(user: &User, registry: &Registry) -> String {
    user.ocigraph(&["tags", &registry.reference("app")]).fails_with(1)
}

#[test]
fn invalid_output_of_a_helper_is_an_error_that_does_not_quote_it() {
    let (registry, user, helper) = guarded();
    helper.set_behaviour("garbled");
    let stderr = tags(&user, &registry);
    assert!(stderr.contains("[CREDENTIALS]"), "{stderr}");
    assert!(stderr.contains("docker-credential-tested failed to get"), "{stderr}");
    assert!(!stderr.contains("sesame"), "{stderr}");
}

#[test]
fn the_message_of_a_failing_helper_is_reported() {
    let (registry, user, helper) = guarded();
    helper.set_behaviour("failing");
    let stderr = tags(&user, &registry);
    assert!(stderr.contains("[CREDENTIALS]"), "{stderr}");
    assert!(
        stderr.contains("docker-credential-tested") && stderr.contains("keychain is locked"),
        "{stderr}"
    );
    // If the helper rejects a credential, it is not stored elsewhere either.
    let before = user.config();
    let stderr = user.login(registry.host()).fails_with(1);
    assert!(stderr.contains("[CREDENTIALS]") && stderr.contains("failed to store"), "{stderr}");
    assert_eq!(user.config(), before);
}

#[test]
fn a_helper_without_an_entry_means_no_credential() {
    let (_, user, helper) = guarded();
    let server = FaultServer::start();
    server.on(
        "GET",
        "/v2/",
        [Reply::error(401, "UNAUTHORIZED").header("www-authenticate", "Basic realm=\"r\"")],
    );
    let mut config = user.config();
    config["auths"] = json!({ server.host(): { "auth": "YWRhOnMzY3JldA==" } });
    config["credHelpers"] = json!({ server.host(): "tested" });
    user.write_config(&config);
    let stderr = user.ocigraph(&["tags", &format!("{}/app", server.host())]).fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]") && stderr.contains("ocigraph login"), "{stderr}");
    assert!(!stderr.contains("were refused"), "{stderr}");
    assert_eq!(helper.calls(), [format!("get {}", server.host())]);
    assert!(server.all().iter().all(|seen| seen.header("authorization").is_none()));
}

#[test]
fn a_helper_with_an_invalid_name_is_an_error() {
    let (registry, user, _helper) = guarded();
    user.write_config(&json!({ "credsStore": "../tested" }));
    let stderr = tags(&user, &registry);
    assert!(stderr.contains("[CREDENTIALS]") && stderr.contains("../tested"), "{stderr}");
    assert!(stderr.contains("invalid name of a credential helper"), "{stderr}");
}

#[test]
fn a_helper_that_is_not_installed_is_named_and_what_is_public_is_read_without_it() {
    let public = TokenAuth { anonymous: true, ..TokenAuth::default() };
    let auth = Auth::Token(Box::new(public));
    let fixture = Fixture::start(Config { auth, ..Config::default() });
    let (registry, user, _helper) = guarded();
    let unusable = user.work.write_program("docker-credential-unusable", "");
    fs::set_permissions(unusable, fs::Permissions::from_mode(0o644)).unwrap();
    for name in ["gone", "unusable"] {
        let (path, program) = (user.config_path(), format!("docker-credential-{name}"));
        for config in [
            json!({ "credsStore": name }),
            json!({ "credHelpers": { registry.host(): name, fixture.host(): name } }),
        ] {
            user.write_config(&config);
            let ran = user.ocigraph(&["tags", &format!("{}/app", fixture.host())]);
            let named = format!("{} names the credential helper {program}", path.display());
            assert_eq!(ran.stderr.matches(&named).count(), 1, "{ran}");
            assert!(ran.stderr.contains("[NOT_FOUND]"), "the repository is empty: {ran}");
            let stderr = tags(&user, &registry);
            assert!(stderr.contains("[UNAUTHORIZED]") && stderr.contains(&named), "{stderr}");
            let hint = format!("install the credential helper {program}, or remove it from");
            assert!(stderr.contains(&hint), "{stderr}");
            // Nothing is stored elsewhere either.
            let stderr = user.login(registry.host()).fails_with(1);
            assert!(stderr.contains("[CREDENTIALS]") && stderr.contains("on the PATH"), "{stderr}");
            assert_eq!(user.config(), config);
        }
    }
}

#[test]
fn logout_removes_entries_under_older_keys() {
    let (registry, user, helper) = guarded();
    let host = registry.host();
    for key in [host, &format!("https://{host}"), &format!("https://{host}/v1/"), "other.test"] {
        helper.keep(key, USER, PASSWORD);
    }
    let auth = user.config()["auths"][host].clone();
    let mut config = user.config();
    config["auths"] = json!({
        format!("http://{host}/v2/"): auth, host: auth, "other.test": auth,
    });
    user.write_config(&config);
    let removed = user.ocigraph(&["logout", "--format", "json", host]).json();
    assert_eq!(removed["removedFrom"].as_array().unwrap().len(), 2, "{removed}");
    let servers: Vec<_> = helper.entries().as_object().unwrap().keys().cloned().collect();
    assert_eq!(servers, ["other.test"]);
    assert_eq!(user.config()["auths"], json!({ "other.test": auth }));
    assert_eq!(user.config()["credHelpers"], json!({ host: "tested" }));

    let again = user.ocigraph(&["logout", host]).ok();
    assert!(again.starts_with("No credential is stored"), "{again}");
}

#[test]
fn logout_works_with_a_helper_that_cannot_list_its_servers() {
    let (registry, user, helper) = guarded();
    let host = registry.host();
    helper.keep(host, USER, PASSWORD);
    helper.set_behaviour("unlisted");
    user.ocigraph(&["logout", host]).ok();
    assert_eq!(helper.entries(), json!({}));
    assert_eq!(user.config()["auths"], json!({}));
}

#[test]
fn logout_removes_the_entry_of_the_file_even_if_the_helper_fails() {
    let (registry, user, helper) = guarded();
    helper.set_behaviour("failing");
    let stderr = user.ocigraph(&["logout", registry.host()]).fails_with(1);
    assert!(
        stderr.contains("[CREDENTIALS]") && stderr.contains("docker-credential-tested"),
        "{stderr}"
    );
    assert_eq!(user.config()["auths"], json!({}));
}

#[test]
fn the_output_of_a_killed_helper_is_not_shown() {
    let (registry, user, helper) = guarded();
    for (mood, why) in [("killed", "a signal ended it"), ("cut", "may hold a secret")] {
        helper.set_behaviour(mood);
        let stderr = tags(&user, &registry);
        assert!(stderr.contains("[CREDENTIALS]") && stderr.contains(why), "{stderr}");
        assert!(!stderr.contains("sesame") && !stderr.contains("ada"), "{stderr}");
    }
    // `User::login` checks that the password is not printed.
    helper.set_behaviour("repeating");
    let stderr = user.login(registry.host()).fails_with(1);
    assert!(stderr.contains("cannot keep ***"), "{stderr}");
}

#[test]
fn a_helper_that_leaves_a_child_process_behind_works() {
    let (registry, user, helper) = guarded();
    helper.keep(registry.host(), USER, PASSWORD);
    helper.set_behaviour("leaves-a-child");
    user.ocigraph(&["repos", registry.host()]).ok();
    // The helper leaves its child process running on purpose.
    let child = helper.process();
    assert!(!has_ended(child));
    std::process::Command::new("kill").arg(child.to_string()).status().unwrap();
}

#[test]
fn helpers_work_while_sigchld_is_ignored() {
    let (registry, user, helper) = guarded();
    let ignoring = |args: &[&str], input: &str| {
        let mut command = user.work.command("env");
        command.arg("--ignore-signal=CHLD").arg(ocigraph_binary()).args(args);
        user.work.run_with_input(&mut command, input.as_bytes())
    };
    let login = ["login", registry.host(), "-u", USER, "--password-stdin"];
    ignoring(&login, PASSWORD).ok();
    assert_eq!(helper.entries()[registry.host()]["Secret"], PASSWORD);
    ignoring(&["repos", registry.host()], "").ok();
    helper.set_behaviour("failing");
    let stderr = ignoring(&["repos", registry.host()], "").fails_with(1);
    assert!(stderr.contains("keychain is locked"), "{stderr}");
    let stderr = ignoring(&login, PASSWORD).fails_with(1);
    assert!(stderr.contains("keychain is locked"), "{stderr}");
    helper.set_behaviour("well");
    ignoring(&["logout", registry.host()], "").ok();
    assert_eq!(helper.entries(), json!({}));
    // The exit status of the helper is lost, which is not a failure.
    let stderr = ignoring(&["repos", registry.host()], "").fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
}

/// The search path of a running process cannot be changed safely, so the client of this test runs
/// in another process: this test itself.
#[test]
fn a_helper_that_hangs_is_killed_after_the_timeout() {
    const NAME: &str = "a_helper_that_hangs_is_killed_after_the_timeout";
    if let Ok(reference) = std::env::var("OCIGRAPH_TEST_REFERENCE") {
        return wait_for_the_helper(&reference);
    }
    let (registry, user, helper) = guarded();
    for mood in ["hangs", "hangs-with-a-child"] {
        helper.set_behaviour(mood);
        let mut test = user.work.command(std::env::current_exe().unwrap());
        test.args(["--exact", NAME, "--nocapture"]);
        test.env("OCIGRAPH_TEST_REFERENCE", registry.reference("app"));
        user.work.run(&mut test).ok();
        let killed = std::iter::repeat_with(|| std::thread::sleep(Duration::from_millis(20)))
            .take(500)
            .any(|()| has_ended(helper.process()));
        assert!(killed, "the helper should have ended: {mood}");
    }
}

fn wait_for_the_helper(reference: &str) {
    let limits = Limits::default().helper_timeout(Duration::from_secs(2));
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let reference: Reference = reference.parse().unwrap();
    let error = tokio::runtime::Runtime::new().unwrap().block_on(client.tags(&reference));
    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::Credentials, "{error}");
    let message = error.to_string();
    assert!(message.contains("docker-credential-tested"), "{message}");
    assert!(message.contains("did not answer within 2 seconds"), "{message}");
}

/// Returns true if a process has ended, including a zombie.
fn has_ended(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_err() || stat.unwrap().rsplit(')').next().unwrap().trim_start().starts_with('Z')
}
