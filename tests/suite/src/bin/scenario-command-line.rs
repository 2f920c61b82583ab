//! Executes steps of scenarios with the `ocigraph` command: arguments become flags, and its JSON output results.
//! `tests/scenarios/README.md` describes the protocol, `tests/scenarios/absent.json` lists what the command does not have.

use std::{
    env,
    ffi::OsString,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

use ocigraph_suite::scenarios::serve::{Done, Failure, Request, list, pairs, serve, text, value};
use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;

/// Seconds after which a command is ended. It is less than the driver waits for an answer.
const LIMIT: &str = "50";

fn main() {
    serve(execute);
}

/// The words, variables and standard input of one command.
#[derive(Default)]
struct Line {
    words: Vec<String>,
    variables: Vec<(&'static str, String)>,
    input: Option<String>,
    /// Files that the command reads.
    files: Vec<NamedTempFile>,
    /// True if the command may fail after it has printed its result.
    may_fail: bool,
}

impl Line {
    fn word(&mut self, word: impl Into<String>) {
        self.words.push(word.into());
    }

    fn option(&mut self, flag: &str, value: impl Into<String>) {
        self.words.extend([flag.to_owned(), value.into()]);
    }

    fn flag(&mut self, flag: &str, name: &str, given: &Value) -> Result<(), Failure> {
        if value(name, given)? {
            self.word(flag);
        }
        Ok(())
    }

    fn pairs(&mut self, flag: &str, between: char, pairs: Vec<(String, String)>) {
        for (key, value) in pairs {
            self.option(flag, format!("{key}{between}{value}"));
        }
    }

    fn stdin(&mut self, content: String) -> Result<(), Failure> {
        match self.input.replace(content) {
            None => Ok(()),
            Some(_) => Err(Failure::Unsupported("two contents of standard input".to_owned())),
        }
    }

    /// Adds the flags of a credential. `side` is empty, or `from-` or `to-`. Only one secret can be read from standard
    /// input.
    fn credential(&mut self, side: &str, name: &str, given: &Value) -> Result<(), Failure> {
        let given = pairs(name, given)?;
        let mut parts: Vec<(&str, &str)> =
            given.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        parts.sort_unstable();
        match parts.as_slice() {
            [("password", password), ("username", username)] => {
                self.option(&format!("--{side}username"), *username);
                if side == "to-" {
                    self.option("--to-password", *password);
                    return Ok(());
                }
                self.word(format!("--{side}password-stdin"));
                self.stdin((*password).to_owned())
            }
            [("identity_token", token)] if side == "to-" => {
                self.option("--to-identity-token", *token);
                Ok(())
            }
            [("identity_token", token)] => {
                self.word(format!("--{side}identity-token-stdin"));
                self.stdin((*token).to_owned())
            }
            _ => {
                let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
                Err(Failure::Unsupported(format!("{name} with {names:?}")))
            }
        }
    }
}

fn execute(request: &mut Request) -> Result<Done, Failure> {
    let mut line = Line::default();
    operation(request, &mut line)?;
    let side = match request.arguments.remove("destination_client") {
        Some(Value::Object(destination)) if request.operation == "copy" => {
            client("to-", &destination, &mut line)?;
            "from-"
        }
        Some(given) => {
            return Err(Failure::Unsupported(format!("destination_client as {given}")));
        }
        None => "",
    };
    options(request, &mut line)?;
    client(side, &request.client, &mut line)?;
    let raw = matches!(request.operation.as_str(), "fetch_manifest" | "fetch_blob");
    let rows = request.operation == "discover_each";
    if rows {
        line.option("--format", "ndjson");
    } else if !raw && request.operation != "tag_details" {
        line.option("--format", "json");
    }
    line.word("--no-progress");
    let output = run(&line);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let failed_late = line.may_fail && stdout.starts_with('{');
    if !output.status.success() && !failed_late {
        return Err(failure(&output));
    }
    if raw {
        return Ok(json!({ "content": stdout }).into());
    }
    if rows {
        let lines = stdout.lines().map(|line| {
            snake_case(serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        });
        return Ok(of_lines(lines.collect()).into());
    }
    let printed = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    Ok(common(&request.operation, snake_case(printed)).into())
}

/// Adds the command and the arguments without a flag.
fn operation(request: &mut Request, line: &mut Line) -> Result<(), Failure> {
    let words: &[&str] = match request.operation.as_str() {
        "push" | "attach" | "pull" | "discover" | "copy" | "backup" | "restore" | "migrate"
        | "verify" | "check" | "resolve" | "tag" | "untag" | "tags" | "manifests" | "login"
        | "logout" | "sweep" => &[&request.operation.clone()],
        "discover_each" => &["discover"],
        "delete" => &["delete", "--yes"],
        "prune" => &["prune", "--yes"],
        "sync" => &["sync"],
        "tag_details" => &["tags", "--detail"],
        "repositories" => &["repos"],
        "fetch_manifest" => &["manifest", "fetch"],
        "push_manifest" => &["manifest", "push"],
        "delete_manifest" => &["manifest", "delete", "--yes"],
        "index_create" => &["manifest", "index", "create"],
        "index_update" => &["manifest", "index", "update"],
        "fetch_blob" => &["blob", "fetch"],
        "push_blob" => &["blob", "push"],
        "delete_blob" => &["blob", "delete", "--yes"],
        "digest_files" => &["digest"],
        other => return Err(Failure::Unsupported(format!("the operation {other}"))),
    };
    line.words = words.iter().map(|word| (*word).to_owned()).collect();
    line.may_fail = matches!(
        request.operation.as_str(),
        "verify" | "check" | "copy" | "backup" | "restore" | "sweep" | "sync"
    );
    match request.operation.as_str() {
        "copy" => {
            line.word(request.text("source")?);
            line.word(request.text("destination")?);
        }
        "sync" => {
            for source in list("sources", &request.required("sources")?)? {
                line.word(text("sources", source)?);
            }
            line.word(request.text("destination")?);
        }
        "prune" => {
            for reference in list("references", &request.required("references")?)? {
                line.word(text("references", reference)?);
            }
        }
        "backup" => {
            for reference in list("references", &request.required("references")?)? {
                line.word(text("references", reference)?);
            }
            line.option("--output", request.text("output")?);
        }
        "restore" => {
            for input in list("inputs", &request.required("inputs")?)? {
                line.option("--input", text("inputs", input)?);
            }
            line.word(request.text("destination")?);
        }
        "repositories" | "logout" => line.word(request.text("host")?),
        "login" => {
            line.word(request.text("host")?);
            line.credential("", "credential", &request.required("credential")?)?;
        }
        "sweep" => {
            for target in list("targets", &request.required("targets")?)? {
                line.word(text("targets", target)?);
            }
        }
        "digest_files" => {
            for file in list("files", &request.required("files")?)? {
                line.word(text("files", file)?);
            }
        }
        _ => line.word(request.text("reference")?),
    }
    match request.operation.as_str() {
        "tag" => {
            for tag in list("tags", &request.required("tags")?)? {
                line.word(text("tags", tag)?);
            }
        }
        "check" => {
            for requirement in list("requirements", &request.required("requirements")?)? {
                line.option("--require", text("requirements", requirement)?);
            }
        }
        "index_create" => {
            for manifest in list("manifests", &request.required("manifests")?)? {
                line.word(text("manifests", manifest)?);
            }
        }
        "push_manifest" => {
            line.word("-");
            line.stdin(request.text("content")?)?;
        }
        "push_blob" => match &request.required("content")? {
            Value::String(content) => {
                line.word("-");
                line.stdin(content.clone())?;
            }
            file => match pairs("content", file)?.as_slice() {
                [(name, path)] if name == "path" => line.word(path),
                _ => return Err(Failure::Unsupported(format!("content as {file}"))),
            },
        },
        _ => {}
    }
    Ok(())
}

/// Adds the flags of the operation.
fn options(request: &mut Request, line: &mut Line) -> Result<(), Failure> {
    let operation = request.operation.clone();
    if operation == "pull"
        && let Some(path) = request.arguments.remove("config_file")
    {
        let path = text("config_file", &path)?;
        let media_type = request.arguments.remove("config_media_type");
        let media_type = media_type.map(|given| text("config_media_type", &given)).transpose()?;
        line.option("--config", media_type.map_or(path.clone(), |kind| format!("{path}:{kind}")));
    }
    for (name, given) in std::mem::take(&mut request.arguments) {
        match (operation.as_str(), name.as_str()) {
            ("push" | "attach", "files") => files(&given, line)?,
            ("push" | "attach", "config") => {
                let (path, annotations) = file(&given)?;
                if annotations.is_some() {
                    return Err(Failure::Unsupported("a config with annotations".to_owned()));
                }
                line.option("--config", path);
            }
            ("push", "artifact_platform") => {
                line.option("--artifact-platform", text(&name, &given)?);
            }
            ("resolve" | "fetch_manifest", "media_types") => {
                for media_type in list(&name, &given)? {
                    line.option("--media-type", text(&name, media_type)?);
                }
            }
            ("push", "subject") => line.option("--subject", text(&name, &given)?),
            ("push" | "attach", "format") => line.option("--manifest-format", text(&name, &given)?),
            ("push" | "attach", "source_date_epoch") => {
                let seconds: u64 = value(&name, &given)?;
                line.variables.push(("SOURCE_DATE_EPOCH", seconds.to_string()));
            }
            (
                "push" | "attach" | "discover" | "discover_each" | "index_create" | "index_update",
                "annotations",
            ) => {
                line.pairs("--annotation", '=', pairs(&name, &given)?);
            }
            (
                "push" | "attach" | "pull" | "discover" | "discover_each" | "index_create"
                | "index_update",
                "artifact_type",
            ) => line.option("--artifact-type", text(&name, &given)?),
            ("index_update", "add" | "merge" | "remove" | "tags") => {
                for text_of_one in list(&name, &given)? {
                    let flag = format!("--{}", name.trim_end_matches('s'));
                    line.option(&flag, text(&name, text_of_one)?);
                }
            }
            ("index_update", "remove_artifact_type") => {
                line.flag("--remove-artifact-type", &name, &given)?;
            }
            ("push" | "attach" | "pull", "allow_path_traversal") => {
                line.flag("--allow-path-traversal", &name, &given)?;
            }
            ("attach", "allow_empty") => line.flag("--allow-empty", &name, &given)?,
            ("pull", "unpack_limits") => limits("unpack-limit-", &given, line)?,
            ("push_blob", "media_type") => line.option("--media-type", text(&name, &given)?),
            ("pull", "output") => line.option("--output", text(&name, &given)?),
            ("pull", "include_subject") => line.flag("--include-subject", &name, &given)?,
            ("pull", "all") => line.flag("--all", &name, &given)?,
            ("pull", "keep_old_files") => line.flag("--keep-old-files", &name, &given)?,
            ("discover" | "discover_each" | "sweep", "depth") => {
                line.option("--depth", value::<usize>(&name, &given)?.to_string());
            }
            ("prune", "keep_tags" | "tags") => {
                for pattern in list(&name, &given)? {
                    line.option(&format!("--{}", name.replace('_', "-")), text(&name, pattern)?);
                }
            }
            ("prune", "artifact_types") => {
                for kind in list(&name, &given)? {
                    line.option("--type", text(&name, kind)?);
                }
            }
            ("prune", "keep_last" | "max") => {
                let flag = format!("--{}", name.replace('_', "-"));
                line.option(&flag, value::<usize>(&name, &given)?.to_string());
            }
            ("prune", "older_than" | "plan" | "execute") => {
                line.option(&format!("--{}", name.replace('_', "-")), text(&name, &given)?);
            }
            ("prune", "untagged" | "orphans" | "dead_tags") => {
                line.flag(&format!("--{}", name.replace('_', "-")), &name, &given)?;
            }
            ("sweep" | "sync", "latest") => {
                line.option("--latest", value::<usize>(&name, &given)?.to_string());
            }
            ("sweep" | "sync", "repositories" | "tags") => {
                for pattern in list(&name, &given)? {
                    line.option(&format!("--{name}"), text(&name, pattern)?);
                }
            }
            ("sync", "repair") => line.flag("--repair", &name, &given)?,
            ("sync", "prune_destination") => line.flag("--prune-destination", &name, &given)?,
            ("sweep" | "sync", "checkpoint" | "shard") => {
                line.option(&format!("--{name}"), text(&name, &given)?);
            }
            ("discover" | "discover_each", "predicate_type") => {
                line.option("--predicate", text(&name, &given)?)
            }
            ("discover" | "discover_each" | "copy" | "verify" | "delete", "only") => {
                line.option("--only", text(&name, &given)?);
            }
            // The command always prints what it could read, and then fails.
            ("discover" | "discover_each", "allow_incomplete") => {
                line.may_fail = value(&name, &given)?
            }
            ("backup", "recursive") => line.flag("--include-referrers", &name, &given)?,
            ("backup", "since") => line.option("--since", text(&name, &given)?),
            ("restore", "repository") => line.option("--repository", text(&name, &given)?),
            ("restore", "exclude_referrers") => line.flag("--exclude-referrers", &name, &given)?,
            (
                "delete" | "prune" | "sync" | "migrate" | "backup" | "restore" | "index_create"
                | "index_update",
                "dry_run",
            ) => {
                line.flag("--dry-run", &name, &given)?;
            }
            ("migrate", "to") => line.option("--to", text(&name, &given)?),
            ("migrate", "remove_old") => line.flag("--remove-old", &name, &given)?,
            ("delete", "force") => line.flag("--force", &name, &given)?,
            ("delete" | "untag" | "delete_blob", "if_exists") => {
                line.flag("--if-exists", &name, &given)?
            }
            ("copy", "recursive") => line.flag("--recursive", &name, &given)?,
            ("copy", "repair") => line.flag("--repair", &name, &given)?,
            ("verify", "repair_index") => line.flag("--repair-index", &name, &given)?,
            ("check", "each_platform") => line.flag("--each-platform", &name, &given)?,
            ("copy", "index_platforms") | ("sync", "platforms") => {
                for platform in list(&name, &given)? {
                    line.option("--platform", text(&name, platform)?);
                }
            }
            ("copy", "foreign") => line.flag("--foreign", &name, &given)?,
            ("push_manifest", "media_type") => line.option("--media-type", text(&name, &given)?),
            (
                "attach" | "pull" | "discover" | "discover_each" | "copy" | "verify" | "check"
                | "resolve" | "fetch_manifest",
                "platform",
            ) => line.option("--platform", text(&name, &given)?),
            (
                "push" | "attach" | "pull" | "discover" | "discover_each" | "sweep" | "sync"
                | "prune" | "delete" | "copy" | "backup" | "restore" | "migrate" | "verify"
                | "check" | "index_create" | "index_update",
                "concurrency",
            ) => {
                line.option("--concurrency", value::<usize>(&name, &given)?.to_string());
            }
            _ => return Err(Failure::Unsupported(format!("{operation} with {name}"))),
        }
    }
    Ok(())
}

/// Adds the flags that every command takes, or those of one side of a copy: `side` is empty, or `from-` or `to-`.
fn client(side: &str, options: &Map<String, Value>, line: &mut Line) -> Result<(), Failure> {
    for (name, given) in options {
        let flag = |flag: &str| format!("--{side}{flag}");
        match name.as_str() {
            "credentials" if given == "stored" => {}
            "credentials" => line.credential(side, name, given)?,
            "auth_file" => line.option(&flag("registry-config"), text(name, given)?),
            "plain_http" => {
                line.word(format!("{}={}", flag("plain-http"), value::<bool>(name, given)?));
            }
            "ca_file" => line.option(&flag("ca-file"), text(name, given)?),
            "cert_file" => line.option(&flag("cert-file"), text(name, given)?),
            "key_file" => line.option(&flag("key-file"), text(name, given)?),
            "insecure" => line.flag(&flag("insecure"), name, given)?,
            "user_agent" => line.option(&flag("user-agent"), text(name, given)?),
            "headers" => line.pairs(&flag("header"), ':', pairs(name, given)?),
            "use_proxy" if side.is_empty() && given == false => line.word("--no-proxy"),
            "use_proxy" if side.is_empty() => _ = value::<bool>(name, given)?,
            "resolve" => {
                for address in list(name, given)? {
                    line.option(&flag("resolve"), text(name, address)?);
                }
            }
            "referrers_mode" => match text(name, given)?.as_str() {
                "auto" => {}
                mode => line.option(&flag("distribution-spec"), format!("v1.1-referrers-{mode}")),
            },
            "limits" if side.is_empty() => limits("", given, line)?,
            _ => return Err(Failure::Unsupported(format!("a client with {name}"))),
        }
    }
    Ok(())
}

/// Adds a flag for each limit.
fn limits(prefix: &str, given: &Value, line: &mut Line) -> Result<(), Failure> {
    const KNOWN: [&str; 14] = [
        "connect_timeout",
        "response_timeout",
        "idle_timeout",
        "upload_response_timeout",
        "max_attempts",
        "stall_timeout",
        "max_manifest_bytes",
        "max_pages",
        "max_entries",
        "helper_timeout",
        "max_requests_per_second",
        "entries",
        "bytes",
        "ratio",
    ];
    for (name, given) in given.as_object().into_iter().flatten() {
        let is_known = KNOWN.contains(&name.as_str())
            && matches!(name.as_str(), "entries" | "bytes" | "ratio") != prefix.is_empty();
        if !is_known || !given.is_number() {
            return Err(Failure::Unsupported(format!("a limit {name} of {given}")));
        }
        line.option(&format!("--{prefix}{}", name.replace('_', "-")), given.to_string());
    }
    Ok(())
}

fn files(given: &Value, line: &mut Line) -> Result<(), Failure> {
    let mut all_annotations = Map::new();
    for given in list("files", given)? {
        let (word, annotations) = file(given)?;
        line.word(word);
        if let (Some(annotations), Some(path)) = (annotations, given["path"].as_str()) {
            all_annotations.insert(path.to_owned(), annotations);
        }
    }
    if !all_annotations.is_empty() {
        let mut written = NamedTempFile::new().expect("a temporary file");
        write!(written, "{}", Value::Object(all_annotations)).expect("writing a temporary file");
        line.option("--annotation-file", written.path().to_str().expect("a path in UTF-8"));
        line.files.push(written);
    }
    Ok(())
}

/// Returns `PATH[:MEDIA/TYPE]` and the annotations.
fn file(given: &Value) -> Result<(String, Option<Value>), Failure> {
    if let Some(path) = given.as_str() {
        return Ok((path.to_owned(), None));
    }
    let (mut path, mut kind, mut annotations) = (None, String::new(), None);
    for (name, given) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "path" => path = Some(text(name, given)?),
            "media_type" => kind = format!(":{}", text(name, given)?),
            "annotations" => annotations = Some(given.clone()),
            _ => return Err(Failure::Unsupported(format!("a file with {name}"))),
        }
    }
    let path = path.ok_or_else(|| Failure::Unsupported("a file without a path".to_owned()))?;
    Ok((path + &kind, annotations))
}

fn run(line: &Line) -> Output {
    let mut child = Command::new("timeout")
        .arg(LIMIT)
        .arg(ocigraph())
        .args(&line.words)
        .envs(line.variables.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("running the command");
    let mut stdin = child.stdin.take().expect("its standard input is a pipe");
    let input = line.input.clone().unwrap_or_default();
    // A command can end before it reads all input.
    let writing = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("waiting for the command");
    drop(writing.join());
    assert_ne!(output.status.code(), Some(124), "{:?} took {LIMIT} s", line.words);
    output
}

/// Returns the command of the same build as this program, or `OCIGRAPH_BIN`.
fn ocigraph() -> OsString {
    env::var_os("OCIGRAPH_BIN").unwrap_or_else(|| {
        let this: PathBuf = env::current_exe().expect("the path of this program");
        this.with_file_name(format!("ocigraph{}", env::consts::EXE_SUFFIX)).into()
    })
}

/// Reads the code of `Error: …: message [CODE]`.
fn failure(output: &Output) -> Failure {
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = message.lines().find(|line| line.starts_with("Error: "));
    let code = line.and_then(|line| Some(line.strip_suffix(']')?.rsplit_once('[')?.1.to_owned()));
    let code = match code {
        Some(code) => code,
        // Errors of the argument parser have no code.
        None if message.contains("for '<TARGET>'") => "INVALID_REFERENCE".to_owned(),
        None if message.contains("error: invalid value") => "INVALID_ARGUMENT".to_owned(),
        None if message.contains("were not provided") => "INVALID_ARGUMENT".to_owned(),
        None if message.contains("cannot be used with") => "INVALID_ARGUMENT".to_owned(),
        None => panic!("expected an error code: {output:?}"),
    };
    Failure::Error { code, message }
}

/// Converts the lines that the command printed to the common format, and counts them as the operation does.
fn of_lines(rows: Vec<Value>) -> Value {
    let problems = rows.iter().filter(|row| row.get("problem").is_some()).count();
    let summary = json!({ "edges": rows.len() - problems, "problems": problems });
    // The command prints the descriptor beside the other fields.
    let nested = |mut row: Value| {
        if row.get("problem").is_none() {
            row["descriptor"] = row.clone();
            row["edge"] = row["kind"].clone();
        }
        row
    };
    json!({ "rows": rows.into_iter().map(nested).collect::<Vec<_>>(), "summary": summary })
}

/// Converts the output of a command to the common format.
fn common(operation: &str, printed: Value) -> Value {
    match operation {
        "discover" => {
            let lists = ["referrers", "attached"].into_iter();
            let mut result: Map<String, Value> = lists
                .filter_map(|list| Some((list.to_owned(), printed.get(list)?.clone())))
                .collect();
            result.insert("subject".into(), printed);
            result.into()
        }
        "resolve" | "delete_manifest" => json!({ "descriptor": printed }),
        "delete_blob" => json!({}),
        "pull" => pulled(printed),
        "manifests" => printed.as_array().into_iter().flatten().map(nested).collect(),
        "tag_details" => printed.as_array().into_iter().flatten().map(renamed).collect(),
        _ => printed,
    }
}

/// Converts the result of a pull to a list, and the paths, which the command prints as absolute ones, to those below
/// the working folder.
fn pulled(printed: Value) -> Value {
    let mut artifacts = match printed {
        Value::Array(artifacts) => artifacts,
        one => vec![one],
    };
    let folder = env::current_dir().expect("the working folder");
    for artifact in &mut artifacts {
        for file in artifact["files"].as_array_mut().into_iter().flatten() {
            let path = PathBuf::from(file["path"].as_str().expect("a path"));
            assert!(path.is_absolute(), "{}", path.display());
            file["path"] = json!(path.strip_prefix(&folder).unwrap_or(&path));
        }
    }
    artifacts.into()
}

/// Converts the flat format of Azure, which the command prints for a list.
fn nested(info: &Value) -> Value {
    let mut nested = renamed(info);
    nested["descriptor"] = info.clone();
    nested
}

fn renamed(info: &Value) -> Value {
    let mut renamed = info.clone();
    for (azure, ours) in [
        ("changeable_attributes", "attributes"),
        ("created_time", "created"),
        ("last_update_time", "last_updated"),
    ] {
        if let Some(value) = renamed.as_object_mut().and_then(|fields| fields.remove(azure)) {
            renamed[ours] = value;
        }
    }
    renamed
}

/// Converts the keys of results, but not those of annotations, to snake case.
fn snake_case(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(snake_case).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(snake_case_entry).collect()),
        other => other,
    }
}

fn snake_case_entry((key, value): (String, Value)) -> (String, Value) {
    if key == "annotations" {
        return (key, value);
    }
    let mut name = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    (name, snake_case(value))
}
