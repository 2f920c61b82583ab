//! Many short names in little memory.

use crate::store::memory_budget::Charge;
use ocigraph_types::{Code, Error, Result};

/// Names in one text. A million tags take some 20 MB, and a quarter of that many strings.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// Adds a name. `TOO_LARGE` if all names together have more than 4 GiB.
    pub(crate) fn push(&mut self, name: &str) -> Result<()> {
        let end = u32::try_from(self.text.len() + name.len())
            .map_err(|_| Error::new(Code::TooLarge, "the names have more than 4 GiB"))?;
        self.text.push_str(name);
        self.ends.push(end);
        Ok(())
    }

    /// Adds names, and charges what they take.
    pub(crate) fn extend<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
        charge: &mut Charge,
    ) -> Result<()> {
        let before = self.bytes();
        names.into_iter().try_for_each(|name| self.push(name))?;
        charge.add(self.bytes() - before)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The memory that the names take in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_they_were_added() {
        let mut names = Names::default();
        for name in ["v1", "", "latest"] {
            names.push(name).unwrap();
        }
        assert_eq!(names.iter().collect::<Vec<_>>(), ["v1", "", "latest"]);
        assert_eq!((names.get(2), names.get(3)), (Some("latest"), None));
    }
}
