//! Runs one scenario: prepares files and a registry, asks the program for each step, and compares.

use std::{collections::BTreeMap, env, ffi::OsString, fs, io, os::unix::fs::PermissionsExt};

use ocigraph_fixture::Logged;
use serde_json::{Map, Value, json};

use super::{
    Program, Scenario, Step, absent,
    compare::{matches, text_with_variables, with_variables},
    events,
    program::Answer,
    server::Server,
};
use crate::Workspace;

/// Runs scenarios with the program of one language.
#[derive(Debug)]
pub struct Runner {
    words: Vec<OsString>,
    /// The names that the language does not have.
    absent: BTreeMap<String, String>,
    /// The program of all scenarios that have no environment of their own.
    shared: Option<Program>,
    ignored: Option<String>,
}

impl Runner {
    /// Creates a runner for a language, whose program has these words.
    pub fn new(language: &str, words: Vec<OsString>) -> Self {
        Self { words, absent: absent(language), shared: None, ignored: None }
    }

    /// Leaves this option out of all requests, such as `pull.platform`: as if the language ignored it.
    pub fn ignore(&mut self, option: &str) {
        self.ignored = Some(option.to_owned());
    }

    /// Runs a scenario on a layout or a registry. A step that uses an absent name must be answered as unsupported, and
    /// ends the scenario.
    ///
    /// # Errors
    /// The step that differs from what the scenario states, and how.
    pub fn run(&mut self, scenario: &Scenario, store: &str) -> Result<(), String> {
        let work = Workspace::new();
        let server = Server::start(&scenario.body["registry"], &scenario.body["tls"], &work, "")?;
        let mut known = variables(&work, &server, store);
        let destination = match &scenario.body["destination"] {
            Value::Null => None,
            Value::Object(_) => {
                let of = &scenario.body["destination"];
                Some(Server::start(&of["registry"], &of["tls"], &work, "destination-")?)
            }
            other => return Err(format!("the destination {other}")),
        };
        if let Some(destination) = &destination {
            known.insert("destination".into(), format!("{}/app", destination.host()).into());
        }
        let servers = Servers { server, destination };
        let server = &servers.server;
        write_files(&work, &scenario.body["files"], &known)?;
        let environment = environment(&scenario.body["environment"], &known)?;
        let mut own = (!environment.is_empty()).then(|| Program::start(&self.words, &environment));
        for (i, step) in scenario.steps().enumerate() {
            let at = |why: String| format!("step {}, {}: {why}", i + 1, step.operation);
            servers.clear_requests();
            let arguments = with_variables(step.arguments, &known).map_err(at)?;
            if super::OF_THE_DRIVER.contains(&step.operation) {
                execute(step.operation, &arguments, &work, server).map_err(at)?;
                continue;
            }
            let mut request = json!({
                "directory": work.dir(),
                "client": with_variables(step.client, &known).map_err(at)?,
                "operation": step.operation,
                "arguments": arguments,
            });
            if let Some(option) = &self.ignored {
                leave_out(option, &mut request);
            }
            let program = match &mut own {
                Some(own) => own,
                None => self.shared(),
            };
            let answer = program.ask(request).map_err(at)?;
            if self.is_absent(&step, &answer).map_err(at)? {
                return Ok(());
            }
            let result = check(&step, answer, &servers, store == "registry", &known).map_err(at)?;
            for (name, path) in step.body["save"].as_object().into_iter().flatten() {
                let path = path.as_str().expect("a path");
                let value = result.pointer(path).ok_or(at(format!("{result} has no {path}")))?;
                known.insert(name.clone(), value.clone());
            }
        }
        Ok(())
    }

    fn shared(&mut self) -> &mut Program {
        let usable = self.shared.take().filter(Program::is_usable);
        let start = || Program::start(&self.words, &BTreeMap::new());
        self.shared.insert(usable.unwrap_or_else(start))
    }

