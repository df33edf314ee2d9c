//! `regather topology`: what a cluster is made of, what follows from it, and its picture; and layouts to start from.

mod compare;
mod failures;
mod take;

use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::output::Output;
use crate::cli::printer::{Printer, json_text};
use crate::cli::source::Project;
use crate::fleet::cluster::pattern::{self, PATTERNS, Pattern};
use crate::report::terminal::{line, wrap};
use crate::report::topology;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};

/// Arguments of `regather topology`.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather topology fleet.json                       what there is and what follows
  regather topology fleet.json --format svg -o cluster.svg
  regather topology fleet.json --take haproxy.cfg --thing lb-1 -o fleet.json --force
  regather topology fleet.json --failures            what may fail, and what devices see of it
  regather topology fleet.json --compare three-boxes --compare separate-tiers
  regather topology --patterns                       layouts to start from
  regather topology --new three-boxes -o fleet.json  a project with one of them")]
pub struct Args {
    /// Project file; `-` is stdin, `example:NAME` a shipped project
    #[arg(value_name = "FILE", required_unless_present_any = ["patterns", "new"])]
    file: Option<OsString>,
    /// Scenario through which the file is seen
    #[arg(long, value_name = "NAME", requires = "file")]
    scenario: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value = "text", requires = "file")]
    format: Format,
    /// Fill the topology from this file of a cluster, such as haproxy.cfg, and write the project
    #[arg(long, value_name = "FILE", requires = "file", conflicts_with_all = ["scenario", "format"])]
    take: Option<OsString>,
    /// Thing that has the file which is taken; can be repeated
    #[arg(long = "thing", value_name = "ID", requires = "take")]
    things: Vec<String>,
    /// List what may fail instead, with what devices see of it
    #[arg(long, requires = "file", conflicts_with_all = ["take", "format", "output"])]
    failures: bool,
    /// Play the fleet on this layout too, beside the file's own; can be repeated
    #[arg(long, value_name = "PATTERN", requires = "file", conflicts_with_all = ["take", "format", "failures"])]
    compare: Vec<String>,
    /// Runs on every layout
    #[arg(long, value_name = "N", default_value_t = 50, requires = "compare", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// Seed of the draws, the same on every layout
    #[arg(long, value_name = "N", default_value_t = 42, requires = "compare")]
    seed: u64,
    /// List the layouts to start from instead
    #[arg(long, conflicts_with_all = ["file", "new"])]
    patterns: bool,
    /// Write a project with this layout instead
    #[arg(long, value_name = "PATTERN", conflicts_with = "file")]
    new: Option<String>,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE", conflicts_with = "patterns")]
    output: Option<OsString>,
    /// Replace an existing file
    #[arg(short, long)]
    force: bool,
    /// Print JSON, and errors as JSON too
    #[arg(long)]
    json: bool,
}

/// How a topology is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// What there is, what follows, what is left after a loss
    Text,
    /// The same for programs
    Json,
    /// A Mermaid flowchart
    Mermaid,
    /// A Graphviz graph
    Dot,
    /// A picture
    Svg,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    match (&args.file, &args.new) {
        (Some(file), _) => match &args.take {
            Some(taken) => take::run(args, file, taken, printer),
            None if !args.compare.is_empty() => compare::run(args, file, printer),
            None => show(args, file, printer),
        },
        (None, Some(name)) => new(args, name, printer),
        (None, None) => list(args.json, printer),
    }
}

/// Shows the topology of a project.
fn show(args: &Args, file: &OsStr, printer: &Printer) -> Result<Exit, CommandError> {
    let project = Project::load(file)?;
    let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
    let view = project.file.view(scenario.as_deref());
    let Some(topology) = view.topology() else {
        let findings = project.file.check(scenario.as_deref()).findings;
        let own: Vec<_> = findings
            .into_iter()
            .filter(|finding| finding.pointer.starts_with("/cluster") && finding.blocks())
            .collect();
        if own.is_empty() {
            let what = format!("This project has no topology: {}.", project.shown);
            return Err(CommandError::input(what)
                .hint("Add a section `cluster`; `regather topology --new three-boxes` shows one."));
        }
        for finding in &own {
            printer.note(&findings::text(&project.shown, finding));
        }
        let what = format!("The topology has errors: {}.", project.shown);
        return Err(CommandError::input(what).findings(&project.shown, own));
    };
    if args.failures {
        return failures::list(topology, &view, args.json, printer);
    }
    let text = match args.format {
        _ if args.json => json_text(&topology::json(topology, &view))?,
        Format::Json => json_text(&topology::json(topology, &view))?,
        Format::Text => topology::text(topology, &view),
        Format::Mermaid => topology::mermaid(topology),
        Format::Dot => topology::dot(topology),
        Format::Svg => topology::svg(topology),
    };
    let output = Output::of(args.output.as_deref());
    output.differs_from(file)?;
    if matches!(output, Output::File(_)) {
        write(args, &output, &text, printer)?;
    } else if args.format == Format::Text && !args.json {
        printer.text(&text)?;
    } else {
        printer.data(&text)?;
    }
    Ok(Exit::Done)
}

/// Writes a text where nothing stands in the way.
fn write(args: &Args, output: &Output, text: &str, printer: &Printer) -> Result<(), CommandError> {
    if !args.force {
        output.is_free()?;
    }
    output.write(printer, text)
}

/// Returns the layout with this word.
fn found(name: &str) -> Result<&'static Pattern, CommandError> {
    pattern::find(name).ok_or_else(|| {
        let names: Vec<&str> = PATTERNS.iter().map(|pattern| pattern.id).collect();
        CommandError::usage(format!("There is no layout `{name}`."))
            .did_you_mean(name, names.iter().copied())
            .hint(format!("The layouts are: {}.", names.join(", ")))
    })
}

/// Writes a project with a layout.
fn new(args: &Args, name: &str, printer: &Printer) -> Result<Exit, CommandError> {
    let pattern = found(name)?;
    let mut text = json_text(&pattern.project())?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let output = Output::of(args.output.as_deref());
    write(args, &output, &text, printer)?;
    if let Output::File(path) = &output {
        let path = path.to_string_lossy();
        printer.note(&format!("Written: {path}. Check it with `regather validate {path}`."));
    }
    Ok(Exit::Done)
}

/// Lists the layouts.
fn list(json: bool, printer: &Printer) -> Result<Exit, CommandError> {
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for pattern in PATTERNS {
        line(&mut text, format_args!("{}", pattern.id));
        text.push_str(&wrap("    ", &format!("{}. {}", pattern.label, pattern.meaning)));
        rows.push(json!({
            "pattern": pattern.id,
            "title": pattern.label,
            "meaning": pattern.meaning,
            "platform_version": pattern.version,
        }));
    }
    if json {
        printer.json(&json!({"schema": "regather/patterns/1", "patterns": rows}))?;
    } else {
        printer.text(&text)?;
    }
    Ok(Exit::Done)
}
