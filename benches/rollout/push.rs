//! Pushes over SSH beside what people write themselves: `scp` and then `ssh`, in a parallel loop.
//!
//! A push here is what the driver does with a device: stage and activate, with lock, read-backs, the kept previous
//! file and the stamp. The loop copies, brings to the disk, renames, orders the restart and reads back. Both wait for
//! the same server on the same machine with the same key exchange, in turns, so their ratio counts and not the rates.

use crate::measure::now;
use crate::memory_mb;
use crate::sshd::{EXCHANGE, Sshd};
use regather::base::file::{read_text, write_atomic};
use regather::base::hash::sha256;
use regather::base::units::significant;
use regather::config::secret::Secret;
use regather::push::target::ssh::{Ssh, SshOptions};
use regather::push::target::{Job, JobFile, Link as _, Target, Transport as _};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rounds of each tool, in turns.
const ROUNDS: usize = 3;

/// Sessions whose memory is measured.
const SESSIONS: usize = 256;

/// The previous file.
const OLD: &str = "{\"old\": true}\n";

/// Name of the file on a device.
const FILE: &str = "ws_connection.json";

/// Returns a file of about 3 kB.
fn text() -> String {
    format!("{{\"padding\": \"{}\"}}\n", "0123456789".repeat(300))
}

/// Makes the folders of devices with a file each.
fn devices(sshd: &Sshd, name: &str, many: usize) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut made = Vec::new();
    for at in 0..many {
        let folder = sshd.folder.path().canonicalize()?.join(format!("{name}-{at}"));
        std::fs::create_dir(&folder)?;
        write_atomic(&folder.join(FILE), OLD.as_bytes())?;
        made.push(folder);
    }
    Ok(made)
}

fn options(sshd: &Sshd, per_host: usize) -> SshOptions {
    let at = sshd.folder.path();
    SshOptions {
        user: sshd.user.clone(),
        known_hosts: vec![at.join("known_hosts")],
        key_files: vec![at.join("user")],
        restart: "echo {stamp} >> {folder}/restarts; printf %s {stamp} > {stamp_file}".into(),
        connect_s: 60,
        request_s: 60,
        per_host: per_host as u32,
        ..SshOptions::default()
    }
}

fn job(sshd: &Sshd, folder: &Path) -> Job {
    Job {
        thing: "PUMP".into(),
        address: format!("127.0.0.1:{}", sshd.port),
        files: vec![JobFile {
            path: folder.join(FILE).display().to_string(),
            want: sha256(text().as_bytes()),
            before: Some(Some(sha256(OLD.as_bytes()))),
        }],
        plan: "0123456789abcdef".into(),
        owner: "bench".into(),
        stamp: "0123456789abcdef-1".into(),
        restart_s: 60,
    }
}

/// What is done with a device.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// Stages and activates.
    Push,
    /// Connects, signs in, opens SFTP, orders the restart and leaves: what no push can do without.
    Least,
}

/// Works on all devices, so many at once. One thread, so that no push takes the waiting session of another.
fn push_all(sshd: &Sshd, folders: &[PathBuf], at_once: usize, work: Work) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ssh = Arc::new(Ssh::new(options(sshd, at_once))?);
    let target = Arc::new(Target::new(Ssh::new(options(sshd, at_once))?));
    let jobs: Arc<Vec<Job>> = Arc::new(folders.iter().map(|folder| job(sshd, folder)).collect());
    let next = Arc::new(AtomicUsize::new(0));
    runtime.block_on(async {
        let mut workers = Vec::new();
        for _ in 0..at_once {
            let (target, jobs, next) = (Arc::clone(&target), Arc::clone(&jobs), Arc::clone(&next));
            let ssh = Arc::clone(&ssh);
            workers.push(tokio::spawn(async move {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if work == Work::Least {
                        let mut link = ssh.open(job).await.map_err(|fault| fault.to_string())?;
                        let stamp = format!("{}.least", job.files[0].path);
                        link.restart(job, &stamp).await.map_err(|fault| fault.to_string())?;
                        link.close(false).await;
                        continue;
                    }
                    target.stage(job, &[Secret::new(text())]).await.map_err(|fault| fault.to_string())?;
                    target.activate(job).await.map_err(|fault| fault.to_string())?;
                }
                Ok::<(), String>(())
            }));
        }
        for worker in workers {
            worker.await??;
        }
        Ok(())
    })
}

