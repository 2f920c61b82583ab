//! What could not be read of a list.

use std::fmt;

use crate::{
    Code, Digest, Error, Result,
    weight::{OBJECT, Weight},
};

/// Problems that an error names.
const NAMED: usize = 3;

/// Something in a list that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListProblem {
    /// Which list, as in `the tags of app`.
    pub list: String,
    /// Whose referrers are listed, where it is a list of referrers.
    pub subject: Option<Digest>,
    /// The entry, where it is a text that is not written as a name of its kind. It is to be shown,
    /// escaped, and never asked for.
    pub name: Option<String>,
    /// What could not be read and why; what came from the registry is escaped and shortened.
    pub detail: String,
}

impl ListProblem {
    /// A problem of the list that `list` names.
    pub fn new(
        list: String,
        subject: Option<Digest>,
        name: Option<String>,
        detail: String,
    ) -> Self {
        Self { list, subject, name, detail }
    }
}

impl fmt::Display for ListProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.list, self.detail)
    }
}

impl From<ListProblem> for Error {
    fn from(problem: ListProblem) -> Self {
        Self::new(Code::Incomplete, problem.to_string())
    }
}

impl Weight for ListProblem {
    fn weight(&self) -> usize {
        size_of::<Self>() + OBJECT + self.list.len() + self.name.weight() + self.detail.len()
    }
}

/// Adds the problems of a further list. One of the place as a whole may come with every list.
pub fn join(problems: &mut Vec<ListProblem>, more: Vec<ListProblem>) {
    for problem in more {
        if problem.subject.is_some() || !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// INCOMPLETE when there are problems; it names the first.
pub fn whole(problems: &[ListProblem]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = problems.iter().take(NAMED).map(ListProblem::to_string).collect();
    let more = match problems.len() - named.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let message = format!("not all could be read: {}{more}", named.join("; "));
    Err(Error::new(Code::Incomplete, message)
        .with_hint("`ocigraph discover`, `tags` and `manifests` print what could be read"))
}
