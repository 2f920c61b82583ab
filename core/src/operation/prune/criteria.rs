//! What a prune selects, read from its options.

use jiff::{SignedDuration, Timestamp};

use super::options::PruneOptions;
use crate::operation::selection::Pattern;
use ocigraph_types::{Code, Error, Result, excerpt};

/// 1981-01-01: reproducible builds write times before it.
const FIRST_TIME: i64 = 347_155_200;

/// Clocks differ by less.
const CLOCK_DIFFERENCE: SignedDuration = SignedDuration::from_hours(24);

/// The criteria of a prune.
pub(super) struct Criteria {
    keep_tags: Vec<Pattern>,
    tags: Vec<Pattern>,
    pub(super) keep_last: Option<usize>,
    pub(super) older_than: Option<Age>,
    pub(super) untagged: bool,
    pub(super) orphans: bool,
    pub(super) dead_tags: bool,
    types: Vec<String>,
}

/// The age from which a manifest is old.
pub(super) struct Age {
    pub(super) before: Timestamp,
    /// A phrase for users: `older than 90 days`.
    pub(super) phrase: String,
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

impl Criteria {
    pub(super) fn of(options: &PruneOptions) -> Result<Self> {
        let criteria = Self {
            keep_tags: Pattern::parse_all(&options.keep_tags)?,
            tags: Pattern::parse_all(&options.tags)?,
            keep_last: options.keep_last,
            older_than: options.older_than.as_deref().map(Age::parse).transpose()?,
            untagged: options.untagged,
            orphans: options.orphans,
            dead_tags: options.dead_tags,
            types: options.artifact_types.clone(),
        };
        if criteria.keep_last == Some(0) {
            return Err(refused("keep_last is 0, so no tag would stay")
                .with_hint("select tags with tags, for example '*', to keep none of them"));
        }
        if !criteria.types.is_empty() && !criteria.orphans && !criteria.dead_tags {
            return Err(refused("artifact_types needs orphans or dead_tags, which it narrows"));
        }
        if !(criteria.selects_tags() || criteria.untagged || criteria.orphans || criteria.dead_tags)
        {
            return Err(refused("nothing says what to delete").with_hint(
                "select by older_than, keep_last, tags, untagged, orphans or dead_tags",
            ));
        }
        Ok(criteria)
    }

    /// Returns true if tagged manifests are selected.
    pub(super) fn selects_tags(&self) -> bool {
        self.needs_times() || !self.tags.is_empty()
    }

    /// Returns true if the time of creation of tagged manifests matters.
    pub(super) fn needs_times(&self) -> bool {
        self.older_than.is_some() || self.keep_last.is_some()
    }

    /// Returns true if the time of creation of manifests without a tag matters.
    pub(super) fn needs_times_of_untagged(&self) -> bool {
        self.older_than.is_some() && (self.untagged || self.orphans || self.dead_tags)
    }

    /// Returns true for a tag that is among those to choose from.
    pub(super) fn considers(&self, tag: &str) -> bool {
        self.selects_tags() && (self.tags.is_empty() || matches_any(&self.tags, tag))
    }

    pub(super) fn keeps(&self, tag: &str) -> bool {
        matches_any(&self.keep_tags, tag)
    }

