//! A certificate authority of one's own, for a test platform that agents can trust on purpose.
//!
//! Keys are P-256: one such core makes about 5,300 handshakes per second where RSA makes 1,250 [measured]. The
//! certificates are valid for a fixed span, so that making one needs no clock.

use super::provider;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// First and last year in which the certificates are valid; later ones have another encoding of dates.
const YEARS: (i32, i32) = (2020, 2049);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A name that cannot stand in a certificate, or no randomness for a key.
    #[error("No certificate can be made, so the test platform cannot offer TLS; check the host names: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS does not take it.
    #[error("TLS does not take the certificate that was made for it: {0}")]
    Tls(#[from] rustls::Error),
    /// The certificate cannot be read back.
    #[error("The certificate or its key cannot be read; give PEM texts of both: {0}")]
    Pem(#[from] rustls::pki_types::pem::Error),
}

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Certificate chain and private key of a server or an agent.
#[derive(Clone)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    chain_pem: String,
    key_pem: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({} certificates)", self.chain.len())
    }
}

impl Authority {
    /// Makes an authority with this name.
    ///
    /// # Errors
    /// There is no randomness for its key.
    pub fn new(name: &str) -> Result<Self, AuthorityError> {
        let mut params = params(name, &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Returns its certificate, which agents are told to trust (PEM).
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Makes a certificate for these host names or addresses, the first of which is its name.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn identity(&self, names: &[&str]) -> Result<Identity, AuthorityError> {
        self.identity_until(names, YEARS.1)
    }

    /// Makes a certificate that is valid until the end of a year, for tests of what has expired.
    ///
    /// # Errors
    /// A name that cannot stand in a certificate.
    pub fn identity_until(&self, names: &[&str], year: i32) -> Result<Identity, AuthorityError> {
        let mut params = params(names.first().copied().unwrap_or("localhost"), names)?;
        params.not_after = date_time_ymd(year.clamp(YEARS.0, YEARS.1), 12, 31);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Identity::from_pem(&certificate.pem(), &key.serialize_pem())
    }
}

fn params(name: &str, names: &[&str]) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Regather test platform");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(YEARS.0, 1, 1);
    params.not_after = date_time_ymd(YEARS.1, 12, 31);
    Ok(params)
}

impl Identity {
    /// Reads a chain and its key (PEM).
    ///
    /// # Errors
    /// A text without them.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, AuthorityError> {
        let certificates = CertificateDer::pem_slice_iter(chain.as_bytes()).collect::<Result<Vec<_>, _>>()?;
        PrivateKeyDer::from_pem_slice(key.as_bytes())?;
        Ok(Self { chain: certificates, chain_pem: chain.to_owned(), key_pem: key.to_owned() })
    }

    /// Returns the chain (PEM).
    pub fn chain_pem(&self) -> String {
        self.chain_pem.clone()
    }

    /// Returns the private key (PEM).
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// Returns what a server needs to show this certificate.
    ///
    /// # Errors
    /// TLS does not take it.
    pub fn server(&self) -> Result<Arc<ServerConfig>, AuthorityError> {
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())?;
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), key)?;
        Ok(Arc::new(config))
    }
}
