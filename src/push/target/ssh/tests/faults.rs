//! What goes wrong between here and a device, each with the class that names its remedy.

use super::sshd::Sshd;
use super::*;
use crate::push::fault::Reached;
use crate::push::target::Job;
use crate::push::target::conformance::{NEW, OLD};
use std::path::Path;
use std::process::Command;
use tokio::net::TcpListener;

async fn stage(bench: &Bench<Ssh>, job: &Job) -> Result<crate::push::state::Seen, Fault> {
    let text = || Secret::new(NEW.into());
    bench.target.stage(job, &job.files.iter().map(|_| text()).collect::<Vec<_>>()).await
}

/// Returns the fault of staging a file, which must stay as it was.
async fn fault(bench: &Bench<Ssh>) -> Fault {
    bench.put("a.json", OLD);
    let fault = stage(bench, &bench.job(&["a.json"])).await.unwrap_err();
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD), "{fault}");
    assert_eq!(fault.reached, Reached::Nothing);
    fault
}

fn known_hosts(sshd: &Sshd, text: &str) {
    crate::base::file::write_atomic(&sshd.folder.path().join("known_hosts"), text.as_bytes()).unwrap();
}

fn key_text(sshd: &Sshd, name: &str) -> String {
    let text = read_text(&sshd.folder.path().join(name), 10_000).unwrap();
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn hosts_that_cannot_be_trusted_get_nothing() {
    let Some(sshd) = Sshd::start("") else { return };
    let (host, user) = (key_text(&sshd, "host.pub"), key_text(&sshd, "user.pub"));
    let port = sshd.port;
    known_hosts(&sshd, "");
    let unknown = fault(&bench(&sshd, |_| {})).await;
    assert!(unknown.class == Class::HostUnknown && unknown.detail.contains("SHA256:"), "{unknown}");
    known_hosts(&sshd, &format!("[127.0.0.1]:{port} {user}\n"));
    assert_eq!(fault(&bench(&sshd, |_| {})).await.class, Class::HostChanged);
    known_hosts(&sshd, &format!("@revoked * {host}\n[127.0.0.1]:{port} {host}\n"));
    assert_eq!(fault(&bench(&sshd, |_| {})).await.class, Class::HostRevoked);
    known_hosts(&sshd, &format!("[127.0.0.1]:{port} {}\n", key_text(&sshd, "host_rsa.pub")));
    let bench = bench(&sshd, |_| {});
    bench.put("a.json", OLD);
    stage(&bench, &bench.job(&["a.json"])).await.unwrap();
}

#[tokio::test]
async fn without_a_key_that_fits_nobody_gets_in() {
    let Some(sshd) = Sshd::start("") else { return };
    let none = bench(&sshd, |options| options.key_files.clear());
    assert_eq!(fault(&none).await.class, Class::NoKey);
    let wrong = bench(&sshd, |options| options.key_files = vec![sshd.folder.path().join("host_rsa")]);
    assert_eq!(fault(&wrong).await.class, Class::LoginRefused);
    let gone = |files: &[&str]| {
        bench(&sshd, |options| {
            options.agent = Some(sshd.folder.path().join("no-agent"));
            options.key_files = files.iter().map(|name| sshd.folder.path().join(name)).collect();
        })
    };
    assert_eq!(fault(&gone(&[])).await.class, Class::NoKey);
    let wrong = fault(&gone(&["host_rsa"])).await;
    assert!(wrong.class == Class::LoginRefused && wrong.detail.contains("agent: "), "{wrong}");
    let file = gone(&["user"]);
    file.put("a.json", OLD);
    stage(&file, &file.job(&["a.json"])).await.unwrap();
}

#[tokio::test]
async fn nobody_there_is_not_a_failure() {
    let Some(sshd) = Sshd::start("") else { return };
    let bench = bench(&sshd, |options| options.connect_s = 1);
    let look = async |address: String| {
        let job = Job { address, ..bench.job(&["a.json"]) };
        bench.target.look(&job).await.unwrap_err()
    };
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap().to_string();
    assert_eq!(
        look(address.clone()).await.class,
        Class::NoAnswer,
        "one that takes connections and says nothing"
    );
    drop(closed);
    assert_eq!(look(address).await.class, Class::Refused);
    assert_eq!(look("no-such-host.invalid:22".into()).await.class, Class::NameUnknown);
    assert_eq!(look("host:what".into()).await.class, Class::NameUnknown);
}

#[tokio::test]
async fn a_host_with_too_many_connections_is_busy_and_not_broken() {
    let Some(sshd) = Sshd::start("MaxStartups 1:100:1\nLoginGraceTime 30") else { return };
    // One that never signs in takes the only place, as soon as the one that looked for the port is gone.
    let _taken = loop {
        let mut taken = tokio::net::TcpStream::connect(("127.0.0.1", sshd.port)).await.unwrap();
        let mut greeting = [0; 4];
        let _ = tokio::io::AsyncReadExt::read(&mut taken, &mut greeting).await;
        if &greeting == b"SSH-" {
            break taken;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(fault(&bench(&sshd, |_| {})).await.class, Class::Busy);
}

#[tokio::test]
async fn a_restart_that_fails_or_hangs_is_told_apart() {
    let Some(sshd) = Sshd::start("") else { return };
    let failing = bench(&sshd, |options| options.restart = "echo no such unit >&2; exit 5".into());
    failing.put("a.json", OLD);
    let job = Job { restart_s: 30, ..failing.job(&["a.json"]) };
    stage(&failing, &job).await.unwrap();
    let fault = failing.target.activate(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.reached), (Class::RestartFailed, Reached::Restart));
    assert!(fault.detail.contains("exit status 5") && fault.detail.contains("no such unit"), "{fault}");
    assert_eq!(failing.text("a.json").as_deref(), Some(NEW));
    assert_eq!(failing.text(".a.json.regather-stamp"), None);
    let hanging = bench(&sshd, |options| options.restart = "sleep 20".into());
    let job = Job { restart_s: 1, ..job };
    let fault = hanging.target.activate(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.reached), (Class::NoAnswer, Reached::Restart));
}

/// Takes connections on a port of its own and carries at most so many bytes towards the sshd, then falls silent
/// or cuts the connection.
async fn proxy(to: u16, limit: usize, cuts: bool) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let server = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let back =
                    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
                let mut left = limit;
                let mut piece = vec![0; 4_096];
                while let Ok(length @ 1..) = from_client.read(&mut piece).await {
                    if length > left {
                        if cuts {
                            break;
                        }
                        std::future::pending::<()>().await;
                    }
                    left -= length;
                    if to_server.write_all(&piece[..length]).await.is_err() {
                        break;
                    }
                }
                back.abort();
            });
        }
    });
    port
}