    /// Returns true if the step uses a name that the language does not have, and was answered so.
    fn is_absent(&self, step: &Step<'_>, answer: &Answer) -> Result<bool, String> {
        let names = step.names();
        let missing = names.iter().find(|name| self.absent.contains_key(*name));
        match (missing, answer) {
            (Some(_), Answer::Unsupported(_)) => Ok(true),
            (Some(name), _) => Err(format!(
                "absent.json says that the language has no {name}, but the answer was {answer:?}"
            )),
            (None, _) => Ok(false),
        }
    }
}

/// The registry of a scenario, and that of the destination if there is a second one.
struct Servers {
    server: Server,
    destination: Option<Server>,
}

impl Servers {
    fn clear_requests(&self) {
        self.server.clear_requests();
        if let Some(destination) = &self.destination {
            destination.clear_requests();
        }
    }
}

/// Removes an option such as `client.limits.max_pages` from a request.
fn leave_out(option: &str, request: &mut Value) {
    let (operation, path) = option.split_once('.').expect("OPERATION.OPTION");
    let mut at = match operation {
        "client" => &mut request["client"],
        _ if request["operation"] == operation => &mut request["arguments"],
        _ => return,
    };
    let mut names: Vec<&str> = path.split('.').collect();
    let last = names.pop().expect("a name");
    for name in names {
        match at.get_mut(name) {
            Some(inner) => at = inner,
            None => return,
        }
    }
    if let Some(object) = at.as_object_mut() {
        object.remove(last);
    }
}

fn variables(work: &Workspace, server: &Server, store: &str) -> Map<String, Value> {
    let (dir, host) = (work.dir().display().to_string(), server.host().to_owned());
    let (place, other) = match store {
        "layout" => (format!("oci:{dir}/layout"), format!("oci:{dir}/other")),
        _ => (format!("{host}/app"), format!("{host}/other")),
    };
    let path = env::var("PATH").unwrap_or_default();
    let port = host.rsplit(':').next().unwrap_or_default().to_owned();
    let all = [
        ("place", place),
        ("other", other),
        ("dir", dir),
        ("host", host),
        ("port", port),
        ("path", path),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

fn environment(
    given: &Value,
    known: &Map<String, Value>,
) -> Result<BTreeMap<String, String>, String> {
    let mut environment = BTreeMap::new();
    for (name, value) in given.as_object().into_iter().flatten() {
        let value = value.as_str().ok_or(format!("the variable {name} is {value}"))?;
        environment.insert(name.clone(), text_with_variables(value, known)?);
    }
    Ok(environment)
}

/// Compares the answer and the requests with what the step states. Returns the result, or null for an error.
fn check(
    step: &Step<'_>,
    answer: Answer,
    servers: &Servers,
    on_registry: bool,
    known: &Map<String, Value>,
) -> Result<Value, String> {
    let (result, events) = match (answer, step.body["error"].as_str()) {
        (Answer::Result { result, events }, None) => (result, events),
        (Answer::Error { code, .. }, Some(expected)) if code == expected => {
            (Value::Null, Value::Null)
        }
        (answer, Some(expected)) => return Err(format!("{answer:?}, expected {expected}")),
        (answer, None) => return Err(format!("{answer:?}, expected a result")),
    };
    if let Some(expected) = step.body.get("expect") {
        matches(&with_variables(expected, known)?, &result, "result")?;
    }
    if let Some(expected) = step.body.get("progress") {
        let summary = events::summary(&events)?;
        matches(&with_variables(expected, known)?, &summary, "progress")?;
    }
    if on_registry {
        let requests = servers.server.requests();
        check_count(&step.body["requests"], &requests)?;
        check_log(&with_variables(&step.body["logged"], known)?, &requests)?;
    }
    if let Some(stated) = step.body.get("logged_by_destination") {
        let destination = servers.destination.as_ref().ok_or("no destination")?;
        check_log(&with_variables(stated, known)?, &destination.requests())?;
    }
    Ok(result)
}

/// Checks a maximum number of requests, or `{"exactly": N}`.
fn check_count(stated: &Value, requests: &[Logged]) -> Result<(), String> {
    let (count, exactly) = (requests.len() as u64, stated["exactly"].as_u64());
    let holds = match (stated.as_u64(), exactly) {
        (Some(most), _) => count <= most,
        (_, Some(exactly)) => count == exactly,
        _ => stated.is_null(),
    };
    holds
        .then_some(())
        .ok_or_else(|| format!("{count} requests, stated: {stated}: {:?}", shown(requests)))
}

/// Checks the logged requests: `every` and `some` are compared as results are. `every` needs at least one request.
fn check_log(stated: &Value, requests: &[Logged]) -> Result<(), String> {
    let shown = shown(requests);
    let requests: Vec<Value> = requests.iter().map(|request| json!(request)).collect();
    for (quantity, expected) in stated.as_object().into_iter().flatten() {
        let mut fits = requests.iter().map(|request| matches(expected, request, "").is_ok());
        let holds = match quantity.as_str() {
            "every" => !requests.is_empty() && fits.all(|fits| fits),
            "some" => fits.any(|fits| fits),
            "none" => !fits.any(|fits| fits),
            _ => return Err(format!("unknown quantity {quantity}")),
        };
        if !holds {
            return Err(format!("expected {quantity} request: {expected}, logged: {shown:?}"));
        }
    }
    Ok(())
}

fn shown(requests: &[Logged]) -> Vec<String> {
    let line = |request: &Logged| {
        let Logged { method, path, query, status, concurrent, headers, .. } = request;
        let agent = headers.get("user-agent");
        format!("{method} {path}?{query} {status}, {concurrent} concurrent, from {agent:?}")
    };
    requests.iter().map(line).collect()
}

fn write_files(work: &Workspace, files: &Value, known: &Map<String, Value>) -> Result<(), String> {
    for (name, content) in files.as_object().into_iter().flatten() {
        let path = work.write(name, bytes(content, known)?);
        if content["executable"] == true {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))
                .map_err(|e| e.to_string())?;
        }
    }
    Ok(())
}

