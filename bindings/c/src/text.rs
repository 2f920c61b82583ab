//! Text and bytes as views: a pointer and a length, in either direction.
//!
//! What comes in is copied before a function returns; what goes out belongs to the handle it came
//! from. It never keeps a pointer of the caller's.

use std::{ffi::c_char, ptr, slice, str};

use ocigraph::{Code, Error, Result};

/// Text: UTF-8, not ended by NUL. `{NULL, 0}` is no text; a function that returns text gives it for
/// what is not known. What is known and empty has a length of 0 too, and `data` that is not NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ocigraph_str {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes.
    pub length: usize,
}

/// Bytes. `{NULL, 0}` is none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ocigraph_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes.
    pub length: usize,
}

impl Default for ocigraph_str {
    fn default() -> Self {
        Self { data: ptr::null(), length: 0 }
    }
}

impl Default for ocigraph_bytes {
    fn default() -> Self {
        Self { data: ptr::null(), length: 0 }
    }
}

/// Where what is empty lies: Rust's own pointer to nothing is a small outcome_number, which Go takes for a
/// mistake.
static EMPTY: u8 = 0;

fn start(bytes: &[u8]) -> *const u8 {
    if bytes.is_empty() { &raw const EMPTY } else { bytes.as_ptr() }
}

impl From<&str> for ocigraph_str {
    fn from(text: &str) -> Self {
        Self { data: start(text.as_bytes()).cast(), length: text.len() }
    }
}

impl From<Option<&str>> for ocigraph_str {
    fn from(text: Option<&str>) -> Self {
        text.map(Self::from).unwrap_or_default()
    }
}

impl From<&[u8]> for ocigraph_bytes {
    fn from(bytes: &[u8]) -> Self {
        Self { data: start(bytes), length: bytes.len() }
    }
}

impl ocigraph_str {
    /// The text; `name` is the parameter's, for the error.
    pub(crate) fn text(self, name: &str) -> Result<String> {
        let bytes = view(self.data.cast(), self.length, name)?;
        let text = str::from_utf8(bytes);
        text.map(str::to_owned).map_err(|e| invalid(format!("{name} is not UTF-8: {e}")))
    }

    /// The text, with what is not UTF-8 replaced; nothing where it cannot be read.
    pub(crate) fn lossy(self) -> String {
        let bytes = view(self.data.cast(), self.length, "text").unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// The text, which must not be empty.
    pub(crate) fn required(self, name: &str) -> Result<String> {
        self.optional(name)?.ok_or_else(|| invalid(format!("{name} is no text")))
    }

    /// The text, or nothing where it is empty.
    pub(crate) fn optional(self, name: &str) -> Result<Option<String>> {
        Ok(Some(self.text(name)?).filter(|text| !text.is_empty()))
    }

    /// The same, which must be as the core wants it.
    pub(crate) fn checked(
        self,
        name: &str,
        check: impl FnOnce(&str) -> Result<()>,
    ) -> Result<Option<String>> {
        let text = self.optional(name)?;
        text.as_deref().map_or(Ok(()), check)?;
        Ok(text)
    }

    /// Reads the text as a value: a reference, a platform.
    pub(crate) fn parse<T: str::FromStr<Err = Error>>(self, name: &str) -> Result<T> {
        self.text(name)?.parse()
    }

    /// The same, or nothing where it is empty.
    pub(crate) fn parse_optional<T: str::FromStr<Err = Error>>(
        self,
        name: &str,
    ) -> Result<Option<T>> {
        self.optional(name)?.map(|text| text.parse()).transpose()
    }
}

impl ocigraph_bytes {
    /// The bytes, until the function that was given them returns.
    pub(crate) fn view<'a>(self, name: &str) -> Result<&'a [u8]> {
        view(self.data, self.length, name)
    }

    /// A copy of the bytes.
    pub(crate) fn bytes(self, name: &str) -> Result<bytes::Bytes> {
        self.view(name).map(bytes::Bytes::copy_from_slice)
    }
}

/// An array of texts.
pub(crate) fn texts(data: *const ocigraph_str, count: usize, name: &str) -> Result<Vec<String>> {
    if data.is_null() && count > 0 {
        return Err(invalid(format!("{name} is NULL and has a length")));
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > isize::MAX as usize / size_of::<ocigraph_str>() {
        return Err(invalid(format!("the length of {name} is no length")));
    }
    // SAFETY: the header asks for `count` views at `data`, which is not NULL here.
    let views = unsafe { slice::from_raw_parts(data, count) };
    views.iter().map(|view| view.text(name)).collect()
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

fn view<'a>(data: *const u8, length: usize, name: &str) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(invalid(format!("{name} is NULL and has a length")));
    }
    if isize::try_from(length).is_err() {
        return Err(invalid(format!("the length of {name} is no length")));
    }
    // SAFETY: the header asks for `length` bytes at `data`, which is not NULL here.
    Ok(unsafe { slice::from_raw_parts(data, length) })
}
