//! The hints of errors: `tests/vectors/hints.json` has the situations. Each is reached with the
//! fixture registry, and each hint of the registry code has a situation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use ocigraph::{
    Client, ClientConfig, Credential, CredentialSource, Credentials, Error, Host, Reference,
};
use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{Authority, Shows, TlsFront, Workspace, ocigraph_binary};
use serde::Deserialize;

/// A situation, and the hint that an error has in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The name of the hint in `core/src/store/registry/hint.rs`; `null` for none.
    hint: Option<String>,
    situation: String,
    /// The text of the hint.
    expected: Option<String>,
    /// The habits of the registry.
    #[serde(default)]
    registry: Config,
    /// The requests that get the response that `status`, `headers` and `body` describe.
    method: Option<String>,
    route: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    input: String,
    /// Commands that prepare the registry.
    #[serde(default)]
    before: Vec<Vec<String>>,
    /// The command that fails.
    command: Option<Vec<String>>,
    /// The client of a library, in place of the command.
    credentials: Option<String>,
    /// The file with the test of a situation that no registry can cause.
    test: Option<PathBuf>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn rows() -> Vec<Row> {
    serde_json::from_str(&read("tests/vectors/hints.json")).unwrap()
}

/// The hints of the registry code: names and texts.
fn hints() -> BTreeMap<String, String> {
    let source = read("core/src/store/registry/hint.rs");
    let (_, table) = source.split_once("\nhints! {").unwrap();
    let entry = |entry: &str| {
        let (name, rest) = entry.trim().split_once('(')?;
        let (_, text) = rest.split_once('"')?;
        Some((name.to_owned(), text.trim_end_matches('"').to_owned()))
    };
    table.split(";\n").filter_map(entry).collect()
}

/// Returns true if `text` is `template` with values in place of the names in braces.
fn is_instance(template: &str, text: &str) -> bool {
    let mut rest = text;
    for (i, part) in template.split('{').enumerate() {
        let literal = if i == 0 { part } else { part.split_once('}').unwrap().1 };
        let Some(position) = rest.find(literal) else { return false };
        if i == 0 && position != 0 {
            return false;
        }
        rest = &rest[position + literal.len()..];
    }
    rest.is_empty() || template.ends_with('}')
}

/// The hint that the error of a command has: the line after the error.
fn hint_of(stderr: &str) -> Option<String> {
    let after = stderr.split_once("Error: ").unwrap_or_else(|| panic!("no error: {stderr}")).1;
    after.lines().nth(1).map(str::to_owned)
}

struct NoCredential;

#[async_trait]
impl CredentialSource for NoCredential {
    async fn credential(&self, _: &Host, _: &str) -> Result<Option<Credential>, Error> {
        Ok(None)
    }
}

/// Resolves with the client of a library. Returns the hint.
fn hint_of_library(host: &str, credentials: &str, work: &Workspace) -> Option<String> {
    let config = ClientConfig::default();
    let config = match credentials {
        "anonymous" => config.credentials(Credentials::Anonymous),
        "callback" => config.credentials(Credentials::Callback(Arc::new(NoCredential))),
        "certificate alone" => config.plain_http(false).cert_file(work.path("ca.pem")),
        other => panic!("unknown credentials {other}"),
    };
    let reference: Reference = format!("{host}/app:v1").parse().unwrap();
    let client = Client::with_config(config);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(client.resolve(&reference, Default::default())).unwrap_err();
    error.hint().map(str::to_owned)
}

