//! Which of the repositories and tags of a target are meant: the options that operations on many images share.

use super::{pattern::Pattern, selector::TagSelection, shard::Shard};
use ocigraph_types::{Code, Error, Result, SiblingTag, check_repository};

#[derive(Debug)]
pub(crate) struct Filter {
    repositories: Vec<Pattern>,
    tags: Vec<Pattern>,
    pub(crate) latest: Option<usize>,
    shard: Option<Shard>,
}

impl Filter {
    /// Parses the options. `INVALID_ARGUMENT` if a pattern or the shard cannot be used, or if the number of
    /// tags is 0.
    pub(crate) fn parse(
        repositories: &[String],
        tags: &[String],
        latest: Option<usize>,
        shard: Option<&str>,
    ) -> Result<Self> {
        if latest == Some(0) {
            let message = "the number of the latest tags is 0, which selects no image";
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("pass 1 or more, or leave it out for all tags"));
        }
        Ok(Self {
            repositories: Pattern::parse_all(repositories)?,
            tags: Pattern::parse_all(tags)?,
            latest,
            shard: shard.map(str::parse).transpose()?,
        })
    }

    /// Returns true if a repository of a catalog is meant, of which a target has the pattern.
    pub(crate) fn has_repository(&self, pattern: Option<&Pattern>, repository: &str) -> bool {
        check_repository(repository).is_ok()
            && pattern.is_none_or(|pattern| pattern.matches(repository))
            && is_any(&self.repositories, repository)
    }

    /// Returns true if a repository belongs to the share.
    pub(crate) fn is_in_shard(&self, repository: &str) -> bool {
        self.shard.is_none_or(|shard| shard.has(repository))
    }

    /// Returns true if a listed tag is meant, whatever its version. A tag that has the digest of a manifest is
    /// one of its attachments.
    pub(crate) fn has_tag(&self, selection: &TagSelection, tag: &str) -> bool {
        let is_selected = match selection {
            TagSelection::Matching(pattern) => pattern.matches(tag),
            _ => true,
        };
        is_selected && SiblingTag::parse(tag).is_none() && is_any(&self.tags, tag)
    }

    /// Returns true if the options can leave everything out.
    pub(crate) fn has_patterns(&self) -> bool {
        !self.repositories.is_empty() || !self.tags.is_empty()
    }

    /// Returns true if the options leave no tag out.
    pub(crate) fn has_every_tag(&self) -> bool {
        self.tags.is_empty() && self.latest.is_none()
    }
}

fn is_any(patterns: &[Pattern], name: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name))
}
