//! JSON results with the members that ORAS 1.3 prints, and those of every language beside them.
//!
//! The members of ORAS come first. A member that both have is printed once: `reference`, `files`.

use std::path::Path;

use ocigraph::{
    Code, Descriptor, Error, KeyCase, Manifest, PullResult, PushResult, Result, ToJson,
};
use serde_json::{Map, Value, json};

use crate::target::Target;

/// Adds the members of a descriptor.
fn add_descriptor(members: &mut Map<String, Value>, descriptor: &Descriptor) {
    if let Value::Object(descriptor) = descriptor.to_json(KeyCase::Camel) {
        members.extend(descriptor);
    }
}

/// Adds the members of a result that the value does not have.
fn add_others(members: &mut Map<String, Value>, result: &impl ToJson) {
    if let Value::Object(others) = result.to_json(KeyCase::Camel) {
        for (name, value) in others {
            members.entry(name).or_insert(value);
        }
    }
}

/// Returns a descriptor with the reference to it.
pub(crate) fn described(target: &Target, descriptor: &Descriptor) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("reference".to_owned(), json!(target.at(&descriptor.digest)));
    add_descriptor(&mut members, descriptor);
    members
}

/// Returns the result of a push or an attach.
pub(crate) fn pushed(target: &Target, pushed: &PushResult) -> Value {
    let mut members = described(target, &pushed.descriptor);
    let tags = pushed.tags.iter().map(|tag| tagged(target, tag));
    members.insert("referenceAsTags".to_owned(), tags.collect());
    add_others(&mut members, pushed);
    Value::Object(members)
}

fn tagged(target: &Target, tag: &str) -> Value {
    let reference = target.reference.tagged(tag);
    reference.map_or(Value::Null, |reference| json!(target.text_of(&reference)))
}

/// Returns the result of a pull of one artifact. The paths of files are absolute.
///
/// # Errors
/// `IO` if the current directory cannot be read.
pub(crate) fn pulled(target: &Target, pulled: &PullResult) -> Result<Value> {
    let mut members = Map::new();
    members.insert("reference".to_owned(), json!(target.text_of(&pulled.reference)));
    let files = pulled.files.iter().map(|file| {
        let mut members = Map::new();
        members.insert("path".to_owned(), json!(absolute(&file.path)?));
        members.extend(described(target, &file.descriptor));
        add_others(&mut members, file);
        Ok(Value::Object(members))
    });
    members.insert("files".to_owned(), files.collect::<Result<Vec<_>>>()?.into());
    add_others(&mut members, pulled);
    Ok(Value::Object(members))
}

fn absolute(path: &Path) -> Result<std::path::PathBuf> {
    std::path::absolute(path).map_err(|e| Error::io("find", path, e))
}

/// Returns a manifest with its descriptor and its content as JSON.
///
/// # Errors
/// `INVALID_MANIFEST` if the content is not JSON.
pub(crate) fn fetched(
    target: &Target,
    manifest: &Manifest,
    descriptor: &Descriptor,
) -> Result<Value> {
    let mut members = described(target, descriptor);
    let content: Value = serde_json::from_slice(manifest.bytes()).map_err(|e| {
        Error::new(Code::InvalidManifest, format!("the manifest is not valid JSON: {e}"))
    })?;
    members.insert("content".to_owned(), content);
    Ok(Value::Object(members))
}

/// Returns a reference by digest beside the members of a result.
pub(crate) fn with_descriptor(target: &Target, descriptor: &Descriptor, others: Value) -> Value {
    let mut members = described(target, descriptor);
    members.insert("descriptor".to_owned(), descriptor.to_json(KeyCase::Camel));
    if let Value::Object(others) = others {
        members.extend(others);
    }
    Value::Object(members)
}
