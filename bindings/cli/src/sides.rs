//! The flags of `copy` and `sync` for one side: `--from-…` for the source and `--to-…` for the destination.
//!
//! A flag of a side replaces the flag of the same name without a prefix, which applies to both sides.

use std::{io::IsTerminal, path::PathBuf};

use clap::Args;
use ocigraph::{Client, Location, Result};

use crate::{
    args::{Common, DistributionSpec, RegistryArgs, usage},
    target::{LayoutArgs, Target},
};

/// The flags of one side.
#[derive(Debug)]
struct Side {
    /// `from` or `to`.
    name: &'static str,
    own: RegistryArgs,
}

/// Defines the arguments of a side. clap has no prefix for the names of arguments that a command takes
/// twice.
macro_rules! side {
    ($args:ident, $name:literal, $heading:literal, $registry:literal) => {
        #[derive(Debug, Args)]
        #[command(next_help_heading = $heading, next_display_order = 150)]
        pub(crate) struct $args {
            #[arg(id = concat!($name, "_username"), long = concat!($name, "-username"))]
            #[arg(value_name = "USERNAME", hide_short_help = true)]
            #[arg(help = concat!("User name for ", $registry))]
            username: Option<String>,
            #[arg(id = concat!($name, "_password"), long = concat!($name, "-password"))]
            #[arg(help = concat!("Password for ", $registry, "; other users of this machine can see it"))]
            #[arg(value_name = "PASSWORD", hide_short_help = true)]
            password: Option<String>,
            #[arg(id = concat!($name, "_password_stdin"), long = concat!($name, "-password-stdin"))]
            #[arg(conflicts_with = concat!($name, "_password"), hide_short_help = true)]
            #[arg(help = concat!("Read the password for ", $registry, " from standard input"))]
            password_stdin: bool,
            #[arg(id = concat!($name, "_identity_token"), long = concat!($name, "-identity-token"))]
            #[arg(value_name = "TOKEN", hide_short_help = true)]
            #[arg(conflicts_with_all = [
                concat!($name, "_username"),
                concat!($name, "_password"),
                concat!($name, "_password_stdin"),
            ])]
            #[arg(help = concat!("Identity token for ", $registry, "; other users of this machine can see it"))]
            identity_token: Option<String>,
            #[arg(id = concat!($name, "_identity_token_stdin"))]
            #[arg(long = concat!($name, "-identity-token-stdin"), hide_short_help = true)]
            #[arg(conflicts_with_all = [
                concat!($name, "_username"),
                concat!($name, "_password"),
                concat!($name, "_password_stdin"),
                concat!($name, "_identity_token"),
            ])]
            #[arg(help = concat!("Read the identity token for ", $registry, " from standard input"))]
            identity_token_stdin: bool,
            #[arg(id = concat!($name, "_auth_file"), long = concat!($name, "-registry-config"))]
            #[arg(value_name = "FILE", hide_short_help = true)]
            #[arg(help = concat!("Credential file to use for ", $registry, ", in place of all others"))]
            auth_file: Option<PathBuf>,
            #[arg(id = concat!($name, "_plain_http"), long = concat!($name, "-plain-http"))]
            #[arg(value_name = "BOOL", num_args = 0..=1, require_equals = true)]
            #[arg(default_missing_value = "true", hide_short_help = true)]
            #[arg(help = concat!("Use plain HTTP for ", $registry, "; with =false, never use it"))]
            plain_http: Option<bool>,
            #[arg(id = concat!($name, "_insecure"), long = concat!($name, "-insecure"))]
            #[arg(hide_short_help = true)]
            #[arg(help = concat!("Accept any certificate of ", $registry))]
            insecure: bool,
            #[arg(id = concat!($name, "_ca_file"), long = concat!($name, "-ca-file"))]
            #[arg(value_name = "FILE", hide_short_help = true)]
            #[arg(help = concat!("Trust the certificate authorities in this PEM file for ", $registry))]
            ca_file: Option<PathBuf>,
            #[arg(id = concat!($name, "_cert_file"), long = concat!($name, "-cert-file"))]
            #[arg(value_name = "FILE", requires = concat!($name, "_key_file"), hide_short_help = true)]
            #[arg(help = concat!("Client certificate (PEM) for ", $registry))]
            cert_file: Option<PathBuf>,
            #[arg(id = concat!($name, "_key_file"), long = concat!($name, "-key-file"))]
            #[arg(value_name = "FILE", requires = concat!($name, "_cert_file"), hide_short_help = true)]
            #[arg(help = concat!("Private key (PEM) of the client certificate for ", $registry))]
            key_file: Option<PathBuf>,
            #[arg(id = concat!($name, "_resolve"), long = concat!($name, "-resolve"))]
            #[arg(value_name = "HOST:PORT:ADDRESS[:PORT]", hide_short_help = true)]
            #[arg(help = concat!("Connect to ADDRESS for this host and port of ", $registry))]
            resolve: Vec<String>,
            #[arg(id = concat!($name, "_distribution_spec"), long = concat!($name, "-distribution-spec"))]
            #[arg(value_name = "SPEC", hide_short_help = true)]
            #[arg(help = concat!("How referrers are listed in ", $registry))]
            distribution_spec: Option<DistributionSpec>,
            #[arg(id = concat!($name, "_headers"), long = concat!($name, "-header"))]
            #[arg(value_name = "NAME:VALUE", hide_short_help = true)]
            #[arg(help = concat!("Add a header to every request to ", $registry))]
            headers: Vec<String>,
            #[arg(id = concat!($name, "_user_agent"), long = concat!($name, "-user-agent"))]
            #[arg(value_name = "TEXT", hide_short_help = true)]
            #[arg(help = concat!("`User-Agent` header of every request to ", $registry))]
            user_agent: Option<String>,
        }

        impl From<&$args> for Side {
            fn from(args: &$args) -> Self {
                let own = RegistryArgs {
                    username: args.username.clone(),
                    password: args.password.clone(),
                    password_stdin: args.password_stdin,
                    identity_token: args.identity_token.clone(),
                    identity_token_stdin: args.identity_token_stdin,
                    auth_file: args.auth_file.clone(),
                    plain_http: args.plain_http,
                    insecure: args.insecure,
                    ca_file: args.ca_file.clone(),
                    cert_file: args.cert_file.clone(),
                    key_file: args.key_file.clone(),
                    resolve: args.resolve.clone(),
                    distribution_spec: args.distribution_spec,
                    headers: args.headers.clone(),
                    user_agent: args.user_agent.clone(),
                    // One for both sides.
                    no_proxy: false,
                    concurrency: None,
                };
                Self { name: $name, own }
            }
        }
    };
}

