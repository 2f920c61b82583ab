//! `login` and `logout`: store and remove credentials.

use clap::Args;
use ocigraph::{KeyCase, LoginTarget, Result, StoredIn, ToJson};

use crate::{ExitCode, args::Common, format::FormatArg, output};

#[derive(Debug, Args)]
#[command(after_help = "\
Checks the credential with the registry, then stores it where docker, oras, crane and skopeo find it:
in the credential helper that docker's config.json names or, without one, in config.json.
The credential of a namespace is used for the repositories in it. Helpers cannot store one.

EXAMPLES
  ocigraph login registry.example.com --username ada --password-stdin < password
  ocigraph login registry.example.com/team --username robot --password-stdin < password
  az acr login --name myregistry --expose-token --output tsv --query accessToken \\
      | ocigraph login myregistry.azurecr.io --identity-token-stdin")]
pub(crate) struct LoginArgs {
    /// Registry, or a namespace or repository of it: host[:port][/namespace]
    host: LoginTarget,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES\n  ocigraph logout registry.example.com")]
pub(crate) struct LogoutArgs {
    /// Registry, or a namespace or repository of it: host[:port][/namespace]
    host: LoginTarget,
    #[command(flatten)]
    format: FormatArg,
}

pub(crate) async fn login(common: &Common, args: LoginArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    let credential = common.credential_to_store()?;
    let done = common.anonymous_client()?.login(&args.host, credential).await?;
    if let StoredIn::File(path) = &done.stored_in {
        let path = path.display();
        output::note(&format!(
            "Warning: {path} contains the credential as plain text; a credential helper is safer"
        ));
    }
    if !done.verified {
        output::note("Warning: the credential was not verified: the registry did not ask for one");
    }
    if done.overridden {
        output::note(
            "Warning: DOCKER_AUTH_CONFIG has another credential for this registry and overrides this one",
        );
    }
    format.print(|| done.to_json(KeyCase::Camel), || output::line("Login Succeeded"))?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn logout(common: &Common, args: LogoutArgs) -> Result<ExitCode> {
    let format = args.format.open()?;
    let done = common.anonymous_client()?.logout(&args.host).await?;
    if done.remains {
        output::note("Warning: DOCKER_AUTH_CONFIG still has a credential for this registry");
    }
    let text = || {
        if done.removed_from.is_empty() {
            output::line(&format!("No credential is stored for {}", args.host));
        }
        for place in &done.removed_from {
            output::line(&format!("Removed from {}", place.name()));
        }
    };
    format.print(|| done.to_json(KeyCase::Camel), text)?;
    Ok(ExitCode::SUCCESS)
}
