//! `discover`: prints the graph of referrers of an artifact.

use std::{io::Write, str::FromStr};

use clap::Args;
use ocigraph::{
    Client, Code, Descriptor, DiscoverOptions, EdgeKind, Error, Graph, KeyCase, Platform, Result,
    json_line,
};

use crate::{
    ExitCode,
    args::{Common, OnlyArg, clamped, count, key_values},
    format::{FormatName, TemplateArg, rendered},
    output,
    target::{LayoutArgs, Target, TargetText},
};

/// The format of a graph.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// A template over the JSON.
    GoTemplate(Option<String>),
}

impl FromStr for GraphFormat {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Ok(match text {
            "tree" => Self::Tree,
            "json" => Self::Json,
            "ndjson" => Self::Ndjson,
            "table" => Self::Table,
            "dot" => Self::Dot,
            "mermaid" => Self::Mermaid,
            // The templates of other commands have the same form.
            _ => match text.parse() {
                Ok(FormatName::GoTemplate(template)) => Self::GoTemplate(template),
                _ => {
                    return Err(
                        "expected tree, json, ndjson, table, dot, mermaid, go-template or \
                                go-template=TEMPLATE"
                            .to_owned(),
                    );
                }
            },
        })
    }
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
    pub(crate) target: TargetText,
    /// Format of the graph: tree, json, ndjson (a line for each edge, as it is found), table (of the
    /// direct referrers), dot (for Graphviz), mermaid, or go-template with --template
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: GraphFormat,
    /// The same as --format
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "format")]
    output: Option<GraphFormat>,
    #[command(flatten)]
    template: TemplateArg,
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
    #[command(flatten)]
    pub(crate) layout: LayoutArgs,
}

pub(crate) async fn discover(common: &Common, args: DiscoverArgs) -> Result<ExitCode> {
    // ORAS shows the annotations since it has --format; a script with --output is older.
    let is_oras = common.as_oras && args.output.is_none();
    let format = args.output.unwrap_or(args.format);
    let template = match &format {
        GraphFormat::GoTemplate(inline) => Some(args.template.parse(inline.as_deref())?),
        _ => {
            args.template.refuse()?;
            None
        }
    };
    let target = args.layout.target(&args.target)?;
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
    let (client, reference) = (common.client()?, &target.reference);
    if format == GraphFormat::Ndjson {
        return lines(&client, &target, options).await;
    }
    let is_json = matches!(format, GraphFormat::Json | GraphFormat::GoTemplate(_));
    let shows_annotations = common.verbose || is_oras;
    let graph = if shows_annotations || is_json || !options.annotations.is_empty() {
        client.discover(reference, options).await?
    } else {
        client.discover_as_listed(reference, &options).await?
    };
    // With a platform, the root is the image, and the reference names its index.
    let by_digest = target.at(&graph.subject().digest);
    let root = match filter.platform {
        None if !is_oras => target.to_string(),
        _ => by_digest.clone(),
    };
    match format {
        GraphFormat::Tree if shows_annotations => {
            output::bytes(graph.tree_with_annotations(&root).as_bytes());
        }
        GraphFormat::Tree => output::bytes(graph.tree(&root).as_bytes()),
        GraphFormat::Dot => output::bytes(graph.dot(&root).as_bytes()),
        GraphFormat::Mermaid => output::bytes(graph.mermaid(&root).as_bytes()),
        GraphFormat::Json => output::written(|out| {
            let wanted = |d: &Descriptor| filter.matches(&graph, d);
            graph.write_json(out, &by_digest, &target.location(), KeyCase::Camel, wanted)?;
            out.write_all(b"\n")
        }),
        GraphFormat::Ndjson | GraphFormat::GoTemplate(_) => {}
        GraphFormat::Table => table(&graph, &target.to_string(), shows_annotations),
    }
    if let Some(template) = template {
        let wanted = |d: &Descriptor| filter.matches(&graph, d);
        let json = graph.json(&by_digest, &target.location(), KeyCase::Camel, wanted);
        let value = serde_json::from_str(&json).map_err(|e| {
            Error::new(Code::TooLarge, format!("the graph is too deep for a template: {e}"))
        })?;
        rendered(&template, &value)?;
    }
    Ok(output::problems("discover", reference, graph.problems()))
}

/// Prints a line for each edge and for each problem.
async fn lines(client: &Client, target: &Target, options: DiscoverOptions) -> Result<ExitCode> {
    let location = target.location();
    let mut code = ExitCode::SUCCESS;
    let mut rows = client.discover_each(&target.reference, options)?;
    while let Some(batch) = rows.next_batch().await? {
        for row in batch {
            let problem = row.list_problem();
            if problem.is_none_or(|problem| !problem.is_warning()) {
                output::line(&json_line(&row.node_json(&location, KeyCase::Camel)));
            }
            if let Some(problem) = problem {
                if !problem.is_warning() {
                    code = ExitCode::FAILURE;
                }
                output::problems("discover", &target.reference, std::slice::from_ref(problem));
            }
        }
    }
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
