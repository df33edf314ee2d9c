//! The key ring of the system, where the feature `keyring` is on.
//!
//! Linux and the BSDs: the session's secret service over D-Bus; macOS: the key chain; Windows: the
//! credential manager. A locked secret service says "no such entry" for what it holds, so that
//! answer is never read as "nothing was stored".

use super::{Secret, SecretError};

/// Returns the secret of an entry.
#[cfg(not(feature = "keyring"))]
pub(super) fn get(_service: &str, _user: &str) -> Result<Secret, SecretError> {
    Err(SecretError::NoKeyRing)
}

/// Returns the secret of an entry.
#[cfg(feature = "keyring")]
pub(super) fn get(service: &str, user: &str) -> Result<Secret, SecretError> {
    ring::get(service, user)
}

#[cfg(feature = "keyring")]
pub(super) mod ring {
    use super::{Secret, SecretError};
    use keyring_core::{Entry, Error};

    pub fn get(service: &str, user: &str) -> Result<Secret, SecretError> {
        entry(service, user)?.get_password().map(Secret::new).map_err(|error| explain(error, service, user))
    }

    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
    fn entry(service: &str, user: &str) -> Result<Entry, SecretError> {
        use keyring_core::api::CredentialStoreApi;
        zbus_secret_service_keyring_store::Store::new()
            .and_then(|store| store.build(service, user, None))
            .map_err(|error| explain(error, service, user))
    }

    #[cfg(target_os = "macos")]
    fn entry(service: &str, user: &str) -> Result<Entry, SecretError> {
        use keyring_core::api::CredentialStoreApi;
        apple_native_keyring_store::keychain::Store::new()
            .and_then(|store| store.build(service, user, None))
            .map_err(|error| explain(error, service, user))
    }

    #[cfg(windows)]
    fn entry(service: &str, user: &str) -> Result<Entry, SecretError> {
        use keyring_core::api::CredentialStoreApi;
        windows_native_keyring_store::Store::new()
            .and_then(|store| store.build(service, user, None))
            .map_err(|error| explain(error, service, user))
    }

    #[cfg(not(any(
        windows,
        target_os = "macos",
        target_os = "linux",
        target_os = "freebsd",
        target_os = "openbsd"
    )))]
    fn entry(_service: &str, _user: &str) -> Result<Entry, SecretError> {
        Err(SecretError::NoKeyRing)
    }

    /// Returns what the key ring means. Two of its errors carry the secret's bytes: only words of our own pass.
    pub fn explain(error: Error, service: &str, user: &str) -> SecretError {
        let (service, user) = (service.to_owned(), user.to_owned());
        match error {
            Error::NoEntry => SecretError::NoEntry { service, user },
            Error::Ambiguous(_) => SecretError::Ambiguous { service, user },
            Error::PlatformFailure(error) => SecretError::KeyRing { reason: error.to_string() },
            Error::NoStorageAccess(error) => {
                SecretError::KeyRing { reason: format!("it is locked or closed to this user ({error})") }
            }
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                SecretError::KeyRing { reason: "the entry is not text".into() }
            }
            Error::TooLong(what, most) => {
                SecretError::KeyRing { reason: format!("the {what} has more than {most} characters") }
            }
            _ => SecretError::KeyRing { reason: "it refused the request".into() },
        }
    }
}
