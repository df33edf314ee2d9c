//! The vault that looks where operators keep secrets: environment, files, key ring.

use super::{Secret, SecretError, SecretRef, Vault, keyring};
use crate::base::file;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

/// Largest file that is taken for a secret \[bytes\]; a key or a passphrase has less than 100.
pub const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// The environment, files and the key ring of this system.
pub struct SystemVault<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    warnings: Mutex<BTreeSet<String>>,
}

impl<'a> SystemVault<'a> {
    /// Returns a vault that looks variables up with `env`, so that the caller decides what the environment is.
    pub fn new(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { env, warnings: Mutex::default() }
    }

    /// Returns what the user should know about the places that secrets came from, sorted.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().map(|warnings| warnings.iter().cloned().collect()).unwrap_or_default()
    }

    /// Notes a file that others than its owner may read.
    fn check_permissions(&self, path: &Path) {
        if readable_by_others(path)
            && let Ok(mut warnings) = self.warnings.lock()
        {
            warnings.insert(format!(
                "Other users of this machine may read the file with a secret. Take their permission away \
                 (chmod 600): `{}`",
                path.display()
            ));
        }
    }
}

impl Vault for SystemVault<'_> {
    fn resolve(&self, reference: &SecretRef) -> Result<Secret, SecretError> {
        let secret = match reference {
            SecretRef::Env(name) => {
                Secret::new((self.env)(name).ok_or_else(|| SecretError::NoVariable { name: name.clone() })?)
            }
            SecretRef::File(path) => {
                let text = Secret::new(file::read_text(path, MAX_SECRET_BYTES)?);
                self.check_permissions(path);
                Secret::new(without_line_end(text.expose()).to_owned())
            }
            SecretRef::KeyRing { service, user } => keyring::get(service, user)?,
        };
        if secret.expose().is_empty() {
            return Err(SecretError::Empty { reference: reference.clone() });
        }
        Ok(secret)
    }
}

/// Returns a text without the one line end that editors put behind it.
fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_path: &Path) -> bool {
    false
}
