//! Checks the arguments of a command before it does anything: standard input has one reader, and
//! what would be sent to a registry is not ignored by an image layout.

use std::path::Path;

use ocigraph::{Location, Reference, Result};

use crate::{
    args::{Command, Common, usage},
    commands::{blob::BlobCommand, list::RepoCommand, manifest::ManifestCommand},
    sides,
    target::{LayoutArgs, TargetText},
};

/// What a command uses.
#[derive(Default)]
pub(crate) struct Usage {
    pub(crate) references: Vec<Reference>,
    /// The arguments that read standard input.
    pub(crate) standard_input: Vec<String>,
    /// The command asks for a confirmation.
    pub(crate) asks: bool,
}

impl Usage {
    /// A command that reads a list of targets.
    fn of_list(from: Option<&Path>) -> Self {
        let reads = from.filter(|from| from.as_os_str() == "-");
        let standard_input = reads.map(|_| "--from -".to_owned()).into_iter().collect();
        Self { standard_input, ..Self::default() }
    }

    /// # Errors
    /// `INVALID_REFERENCE` if a target is not a reference.
    pub(crate) fn of(command: &Command) -> Result<Self> {
        let one = |layout: &LayoutArgs, target: &TargetText| Self::of_target(layout, target);
        match command {
            Command::Push(args) => args.usage(),
            Command::Attach(args) => args.usage(),
            Command::Delete(args) => args.usage(),
            Command::Prune(args) => Ok(args.usage()),
            Command::Manifest(command) => ManifestCommand::usage(command),
            Command::Blob(command) => BlobCommand::usage(command),
            Command::Pull(args) => one(&args.layout, &args.target),
            Command::Discover(args) => one(&args.layout, &args.target),
            Command::Copy(args) => {
                let (source, destination) = args.targets()?;
                Ok(Self {
                    references: vec![source.reference, destination.reference],
                    standard_input: sides::standard_input(&args.from, &args.to),
                    ..Self::default()
                })
            }
            Command::Backup(args) => {
                Ok(Self { references: args.references.clone(), ..Self::default() })
            }
            Command::Restore(args) => {
                let references = args.destination.reference.iter().cloned().collect();
                Ok(Self { references, ..Self::default() })
            }
            Command::Migrate(args) => one(&args.layout, &args.target),
            Command::Verify(args) => one(&args.layout, &args.target),
            Command::Check(args) => one(&args.layout, &args.target),
            Command::Tag(args) => one(&args.layout, &args.target),
            Command::Untag(args) => one(&args.layout, &args.target),
            Command::Resolve(args) => one(&args.layout, &args.target),
            Command::Tags(args) | Command::Repo(RepoCommand::Tags(args)) => {
                one(&args.layout, &args.target)
            }
            Command::Manifests(args) => one(&args.layout, &args.target),
            Command::Digest(args) => args.usage(),
            Command::Sweep(args) => Ok(Self::of_list(args.from.as_deref())),
            Command::Sync(args) => {
                let mut usage = Self::of_list(args.from.as_deref());
                let secrets = sides::standard_input(&args.from_registry, &args.to_registry);
                usage.standard_input.extend(secrets);
                Ok(usage)
            }
            Command::Repos(_)
            | Command::Repo(RepoCommand::Ls(_))
            | Command::Serve(_)
            | Command::Login(_)
            | Command::Logout(_)
            | Command::Version(_)
            | Command::Man { .. }
            | Command::Completion { .. } => Ok(Self::default()),
        }
    }

    pub(crate) fn of_target(layout: &LayoutArgs, target: &TargetText) -> Result<Self> {
        Ok(Self { references: vec![layout.reference(target)?], ..Self::default() })
    }

    /// The push of one file, which can be standard input.
    pub(crate) fn of_push(layout: &LayoutArgs, target: &TargetText, file: &Path) -> Result<Self> {
        let name = || format!("the file {}", file.display());
        let standard_input = is_standard_input(file).then(name).into_iter().collect();
        Ok(Self { standard_input, ..Self::of_target(layout, target)? })
    }

    pub(crate) fn check(mut self, common: &Common) -> Result<()> {
        self.standard_input.extend(common.standard_input());
        if let [first, second, ..] = self.standard_input.as_slice() {
            let message = format!("{first} and {second} both read standard input");
            return Err(usage(message).with_hint("let one of them read a file"));
        }
        if let ([reader], true) = (self.standard_input.as_slice(), self.asks) {
            let message = format!("{reader} reads standard input, from which the answer is read");
            return Err(usage(message).with_hint("pass --yes"));
        }
        let is_layout =
            |reference: &&Reference| matches!(reference.location(), Location::Layout(_));
        let layouts = self.references.iter().filter(is_layout).count();
        if layouts > 0
            && layouts == self.references.len()
            && let Some(option) = common.registry_only()
        {
            let message = format!(
                "{option} is for a registry, and {} is an image layout",
                self.references[0]
            );
            return Err(usage(message).with_hint(format!("omit {option}")));
        }
        Ok(())
    }
}

/// Returns true for a path that means standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| path == Path::new(name))
}

/// Returns the name of an option with its file, if the file is standard input. `-` is the name of a
/// file here.
pub(crate) fn read_from_standard_input(option: &str, file: Option<&Path>) -> Option<String> {
    let file = file.filter(|file| *file != Path::new("-") && is_standard_input(file))?;
    Some(format!("{option} {}", file.display()))
}
