//! `login` and `logout` as they are typed: what is asked, checked, stored, told, and never shown.

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
fn a_password_is_checked_and_then_stored_for_its_owner_alone() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let ran = user.login(host);
    assert!(ran.stderr.contains("plain text in") && ran.stderr.contains("config.json"), "{ran}");
    assert!(!ran.stderr.contains("command line"), "{ran}");
    assert_eq!(ran.ok(), "Login Succeeded\n");
    let mode = user.config_path().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let folder = user.config_path().parent().unwrap().to_owned();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
}

#[test]
fn what_other_programs_keep_in_the_file_stays() {
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
fn a_wrong_password_is_refused_and_not_stored() {
    for kind in Kind::ALL {
        let registry = Registry::start_with(kind, Options { auth: true, ..Options::default() });
        let user = User::new().with_secret("wr0ng password");
        let login = ["login", registry.host(), "-u", USER, "--password-stdin"];
        let said = user.ocigraph_with_input(&login, "wr0ng password").fails_with(1);
        assert!(said.contains("[UNAUTHORIZED]"), "{said}");
        assert!(said.contains(registry.host()) && said.contains("are they right?"), "{said}");
        assert_eq!(user.config(), Value::Null);

        let helper = CredentialHelper::install(&user.work, "tested");
        user.write_config(&json!({ "credsStore": "tested" }));
        user.ocigraph_with_input(&login, "wr0ng password").fails_with(1);
        assert_eq!(helper.calls(), [""; 0]);
        assert_eq!(user.config(), json!({ "credsStore": "tested" }));
    }
}

#[test]
fn nothing_is_stored_for_a_registry_that_is_not_there_or_is_none() {
    let (user, server) = (User::new(), ocigraph_suite::Faults::start());
    let said = user.login(&server.host()).fails_with(1);
    assert!(said.contains("does not answer as a registry does"), "{said}");
    let gone = server.host();
    drop(server);
    assert!(user.login(&gone).fails_with(1).contains("[NETWORK]"));
    let empty = user.ocigraph(&["login", &gone, "-u", USER, "--password-stdin"]).fails_with(2);
    assert!(empty.contains("empty"), "{empty}");
    assert_eq!(user.config(), Value::Null);
}

#[test]
fn a_password_in_the_arguments_works_and_is_warned_of() {
    let (registry, user) = (guarded(), User::new());
    let ran = user.ocigraph(&["login", registry.host(), "-u", USER, "-p", PASSWORD]);
    assert!(ran.stderr.contains("Warning") && ran.stderr.contains("--password-stdin"), "{ran}");
    ran.ok();
    user.ocigraph(&["repos", registry.host()]).ok();

    // For one command alone.
    let user = User::new();
    let args = ["repos", registry.host(), "-u", USER, "-p", PASSWORD];
    let ran = user.ocigraph(&args);
    assert!(ran.stderr.contains("--password-stdin"), "{ran}");
    ran.ok();
    assert_eq!(user.config(), Value::Null);
}

#[test]
fn a_password_from_standard_input_ends_with_its_line() {
    for end in ["", "\n", "\r\n"] {
        let (registry, user) = (guarded(), User::new());
        let login = ["login", registry.host(), "-u", USER, "--password-stdin"];
        user.ocigraph_with_input(&login, &format!("{PASSWORD}{end}")).ok();
        user.ocigraph(&["repos", registry.host()]).ok();
    }
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let (registry, user) = (guarded(), User::new());
    let said = user.ocigraph(&["login", registry.host()]).fails_with(2);
    assert!(said.contains("--password-stdin"), "{said}");
    let said = user.ocigraph(&["login", registry.host(), "-u", USER]).fails_with(2);
    assert!(said.contains("--password-stdin"), "{said}");
}

/// A registry that wants the password.
fn basic() -> Fixture {
    let auth = Auth::Basic { user: USER.to_owned(), password: PASSWORD.to_owned() };
    Fixture::start(Config { auth, ..Config::default() })
}

/// Starts a command that reads this.
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
fn of_twenty_logins_and_logouts_at_once_none_is_lost() {
    let user = User::new();
    let fixtures: Vec<_> = std::iter::repeat_with(basic).take(20).collect();
    let hosts: Vec<_> = fixtures.iter().map(Fixture::host).collect();
    // What is not ours, in forms that a reader of numbers would change.
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
    // Half of them go while the others come again.
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
fn a_link_to_the_file_stays_and_its_target_is_made() {
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

/// What each kind of file does to the commands that read it.
fn odd_files(user: &User) -> Vec<String> {
    let odd = |name: &str| user.work.path(name).display().to_string();
    let pipe = odd("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::File::create(user.work.path("large")).unwrap().set_len(1 << 30).unwrap();
    vec![pipe, odd("large"), "/dev/zero".into(), user.work.dir().display().to_string()]
}

#[test]
fn a_credential_file_that_never_begins_or_ends_is_named() {
    let (fixture, user) = (basic(), User::new());
    let host = fixture.host();
    let named = |command: &[&str], path: &str| {
        let args = [command, &["--auth-file", path]].concat();
        let ran = user.ocigraph_with_input(&args, PASSWORD);
        let said = ran.fails_with(1);
        assert!(said.contains("[CREDENTIALS]") && said.contains(path), "{said}");
    };
    let odd = odd_files(&user);
    for path in &odd {
        named(&["repos", &host], path);
        named(&["login", &host, "-u", USER, "--password-stdin"], path);
        named(&["logout", &host], path);
    }
    for path in odd {
        let user = User::new().with_variable("REGISTRY_AUTH_FILE", &path);
        let said = user.ocigraph(&["repos", &host]).fails_with(1);
        assert!(said.contains("[CREDENTIALS]") && said.contains(&path), "{said}");
    }
    // It is how programs are told that there is none.
    let user = User::new().with_variable("REGISTRY_AUTH_FILE", "/dev/null");
    let said = user.ocigraph(&["repos", &host]).fails_with(1);
    assert!(said.contains("[UNAUTHORIZED]"), "{said}");
}

#[test]
fn other_files_that_never_begin_or_end_are_named() {
    let (fixture, user) = (basic(), User::new());
    let host = fixture.host().replace("127.0.0.1", "127.0.0.2");
    user.work.write("file", "content");
    for path in odd_files(&user) {
        let secure = ["repos", &host, "--plain-http=false"];
        for option in [&["--ca-file", &path][..], &["--cert-file", &path, "--key-file", &path]] {
            let said = user.ocigraph(&[&secure[..], option].concat()).fails_with(1);
            assert!(said.contains(&path), "{said}");
        }
        let push = ["push", "oci:layout:v1", "file", "--annotation-file", &path];
        let said = user.ocigraph(&push);
        assert!(said.code != Some(0) && said.stderr.contains(&path), "{said}");
    }
    // A pipe of the shell's own is the caller's to fill.
    let script =
        r#""$0" push oci:layout:v1 file --annotation-file <(echo '{"$manifest":{"a":"b"}}')"#;
    let mut command = user.work.command("bash");
    command.args(["-c", script]).arg(ocigraph_binary());
    user.work.run(&mut command).ok();

    let endless = std::fs::File::open("/dev/zero").unwrap();
    let mut command = user.work.command(ocigraph_binary());
    command.args(["login", &fixture.host(), "-u", USER, "--password-stdin"]).stdin(endless);
    let said = user.work.run(&mut command).fails_with(2);
    assert!(said.contains("standard input"), "{said}");
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
fn an_identity_token_is_checked_stored_and_shared_with_oras() {
    let (fixture, user) = with_tokens();
    let host = fixture.host();
    let login = ["login", host.as_str(), "--identity-token-stdin"];
    let said = user.ocigraph_with_input(&login, "wr0ng").fails_with(1);
    assert!(said.contains("[UNAUTHORIZED]"), "{said}");
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
fn an_identity_token_in_the_arguments_is_warned_of() {
    let (fixture, user) = with_tokens();
    let args = ["login", &fixture.host(), "--identity-token", "an-1dentity-token"];
    let ran = user.ocigraph(&args);
    assert!(ran.stderr.contains("--identity-token-stdin"), "{ran}");
    ran.ok();
}

#[test]
fn what_is_not_checked_or_comes_second_is_told() {
    let (registry, user) = (Registry::start(Kind::Ocimem), User::new());
    let ran = user.login(registry.host());
    assert!(ran.stderr.contains("this one is not checked"), "{ran}");
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
fn programs_are_told_where_a_credential_went() {
    let (registry, user) = (guarded(), User::new());
    let host = registry.host();
    let path = user.work.path("named.json");
    let named = ["--format", "json", "--auth-file", "named.json"];
    let login = ["login", host, "-u", USER, "--password-stdin"];
    let args = [&login[..], &named].concat();
    let result = user.ocigraph_with_input(&args, PASSWORD).json();
    assert_eq!((&result["host"], &result["verified"]), (&json!(host), &json!(true)), "{result}");
    assert!(result.to_string().contains("named.json"), "{result}");
    assert!(path.is_file());
    assert_eq!(user.config(), Value::Null);
    user.ocigraph(&["repos", host, "--auth-file", "named.json"]).ok();
    let result = user.ocigraph(&[&["logout", host], &named[..]].concat()).json();
    assert!(result["removedFrom"].to_string().contains("named.json"), "{result}");
}

/// A command on a terminal of its own.
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

    /// Waits for the end of what is shown to be this.
    fn wait_for(&mut self, prompt: &str) {
        while !self.shown.ends_with(prompt) {
            let bytes = self.output.recv_timeout(PATIENCE);
            let bytes = bytes.unwrap_or_else(|_| panic!("no {prompt:?} in {:?}", self.shown));
            self.shown += &String::from_utf8_lossy(&bytes);
        }
    }

    /// Waits until the terminal shows nothing of what is typed.
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

    /// Its exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        (self.child.wait().unwrap().code(), self.shown)
    }
}

#[test]
fn on_a_terminal_the_password_is_asked_for_and_not_shown() {
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
fn at_the_prompt_control_c_ends_it_and_the_terminal_shows_again_what_is_typed() {
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
