//! `manifest index create` and `manifest index update`: write image indexes.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ocigraph::{
    Code, Error, IndexCreateOptions, IndexResult, IndexUpdateOptions, KeyCase, OutputFile, Result,
    ToJson,
};

use crate::{
    ExitCode,
    args::{Common, key_values},
    format::{Format, FormatArg},
    output,
    target::{LayoutArgs, Target, TargetText, with_kind},
    usage::Usage,
};

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Create an image index of manifests in one repository or layout
    #[command(
        visible_alias = "pack",
        after_help = "\
The index lists the manifests in the order given, each once. The entry of an image has the platform
that its config says.

EXAMPLES
  ocigraph manifest index create registry.example.com/app:v1 v1-linux-amd64 v1-linux-arm64
  ocigraph manifest index create oci:store:v1,latest sha256:…
  ocigraph manifest index create registry.example.com/app v1-linux-amd64 -o index.json"
    )]
    Create(CreateArgs),
    /// Add manifests to an image index, or remove some
    #[command(after_help = "\
The tag moves to the updated index, and the old index stays. An index that is named by its digest is
updated without moving a tag.

EXAMPLES
  ocigraph manifest index update registry.example.com/app:v1 --add v1-linux-s390x
  ocigraph manifest index update registry.example.com/app:v1 --merge v1-windows --tag latest
  ocigraph manifest index update registry.example.com/app:v1 --remove sha256:…")]
    Update(UpdateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Repository or layout, with the tags of the index
    target: TargetText,
    /// Manifests that the index lists: tags or digests
    #[arg(value_name = "MANIFEST")]
    manifests: Vec<String>,
    /// Annotation of the index; can be repeated
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Artifact type of the index
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    #[command(flatten)]
    written: Written,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Index to update
    target: TargetText,
    /// Manifest to add: a tag or digest; can be repeated
    #[arg(long, value_name = "MANIFEST")]
    add: Vec<String>,
    /// Index whose manifests are added: a tag or digest; can be repeated
    #[arg(long, value_name = "INDEX")]
    merge: Vec<String>,
    /// Digest of a manifest to remove; can be repeated
    #[arg(long, value_name = "DIGEST")]
    remove: Vec<String>,
    /// Annotation to add or replace; can be repeated
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Artifact type of the index; an empty one removes it
    #[arg(long, value_name = "TYPE")]
    artifact_type: Option<String>,
    /// Remove the artifact type of the index
    #[arg(long)]
    remove_artifact_type: bool,
    /// Further tag of the updated index; can be repeated
    #[arg(long = "tag", value_name = "TAG", conflicts_with = "output")]
    tags: Vec<String>,
    #[command(flatten)]
    written: Written,
}

/// Where the index is written.
#[derive(Debug, Args)]
struct Written {
    /// Write the index to this file in place of pushing it; - means standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what would be pushed, and push nothing
    #[arg(long)]
    dry_run: bool,
    /// Indent the index on standard output
    #[arg(long)]
    pretty: bool,
    #[command(flatten)]
    format: FormatArg,
    #[command(flatten)]
    layout: LayoutArgs,
}

impl IndexCommand {
    pub(crate) fn usage(&self) -> Result<Usage> {
        let (Self::Create(CreateArgs { target, written, .. })
        | Self::Update(UpdateArgs { target, written, .. })) = self;
        Usage::of_target(&written.layout, target)
    }
}

pub(crate) async fn index(common: &Common, command: IndexCommand) -> Result<ExitCode> {
    match command {
        IndexCommand::Create(args) => create(common, args).await,
        IndexCommand::Update(args) => update(common, args).await,
    }
}

async fn create(common: &Common, args: CreateArgs) -> Result<ExitCode> {
    let (target, output) = (args.written.layout.target(&args.target)?, args.written.open()?);
    let format = args.written.format.open()?;
    let mut options = IndexCreateOptions::default();
    options.annotations = key_values(&args.annotations)?;
    options.artifact_type = args.artifact_type;
    options.dry_run = args.written.pushes_nothing();
    options.concurrency = common.concurrency();
    let client = common.client()?;
    let created = client.index_create(&target.reference, &args.manifests, options).await?;
    let text = || args.written.pushed(&target, &[]);
    args.written.finish(output, &format, &created, text)
}

