//! `login` and `logout` on the command line: prompts, verification, storage and messages, without
//! printing a secret.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};
use ocigraph_suite::{
    CredentialHelper, Kind, Options, PASSWORD, Registry, USER, User, ocigraph_binary, tool,
};
use serde_json::{Value, json};

fn guarded() -> Registry {
    Registry::start_with(Kind::Ocimem, Options { auth: true, ..Options::default() })
}

#[test]
fn a_password_is_verified_and_stored_in_a_private_file() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let ran = user.login(host);
    assert!(ran.stderr.contains("as plain text") && ran.stderr.contains("config.json"), "{ran}");
    assert!(!ran.stderr.contains("command line"), "{ran}");
    assert_eq!(ran.ok(), "Login Succeeded\n");
    let mode = user.config_path().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let folder = user.config_path().parent().unwrap().to_owned();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn entries_of_other_programs_are_kept() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let others = json!({
        "HttpHeaders": { "X-A": "b" }, "psFormat": "table", "unknown": [1, 2.5, null],
        "auths": {
            "other.test": { "auth": "YTpi", "extra": 1 },
            format!("https://{host}/v1/"): { "auth": "b2xkOm9sZA==" },
        },
    });
    user.write_config(&others);
    user.login(host).ok();
    let mut config = user.config();
    let own = config["auths"].as_object_mut().unwrap().remove(host).unwrap();
    assert!(own["auth"].is_string(), "{own}");
    let mut expected = others;
    expected["auths"].as_object_mut().unwrap().remove(&format!("https://{host}/v1/"));
    assert_eq!(config, expected);
    let mode = user.config_path().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    user.login(host).ok();
    user.ocigraph(&["logout", host]).ok();
    assert_eq!(user.config(), expected);
}

#[test]
fn a_wrong_password_is_rejected_and_not_stored() {
    for kind in Kind::ALL {
        let registry = Registry::start_with(kind, Options { auth: true, ..Options::default() });
        let user = User::new().with_secret("wr0ng password");
        let login = ["login", registry.host(), "-u", USER, "--password-stdin"];
        let stderr = user.ocigraph_with_input(&login, "wr0ng password").fails_with(1);
        assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
        assert!(
            stderr.contains(registry.host()) && stderr.contains("check the user name"),
            "{stderr}"
        );
        assert_eq!(user.config(), Value::Null);

        let helper = CredentialHelper::install(&user.work, "tested");
        user.write_config(&json!({ "credsStore": "tested" }));
        user.ocigraph_with_input(&login, "wr0ng password").fails_with(1);
        assert_eq!(helper.calls(), [""; 0]);
        assert_eq!(user.config(), json!({ "credsStore": "tested" }));
    }
}

#[test]
fn nothing_is_stored_for_a_missing_registry_or_another_server() {
    let (user, server) = (User::new(), ocigraph_suite::FaultServer::start());
    let stderr = user.login(&server.host()).fails_with(1);
    assert!(stderr.contains("is not an OCI registry"), "{stderr}");
    let gone = server.host();
    drop(server);
    assert!(user.login(&gone).fails_with(1).contains("[NETWORK]"));
    let empty = user.ocigraph(&["login", &gone, "-u", USER, "--password-stdin"]).fails_with(2);
    assert!(empty.contains("empty"), "{empty}");
    assert_eq!(user.config(), Value::Null);
}

#[test]
fn a_password_argument_works_and_causes_a_warning() {
    let (registry, user) = (guarded(), User::new());
    let ran = user.ocigraph(&["login", registry.host(), "-u", USER, "-p", PASSWORD]);
    assert!(ran.stderr.contains("Warning") && ran.stderr.contains("--password-stdin"), "{ran}");
    ran.ok();
    user.ocigraph(&["repos", registry.host()]).ok();

    // The credential is used only for this command.
    let user = User::new();
    let args = ["repos", registry.host(), "-u", USER, "-p", PASSWORD];
    let ran = user.ocigraph(&args);
    assert!(ran.stderr.contains("--password-stdin"), "{ran}");
    ran.ok();
    assert_eq!(user.config(), Value::Null);
}

#[test]
fn a_line_break_after_the_password_is_removed() {
    for end in ["", "\n", "\r\n"] {
        let (registry, user) = (guarded(), User::new());
        let login = ["login", registry.host(), "-u", USER, "--password-stdin"];
        user.ocigraph_with_input(&login, &format!("{PASSWORD}{end}")).ok();
        user.ocigraph(&["repos", registry.host()]).ok();
    }
}

