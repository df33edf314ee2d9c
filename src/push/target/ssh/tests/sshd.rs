//! An sshd of the distribution on a port of this machine, with its own configuration and keys.

use super::super::SshOptions;
use crate::push::target::conformance::missing;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running sshd; ends with this value.
pub struct Sshd {
    pub folder: tempfile::TempDir,
    pub port: u16,
    child: Child,
}

/// A running agent.
pub struct Agent {
    pub socket: PathBuf,
    child: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keygen(folder: &Path, name: &str, kind: &str) -> Option<String> {
    let path = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", kind, "-N", "", "-C", "", "-f"])
        .arg(&path)
        .stdout(Stdio::null())
        .status();
    made.ok()?.success().then_some(())?;
    Some(crate::base::file::read_text(&path.with_extension("pub"), 10_000).unwrap().trim().to_owned())
}

impl Sshd {
    /// Starts one, with these lines added to its configuration; `None` where there is none to start.
    pub fn start(more: &str) -> Option<Self> {
        let started = Self::try_start(more);
        if started.is_none() {
            missing("no sshd here (Debian: apt-get install openssh-server)");
        }
        started
    }

    fn try_start(more: &str) -> Option<Self> {
        let program =
            ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists())?;
        // Where sshd is started as root it wants this folder, which its service makes elsewhere.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let host = keygen(at, "host", "ed25519")?;
        keygen(at, "host_rsa", "rsa")?;
        let user = keygen(at, "user", "ed25519")?;
        let write = |name: &str, text: &str| {
            crate::base::file::write_atomic(&at.join(name), text.as_bytes()).unwrap();
        };
        write("authorized_keys", &format!("{user}\n"));
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let place = at.display();
            write(
                "sshd_config",
                &format!(
                    "Port {port}\nListenAddress 0.0.0.0\nHostKey {place}/host\nHostKey {place}/host_rsa\n\
                     AuthorizedKeysFile {place}/authorized_keys\nPidFile none\nUsePAM no\nStrictModes no\n\
                     PasswordAuthentication no\nPermitRootLogin yes\nPrintMotd no\nUseDNS no\n\
                     SetEnv SHLVL=5\n{more}\n{}{}{}",
                    if more.contains("LogLevel") { "" } else { "LogLevel ERROR\n" },
                    if more.contains("MaxStartups") { "" } else { "MaxStartups 200:30:400\n" },
                    if more.contains("Subsystem") { "" } else { "Subsystem sftp internal-sftp\n" }
                ),
            );
            let known = host.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            write("known_hosts", &format!("[127.*]:{port} {known}\n"));
            let mut child = Command::new(program)
                .args(["-D", "-e", "-f"])
                .arg(at.join("sshd_config"))
                .stderr(std::fs::File::create(at.join("log")).unwrap())
                .spawn()
                .ok()?;
            for _ in 0..500 {
                if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(Self { folder, port, child });
                }
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        None
    }

    pub fn options(&self) -> SshOptions {
        let at = self.folder.path();
        SshOptions {
            user: whoami(),
            known_hosts: vec![at.join("known_hosts")],
            key_files: vec![at.join("user")],
            restart: super::RESTART.into(),
            connect_s: 60,
            request_s: 30,
            per_host: 16,
            ..SshOptions::default()
        }
    }

    /// Returns how many lines of its log hold this; `LogLevel DEBUG1` makes it tell.
    pub fn logged(&self, part: &str) -> usize {
        let log = crate::base::file::read_text(&self.folder.path().join("log"), 50_000_000).unwrap();
        log.lines().filter(|line| line.contains(part)).count()
    }

    /// Starts an agent that holds these keys.
    pub fn agent(&self, keys: &[&str]) -> Option<Agent> {
        let socket = self.folder.path().join("agent");
        let child = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::piped()).spawn();
        let mut child = child.ok()?;
        // It says where it listens as soon as it does.
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        let agent = Agent { socket, child };
        let added = Command::new("ssh-add")
            .arg("-q")
            .args(keys.iter().map(|key| self.folder.path().join(key)))
            .env("SSH_AUTH_SOCK", &agent.socket)
            .status();
        added.ok()?.success().then_some(agent)
    }
}

/// Makes a key that no host knows.
pub fn strange_key(at: &Path, name: &str) -> Option<String> {
    keygen(at, name, "ed25519")
}

fn whoami() -> String {
    let name = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(name.stdout).unwrap().trim().to_owned()
}
