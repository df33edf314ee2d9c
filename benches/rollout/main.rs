//! Prints what a roll-out costs: `cargo bench --bench rollout`, or one part: `cargo bench --bench rollout -- push`.
//!
//! | word | measures | goal |
//! |---|---|---|
//! | `plan` | a plan of 100 000 devices, or of as many as a number after `--` says | 2 s and 200 MB |
//! | `journal` | the journal of 10 000 devices, from the first intent to the last result | 15 s of waiting for the disk |
//! | `push` | pushes at 16 and 64 at once, beside `scp` and `ssh` in a parallel loop | 3.5 times as many, 2 ms of CPU each |
//! | `alone` | pushes without the loop, for a profile; only when it is asked for | |
//! | `sessions` | the memory of 256 open sessions | 100 kB each |
//!
//! The last two need OpenSSH (`sshd`, `ssh`, `scp`, `ssh-keygen`) and Linux, and say so where it is missing. Not a
//! test: machines differ, and nothing here can fail by being slow. A push that goes wrong ends it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures and nothing else does")]

#[path = "../measure/mod.rs"]
mod measure;
#[path = "../measure/memory.rs"]
mod memory;
mod plan;
mod push;
mod sshd;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let devices = words.iter().find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let all = words.iter().all(|word| word.parse::<usize>().is_ok());
    let wanted = |part: &str| all || words.iter().any(|word| word == part);
    let is_alone = words.iter().any(|word| word == "alone");
    if wanted("push") || wanted("sessions") || is_alone {
        let Some(sshd) = sshd::Sshd::start()? else {
            println!(
                "no pushes: there is no OpenSSH here (Debian: apt-get install openssh-server openssh-client)"
            );
            return own(devices, &wanted);
        };
        // First: a process that has kept memory of something else says nothing about it.
        if wanted("sessions") {
            push::sessions(&sshd)?;
        }
        if wanted("push") {
            push::compare(&sshd)?;
        }
        if is_alone {
            push::alone(&sshd)?;
        }
    }
    own(devices, &wanted)
}

/// Measures what needs no other program.
fn own(devices: usize, wanted: &dyn Fn(&str) -> bool) -> Result<(), Box<dyn Error>> {
    if wanted("plan") {
        plan::plan(devices)?;
    }
    if wanted("journal") {
        plan::remember()?;
    }
    Ok(())
}

/// Returns a figure of this process's memory \[MB\], `VmRSS:` for now and `VmHWM:` for the most so far; 0 where the
/// system does not tell.
fn memory_mb(figure: &str) -> f64 {
    memory::status(figure).map_or(0.0, |bytes| bytes / 1e6)
}
