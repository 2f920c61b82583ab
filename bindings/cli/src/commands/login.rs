//! `login` and `logout`.

use clap::Args;
use ocigraph::{Host, Result, StoredIn};

use crate::{
    ExitCode,
    args::{Common, Format, FormatArg},
    output,
};

#[derive(Debug, Args)]
#[command(after_help = "\
The credential is checked with the registry, then stored where docker, oras, crane and skopeo look
for it: in the helper that docker's config.json names, else in that file.

EXAMPLES
  ocigraph login registry.example.com --username ada --password-stdin < password
  az acr login --name myregistry --expose-token --output tsv --query accessToken \\
      | ocigraph login myregistry.azurecr.io --identity-token-stdin")]
pub(crate) struct LoginArgs {
    /// The registry
    host: Host,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph logout registry.example.com")]
pub(crate) struct LogoutArgs {
    /// The registry
    host: Host,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn login(common: &Common, args: LoginArgs) -> Result<ExitCode> {
    let credential = common.credential_to_store()?;
    let done = common.anonymous_client()?.login(&args.host, credential).await?;
    if let StoredIn::File(path) = &done.stored_in {
        let path = path.display();
        output::note(&format!(
            "Warning: the credential is stored as plain text in {path}; a credential helper keeps it safer"
        ));
    }
    if !done.verified {
        output::note("Warning: the registry asked for no credential, so this one is not checked");
    }
    if done.overridden {
        output::note("Warning: DOCKER_AUTH_CONFIG has another credential, which will be used");
    }
    match args.format.format {
        Format::Text => output::line("Login Succeeded"),
        Format::Json => output::result(&done),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn logout(common: &Common, args: LogoutArgs) -> Result<ExitCode> {
    let done = common.anonymous_client()?.logout(&args.host).await?;
    if done.remains {
        output::note("Warning: DOCKER_AUTH_CONFIG still has a credential for it");
    }
    match args.format.format {
        Format::Json => output::result(&done),
        Format::Text if done.removed_from.is_empty() => {
            output::line(&format!("There was no credential for {}", args.host));
        }
        Format::Text => {
            for place in &done.removed_from {
                output::line(&format!("Removed from {}", place.name()));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