#[test]
fn without_a_terminal_nothing_is_prompted() {
    let (registry, user) = (guarded(), User::new());
    let stderr = user.ocigraph(&["login", registry.host()]).fails_with(2);
    assert!(stderr.contains("--password-stdin"), "{stderr}");
    let stderr = user.ocigraph(&["login", registry.host(), "-u", USER]).fails_with(2);
    assert!(stderr.contains("--password-stdin"), "{stderr}");
}

/// Starts a registry with Basic authentication.
fn basic() -> Fixture {
    let auth = Auth::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() };
    Fixture::start(Config { auth, ..Config::default() })
}

/// Starts a command with this standard input.
fn started(user: &User, args: &[&str], input: &str) -> Child {
    let mut command = user.work.command(ocigraph_binary());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child
}

fn all_succeed(children: impl IntoIterator<Item = Child>) {
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn twenty_concurrent_logins_and_logouts_lose_no_entry() {
    let user = User::new();
    let fixtures: Vec<_> = std::iter::repeat_with(basic).take(20).collect();
    let hosts: Vec<_> = fixtures.iter().map(Fixture::host).collect();
    // Entries of other programs, with numbers that a JSON parser could change.
    let others = "{\n\t\"auths\": {\n\t\t\"other.test\": {\"auth\": \"YTpi\", \"n\": 1.0}\n\t},\n\t\
                  \"HttpHeaders\": {\"X\": \"\\u00e9\"},\n\t\"big\": [18446744073709551616, 1e400, -0, 1E+2]\n}\n";
    let folder = user.config_path().parent().unwrap().to_owned();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(user.config_path(), others).unwrap();
    let login =
        |host: &str| started(&user, &["login", host, "-u", USER, "--password-stdin"], PASSWORD);
    all_succeed(hosts.iter().map(|host| login(host)).collect::<Vec<_>>());
    let config = || {
        let text = std::fs::read_to_string(user.config_path()).unwrap();
        let value: serde_json::Map<String, Value> =
            serde_json::from_str(&text.replace("1e400", "1")).unwrap();
        let mut stored: Vec<_> = value["auths"].as_object().unwrap().keys().cloned().collect();
        stored.sort();
        (text, stored)
    };
    let with_other = |hosts: &[String]| {
        let mut all = [hosts, &["other.test".to_owned()]].concat();
        all.sort();
        all
    };
    let (text, stored) = config();
    assert_eq!(stored, with_other(&hosts));
    for kept in [
        "\n\t\t\"other.test\": {\"auth\": \"YTpi\", \"n\": 1.0}",
        "\\u00e9",
        "[18446744073709551616, 1e400, -0, 1E+2]",
    ] {
        assert!(text.contains(kept), "{kept} in {text}");
    }
    // Half of the credentials are removed while the others are stored again.
    let mixed = hosts.iter().enumerate().map(|(i, host)| match i % 2 {
        0 => started(&user, &["logout", host], ""),
        _ => login(host),
    });
    all_succeed(mixed.collect::<Vec<_>>());
    let odd: Vec<_> = hosts.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(config().1, with_other(&odd));
    all_succeed(odd.iter().map(|host| started(&user, &["logout", host], "")).collect::<Vec<_>>());
    assert_eq!(config().0, others);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn a_symbolic_link_is_kept_and_its_target_is_created() {
    let (fixture, user) = (basic(), User::new());
    let folder = user.config_path().parent().unwrap().to_owned();
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("../synced/docker.json", user.config_path()).unwrap();
    user.login(&fixture.host()).ok();
    assert!(user.config_path().is_symlink());
    let target = user.work.home().join("synced/docker.json");
    assert_eq!(target.symlink_metadata().unwrap().permissions().mode() & 0o777, 0o600);
    user.ocigraph(&["repos", &fixture.host()]).ok();
    user.ocigraph(&["logout", &fixture.host()]).ok();
    assert!(user.config_path().is_symlink());
    assert_eq!(user.config(), json!({ "auths": {} }));
}

/// Creates files of each kind that a command could read forever or not at all.
fn odd_files(user: &User) -> Vec<String> {
    let odd = |name: &str| user.work.path(name).display().to_string();
    let pipe = odd("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::File::create(user.work.path("large")).unwrap().set_len(1 << 30).unwrap();
    vec![pipe, odd("large"), "/dev/zero".into(), user.work.dir().display().to_string()]
}

#[test]
fn a_pipe_or_device_as_credential_file_is_rejected() {
    let (fixture, user) = (basic(), User::new());
    let host = fixture.host();
    let named = |command: &[&str], path: &str| {
        let args = [command, &["--registry-config", path]].concat();
        let ran = user.ocigraph_with_input(&args, PASSWORD);
        let stderr = ran.fails_with(1);
        assert!(stderr.contains("[CREDENTIALS]") && stderr.contains(path), "{stderr}");
    };
    let odd = odd_files(&user);
    for path in &odd {
        named(&["repos", &host], path);
        named(&["login", &host, "-u", USER, "--password-stdin"], path);
        named(&["logout", &host], path);
    }
    for path in odd {
        let user = User::new().with_variable("REGISTRY_AUTH_FILE", &path);
        let stderr = user.ocigraph(&["repos", &host]).fails_with(1);
        assert!(stderr.contains("[CREDENTIALS]") && stderr.contains(&path), "{stderr}");
    }
    // `/dev/null` is the usual way to say that no file exists.
    let user = User::new().with_variable("REGISTRY_AUTH_FILE", "/dev/null");
    let stderr = user.ocigraph(&["repos", &host]).fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
}

#[test]
fn pipes_and_devices_as_other_files_are_rejected() {
    let (fixture, user) = (basic(), User::new());
    let host = fixture.host().replace("127.0.0.1", "127.0.0.2");
    user.work.write("file", "content");
    for path in odd_files(&user) {
        let secure = ["repos", &host, "--plain-http=false"];
        for option in [&["--ca-file", &path][..], &["--cert-file", &path, "--key-file", &path]] {
            let result = user.ocigraph(&[&secure[..], option].concat()).fails_with(1);
            assert!(result.contains(&path), "{result}");
        }
        let push = ["push", "oci:layout:v1", "file", "--annotation-file", &path];
        let result = user.ocigraph(&push);
        assert!(result.code != Some(0) && result.stderr.contains(&path), "{result}");
    }
    // The user is responsible for a pipe of the shell.
    let script =
        r#""$0" push oci:layout:v1 file --annotation-file <(echo '{"$manifest":{"a":"b"}}')"#;
    let mut command = user.work.command("bash");
    command.args(["-c", script]).arg(ocigraph_binary());
    user.work.run(&mut command).ok();

    let endless = std::fs::File::open("/dev/zero").unwrap();
    let mut command = user.work.command(ocigraph_binary());
    command.args(["login", &fixture.host(), "-u", USER, "--password-stdin"]).stdin(endless);
    let result = user.work.run(&mut command).fails_with(2);
    assert!(result.contains("standard input"), "{result}");
}

fn with_tokens() -> (Fixture, User) {
    let tokens = TokenAuth {
        users: [(USER.to_owned(), PASSWORD.to_owned())].into(),
        identity_tokens: vec!["an-1dentity-token".into()],
        ..TokenAuth::default()
    };
    let auth = Auth::Token(Box::new(tokens));
    let fixture = Fixture::start(Config { auth, ..Config::default() });
    (fixture, User::new().with_secret("1dentity").with_secret("wr0ng"))
}

#[test]
fn an_identity_token_is_verified_stored_and_shared_with_oras() {
    let (fixture, user) = with_tokens();
    let host = fixture.host();
    let login = ["login", host.as_str(), "--identity-token-stdin"];
    let stderr = user.ocigraph_with_input(&login, "wr0ng").fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
    assert_eq!(user.config(), Value::Null);
    user.ocigraph_with_input(&login, "an-1dentity-token\n").ok();
    assert_eq!(user.config()["auths"][&host]["identitytoken"], "an-1dentity-token");

    user.work.write("file", "content");
    let image = format!("{host}/app:v1");
    user.ocigraph(&["push", &image, "file"]).ok();
    user.ocigraph(&["pull", "-o", "out", &image]).ok();
    user.peer("oras", &["pull", "--plain-http", "-o", "by-oras", &image], "").ok();
    assert_eq!(user.work.read("by-oras/file"), b"content");
}

#[test]
fn an_identity_token_in_a_helper_is_shared_with_oras() {
    let (fixture, user) = with_tokens();
    let host = fixture.host();
    let helper = CredentialHelper::install(&user.work, "tested");
    user.write_config(&json!({ "credsStore": "tested" }));
    user.ocigraph_with_input(&["login", &host, "--identity-token-stdin"], "an-1dentity-token").ok();
    assert_eq!(helper.entries()[&host]["Username"], "<token>");
    user.work.write("file", "content");
    let image = format!("{host}/app:v1");
    user.ocigraph(&["push", &image, "file"]).ok();
    user.peer("oras", &["pull", "--plain-http", "-o", "by-oras", &image], "").ok();
    assert_eq!(user.work.read("by-oras/file"), b"content");
}

#[test]
fn an_identity_token_argument_causes_a_warning() {
    let (fixture, user) = with_tokens();
    let args = ["login", &fixture.host(), "--identity-token", "an-1dentity-token"];
    let ran = user.ocigraph(&args);
    assert!(ran.stderr.contains("--identity-token-stdin"), "{ran}");
    ran.ok();
}

#[test]
fn an_unverified_or_overridden_credential_causes_a_warning() {
    let (registry, user) = (Registry::start(Kind::Ocimem), User::new());
    let ran = user.login(registry.host());
    assert!(ran.stderr.contains("the credential was not verified"), "{ran}");
    ran.ok();

    let registry = guarded();
    let other = json!({ "auths": { registry.host(): { "auth": "YTpi" } } }).to_string();
    let user = User::new().with_variable("DOCKER_AUTH_CONFIG", other);
    let ran = user.login(registry.host());
    assert!(ran.stderr.contains("DOCKER_AUTH_CONFIG has another"), "{ran}");
    ran.ok();
    let ran = user.ocigraph(&["logout", registry.host()]);
    assert!(ran.stderr.contains("DOCKER_AUTH_CONFIG still has"), "{ran}");
    ran.ok();
}

#[test]
fn the_json_result_names_where_the_credential_is_stored() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let path = user.work.path("named.json");
    let named = ["--format", "json", "--registry-config", "named.json"];
    let login = ["login", host, "-u", USER, "--password-stdin"];
    let args = [&login[..], &named].concat();
    let result = user.ocigraph_with_input(&args, PASSWORD).json();
    assert_eq!((&result["host"], &result["verified"]), (&json!(host), &json!(true)), "{result}");
    assert!(result.to_string().contains("named.json"), "{result}");
    assert!(path.is_file());
    assert_eq!(user.config(), Value::Null);
    user.ocigraph(&["repos", host, "--registry-config", "named.json"]).ok();
    let result = user.ocigraph(&[&["logout", host], &named[..]].concat()).json();
    assert!(result["removedFrom"].to_string().contains("named.json"), "{result}");
}

/// Starts a command on a new terminal.
struct Terminal<'a> {
    user: &'a User,
    child: Child,
    output: Receiver<Vec<u8>>,
    shown: String,
}

const PATIENCE: Duration = Duration::from_secs(60);

impl<'a> Terminal<'a> {
    fn start(user: &'a User, args: &[&str]) -> Self {
        let words: Vec<String> = args.iter().map(|word| format!("'{word}'")).collect();
        let ocigraph = format!("'{}' {}", ocigraph_binary().display(), words.join(" "));
        let line = format!("tty >tty; {ocigraph}; code=$?; stty -a >after; exit $code");
        let mut command = user.work.command(tool("script"));
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(length @ 1..) = stdout.read(&mut bytes) {
                let _ = sender.send(bytes[..length].to_vec());
            }
        });
        Self { user, child, output, shown: String::new() }
    }

    /// Waits until the output ends with this prompt.
    fn wait_for(&mut self, prompt: &str) {
        while !self.shown.ends_with(prompt) {
            let bytes = self.output.recv_timeout(PATIENCE);
            let bytes = bytes.unwrap_or_else(|_| panic!("no {prompt:?} in {:?}", self.shown));
            self.shown += &String::from_utf8_lossy(&bytes);
        }
    }

    /// Waits until the terminal does not echo.
    fn wait_for_silence(&self) {
        let tty = String::from_utf8(self.user.work.read("tty")).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = Command::new("stty").args(["-F", tty.trim(), "-a"]).output().unwrap();
            let state = String::from_utf8(state.stdout).unwrap();
            if state.split_whitespace().any(|word| word == "-echo") {
                return;
            }
            assert!(Instant::now() < deadline, "the terminal still echoes: {state}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Returns the exit code and all output.
    fn end(mut self) -> (Option<i32>, String) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        (self.child.wait().unwrap().code(), self.shown)
    }
}

