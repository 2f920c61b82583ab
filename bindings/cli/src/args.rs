//! The arguments of every command, and what several commands share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ocigraph::{
    Annotations, Client, Code, Credential, Error, Host, Reference, RegistryConfig, Result,
};

/// Push, pull, discover and delete graphs of supply-chain artifacts in OCI registries and in
/// image layout directories.
#[derive(Debug, Parser)]
#[command(name = "ocigraph", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
TARGETS
  registry.example.com[:port]/repository[:tag][@digest]
  oci:PATH[:tag][@digest]        an OCI image layout directory, created by the first push

EXAMPLES
  ocigraph attach registry.example.com/app:v1 --artifact-type sbom/example sbom.json
  ocigraph discover registry.example.com/app:v1
  ocigraph delete --dry-run registry.example.com/app:v1")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Push files and directories as one artifact
    Push(PushArgs),
    /// Push files as an artifact that refers to another
    Attach(AttachArgs),
    /// Write an artifact's files into a directory
    Pull(PullArgs),
    /// Show what refers to an artifact
    Discover(DiscoverArgs),
    /// Delete an artifact and all that refers to it
    Delete(DeleteArgs),
    /// Give an artifact further tags
    Tag(TagArgs),
    /// Remove tags and leave what they named
    Untag(OneTarget),
    /// Print the digest that a reference names
    Resolve(OneTarget),
    /// List the tags of a repository
    Tags(OneTarget),
    /// List the manifests of a repository, tagged and untagged
    Manifests(ManifestsArgs),
    /// List the repositories of a registry
    #[command(visible_alias = "repositories")]
    Repos(ReposArgs),
    /// Fetch, push or delete one manifest as it is
    #[command(subcommand)]
    Manifest(ManifestCommand),
    /// Fetch or push one blob
    #[command(subcommand)]
    Blob(BlobCommand),
    /// Print the digests of files
    Digest(DigestArgs),
    /// Print the version
    Version,
    /// Print a completion script for a shell
    #[command(
        after_help = "EXAMPLES\n  ocigraph completion bash > /etc/bash_completion.d/ocigraph"
    )]
    Completion {
        /// Which shell
        shell: Shell,
    },
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Name to sign in with
    #[arg(short = 'u', long, global = true, help_heading = "Registry", display_order = 200)]
    username: Option<String>,
    /// Password to sign in with; visible to other users of the machine
    #[arg(
        long,
        global = true,
        requires = "username",
        help_heading = "Registry",
        display_order = 200
    )]
    password: Option<String>,
    /// Read the password from standard input
    #[arg(
        long,
        global = true,
        requires = "username",
        conflicts_with = "password",
        help_heading = "Registry",
        display_order = 200
    )]
    password_stdin: bool,
    /// Speak plain HTTP; the default for this machine only
    #[arg(long, global = true, help_heading = "Registry", display_order = 200)]
    plain_http: bool,
    /// Send a further header to the registry
    #[arg(
        short = 'H',
        long = "header",
        value_name = "NAME:VALUE",
        global = true,
        help_heading = "Registry",
        display_order = 200
    )]
    headers: Vec<String>,
    /// Requests at once
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Registry", display_order = 200)]
    concurrency: Option<u16>,
    /// No progress bars
    #[arg(long, global = true, display_order = 201)]
    pub(crate) no_progress: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, display_order = 201)]
    pub(crate) quiet: bool,
    /// Print more: requests, and manifests where they are listed
    #[arg(short, long, global = true, display_order = 201)]
    pub(crate) verbose: bool,
}

impl Common {
    pub(crate) fn client(&self) -> Result<Client> {
        let mut config = RegistryConfig::default();
        if self.plain_http {
            config.plain_http = Some(true);
        }
        for header in &self.headers {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                usage(format!("{header:?} is no header")).with_hint("write NAME:VALUE")
            })?;
            config.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        if let Some(username) = &self.username {
            let password = match (&self.password, self.password_stdin) {
                (Some(password), _) => {
                    crate::output::note(
                        "a password on the command line can be seen by others; use --password-stdin",
                    );
                    password.clone()
                }
                (None, true) => read_password()?,
                (None, false) => {
                    return Err(
                        usage("--username needs a password").with_hint("pass --password-stdin")
                    );
                }
            };
            config.credential = Some(Credential { username: username.clone(), password });
        }
        Ok(Client::with_config(config))
    }

    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.concurrency.map(usize::from)
    }
}

fn read_password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_line(&mut text)
        .map_err(|e| Error::new(Code::Io, format!("no password can be read: {e}")))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

pub(crate) fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct FormatArg {
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What is pushed, whatever it is named.
#[derive(Debug, Args)]
pub(crate) struct Artifact {
    /// Files and directories: PATH[:MEDIA/TYPE]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// Type of the artifact, as in sbom/example
    #[arg(long, value_name = "TYPE")]
    pub(crate) artifact_type: Option<String>,
    /// Annotate the manifest
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    annotations: Vec<String>,
    /// Annotations from a JSON file: {"$manifest": {…}, "$config": {…}, "FILE": {…}}
    #[arg(long, value_name = "FILE")]
    pub(crate) annotation_file: Option<PathBuf>,
    /// Use a file as config: PATH[:MEDIA/TYPE]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<String>,
    /// Format of the manifest: auto, oci-1.1, oci-1.0, oci-artifact or oras-artifact
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(crate) manifest_format: String,
    /// Take absolute paths, and those with .., as titles
    #[arg(long, visible_alias = "disable-path-validation")]
    pub(crate) allow_path_traversal: bool,
    /// Write the manifest to a file too
    #[arg(long, value_name = "FILE")]
    pub(crate) export_manifest: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

impl Artifact {
    pub(crate) fn annotations(&self) -> Result<Annotations> {
        key_values(&self.annotations)
    }
}

pub(crate) fn key_values(given: &[String]) -> Result<Annotations> {
    let mut annotations = Annotations::new();
    for text in given {
        let (key, value) =
            text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
                usage(format!("{text:?} is no annotation")).with_hint("write KEY=VALUE")
            })?;
        if annotations.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(usage(format!("the annotation {key:?} is given twice")));
        }
    }
    Ok(annotations)
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph push registry.example.com/app:v1 ./readme.md:text/markdown
  ocigraph push registry.example.com/app --artifact-type signature/example \\
      --subject registry.example.com/app:v1 ./signature.json:application/json
  ocigraph push oci:some/folder:v1,latest ./docs")]