/// Returns the bytes of a text, of `{"text": TEXT}` with variables, or of `{"size": N, "byte": VALUE}`.
fn bytes(content: &Value, known: &Map<String, Value>) -> Result<Vec<u8>, String> {
    if let Some(text) = content.as_str() {
        return Ok(text.into());
    }
    if let Some(text) = content["text"].as_str() {
        return text_with_variables(text, known).map(String::into_bytes);
    }
    let (Some(size), Some(byte)) = (content["size"].as_u64(), content["byte"].as_u64()) else {
        return Err(format!("expected content: {content}"));
    };
    Ok(vec![byte as u8; size as usize])
}

fn execute(
    operation: &str,
    arguments: &Value,
    work: &Workspace,
    server: &Server,
) -> Result<(), String> {
    match operation {
        "set_registry" => return server.configure(arguments),
        "pack" => return pack(arguments, work).map_err(|e| format!("{arguments}: {e}")),
        _ => {}
    }
    for (name, content) in arguments.as_object().into_iter().flatten() {
        let there = fs::read(work.path(name)).ok();
        let expected = match content {
            Value::Null => None,
            content => Some(bytes(content, &Map::new())?),
        };
        if there != expected {
            let there = there.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return Err(format!("{name} is {there:?}, expected {content}"));
        }
    }
    Ok(())
}

