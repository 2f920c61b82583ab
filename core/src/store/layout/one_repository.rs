//! One repository of a layout that keeps several, whose names say what is of which:
//! `host/repository:tag`, or `host/repository@digest` for a manifest without a tag. Repositories can have the
//! same image with different things attached.

use std::collections::HashSet;

use ocigraph_types::{Descriptor, Digest, SiblingTag};
use tokio::sync::OnceCell;

use super::index::{Index, names_of};

/// The repository that an operation is about.
#[derive(Debug)]
pub(super) struct OneRepository {
    /// `host/repository`.
    name: String,
    pub(super) contents: OnceCell<Contents>,
}

/// What the names of an index say of a repository.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The manifests that only other repositories have.
    others: HashSet<Digest>,
    /// Sibling tags without a repository in front.
    plain: HashSet<String>,
    pub(super) siblings: Vec<SiblingTag>,
}

impl OneRepository {
    /// Returns the repository of a full name. `None` for the tag of a layout.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (name, _) = split(name)?;
        Some(Self { name: name.to_owned(), contents: OnceCell::new() })
    }

    /// Reads the names of an index. A manifest without a name can be of each repository.
    pub(super) fn read(&self, index: &Index) -> Contents {
        let (mut contents, mut own) = (Contents::default(), HashSet::new());
        for entry in &index.entries {
            let (mut is_own, mut is_of_other) = (false, false);
            for name in names_of(entry) {
                match split(name) {
                    Some((repository, tag)) if repository == self.name => {
                        is_own = true;
                        contents.siblings.extend(tag.and_then(SiblingTag::parse));
                    }
                    Some(_) => is_of_other = true,
                    None => {
                        if let Some(sibling) = SiblingTag::parse(name) {
                            contents.siblings.push(sibling);
                            contents.plain.insert(name.to_owned());
                        }
                    }
                }
            }
            match is_own || !is_of_other {
                true => own.insert(&entry.digest),
                false => contents.others.insert(entry.digest.clone()),
            };
        }
        contents.others.retain(|digest| !own.contains(digest));
        contents
    }

    /// Returns the name in the layout of a tag of the repository.
    pub(super) fn name_of(&self, tag: &str, contents: &Contents) -> String {
        match SiblingTag::parse(tag) {
            Some(_) if !contents.plain.contains(tag) => format!("{}:{tag}", self.name),
            _ => tag.to_owned(),
        }
    }
}

impl Contents {
    /// Returns false if only other repositories have a manifest.
    pub(super) fn may_have(&self, manifest: &Descriptor) -> bool {
        !self.others.contains(&manifest.digest)
    }
}

/// Splits a full name into its repository and its tag, if it has one. `None` for the tag of a layout.
pub(super) fn split(name: &str) -> Option<(&str, Option<&str>)> {
    let (repository, tag) = match name.split_once('@') {
        Some((repository, _)) => (repository, None),
        None => name.rsplit_once(':').map(|(repository, tag)| (repository, Some(tag)))?,
    };
    repository.contains('/').then_some((repository, tag))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ocigraph_types::{annotation, media_type};

    use super::*;

    fn index(names: &[(&str, Option<String>)]) -> Index {
        let entry = |(content, name): &(&str, Option<String>)| {
            let mut entry = Descriptor::of(media_type::OCI_MANIFEST, content.as_bytes());
            entry.annotations.extend(name.clone().map(|name| (annotation::REF_NAME.into(), name)));
            Arc::new(entry)
        };
        Index { entries: names.iter().map(entry).collect(), ..Index::default() }
    }

    fn digest(content: &str) -> Digest {
        Descriptor::of("a/b", content.as_bytes()).digest
    }

    #[test]
    fn a_manifest_that_only_others_name_is_not_of_the_repository() {
        let repository = OneRepository::of("r.test:5000/app:v1").unwrap();
        let at = |name: &str, content: &str| Some(format!("{name}@{}", digest(content)));
        let contents = repository.read(&index(&[
            ("image", Some("r.test:5000/app:v1".into())),
            ("image", Some("r.test:5000/base:1".into())),
            ("own", at("r.test:5000/app", "own")),
            ("theirs", at("r.test:5000/base", "theirs")),
            ("both", at("r.test:5000/app", "both")),
            ("both", at("r.test:5000/base", "both")),
            ("unnamed", None),
            ("tag", Some("v2".into())),
        ]));
        let has = |content: &str| contents.may_have(&Descriptor::of("a/b", content.as_bytes()));
        for own in ["image", "own", "both", "unnamed", "tag"] {
            assert!(has(own), "{own}");
        }
        assert!(!has("theirs"));
    }

    #[test]
    fn sibling_tags_are_those_of_the_repository_and_those_without_one() {
        let repository = OneRepository::of("r.test/app:v1").unwrap();
        let tag = |content: &str| digest(content).to_string().replace(':', "-") + ".sig";
        let contents = repository.read(&index(&[
            ("a", Some(format!("r.test/app:{}", tag("image")))),
            ("b", Some(format!("r.test/base:{}", tag("other")))),
            ("c", Some(tag("plain"))),
        ]));
        let found: Vec<String> = contents.siblings.iter().map(ToString::to_string).collect();
        assert_eq!(found, [tag("image"), tag("plain")]);
        assert_eq!(
            repository.name_of(&tag("other"), &contents),
            format!("r.test/app:{}", tag("other"))
        );
        assert_eq!(repository.name_of(&tag("plain"), &contents), tag("plain"));
        assert_eq!(repository.name_of("v1", &contents), "v1");
        assert!(OneRepository::of("v1").is_none() && OneRepository::of("app:v1").is_none());
    }
}