async fn through_a_bad_network(cuts: bool) -> Fault {
    let Some(sshd) = Sshd::start("") else { return Fault::new(Class::Cut, "skipped") };
    let port = proxy(sshd.port, 100_000, cuts).await;
    known_hosts(&sshd, &format!("[127.0.0.1]:{port} {}\n", key_text(&sshd, "host.pub")));
    let bench = bench(&sshd, |options| {
        options.keepalive_s = 1;
        options.request_s = 3;
    });
    bench.put("a.json", OLD);
    let large = "x".repeat(200_000);
    let mut job = Job { address: format!("127.0.0.1:{port}"), ..bench.job(&["a.json"]) };
    job.files[0].want = crate::base::hash::sha256(large.as_bytes());
    let fault = bench.target.stage(&job, &[Secret::new(large.clone())]).await.unwrap_err();
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD));
    // The next contact clears away what was left: half a file and the lock.
    job.address = format!("127.0.0.1:{}", sshd.port);
    known_hosts(&sshd, &format!("[127.0.0.1]:{} {}\n", sshd.port, key_text(&sshd, "host.pub")));
    let after = super::bench(&sshd, |_| {});
    let seen = after.target.stage(&job, &[Secret::new(large)]).await.unwrap();
    assert_eq!(seen.files[0].staged, Some(job.files[0].want));
    fault
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_the_old_file() {
    assert_eq!(through_a_bad_network(true).await.class, Class::Cut);
}

#[tokio::test]
async fn a_connection_that_falls_silent_ends_and_leaves_the_old_file() {
    let fault = through_a_bad_network(false).await;
    assert!(matches!(fault.class, Class::NoAnswer | Class::Cut), "{fault}");
}

/// Says that no disk can be mounted; a machine of CI that gives no such right is no mistake of anybody's.
fn small_disk_is_missing() {
    let said = b"skipped: this user may not mount a small disk\n";
    let _ = std::io::Write::write_all(&mut std::io::stderr(), said);
}

/// Mounts a small disk; ends with this value. Only root may.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path, options: &str) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(at).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        small_disk_is_missing();
        None
    }

    fn remount(&self, options: &str) {
        assert!(Command::new("mount").args(["-o", options]).arg(self.0).status().unwrap().success());
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[tokio::test]
async fn disks_that_are_full_or_read_only_are_named() {
    let Some(sshd) = Sshd::start("") else { return };
    let root = sshd.folder.path().join("device");
    let Some(disk) = Disk::mount(&root, "size=64k") else { return };
    let bench = bench(&sshd, |_| {});
    bench.put("a.json", OLD);
    let large = "x".repeat(200_000);
    let mut job = bench.job(&["a.json"]);
    job.files[0].want = crate::base::hash::sha256(large.as_bytes());
    let full = bench.target.stage(&job, &[Secret::new(large)]).await.unwrap_err();
    assert_eq!(full.class, Class::DiskFull, "{full}");
    // What another plan staged and never needed makes room.
    bench.put(".a.json.regather-fedcba9876543210.new", &"y".repeat(40_000));
    let smaller = "z".repeat(30_000);
    job.files[0].want = crate::base::hash::sha256(smaller.as_bytes());
    let staged = bench.target.stage(&job, &[Secret::new(smaller)]).await.unwrap();
    assert_eq!(staged.files[0].staged, Some(job.files[0].want));
    std::fs::remove_file(root.join(".a.json.regather-0123456789abcdef.new")).unwrap();
    // To its last byte: not even a lock has room, and none is left that would keep others out.
    let ballast = root.join("ballast");
    let mut bytes = 65_536;
    while bytes > 0 {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&ballast).unwrap();
        if std::io::Write::write(&mut &file, &vec![0; bytes]).is_err() {
            bytes /= 2;
        }
    }
    let full = stage(&bench, &bench.job(&["a.json"])).await.unwrap_err();
    assert_eq!(full.class, Class::DiskFull, "{full}");
    let left: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    std::fs::remove_file(ballast).unwrap();
    disk.remount("remount,ro");
    assert_eq!(fault_without_writing(&bench).await, Class::ReadOnly);
    disk.remount("remount,rw");
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD));
}

