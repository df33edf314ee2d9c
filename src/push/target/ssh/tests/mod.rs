//! Against a real sshd on this machine; without one the tests say so and pass.

mod faults;
mod hosts;
mod jump;
pub mod sshd;

use super::*;
use crate::config::secret::Secret;
use crate::push::target::Target;
use crate::push::target::conformance::{Bench, conform};
use sshd::Sshd;

/// Restarts as tests see them: one line per restart.
pub const RESTART: &str = "echo {stamp} >> {folder}/restarts; printf %s {stamp} > {stamp_file}";

/// Returns devices that this sshd serves, with a restart that never fails.
pub fn bench(sshd: &Sshd, change: impl FnOnce(&mut SshOptions)) -> Bench<Ssh> {
    let root = sshd.folder.path().join("device");
    std::fs::create_dir_all(&root).unwrap();
    let mut options = sshd.options();
    change(&mut options);
    Bench {
        target: Target::new(Ssh::new(options).unwrap()),
        address: format!("127.0.0.1:{}", sshd.port),
        prefix: format!("{}/", root.display()),
        root,
        keeps_permissions: true,
    }
}

#[tokio::test]
async fn ssh_conforms() {
    let Some(sshd) = Sshd::start("") else { return };
    conform(&bench(&sshd, |_| {})).await;
}

#[tokio::test]
async fn a_command_of_any_kind_gets_its_stamp_from_the_shell() {
    let Some(sshd) = Sshd::start("") else { return };
    conform(&bench(&sshd, |options| options.restart = "true # restarts nobody".into())).await;
}

/// Carries one connection to the sshd, and no other.
async fn one_connection(to: u16) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        drop(listener);
        let mut server = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    port
}

#[tokio::test]
async fn staging_and_activating_sign_in_once() {
    let Some(sshd) = Sshd::start("") else { return };
    let known = sshd.folder.path().join("known_hosts");
    let text = read_text(&known, 10_000).unwrap().replace("[127.*]:", "*,[127.*]:");
    crate::base::file::write_atomic(&known, text.as_bytes()).unwrap();
    for (idle_s, second) in [(60, None), (0, Some(Class::Refused))] {
        let bench = bench(&sshd, |options| options.idle_s = idle_s);
        bench.put("a.json", crate::push::target::conformance::OLD);
        let address = format!("127.0.0.1:{}", one_connection(sshd.port).await);
        let job = Job { address, ..bench.job(&["a.json"]) };
        let text = Secret::new(crate::push::target::conformance::NEW.into());
        bench.target.stage(&job, &[text]).await.unwrap();
        assert_eq!(bench.target.activate(&job).await.err().map(|fault| fault.class), second);
    }
}

#[tokio::test]
async fn keys_come_from_an_agent() {
    let Some(sshd) = Sshd::start("") else { return };
    let Some(agent) = sshd.agent(&["user"]) else { return };
    let bench = bench(&sshd, |options| {
        options.key_files.clear();
        options.agent = Some(agent.socket.clone());
    });
    bench.put("a.json", "x");
    assert!(bench.target.look(&bench.job(&["a.json"])).await.unwrap().files[0].live.is_some());
}

#[tokio::test]
async fn keys_of_files_come_after_those_of_an_agent_and_all_together_are_few() {
    // sshd ends a connection after its sixth key.
    let Some(sshd) = Sshd::start("LogLevel DEBUG1") else { return };
    let strange = ["a", "b", "c", "d"];
    assert!(strange.iter().all(|name| sshd::strange_key(sshd.folder.path(), name).is_some()));
    let Some(agent) = sshd.agent(&strange) else { return };
    let with = |files: &[&str]| {
        bench(&sshd, |options| {
            options.agent = Some(agent.socket.clone());
            options.key_files = files.iter().map(|name| sshd.folder.path().join(name)).collect();
        })
    };
    let fits = with(&["user"]);
    fits.put("a.json", "x");
    assert!(fits.target.look(&fits.job(&["a.json"])).await.unwrap().files[0].live.is_some());
    let (many, failed) = (with(&["a", "b", "user"]), "Failed publickey");
    let before = sshd.logged(failed);
    let fault = many.target.look(&many.job(&["a.json"])).await.unwrap_err();
    assert!(fault.class == Class::LoginRefused && fault.detail.contains("keys tried: 5"), "{fault}");
    assert_eq!(sshd.logged(failed) - before, 5, "it ends before the host does");
}

#[tokio::test]
async fn files_of_any_length_come_back_whole() {
    let Some(sshd) = Sshd::start("") else { return };
    let bench = bench(&sshd, |_| {});
    // Nothing, less than a piece, a piece to the byte, one more, and several.
    for length in [0, 1, 32_767, 32_768, 32_769, 65_536, 200_001] {
        let text: String = (0..length).map(|at| char::from(b'a' + (at % 26) as u8)).collect();
        let mut job = bench.job(&["a.json"]);
        (job.files[0].want, job.files[0].before) = (crate::base::hash::sha256(text.as_bytes()), None);
        bench.put("a.json", "before");
        bench.target.stage(&job, &[Secret::new(text.clone())]).await.unwrap();
        let seen = bench.target.activate(&job).await.unwrap();
        assert_eq!(seen.files[0].live, Some(job.files[0].want), "{length}");
        assert_eq!(bench.text("a.json"), Some(text));
        std::fs::remove_file(bench.root.join(".a.json.regather-stamp")).unwrap();
    }
}
