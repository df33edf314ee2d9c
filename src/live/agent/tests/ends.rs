//! Platforms that break the rules after the upgrade, and those that want to know who connects.

use super::*;
use crate::live::tls::{Identity, OwnPem};
use crate::live::upgrade::{self, Asked};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// Upgrades connections as it should and says these bytes behind the answer, in the same segment or after the first
/// frame of the agent.
async fn opens_and_says(bytes: &'static [u8], at_once: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(Asked::WebSocket(request, _)) = upgrade::asked(&mut tcp).await else { return };
                let mut answer = request.answer().into_bytes();
                if at_once {
                    answer.extend_from_slice(bytes);
                }
                let _ = tcp.write_all(&answer).await;
                let _ = tcp.read(&mut [0; 1_024]).await;
                if !at_once {
                    let _ = tcp.write_all(bytes).await;
                }
                let _ = tcp.read(&mut [0; 1_024]).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn garbage_after_the_upgrade_is_named_at_its_step() {
    let cases: [&[u8]; 4] = [
        // No frame at all: reserved bits and an opcode that does not exist.
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        // A frame of the platform that is masked.
        b"\x82\x81\x00\x00\x00\x00\x01",
        // A frame without a message in it.
        b"\x82\x03abc",
        // A message with a length that no message has.
        b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
    ];
    for bytes in cases {
        for at_once in [true, false] {
            let (agent, ear) = starts(profile(opens_and_says(bytes, at_once).await));
            let failure = ear.failure().await;
            let named = (failure.step, failure.trouble.code());
            assert_eq!(named, (Step::Auth, "garbage"), "{bytes:?} {at_once}: {}", failure.trouble);
            // A socket with garbage on it is of no more use.
            ear.until(0, |told| matches!(told, Told::Tries { number: 1, same_socket: false, .. })).await;
            agent.stop().await;
        }
    }
}

/// A platform that takes only who shows a certificate of this authority, and then does nothing.
async fn asks_who(identity: &Identity, clients: &Authority) -> SocketAddr {
    let mut roots = RootCertStore::empty();
    let pem = clients.pem();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate.expect("a certificate")).expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let own = identity.chain_pem();
    let chain = CertificateDer::pem_slice_iter(own.as_bytes());
    let chain = chain.map(|certificate| certificate.expect("a certificate").into_owned()).collect();
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem().as_bytes());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(chain, key.expect("a key"))
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(tcp).await else { return };
                let Ok(Asked::WebSocket(..)) = upgrade::asked(&mut tls).await else { return };
                let _ = tls.write_all(upgrade::unavailable().as_bytes()).await;
                let _ = tls.shutdown().await;
            });
        }
    });
    address
}

#[tokio::test]
async fn an_agent_shows_its_certificate_to_a_platform_that_asks_for_one() {
    let (authority, clients) =
        (Authority::new("Platform").expect("made"), Authority::new("Devices").expect("made"));
    let identity = authority.identity(&["127.0.0.1"]).expect("made");
    let address = asks_who(&identity, &clients).await;
    let shows = |own: Option<&Identity>| {
        let own = own.map(|own| OwnPem { chain: own.chain_pem(), key: own.key_pem().to_owned() });
        let tls = ClientTls { trust: Trust::Only(authority.pem()), own };
        Profile { tls: Some(Connector::new(&tls).expect("set up")), ..profile(address) }
    };
    let right = clients.identity(&["pump"]).expect("made");
    let (agent, ear) = starts(shows(Some(&right)));
    let failure = ear.failure().await;
    assert_eq!(failure.trouble.code(), "http-503", "it is let in as far as HTTP: {}", failure.trouble);
    agent.stop().await;
    // Without one, and with one of somebody else, TLS ends: in TLS 1.3 the agent hears of it with its first read.
    let stranger = authority.identity(&["pump"]).expect("made");
    for own in [None, Some(&stranger)] {
        let (agent, ear) = starts(shows(own));
        let failure = ear.failure().await;
        let code = failure.trouble.code();
        assert!(["certificate-wanted", "reset"].contains(&code), "{code}: {}", failure.trouble);
        agent.stop().await;
    }
}
