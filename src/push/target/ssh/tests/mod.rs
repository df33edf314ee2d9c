//! Against a real sshd on this machine; without one the tests say so and pass.

mod faults;
mod hosts;
pub mod sshd;

use super::*;
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

#[tokio::test]
async fn keys_come_from_an_agent() {
    let Some(sshd) = Sshd::start("") else { return };
    let Some(agent) = sshd.agent() else { return };
    let bench = bench(&sshd, |options| {
        options.key_files.clear();
        options.agent = Some(agent.socket.clone());
    });
    bench.put("a.json", "x");
    assert!(bench.target.look(&bench.job(&["a.json"])).await.unwrap().files[0].live.is_some());
}