#[test]
fn a_password_prompt_does_not_echo() {
    let (registry, user) = (guarded(), User::new());
    for asks_name in [true, false] {
        let named = ["login", registry.host(), "-u", USER];
        let mut terminal = Terminal::start(&user, &named[..if asks_name { 2 } else { 4 }]);
        if asks_name {
            terminal.wait_for("Username: ");
            terminal.type_in(&format!("{USER}\n"));
        }
        terminal.wait_for("Password: ");
        terminal.wait_for_silence();
        terminal.type_in(&format!("{PASSWORD}\n"));
        let (code, shown) = terminal.end();
        assert!(shown.contains("Login Succeeded"), "{shown}");
        assert!(!shown.contains("sesame"), "{shown}");
        assert_eq!(code, Some(0));
        user.ocigraph(&["repos", registry.host()]).ok();
    }
}

#[test]
fn ctrl_c_at_the_prompt_restores_the_echo_of_the_terminal() {
    let (registry, user) = (guarded(), User::new());
    let mut terminal = Terminal::start(&user, &["login", registry.host(), "-u", USER]);
    terminal.wait_for("Password: ");
    terminal.wait_for_silence();
    terminal.type_in("\u{3}");
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    let after = String::from_utf8(user.work.read("after")).unwrap();
    assert!(after.split_whitespace().any(|word| word == "echo"), "{after}");
    assert_eq!(user.config(), Value::Null);
}

