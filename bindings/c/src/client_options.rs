//! The options of a client that are not generated: credentials, which replace each other, and the
//! client certificate, which is two files.

use std::{ffi::c_void, mem::MaybeUninit};

use ocigraph::{ClientConfig, Credentials, Result};

use crate::{
    boundary::{call_status, free, require},
    callback::UserData,
    credential::{ocigraph_credential, ocigraph_credential_fn},
    error::ocigraph_error,
    status::ocigraph_status,
    text::ocigraph_str,
};

/// Configuration of a client: credentials, TLS, proxies, headers and limits. Any number of clients
/// can be created from the same options.
#[derive(Default)]
pub struct ocigraph_client_options {
    pub(crate) config: ClientConfig,
    /// Credential callback. It replaces the credentials in `config`.
    pub(crate) credential_callback: Option<(ocigraph_credential_fn, UserData)>,
}

impl ocigraph_client_options {
    /// Changes the configuration, unless the result would be invalid.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut ClientConfig)) -> Result<()> {
        let mut config = self.config.clone();
        change(&mut config);
        config.check()?;
        self.config = config;
        Ok(())
    }
}

/// Creates client options with the default values.
///
/// Ownership: free the result with `ocigraph_client_options_free`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_new() -> Option<Box<ocigraph_client_options>> {
    Some(Box::default())
}

/// Frees client options. Clients created from them are not affected.
///
/// Ownership: takes `options`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_free(options: Option<Box<ocigraph_client_options>>) {
    free(options);
}

/// Sets the credential for every registry that the client connects to. It replaces an earlier
/// credential, anonymous access or credential callback.
///
/// By default, the client searches the credentials of other tools: `DOCKER_AUTH_CONFIG`, the
/// configuration files of Docker and of the containers tools, and the credential helpers that those
/// files name.
///
/// Errors: INVALID_ARGUMENT if `options` or `credential` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_credential(
    options: Option<&mut ocigraph_client_options>,
    credential: Option<&ocigraph_credential>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let credential = require(credential, "credential")?.0.clone();
        let options = require(options, "options")?;
        options.config.credentials = Credentials::Given(credential);
        options.credential_callback = None;
        Ok(())
    })
}

/// Makes every request anonymous. It replaces an earlier credential or credential callback.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_anonymous(
    options: Option<&mut ocigraph_client_options>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let options = require(options, "options")?;
        options.config.credentials = Credentials::Anonymous;
        options.credential_callback = None;
        Ok(())
    })
}

/// Sets the function that provides credentials. The client calls it with `user_data` as the first
/// argument when a registry requires a credential. It replaces an earlier credential or anonymous
/// access.
///
/// `user_data` must stay valid until every client created from these options is freed. The library
/// makes no call after that.
///
/// Errors: INVALID_ARGUMENT if `options` or `callback` is NULL.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_credential_callback(
    options: Option<&mut ocigraph_client_options>,
    callback: ocigraph_credential_fn,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let callback = Some(require(callback, "callback")?);
        require(options, "options")?.credential_callback = Some((callback, UserData(user_data)));
        Ok(())
    })
}

/// Sets the client certificate chain and its private key, both as PEM files, for registries that
/// require mutual TLS. No text for both unsets them. Default: not set.
///
/// Errors: INVALID_ARGUMENT if `options` is NULL, if a path is not UTF-8, or if only one path is
/// given; TLS if the files do not contain a certificate and its key.
/// Threads: one at a time for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_client_options_set_client_certificate(
    options: Option<&mut ocigraph_client_options>,
    cert_file: ocigraph_str,
    key_file: ocigraph_str,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call_status(error, || {
        let (cert, key) = (cert_file.optional("cert_file")?, key_file.optional("key_file")?);
        require(options, "options")?.change(|config| {
            (config.cert_file, config.key_file) = (cert.map(Into::into), key.map(Into::into));
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ocigraph::Limits;

    use crate::{numbers::*, options::set_limit as set};

    /// Returns the limits with one set to 7, and with it reset to the default.
    fn with(limit: i32) -> (Limits, Limits) {
        let mut limits = Limits::default();
        assert!(set(&mut limits, limit, 7).is_ok());
        let changed = limits;
        assert!(set(&mut limits, limit, 0).is_ok());
        (changed, limits)
    }

    #[test]
    fn each_number_sets_its_own_limit_and_zero_resets_it() {
        let (time, default) = (Duration::from_millis(7), Limits::default());
        let cases = [
            (OCIGRAPH_LIMIT_CONNECT_TIMEOUT, default.connect_timeout(time)),
            (OCIGRAPH_LIMIT_RESPONSE_TIMEOUT, default.response_timeout(time)),
            (OCIGRAPH_LIMIT_IDLE_TIMEOUT, default.idle_timeout(time)),
            (OCIGRAPH_LIMIT_UPLOAD_RESPONSE_TIMEOUT, default.upload_response_timeout(time)),
            (OCIGRAPH_LIMIT_STALL_TIMEOUT, default.stall_timeout(time)),
            (OCIGRAPH_LIMIT_HELPER_TIMEOUT, default.helper_timeout(time)),
            (OCIGRAPH_LIMIT_MAX_ATTEMPTS, default.max_attempts(7)),
            (OCIGRAPH_LIMIT_MAX_MANIFEST_BYTES, default.max_manifest_bytes(7)),
            (OCIGRAPH_LIMIT_MAX_PAGES, default.max_pages(7)),
            (OCIGRAPH_LIMIT_MAX_ENTRIES, default.max_entries(7)),
            (OCIGRAPH_LIMIT_MAX_REQUESTS_PER_SECOND, default.max_requests_per_second(7)),
        ];
        for (limit, due) in cases {
            let (changed, back) = with(limit);
            assert_eq!(format!("{changed:?}"), format!("{due:?}"));
            assert_eq!(format!("{back:?}"), format!("{default:?}"));
        }
        assert!(set(&mut Limits::default(), 0, 7).is_err());
        assert!(set(&mut Limits::default(), 12, 7).is_err());
    }
}
