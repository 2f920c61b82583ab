//! The list of commands and the arguments that several commands share. The module of a command
//! defines the arguments that only this command takes.

use std::{
    io::{IsTerminal, Read, Write},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use ocigraph::{
    Annotations, Client, ClientConfig, Code, Credential, Credentials, EdgeKind, Error, Limits,
    ReferrersMode, Result, Secret,
};

use crate::{
    commands::{
        archive::{BackupArgs, RestoreArgs},
        blob::BlobCommand,
        check::CheckArgs,
        copy::CopyArgs,
        delete::DeleteArgs,
        digest::DigestArgs,
        discover::DiscoverArgs,
        list::{ManifestsArgs, RepoCommand, ReposArgs, TagsArgs},
        login::{LoginArgs, LogoutArgs},
        manifest::ManifestCommand,
        migrate::MigrateArgs,
        prune::PruneArgs,
        pull::PullArgs,
        push::{AttachArgs, PushArgs},
        serve::ServeArgs,
        sweep::SweepArgs,
        sync::SyncArgs,
        tag::{ResolveArgs, TagArgs, UntagArgs},
        verify::VerifyArgs,
    },
    format::FormatArg,
    output,
    usage::read_from_standard_input,
};

/// Push, pull, discover, copy, verify and delete graphs of supply-chain artifacts in OCI registries
/// and image layout directories.
#[derive(Debug, Parser)]
#[command(name = "ocigraph", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "\
TARGETS
  registry.example.com[:port]/repository[:tag][@digest]
  oci:PATH[:tag][@digest]        an OCI image layout directory, created by the first push; its tags
                                 can be names such as docker.io/library/app:v1; a PATH that is a
                                 tar archive of a layout is only read
  oci:PATH/[:tag][@digest]       the same, for a PATH that contains a colon

EXIT CODES
  0    success
  1    failure
  2    wrong usage
  3    unknown, of check and sweep
  129  ended by SIGHUP
  130  ended by SIGINT (Ctrl-C)
  143  ended by SIGTERM

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
    /// Write the files of an artifact to a directory
    Pull(PullArgs),
    /// Show the graph of referrers of an artifact
    Discover(DiscoverArgs),
    /// Delete an artifact and its graph of referrers
    Delete(DeleteArgs),
    /// Delete what is old, orphaned or untagged from repositories and layouts
    Prune(Box<PruneArgs>),
    /// Copy an artifact or its graph between registries and image layouts
    #[command(visible_alias = "cp")]
    Copy(Box<CopyArgs>),
    /// Copy repositories into one archive or directory
    Backup(BackupArgs),
    /// Copy what an archive or directory has to a registry or layout
    Restore(RestoreArgs),
    /// Give what is attached to an artifact the form of referrers or of tags
    Migrate(MigrateArgs),
    /// Check that every manifest and blob of a graph exists and matches its digest
    Verify(VerifyArgs),
    /// Check that signatures, SBoMs and other attachments exist
    Check(CheckArgs),
    /// List what is attached to every image of registries and repositories
    Sweep(Box<SweepArgs>),
    /// Copy many references with everything attached, and say what the destination lacks
    Sync(Box<SyncArgs>),
    /// Serve image layouts and archives as a registry
    Serve(ServeArgs),
    /// Add tags to an artifact
    Tag(TagArgs),
    /// Remove tags without deleting their manifests
    Untag(UntagArgs),
    /// Print the digest of the manifest that a reference names
    Resolve(ResolveArgs),
    /// List the tags of a repository
    Tags(TagsArgs),
    /// List the manifests of a repository, tagged and untagged
    Manifests(ManifestsArgs),
    /// List the repositories of a registry
    #[command(visible_alias = "repositories")]
    Repos(ReposArgs),
    /// The lists of ORAS: repositories and tags
    #[command(
        subcommand,
        alias = "repository",
        after_help = "EXAMPLES\n  ocigraph repo ls registry.example.com\n  ocigraph repo tags registry.example.com/app"
    )]
    Repo(RepoCommand),
    /// Fetch, push or delete one manifest, or write an index
    #[command(
        subcommand,
        after_help = "EXAMPLES\n  ocigraph manifest fetch registry.example.com/app:v1"
    )]
    Manifest(ManifestCommand),
    /// Fetch, push or delete one blob
    #[command(
        subcommand,
        after_help = "EXAMPLES\n  ocigraph blob push registry.example.com/app blob.bin"
    )]
    Blob(BlobCommand),
    /// Check a credential with a registry and store it
    Login(LoginArgs),
    /// Remove the stored credential of a registry
    Logout(LogoutArgs),
    /// Print the digests of files, or of the manifest that a reference names
    Digest(DigestArgs),
    /// Print the version
    #[command(after_help = "EXAMPLES\n  ocigraph version --format json")]
    Version(FormatArg),
    /// Write the manual pages of all commands to a directory
    #[command(after_help = "EXAMPLES\n  ocigraph man --output /usr/local/share/man/man1")]
    Man {
        /// Directory to write to; it is created
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
    },
    /// Print a completion script for a shell
    #[command(
        after_help = "EXAMPLES\n  ocigraph completion bash > /etc/bash_completion.d/ocigraph"
    )]
    Completion {
        /// Shell that the script is for
        shell: Shell,
    },
}

