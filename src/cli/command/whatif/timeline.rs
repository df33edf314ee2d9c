//! `regather timeline`: what one device does in the outage, for each agent kind side by side.

use crate::cli::assign::Assignment;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{Planned, played, watch};
use crate::fleet::Fleet;
use crate::plan::timeline::{timeline, usual_group};
use crate::report::draw::{self, Size};
use crate::report::lanes::lanes;
use crate::report::timeline::{render, timeline_json};
use std::ffi::OsString;

/// Arguments of `regather timeline`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather timeline fleet.json
  regather timeline fleet.json --group pumps --set random_delay=5min
  regather timeline fleet.json --svg -o timeline.svg",
    after_help = "\
One device of the group is played alone under the outage of the project, once
with each agent: the settings of the group where the kind has them, else the
kind's defaults. What differs is what the agents do. Several attempts that are
alike are one line; --json has each. Exit code 0 says that all were played."
)]
pub struct Args {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Scenario, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Set an input for this command only
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE")]
    set: Vec<Assignment>,
    /// Cluster whose outage counts where the project has several, by id or name
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Group whose settings count, by id or name; without it the first that the outage cuts off
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Seed of the draws; the same seed gives the same result on every machine
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Watch for this long after the platform is back, such as 30min
    #[arg(long, value_name = "DURATION")]
    until: Option<String>,
    /// Print the timelines, and errors, as JSON
    #[arg(long, conflicts_with = "svg")]
    json: bool,
    /// Write the drawing instead of the text
    #[arg(long)]
    svg: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Runs the subcommand.
pub(in crate::cli::command) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let cluster = played(args.cluster.as_deref());
    let set = cluster.into_iter().chain(args.set.iter().cloned()).chain(watch(args.until.as_deref()));
    let set: Vec<Assignment> = set.collect();
    let planned = Planned::of(&project, scenario, &set)?;
    let fleet = &planned.fleet;
    let position = match &args.group {
        Some(name) => group(fleet, name)?,
        None => usual_group(fleet),
    };
    let Some(made) = timeline(fleet, position, args.seed) else {
        return Err(CommandError::input("The project has no group, so there is no device to follow."));
    };
    let text = if args.json {
        let asked = planned.asked(&project, fleet.devices());
        json_text(&timeline_json(&asked, &made))?
    } else if args.svg {
        let lanes = lanes(&made);
        draw::svg(&lanes, Size::of_lanes(&lanes)).map_err(|error| CommandError::drawing(&error))?
    } else {
        render(&made, printer.environment().charset)
    };
    output.write(printer, &text)?;
    Ok(Exit::Done)
}

/// Returns the position of the group with this id or name.
fn group(fleet: &Fleet, name: &str) -> Result<usize, CommandError> {
    let by_id = fleet.groups.iter().position(|group| group.id == name);
    let by_name = || fleet.groups.iter().position(|group| group.name.eq_ignore_ascii_case(name));
    by_id.or_else(by_name).ok_or_else(|| {
        let ids: Vec<&str> = fleet.groups.iter().map(|group| group.id.as_str()).collect();
        CommandError::usage(format!("There is no group `{name}` in this project."))
            .did_you_mean(name, ids.iter().copied())
            .hint(format!("The groups are: {}.", ids.join(", ")))
    })
}