/// Brings about the situation of a row. Returns the hint, and the expected one.
fn reach(row: &Row) -> (Option<String>, Option<String>) {
    let (work, authority) = (Workspace::new(), Authority::new());
    let prepared = Config { delete: Default::default(), ..row.registry.clone() };
    let prepared = Config { auth: Default::default(), immutable_tags: false, ..prepared };
    let fixture = Fixture::start(prepared);
    let front = |shows| TlsFront::start(&authority, shows, &fixture.host());
    let (good, expired, another) =
        (front(Shows::Good), front(Shows::Expired), front(Shows::AnotherName));
    let known_clients = TlsFront::for_known_clients(&authority, &fixture.host());
    let without_reason = TlsFront::for_known_clients_without_reason(&authority, &fixture.host());
    work.write("ca.pem", authority.pem());
    let mut values = BTreeMap::from([
        ("host", fixture.host()),
        ("tls", good.host()),
        ("expired", expired.host()),
        ("another_name", another.host()),
        ("known_clients", known_clients.host()),
        ("without_reason", without_reason.host()),
    ]);
    let fill = |text: &str, values: &BTreeMap<&str, String>| {
        values.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    };
    for (name, content) in &row.files {
        work.write(name, fill(content, &values));
    }
    for command in &row.before {
        let arguments: Vec<String> = command.iter().map(|text| fill(text, &values)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let printed = work.ocigraph(&arguments).ok();
        if let Some(digest) = printed.lines().find_map(|line| line.strip_prefix("Digest: ")) {
            // Of the first artifact, which is the subject of the others.
            values.entry("tag").or_insert_with(|| digest.replace(':', "-"));
            values.entry("digest").or_insert_with(|| digest.to_owned());
        }
    }
    let mut config = row.registry.clone();
    if let (Some(method), Some(route), Some(status)) = (&row.method, &row.route, row.status) {
        let headers = row.headers.clone();
        let failure = Failure::new(method, route, status, 1);
        let body = row.body.clone();
        config.fail.push(Failure { times: None, headers, body, ..failure });
    }
    fixture.set_config(config);
    let expected = row.expected.as_deref().map(|text| fill(text, &values));
    if let Some(credentials) = &row.credentials {
        return (hint_of_library(&fixture.host(), credentials, &work), expected);
    }
    let command = row.command.as_ref().unwrap_or_else(|| panic!("{}", row.situation));
    let mut run = work.command(ocigraph_binary());
    run.args(command.iter().map(|text| fill(text, &values)));
    run.args(["--max-attempts", "1", "--quiet"]);
    run.envs(row.environment.iter().map(|(name, value)| (name, fill(value, &values))));
    let ran = work.run_with_input(&mut run, row.input.as_bytes());
    if ran.code == Some(0) {
        return (Some("the command succeeded".to_owned()), expected);
    }
    (hint_of(&ran.stderr), expected)
}

#[test]
fn each_situation_has_its_hint() {
    let hints = hints();
    let mut wrong = Vec::new();
    for row in rows() {
        let template = row.hint.as_ref().map(|name| {
            hints.get(name).unwrap_or_else(|| panic!("{}: no hint {name}", row.situation))
        });
        if let Some(test) = &row.test {
            let text = template.expect("a row with a test has a hint");
            if !read(test).contains(text.as_str()) {
                wrong.push(format!("{}: {} does not test {text:?}", row.situation, test.display()));
            }
            continue;
        }
        let (hint, expected) = reach(&row);
        if hint != expected {
            wrong.push(format!("{}: {hint:?}, expected {expected:?}", row.situation));
        }
        let is_named = match (template, &expected) {
            (Some(template), Some(expected)) => is_instance(template, expected),
            (None, None) => true,
            _ => false,
        };
        if !is_named {
            wrong.push(format!("{}: {expected:?} is not {template:?}", row.situation));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_hint_of_the_registry_code_has_a_situation() {
    let hints: BTreeSet<String> = hints().into_keys().collect();
    assert!(hints.len() > 30, "{hints:?}");
    let reached: BTreeSet<String> = rows().into_iter().filter_map(|row| row.hint).collect();
    let missing: Vec<&String> = hints.difference(&reached).collect();
    assert!(missing.is_empty(), "hints without a row in tests/vectors/hints.json: {missing:?}");
}

/// A hint that is written elsewhere has no row.
#[test]
fn the_registry_code_takes_its_hints_from_one_file() {
    fn visit(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for (start, _) in text.match_indices("with_hint(") {
                let argument = text[start + "with_hint(".len()..].trim_start();
                if argument.starts_with('"') || argument.starts_with("format!") {
                    let line = text[..start].lines().count();
                    found.push(format!("{}:{line}", path.display()));
                }
            }
        }
    }
    let mut found = Vec::new();
    visit(&root().join("core/src/store/registry"), &mut found);
    assert!(found.is_empty(), "move these hints to hint.rs: {found:?}");
}
