//! `regather simulate`: plays the outage and judges the result.

use crate::base::Finding;
use crate::check;
use crate::cli::assign::{self, Assigned, Assignment};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::cli::study::Order;
use crate::fleet::{Fleet, FleetFile};
use crate::plan::{self, Outcome, Verdict};
use crate::report::result::{Origin, ResultFile};
use crate::report::text::{self, Told};
use serde_json::Value;
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
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Scenario to simulate, by id or name; several are possible; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Vec<String>,
    /// Set an input for this simulation only
    #[arg(long, value_name = "ADDRESS_OR_LEVER=VALUE")]
    set: Vec<Assignment>,
    /// Number of runs; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// Seed of the draws; the same seed gives the same result on every machine
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Watch for this long after the platform is back, such as 30min
    #[arg(long, value_name = "DURATION")]
    until: Option<String>,
    /// Runs that are simulated at the same time; without it one per processor
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    jobs: Option<u16>,
    /// Print the result, and errors, as JSON
    #[arg(long)]
    json: bool,
    /// Add the curves per second to the JSON: of all devices, each group, each station and the write queue
    #[arg(long, requires = "json")]
    curves: bool,
    /// End with 0 even where a target is missed
    #[arg(long)]
    exit_zero: bool,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Fewest runs whose median has a 95 % confidence interval.
const FEWEST: u32 = 6;

/// A scenario that can be simulated.
struct Planned {
    scenario: Option<String>,
    name: String,
    file: FleetFile,
    set: Vec<(String, Value)>,
    fleet: Arc<Fleet>,
    findings: Vec<Finding>,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(&args.file)?;
    let output = Output::of(args.output.as_deref());
    output.differs_from(&args.file)?;
    let scenarios = match args.scenario.as_slice() {
        [] => vec![None],
        names => names.iter().map(|name| project.scenario(name)).collect::<Result<Vec<_>, _>>()?,
    };
    let until = args
        .until
        .iter()
        .map(|value| Assignment { name: "/outage/watch_s".to_owned(), value: value.clone() });
    let assignments: Vec<Assignment> = args.set.iter().cloned().chain(until).collect();
    // Everything is checked before anything is simulated.
    let planned = scenarios
        .into_iter()
        .map(|scenario| prepare(&project, scenario, &assignments))
        .collect::<Result<Vec<_>, _>>()?;
    if !args.json {
        args.set.iter().for_each(|assignment| expanded(assignment, &planned, printer));
    }
    let mut order = Order::usual(printer);
    (order.seed, order.runs) = (args.seed, args.runs);
    order.jobs = args.jobs.map_or(order.jobs, usize::from);
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
    if !args.json && args.runs < FEWEST && outcomes.iter().any(|o| o.verdict() == Verdict::Uncertain) {
        printer.note(&format!("Fewer than {FEWEST} runs cannot tell whether a target is met; see --runs."));
    }
    Ok(match exit(&project, &planned, &outcomes, printer) {
        Exit::Missed if args.exit_zero => Exit::Done,
        end => end,
    })
}

/// Simulates the baseline of a project as usual, writes the result as text and returns how it ends.
pub(super) fn usual(project: &Project, printer: &Printer) -> Result<Exit, CommandError> {
    let planned = [prepare(project, None, &[])?];
    let order = Order::usual(printer);
    let outcomes = [order.outcome(planned[0].name.clone(), Arc::clone(&planned[0].fleet), printer)?];
    printer.data(&told(project, &planned, &outcomes, order, printer)?)?;
    Ok(exit(project, &planned, &outcomes, printer))
}

/// Reads a scenario with what is set on the command line.
fn prepare(
    project: &Project,
    scenario: Option<String>,
    assignments: &[Assignment],
) -> Result<Planned, CommandError> {
    let changed = assign::apply(&project.file, scenario.as_deref(), assignments)?;
    let mut checked = check::file(&changed.file, scenario.as_deref());
    if !assignments.is_empty() {
        // Lines are those of the file on the disk, not of the one that was changed in memory.
        for finding in &mut checked.findings {
            let tree = project.file.tree();
            let known = tree.get(&finding.pointer).is_some();
            (finding.line, finding.column) = if known { tree.place_of(&finding.pointer) } else { (0, 0) };
        }
    }
    let Some(fleet) = checked.fleet else {
        let summary = findings::summary(&checked.findings);
        let blocking = checked.findings.into_iter().filter(Finding::blocks).collect();
        return Err(CommandError::input(format!("Nothing was simulated: {summary} in {}.", project.shown))
            .findings(&project.shown, blocking)
            .hint(format!("`regather validate {}` lists everything.", project.shown)));
    };
    let typed = assignments.iter().map(|assignment| format!(", {}={}", assignment.name, assignment.value));
    Ok(Planned {
        name: project.file.scenario_name(scenario.as_deref()) + &typed.collect::<String>(),
        scenario,
        file: changed.file,
        set: changed.set.into_iter().map(|Assigned { address, value, .. }| (address, value)).collect(),
        fleet: Arc::new(fleet),
        findings: checked.findings,
    })
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
        for (address, _) in &planned.set {
            if moved.iter().any(|input| input.address == *address) && !addresses.contains(&address.as_str()) {
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
        .map(|(planned, outcome)| {
            let origin = Origin {
                name: &project.shown,
                text: project.file.text(),
                file: &planned.file,
                scenario: planned.scenario.as_deref(),
                set: &planned.set,
                findings: &planned.findings,
            };
            ResultFile::of(&origin, outcome, curves)
        })
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
    let differs = |planned: &Planned| planned.scenario.is_some() || !planned.set.is_empty();
    let mut baseline = None;
    if planned.iter().any(differs) {
        let known = planned.iter().position(|planned| !differs(planned)).map(|at| outcomes[at].clone());
        baseline = match (known, project.file.check(None).fleet) {
            (Some(known), _) => Some(known),
            (None, Some(fleet)) => {
                Some(order.outcome(project.file.scenario_name(None), Arc::new(fleet), printer)?)
            }
            // A baseline that cannot be simulated is nothing to compare with.
            (None, None) => None,
        };
    }
    let mut texts = Vec::new();
    for (planned, outcome) in planned.iter().zip(outcomes) {
        let baseline = baseline.as_ref().filter(|_| differs(planned));
        let scenario = planned.scenario.as_deref();
        let changes = match baseline {
            Some(_) => plan::changes((&planned.file, scenario), (&project.file, None)),
            None => Vec::new(),
        };
        let findings = &planned.findings;
        let told = Told {
            file: &planned.file,
            scenario,
            outcome,
            baseline,
            set: &planned.set,
            changes: &changes,
            findings,
        };
        texts.push(text::render(&told, printer.environment().charset));
    }
    Ok(texts.join(&format!("\n{}\n\n", "=".repeat(80))))
}

/// Returns how the command ends, and says so where an error stands against a fleet.
fn exit(project: &Project, planned: &[Planned], outcomes: &[Outcome], printer: &Printer) -> Exit {
    let errors =
        planned.iter().flat_map(|planned| &planned.findings).filter(|finding| finding.blocks()).count();
    if errors > 0 {
        printer.note(&format!(
            "The result stands, but rules find an error in this fleet: see `regather validate {}`.",
            project.shown
        ));
        return Exit::Invalid;
    }
    let met = |outcome: &Outcome| matches!(outcome.verdict(), Verdict::Met | Verdict::NoTarget);
    if outcomes.iter().all(met) { Exit::Done } else { Exit::Missed }
}
