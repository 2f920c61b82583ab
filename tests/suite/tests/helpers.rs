//! Credential helpers that do not do what they should: their failures are told, and nothing else is tried instead.

use std::time::Duration;

use ocigraph::{Client, ClientConfig, Code, Limits, Reference};
use ocigraph_suite::{
    CredentialHelper, Faults, Kind, Options, PASSWORD, Registry, Reply, USER, User, ocigraph_binary,
};
use serde_json::json;

/// A registry that wants a password, and a user whose helper is in charge of it.
fn guarded() -> (Registry, User, CredentialHelper) {
    let options = Options { auth: true, ..Options::default() };
    let (registry, user) = (Registry::start_with(Kind::Ocimem, options), User::new());
    let helper = CredentialHelper::install(&user.work, "tested");
    // With what would open it in the file, which is not to be used.
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
fn an_answer_that_is_no_json_is_an_error_that_does_not_repeat_it() {
    let (registry, user, helper) = guarded();
    helper.is("garbled");
    let said = tags(&user, &registry);
    assert!(said.contains("[CREDENTIALS]"), "{said}");
    assert!(said.contains("docker-credential-tested failed to get"), "{said}");
    assert!(!said.contains("sesame"), "{said}");
}

#[test]
fn the_words_of_a_helper_that_fails_are_told() {
    let (registry, user, helper) = guarded();
    helper.is("failing");
    let said = tags(&user, &registry);
    assert!(said.contains("[CREDENTIALS]"), "{said}");
    assert!(
        said.contains("docker-credential-tested") && said.contains("keychain is locked"),
        "{said}"
    );
    // Neither is anything stored elsewhere when it does not take it.
    let before = user.config();
    let said = user.login(registry.host()).fails_with(1);
    assert!(said.contains("[CREDENTIALS]") && said.contains("failed to store"), "{said}");
    assert_eq!(user.config(), before);
}

#[test]
fn a_helper_that_knows_nothing_means_nobody_and_not_the_file() {
    let (_, user, helper) = guarded();
    let server = Faults::start();
    server.on(
        "GET",
        "/v2/",
        [Reply::error(401, "UNAUTHORIZED").header("www-authenticate", "Basic realm=\"r\"")],
    );
    let mut config = user.config();
    config["auths"] = json!({ server.host(): { "auth": "YWRhOnMzY3JldA==" } });
    config["credHelpers"] = json!({ server.host(): "tested" });
    user.write_config(&config);
    let said = user.ocigraph(&["tags", &format!("{}/app", server.host())]).fails_with(1);
    assert!(said.contains("[UNAUTHORIZED]") && said.contains("ocigraph login"), "{said}");
    assert!(!said.contains("were refused"), "{said}");
    assert_eq!(helper.calls(), [format!("get {}", server.host())]);
    assert!(server.all().iter().all(|seen| seen.header("authorization").is_none()));
}

#[test]
fn a_helper_that_is_not_there_is_named() {
    let (registry, user, _helper) = guarded();
    for (name, why) in
        [("missing", "not on the PATH"), ("../tested", "invalid name of a credential helper")]
    {
        user.write_config(&json!({ "credsStore": name }));
        let said = tags(&user, &registry);
        assert!(said.contains("[CREDENTIALS]") && said.contains(why), "{said}");
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn logout_takes_what_other_programs_stored_under_older_keys() {
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
    assert!(again.contains("no credential"), "{again}");
}

#[test]
fn logout_works_with_a_helper_that_cannot_list_its_servers() {
    let (registry, user, helper) = guarded();
    let host = registry.host();
    helper.keep(host, USER, PASSWORD);
    helper.is("unlisted");
    user.ocigraph(&["logout", host]).ok();
    assert_eq!(helper.entries(), json!({}));
    assert_eq!(user.config()["auths"], json!({}));
}

#[test]
fn logout_empties_the_file_even_if_the_helper_fails() {
    let (registry, user, helper) = guarded();
    helper.is("failing");
    let said = user.ocigraph(&["logout", registry.host()]).fails_with(1);
    assert!(said.contains("[CREDENTIALS]") && said.contains("docker-credential-tested"), "{said}");
    assert_eq!(user.config()["auths"], json!({}));
}

#[test]
fn a_helper_that_is_ended_in_the_middle_of_its_answer_shows_no_secret() {
    let (registry, user, helper) = guarded();
    for (mood, why) in [("killed", "a signal ended it"), ("cut", "may hold a secret")] {
        helper.is(mood);
        let said = tags(&user, &registry);
        assert!(said.contains("[CREDENTIALS]") && said.contains(why), "{said}");
        assert!(!said.contains("sesame") && !said.contains("ada"), "{said}");
    }
    // User::login checks that the password is not shown.
    helper.is("repeating");
    let said = user.login(registry.host()).fails_with(1);
    assert!(said.contains("cannot keep ***"), "{said}");
}

#[test]
fn a_helper_that_leaves_a_child_behind_has_answered_when_it_ends() {
    let (registry, user, helper) = guarded();
    helper.keep(registry.host(), USER, PASSWORD);
    helper.is("leaves-a-child");
    user.ocigraph(&["repos", registry.host()]).ok();
    // The child was meant to stay.
    let child = helper.process();
    assert!(!has_ended(child));
    std::process::Command::new("kill").arg(child.to_string()).status().unwrap();
}

#[test]
fn a_process_that_ignores_the_end_of_its_children_has_helpers_all_the_same() {
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
    helper.is("failing");
    let said = ignoring(&["repos", registry.host()], "").fails_with(1);
    assert!(said.contains("keychain is locked"), "{said}");
    let said = ignoring(&login, PASSWORD).fails_with(1);
    assert!(said.contains("keychain is locked"), "{said}");
    helper.is("well");
    ignoring(&["logout", registry.host()], "").ok();
    assert_eq!(helper.entries(), json!({}));
    // Nothing is known of it any more, which is not a failure.
    let said = ignoring(&["repos", registry.host()], "").fails_with(1);
    assert!(said.contains("[UNAUTHORIZED]"), "{said}");
}

/// The search path of a process cannot be changed safely while it runs: the client of this test runs in another, which
/// is this test again.
#[test]
fn a_helper_that_hangs_is_killed_when_its_time_is_up() {
    const NAME: &str = "a_helper_that_hangs_is_killed_when_its_time_is_up";
    if let Ok(reference) = std::env::var("OCIGRAPH_TEST_REFERENCE") {
        return wait_for_the_helper(&reference);
    }
    let (registry, user, helper) = guarded();
    for mood in ["hangs", "hangs-with-a-child"] {
        helper.is(mood);
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
    let limits = Limits { helper_timeout: Duration::from_secs(2), ..Limits::default() };
    let client = Client::with_config(ClientConfig { limits, ..ClientConfig::default() });
    let reference: Reference = reference.parse().unwrap();
    let error = tokio::runtime::Runtime::new().unwrap().block_on(client.tags(&reference));
    let error = error.unwrap_err();
    assert_eq!(error.code(), Code::Credentials, "{error}");
    let said = error.to_string();
    assert!(said.contains("docker-credential-tested"), "{said}");
    assert!(said.contains("did not answer within 2 seconds"), "{said}");
}

/// Whether a process is gone, or only waits for somebody to ask how it ended.
fn has_ended(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_err() || stat.unwrap().rsplit(')').next().unwrap().trim_start().starts_with('Z')
}
