//! `regather simulate`: plays the outage and judges the result.

use crate::cli::assign::Assignment;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::{self, Order, Planned, Played};
use crate::plan::{CAPACITY, Lever, Outcome, Verdict};
use crate::report::result::ResultFile;
use crate::report::text;
use std::ffi::OsString;
use std::sync::Arc;

/// Arguments of `regather simulate`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather simulate fleet.json
  regather simulate fleet.json --set random_delay=300s --until 1h
  regather simulate fleet.json --scenario what-if --json -o result.json
  regather example | regather simulate -",
    after_help = "\
A duration has its unit: 90s, 2min, 1h30m, 500ms. A lever such as random_delay
sets the input in every group that has it; `regather reference inputs` lists
levers and addresses. Exit code 4: a target is missed or uncertain. Ctrl+C
ends at once with 130, and no output file is left half written."
)]
pub struct Args {
    #[command(flatten)]
    played: Played,
    /// Scenario to simulate, by id or name; several are possible; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Print the result, and errors, as JSON
    #[arg(long)]
    json: bool,
    /// Add the curves per second to the JSON: of all devices, each group, each station and the write queue
    #[arg(long, requires = "json")]
    curves: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Fewest runs whose median has a 95 % confidence interval.
const FEWEST: u32 = 6;

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.played.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.played.file)?;
    let scenarios = match args.scenario.as_slice() {
        [] => vec![None],
        names => names.iter().map(|name| project.scenario(name)).collect::<Result<Vec<_>, _>>()?,
    };
    let assignments = args.played.assignments();
    // Everything is checked before anything is simulated.
    let planned = scenarios
        .into_iter()
        .map(|scenario| Planned::of(&project, scenario, &assignments))
        .collect::<Result<Vec<_>, _>>()?;
    if !args.json {
        args.played.set.iter().for_each(|assignment| expanded(assignment, &planned, printer));
    }
    let order = args.played.order(printer);
    let outcomes = planned
        .iter()
        .map(|planned| order.outcome(planned.name.clone(), Arc::clone(&planned.fleet), printer))
        .collect::<Result<Vec<_>, _>>()?;
    let text = if args.json {
        json(&project, &planned, &outcomes, args.curves)?
    } else {
        told(&project, &planned, &outcomes, order, printer)?
    };
    match output.write(printer, &text) {
        // A reader that has enough changes nothing about the verdict.
        Err(error) if error.kind == Kind::BrokenPipe => {}
        written => written?,
    }
    if !args.json && args.played.runs < FEWEST && outcomes.iter().any(|o| o.verdict() == Verdict::Uncertain) {
        printer.note(&format!("Fewer than {FEWEST} runs cannot tell whether a target is met; see --runs."));
    }
    Ok(match study::exit(&project, &planned, &outcomes, printer) {
        Exit::Missed if args.played.exit_zero => Exit::Done,
        end => end,
    })
}

/// Simulates the baseline of a project as usual, writes the result as text and returns how it ends.
pub(super) fn usual(project: &Project, printer: &Printer) -> Result<Exit, CommandError> {
    let planned = [Planned::of(project, None, &[])?];
    let order = Order::usual(printer);
    let outcomes = [order.outcome(planned[0].name.clone(), Arc::clone(&planned[0].fleet), printer)?];
    printer.data(&told(project, &planned, &outcomes, order, printer)?)?;
    Ok(study::exit(project, &planned, &outcomes, printer))
}

/// Says which inputs a lever has set.
fn expanded(assignment: &Assignment, planned: &[Planned], printer: &Printer) {
    if assignment.name.starts_with('/') {
        return;
    }
    let mut addresses: Vec<&str> = Vec::new();
    for planned in planned {
        let view = planned.file.view(planned.scenario.as_deref());
        let moved = crate::fleet::file::address::expand(&planned.file, &view, &assignment.name);
        let capacity = assignment.name == CAPACITY;
        let is_moved = |address: &str| {
            capacity && Lever::is_of_capacity(address) || moved.iter().any(|input| input.address == address)
        };
        for (address, _) in &planned.set {
            if is_moved(address) && !addresses.contains(&address.as_str()) {
                addresses.push(address);
            }
        }
    }
    printer.note(&format!("{}={} sets {}.", assignment.name, assignment.value, addresses.join(", ")));
}

/// Returns the results as JSON: one object, or a list where there are several.
fn json(
    project: &Project,
    planned: &[Planned],
    outcomes: &[Outcome],
    curves: bool,
) -> Result<String, CommandError> {
    let results: Vec<ResultFile<'_>> = planned
        .iter()
        .zip(outcomes)
        .map(|(planned, outcome)| ResultFile::of(&planned.origin(project), outcome, curves))
        .collect();
    match results.as_slice() {
        [one] => json_text(one),
        all => json_text(&all),
    }
}

/// Returns the results as text, each beside the baseline of the file where it differs from it.
fn told(
    project: &Project,
    planned: &[Planned],
    outcomes: &[Outcome],
    order: Order,
    printer: &Printer,
) -> Result<String, CommandError> {
    let known = study::baseline(project, planned, outcomes, order, printer)?;
    let mut texts = Vec::new();
    for (planned, outcome) in planned.iter().zip(outcomes) {
        let baseline = known.as_ref().filter(|_| planned.differs());
        let changes = baseline.map(|_| planned.changes(project)).unwrap_or_default();
        let told = planned.told(outcome, baseline, &changes);
        texts.push(text::render(&told, printer.environment().charset));
    }
    Ok(texts.join(&format!("\n{}\n\n", "=".repeat(80))))
}