#[test]
fn the_credential_of_a_namespace_is_stored_beside_that_of_the_registry() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let (team, image) = (format!("{host}/team"), registry.reference("team/app:v1"));
    assert_eq!(user.login(&team).ok(), "Login Succeeded\n");
    user.work.write("file", "content");
    user.ocigraph(&["push", &image, "file"]).ok();
    user.login(host).ok();
    user.login(&team).ok();
    let keys = |user: &User| -> Vec<String> {
        user.config()["auths"].as_object().unwrap().keys().cloned().collect()
    };
    let mut both = keys(&user);
    both.sort();
    assert_eq!(both, [host, &team]);
    // A wrong credential of the namespace shows that it is preferred there.
    let mut config = user.config();
    config["auths"][&team] = json!({ "auth": "YWRhOndyb25n" });
    user.write_config(&config);
    let stderr = user.ocigraph(&["tags", &image]).fails_with(1);
    assert!(stderr.contains("[UNAUTHORIZED]"), "{stderr}");
    user.ocigraph(&["repos", host]).ok();
    // Each is removed alone.
    let removed = user.ocigraph(&["logout", "--format", "json", &team]).json();
    assert_eq!((&removed["host"], keys(&user)), (&json!(team), vec![host.to_owned()]));
    user.ocigraph(&["resolve", &image]).ok();
    user.login(&team).ok();
    user.ocigraph(&["logout", host]).ok();
    assert_eq!(keys(&user), [team.as_str()]);

    let helper = CredentialHelper::install(&user.work, "tested");
    user.write_config(&json!({ "credsStore": "tested" }));
    let stderr = user.login(&team).fails_with(1);
    assert!(stderr.contains("[UNSUPPORTED]") && stderr.contains("registries only"), "{stderr}");
    assert_eq!(helper.calls(), [""; 0]);
    let stderr = user.login(&format!("{host}/Team")).fails_with(2);
    assert!(stderr.contains("Team"), "{stderr}");
}