/// The options that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// The program was called as `oras`: what it pushes has the defaults of ORAS.
    #[arg(skip)]
    pub(crate) as_oras: bool,
    /// Do not show progress bars
    #[arg(long, visible_alias = "no-tty", global = true, display_order = 100)]
    pub(crate) no_progress: bool,
    /// Print results and errors only
    #[arg(short, long, global = true, display_order = 100)]
    pub(crate) quiet: bool,
    /// Log each request, and print the annotations of referrers
    #[arg(
        short,
        long,
        global = true,
        display_order = 100,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = false,
        default_missing_value = "true"
    )]
    pub(crate) verbose: bool,
    /// Log each request and response with their headers, without secrets, and show no progress bars
    #[arg(short, long, global = true, display_order = 100)]
    pub(crate) debug: bool,
    // Must be the last fields: clap prints their headings above every argument that follows.
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    #[command(flatten)]
    limits: LimitArgs,
}

/// How a registry is reached. `copy` also takes most of these for each side: see `sides`.
#[derive(Debug, Clone, PartialEq, Args)]
#[command(next_help_heading = "Registry", next_display_order = 200)]
pub(crate) struct RegistryArgs {
    /// User name for the registry
    #[arg(short = 'u', long, global = true)]
    pub(crate) username: Option<String>,
    /// Password for the registry; other users of this machine can see it
    #[arg(short = 'p', long, global = true, requires = "username", hide_env_values = true)]
    pub(crate) password: Option<String>,
    /// Read the password from standard input
    #[arg(long, global = true, requires = "username", conflicts_with = "password")]
    pub(crate) password_stdin: bool,
    /// Identity token for the registry; other users of this machine can see it
    #[arg(long, global = true, value_name = "TOKEN", conflicts_with_all = ["username", "password"])]
    pub(crate) identity_token: Option<String>,
    /// Read the identity token from standard input
    #[arg(long, global = true, conflicts_with_all = ["username", "password", "identity_token"])]
    pub(crate) identity_token_stdin: bool,
    /// Credential file to use in place of all others; `login` stores credentials in it
    #[arg(long = "registry-config", global = true, value_name = "FILE")]
    pub(crate) auth_file: Option<PathBuf>,
    /// Use plain HTTP; with =false, never use it. Default: only for localhost and loopback addresses
    #[arg(
        long,
        global = true,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub(crate) plain_http: Option<bool>,
    /// Accept any certificate: an attacker on the network can read and change all data
    #[arg(long, global = true)]
    pub(crate) insecure: bool,
    /// Trust the certificate authorities in this PEM file in addition to the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Client certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "key_file")]
    pub(crate) cert_file: Option<PathBuf>,
    /// Private key of the client certificate (PEM)
    #[arg(long, global = true, value_name = "FILE", requires = "cert_file")]
    pub(crate) key_file: Option<PathBuf>,
    /// Ignore HTTPS_PROXY and HTTP_PROXY
    #[arg(long, global = true)]
    pub(crate) no_proxy: bool,
    /// Connect to ADDRESS for this host and port, without a proxy
    #[arg(long, value_name = "HOST:PORT:ADDRESS[:PORT]", global = true)]
    pub(crate) resolve: Vec<String>,
    /// How referrers are listed: by the API or under a tag alone. Default: by what the registry has
    #[arg(long, value_name = "SPEC", global = true)]
    pub(crate) distribution_spec: Option<DistributionSpec>,
    /// Add a header to every request to the registry
    #[arg(short = 'H', long = "header", value_name = "NAME:VALUE", global = true)]
    pub(crate) headers: Vec<String>,
    /// `User-Agent` header of every request. Default: ocigraph/ and the version
    #[arg(long, global = true, value_name = "TEXT", hide_short_help = true)]
    pub(crate) user_agent: Option<String>,
    /// Maximum number of concurrent requests, up to 512. Default, also for 0: 128
    #[arg(long, global = true, value_name = "N", value_parser = count)]
    pub(crate) concurrency: Option<u64>,
}

