//! The arguments of every command that plays runs of a project.

use super::Order;
use crate::cli::assign::Assignment;
use crate::cli::printer::Printer;
use crate::fleet::cluster::PLAYED;
use std::ffi::OsString;

/// What is played, how often, and for how long.
#[derive(Debug, clap::Args)]
pub struct Played {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    pub file: OsString,
    /// Set an input for this command only
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE")]
    pub set: Vec<Assignment>,
    /// Cluster to simulate where the project has several, by id or name; without it what the project says, else the first
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// Number of runs; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub runs: u32,
    /// Seed of the draws; the same seed gives the same result on every machine
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// Watch for this long after the platform is back, such as 30min
    #[arg(long, value_name = "DURATION")]
    pub until: Option<String>,
    /// Runs that are simulated at the same time; without it one per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    pub jobs: Option<u16>,
    /// End with 0 even where a target is missed
    #[arg(long)]
    pub exit_zero: bool,
}

impl Played {
    /// Returns everything that is set, the time to watch last.
    pub fn assignments(&self) -> Vec<Assignment> {
        self.inputs().into_iter().chain(watch(self.until.as_deref())).collect()
    }

    /// Returns what is set without the time to watch, the cluster first.
    pub fn inputs(&self) -> Vec<Assignment> {
        played(self.cluster.as_deref()).into_iter().chain(self.set.iter().cloned()).collect()
    }

    /// Returns how it is simulated.
    pub fn order(&self, printer: &Printer) -> Order {
        let usual = Order::usual(printer);
        let jobs = self.jobs.map_or(usual.jobs, usize::from);
        Order { seed: self.seed, runs: self.runs, jobs }
    }
}

/// Returns what `--cluster` sets.
pub fn played(cluster: Option<&str>) -> Option<Assignment> {
    cluster.map(|value| Assignment { name: PLAYED.to_owned(), value: value.to_owned() })
}

/// Returns what `--until` sets.
pub fn watch(until: Option<&str>) -> Option<Assignment> {
    until.map(|value| Assignment { name: "/outage/watch_s".to_owned(), value: value.to_owned() })
}