async fn fault_without_writing(bench: &Bench<Ssh>) -> Class {
    stage(bench, &bench.job(&["a.json"])).await.unwrap_err().class
}

#[tokio::test]
async fn who_may_not_write_there_is_told_so() {
    // A server that serves for reading only refuses as the permissions of a folder do.
    let Some(sshd) = Sshd::start("Subsystem sftp internal-sftp -R") else { return };
    assert_eq!(fault(&bench(&sshd, |_| {})).await.class, Class::Denied);
}

#[tokio::test]
async fn a_host_without_sftp_is_told_so() {
    let Some(sshd) = Sshd::start("Subsystem other /bin/false") else { return };
    assert_eq!(fault(&bench(&sshd, |_| {})).await.class, Class::Protocol);
}

#[tokio::test]
async fn who_may_not_write_into_a_folder_is_told_so() {
    let Some(sshd) = Sshd::start("") else { return };
    // Root may write everywhere, so another user signs in then.
    let root = sshd.options().user == "root";
    let bench = bench(&sshd, |options| {
        if root {
            options.user = "nobody".into();
        }
    });
    bench.put("a.json", OLD);
    let mode = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(sshd.folder.path(), 0o755);
    mode(&bench.root, 0o555);
    mode(&bench.root.join("a.json"), 0o644);
    let denied = stage(&bench, &bench.job(&["a.json"])).await.unwrap_err();
    mode(&bench.root, 0o755);
    assert_eq!((denied.class, denied.reached), (Class::Denied, Reached::Nothing), "{denied}");
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD));
}

#[tokio::test]
async fn of_two_pushers_on_one_device_one_waits() {
    let Some(sshd) = Sshd::start("") else { return };
    let slow = format!("sleep 2; {RESTART}");
    let first = bench(&sshd, |options| options.restart = slow);
    let second = bench(&sshd, |_| {});
    first.put("a.json", OLD);
    let job = first.job(&["a.json"]);
    stage(&first, &job).await.unwrap();
    let other = Job { owner: "roll-out 2".into(), plan: "fedcba9876543210".into(), ..job.clone() };
    let (activated, refused) = tokio::join!(first.target.activate(&job), async {
        while first.text(".a.json.regather-lock").is_none_or(|holder| holder.is_empty()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        second.target.activate(&other).await
    });
    let refused = refused.unwrap_err();
    assert!(refused.class == Class::Locked && refused.detail.contains("held by roll-out 1"), "{refused}");
    assert_eq!((refused.reached, activated.unwrap().stamp), (Reached::Nothing, Some(job.stamp.clone())));
    assert_eq!(first.text("restarts").unwrap().lines().count(), 1);
    assert_eq!(first.text(".a.json.regather-lock"), None);
}

#[tokio::test]
async fn a_file_that_changes_under_the_restart_is_read_back_as_it_is() {
    let Some(sshd) = Sshd::start("") else { return };
    let bench =
        bench(&sshd, |options| options.restart = format!("echo more >> {{folder}}/a.json; {RESTART}"));
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    stage(&bench, &job).await.unwrap();
    let seen = bench.target.activate(&job).await.unwrap();
    let real = crate::base::hash::sha256(format!("{NEW}more\n").as_bytes());
    assert_eq!(seen.files[0].live, Some(real), "and so it does not count as confirmed");
    assert_ne!(seen.files[0].live, Some(job.files[0].want));
}

#[tokio::test]
async fn files_are_on_the_disk_before_they_are_renamed_over_the_live_ones() {
    let server = Path::new("/usr/lib/openssh/sftp-server");
    if !server.exists() {
        return crate::push::target::conformance::missing(
            "no sftp-server here (Debian: openssh-sftp-server)",
        );
    }
    let log = tempfile::tempdir().unwrap();
    let log = log.path().join("sftp");
    let told = format!("Subsystem sftp {} -e -l DEBUG3 2>>{}", server.display(), log.display());
    let Some(sshd) = Sshd::start(&told) else { return };
    let bench = bench(&sshd, |_| {});
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    stage(&bench, &job).await.unwrap();
    bench.target.activate(&job).await.unwrap();
    let told = read_text(&log, 10_000_000).unwrap();
    let place = |what: &str| told.find(what).unwrap_or_else(|| panic!("no {what} in {told}"));
    let (written, synced, renamed) =
        (place(".new\" flags WRITE"), place(": fsync "), place("posix-rename old"));
    assert!(written < synced && synced < renamed, "{told}");
}