/// Returns one of OpenSSH's own tools with the keys of this server.
fn tool(sshd: &Sshd, name: &str) -> Command {
    let at = sshd.folder.path();
    let mut command = Command::new(name);
    command.args(["-q", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]);
    command.args(["-o", "StrictHostKeyChecking=yes", "-o", "GlobalKnownHostsFile=/dev/null"]);
    command.args(["-o", &format!("KexAlgorithms={EXCHANGE}")]);
    command.args(["-o", &format!("UserKnownHostsFile={}", at.join("known_hosts").display())]);
    command.arg("-i").arg(at.join("user")).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Does the same with `scp` and `ssh`.
fn loop_all(sshd: &Sshd, folders: &[PathBuf], at_once: usize) -> Result<(), Box<dyn Error>> {
    let source = sshd.folder.path().join("new.json");
    write_atomic(&source, text().as_bytes())?;
    let next = AtomicUsize::new(0);
    let worker = || -> Result<(), String> {
        while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (place, host) = (folder.display(), format!("{}@127.0.0.1", sshd.user));
            let mut scp = tool(sshd, "scp");
            scp.args(["-P", &sshd.port.to_string()]).arg(&source).arg(format!("{host}:{place}/.new"));
            let order = format!(
                "cd {place} && sync .new && mv -f .new {FILE} && echo 1 >> restarts && sha256sum {FILE}"
            );
            let mut ssh = tool(sshd, "ssh");
            ssh.args(["-p", &sshd.port.to_string(), &host, &order]);
            for mut command in [scp, ssh] {
                let ended = command.status().map_err(|error| error.to_string())?;
                if !ended.success() {
                    return Err(format!("{} ended with {ended}", command.get_program().display()));
                }
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a thread ended early".to_owned())?)
    })?;
    Ok(())
}

/// CPU time that this process spent so far, and the tools it waited for \[s\]; in steps of 10 ms.
fn cpu() -> (f64, f64) {
    let text = read_text(Path::new("/proc/self/stat"), 10_000).unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Vec<f64> = fields.split_whitespace().map(|field| field.parse().unwrap_or(0.0)).collect();
    let sum = |from: usize| ticks.get(from..from + 2).map_or(0.0, |ticks| ticks.iter().sum::<f64>() / 100.0);
    (sum(11), sum(13))
}

/// CPU time that the whole machine spent so far \[s\]; in steps of 10 ms, 0 where the system does not tell.
fn machine_cpu() -> f64 {
    let text = read_text(Path::new("/proc/stat"), 1_000_000).unwrap_or_default();
    let ticks = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let mut sum = 0.0;
    for (at, ticks) in ticks.take(8).enumerate() {
        // Not the fourth and the fifth, which are idle, nor the eighth, which was taken from the machine.
        if !matches!(at, 3 | 4 | 7) {
            sum += ticks.parse().unwrap_or(0.0) / 100.0;
        }
    }
    sum
}

/// What a round of pushes took.
struct Round {
    /// Pushes in a second.
    rate: f64,
    /// CPU of the client \[ms per push\].
    cpu_ms: f64,
    /// CPU of the whole machine, which is client, server and devices \[ms per push\].
    machine_ms: f64,
}

fn round(
    folders: &[PathBuf],
    work: impl FnOnce() -> Result<(), Box<dyn Error>>,
) -> Result<Round, Box<dyn Error>> {
    let (start, before, machine) = (now(), cpu(), machine_cpu());
    work()?;
    let (seconds, after, machine) = (start.elapsed().as_secs_f64(), cpu(), machine_cpu() - machine);
    let many = folders.len() as f64;
    let spent = after.0 - before.0 + after.1 - before.1;
    Ok(Round { rate: many / seconds, cpu_ms: spent * 1_000.0 / many, machine_ms: machine * 1_000.0 / many })
}

/// Checks that all devices got their file and one restart.
fn check(folders: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    for folder in folders {
        let whole = read_text(&folder.join(FILE), 100_000)? == text();
        if !whole || read_text(&folder.join("restarts"), 1_000)?.lines().count() != 1 {
            return Err(format!("{} did not get its file and one restart", folder.display()).into());
        }
    }
    Ok(())
}

/// Returns the middle one.
fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Compares pushes with the loop at 16 and 64 at once.
pub fn compare(sshd: &Sshd) -> Result<(), Box<dyn Error>> {
    for at_once in [16, 64] {
        let (mut own, mut others, mut least, mut sign_ins) = (Vec::new(), Vec::new(), Vec::new(), 0);
        let (many, fewer) = (at_once * 4, at_once * 2);
        for turn in 0..ROUNDS {
            let folders = devices(sshd, &format!("own-{at_once}-{turn}"), many)?;
            let before = sshd.sign_ins()?;
            own.push(round(&folders, || push_all(sshd, &folders, at_once, Work::Push))?);
            sign_ins += sshd.sign_ins()? - before;
            check(&folders)?;
            least.push(round(&folders, || push_all(sshd, &folders, at_once, Work::Least))?);
            let folders = devices(sshd, &format!("loop-{at_once}-{turn}"), fewer)?;
            others.push(round(&folders, || loop_all(sshd, &folders, at_once))?);
            check(&folders)?;
        }
        let ratios: Vec<f64> = own.iter().zip(&others).map(|(own, other)| own.rate / other.rate).collect();
        println!(
            "{at_once} at once: {} pushes/s, scp and ssh {}; {} times as many (each round: {})",
            significant(median(own.iter().map(|round| round.rate))),
            significant(median(others.iter().map(|round| round.rate))),
            significant(median(ratios.iter().copied())),
            ratios.iter().map(|ratio| significant(*ratio)).collect::<Vec<_>>().join(", ")
        );
        println!(
            "  CPU of the client {} ms per push, scp and ssh {} ms; {} sign-ins for {} pushes",
            significant(median(own.iter().map(|round| round.cpu_ms))),
            significant(median(others.iter().map(|round| round.cpu_ms))),
            sign_ins,
            many * ROUNDS
        );
        let machine = |rounds: &[Round]| median(rounds.iter().map(|round| round.machine_ms));
        let (own, least, others) = (machine(&own), machine(&least), machine(&others));
        println!(
            "  CPU of the whole machine {} ms per push, scp and ssh {} ms: {} times",
            significant(own),
            significant(others),
            significant(others / own)
        );
        println!(
            "  of which signing in and ordering the restart {} ms, so no push is more than {} times as fast here",
            significant(least),
            significant(others / least)
        );
    }
    Ok(())
}

/// Pushes and nothing else, for a profile.
pub fn alone(sshd: &Sshd) -> Result<(), Box<dyn Error>> {
    for at_once in [16, 64] {
        let folders = devices(sshd, &format!("alone-{at_once}"), 256)?;
        let round = round(&folders, || push_all(sshd, &folders, at_once, Work::Push))?;
        println!(
            "{at_once} at once: {} pushes/s, {} ms of CPU per push here, {} ms of the whole machine",
            significant(round.rate),
            significant(round.cpu_ms),
            significant(round.machine_ms)
        );
    }
    Ok(())
}

/// Measures the memory of open sessions with SFTP.
pub fn sessions(sshd: &Sshd) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ssh = Ssh::new(options(sshd, SESSIONS + 1))?;
    runtime.block_on(async {
        let job = job(sshd, sshd.folder.path());
        // The first one pays for what all share.
        let mut open = vec![ssh.open(&job).await.map_err(|fault| fault.to_string())?];
        let before = memory_mb("VmRSS:");
        for _ in 0..SESSIONS {
            open.push(ssh.open(&job).await.map_err(|fault| fault.to_string())?);
        }
        let after = memory_mb("VmRSS:");
        println!(
            "{SESSIONS} open sessions: {} kB each, {} MB in all",
            significant((after - before) * 1_000.0 / SESSIONS as f64),
            significant(after)
        );
        for link in open {
            link.close(false).await;
        }
        Ok(())
    })
}
