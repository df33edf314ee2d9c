//! What planning a roll-out and remembering it cost.

use crate::measure::{cpu_time, now};
use crate::memory_mb;
use regather::base::hash::{Hash, sha256};
use regather::base::units::{count, significant};
use regather::push::journal::Journal;
use regather::push::machine::{Event, Machine, Now, Order, Step, Work};
use regather::push::plan::{
    Budgets, Candidate, CandidateFile, Gate, GroupTerms, Inputs, Now as Known, Pace, Pauses, Plan,
    Prediction, Request, Sequence, Staging, Way,
};
use regather::push::state::{Row, Seen, SeenFile, Status, stamp};
use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;

/// Devices of the journal.
const REMEMBERED: usize = 10_000;

/// Makes a plan for so many devices, writes it and reads it.
pub fn plan(devices: usize) -> Result<(), Box<dyn Error>> {
    let candidates: Vec<Candidate> = (0..devices).map(candidate).collect();
    let before = memory_mb("VmHWM:");
    let (made, plan) = cpu_time(|| Plan::new(request(), candidates));
    let plan = plan?;
    println!("{} devices: plan {} s of CPU", count(devices as u64), significant(made));
    println!(
        "  peak memory {} MB, {} MB of them before",
        significant(memory_mb("VmHWM:")),
        significant(before)
    );
    let mut text = Vec::new();
    let (wrote, result) = cpu_time(|| plan.write_to(&mut text));
    result?;
    let text = String::from_utf8(text)?;
    let (read, again) = cpu_time(|| Plan::parse(&text));
    println!(
        "  file {} bytes, write {} s, read and check {} s",
        count(text.len() as u64),
        significant(wrote),
        significant(read)
    );
    println!("  the same again: {}", again? == plan);
    println!("  peak memory with the file and both plans {} MB", significant(memory_mb("VmHWM:")));
    Ok(())
}

/// Plays a roll-out in which everything succeeds, with a journal on this disk.
pub fn remember() -> Result<(), Box<dyn Error>> {
    // What was not simulated does not start; what is remembered of a roll-out does not depend on what was found.
    let request = Request { prediction: Some(Prediction::default()), ..request() };
    let plan = Plan::new(request, (0..REMEMBERED).map(candidate).collect())?;
    let folder = tempfile::tempdir_in(".")?;
    let mut journal = Journal::create(&folder.path().join("rollout.db"), &plan, "bench", 0)?;
    journal.drive()?;
    let mut machine = Machine::new(Arc::new(plan))?;
    let (mut written, mut commits, mut commit_s, mut at) = (0_u64, 0_u64, 0.0, Now::default());
    let mut steps = Vec::new();
    machine.order(at, &Order::Start, &mut steps)?;
    let mut open = VecDeque::new();
    while machine.status().0 == Status::Running || !steps.is_empty() {
        let start = now();
        journal.commit(&steps, "bench", at.wall_ms)?;
        commit_s += start.elapsed().as_secs_f64();
        commits += 1;
        written += steps.iter().filter(|step| matches!(step, Step::Record { .. })).count() as u64;
        open.extend(steps.drain(..).filter_map(|step| match step {
            Step::Work { device, work, row } => Some((device, work, row)),
            _ => None,
        }));
        at.mono_ms += 10;
        if open.is_empty() {
            machine.handle(at, Event::Tick, &mut steps);
        }
        // What a real driver finds together in 5 ms.
        for (device, work, row) in open.drain(..open.len().min(16)) {
            let result = Ok(seen(&machine, device, work, &row));
            machine.handle(at, Event::Done { device, work, result }, &mut steps);
        }
    }
    println!(
        "{} devices: {} changes in {} commits, {} s of waiting for the disk ({:?})",
        count(REMEMBERED as u64),
        count(written),
        count(commits),
        significant(commit_s),
        machine.status().0
    );
    Ok(())
}

/// Returns what a device shows after a piece of work that went well.
fn seen(machine: &Machine, device: u32, work: Work, row: &Row) -> Seen {
    let plan = machine.plan();
    let new: Hash = plan.devices()[device as usize].files[0].want;
    match work {
        Work::Stage => {
            Seen { files: vec![SeenFile { live: Some(old()), staged: Some(new), kept: None }], stamp: None }
        }
        _ => Seen {
            files: vec![SeenFile { live: Some(new), staged: None, kept: Some(old()) }],
            stamp: Some(stamp(plan, row.round)),
        },
    }
}

fn old() -> Hash {
    sha256(b"old")
}

fn candidate(at: usize) -> Candidate {
    Candidate {
        thing: format!("PUMP-{at:06}"),
        group: "pumps".into(),
        site: format!("site-{}", at % 40),
        server: format!("cxs-{}", at % 4),
        address: format!("10.{}.{}.{}:22", at / 65_536, at / 256 % 256, at % 256),
        zone: None,
        files: vec![CandidateFile {
            path: "/opt/agent/ws_connection.json".into(),
            now: Known::Is(old()),
            want: sha256(&at.to_le_bytes()),
        }],
    }
}

fn request() -> Request {
    Request {
        project_sha256: "0".repeat(64),
        scenario: "bench".into(),
        seed: 1,
        waves: "10,10%,40%,rest".into(),
        sequence: Sequence::Together,
        staging: Staging::Wave,
        gate: Gate { confirmed_pct_x100: 9_900, observe_s: 0 },
        budgets: Budgets::default(),
        pauses: Pauses::Never,
        pace: Pace {
            activations_per_s: 10_000.0,
            burst: 10_000,
            at_once: 64,
            verify_after_s: 0,
            restart_s: 30,
        },
        approvals: 0,
        groups: vec![GroupTerms { id: "pumps".into(), ..GroupTerms::default() }],
        way: Way::default(),
        inputs: Inputs::default(),
        prediction: None,
        confirm_at: None,
        overload_accepted_by: None,
    }
}
