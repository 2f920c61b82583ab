//! Renders JSON values with templates in the language of Go's [text/template][go].
//!
//! The data is as Go's encoding/json decodes JSON: numbers are `float64`, so that `{{.size}}` of
//! 2,097,152 is `2.097152e+06` and `{{int .size}}` is `2097152`. Lists and maps print as
//! `[a b]` and `map[key:value]`, in the order of the keys. A missing key prints as `<no value>`.
//!
//! Beside all actions and functions of text/template except `call`, a template can use the functions
//! of the library [sprig] for texts, lists, maps, integers, JSON, base64 and SHA-256. No function
//! reads the time, random numbers, the environment, files or the network. Texts are UTF-8, so an
//! offset that cuts a character in two is an error. `b64dec` fails for invalid base64, where sprig
//! returns the message as text. `keys` and `values` are in the order of the keys. `slice` is the one
//! of text/template, and not sprig's. `printf` has no `%p`.
//!
//! Templates and data can be untrusted: the output has at most 64 MiB, an evaluation at most
//! 10,000,000 steps, and depths are limited. Exceeding a limit is an error.
//!
//! ```
//! use ocigraph_template::Template;
//! use serde_json::json;
//!
//! let template = Template::parse(
//!     "{{range .referrers}}{{.artifactType}}\t{{.digest | trunc 13}}\n{{end}}",
//! )?;
//! let text = template.render(&json!({
//!     "referrers": [{
//!         "artifactType": "application/spdx+json",
//!         "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb924",
//!     }],
//! }))?;
//! assert_eq!(text, "application/spdx+json\tsha256:e3b0c4\n");
//!
//! let error = Template::parse("{{.digest}}\n{{now}}").unwrap_err();
//! assert_eq!((error.line(), error.column()), (2, 3));
//! # Ok::<(), ocigraph_template::TemplateError>(())
//! ```
//!
//! [go]: https://pkg.go.dev/text/template
//! [sprig]: https://masterminds.github.io/sprig/

mod error;
mod evaluate;
mod float;
mod format;
mod functions;
#[cfg(test)]
mod fuzz;
mod lexer;
mod limits;
mod literal;
mod parse;
mod quote;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub use error::TemplateError;

/// A parsed template, which can render any number of values.
#[derive(Debug)]
pub struct Template {
    text: String,
    tree: syntax::Tree,
}

impl Template {
    /// Parses the text of a template, of at most 1 MiB.
    ///
    /// # Errors
    ///
    /// Fails for a syntax error, for an unknown function and for more than 100 blocks or
    /// parentheses within each other.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        match parse::parse(text) {
            Ok(tree) => Ok(Template { text: text.to_owned(), tree }),
            Err(fault) => Err(fault.in_text(text)),
        }
    }

    /// Renders a value, which is `.` of the template.
    ///
    /// # Errors
    ///
    /// Fails if a function refuses its arguments, if a field of something else than a map is read,
    /// and if a limit is exceeded.
    pub fn render(&self, data: &serde_json::Value) -> Result<String, TemplateError> {
        let rendered = match value::Value::from_json(data) {
            Ok(data) => evaluate::evaluate(&self.tree, data),
            Err(message) => error::fault(0, message),
        };
        rendered.map_err(|fault| fault.in_text(&self.text))
    }
}
