//! Names and listings: `tag`, `untag`, `resolve`, `tags`, `manifests`, `repos`.

use std::process::ExitCode;

use ocigraph::{ManifestInfo, Result};
use serde_json::{Map, Value, json};

use crate::{
    args::{Common, Format, ManifestsArgs, OneTarget, ReposArgs, TagArgs},
    output,
};

pub(crate) async fn tag(common: &Common, args: TagArgs) -> Result<ExitCode> {
    let descriptor = common.client()?.tag(&args.target, &args.tags).await?;
    match args.format.format {
        Format::Text => {
            for tag in &args.tags {
                output::line(&format!("Tagged {tag} {}", descriptor.digest));
            }
        }
        Format::Json => {
            output::json(
                &json!({"descriptor": output::descriptor(&descriptor), "tags": args.tags}),
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn untag(common: &Common, args: OneTarget) -> Result<ExitCode> {
    common.client()?.untag(&args.target).await?;
    list(args.format.format, "untagged", args.target.tags(), "Untagged ");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn resolve(common: &Common, args: OneTarget) -> Result<ExitCode> {
    let descriptor = common.client()?.resolve(&args.target).await?;
    match args.format.format {
        Format::Text => output::line(descriptor.digest.as_str()),
        Format::Json => output::json(&Value::Object(output::descriptor(&descriptor))),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn tags(common: &Common, args: OneTarget) -> Result<ExitCode> {
    let tags = common.client()?.tags(&args.target).await?;
    list(args.format.format, "tags", &tags, "");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn repos(common: &Common, args: ReposArgs) -> Result<ExitCode> {
    let repositories = common.client()?.repositories(&args.host).await?;
    list(args.format.format, "repositories", &repositories, "");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn manifests(common: &Common, args: ManifestsArgs) -> Result<ExitCode> {
    let found = common.client()?.manifests(&args.target).await?;
    if args.detail || args.format.format == Format::Json {
        output::json(&Value::Array(found.iter().map(detail).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    for info in &found {
        let kind = info.descriptor.artifact_type.as_deref().unwrap_or(&info.descriptor.media_type);
        let kind: String = kind.chars().filter(|c| !c.is_control()).collect();
        let line = format!("{} {kind} {}", info.descriptor.digest, info.tags.join(","));
        output::line(line.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

fn list(format: Format, key: &str, entries: &[String], prefix: &str) {
    match format {
        Format::Text => {
            for entry in entries {
                let entry: String = entry.chars().filter(|c| !c.is_control()).collect();
                output::line(&format!("{prefix}{entry}"));
            }
        }
        Format::Json => output::json(&json!({ key: entries })),
    }
}

/// The names that Azure's listing has, in its order; what is not known is left out.
fn detail(info: &ManifestInfo) -> Value {
    let fields = [
        ("architecture", json!(info.architecture)),
        ("artifactType", json!(info.descriptor.artifact_type)),
        ("configMediaType", json!(info.config_media_type)),
        ("createdTime", json!(info.created)),
        ("digest", json!(info.descriptor.digest)),
        ("imageSize", json!(info.image_size)),
        ("mediaType", json!(info.descriptor.media_type)),
        ("os", json!(info.os)),
        ("subject", json!(info.subject)),
        ("tags", if info.tags.is_empty() { Value::Null } else { json!(info.tags) }),
    ];
    let known = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(known.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
