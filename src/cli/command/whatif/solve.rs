//! `regather solve` and `regather recommend`: what it takes to meet the targets.

use super::{Begin, Ground};
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::config::balancer::{Admission, Product};
use crate::fleet::FleetFile;
use crate::plan::solve::{Answer, Solution, SolveError, Wanted, Way, solve};
use crate::report::answers::{admission, render_solution, solution_json};
use std::ffi::OsString;
use std::sync::atomic::AtomicBool;

/// What is said where no answer has lines for a load balancer.
const UNLIMITED: &str = "No answer limits new connections at the load balancer, so there are no lines to write. \
     `--for admission` looks for a limit only; it cannot lower the attempts that arrive, so give it targets \
     without a peak, such as `--target 't95<5min'`.";
/// Id of the scenario that `--into` writes.
const SCENARIO: &str = "recommended";

/// Arguments of `regather solve`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather solve fleet.json
  regather solve fleet.json --target 't95<5min' --target 'peak_util<80%' \\
      --for random_delay
  regather solve fleet.json --for capacity     what the platform must sign in
  regather solve fleet.json --for admission --balancer haproxy -o limit.cfg
  regather solve fleet.json --into planned.json",
    after_help = "\
Levers are random_delay, spread (of each agent kind what spreads it),
connect_retry_interval, connect_timeout, workers (of the slowest tier),
admission (a limit at the load balancer), restart (groups let in one after
another), stores (what devices store, where data may be lost), capacity (how
many sign-ins/s the platform needs), other levers and addresses. Targets are
t50, t95, t99, t100, t_drained, peak, peak_util, largest_queue, lost_values,
rejected_values, stranded, never_back, refused and timed_out. Exit code 0:
there is an answer that meets all targets; 4: there is none; 3: rules find an
error in the fleet."
)]
pub struct Args {
    #[command(flatten)]
    begin: Begin,
    /// Lever or input that may change; several are possible; without it all that apply
    #[arg(long = "for", value_name = "LEVER")]
    levers: Vec<String>,
    #[command(flatten)]
    how: How,
}

/// Arguments of `regather recommend`.
#[derive(Debug, clap::Args)]
#[command(
    before_help = "\
Examples:
  regather recommend fleet.json
  regather recommend fleet.json --json -o answers.json
  regather recommend fleet.json --chance 95 --runs 100",
    after_help = "\
At most three answers, best first: what to set in each group in its agents' own
settings and units, what it gives, its price and why. Exit code 0: there is an
answer that meets all targets; 4: there is none; 3: rules find an error in the fleet."
)]
pub struct RecommendArgs {
    #[command(flatten)]
    begin: Begin,
    #[command(flatten)]
    how: How,
}

/// What both share.
#[derive(Debug, clap::Args)]
struct How {
    /// Runs of each answer; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// Write a copy of the project with the first answer as the scenario `recommended`
    #[arg(long, value_name = "FILE")]
    into: Option<OsString>,
    /// Replace the file that --into names
    #[arg(short, long, requires = "into")]
    force: bool,
    /// Print the lines for a load balancer instead, `haproxy` or `nginx`, of the first answer that limits new connections
    #[arg(long, value_name = "PRODUCT", value_parser = product, conflicts_with = "json")]
    balancer: Option<Product>,
    /// Print the answers, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// Reads the name of a load balancer.
fn product(text: &str) -> Result<Product, String> {
    Product::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Product::ALL.iter().map(|product| product.word()).collect();
        format!("its lines are not known; use one of {}", words.join(", "))
    })
}

/// Runs `regather solve`.
pub(in crate::cli::command) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    search(&args.begin, &args.levers, &args.how, printer)
}

/// Runs `regather recommend`.
pub(in crate::cli::command) fn recommend(
    args: &RecommendArgs,
    printer: &Printer,
) -> Result<Exit, CommandError> {
    search(&args.begin, &[], &args.how, printer)
}