impl RegistryArgs {
    /// Returns the flags that make the credential: user name, password, and whether standard input has
    /// the password; identity token, and whether standard input has it.
    pub(crate) fn credential_flags(
        &self,
    ) -> (Option<&str>, Option<&str>, bool, Option<&str>, bool) {
        let (username, password) = (self.username.as_deref(), self.password.as_deref());
        let token = self.identity_token.as_deref();
        (username, password, self.password_stdin, token, self.identity_token_stdin)
    }

    pub(crate) fn has_token(&self) -> bool {
        self.identity_token.is_some() || self.identity_token_stdin
    }

    pub(crate) fn has_password(&self) -> bool {
        self.password.is_some() || self.password_stdin
    }

    /// Returns true if the credential is read from standard input.
    pub(crate) fn reads_secret(&self) -> bool {
        self.password_stdin || self.identity_token_stdin
    }

    /// Returns the flags that read a secret from standard input. `prefix` is that of the flags.
    pub(crate) fn secret_readers(&self, prefix: &str) -> impl Iterator<Item = String> {
        let secrets = [
            ("password-stdin", self.password_stdin),
            ("identity-token-stdin", self.identity_token_stdin),
        ];
        let given = secrets.into_iter().filter(|(_, given)| *given);
        given.map(move |(flag, _)| format!("{prefix}{flag}"))
    }

    /// Returns the flags whose file is standard input, with the file. `prefix` is that of the flags.
    pub(crate) fn files_from_standard_input(&self, prefix: &str) -> impl Iterator<Item = String> {
        let files = [
            ("registry-config", &self.auth_file),
            ("ca-file", &self.ca_file),
            ("cert-file", &self.cert_file),
            ("key-file", &self.key_file),
        ];
        files.into_iter().filter_map(move |(flag, path)| {
            read_from_standard_input(&format!("{prefix}{flag}"), path.as_deref())
        })
    }
}

/// How referrers are listed, by the names of ORAS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DistributionSpec {
    /// The referrers API; an error where the registry has none
    #[value(name = "v1.1-referrers-api")]
    ReferrersApi,
    /// The referrers tag schema, also where the registry has the API
    #[value(name = "v1.1-referrers-tag")]
    ReferrersTag,
}

impl DistributionSpec {
    fn mode(self) -> ReferrersMode {
        match self {
            DistributionSpec::ReferrersApi => ReferrersMode::Api,
            DistributionSpec::ReferrersTag => ReferrersMode::Tag,
        }
    }
}

