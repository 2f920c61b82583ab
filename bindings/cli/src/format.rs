//! The format of results: text for people, JSON, or a template of Go over that JSON.

use std::{fmt, str::FromStr};

use clap::Args;
use ocigraph::{Error, Result};
use ocigraph_template::Template;
use serde_json::Value;

use crate::{args::usage, output};

/// What `--format` names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum FormatName {
    #[default]
    Text,
    Json,
    /// With the template, if it is given as `go-template=TEMPLATE`.
    GoTemplate(Option<String>),
}

impl FromStr for FormatName {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.split_once('=') {
            None if text == "text" => Ok(Self::Text),
            None if text == "json" => Ok(Self::Json),
            None if text == "go-template" => Ok(Self::GoTemplate(None)),
            Some(("go-template", template)) => Ok(Self::GoTemplate(Some(template.to_owned()))),
            _ => Err("expected text, json, go-template or go-template=TEMPLATE".to_owned()),
        }
    }
}

impl fmt::Display for FormatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Json => f.write_str("json"),
            Self::GoTemplate(None) => f.write_str("go-template"),
            Self::GoTemplate(Some(template)) => write!(f, "go-template={template}"),
        }
    }
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FormatArg {
    /// Format of the result: text, json, or go-template with --template
    #[arg(long, value_name = "FORMAT", default_value_t)]
    format: FormatName,
    #[command(flatten)]
    template: TemplateArg,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TemplateArg {
    /// Template of Go that prints the values of the JSON result, for --format go-template
    #[arg(long, value_name = "TEMPLATE")]
    template: Option<String>,
}

impl TemplateArg {
    /// Returns the template of `--template`, or of `--format go-template=TEMPLATE`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if there is none, or it is malformed.
    pub(crate) fn parse(&self, inline: Option<&str>) -> Result<Box<Template>> {
        let text = match (inline, self.template.as_deref()) {
            (Some(_), Some(_)) => {
                return Err(usage("there are two templates").with_hint(
                    "omit --template, or write --format go-template without a template",
                ));
            }
            (Some(text), None) | (None, Some(text)) => text,
            (None, None) => {
                return Err(usage("--format go-template needs a template")
                    .with_hint("pass --template, for example --template '{{.digest}}'"));
            }
        };
        let template = Template::parse(text);
        Ok(Box::new(template.map_err(|e| usage(format!("invalid template: {e}")))?))
    }

    /// Fails if a template is given for another format.
    pub(crate) fn refuse(&self) -> Result<()> {
        match self.template {
            Some(_) => Err(usage("--template is for --format go-template")
                .with_hint("add --format go-template, or omit --template")),
            None => Ok(()),
        }
    }
}

impl FormatArg {
    /// Reads the template, so that an error in it leaves everything unchanged.
    pub(crate) fn open(&self) -> Result<Format> {
        if let FormatName::GoTemplate(inline) = &self.format {
            return Ok(Format::Template(self.template.parse(inline.as_deref())?));
        }
        self.template.refuse()?;
        Ok(if self.format == FormatName::Json { Format::Json } else { Format::Text })
    }
}

/// A format that is ready to print a result.
#[derive(Debug)]
pub(crate) enum Format {
    Text,
    Json,
    Template(Box<Template>),
}

impl Format {
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }

    /// Prints a result: with `text` for people, else the value that `json` returns.
    pub(crate) fn print(&self, json: impl FnOnce() -> Value, text: impl FnOnce()) -> Result<()> {
        match self {
            Self::Text => text(),
            Self::Json => output::json(&json()),
            Self::Template(template) => rendered(template, &json())?,
        }
        Ok(())
    }
}

/// Prints a value with a template. Adds no line break.
pub(crate) fn rendered(template: &Template, value: &Value) -> Result<()> {
    let text = template.render(value);
    let text = text.map_err(|e| Error::new(ocigraph::Code::InvalidArgument, e.to_string()))?;
    output::bytes(text.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(name: &str, template: Option<&str>) -> Result<Format> {
        let format = name.parse().unwrap();
        let template = TemplateArg { template: template.map(str::to_owned) };
        FormatArg { format, template }.open()
    }

    #[test]
    fn a_template_is_given_once_and_only_for_its_format() {
        for (name, template) in [("go-template", Some("{{.a}}")), ("go-template={{.a}}", None)] {
            assert!(matches!(format(name, template), Ok(Format::Template(_))), "{name}");
        }
        for (name, template) in [
            ("go-template", None),
            ("go-template={{.a}}", Some("{{.a}}")),
            ("json", Some("{{.a}}")),
            ("go-template={{.a", None),
        ] {
            assert!(format(name, template).is_err(), "{name}");
        }
        assert!("xml".parse::<FormatName>().is_err());
    }
}
