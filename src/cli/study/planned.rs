//! What commands that simulate share: a scenario with what is set for it, its baseline, and how they end.

use super::Order;
use crate::base::Finding;
use crate::check;
use crate::cli::assign::{self, Assigned, Assignment};
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::cli::source::Project;
use crate::fleet::cluster::PLAYED;
use crate::fleet::{Fleet, FleetFile};
use crate::plan::{self, Change, Outcome, Verdict};
use crate::report::answers::Asked;
use crate::report::result::{Origin, Source};
use crate::report::text::Told;
use serde_json::Value;
use std::sync::Arc;

/// A scenario that can be simulated.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Id of the scenario; `None` for the baseline.
    pub scenario: Option<String>,
    /// Its name, with what was set.
    pub name: String,
    /// The file with everything that was set.
    pub file: FleetFile,
    /// What was set: address and value in the file's unit.
    pub set: Vec<(String, Value)>,
    /// The checked fleet.
    pub fleet: Arc<Fleet>,
    /// What the checks say.
    pub findings: Vec<Finding>,
}

impl Planned {
    /// Reads a scenario with what is set on the command line.
    ///
    /// # Errors
    /// Where something that is set does not exist or is not accepted, or the fleet cannot be simulated.
    pub fn of(
        project: &Project,
        scenario: Option<String>,
        assignments: &[Assignment],
    ) -> Result<Self, CommandError> {
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
            return Err(CommandError::input(format!(
                "Nothing was simulated: {summary} in {}.",
                project.shown
            ))
            .findings(&project.shown, blocking)
            .hint(format!("`regather validate {}` lists everything.", project.shown)));
        };
        let typed = assignments
            .iter()
            .filter(|one| one.name != PLAYED)
            .map(|assignment| format!(", {}={}", assignment.name, assignment.value));
        Ok(Self {
            name: project.file.scenario_name(scenario.as_deref()) + &typed.collect::<String>(),
            scenario,
            file: changed.file,
            set: changed.set.into_iter().map(|Assigned { address, value, .. }| (address, value)).collect(),
            fleet: Arc::new(fleet),
            findings: checked.findings,
        })
    }

    /// Returns whether it is anything but the baseline as the file has it; that of another cluster is one too.
    pub fn differs(&self) -> bool {
        self.scenario.is_some() || self.set.iter().any(|(address, _)| address != PLAYED)
    }

    /// Returns what differs from the baseline of the same cluster.
    pub fn changes(&self, project: &Project) -> Vec<Change> {
        plan::changes((&self.file, self.scenario.as_deref()), (&self.reference(project), None))
    }

    /// Returns the project whose baseline this is compared with: the one that was read, with the same cluster chosen.
    fn reference(&self, project: &Project) -> FleetFile {
        let chosen = self.set.iter().find(|(address, _)| address == PLAYED);
        let file = chosen.and_then(|(_, cluster)| project.file.with(PLAYED, cluster).ok());
        file.unwrap_or_else(|| project.file.clone())
    }

    /// Returns where its result comes from.
    pub fn origin<'a>(&'a self, project: &'a Project) -> Origin<'a> {
        Origin {
            source: Source {
                name: &project.shown,
                text: project.file.text(),
                scenario: self.scenario.as_deref(),
                set: &self.set,
            },
            file: &self.file,
            findings: &self.findings,
        }
    }

    /// Returns what a command was asked about this many devices, for the head of its JSON.
    pub fn asked<'a>(&'a self, project: &'a Project, devices: u64) -> Asked<'a> {
        let source = Source {
            name: &project.shown,
            text: project.file.text(),
            scenario: self.scenario.as_deref(),
            set: &self.set,
        };
        Asked { source, project: &self.fleet.name, devices }
    }

    /// Returns what is told of its result.
    pub fn told<'a>(
        &'a self,
        outcome: &'a Outcome,
        baseline: Option<&'a Outcome>,
        changes: &'a [Change],
    ) -> Told<'a> {
        Told {
            file: &self.file,
            scenario: self.scenario.as_deref(),
            outcome,
            baseline,
            set: &self.set,
            changes,
            findings: &self.findings,
        }
    }
}

/// Returns the result of the baseline where a scenario differs from it: simulated, unless it is among the
/// results already.
///
/// # Errors
/// An input error where the baseline is too large for one simulation.
pub fn baseline(
    project: &Project,
    planned: &[Planned],
    outcomes: &[Outcome],
    order: Order,
    printer: &Printer,
) -> Result<Option<Outcome>, CommandError> {
    if !planned.iter().any(Planned::differs) {
        return Ok(None);
    }
    if let Some(at) = planned.iter().position(|planned| !planned.differs()) {
        return Ok(outcomes.get(at).cloned());
    }
    // A baseline that cannot be simulated is nothing to compare with.
    let Some(reference) = planned.first().map(|planned| planned.reference(project)) else { return Ok(None) };
    let Some(fleet) = reference.check(None).fleet else { return Ok(None) };
    order.outcome(project.file.scenario_name(None), Arc::new(fleet), printer).map(Some)
}

/// Returns how the command ends, and says so where an error stands against a fleet.
pub fn exit(project: &Project, planned: &[Planned], outcomes: &[Outcome], printer: &Printer) -> Exit {
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
