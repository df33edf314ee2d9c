//! `regather rehearse --host`: the return against a given platform.

use super::picture::Picture;
use super::told::Told;
use crate::base::Micros;
use crate::base::units::{count, duration};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::live;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{Order, Planned};
use crate::fleet::Fleet;
use crate::live::agent::Key;
use crate::live::connect::Target;
use crate::live::herd::preflight::{Host as Computer, Need};
use crate::live::rehearsal::host::{self, Host, Stops, most_agents, most_per_s, permit};
use crate::live::rehearsal::{Scaled, Watch, away, chosen, scale_for_host};
use crate::live::tls::{ClientTls, Connector, Trust};
use crate::plan::{Fit, Outcome};
use std::ffi::OsString;
use std::sync::Arc;

/// Which platform is rehearsed against, and how carefully.
#[derive(Debug, clap::Args)]
pub(super) struct HostArgs {
    /// Rehearse against this platform: `wss://HOST[:PORT][/PATH]`; without it against an embedded one
    #[arg(long, value_name = "ADDRESS", requires = "key")]
    host: Option<String>,
    /// Where its application key lies: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`
    #[arg(long, value_name = "REFERENCE", requires = "host")]
    key: Option<String>,
    /// Trust only the authorities in this file (PEM), and not those of the system
    #[arg(long, value_name = "FILE", requires = "host")]
    ca: Option<OsString>,
    /// Things to bind, `{}` is the number of the agent; without it group and number, such as pumps-0
    #[arg(long, value_name = "NAME", requires = "host")]
    thing: Option<String>,
    /// The name of the host once more: you may put load on it. Not needed for this computer
    #[arg(long, value_name = "HOST", requires = "host")]
    confirm: Option<String>,
    /// Most agents; without it 10 against another computer
    #[arg(long, value_name = "N", requires = "host", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    agents_max: Option<u32>,
    /// Most connections per second; without it 2 against another computer
    #[arg(long, value_name = "N", requires = "host", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate_max: Option<u32>,
    /// Stop where more of the attempts fail [%]
    #[arg(long, value_name = "PERCENT", requires = "host", default_value_t = 10.0, value_parser = super::percent)]
    stop_failing: f64,
    /// Stop where 95 % of the sign-ins take longer
    #[arg(long, value_name = "DURATION", requires = "host", default_value = "5s", value_parser = live::length)]
    stop_connect: Micros,
}

/// What is rehearsed.
pub(super) struct Task<'a> {
    pub(super) args: &'a super::Args,
    pub(super) project: &'a Project,
    pub(super) planned: &'a Planned,
    /// The whole fleet, watched for as long as is asked for.
    pub(super) whole: &'a Fleet,
    pub(super) order: Order,
    pub(super) picture: Option<&'a Picture<'a>>,
}

impl HostArgs {
    /// Returns the address where there is one.
    pub(super) fn address(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Returns the host.
    fn host(&self, target: Target, tls: bool, printer: &Printer) -> Result<Host, CommandError> {
        let key = self.key.as_deref().unwrap_or_default();
        let key = Key(live::secret("--key", key, printer)?.expose().to_owned());
        let tls = match (tls, &self.ca) {
            (false, None) => {
                printer.note(
                    "The connection is not encrypted: everybody on the way can read the application key. Use wss://.",
                );
                None
            }
            (false, Some(_)) => {
                return Err(CommandError::usage(
                    "Certificates are of no use on a connection that is not encrypted, so nothing was tried.",
                )
                .hint("Begin the address with wss://, or leave --ca out."));
            }
            (true, ca) => {
                let trust = match ca {
                    Some(file) => Trust::Only(live::pem(file)?),
                    None => Trust::System,
                };
                let connector = Connector::new(&ClientTls { trust, own: None });
                Some(connector.map_err(|error| CommandError::input(format!("{error}.")))?)
            }
        };
        let per_s = most_per_s(&target, self.rate_max);
        let stops = Stops { failing: self.stop_failing / 100.0, connect_p95: self.stop_connect };
        Ok(Host { target, tls, key, thing: self.thing.clone(), per_s, stops })
    }
}

/// Rehearses against a given platform; returns what is told and how the command ends.
///
/// # Errors
/// It is not allowed, or cannot begin.
pub(super) fn run(address: &str, task: &Task<'_>, printer: &Printer) -> Result<(String, Exit), CommandError> {
    let args = task.args;
    let (target, tls) =
        Target::of_address(address).map_err(|error| CommandError::usage(format!("{error}.")))?;
    let most = most_agents(&target, args.host.agents_max).unwrap_or(u32::MAX);
    let agents = args.agents.unwrap_or_else(|| chosen(task.whole).min(most));
    let usage = |error: &dyn std::fmt::Display| CommandError::usage(format!("{error}."));
    // Before anything else: what is not allowed needs no key and no simulation.
    permit(&target, args.host.confirm.as_deref(), u64::from(agents), args.host.agents_max)
        .map_err(|error| usage(&error))?;
    if agents > 1 && args.host.thing.as_deref().is_some_and(|thing| !thing.contains("{}")) {
        return Err(CommandError::usage("All agents would bind the same thing, so nothing was sent.")
            .hint("Put {} into --thing for the number of the agent, or take --agents 1."));
    }
    let scaled = scale_for_host(task.whole, agents, tls).map_err(|error| usage(&error))?;
    super::fits(&scaled, &Computer::look().check(Need { embedded: false, tls }))?;
    let host = args.host.host(target, tls, printer)?;
    let fleet = Arc::new(scaled.fleet.clone());
    let outcome = task.order.outcome(task.planned.name.clone(), fleet, printer)?;
    printer.note(&format!(
        "Rehearsing {} with {} agents against {}; it takes {} at most.",
        task.planned.name,
        count(away(&scaled)),
        host.target.host,
        duration(scaled.fleet.outage.horizon().secs()),
    ));
    let engine = live::engine(printer.environment().processors)?;
    let interrupt = live::interrupt(&engine)?;
    let rehearsed = engine
        .finishes_unless(&interrupt, host::against(&scaled, task.order.seed, &host, &Watch::default()))
        .ok_or_else(live::interrupted)?;
    let told = Told {
        project: task.project,
        planned: task.planned,
        scaled: &scaled,
        order: task.order,
        outcome: &outcome,
        fit: Fit::of(&outcome.study, away(&scaled), &rehearsed.agents.back_at),
        rehearsed: &rehearsed,
        most_gap: args.most_gap,
    };
    if let Some(picture) = task.picture {
        picture.write(&outcome, &rehearsed.agents, away(&scaled))?;
    }
    if !rehearsed.agrees() {
        return Err(super::miscounted());
    }
    let text = if args.json { json_text(&told.json())? } else { printer.shown(&told.text()) };
    let exit = match (rehearsed.stopped(), told.proves() || args.played.exit_zero) {
        (Some(_), _) => Exit::Stopped,
        (None, true) => Exit::Done,
        (None, false) => Exit::Missed,
    };
    Ok((text, exit))
}

/// Returns the time of the whole fleet in the simulation, in words.
pub(super) fn whole_fleet(scaled: &Scaled, whole: &Outcome) -> String {
    let t95 = whole.study.metric(crate::sim::Measure::T95).median;
    let back = if t95.is_finite() {
        format!("95 % back after {}", duration(t95))
    } else {
        "95 % are not back within the time that is rehearsed".to_owned()
    };
    format!(
        "The whole fleet of {} devices, simulated in its own outage on its own platform: {back}",
        count(scaled.of)
    )
}