pub(crate) struct PushArgs {
    /// Where to: host/repository[:tag[,tag…]] or oci:PATH[:tag]
    pub(crate) target: Reference,
    /// Refer to this artifact, in the same repository
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) subject: Option<Reference>,
    #[command(flatten)]
    pub(crate) artifact: Artifact,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph attach registry.example.com/app:v1 --artifact-type sbom/example sbom.json")]
pub(crate) struct AttachArgs {
    /// What to refer to
    pub(crate) subject: Reference,
    #[command(flatten)]
    pub(crate) artifact: Artifact,
}

#[derive(Debug, Args)]
#[command(after_help = "\
EXAMPLES
  ocigraph pull registry.example.com/app@sha256:… -o ./download
  ocigraph pull registry.example.com/app:v1 --artifact-type readme/example -o ./download")]
pub(crate) struct PullArgs {
    /// What to pull; with --artifact-type, its referrers of that type
    pub(crate) target: Reference,
    /// Directory to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
    /// Pull the referrers of this type instead
    #[arg(long, value_name = "TYPE")]
    pub(crate) artifact_type: Option<String>,
    /// Does nothing: files of all media types are pulled
    #[arg(short = 'a', long)]
    allow_all: bool,
    /// Leave files that are there already
    #[arg(short, long)]
    pub(crate) keep_old_files: bool,
    /// Write where titles say, even outside the directory
    #[arg(long)]
    pub(crate) allow_path_traversal: bool,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

/// How a graph is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum GraphFormat {
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
    pub(crate) target: Reference,
    /// How to print the graph
    #[arg(short = 'o', long = "format", visible_alias = "output", value_enum, default_value_t)]
    pub(crate) format: GraphFormat,
    /// Only referrers of this type, and what leads to them and lies beneath
    #[arg(long, value_name = "TYPE")]
    pub(crate) artifact_type: Option<String>,
    /// Only referrers with this annotation, likewise
    #[arg(short, long = "annotation", value_name = "KEY=VALUE")]
    pub(crate) annotations: Vec<String>,
    /// How many levels to walk
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<usize>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
What is tagged otherwise, or listed by another index, stays, and so does what it refers to.

EXAMPLES
  ocigraph delete --dry-run registry.example.com/app:v1
  ocigraph delete --yes registry.example.com/app:v1")]
pub(crate) struct DeleteArgs {
    /// What to delete, with all that refers to it
    pub(crate) target: Reference,
    /// Only say what would be deleted
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Delete what would be kept, too
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph tag registry.example.com/app:v1 stable latest")]
pub(crate) struct TagArgs {
    /// What to tag
    pub(crate) target: Reference,
    /// The tags it is to have
    #[arg(required = true, value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

#[derive(Debug, Args)]
pub(crate) struct OneTarget {
    /// host/repository[:tag][@digest] or oci:PATH[:tag][@digest]
    pub(crate) target: Reference,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph manifests --detail registry.example.com/app")]
pub(crate) struct ManifestsArgs {
    /// host/repository or oci:PATH
    pub(crate) target: Reference,
    /// Print all that is known, as JSON
    #[arg(long)]
    pub(crate) detail: bool,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph repos localhost:5000")]
pub(crate) struct ReposArgs {
    /// The registry
    pub(crate) host: Host,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ManifestCommand {
    /// Print a manifest as it is stored
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest fetch registry.example.com/app:v1 | jq ."
    )]
    Fetch {
        /// Which
        target: Reference,
        /// File to write to; - is standard output
        #[arg(short, long, default_value = "-")]
        output: String,
        /// Print its descriptor instead
        #[arg(long)]
        descriptor: bool,
    },
    /// Store a manifest as it is
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest push registry.example.com/app:v1 manifest.json"
    )]
    Push {
        /// Where to
        target: Reference,
        /// File to read; - is standard input
        file: String,
        /// Its media type, where it does not say
        #[arg(long)]
        media_type: Option<String>,
    },
    /// Delete one manifest and nothing else
    #[command(
        after_help = "EXAMPLES\n  ocigraph manifest delete --yes registry.example.com/app@sha256:…"
    )]
    Delete {
        /// Which
        target: Reference,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BlobCommand {
    /// Write a blob, checked, to a file or to standard output
    #[command(
        after_help = "EXAMPLES\n  ocigraph blob fetch registry.example.com/app@sha256:… -o blob.bin"
    )]
    Fetch {
        /// Which: host/repository@digest
        target: Reference,
        /// File to write to; - is standard output
        #[arg(short, long, default_value = "-")]
        output: String,
    },
    /// Store a file as a blob and print its descriptor
    #[command(after_help = "EXAMPLES\n  ocigraph blob push registry.example.com/app blob.bin")]
    Push {
        /// Where to: host/repository
        target: Reference,
        /// File to read; - is standard input
        file: String,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph digest *.json")]
pub(crate) struct DigestArgs {
    /// Files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// sha256 or sha512
    #[arg(long, default_value = "sha256")]
    pub(crate) algorithm: String,
}