/// The limits that every command takes. `-h` does not show them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits", next_display_order = 300)]
struct LimitArgs {
    /// Time to connect to a registry, TLS handshake included; inf for no limit. Default: 10
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    connect_timeout: Option<Seconds>,
    /// Time from a request to the first header of its response; inf for no limit. Default: 30
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    response_timeout: Option<Seconds>,
    /// Time between two pieces of a body, in either direction; inf for no limit. Default: 30
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    idle_timeout: Option<Seconds>,
    /// Time from the last byte of an upload to its response, and 1 s for every 16 MiB sent; inf for no limit. Default: 60
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    upload_response_timeout: Option<Seconds>,
    /// Time without a transferred byte after which a command fails, over all attempts; inf for no limit. Default: 90
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    stall_timeout: Option<Seconds>,
    /// Time for a credential helper to answer before it is killed; inf for no limit. Default: 30
    #[arg(long, global = true, value_name = "SECONDS", hide_short_help = true)]
    helper_timeout: Option<Seconds>,
    /// Number of attempts of one request, the first included. Default: 5
    #[arg(long, global = true, value_name = "N", value_parser = count, hide_short_help = true)]
    max_attempts: Option<u64>,
    /// Maximum size of a manifest, and of one page of a list. Default: 4 MiB
    #[arg(long, global = true, value_name = "BYTES", value_parser = count, hide_short_help = true)]
    max_manifest_bytes: Option<u64>,
    /// Maximum number of pages of a list. Default: 10,000
    #[arg(long, global = true, value_name = "N", value_parser = count, hide_short_help = true)]
    max_pages: Option<u64>,
    /// Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000
    #[arg(long, global = true, value_name = "N", value_parser = count, hide_short_help = true)]
    max_entries: Option<u64>,
    /// Maximum number of requests a second to one host and port. Default: no maximum
    #[arg(long, global = true, value_name = "N", value_parser = positive, hide_short_help = true)]
    max_requests_per_second: Option<u64>,
}

impl LimitArgs {
    /// Changes the limits that the command line gives.
    fn apply(&self, limits: &mut Limits) {
        let set = |limit: &mut Duration, given: Option<Seconds>| {
            if let Some(Seconds(duration)) = given {
                *limit = duration;
            }
        };
        set(&mut limits.connect_timeout, self.connect_timeout);
        set(&mut limits.response_timeout, self.response_timeout);
        set(&mut limits.idle_timeout, self.idle_timeout);
        set(&mut limits.upload_response_timeout, self.upload_response_timeout);
        set(&mut limits.stall_timeout, self.stall_timeout);
        set(&mut limits.helper_timeout, self.helper_timeout);
        let set = |limit: &mut usize, given: Option<u64>| {
            if let Some(given) = given {
                *limit = clamped(given);
            }
        };
        set(&mut limits.max_manifest_bytes, self.max_manifest_bytes);
        set(&mut limits.max_pages, self.max_pages);
        set(&mut limits.max_entries, self.max_entries);
        if let Some(attempts) = self.max_attempts {
            limits.max_attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
        }
        if let Some(requests) = self.max_requests_per_second {
            limits.max_requests_per_second = u32::try_from(requests).unwrap_or(u32::MAX);
        }
    }
}

/// A duration in seconds, with a fraction. `inf` means no limit.
#[derive(Debug, Clone, Copy)]
struct Seconds(Duration);

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text.parse::<f64>() {
            Ok(seconds) if seconds >= 0.0 => {
                // Infinity and seconds beyond the range of `Duration`.
                Ok(Self(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)))
            }
            _ => Err("expected a number of seconds, 0 or more, or inf".to_owned()),
        }
    }
}

/// Parses a maximum. A number that is too large counts as the largest one.
pub(crate) fn count(text: &str) -> std::result::Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("expected an integer of 0 or more".to_owned());
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

/// Parses a maximum that cannot be 0.
fn positive(text: &str) -> std::result::Result<u64, String> {
    let number = count(text).ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected an integer of 1 or more".to_owned())
}