#[test]
fn a_login_of_podman_for_a_namespace_is_used() {
    let (registry, user) = (guarded(), User::new());
    let auth_file = user.work.home().join("auth.json");
    let user = user.with_variable("REGISTRY_AUTH_FILE", &auth_file);
    let team = format!("{}/team", registry.host());
    let login = ["login", "--tls-verify=false", &team, "-u", USER, "--password-stdin"];
    user.peer("skopeo", &login, PASSWORD).ok();
    user.work.write("file", "content");
    user.ocigraph(&["push", &registry.reference("team/app:v1"), "file"]).ok();
    user.ocigraph(&["push", &registry.reference("other/app:v1"), "file"]).fails_with(1);
}

#[test]
fn a_file_with_a_byte_order_mark_is_read_and_one_in_utf16_is_named() {
    let (registry, user) = (guarded(), User::new());
    user.login(registry.host()).ok();
    let text = std::fs::read_to_string(user.config_path()).unwrap();
    std::fs::write(user.config_path(), format!("\u{feff}{text}")).unwrap();
    user.ocigraph(&["repos", registry.host()]).ok();
    // docker cannot read the mark, so it is not written again.
    user.login(registry.host()).ok();
    assert!(std::fs::read_to_string(user.config_path()).unwrap().starts_with('{'));
    let utf16: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(user.config_path(), &utf16).unwrap();
    for ran in [user.ocigraph(&["repos", registry.host()]), user.login(registry.host())] {
        let stderr = ran.fails_with(1);
        assert!(stderr.contains("config.json") && stderr.contains("UTF-16"), "{stderr}");
    }
    assert_eq!(std::fs::read(user.config_path()).unwrap(), utf16);
}
