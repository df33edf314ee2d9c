//! The same over a real sshd of the distribution, with a host key, a user key and a restart command.

use super::{CANARY, count, devices, rollout};
use crate::program::{run_in, text, write};
use crate::repository::missing;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running sshd; ends with this value.
struct Sshd(Child, u16);

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn keygen(folder: &Path, name: &str) -> Option<String> {
    let path = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(&path)
        .stdout(Stdio::null())
        .status()
        .ok()?;
    made.success().then(|| text(&path.with_extension("pub")).trim().to_owned())
}

/// Starts one with its keys in a folder; `None` where there is none to start.
fn start(at: &Path) -> Option<Sshd> {
    let program = ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists())?;
    let _ = std::fs::create_dir_all("/run/sshd");
    let (host, user) = (keygen(at, "host")?, keygen(at, "user")?);
    write(&at.join("authorized_keys"), format!("{user}\n"));
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let place = at.display();
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\nAuthorizedKeysFile {place}/authorized_keys\n\
         PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\nUseDNS no\n\
         LogLevel ERROR\nSetEnv SHLVL=5\nMaxStartups 200:30:400\nSubsystem sftp internal-sftp\n"
    );
    write(&at.join("sshd_config"), config);
    let known = host.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    write(&at.join("known_hosts"), format!("[127.0.0.1]:{port} {known}\n"));
    let child = Command::new(program)
        .args(["-D", "-e", "-f"])
        .arg(at.join("sshd_config"))
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let sshd = Sshd(child, port);
    for _ in 0..250 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(sshd);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

fn user() -> String {
    let id = Command::new("id").arg("-un").output().expect("a system with sshd has `id`");
    String::from_utf8(id.stdout).unwrap().trim().to_owned()
}

#[test]
fn files_reach_devices_over_ssh_and_agents_restart_once() {
    let folder = devices(6);
    let at = folder.path();
    let Some(sshd) = start(at) else {
        return missing("files_reach_devices_over_ssh_and_agents_restart_once, there is no sshd");
    };
    let (address, path, user) =
        (format!("127.0.0.1:{}", sshd.1), format!("{}/{{thing}}/{{file}}", at.display()), user());
    for device in 0..6 {
        std::fs::rename(at.join(format!("d{device}")), at.join(format!("P-{device}"))).unwrap();
    }
    let plan = [
        "rollout",
        "plan",
        "fleet.json",
        "--devices",
        "things.csv",
        "--has",
        "has",
        "--over",
        "ssh",
        "--at",
        &address,
        "--path",
        &path,
        "--user",
        &user,
        "--restart",
        "echo {thing} >> {folder}/restarts",
        "-o",
        "night.json",
        "--observe",
        "0s",
        "--verify-after",
        "0s",
        "--rate",
        "1000",
        "--burst",
        "10",
        "--waves",
        "2,rest",
        "--pause-after",
        "never",
        "--look",
        "--known-hosts",
        "known_hosts",
        "--identity",
        "user",
    ];
    run_in(at, &plan).ends(0);
    let keys = ["--known-hosts", "known_hosts", "--identity", "user"];
    let done = rollout(at, &[&["start", "night.json", "--yes", "--json"], &keys[..]].concat()).ends(0).json();
    assert_eq!(count(&done, "verified"), 6);
    for device in 0..6 {
        let root = at.join(format!("P-{device}"));
        assert!(text(&root.join("ws_connection.json")).contains(CANARY));
        assert_eq!(text(&root.join("restarts")), format!("P-{device}\n"), "restarted once");
    }
    rollout(at, &[&["rollback", "night.json", "--yes"], &keys[..]].concat()).ends(0);
    assert!((0..6).all(|device| text(&at.join(format!("P-{device}/ws_connection.json"))) == super::OLD));
    // A host that nobody confirmed gets nothing.
    write(&at.join("known_hosts"), "");
    let look = run_in(at, &[&plan[..], &["--force"]].concat()).ends(0);
    look.says("6 not read").says("known_hosts");
}
