//! `discover`: prints the graph of referrers of an artifact.

use std::io::Write;

use clap::{Args, ValueEnum};
use ocigraph::{
    Client, Descriptor, DiscoverOptions, Discovered, EdgeKind, Graph, KeyCase, Platform, Reference,
    Result, json_line,
};
use serde_json::json;

use crate::{
    ExitCode,
    args::{Common, OnlyArg, Target, clamped, count, key_values},
    output,
};

/// The format of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum GraphFormat {
    /// Tree for people
    #[default]
    Tree,
    /// JSON for programs
    Json,
    /// One line of JSON for each edge, as it is found
    Ndjson,
    /// Table of the direct referrers
    Table,
    /// Input for Graphviz
    Dot,
    /// Input for Mermaid
    Mermaid,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph discover registry.example.com/app:v1
  ocigraph discover -o json --artifact-type sbom/example registry.example.com/app:v1 \\
      | jq -r '.references[0].digest'
  ocigraph discover -o ndjson registry.example.com/app:v1 | jq -r .digest
  ocigraph discover -o dot oci:some/folder:v1 | dot -Tsvg > graph.svg")]
pub(crate) struct DiscoverArgs {
    /// Artifact to start from
    pub(crate) target: Target,
    /// Format of the graph
    #[arg(short = 'o', long = "format", visible_alias = "output", value_enum, default_value_t)]
    format: GraphFormat,
    /// Show only referrers of this type, the path to them, and their referrers
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Show only referrers with this annotation, the path to them, and their referrers
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Show only attestations with this predicate type, the path to them, and what is attached to them
    #[arg(long = "predicate", value_name = "TYPE")]
    predicate_type: Option<String>,
    #[command(flatten)]
    only: OnlyArg,
    /// Start from the image for this platform in an index
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    platform: Option<Platform>,
    /// Maximum number of levels; 0 shows only the artifact itself
    #[arg(long, value_name = "N", value_parser = count)]
    depth: Option<u64>,
}

pub(crate) async fn discover(common: &Common, args: DiscoverArgs) -> Result<ExitCode> {
    let mut options = DiscoverOptions::default();
    options.artifact_type = args.artifact_type.clone();
    options.annotations = key_values(&args.annotations)?;
    options.predicate_type = args.predicate_type.clone();
    options.only = args.only.kind();
    options.platform = args.platform;
    options.depth = args.depth.map(clamped);
    options.concurrency = common.concurrency();
    options.allow_incomplete = true;
    let filter = options.clone();
    let (client, target) = (common.client()?, &args.target.reference);
    if args.format == GraphFormat::Ndjson {
        return lines(&client, target, options).await;
    }
    let shows_annotations = common.verbose || args.format == GraphFormat::Json;
    let graph = if shows_annotations || !options.annotations.is_empty() {
        client.discover(target, options).await?
    } else {
        client.discover_as_listed(target, &options).await?
    };
    // With a platform, the root is the image, and the reference names its index.
    let root = match filter.platform {
        None => args.target.to_string(),
        Some(_) => args.target.reference.at(graph.subject().digest.clone()).to_string(),
    };
    match args.format {
        GraphFormat::Tree if common.verbose => {
            output::bytes(graph.tree_with_annotations(&root).as_bytes());
        }
        GraphFormat::Tree => output::bytes(graph.tree(&root).as_bytes()),
        GraphFormat::Dot => output::bytes(graph.dot(&root).as_bytes()),
        GraphFormat::Mermaid => output::bytes(graph.mermaid(&root).as_bytes()),
        GraphFormat::Json => {
            let location = Reference::new(args.target.reference.location().clone()).to_string();
            output::written(|out| {
                let wanted = |d: &Descriptor| filter.matches(&graph, d);
                graph.write_json(out, &root, &location, KeyCase::Camel, wanted)?;
                out.write_all(b"\n")
            });
        }
        GraphFormat::Ndjson => {}
        GraphFormat::Table => table(&graph, &root, common.verbose),
    }
    Ok(output::problems("discover", &args.target.reference, graph.problems()))
}

/// Prints a line for each edge and for each problem.
async fn lines(client: &Client, target: &Reference, options: DiscoverOptions) -> Result<ExitCode> {
    let location = Reference::new(target.location().clone()).to_string();
    let mut code = ExitCode::SUCCESS;
    let print = |found| {
        match found {
            Discovered::Edge(edge) => {
                output::line(&json_line(&edge.json(&location, KeyCase::Camel)));
            }
            Discovered::Problem(problem) => {
                if !problem.is_warning() {
                    let mut fields = json!({ "problem": problem.to_string() });
                    if let Some(subject) = &problem.subject {
                        fields["parent"] = json!(subject);
                    }
                    output::line(&json_line(&fields));
                    code = ExitCode::FAILURE;
                }
                output::problems("discover", target, &[problem]);
            }
            _ => {}
        }
        Ok(())
    };
    client.discover_each(target, options, print).await?;
    Ok(code)
}

fn table(graph: &Graph, root: &str, verbose: bool) {
    let subject = graph.subject();
    let referrers = || {
        let edges = graph.edges(&subject.digest);
        edges.filter(|edge| edge.kind == EdgeKind::Referrer).map(|edge| edge.descriptor)
    };
    let count = match referrers().count() {
        1 => "1 artifact".to_owned(),
        n => format!("{n} artifacts"),
    };
    output::line(&format!("Discovered {count} referencing {root}"));
    output::line(&format!("Digest: {}", subject.digest));
    let header = "Artifact Type";
    let longest = referrers().map(|r| output::kind(&r).chars().count()).max();
    let Some(longest) = longest else { return };
    let width = longest.max(header.len());
    output::line(&format!("\n{header:width$}   Digest"));
    for referrer in referrers() {
        output::line(&format!("{:width$}   {}", output::kind(&referrer), referrer.digest));
        if verbose {
            output::result(&*referrer);
        }
    }
}
