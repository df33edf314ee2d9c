//! `regather validate`: everything that is wrong with project files, agents' files and files of operators, with
//! line and column.
//!
//! Each project is read as its baseline and through each of its scenarios; a finding that several of them
//! share is told once. A file of an agent is read by the registry and by the rules of every fleet; with a
//! project beside it, the outage is simulated as if a group had that file. A file of an operator, such as
//! `haproxy.cfg`, is read as settings of a topology; with a project beside it, it is held against that one's.

mod operator;

use crate::base::{Finding, Severity};
use crate::check;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::files::{kind_of, mapping};
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::source::{Project, Source};
use crate::cli::study::Order;
use crate::config::lint::{Linted, lint};
use crate::config::trial::assume;
use crate::config::{self, Mapping};
use crate::fleet::import::take::TakeError;
use crate::fleet::import::{self, Imported};
use crate::fleet::{AgentKind, FleetFile, file};
use crate::plan::Outcome;
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::cell::OnceCell;
use std::ffi::OsString;
use std::sync::Arc;

/// Arguments of `regather validate`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather validate fleet.json
  regather validate fleets/*.json --json    for a build that fails on code 3
  regather validate pump-7/ws_connection.json
  regather validate config.json --in fleet.json --group gateways   and simulate it
  regather validate haproxy.cfg --in fleet.json --thing lb-1       against the cluster")]
pub struct Args {
    /// Project files, files of agents, or files of a cluster such as haproxy.cfg; `-` is stdin, `example:NAME` a shipped project
    #[arg(required = true, value_name = "FILE")]
    files: Vec<OsString>,
    /// Agent kind that reads the files; without it told by name and keys
    #[arg(long, value_name = "KIND")]
    agent: Option<String>,
    /// Where settings stand in agents' files of this deployment
    #[arg(long, value_name = "FILE")]
    mapping: Option<OsString>,
    /// Project in which the outage is simulated with an agent's file, or whose cluster has the file
    #[arg(long = "in", value_name = "PROJECT")]
    project: Option<OsString>,
    /// Group of that project whose devices have the file
    #[arg(long, value_name = "ID", requires = "project")]
    group: Option<String>,
    /// Thing of that project's topology that has the file of a cluster; can be repeated
    #[arg(long = "thing", value_name = "ID", requires = "project")]
    things: Vec<String>,
    /// Print findings, and errors, as JSON
    #[arg(long)]
    json: bool,
}

/// What is wrong with one file.
struct Checked {
    shown: String,
    findings: Vec<Finding>,
    /// The agents' file that it is, where it is no project.
    linted: Option<Linted>,
    /// The file of an operator that it is.
    imported: Option<Imported>,
    /// What it does in the outage, and what the project does without it.
    outcome: Option<(Outcome, Arc<Outcome>)>,
    /// Why it could not even be read.
    error: Option<CommandError>,
}

impl Checked {
    /// Returns whether something stands against using the file.
    fn blocked(&self) -> bool {
        self.error.is_some() || self.findings.iter().any(Finding::blocks)
    }
}

/// How files of agents are read, and where they are tried.
struct Reader {
    agent: Option<AgentKind>,
    mapping: Mapping,
    project: Option<Project>,
    group: Option<String>,
    things: Vec<String>,
    /// The outage as the project has it, simulated once for all files.
    before: OnceCell<Arc<Outcome>>,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, printer: &Printer) -> Result<Exit, CommandError> {
    let project = args.project.as_deref().map(Project::load).transpose()?;
    let reader = Reader {
        agent: args.agent.as_deref().map(kind_of).transpose()?,
        mapping: mapping(args.mapping.as_deref(), project.as_ref())?,
        project,
        group: args.group.clone(),
        things: args.things.clone(),
        before: OnceCell::new(),
    };
    let checked: Vec<Checked> =
        args.files.iter().map(|file| reader.check(file, printer)).collect::<Result<_, _>>()?;
    if args.json {
        printer.json(&json(&checked))?;
    } else {
        for checked in &checked {
            printer.text(&text(checked))?;
        }
    }
    Ok(if checked.iter().any(Checked::blocked) { Exit::Invalid } else { Exit::Done })
}

impl Reader {
    /// Checks one file; what cannot be read is part of the answer.
    fn check(&self, argument: &std::ffi::OsStr, printer: &Printer) -> Result<Checked, CommandError> {
        let source = Source::of(argument)?;
        let shown = source.shown();
        let mut checked =
            Checked { shown, findings: Vec::new(), linted: None, imported: None, outcome: None, error: None };
        let text = match source.text() {
            Ok(text) => text,
            Err(error) if error.kind == Kind::Input => {
                checked.error = Some(error);
                return Ok(checked);
            }
            Err(error) => return Err(error),
        };
        let project = if self.agent.is_some() { None } else { Some(FleetFile::parse(&text)) };
        match project {
            Some(Ok(file)) => checked.findings = all(&file),
            Some(Err(finding)) if finding.code == "F011" => checked.findings.push(finding),
            Some(Err(_)) if let Some(format) = import::recognise(&checked.shown, &text) => {
                let imported = import::read(format, &text);
                checked.findings = self.held(&imported, &checked.shown)?;
                checked.imported = Some(imported);
            }
            other => {
                let why = other.and_then(Result::err);
                match lint(&checked.shown, &Arc::from(text), self.agent, &self.mapping) {
                    Ok(Some(linted)) => {
                        checked.findings.clone_from(&linted.findings);
                        checked.outcome = self.tried(&linted, printer)?;
                        checked.linted = Some(linted);
                    }
                    Ok(None) => checked.findings.push(why.unwrap_or_else(|| self.unknown())),
                    Err(finding) => checked.findings.push(why.unwrap_or(finding)),
                }
            }
        }
        Ok(checked)
    }

    /// Returns the error about a file that holds nothing of the agents it is said to be for.
    fn unknown(&self) -> Finding {
        let kind = self.agent.map_or("an agent", AgentKind::label);
        Finding::error("A018", "", format!("The file holds no setting of {kind} that is known."))
            .why("A file whose keys nobody knows changes nothing that could be checked or simulated.")
            .fix("Check the agent kind; `regather reference files` lists the keys, --mapping names yours.")
    }

    /// Returns what is wrong with the file of an operator, in the project where there is one.
    fn held(&self, imported: &Imported, shown: &str) -> Result<Vec<Finding>, CommandError> {
        let Some(project) = &self.project else { return Ok(check::imported::alone(imported)) };
        match check::imported::within(&project.file, imported, &self.things, shown) {
            Ok((findings, _)) => Ok(findings),
            Err(error @ TakeError::Unknown(..)) => Err(CommandError::usage(format!("{error}."))),
            Err(error) => Err(CommandError::input(format!("{error}."))),
        }
    }

    /// Simulates the outage as if a group had the file, and as the project has it.
    fn tried(
        &self,
        linted: &Linted,
        printer: &Printer,
    ) -> Result<Option<(Outcome, Arc<Outcome>)>, CommandError> {
        let Some(project) = &self.project else { return Ok(None) };
        let Some(group) = &self.group else {
            return Err(CommandError::usage("--in needs --group for a file of an agent.")
                .hint("Name the group whose devices have the file."));
        };
        let ids: Vec<&str> = project.file.group_ids().collect();
        if !ids.contains(&group.as_str()) {
            let what = format!("There is no group `{group}` in this file: {}.", project.shown);
            return Err(CommandError::usage(what)
                .did_you_mean(group, ids.iter().copied())
                .hint(format!("The groups are {}.", ids.join(", "))));
        }
        let file = assume(&project.file, None, group, &linted.read.readings);
        let file = file.map_err(|error| CommandError::input(error.to_string()))?;
        let order = Order::usual(printer);
        let outcome = |name: &str, file: &FleetFile| {
            let checked = check::file(file, None);
            let fleet = checked.fleet.ok_or_else(|| {
                CommandError::input("The outage cannot be simulated with this file.")
                    .findings(&project.shown, checked.findings.clone())
                    .hint("Check that the group has the agents that read it.")
            })?;
            order.outcome(name.to_owned(), Arc::new(fleet), printer)
        };
        let with = outcome("With this file", &file)?;
        let before = if let Some(before) = self.before.get() {
            Arc::clone(before)
        } else {
            let made = Arc::new(outcome("As the project has it", &project.file)?);
            Arc::clone(self.before.get_or_init(|| made))
        };
        Ok(Some((with, before)))
    }
}

/// Returns the findings of the baseline and of every scenario, each once, in the order of the file.
fn all(file: &FleetFile) -> Vec<Finding> {
    let mut findings = config::checked(file, None).findings;
    for scenario in file.scenarios() {
        for mut finding in config::checked(file, Some(&scenario.id)).findings {
            let known = findings.iter().any(|known| {
                (known.code, &known.pointer, known.line) == (finding.code, &finding.pointer, finding.line)
            });
            if !known {
                finding.what = format!("In scenario `{}`: {}", scenario.id, finding.what);
                findings.push(finding);
            }
        }
    }
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Returns what is wrong with a file as text, its summary last.
fn text(checked: &Checked) -> String {
    let mut text = String::new();
    if let Some(error) = &checked.error {
        return wrap("error: ", &error.message);
    }
    if let Some(linted) = &checked.linted {
        text.push_str(&about(&checked.shown, linted));
    }
    if let Some(imported) = &checked.imported {
        text.push_str(&operator::text(&checked.shown, imported));
    }
    for finding in &checked.findings {
        text.push_str(&findings::text(&checked.shown, finding));
    }
    if let Some((with, without)) = &checked.outcome {
        for outcome in [with, without.as_ref()] {
            text.push_str(&wrap("", &format!("{}: {}", outcome.scenario, outcome.headline())));
        }
    }
    line(&mut text, format_args!("{}: {}", checked.shown, findings::summary(&checked.findings)));
    text
}

/// Returns what an agent's file is and says.
fn about(shown: &str, linted: &Linted) -> String {
    let certainty = linted.layout.certainty.word();
    let mut text =
        wrap("", &format!("{shown}: {} of {} ({certainty})", linted.layout.name, linted.kind.label()));
    for other in &linted.others {
        text.push_str(&wrap(
            "  ",
            &format!("It could also be of {}: --agent {}.", other.label(), other.word()),
        ));
    }
    for reading in &linted.read.readings {
        let human = reading.value.human(reading.setting);
        text.push_str(&wrap("  ", &format!("{}: {human} (file: {})", reading.path, reading.raw)));
    }
    if !linted.read.kept.is_empty() {
        let count = linted.read.kept.len();
        let word = if count == 1 { "key" } else { "keys" };
        text.push_str(&wrap("  ", &format!("and {count} other {word}, kept as they are")));
    }
    text
}

/// Returns what is wrong with all files as JSON.
fn json(checked: &[Checked]) -> Value {
    let files: Vec<Value> = checked
        .iter()
        .map(|checked| {
            let count = |severity| file::count(&checked.findings, severity);
            json!({
                "file": checked.shown,
                "valid": !checked.blocked(),
                "errors": count(Severity::Error) + usize::from(checked.error.is_some()),
                "warnings": count(Severity::Warning),
                "notes": count(Severity::Info),
                "silenced": checked.findings.iter().filter(|finding| finding.silenced.is_some()).count(),
                "unreadable": checked.error.as_ref().map(|error| &error.message),
                "findings": checked.findings,
                "agent_file": checked.linted.as_ref().map(read),
                "cluster_file": checked.imported.as_ref().map(operator::json),
                "outcome": checked.outcome.as_ref().map(|(with, without)| {
                    json!({"with_file": with.headline(), "without": without.headline()})
                }),
            })
        })
        .collect();
    json!({
        "schema": "regather/findings/1",
        "valid": !checked.iter().any(Checked::blocked),
        "files": files,
    })
}

/// Returns what an agent's file is and says as JSON; values that are no settings are left out.
fn read(linted: &Linted) -> Value {
    let settings: Vec<Value> = linted
        .read
        .readings
        .iter()
        .map(|reading| {
            json!({
                "path": reading.path,
                "setting": reading.setting.key,
                "value": reading.value.json(reading.setting),
                "human": reading.value.human(reading.setting),
                "line": reading.line,
            })
        })
        .collect();
    json!({
        "agent": linted.kind.word(),
        "could_also_be": linted.others.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
        "file": linted.layout.name,
        "certainty": linted.layout.certainty,
        "settings": settings,
        "kept": linted.read.kept,
    })
}
