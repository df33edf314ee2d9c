//! Encryption of both ends: which certificates an agent trusts, and an own authority for the test platform.
//!
//! Everything is rustls on ring; nothing is taken from an installed default, so that a second provider in the process
//! changes nothing. The name of a host is always checked: there is no switch that turns that off, only a
//! connection without TLS, which says so.

mod authority;
mod certificate;

pub use authority::{Authority, AuthorityError, Identity};
pub use certificate::Certificate;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::sync::{Arc, Mutex, PoisonError};

/// Whose certificates an agent trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the operating system.
    #[default]
    System,
    /// Only those of the authorities in this text (PEM).
    Only(String),
}

/// What an agent needs for TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientTls {
    /// Whom it trusts.
    pub trust: Trust,
    /// Certificate chain and private key with which it identifies itself (PEM), where the platform asks for one.
    pub own: Option<OwnPem>,
}

/// A certificate chain with its private key (PEM).
#[derive(Clone, PartialEq, Eq)]
pub struct OwnPem {
    /// The chain, the own certificate first.
    pub chain: String,
    /// The private key.
    pub key: String,
}

impl std::fmt::Debug for OwnPem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnPem(…)")
    }
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No certificate in a text.
    #[error(
        "The {0} has no certificate that can be read, so no connection could be checked; give a PEM text with `-----BEGIN CERTIFICATE-----`"
    )]
    NoCertificate(&'static str),
    /// No private key in a text.
    #[error(
        "The private key cannot be read, so the platform could not be shown who connects; give a PEM text with `-----BEGIN PRIVATE KEY-----` and without a password"
    )]
    NoKey,
    /// Certificate and key do not belong together, or are of an unknown kind.
    #[error("TLS cannot be set up with these certificates; check that chain and key belong together: {0}")]
    Unusable(#[from] rustls::Error),
    /// The authorities of a text are of no use.
    #[error(
        "The authorities cannot be used to check a platform; give the certificate of the authority itself, not that of the platform: {0}"
    )]
    Authorities(#[from] rustls::client::VerifierBuilderError),
}

/// TLS of an agent, ready to connect, which remembers the certificate that it saw last.
#[derive(Clone, Debug)]
pub struct Connector {
    /// What rustls needs.
    pub config: Arc<ClientConfig>,
    seen: Arc<Mutex<Option<CertificateDer<'static>>>>,
}

impl Connector {
    /// Sets TLS up.
    ///
    /// # Errors
    /// A text without certificates or key, or certificates that are of no use.
    pub fn new(tls: &ClientTls) -> Result<Self, TlsError> {
        let provider = provider();
        let inner: Arc<dyn ServerCertVerifier> = match &tls.trust {
            Trust::System => Arc::new(Verifier::new(Arc::clone(&provider))?),
            Trust::Only(pem) => {
                let mut roots = RootCertStore::empty();
                let (usable, _) = roots.add_parsable_certificates(certificates(pem, "list of authorities")?);
                if usable == 0 {
                    return Err(TlsError::NoCertificate("list of authorities"));
                }
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?
            }
        };
        let seen = Arc::default();
        let witness = Arc::new(Witness { inner, seen: Arc::clone(&seen) });
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(witness);
        let config = match &tls.own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let chain = certificates(&own.chain, "own certificate chain")?;
                let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).map_err(|_| TlsError::NoKey)?;
                builder.with_client_auth_cert(chain, key)?
            }
        };
        Ok(Self { config: Arc::new(config), seen })
    }

    /// Returns what can be read of the certificate that a platform has shown last, trusted or not.
    pub fn seen(&self) -> Option<Certificate> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref().and_then(|der| Certificate::read(der))
    }
}

/// The system gives no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The system gives no random numbers, so no key can be made that nobody guesses; give a key by reference"
)]
pub struct NoRandomness;

/// Returns a new application key: 128 random bits as a UUID (RFC 9562, version 4), the form that platforms use.
///
/// # Errors
/// The system gives no random numbers.
pub fn new_key() -> Result<String, NoRandomness> {
    let mut bits = [0; 16];
    provider().secure_random.fill(&mut bits).map_err(|_| NoRandomness)?;
    bits[6] = bits[6] & 0x0F | 0x40;
    bits[8] = bits[8] & 0x3F | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bits));
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

/// The one provider of cryptography.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certificates(pem: &str, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate(what))?;
    if found.is_empty() { Err(TlsError::NoCertificate(what)) } else { Ok(found) }
}

/// Checks certificates by another's judgement and keeps the last one for the diagnosis.
#[derive(Debug)]
struct Witness {
    inner: Arc<dyn ServerCertVerifier>,
    seen: Arc<Mutex<Option<CertificateDer<'static>>>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.clone().into_owned());
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_certificates_are_named() {
        let error = Connector::new(&ClientTls { trust: Trust::Only("no PEM".into()), own: None });
        assert!(error.expect_err("nothing in it").to_string().contains("list of authorities"));
        let authority = Authority::new("Test").expect("made");
        let chain = authority.identity(&["localhost"]).expect("made").chain_pem();
        let own = Some(OwnPem { chain, key: "no key".into() });
        let error = Connector::new(&ClientTls { trust: Trust::Only(authority.pem()), own });
        assert!(matches!(error.expect_err("no key"), TlsError::NoKey));
    }

    #[test]
    fn new_keys_are_uuids_and_differ() {
        let (one, other) = (new_key().expect("random"), new_key().expect("random"));
        assert_ne!(one, other);
        assert_eq!((one.len(), one.as_bytes()[14], one.matches('-').count()), (36, b'4', 4), "{one}");
    }

    #[test]
    fn the_system_s_authorities_can_be_used() {
        // Whether it has any is the system's business; the set-up must not depend on it.
        Connector::new(&ClientTls::default()).expect("set up");
    }
}