    /// Returns true if an orphan with this artifact type is selected.
    pub(super) fn has_type(&self, artifact_type: Option<&str>) -> bool {
        self.types.is_empty()
            || artifact_type.is_some_and(|one| self.types.iter().any(|wanted| wanted == one))
    }
}

/// Returns true if a pattern matches a tag. In a layout, a tag can be a name with a registry and a repository: its tag
/// counts too.
fn matches_any(patterns: &[Pattern], tag: &str) -> bool {
    let last = tag.rsplit_once(':').filter(|(name, _)| name.contains('/')).map(|(_, last)| last);
    let matches =
        |pattern: &Pattern| pattern.matches(tag) || last.is_some_and(|last| pattern.matches(last));
    patterns.iter().any(matches)
}

impl Age {
    fn parse(text: &str) -> Result<Self> {
        let invalid = || {
            refused(format!(
                "invalid older_than {:?}: expected a duration or a time",
                excerpt(text)
            ))
            .with_hint("write 90d, 12h or 2w, or a time such as 2026-01-31T10:00:00Z; m could mean minutes or months")
        };
        let now = Timestamp::now();
        if let Ok(before) = text.parse::<Timestamp>() {
            if before > now {
                return Err(refused(format!("older_than {text:?} lies in the future")));
            }
            return Ok(Self { before, phrase: format!("created before {before}") });
        }
        let (number, unit) =
            text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(invalid)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let (seconds, name) = match unit {
            "s" => (1, "second"),
            "h" => (3600, "hour"),
            "d" => (86_400, "day"),
            "w" => (7 * 86_400, "week"),
            _ => return Err(invalid()),
        };
        let number: i64 = number.parse().map_err(|_| invalid())?;
        let age = number.checked_mul(seconds).map(SignedDuration::from_secs).ok_or_else(invalid)?;
        let before = now.checked_sub(age).map_err(|_| invalid())?;
        let plural = if number == 1 { "" } else { "s" };
        Ok(Self { before, phrase: format!("older than {number} {name}{plural}") })
    }
}

/// Reads a time of creation. The error says why it is unknown.
pub(super) fn time(text: Option<&str>) -> std::result::Result<Timestamp, String> {
    let text = text.ok_or("it has no time of creation")?;
    let invalid = || format!("its time of creation {:?} is invalid", excerpt(text));
    let time: Timestamp = text.parse().map_err(|_| invalid())?;
    if time.as_second() < FIRST_TIME {
        return Err(format!("its time of creation {time} is that of a reproducible build"));
    }
    Ok(time)
}

/// Returns true for a forged or mistaken time. It would keep a place among the newest for ever.
pub(super) fn is_future(time: Timestamp) -> bool {
    Timestamp::now().checked_add(CLOCK_DIFFERENCE).is_ok_and(|limit| time > limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_number_and_a_unit_or_is_a_time() {
        let days = Age::parse("90d").unwrap();
        assert_eq!(days.phrase, "older than 90 days");
        let weeks = Age::parse("1w").unwrap();
        assert_eq!(weeks.phrase, "older than 1 week");
        assert!(days.before < weeks.before);
        let time = Age::parse("2026-01-31T10:00:00+01:00").unwrap();
        assert_eq!(time.phrase, "created before 2026-01-31T09:00:00Z");
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "1y",
            "3m",
            "1.5d",
            "90 d",
            "9999-01-01T00:00:00Z",
            "99999999999999999w",
            "ü",
        ] {
            let error = Age::parse(text).err().unwrap_or_else(|| panic!("{text} is accepted"));
            assert_eq!(error.code(), Code::InvalidArgument, "{text}");
        }
    }

    #[test]
    fn the_time_of_a_reproducible_build_is_unknown() {
        assert!(time(Some("2026-01-31T10:00:00Z")).is_ok());
        for text in ["1970-01-01T00:00:00Z", "1980-01-01T00:00:01Z", "0001-01-01T00:00:00Z"] {
            assert!(time(Some(text)).unwrap_err().contains("reproducible"), "{text}");
        }
        assert!(time(Some("yesterday")).unwrap_err().contains("invalid"));
        assert!(time(None).is_err());
        assert!(is_future(time(Some("2999-01-31T10:00:00Z")).unwrap()));
        assert!(!is_future(Timestamp::now()));
    }

    #[test]
    fn the_tag_of_a_full_name_counts() {
        let keeps = |pattern: &str, tag: &str| {
            let options = PruneOptions::default().keep_tags(vec![pattern.into()]).untagged(true);
            Criteria::of(&options).unwrap().keeps(tag)
        };
        let name = "registry.example:5000/team/app:v1";
        for pattern in ["v1", "v*", "*", "**", "registry.example:5000/team/app:*", name] {
            assert!(keeps(pattern, name), "{pattern}");
        }
        assert!(!keeps("app*", name) && !keeps("v2", name) && !keeps("team/*", name));
    }

    #[test]
    fn nothing_is_selected_unless_asked_for() {
        let keep = PruneOptions::default().keep_tags(vec!["v*".into()]);
        let error = Criteria::of(&keep).err().unwrap();
        assert!(error.hint().unwrap().contains("older_than"), "{error}");
        assert!(Criteria::of(&keep.older_than("1d")).is_ok());
        let types = PruneOptions::default().untagged(true).artifact_types(vec!["a/b".into()]);
        assert!(Criteria::of(&types).is_err());
        assert!(Criteria::of(&PruneOptions::default().keep_last(0)).is_err());
    }
}