/// The argument that narrows a graph to one kind of edges.
#[derive(Debug, Args)]
pub(crate) struct OnlyArg {
    /// Follow only the edges of this kind to what is attached
    #[arg(long, value_name = "KIND")]
    only: Option<OnlyKind>,
}

impl OnlyArg {
    pub(crate) fn kind(&self) -> Option<EdgeKind> {
        self.only.map(OnlyKind::kind)
    }
}

/// The kind of edges that a graph is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnlyKind {
    /// Manifests that have the artifact as their subject
    #[value(alias = "referrer")]
    Referrers,
    /// Manifests that cosign tagged with the digest of the artifact
    #[value(alias = "tag")]
    Tags,
    /// Attestations that BuildKit listed in an index
    #[value(alias = "attestation")]
    Attestations,
    /// Manifests that an index lists
    #[value(alias = "child")]
    Children,
}

impl OnlyKind {
    pub(crate) fn kind(self) -> EdgeKind {
        match self {
            OnlyKind::Referrers => EdgeKind::Referrer,
            OnlyKind::Tags => EdgeKind::Tag,
            OnlyKind::Attestations => EdgeKind::Attestation,
            OnlyKind::Children => EdgeKind::Child,
        }
    }
}

/// Converts a maximum to the type of the library.
pub(crate) fn clamped(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

impl Common {
    /// Returns a client that uses the credential of the command line, or else the stored ones.
    pub(crate) fn client(&self) -> Result<Client> {
        self.client_with(self.credential()?)
    }

    /// Returns a client that uses the stored credentials only.
    pub(crate) fn anonymous_client(&self) -> Result<Client> {
        self.client_with(None)
    }

    /// The same options, with others for the registry.
    pub(crate) fn with_registry(&self, registry: RegistryArgs) -> Self {
        Self { registry, ..self.clone() }
    }

    pub(crate) fn client_with(&self, credential: Option<Credential>) -> Result<Client> {
        let plain_http = self.registry.plain_http;
        let mut config = {
            let mut config = ClientConfig::default();
            config.plain_http = plain_http;
            config
        };
        for header in &self.registry.headers {
            // The message does not quote the header, because its value can be a secret.
            let (name, value) = header.split_once(':').ok_or_else(|| {
                usage("invalid header: expected a name and a value").with_hint("write NAME:VALUE")
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
        config.resolve = registry.resolve.iter().map(|text| text.parse()).collect::<Result<_>>()?;
        if let Some(spec) = registry.distribution_spec {
            config.referrers_mode = spec.mode();
        }
        if let Some(user_agent) = &registry.user_agent {
            config.user_agent.clone_from(user_agent);
        }
        self.limits.apply(&mut config.limits);
        if let Some(credential) = credential {
            config.credentials = Credentials::Given(credential);
        }
        Ok(Client::with_config(config))
    }

    /// Returns the options that read standard input.
    pub(crate) fn standard_input(&self) -> Vec<String> {
        let registry = &self.registry;
        registry.secret_readers("--").chain(registry.files_from_standard_input("--")).collect()
    }

    /// Returns a given option whose value would be sent to a registry. A command for image layouts
    /// refuses it. The options that only say how to connect are accepted, because scripts pass them
    /// to every command.
    pub(crate) fn registry_only(&self) -> Option<&'static str> {
        let registry = &self.registry;
        let given = [
            ("--header", !registry.headers.is_empty()),
            ("--user-agent", registry.user_agent.is_some()),
            ("--cert-file", registry.cert_file.is_some()),
            ("--username", registry.username.is_some()),
            ("--identity-token", registry.identity_token.is_some()),
            ("--identity-token-stdin", registry.identity_token_stdin),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }

    pub(crate) fn concurrency(&self) -> Option<usize> {
        self.registry.concurrency.map(clamped)
    }

    pub(crate) fn credential(&self) -> Result<Option<Credential>> {
        let RegistryArgs { username, password, identity_token, .. } = &self.registry;
        if let Some(token) = identity_token {
            warn_of_visible("an identity token", "--identity-token-stdin");
            return Ok(Some(Credential::identity_token(token.as_str())));
        }
        if self.registry.identity_token_stdin {
            return Ok(Some(Credential::identity_token(read_secret()?)));
        }
        let Some(username) = username.clone() else { return Ok(None) };
        let password = match password {
            Some(password) => {
                warn_of_visible("a password", "--password-stdin");
                Secret::new(password.as_str())
            }
            None if self.registry.password_stdin => read_secret()?,
            None => prompt_secret()?,
        };
        Ok(Some(Credential::password(username, password)))
    }

    /// Returns the credential of the command line, or else asks for one on the terminal.
    pub(crate) fn credential_to_store(&self) -> Result<Credential> {
        if let Some(credential) = self.credential()? {
            return Ok(credential);
        }
        if !std::io::stdin().is_terminal() {
            return Err(usage("cannot ask for a user name: standard input is not a terminal")
                .with_hint("pass --username and --password-stdin, or --identity-token-stdin"));
        }
        let _ = write!(std::io::stderr(), "Username: ");
        let username = read_line()?.trim().to_owned();
        Ok(Credential::password(username, prompt_secret()?))
    }
}

fn warn_of_visible(what: &str, instead: &str) {
    output::note(&format!(
        "Warning: other users can see {what} on the command line; use {instead}"
    ));
}

fn read_line() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .read_line(&mut text)
        .map_err(|e| Error::new(Code::Io, format!("cannot read standard input: {e}")))?;
    Ok(text)
}

/// The maximum size of a password or token on standard input, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// Reads all of standard input and removes the line break at its end.
fn read_secret() -> Result<Secret> {
    let mut text = String::with_capacity(MAX_SECRET_BYTES as usize + 1);
    let read = std::io::stdin().take(MAX_SECRET_BYTES + 1).read_to_string(&mut text);
    let text = Secret::new(text);
    read.map_err(|e| {
        Error::new(Code::Io, format!("cannot read a secret from standard input: {e}"))
    })?;
    if text.expose().len() as u64 > MAX_SECRET_BYTES {
        return Err(usage(format!(
            "standard input has more than {MAX_SECRET_BYTES} bytes, the maximum for a password or token"
        ))
        .with_hint("write only the password or token to standard input"));
    }
    Ok(Secret::new(text.expose().trim_end_matches(['\r', '\n'])))
}

/// Asks for a password on the terminal, without echo.
fn prompt_secret() -> Result<Secret> {
    if !std::io::stdin().is_terminal() {
        return Err(usage("--username needs a password: standard input is not a terminal")
            .with_hint("pass --password-stdin"));
    }
    rpassword::prompt_password("Password: ").map(Secret::new).map_err(|e| match e.kind() {
        // Ctrl-C does not send a signal while rpassword reads without echo.
        std::io::ErrorKind::Interrupted => {
            Error::new(Code::Cancelled, "the password prompt was interrupted")
        }
        _ => Error::new(Code::Io, format!("cannot read the password: {e}")),
    })
}

pub(crate) fn usage(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

pub(crate) fn key_values(given: &[String]) -> Result<Annotations> {
    let mut annotations = Annotations::new();
    for text in given {
        let (key, value) = text
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| usage(format!("invalid annotation {text:?}: expected KEY=VALUE")))?;
        if annotations.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(usage(format!("duplicate annotation {key:?}")));
        }
    }
    Ok(annotations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_maxima_have_no_upper_bound() {
        let seconds = |text: &str| text.parse::<Seconds>().map(|Seconds(duration)| duration);
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["inf", "1e300", "99999999999999999999"] {
            assert_eq!(seconds(text), Ok(Duration::MAX), "{text}");
        }
        for text in ["-1", "nan", "-inf", "1s", ""] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert_eq!(count("0"), Ok(0));
        assert_eq!(count("99999999999999999999"), Ok(u64::MAX));
        for text in ["-1", "1.5", "inf", ""] {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
