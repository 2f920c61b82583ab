//! `discover`.

use std::process::ExitCode;

use ocigraph::{Descriptor, DiscoverOptions, Reference, Result};
use serde_json::Value;

use crate::{
    args::{Common, DiscoverArgs, GraphFormat, key_values},
    output,
};

pub(crate) async fn discover(common: &Common, args: DiscoverArgs) -> Result<ExitCode> {
    let options = DiscoverOptions {
        artifact_type: args.artifact_type.clone(),
        annotations: key_values(&args.annotations)?,
        depth: args.depth,
        concurrency: common.concurrency(),
    };
    let wanted = options.clone();
    let graph = common.client()?.discover(&args.target, options).await?;
    let root = args.target.to_string();
    match args.format {
        GraphFormat::Tree => output::bytes(graph.tree(&root).as_bytes()),
        GraphFormat::Dot => output::bytes(graph.dot(&root).as_bytes()),
        GraphFormat::Mermaid => output::bytes(graph.mermaid(&root).as_bytes()),
        GraphFormat::Json => {
            let place = Reference::new(args.target.place().clone()).to_string();
            let matches = |d: &Descriptor| {
                wanted.artifact_type.as_ref().is_none_or(|t| d.artifact_type.as_ref() == Some(t))
                    && wanted.annotations.iter().all(|(k, v)| d.annotations.get(k) == Some(v))
            };
            output::line(&output::graph(&graph, &root, &place, matches));
        }
        GraphFormat::Table => table(&graph, &root, common.verbose),
    }
    Ok(ExitCode::SUCCESS)
}

fn table(graph: &ocigraph::Graph, root: &str, verbose: bool) {
    let subject = graph.subject();
    let referrers = graph.referrers(&subject.digest);
    output::line(&format!("Discovered {} artifacts referencing {root}", referrers.len()));
    output::line(&format!("Digest: {}", subject.digest));
    if referrers.is_empty() {
        return;
    }
    let kind = |d: &Descriptor| d.artifact_type.clone().unwrap_or_else(|| d.media_type.clone());
    let header = "Artifact Type".to_owned();
    let width = referrers.iter().map(kind).chain([header.clone()]).map(|t| t.chars().count()).max();
    let width = width.unwrap_or_default();
    output::line(&format!("\n{header:width$}   Digest"));
    for referrer in referrers {
        let name: String = kind(referrer).chars().filter(|c| !c.is_control()).collect();
        output::line(&format!("{name:width$}   {}", referrer.digest));
        if verbose {
            output::json(&Value::Object(output::descriptor(referrer)));
        }
    }
}