/// Defines the flags that make a side an image layout.
macro_rules! layout_of_side {
    ($args:ident, $name:literal, $target:literal) => {
        #[derive(Debug, Args)]
        #[command(next_help_heading = "Image layout", next_display_order = 140)]
        pub(crate) struct $args {
            #[arg(id = concat!($name, "_oci_layout"), long = concat!($name, "-oci-layout"))]
            #[arg(help = concat!("Take ", $target, " as PATH[:tag][@digest] of an image layout; the same as oci:PATH"))]
            oci_layout: bool,
            #[arg(id = concat!($name, "_oci_layout_path"), long = concat!($name, "-oci-layout-path"))]
            #[arg(value_name = "PATH", conflicts_with = concat!($name, "_oci_layout"))]
            #[arg(help = concat!("Take ", $target, " as a tag or digest in the image layout at this path"))]
            oci_layout_path: Option<PathBuf>,
        }

        impl From<&$args> for LayoutArgs {
            fn from(args: &$args) -> Self {
                Self::new(args.oci_layout, args.oci_layout_path.clone())
            }
        }
    };
}

layout_of_side!(FromLayoutArgs, "from", "SOURCE");
layout_of_side!(ToLayoutArgs, "to", "DESTINATION");

side!(FromArgs, "from", "Source registry", "the source registry");
side!(ToArgs, "to", "Destination registry", "the destination registry");

