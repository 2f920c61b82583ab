//! The commands by name, and the arguments that several of them share. What only one command takes
//! stands beside that command.

use std::{
    fmt,
    io::{IsTerminal, Read, Write},
    path::PathBuf,
    str::FromStr,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ocigraph::{
    Annotations, Client, ClientConfig, Code, Credential, Credentials, Error, Reference, Result,
    Secret,
};

use crate::{
    commands::{
        blob::BlobCommand,
        copy::CopyArgs,
        delete::DeleteArgs,
        digest::DigestArgs,
        discover::DiscoverArgs,
        listings::{ManifestsArgs, ReposArgs, TagsArgs},
        login::{LoginArgs, LogoutArgs},
        manifest::ManifestCommand,
        names::{ResolveArgs, TagArgs, UntagArgs},
        pull::PullArgs,
        push::{AttachArgs, PushArgs},
        verify::VerifyArgs,
    },
    output,
};

/// Push, pull, discover and delete graphs of supply-chain artifacts in OCI registries and in
/// image layout directories.
#[derive(Debug, Parser)]
#[command(name = "ocigraph", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
TARGETS
  registry.example.com[:port]/repository[:tag][@digest]
  oci:PATH[:tag][@digest]        an OCI image layout directory, created by the first push

EXIT CODES
  0 done, 1 failed, 2 wrong usage; ended by a signal: 129 SIGHUP, 130 Ctrl-C, 143 SIGTERM

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
    /// Copy an artifact or its whole graph between registries and layouts
    #[command(visible_alias = "cp")]
    Copy(CopyArgs),
    /// Check that every manifest and blob of a graph is there and whole
    Verify(VerifyArgs),
    /// Give an artifact further tags
    Tag(TagArgs),
    /// Remove tags and leave what they named
    Untag(UntagArgs),
    /// Print the digest that a reference names
    Resolve(ResolveArgs),
    /// List the tags of a repository
    Tags(TagsArgs),
    /// List the manifests of a repository, tagged and untagged
    Manifests(ManifestsArgs),
    /// List the repositories of a registry
    #[command(visible_alias = "repositories")]
    Repos(ReposArgs),
    /// Fetch, push or delete one manifest as it is
    #[command(
        subcommand,
        after_help = "EXAMPLES\n  ocigraph manifest fetch registry.example.com/app:v1"
    )]
    Manifest(ManifestCommand),
    /// Fetch or push one blob
    #[command(
        subcommand,
        after_help = "EXAMPLES\n  ocigraph blob push registry.example.com/app blob.bin"
    )]
    Blob(BlobCommand),
    /// Check a credential with a registry and store it
    Login(LoginArgs),
    /// Remove the stored credential of a registry
    Logout(LogoutArgs),
    /// Print the digests of files
    Digest(DigestArgs),
    /// Print the version
    #[command(after_help = "EXAMPLES\n  ocigraph version --format json")]
    Version(FormatArg),
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
    /// No progress bars
    #[arg(long, global = true, display_order = 100)]
    pub(crate) no_progress: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, display_order = 100)]
    pub(crate) quiet: bool,
    /// Print more: requests, and manifests where they are listed
    #[arg(short, long, global = true, display_order = 100)]
    pub(crate) verbose: bool,
    // The last: its heading would stand over whatever follows it.
    #[command(flatten)]
    registry: RegistryArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Registry", next_display_order = 200)]
struct RegistryArgs {
    /// Name to sign in with
    #[arg(short = 'u', long, global = true)]
    username: Option<String>,
    /// Password to sign in with; visible to other users of the machine
    #[arg(short = 'p', long, global = true, requires = "username", hide_env_values = true)]
    password: Option<String>,
    /// Read the password from standard input
    #[arg(long, global = true, requires = "username", conflicts_with = "password")]
    password_stdin: bool,
    /// Identity token to sign in with; visible to other users of the machine
    #[arg(long, global = true, value_name = "TOKEN", conflicts_with_all = ["username", "password"])]
    identity_token: Option<String>,
    /// Read the identity token from standard input
    #[arg(long, global = true, conflicts_with_all = ["username", "password", "identity_token"])]
    identity_token_stdin: bool,
    /// Credential file to look into first, and to log in to
    #[arg(long, global = true, value_name = "FILE")]
    auth_file: Option<PathBuf>,
    /// Speak plain HTTP, or with =false never; the default is to speak it to this machine only
    #[arg(
        long,
        global = true,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    plain_http: Option<bool>,
    /// Take any certificate: whoever sits between can read and change all
    #[arg(long, global = true)]
    insecure: bool,
    /// Trust the authorities in this file too (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Certificate to identify with (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "key_file")]
    cert_file: Option<PathBuf>,
    /// Private key of that certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "cert_file")]
    key_file: Option<PathBuf>,
    /// Use no proxy, whatever HTTPS_PROXY says
    #[arg(long, global = true)]
    no_proxy: bool,
    /// Send a further header to the registry
    #[arg(short = 'H', long = "header", value_name = "NAME:VALUE", global = true)]
    headers: Vec<String>,
    /// Requests at once, at most (128 unless given, or 0)
    #[arg(long, global = true, value_name = "N")]
    concurrency: Option<usize>,
}

