//! Scopes of a token, such as `repository:net-monitor:pull,push`, as a set that can be joined and
//! compared.
//!
//! See [Docker Registry Token Scope and
//! Access](https://distribution.github.io/distribution/spec/auth/scope/).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// Scopes, merged by resource and sorted: equal sets have equal text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Scopes(BTreeMap<String, BTreeSet<String>>);

impl Scopes {
    /// Returns the scope of these actions on a repository.
    pub(crate) fn repository(name: &str, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|action| (*action).to_owned()).collect();
        Self(BTreeMap::from([(format!("repository:{name}"), actions)]))
    }

    /// Returns the scope of listing repositories.
    pub(crate) fn catalog() -> Self {
        Self::parse("registry:catalog:*")
    }

    /// Parses the scopes of a challenge, which are separated by spaces.
    pub(crate) fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for scope in text.split_whitespace() {
            // A name may contain colons: `repository:localhost:5000/app:pull`.
            let (resource, actions) = scope.rsplit_once(':').unwrap_or((scope, ""));
            let all = scopes.0.entry(resource.to_owned()).or_default();
            all.extend(actions.split(',').filter(|a| !a.is_empty()).map(str::to_owned));
        }
        scopes
    }

    /// Returns the number of resources.
    pub(crate) fn resources(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the union of both sets.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (resource, actions) in &other.0 {
            all.0.entry(resource.clone()).or_default().extend(actions.iter().cloned());
        }
        all
    }

    /// Returns true if these scopes include all of `other`.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(resource, actions)| self.0.get(resource).is_some_and(|a| a.is_superset(actions)))
    }

    /// Returns the number of actions, by which the widest set is chosen.
    pub(crate) fn width(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Returns the text of each scope, as a token request has it.
    pub(crate) fn each(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(resource, actions)| {
            let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
            // A scope of another form is requested exactly as the challenge wrote it.
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
    fn repository_names_may_contain_colons() {
        let scopes = Scopes::parse("repository:localhost:5000/a:pull registry:catalog:*");
        assert_eq!(scopes.to_string(), "registry:catalog:* repository:localhost:5000/a:pull");
        assert_eq!(Scopes::catalog().to_string(), "registry:catalog:*");
        assert_eq!(Scopes::parse("aws").to_string(), "aws");
    }
}
