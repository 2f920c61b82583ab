//! Results as JSON: [`ToJson`] for every result of an operation.
//!
//! The results implement `Serialize` with names in snake case; [`Names`] renames the fields for
//! Node.js and the command line.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{
    content::progress::Outcome,
    operation::{
        copy::CopyReport,
        delete::{DeleteFailure, DeleteReport, RetainedManifest},
        pull::{PullResult, PulledFile},
        push::{PushResult, PushedBlob},
        verify::{Problem, ProblemKind, VerifyReport},
    },
    store::catalog::{Attributes, ManifestInfo, TagInfo},
};
#[cfg(feature = "registry")]
use crate::{
    operation::login::{LoginResult, LogoutResult},
    store::registry::auth::StoredIn,
};
use ocigraph_types::{Descriptor, Names, ToJson, serialize_descriptor};

macro_rules! to_json {
    ($($result:ty),* $(,)?) => {$(
        impl ToJson for $result {
            fn to_json(&self, names: Names) -> Value {
                names.to_value(self)
            }
        }
    )*};
}

to_json!(
    Attributes,
    CopyReport,
    DeleteFailure,
    DeleteReport,
    ManifestInfo,
    Problem,
    PullResult,
    PulledFile,
    PushResult,
    PushedBlob,
    RetainedManifest,
    TagInfo,
    VerifyReport,
);

#[cfg(feature = "registry")]
to_json!(LoginResult, LogoutResult);

macro_rules! by_name {
    ($($kind:ty),* $(,)?) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.name())
            }
        }
    )*};
}

by_name!(Outcome, ProblemKind);

#[cfg(feature = "registry")]
by_name!(StoredIn);

impl Serialize for PushedBlob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
            #[serde(serialize_with = "serialize_descriptor")]
            descriptor: &'a Descriptor,
            outcome: Outcome,
        }
        let Self { descriptor, outcome } = self;
        Fields { title: descriptor.title(), descriptor, outcome: *outcome }.serialize(serializer)
    }
}

impl Serialize for DeleteFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(serialize_with = "serialize_descriptor")]
            descriptor: &'a Descriptor,
            error: String,
            code: &'static str,
        }
        let Self { descriptor, error } = self;
        let code = error.code().name();
        Fields { descriptor, error: error.to_string(), code }.serialize(serializer)
    }
}

#[cfg(feature = "registry")]
impl Serialize for LoginResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            host: &'a str,
            stored_in: &'a StoredIn,
            plain_text: bool,
            verified: bool,
            overridden: bool,
        }
        let Self { host, stored_in, verified, overridden } = self;
        let plain_text = matches!(stored_in, StoredIn::File(_));
        Fields { host, stored_in, plain_text, verified: *verified, overridden: *overridden }
            .serialize(serializer)
    }
}
