//! The lists: `tags`, `manifests` and `repos`.

use std::path::Path;

use clap::{Args, Subcommand};
use ocigraph::{
    Attributes, KeyCase, List, ListProblem, Location, LoginTarget, ManifestInfo, Reference, Result,
    TagInfo, ToJson,
};
use serde_json::{Map, Value, json};

use crate::{
    ExitCode,
    args::Common,
    format::{Format, FormatArg},
    output,
    target::{LayoutArgs, TargetText, computable_digest},
};

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph tags registry.example.com/app")]
pub(crate) struct TagsArgs {
    /// Repository or image layout, or one manifest in it: host/repository[:tag][@digest] or
    /// oci:PATH[:tag][@digest]
    pub(crate) target: TargetText,
    /// Print all known details as JSON
    #[arg(long)]
    detail: bool,
    /// Print only the tags after this one, in lexical order
    #[arg(long, value_name = "TAG")]
    last: Option<String>,
    /// Do not print the tags that are digests, such as sha256-…, under which clients keep attachments
    #[arg(long)]
    exclude_digest_tags: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph manifests --detail registry.example.com/app")]
pub(crate) struct ManifestsArgs {
    /// Repository or image layout, or one manifest in it: host/repository[:tag][@digest] or
    /// oci:PATH[:tag][@digest]
    pub(crate) target: TargetText,
    /// Print all known details as JSON
    #[arg(long)]
    detail: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph repos localhost:5000")]
pub(crate) struct ReposArgs {
    /// Registry, or a namespace of it: host[:port][/namespace]
    host: LoginTarget,
    /// Print only the repositories after this one, in lexical order
    #[arg(long, value_name = "REPOSITORY")]
    last: Option<String>,
    #[command(flatten)]
    format: FormatArg,
}

/// The commands of ORAS for lists.
#[derive(Debug, Subcommand)]
pub(crate) enum RepoCommand {
    /// List the repositories of a registry
    #[command(alias = "list")]
    Ls(ReposArgs),
    /// List the tags of a repository
    #[command(alias = "show-tags")]
    Tags(TagsArgs),
}

pub(crate) async fn tags(common: &Common, args: TagsArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    let target = args.layout.reference(&args.target)?;
    let (target, prefix) = match args.layout.path() {
        Some(path) => in_layout(path, &target)?,
        None => (target, String::new()),
    };
    let is_wanted = |tag: &str| {
        let tag = tag.strip_prefix(&prefix);
        tag.is_some_and(|tag| {
            let is_after = args.last.as_deref().is_none_or(|last| tag > last);
            is_after && !(args.exclude_digest_tags && is_digest_tag(tag))
        })
    };
    let client = common.client()?;
    if args.detail {
        let mut found = client.list_tag_details(&target).await?;
        found.entries.retain(|tag| is_wanted(&tag.name));
        let format = if format.is_text() { Format::Json } else { format };
        format.print(|| found.entries.iter().map(tag_detail).collect(), || {})?;
        for tag in &found.entries {
            warn(&format!("the manifest of the tag {}", tag.name), tag.problem.as_deref());
        }
        return Ok(output::problems("tags", &target, &found.problems));
    }
    let mut tags = client.list_tags(&target).await?;
    tags.entries.retain(|tag| is_wanted(tag));
    let strip = |tag: &String| tag.strip_prefix(&prefix).unwrap_or(tag).to_owned();
    let names: Vec<String> = names(&tags).map(strip).collect();
    format.print(|| json!({ "tags": names }), || print(&names))?;
    Ok(output::problems("tags", &target, &tags.problems))
}

/// Returns the layout at a path, and the beginning of the tags of a repository in it: ORAS writes the
/// tags of several repositories into one layout, such as `example.com/app:v1`.
fn in_layout(path: &Path, named: &Reference) -> Result<(Reference, String)> {
    let layout = Location::Layout(path.to_owned());
    match (named.tags(), named.digest()) {
        ([repository], None)
            if !repository.rsplit('/').next().unwrap_or_default().contains(':') =>
        {
            Ok((Reference::new(layout), format!("{repository}:")))
        }
        _ => Ok((named.clone(), String::new())),
    }
}

/// Returns true for a tag that is a digest with a hyphen, with or without a suffix of cosign.
fn is_digest_tag(tag: &str) -> bool {
    let digest = tag.split_once('.').map_or(tag, |(digest, _)| digest);
    let Some((algorithm, encoded)) = digest.split_once('-') else { return false };
    computable_digest(&format!("{algorithm}:{encoded}")).is_some()
}

pub(crate) async fn repos(common: &Common, args: ReposArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    let host = args.host.host();
    let mut repositories = common.client()?.list_repositories(host).await?;
    let prefix = args.host.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let is_after = |name: &str| args.last.as_deref().is_none_or(|last| name > last);
    repositories.entries.retain(|name| name.starts_with(&prefix) && is_after(name));
    let names: Vec<&String> = names(&repositories).collect();
    let json = || json!({ "registry": host.to_string(), "repositories": names });
    // In a namespace, people read the rest of each name.
    let short = |name: &&String| name.strip_prefix(&prefix).unwrap_or(name).to_owned();
    format.print(json, || print(&names.iter().map(short).collect::<Vec<_>>()))?;
    Ok(output::problems("repositories", host, &repositories.problems))
}

pub(crate) async fn manifests(common: &Common, args: ManifestsArgs) -> Result<ExitCode> {
    let (target, format) = (args.layout.reference(&args.target)?, args.format.open()?);
    let found = common.client()?.list_manifests(&target).await?;
    let json = || {
        let unknown = found.problems.iter().filter_map(unknown_manifest);
        found.entries.iter().map(detail).chain(unknown).collect()
    };
    let text = || {
        for info in &found.entries {
            let (digest, kind) = (&info.descriptor.digest, output::kind(&info.descriptor));
            let line = ocigraph::printable(&format!("{digest} {kind} {}", info.tags.join(",")));
            output::line(line.trim_end());
        }
    };
    // `--detail` alone prints JSON.
    let format = if args.detail && format.is_text() { Format::Json } else { format };
    format.print(json, text)?;
    for info in &found.entries {
        warn(&format!("the manifest {}", info.descriptor.digest), info.problem.as_deref());
    }
    Ok(output::problems("manifests", &target, &found.problems))
}

/// Prints a warning about an entry of a list that could not be read, which leaves the list complete.
fn warn(what: &str, problem: Option<&str>) {
    if let Some(problem) = problem {
        output::note(&format!("Warning: {}", ocigraph::printable(&format!("{what}: {problem}"))));
    }
}

/// Returns the valid names, then the entries of the list that are not valid names.
fn names(listed: &List<String>) -> impl Iterator<Item = &String> {
    let odd = listed.problems.iter().filter_map(|problem| problem.name.as_ref());
    listed.entries.iter().chain(odd)
}

fn print(names: &[impl AsRef<str>]) {
    names.iter().for_each(|name| output::line(&ocigraph::printable(name.as_ref())));
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