fn search(begin: &Begin, levers: &[String], how: &How, printer: &Printer) -> Result<Exit, CommandError> {
    let output = Output::of(begin.output.as_deref());
    output.differs_from(&begin.file)?;
    let into = how.into.as_deref().map(|file| Output::of(Some(file)));
    if let Some(into) = &into {
        into.differs_from(&begin.file)?;
        if !how.force {
            into.is_free()?;
        }
    }
    let ground = begin.ground(printer)?;
    let solution = solved(&ground, begin, (levers, how.runs), printer)?;
    let text = if let Some(product) = how.balancer {
        let Some(text) = lines(&ground, &solution, product) else {
            printer.note(UNLIMITED);
            return Ok(ground.ends(Exit::Missed, printer));
        };
        text
    } else if how.json {
        json_text(&solution_json(&ground.asked(), &solution))?
    } else {
        render_solution(&ground.asked(), &solution, printer.environment().charset)
    };
    output.write(printer, &text)?;
    if let (Some(into), Some(answer)) = (&into, solution.answers.first()) {
        into.write(printer, applied(&ground, answer)?.text())?;
        printer.note(&format!("The first answer was written as the scenario `{SCENARIO}`."));
    }
    let end = if solution.answers.is_empty() { Exit::Missed } else { Exit::Done };
    Ok(ground.ends(end, printer))
}

/// Returns the lines of the first answer that limits new connections.
fn lines(ground: &Ground, solution: &Solution, product: Product) -> Option<String> {
    let limit = solution.answers.iter().find_map(admission);
    let kept = || Admission::of(&ground.fleet).filter(|_| solution.now.meets());
    Some(limit.or_else(kept)?.file(product))
}

/// Looks for answers.
fn solved(
    ground: &Ground,
    begin: &Begin,
    (levers, runs): (&[String], u32),
    printer: &Printer,
) -> Result<Solution, CommandError> {
    let wanted = Wanted {
        goals: ground.goals.clone(),
        levers: levers.to_vec(),
        seed: begin.seed,
        runs,
        threads: ground.threads,
    };
    let progress = |done: usize, all: usize| printer.progress(&format!("{done} of {all} ways tried"));
    let stop = AtomicBool::new(false);
    let solution = solve((&ground.file, ground.scenario.as_deref()), &wanted, (&stop, &progress));
    printer.progress("");
    solution.map_err(|error| match error {
        SolveError::Lever(error) => ground.lever(&error, &Way::LEVERS),
        SolveError::NoGoal => CommandError::usage(error.to_string())
            .hint("A target of the project stands at /targets/t95_s; see `regather reference inputs`."),
        SolveError::NoFleet | SolveError::NobodyAway | SolveError::Sim(_) => {
            CommandError::input(error.to_string())
        }
    })
}

/// Returns the project, as it was read, with an answer as a scenario.
fn applied(ground: &Ground, answer: &Answer) -> Result<FleetFile, CommandError> {
    let refused = |error: crate::base::json::EditError| CommandError::new(Kind::Input, error.to_string());
    let pointer = |rest: &str| format!("/scenarios/{SCENARIO}/{rest}");
    let mut file = ground.project.file.clone();
    if ground.project.file.scenarios().iter().any(|scenario| scenario.id == SCENARIO) {
        file = file.without(&format!("/scenarios/{SCENARIO}")).map_err(refused)?;
    }
    file = file.with(&pointer("name"), &"Recommended".into()).map_err(refused)?;
    file = file
        .with(&pointer("why"), &answer.title.replace(crate::base::units::THIN, " ").into())
        .map_err(refused)?;
    file = file.with(&pointer("set"), &serde_json::json!({})).map_err(refused)?;
    // What the scenario that was begun with sets, and what was set by hand, is part of the answer.
    if let Some(id) = &ground.scenario {
        let view = ground.project.file.view(Some(id));
        for (address, at) in view.assigned() {
            if let Some(value) = ground.project.file.tree().value(at) {
                file = file.assign(Some(SCENARIO), address, &value).map_err(refused)?;
            }
        }
    }
    for (address, value) in &ground.set {
        file = file.assign(Some(SCENARIO), address, value).map_err(refused)?;
    }
    for assignment in &answer.assignments {
        file = file.assign(Some(SCENARIO), &assignment.input.address, &assignment.json()).map_err(refused)?;
    }
    Ok(file)
}
