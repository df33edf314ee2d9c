//! The few fields of a certificate that a person needs to see whose it is.
//!
//! A reader of just the outer frame (X.509, RFC 5280 section 4.1): names of subject and issuer, and the span of
//! time. Whether a certificate is to be trusted is decided elsewhere, from all of it.

/// Whose certificate it is, and when it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Name of the holder.
    pub subject: String,
    /// Name of who signed it.
    pub issuer: String,
    /// First day, such as `2024-01-31`.
    pub from: String,
    /// Last day.
    pub until: String,
}

impl std::fmt::Display for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, signed by {}, valid until {}", self.subject, self.issuer, self.until)
    }
}

/// Tags of the encoding (DER).
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT: u8 = 0x06;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// Object identifiers 2.5.4.3 (common name) and 2.5.4.10 (organisation).
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0A];

impl Certificate {
    /// Reads a certificate (DER); `None` where it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (certificate, _) = element(der, SEQUENCE)?;
        let (mut rest, _) = element(certificate, SEQUENCE)?;
        if let Some((_, behind)) = element(rest, VERSION) {
            rest = behind;
        }
        let (_serial, rest) = element(rest, INTEGER)?;
        let (_algorithm, rest) = element(rest, SEQUENCE)?;
        let (issuer, rest) = element(rest, SEQUENCE)?;
        let (validity, rest) = element(rest, SEQUENCE)?;
        let (subject, _) = element(rest, SEQUENCE)?;
        let (from, validity) = day(validity)?;
        let (until, _) = day(validity)?;
        Some(Self { subject: name(subject), issuer: name(issuer), from, until })
    }
}

/// Returns the content of the first element, which must have this tag, and what stands behind it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = first(bytes)?;
    (found == tag).then_some((content, rest))
}

fn first(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Returns the day of a time and what stands behind it.
fn day(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (tag, content, rest) = first(bytes)?;
    let text = std::str::from_utf8(content).ok()?;
    let (year, text) = match tag {
        // Two digits: 50 to 99 are of the twentieth century.
        UTC_TIME => {
            let (year, text) = text.split_at_checked(2)?;
            (format!("{}{year}", if year < "50" { "20" } else { "19" }), text)
        }
        GENERALIZED_TIME => {
            let (year, text) = text.split_at_checked(4)?;
            (year.to_owned(), text)
        }
        _ => return None,
    };
    Some((format!("{year}-{}-{}", text.get(..2)?, text.get(2..4)?), rest))
}

/// Returns the common name, with the organisation where there is one.
fn name(mut sets: &[u8]) -> String {
    let (mut common, mut organisation) = (None, None);
    while let Some((set, rest)) = element(sets, SET) {
        sets = rest;
        let Some((attribute, _)) = element(set, SEQUENCE) else { continue };
        let Some((object, value)) = element(attribute, OBJECT) else { continue };
        let Some((_, text, _)) = first(value) else { continue };
        let text =
            String::from_utf8_lossy(text).chars().filter(|c| !c.is_control()).take(128).collect::<String>();
        match object {
            COMMON_NAME => common = Some(text),
            ORGANISATION => organisation = Some(text),
            _ => {}
        }
    }
    match (common, organisation) {
        (Some(common), Some(organisation)) => format!("{common} ({organisation})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "no name".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Authority;
    use super::*;
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn says_whose_it_is_and_until_when() {
        let authority = Authority::new("Test authority").expect("made");
        let identity = authority.identity_until(&["plant.example", "127.0.0.1"], 2031).expect("made");
        let der = CertificateDer::from_pem_slice(identity.chain_pem().as_bytes()).expect("readable");
        let certificate = Certificate::read(&der).expect("a certificate");
        assert_eq!(certificate.subject, "plant.example (Regather test platform)");
        assert_eq!(certificate.issuer, "Test authority (Regather test platform)");
        assert_eq!((certificate.from.as_str(), certificate.until.as_str()), ("2020-01-01", "2031-12-31"));
        for length in 0..der.len() {
            let _ = Certificate::read(&der[..length]);
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_no_certificate_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Certificate::read(&bytes);
        }
    }
}
