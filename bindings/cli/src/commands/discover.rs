//! `discover`.

use clap::{Args, ValueEnum};
use ocigraph::{DiscoverOptions, Graph, Names, Platform, Reference, Result};

use crate::{
    ExitCode,
    args::{Common, Target, key_values},
    output,
};

/// How a graph is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum GraphFormat {
    /// A tree
    #[default]
    Tree,
    /// JSON, for programs
    Json,
    /// The direct referrers in columns
    Table,
    /// For Graphviz
    Dot,
    /// For Mermaid
    Mermaid,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph discover registry.example.com/app:v1
  ocigraph discover -o json --artifact-type sbom/example registry.example.com/app:v1 \\
      | jq -r '.references[0].digest'
  ocigraph discover -o dot oci:some/folder:v1 | dot -Tsvg > graph.svg")]
pub(crate) struct DiscoverArgs {
    /// What to start from
    target: Target,
    /// How to print the graph
    #[arg(short = 'o', long = "format", visible_alias = "output", value_enum, default_value_t)]
    format: GraphFormat,
    /// Only referrers of this type, and what leads to them and lies beneath
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Only referrers with this annotation, likewise
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Of an index, start from the image for this platform
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// How many levels to walk
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
}

pub(crate) async fn discover(common: &Common, args: DiscoverArgs) -> Result<ExitCode> {
    let options = DiscoverOptions {
        artifact_type: args.artifact_type.clone(),
        annotations: key_values(&args.annotations)?,
        platform: args.platform,
        depth: args.depth,
        concurrency: common.concurrency(),
        allow_incomplete: true,
    };
    let wanted = options.clone();
    let graph = common.client()?.discover(&args.target.reference, options).await?;
    let root = args.target.to_string();
    match args.format {
        GraphFormat::Tree => output::bytes(graph.tree(&root).as_bytes()),
        GraphFormat::Dot => output::bytes(graph.dot(&root).as_bytes()),
        GraphFormat::Mermaid => output::bytes(graph.mermaid(&root).as_bytes()),
        GraphFormat::Json => {
            let place = Reference::new(args.target.reference.location().clone()).to_string();
            let mut text = graph.json(&root, &place, Names::Camel, |d| wanted.matches(d));
            text.push('\n');
            output::bytes(text.as_bytes());
        }
        GraphFormat::Table => table(&graph, &root, common.verbose),
    }
    Ok(output::problems("discover", &args.target.reference, graph.problems()))
}

fn table(graph: &Graph, root: &str, verbose: bool) {
    let subject = graph.subject();
    let referrers = graph.referrers(&subject.digest);
    let count = match referrers.len() {
        1 => "1 artifact".to_owned(),
        n => format!("{n} artifacts"),
    };
    output::line(&format!("Discovered {count} referencing {root}"));
    output::line(&format!("Digest: {}", subject.digest));
    if referrers.is_empty() {
        return;
    }
    let header = "Artifact Type";
    let longest = referrers.iter().map(|r| output::kind(r).chars().count()).max();
    let width = longest.unwrap_or_default().max(header.len());
    output::line(&format!("\n{header:width$}   Digest"));
    for referrer in referrers {
        output::line(&format!("{:width$}   {}", output::kind(referrer), referrer.digest));
        if verbose {
            output::result(referrer);
        }
    }
}