impl Side {
    /// Returns the name of a flag that was given, without the prefix of the side.
    fn given(&self) -> Option<&'static str> {
        let own = &self.own;
        let given = [
            ("username", own.username.is_some()),
            ("password", own.password.is_some()),
            ("password-stdin", own.password_stdin),
            ("identity-token", own.identity_token.is_some()),
            ("identity-token-stdin", own.identity_token_stdin),
            ("registry-config", own.auth_file.is_some()),
            ("plain-http", own.plain_http.is_some()),
            ("insecure", own.insecure),
            ("ca-file", own.ca_file.is_some()),
            ("cert-file", own.cert_file.is_some()),
            ("key-file", own.key_file.is_some()),
            ("header", !own.headers.is_empty()),
            ("user-agent", own.user_agent.is_some()),
            ("resolve", !own.resolve.is_empty()),
            ("distribution-spec", own.distribution_spec.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// Returns the beginning of the names of the flags.
    fn prefix(&self) -> String {
        format!("--{}-", self.name)
    }

    /// Fails if a flag is given for a side that is an image layout.
    fn check_target(&self, target: &Target) -> Result<()> {
        match target.reference.location() {
            Location::Layout(_) => self.check_layout(&target.to_string()),
            Location::Registry { .. } => Ok(()),
        }
    }

    /// Fails if a flag is given that only a registry has. `layout` is the other thing.
    fn check_layout(&self, layout: &str) -> Result<()> {
        // Without effect, as the flags of the same names for both sides.
        let is_accepted = |flag: &&str| ["resolve", "distribution-spec"].contains(flag);
        match self.given().filter(|flag| !is_accepted(flag)) {
            Some(flag) => Err(usage(format!(
                "--{}-{flag} is for a registry, but {layout} is an image layout",
                self.name
            ))
            .with_hint(format!("remove --{}-{flag}", self.name))),
            None => Ok(()),
        }
    }

    /// Returns the flags that apply to this side: its own, else those of both sides.
    fn over(&self, both: &RegistryArgs) -> Result<RegistryArgs> {
        let (own, mut all) = (&self.own, both.clone());
        if own.has_token() {
            (all.username, all.password, all.password_stdin) = (None, None, false);
            all.identity_token.clone_from(&own.identity_token);
            all.identity_token_stdin = own.identity_token_stdin;
        }
        if own.username.is_some() || own.has_password() {
            (all.identity_token, all.identity_token_stdin) = (None, false);
            all.username = own.username.clone().or(all.username);
        }
        if own.has_password() {
            all.password.clone_from(&own.password);
            all.password_stdin = own.password_stdin;
            if all.username.is_none() {
                let name = self.name;
                return Err(usage(format!("--{name}-password needs a user name"))
                    .with_hint(format!("pass --{name}-username")));
            }
        }
        let lacks_password = all.password.is_none() && !all.password_stdin;
        if own.username.is_some() && lacks_password && !std::io::stdin().is_terminal() {
            let name = self.name;
            let message =
                format!("--{name}-username needs a password: standard input is not a terminal");
            return Err(usage(message).with_hint(format!("pass --{name}-password-stdin")));
        }
        if own.cert_file.is_some() {
            all.cert_file.clone_from(&own.cert_file);
            all.key_file.clone_from(&own.key_file);
        }
        if !own.resolve.is_empty() {
            all.resolve.clone_from(&own.resolve);
        }
        if !own.headers.is_empty() {
            all.headers.clone_from(&own.headers);
        }
        all.auth_file = own.auth_file.clone().or(all.auth_file);
        all.plain_http = own.plain_http.or(all.plain_http);
        all.insecure |= own.insecure;
        all.ca_file = own.ca_file.clone().or(all.ca_file);
        all.distribution_spec = own.distribution_spec.or(all.distribution_spec);
        all.user_agent = own.user_agent.clone().or(all.user_agent);
        Ok(all)
    }
}

/// Returns the flags of the sides that read standard input. Both sides may have the same secret,
/// which is read once; [`clients`] refuses two.
pub(crate) fn standard_input(from: &FromArgs, to: &ToArgs) -> Vec<String> {
    let (from, to) = (Side::from(from), Side::from(to));
    let (from_prefix, to_prefix) = (from.prefix(), to.prefix());
    let mut secrets =
        from.own.secret_readers(&from_prefix).chain(to.own.secret_readers(&to_prefix));
    let files = from.own.files_from_standard_input(&from_prefix);
    let files = files.chain(to.own.files_from_standard_input(&to_prefix));
    secrets.next().into_iter().chain(files).collect()
}

/// Returns the client for a copy, and the client of the destination if that must be another one.
pub(crate) fn clients(
    common: &Common,
    (from, source): (&FromArgs, &Target),
    (to, destination): (&ToArgs, &Target),
) -> Result<(Client, Option<Client>)> {
    let (from, to) = (Side::from(from), Side::from(to));
    from.check_target(source)?;
    to.check_target(destination)?;
    let two_registries = match (source.reference.location(), destination.reference.location()) {
        (Location::Registry { host, .. }, Location::Registry { host: other, .. }) => host != other,
        _ => false,
    };
    clients_of(common, &from, &to, two_registries)
}

/// Returns the client for a sync, and the client of the destination if that must be another one.
pub(crate) fn clients_of_sync(
    common: &Common,
    from: &FromArgs,
    to: &ToArgs,
    (sources, destination): (&[String], &str),
) -> Result<(Client, Option<Client>)> {
    let host = |text: &str| match text.starts_with("oci:") {
        true => None,
        false => text.split('/').next().map(str::to_owned),
    };
    let to_host = host(destination);
    let (from, to) = (Side::from(from), Side::from(to));
    if sources.iter().all(|source| host(source).is_none()) {
        from.check_layout(&sources.join(" "))?;
    }
    if to_host.is_none() {
        to.check_layout(destination)?;
    }
    let is_another = |source: &String| host(source).is_some_and(|host| to_host != Some(host));
    let two_registries = to_host.is_some() && sources.iter().any(is_another);
    clients_of(common, &from, &to, two_registries)
}

fn clients_of(
    common: &Common,
    from: &Side,
    to: &Side,
    two_registries: bool,
) -> Result<(Client, Option<Client>)> {
    if from.given().is_none() && to.given().is_none() {
        return Ok((common.client()?, None));
    }
    let both = &common.registry;
    let (source, destination) =
        (common.with_registry(from.over(both)?), common.with_registry(to.over(both)?));
    if two_registries {
        check_secrets(both, from, to)?;
    } else if source.registry == destination.registry {
        return Ok((source.client()?, None));
    }
    let (one, other) = (&source.registry, &destination.registry);
    if one.credential_flags() == other.credential_flags() {
        let credential = source.credential()?;
        let client = source.client_with(credential.clone())?;
        return Ok((client, Some(destination.client_with(credential)?)));
    }
    if one.reads_secret() && other.reads_secret() {
        return Err(usage("standard input cannot provide the secrets of both sides").with_hint(
            "read one secret from standard input; for the other side, use `ocigraph login` or --from-registry-config or --to-registry-config",
        ));
    }
    Ok((source.client()?, Some(destination.client()?)))
}

/// Fails if a secret that was given for both sides would be sent to two registries.
fn check_secrets(both: &RegistryArgs, from: &Side, to: &Side) -> Result<()> {
    let own_secret = |side: &Side| side.own.has_token() || side.own.has_password();
    let own_credential = |side: &Side| own_secret(side) || side.own.username.is_some();
    // Without a password, a terminal asks for it, for the user name of that side.
    let shares_credential = match both.credential_flags() {
        (None, ..) if !both.has_token() => false,
        (_, None, false, ..) if !both.has_token() => !own_credential(from) && !own_credential(to),
        _ => !own_secret(from) && !own_secret(to),
    };
    let shares_headers =
        !both.headers.is_empty() && from.own.headers.is_empty() && to.own.headers.is_empty();
    let (what, flags) = match (shares_credential, shares_headers) {
        (false, false) => return Ok(()),
        (true, _) => ("a credential", "--from-username and --to-username, each with its password"),
        (false, true) => ("a header", "--from-header and --to-header"),
    };
    Err(usage(format!("{what} that was given for one registry cannot be sent to two"))
        .with_hint(format!("pass {flags}")))
}