impl Common {
    /// A client with the credential that was given, or with those that are stored.
    pub(crate) fn client(&self) -> Result<Client> {
        self.client_with(self.credential()?)
    }

    /// A client that is given its credential later.
    pub(crate) fn anonymous_client(&self) -> Result<Client> {
        self.client_with(None)
    }

    fn client_with(&self, credential: Option<Credential>) -> Result<Client> {
        let plain_http = self.registry.plain_http;
        let mut config = ClientConfig { plain_http, ..ClientConfig::default() };
        for header in &self.registry.headers {
            // The value may be a secret, and is not repeated.
            let (name, value) = header.split_once(':').ok_or_else(|| {
                usage("a header has a name and a value").with_hint("write NAME:VALUE")
            })?;
            config.headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        let registry = &self.registry;
        config.auth_file.clone_from(&registry.auth_file);
        config.ca_file.clone_from(&registry.ca_file);
        config.cert_file.clone_from(&registry.cert_file);
        config.key_file.clone_from(&registry.key_file);
        config.insecure = registry.insecure;
        config.use_proxy = !registry.no_proxy;
        if let Some(credential) = credential {
            config.credentials = Credentials::Given(credential);
        }
        Ok(Client::with_config(config))
    }

    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.registry.concurrency
    }

    fn credential(&self) -> Result<Option<Credential>> {
        let RegistryArgs { username, password, identity_token, .. } = &self.registry;
        if let Some(token) = identity_token {
            warn_of("an identity token", "--identity-token-stdin");
            return Ok(Some(Credential::identity_token(token.as_str())));
        }
        if self.registry.identity_token_stdin {
            return Ok(Some(Credential::identity_token(read_secret()?)));
        }
        let Some(username) = username.clone() else { return Ok(None) };
        let password = match password {
            Some(password) => {
                warn_of("a password", "--password-stdin");
                Secret::new(password.as_str())
            }
            None if self.registry.password_stdin => read_secret()?,
            None => ask_secret()?,
        };
        Ok(Some(Credential::password(username, password)))
    }

    /// The credential to log in with: what was given, else what is typed.
    pub(crate) fn credential_to_store(&self) -> Result<Credential> {
        if let Some(credential) = self.credential()? {
            return Ok(credential);
        }
        if !std::io::stdin().is_terminal() {
            return Err(usage("nobody can be asked for name and password")
                .with_hint("pass --username and --password-stdin, or --identity-token-stdin"));
        }
        let _ = write!(std::io::stderr(), "Username: ");
        let username = read_line()?.trim().to_owned();
        Ok(Credential::password(username, ask_secret()?))
    }
}

fn warn_of(what: &str, instead: &str) {
    output::note(&format!(
        "Warning: {what} on the command line can be seen by others; use {instead}"
    ));
}

fn read_line() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_line(&mut text)
        .map_err(|e| Error::new(Code::Io, format!("nothing can be read: {e}")))?;
    Ok(text)
}

/// No password or token is longer.
const LONGEST_SECRET: u64 = 64 * 1024;

/// The whole of standard input, without the line's end.
fn read_secret() -> Result<Secret> {
    let mut text = String::with_capacity(LONGEST_SECRET as usize + 1);
    let read = std::io::stdin().take(LONGEST_SECRET + 1).read_to_string(&mut text);
    let text = Secret::new(text);
    read.map_err(|e| Error::new(Code::Io, format!("no secret can be read: {e}")))?;
    if text.expose().len() as u64 > LONGEST_SECRET {
        return Err(usage("standard input has more than a password or token")
            .with_hint("write the secret alone to it"));
    }
    Ok(Secret::new(text.expose().trim_end_matches(['\r', '\n'])))
}

/// Asks on the terminal, without showing what is typed.
fn ask_secret() -> Result<Secret> {
    if !std::io::stdin().is_terminal() {
        return Err(usage("--username needs a password").with_hint("pass --password-stdin"));
    }
    rpassword::prompt_password("Password: ").map(Secret::new).map_err(|e| match e.kind() {
        // Ctrl-C, which is no signal while the terminal does not echo.
        std::io::ErrorKind::Interrupted => Error::new(Code::Cancelled, "no password was typed"),
        _ => Error::new(Code::Io, format!("no password can be read: {e}")),
    })
}

pub(crate) fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

/// A reference as it was typed: by that name results are printed.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) reference: Reference,
    typed: String,
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(Self { reference: text.parse()?, typed: text.to_owned() })
    }
}

impl From<Reference> for Target {
    fn from(reference: Reference) -> Self {
        Self { typed: reference.to_string(), reference }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
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
