//! The loop of a program that executes steps, for the programs that are written in Rust.

use std::{
    env,
    io::{self, BufRead, Write},
    path::PathBuf,
};

use serde_json::{Map, Value, json};

/// A request. Its program takes the arguments and options that it uses.
#[derive(Debug)]
pub struct Request {
    /// The working folder, which is also the current directory of the program.
    pub directory: PathBuf,
    /// The options of the client.
    pub client: Map<String, Value>,
    /// The name of the operation.
    pub operation: String,
    /// The arguments and options of the operation.
    pub arguments: Map<String, Value>,
}

/// A successful answer.
#[derive(Debug, Default)]
pub struct Done {
    /// The result in the common format.
    pub result: Value,
    /// The progress events, if the step asked for them.
    pub events: Option<Vec<Value>>,
}

impl From<Value> for Done {
    fn from(result: Value) -> Self {
        Self { result, events: None }
    }
}

/// Any other answer.
#[derive(Debug)]
pub enum Failure {
    /// The operation failed with this code and message.
    Error {
        /// The code, such as `NOT_FOUND`.
        code: String,
        /// The message, for people.
        message: String,
    },
    /// The program does not have an argument or operation.
    Unsupported(String),
}

impl From<ocigraph::Error> for Failure {
    fn from(error: ocigraph::Error) -> Self {
        Self::Error { code: error.code().name().to_owned(), message: error.to_string() }
    }
}

impl Request {
    /// Takes an argument that every request of the operation has.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] if it is missing.
    pub fn required(&mut self, name: &str) -> Result<Value, Failure> {
        self.arguments
            .remove(name)
            .ok_or_else(|| Failure::Unsupported(format!("{} without {name}", self.operation)))
    }

    /// Takes a text that every request of the operation has.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] if it is missing or no text.
    pub fn text(&mut self, name: &str) -> Result<String, Failure> {
        text(name, &self.required(name)?)
    }

    /// Fails unless every argument was taken.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] with the name of one that was not.
    pub fn end(&self) -> Result<(), Failure> {
        match self.arguments.keys().next() {
            Some(name) => Err(Failure::Unsupported(format!("{} with {name}", self.operation))),
            None => Ok(()),
        }
    }
}

/// Reads a text.
///
/// # Errors
/// [`Failure::Unsupported`] for another type.
pub fn text(name: &str, value: &Value) -> Result<String, Failure> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, value))
}

/// Reads pairs of texts.
///
/// # Errors
/// [`Failure::Unsupported`] for another type.
pub fn pairs(name: &str, value: &Value) -> Result<Vec<(String, String)>, Failure> {
    let map = value.as_object().ok_or_else(|| wrong(name, value))?;
    map.iter().map(|(key, value)| Ok((key.clone(), text(name, value)?))).collect()
}

/// Reads a list.
///
/// # Errors
/// [`Failure::Unsupported`] for another type.
pub fn list<'a>(name: &str, value: &'a Value) -> Result<&'a Vec<Value>, Failure> {
    value.as_array().ok_or_else(|| wrong(name, value))
}

/// Reads a value that JSON describes, such as a number or a boolean.
///
/// # Errors
/// [`Failure::Unsupported`] for another type.
pub fn value<T: TryFrom<JsonValue>>(name: &str, value: &Value) -> Result<T, Failure> {
    T::try_from(JsonValue(value.clone())).map_err(|_| wrong(name, value))
}

/// A value of a request, from which numbers and booleans are read.
#[derive(Debug)]
pub struct JsonValue(Value);

macro_rules! from_json {
    ($($kind:ty: $read:expr;)*) => {$(
        impl TryFrom<JsonValue> for $kind {
            type Error = ();

            fn try_from(json: JsonValue) -> Result<Self, ()> {
                let read: fn(&Value) -> Option<$kind> = $read;
                read(&json.0).ok_or(())
            }
        }
    )*};
}

from_json! {
    bool: Value::as_bool;
    u64: Value::as_u64;
    f64: Value::as_f64;
    usize: |value| value.as_u64()?.try_into().ok();
    u32: |value| value.as_u64()?.try_into().ok();
}

fn wrong(name: &str, value: &Value) -> Failure {
    Failure::Unsupported(format!("{name} as {value}"))
}

/// Answers each request on standard input with one line on standard output, until standard input ends.
///
/// # Panics
/// If a request is malformed or cannot be answered.
pub fn serve(mut execute: impl FnMut(&mut Request) -> Result<Done, Failure>) {
    for line in io::stdin().lock().lines() {
        let mut line: Value = serde_json::from_str(&line.expect("a line")).expect("a request");
        let mut object = |name: &str| match line[name].take() {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let (client, arguments) = (object("client"), object("arguments"));
        let texts = |name: &str| line[name].as_str().expect("a text").to_owned();
        let mut request = Request {
            directory: texts("directory").into(),
            client,
            operation: texts("operation"),
            arguments,
        };
        env::set_current_dir(&request.directory).expect("the working folder");
        let mut answer = match execute(&mut request) {
            Ok(Done { result, events: None }) => json!({ "result": result }),
            Ok(Done { result, events: Some(events) }) => {
                json!({ "result": result, "events": events })
            }
            Err(Failure::Error { code, message }) => {
                json!({ "error": { "code": code, "message": message } })
            }
            Err(Failure::Unsupported(what)) => json!({ "unsupported": what }),
        };
        answer["id"] = line["id"].take();
        let mut output = io::stdout().lock();
        writeln!(output, "{answer}").and_then(|()| output.flush()).expect("writing an answer");
    }
}
