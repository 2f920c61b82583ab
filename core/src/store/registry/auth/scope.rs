//! What a token is to allow: scopes such as `repository:net-monitor:pull,push`, as a set that can be
//! joined and compared.
//!
//! Source: the token scope documentation of the distribution project.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Scopes, merged by resource, in one order: the same set always has the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Scopes(BTreeMap<String, BTreeSet<String>>);

impl Scopes {
    /// Actions on a repository.
    pub(crate) fn repository(name: &str, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        Self(BTreeMap::from([(format!("repository:{name}"), actions)]))
    }

    /// The list of repositories.
    pub(crate) fn catalog() -> Self {
        Self::parse("registry:catalog:*")
    }

    /// Scopes as a challenge has them: separated by blanks.
    pub(crate) fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for scope in text.split_whitespace() {
            // A name may have colons, as in `repository:localhost:5000/app:pull`.
            let (resource, actions) = scope.rsplit_once(':').unwrap_or((scope, ""));
            let known = scopes.0.entry(resource.to_owned()).or_default();
            known.extend(actions.split(',').filter(|a| !a.is_empty()).map(str::to_owned));
        }
        scopes
    }

    /// Both together.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (resource, actions) in &other.0 {
            all.0.entry(resource.clone()).or_default().extend(actions.iter().cloned());
        }
        all
    }

    /// Whether whoever may do this may do all of `other`.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(resource, actions)| self.0.get(resource).is_some_and(|a| a.is_superset(actions)))
    }

    /// How much they allow, to choose the widest by.
    pub(crate) fn width(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Each scope as it is asked for.
    pub(crate) fn each(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(resource, actions)| {
            let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
            // What is written otherwise in a challenge is asked for as it is written there.
            if actions.is_empty() {
                resource.clone()
            } else {
                format!("{resource}:{}", actions.join(","))
            }
        })
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.each().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_merged_by_resource() {
        let pull = Scopes::parse("repository:a:pull");
        let both = pull.joined(&Scopes::parse("repository:a:push,pull repository:b:pull"));
        assert_eq!(both.to_string(), "repository:a:pull,push repository:b:pull");
        assert!(both.cover(&pull) && !pull.cover(&both));
        assert_eq!(Scopes::repository("a", &["pull"]), pull);
    }

    #[test]
    fn names_may_have_colons() {
        let scopes = Scopes::parse("repository:localhost:5000/a:pull registry:catalog:*");
        assert_eq!(scopes.to_string(), "registry:catalog:* repository:localhost:5000/a:pull");
        assert_eq!(Scopes::catalog().to_string(), "registry:catalog:*");
        assert_eq!(Scopes::parse("aws").to_string(), "aws");
    }
}
