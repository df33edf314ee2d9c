//! An OpenSSH server on a port of this machine, with keys of its own.

use regather::base::file::{read_text, write_atomic};
use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The only key exchange it offers, so that every client pays for the same one.
pub const EXCHANGE: &str = "curve25519-sha256";

/// A running sshd; ends with this value.
pub struct Sshd {
    /// Holds its keys and its log, and the devices.
    pub folder: tempfile::TempDir,
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// Who may sign in.
    pub user: String,
    child: Child,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sshd {
    /// Starts one; `None` where there is none to start.
    pub fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(program) =
            ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists())
        else {
            return Ok(None);
        };
        // Where sshd is started as root it wants this folder, which its service makes elsewhere.
        let _ = std::fs::create_dir_all("/run/sshd");
        let folder = tempfile::tempdir_in(".")?;
        let at = folder.path().canonicalize()?;
        for name in ["host", "user"] {
            let mut keygen = Command::new("ssh-keygen");
            let made =
                keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(at.join(name)).status();
            if !made.is_ok_and(|status| status.success()) {
                return Ok(None);
            }
        }
        let id = Command::new("id").arg("-un").output()?;
        let user = String::from_utf8(id.stdout)?.trim().to_owned();
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let place = at.display();
        // Rooms for all who sign in at once; `SHLVL` keeps slow start-up files of the shell out of the figures.
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {place}/host\nAuthorizedKeysFile {place}/user.pub\n\
             KexAlgorithms {EXCHANGE}\nMaxStartups 1000:30:2000\nMaxSessions 20\nLogLevel VERBOSE\nPidFile none\n\
             UsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\nPrintMotd no\nUseDNS no\n\
             SetEnv SHLVL=5\nSubsystem sftp internal-sftp\n"
        );
        write_atomic(&at.join("sshd_config"), config.as_bytes())?;
        let host = read_text(&at.join("host.pub"), 10_000)?;
        write_atomic(&at.join("known_hosts"), format!("[127.0.0.1]:{port} {host}").as_bytes())?;
        let log = std::fs::File::create(at.join("log"))?;
        let mut sshd = Command::new(program);
        sshd.args(["-D", "-e", "-f"]).arg(at.join("sshd_config")).stdin(Stdio::null()).stderr(log);
        let started = Self { folder, port, user, child: sshd.spawn()? };
        for _ in 0..250 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(Some(started));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("sshd was started and does not listen".into())
    }

    /// Returns how often somebody signed in so far.
    pub fn sign_ins(&self) -> Result<usize, Box<dyn Error>> {
        let log = read_text(&self.folder.path().join("log"), 500_000_000)?;
        Ok(log.lines().filter(|line| line.contains("Accepted publickey")).count())
    }
}
