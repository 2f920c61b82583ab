//! The lists: `tags`, `manifests` and `repos`.

use clap::Args;
use ocigraph::{
    Attributes, Host, KeyCase, List, ListProblem, ManifestInfo, Reference, Result, TagInfo, ToJson,
};
use serde_json::{Map, Value, json};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph tags registry.example.com/app")]
pub(crate) struct TagsArgs {
    /// Repository or image layout, or one manifest in it: host/repository[:tag][@digest] or
    /// oci:PATH[:tag][@digest]
    pub(crate) target: Reference,
    /// Print all known details as JSON
    #[arg(long)]
    detail: bool,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph manifests --detail registry.example.com/app")]
pub(crate) struct ManifestsArgs {
    /// Repository or image layout, or one manifest in it: host/repository[:tag][@digest] or
    /// oci:PATH[:tag][@digest]
    pub(crate) target: Reference,
    /// Print all known details as JSON
    #[arg(long)]
    detail: bool,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph repos localhost:5000")]
pub(crate) struct ReposArgs {
    /// Registry: host[:port]
    host: Host,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn tags(common: &Common, args: TagsArgs) -> Result<ExitCode> {
    let client = common.client()?;
    if args.detail {
        let found = client.list_tag_details(&args.target).await?;
        output::json(&found.entries.iter().map(tag_detail).collect());
        for tag in &found.entries {
            warn(&format!("the manifest of the tag {}", tag.name), tag.problem.as_deref());
        }
        return Ok(output::problems("tags", &args.target, &found.problems));
    }
    let tags = client.list_tags(&args.target).await?;
    print(args.format.format, "tags", &tags);
    Ok(output::problems("tags", &args.target, &tags.problems))
}

pub(crate) async fn repos(common: &Common, args: ReposArgs) -> Result<ExitCode> {
    let repositories = common.client()?.list_repositories(&args.host).await?;
    print(args.format.format, "repositories", &repositories);
    Ok(output::problems("repositories", &args.host, &repositories.problems))
}

pub(crate) async fn manifests(common: &Common, args: ManifestsArgs) -> Result<ExitCode> {
    let found = common.client()?.list_manifests(&args.target).await?;
    if args.detail || args.format.format == Format::Json {
        let unknown = found.problems.iter().filter_map(unknown_manifest);
        output::json(&found.entries.iter().map(detail).chain(unknown).collect());
    } else {
        for info in &found.entries {
            let (digest, kind) = (&info.descriptor.digest, output::kind(&info.descriptor));
            let line = ocigraph::printable(&format!("{digest} {kind} {}", info.tags.join(",")));
            output::line(line.trim_end());
        }
    }
    for info in &found.entries {
        warn(&format!("the manifest {}", info.descriptor.digest), info.problem.as_deref());
    }
    Ok(output::problems("manifests", &args.target, &found.problems))
}

/// Prints a warning about an entry of a list that could not be read, which leaves the list complete.
fn warn(what: &str, problem: Option<&str>) {
    if let Some(problem) = problem {
        output::note(&format!("Warning: {}", ocigraph::printable(&format!("{what}: {problem}"))));
    }
}

/// Prints the valid names, then the entries of the list that are not valid names.
fn print(format: Format, key: &str, listed: &List<String>) {
    let odd = listed.problems.iter().filter_map(|problem| problem.name.as_ref());
    let names = listed.entries.iter().chain(odd);
    match format {
        Format::Text => names.for_each(|name| output::line(&ocigraph::printable(name))),
        Format::Json => output::json(&json!({ key: names.collect::<Vec<_>>() })),
    }
}

/// Returns the details of a manifest with the field names of Azure's listing, in its order. Omits
/// unknown fields.
fn detail(info: &ManifestInfo) -> Value {
    known([
        ("architecture", json!(info.architecture)),
        ("artifactType", json!(info.descriptor.artifact_type)),
        ("changeableAttributes", attributes(info.attributes.as_ref())),
        ("configMediaType", json!(info.config_media_type)),
        ("createdTime", json!(info.created)),
        ("digest", json!(info.descriptor.digest)),
        ("imageSize", json!(info.image_size)),
        ("lastUpdateTime", json!(info.last_updated)),
        ("mediaType", json!(info.descriptor.media_type)),
        ("os", json!(info.os)),
        ("problem", json!(info.problem)),
        ("subject", json!(info.subject)),
        ("tags", if info.tags.is_empty() { Value::Null } else { json!(info.tags) }),
    ])
}

/// Returns the entry of a tag of which not even the digest is known.
fn unknown_manifest(problem: &ListProblem) -> Option<Value> {
    let tag = problem.tag.as_ref()?;
    Some(json!({ "problem": problem.detail, "tags": [tag] }))
}

fn tag_detail(info: &TagInfo) -> Value {
    known([
        ("changeableAttributes", attributes(info.attributes.as_ref())),
        ("createdTime", json!(info.created)),
        ("digest", json!(info.digest)),
        ("lastUpdateTime", json!(info.last_updated)),
        ("name", json!(info.name)),
        ("problem", json!(info.problem)),
        ("signed", json!(info.signed)),
    ])
}

fn attributes(attributes: Option<&Attributes>) -> Value {
    attributes.map_or(Value::Null, |attributes| attributes.to_json(KeyCase::Camel))
}

fn known<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(known.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
