//! The program of a language: a child process that reads a request and writes its answer, each as one line of JSON.
//!
//! A program that ends, is silent for too long or writes anything else is an error, and is not asked again.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// Maximum time for one operation on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Variables of the user that would change results.
const UNSET: [&str; 14] = [
    "ALL_PROXY",
    "DOCKER_AUTH_CONFIG",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "OCIGRAPH_SCENARIOS",
    "REGISTRY_AUTH_FILE",
    "SOURCE_DATE_EPOCH",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// A running program. It ends when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<Result<String, String>>,
    /// The home folder and the standard error of the program.
    folder: TempDir,
    asked: u64,
    is_broken: bool,
    /// Maximum time for one answer.
    limit: Duration,
}

/// The answer to a request.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Result { result: Value, events: Value },
    Error { code: String, message: String },
    Unsupported(String),
}

impl Program {
    /// Starts a program with these words and these additional variables. It has an empty home folder.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(words: &[OsString], environment: &BTreeMap<String, String>) -> Self {
        let folder = tempfile::tempdir().expect("a home folder for a program");
        let errors = fs::File::create(folder.path().join("stderr")).expect("a file for errors");
        let (program, arguments) = words.split_first().expect("the name of a program");
        let mut command = Command::new(program);
        for name in UNSET {
            command.env_remove(name);
        }
        let mut child = command
            .args(arguments)
            .env("HOME", folder.path())
            .env("DOCKER_CONFIG", folder.path().join(".docker"))
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|e| panic!("starting {}: {e}", Path::new(program).display()));
        let requests = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (send, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines() {
                if send.send(line.map_err(|e| e.to_string())).is_err() {
                    return;
                }
            }
        });
        Self { child, requests, answers, folder, asked: 0, is_broken: false, limit: LIMIT }
    }

    /// Returns true if the program can be asked again.
    pub(super) fn is_usable(&self) -> bool {
        !self.is_broken
    }

    /// Sends a request, to which it adds an `id`, and returns the answer.
    pub(super) fn ask(&mut self, mut request: Value) -> Result<Answer, String> {
        self.asked += 1;
        request["id"] = self.asked.into();
        let answer = self.exchange(&request.to_string()).and_then(|line| read(&line, self.asked));
        answer.map_err(|why| {
            self.is_broken = true;
            let errors = fs::read(self.folder.path().join("stderr")).unwrap_or_default();
            let errors = String::from_utf8_lossy(&errors);
            format!("the program {why}; its standard error: {:?}", errors.trim_end())
        })
    }

    fn exchange(&mut self, request: &str) -> Result<String, String> {
        let requests = self.requests.as_mut().expect("standard input is open until the end");
        // A program that has ended fails to answer, too. Its exit code says more than the broken pipe.
        let _ = writeln!(requests, "{request}").and_then(|()| requests.flush());
        match self.answers.recv_timeout(self.limit) {
            Ok(line) => line.map_err(|e| format!("wrote a line that is not UTF-8: {e}")),
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("gave no answer within {} s", self.limit.as_secs()))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(format!("ended without an answer ({})", self.end()))
            }
        }
    }

    /// Ends the process and returns its status.
    fn end(&mut self) -> String {
        drop(self.requests.take());
        for _ in 0..200 {
            match self.child.try_wait() {
                Ok(Some(status)) => return status.to_string(),
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        let _ = self.child.kill();
        self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.is_broken {
            let _ = self.child.kill();
        }
        self.end();
    }
}

/// Reads an answer: exactly one of `result`, `error` and `unsupported`.
fn read(line: &str, id: u64) -> Result<Answer, String> {
    let wrong = || format!("answered {line:?}");
    let Ok(Value::Object(mut answer)) = serde_json::from_str(line) else { return Err(wrong()) };
    if answer.remove("id") != Some(id.into()) {
        return Err(format!("answered {line:?} to request {id}"));
    }
    let events = answer.remove("events").unwrap_or_default();
    let mut fields = answer.into_iter();
    let (Some((kind, value)), None) = (fields.next(), fields.next()) else { return Err(wrong()) };
    match (kind.as_str(), &value) {
        ("result", _) => Ok(Answer::Result { result: value, events }),
        ("unsupported", Value::String(what)) => Ok(Answer::Unsupported(what.clone())),
        ("error", Value::Object(error)) => {
            let text = |key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
            let code = text("code").ok_or_else(wrong)?;
            Ok(Answer::Error { code, message: text("message").unwrap_or_default() })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn program(script: &str) -> Program {
        let words = ["sh".into(), "-c".into(), script.into()];
        Program::start(&words, &BTreeMap::new())
    }

    #[test]
    fn an_answer_is_read() {
        let mut echo = program(r#"read line; echo '{"id":1,"result":[1]}'; read line"#);
        let answer = echo.ask(json!({})).unwrap();
        assert_eq!(answer, Answer::Result { result: json!([1]), events: Value::Null });
        assert!(echo.is_usable());
    }

    #[test]
    fn a_program_that_ends_fails() {
        let mut dying = program("read line; echo reason >&2; exit 7");
        let failure = dying.ask(json!({})).unwrap_err();
        assert!(failure.contains("exit status: 7") && failure.contains("reason"), "{failure}");
        assert!(!dying.is_usable());
    }

    #[test]
    fn a_program_that_hangs_fails() {
        let mut hanging = program("exec sleep 600");
        hanging.limit = Duration::from_millis(100);
        let failure = hanging.ask(json!({})).unwrap_err();
        assert!(failure.contains("gave no answer"), "{failure}");
        assert!(!hanging.is_usable());
    }

    #[test]
    fn other_answers_fail() {
        for line in [
            "",
            "text",
            "[]",
            r#"{"id":2,"result":1}"#,
            r#"{"result":1}"#,
            r#"{"id":1}"#,
            r#"{"id":1,"result":1,"error":{"code":"IO"}}"#,
            r#"{"id":1,"error":"IO"}"#,
            r#"{"id":1,"error":{}}"#,
            r#"{"id":1,"unsupported":null}"#,
            r#"{"id":1,"done":true}"#,
        ] {
            assert!(read(line, 1).is_err(), "{line}");
        }
    }
}