async fn update(common: &Common, args: UpdateArgs) -> Result<ExitCode> {
    let (target, output) = (args.written.layout.target(&args.target)?, args.written.open()?);
    let format = args.written.format.open()?;
    // ORAS sets no tag if nothing else changes.
    if args.asks_for_nothing() && (args.tags.is_empty() || common.as_oras) && format.is_text() {
        output::line("Nothing to update as no change is requested");
        return Ok(ExitCode::SUCCESS);
    }
    let mut options = IndexUpdateOptions::default();
    options.add.clone_from(&args.add);
    options.merge.clone_from(&args.merge);
    options.remove.clone_from(&args.remove);
    options.annotations = key_values(&args.annotations)?;
    let is_emptied = args.artifact_type.as_deref() == Some("");
    options.artifact_type = args.artifact_type.clone().filter(|_| !is_emptied);
    options.remove_artifact_type = args.remove_artifact_type || is_emptied;
    options.tags.clone_from(&args.tags);
    options.dry_run = args.written.pushes_nothing();
    options.concurrency = common.concurrency();
    let updated = common.client()?.index_update(&target.reference, options).await?;
    let text = || {
        for (what, names) in
            [("Removed  ", &args.remove), ("Added    ", &args.add), ("Merged   ", &args.merge)]
        {
            names.iter().for_each(|name| output::line(&format!("{what} {name}")));
        }
        output::line(&format!("Updated   {}", updated.descriptor.digest));
        args.written.pushed(&target, &args.tags);
    };
    args.written.finish(output, &format, &updated, text)
}

impl UpdateArgs {
    fn asks_for_nothing(&self) -> bool {
        let lists = [&self.add, &self.merge, &self.remove, &self.annotations];
        lists.iter().all(|list| list.is_empty())
            && self.artifact_type.is_none()
            && !self.remove_artifact_type
    }
}

impl Written {
    fn pushes_nothing(&self) -> bool {
        self.dry_run || self.output.is_some()
    }

    /// Opens the file before anything is requested.
    fn open(&self) -> Result<Option<OutputFile>> {
        let file = self.output.as_deref().filter(|path| *path != Path::new("-"));
        file.map(OutputFile::new).transpose()
    }

    /// Prints where the index was pushed, in words of the width that ORAS gives them.
    fn pushed(&self, target: &Target, tags: &[String]) {
        if self.pushes_nothing() {
            return;
        }
        match target.reference.digest() {
            // The index has another digest than the one that was named.
            Some(_) => {
                let location = with_kind(target.reference.location(), target.location());
                output::line(&format!("Pushed    {location}"));
            }
            None => output::pushed("Pushed   ", target),
        }
        tags.iter().for_each(|tag| output::line(&format!("Tagged {tag}")));
    }

    /// Writes or prints the index, or prints the result: after `text` for people, its digest.
    fn finish(
        &self,
        file: Option<OutputFile>,
        format: &Format,
        index: &IndexResult,
        text: impl FnOnce(),
    ) -> Result<ExitCode> {
        let to_stdout = self.output.is_some() && file.is_none();
        if let Some(mut file) = file {
            file.write(index.content.as_bytes())?;
            file.commit()?;
        }
        if to_stdout && !self.pretty {
            output::bytes(index.content.as_bytes());
            return Ok(ExitCode::SUCCESS);
        }
        if to_stdout {
            let parsed = serde_json::from_str(&index.content)
                .map_err(|e| Error::new(Code::Internal, format!("cannot read the index: {e}")))?;
            output::json(&parsed);
            return Ok(ExitCode::SUCCESS);
        }
        let text = || {
            text();
            output::line(&format!("Digest: {}", index.descriptor.digest));
        };
        format.print(|| index.to_json(KeyCase::Camel), text)?;
        Ok(ExitCode::SUCCESS)
    }
}