/// Writes each directory into a tar archive, entry by entry.
fn pack(arguments: &Value, work: &Workspace) -> io::Result<()> {
    for (archive, directory) in arguments.as_object().into_iter().flatten() {
        let directory = work.path(directory.as_str().expect("a directory"));
        let mut tar = tar::Builder::new(fs::File::create(work.path(archive))?);
        tar.append_dir_all(".", directory)?;
        tar.finish()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(header: &str) -> Logged {
        serde_json::from_value(json!({
            "seq": 0, "method": "GET", "path": "/v2/", "query": "", "status": 200, "body_bytes": 0,
            "concurrent": 1, "headers": {"user-agent": header},
        }))
        .unwrap()
    }

    #[test]
    fn an_option_is_left_out() {
        let request = || {
            json!({
                "operation": "pull", "client": {"limits": {"max_pages": 1, "max_entries": 2}},
                "arguments": {"reference": "r", "output": "o"},
            })
        };
        for (option, pointer) in [
            ("pull.output", "/arguments/output"),
            ("client.limits.max_pages", "/client/limits/max_pages"),
        ] {
            let mut changed = request();
            assert!(changed.pointer(pointer).is_some());
            leave_out(option, &mut changed);
            assert!(changed.pointer(pointer).is_none(), "{changed}");
            assert_ne!(changed, request());
        }
        for option in
            ["push.output", "pull.files", "pull.unpack_limits.bytes", "client.credentials"]
        {
            let mut same = request();
            leave_out(option, &mut same);
            assert_eq!(same, request(), "{option}");
        }
    }

    #[test]
    fn counts_of_requests_are_checked() {
        let two = [logged("a"), logged("b")];
        for holds in [json!(null), json!(2), json!(3), json!({"exactly": 2})] {
            assert_eq!(check_count(&holds, &two), Ok(()), "{holds}");
        }
        for fails in [json!(1), json!({"exactly": 1}), json!({"exactly": 3}), json!("2"), json!({})]
        {
            assert!(check_count(&fails, &two).is_err(), "{fails}");
        }
    }

    #[test]
    fn logged_requests_are_checked() {
        let two = [logged("a"), logged("b")];
        let header = |value: &str| json!({"headers": {"user-agent": value}});
        for holds in [
            json!(null),
            json!({"some": header("b")}),
            json!({"every": header("*")}),
            json!({"none": header("c")}),
        ] {
            assert_eq!(check_log(&holds, &two), Ok(()), "{holds}");
        }
        for fails in [
            json!({"some": header("c")}),
            json!({"every": header("a")}),
            json!({"none": header("a")}),
            json!({"each": header("*")}),
        ] {
            assert!(check_log(&fails, &two).is_err(), "{fails}");
        }
        assert!(check_log(&json!({"every": header("*")}), &[]).is_err());
    }

    #[test]
    fn an_answer_that_differs_is_found() {
        let server = Server::start(&Value::Null, &Value::Null, &Workspace::new(), "").unwrap();
        let servers = Servers { server, destination: None };
        let result = |result: Value| Answer::Result { result, events: json!([]) };
        let error = |code: &str| Answer::Error { code: code.into(), message: String::new() };
        let step = |body: &Value, answer: Answer| {
            let (arguments, client) = (&Value::Null, &Value::Null);
            let step = Step { operation: "tags", arguments, client, body };
            check(&step, answer, &servers, true, &Map::new()).is_ok()
        };
        let (expect, refused) = (json!({"expect": [1]}), json!({"error": "IO"}));
        let events = json!({"progress": {"blobs": 1}});
        assert!(step(&expect, result(json!([1]))));
        assert!(step(&refused, error("IO")));
        assert!(!step(&expect, result(json!([2]))));
        assert!(!step(&expect, error("IO")));
        assert!(!step(&refused, error("TIMEOUT")));
        assert!(!step(&refused, result(json!([1]))));
        assert!(!step(&events, result(json!([1]))));
        for stated in [&expect, &refused, &json!({})] {
            assert!(!step(stated, Answer::Unsupported("all".into())));
        }
        assert!(!step(&json!({"requests": {"exactly": 1}}), result(json!([1]))));
        let logged = json!({"logged_by_destination": {"none": {"method": "GET"}}});
        assert!(!step(&logged, result(json!([1]))));
    }
}
