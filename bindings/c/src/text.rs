//! Text and bytes as a pointer and a length, for arguments and results.
//!
//! Arguments are copied before a function returns. Results belong to the handle that they are read
//! from. No pointer of an argument is retained.

use std::{
    ffi::c_char,
    fmt::Display,
    path::{Path, PathBuf},
    ptr, slice, str,
};

use ocigraph::{Code, Error, Reference, Result};

/// UTF-8 text as a pointer and a length, without a terminating NUL. As an argument, `{NULL, 0}` and
/// a length of 0 mean "not given". As a result, `{NULL, 0}` means "unknown"; a known empty text has
/// a length of 0 and a `data` pointer that is not NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ocigraph_str {
    /// Pointer to the first byte.
    pub data: *const c_char,
    /// Number of bytes.
    pub length: usize,
}

/// Bytes as a pointer and a length. `{NULL, 0}` is empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ocigraph_bytes {
    /// Pointer to the first byte.
    pub data: *const u8,
    /// Number of bytes.
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

/// The address of empty results. Rust's own pointer for empty slices is a small number, which Go
/// rejects as invalid.
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

/// The bytes of the path, which are not UTF-8 if the path is not.
impl From<&Path> for ocigraph_str {
    fn from(path: &Path) -> Self {
        let bytes = path.as_os_str().as_encoded_bytes();
        Self { data: start(bytes).cast(), length: bytes.len() }
    }
}

impl From<Option<&Path>> for ocigraph_str {
    fn from(path: Option<&Path>) -> Self {
        path.map(Self::from).unwrap_or_default()
    }
}

impl From<&[u8]> for ocigraph_bytes {
    fn from(bytes: &[u8]) -> Self {
        Self { data: start(bytes), length: bytes.len() }
    }
}

impl ocigraph_str {
    /// Copies the text. `name` is the parameter in the error message.
    pub(crate) fn text(self, name: &str) -> Result<String> {
        let bytes = view(self.data.cast(), self.length, name)?;
        let text = str::from_utf8(bytes);
        text.map(str::to_owned).map_err(|e| invalid(format!("{name} is not UTF-8: {e}")))
    }

    /// Copies the text and replaces invalid UTF-8. Returns empty text for an invalid view.
    pub(crate) fn lossy(self) -> String {
        let bytes = view(self.data.cast(), self.length, "text").unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Copies the text, which must not be empty.
    pub(crate) fn required(self, name: &str) -> Result<String> {
        self.optional(name)?.ok_or_else(|| invalid(format!("{name} is empty")))
    }

    /// Copies the text. Empty text becomes `None`.
    pub(crate) fn optional(self, name: &str) -> Result<Option<String>> {
        Ok(Some(self.text(name)?).filter(|text| !text.is_empty()))
    }

    /// Copies the text and validates it with `check`. Empty text becomes `None`.
    pub(crate) fn checked(
        self,
        name: &str,
        check: impl FnOnce(&str) -> Result<()>,
    ) -> Result<Option<String>> {
        let text = self.optional(name)?;
        text.as_deref().map_or(Ok(()), check)?;
        Ok(text)
    }

    /// Parses the text as a value such as a reference or a platform.
    pub(crate) fn parse<T: str::FromStr<Err = Error>>(self, name: &str) -> Result<T> {
        self.text(name)?.parse()
    }

    /// Parses the text as a value. Empty text becomes `None`.
    pub(crate) fn parse_optional<T: str::FromStr<Err = Error>>(
        self,
        name: &str,
    ) -> Result<Option<T>> {
        self.optional(name)?.map(|text| text.parse()).transpose()
    }
}

impl ocigraph_bytes {
    /// Returns the bytes, which are valid until the exported function returns.
    pub(crate) fn view<'a>(self, name: &str) -> Result<&'a [u8]> {
        view(self.data, self.length, name)
    }

    /// Copies the bytes.
    pub(crate) fn bytes(self, name: &str) -> Result<bytes::Bytes> {
        self.view(name).map(bytes::Bytes::copy_from_slice)
    }
}

/// Copies an array of texts.
pub(crate) fn texts(data: *const ocigraph_str, count: usize, name: &str) -> Result<Vec<String>> {
    if data.is_null() && count > 0 {
        return Err(invalid(format!("{name} is NULL but its length is not 0")));
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    if count > isize::MAX as usize / size_of::<ocigraph_str>() {
        return Err(invalid(format!("{name} is too long")));
    }
    // SAFETY: the header requires `count` views at `data`, which is not NULL here.
    let views = unsafe { slice::from_raw_parts(data, count) };
    views.iter().map(|view| view.text(name)).collect()
}

/// Copies an array of texts, and parses each as a reference.
pub(crate) fn reference_list(
    data: *const ocigraph_str,
    count: usize,
    name: &str,
) -> Result<Vec<Reference>> {
    texts(data, count, name)?.iter().map(|text| text.parse()).collect()
}

/// Copies an array of paths.
pub(crate) fn path_list(
    data: *const ocigraph_str,
    count: usize,
    name: &str,
) -> Result<Vec<PathBuf>> {
    Ok(texts(data, count, name)?.into_iter().map(PathBuf::from).collect())
}

/// Returns what an operation is called on, for its errors: a list, and the place that it leads to.
pub(crate) fn joined(list: impl IntoIterator<Item: Display>, to: impl Display) -> String {
    format!("{} to {to}", spaced(list))
}

/// Returns what an operation is called on, for its errors: a list.
pub(crate) fn spaced(list: impl IntoIterator<Item: Display>) -> String {
    let shown: Vec<String> = list.into_iter().map(|item| item.to_string()).collect();
    shown.join(" ")
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

fn view<'a>(data: *const u8, length: usize, name: &str) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(invalid(format!("{name} is NULL but its length is not 0")));
    }
    if isize::try_from(length).is_err() {
        return Err(invalid(format!("{name} is too long")));
    }
    // SAFETY: the header requires `length` bytes at `data`, which is not NULL here.
    Ok(unsafe { slice::from_raw_parts(data, length) })
}
