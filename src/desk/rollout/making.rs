//! How a plan is made: who gets what, what devices have, and what that does to the platform.

use super::forecast;
use super::reach::{self, Keys};
use super::terms::Terms;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::units;
use crate::check;
use crate::config::bundle::fleet_hash;
use crate::config::import::collect;
use crate::config::secret::SystemVault;
use crate::config::{Collected, Listed, Mapping, OwnFiles, Writer};
use crate::fleet::inventory::{self, Groups, Inventory, MAX_BYTES, Named, Options, Role};
use crate::fleet::{Fleet, FleetFile, example};
use crate::push::driver::classes;
use crate::push::plan::{Candidate, Inputs, Plan, PlanError, Request, Way};
use crate::push::source::{Files, Places};
use crate::sim::SimError;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use thiserror::Error;

/// How a shipped example is named among the inputs.
const EXAMPLE: &str = "example:";

/// What is made into a plan.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where the files are made from.
    pub inputs: Inputs,
    /// How devices are reached.
    pub way: Way,
    /// With which keys.
    pub keys: Keys,
    /// Template for addresses, such as `{ssh}:22`.
    pub at: String,
    /// Template for jump hosts, where the list does not say them.
    pub jump: Option<String>,
    /// Template for paths on the device, such as `/opt/agent/{file}`.
    pub path: String,
    /// Files are as generated, although what devices have is not known.
    pub as_generated: bool,
    /// Devices are read before.
    pub look: bool,
    /// Everything else that people decide.
    pub terms: Terms,
}

/// A plan, and what to know beside it.
#[derive(Debug)]
pub struct Made {
    /// The plan with its prediction.
    pub plan: Plan,
    /// What to know beside it, in sentences.
    pub notes: Vec<String>,
}

/// Why a plan cannot be simulated.
#[derive(Debug, Error)]
pub enum PlayError {
    /// It is no plan.
    #[error("{0}")]
    Plan(#[from] PlanError),
    /// The simulation cannot play it, or was stopped.
    #[error("The plan cannot be simulated: {0}")]
    Sim(#[from] SimError),
    /// No rate is slow enough.
    #[error(
        "The platform bears no rate of restarts at all: one of its tiers is busy without them. Simulate the scenario first, or choose a rate"
    )]
    NoRate,
}

/// Returns the plan of a request with its prediction, at the rate that the platform bears where none was chosen. `new`
/// has the settings that devices get, `old` those before.
///
/// # Errors
/// [`PlayError`].
pub fn simulated(
    mut request: Request,
    candidates: Vec<Candidate>,
    (new, old): (&Fleet, &Fleet),
    rate: Option<f64>,
    stop: &AtomicBool,
) -> Result<Plan, PlayError> {
    let plan = Plan::new(request.clone(), candidates.clone())?;
    if let Some(rate) = rate {
        request.pace.activations_per_s = rate;
    } else if !plan.sizes().is_empty() {
        let crowd = forecast::crowd(&plan, None);
        let solved = forecast::solve(new, old, &crowd, &request.pace, stop)?;
        request.pace.activations_per_s = solved.ok_or(PlayError::NoRate)?;
    }
    let plan = Plan::new(request.clone(), candidates.clone())?;
    request.prediction = Some(forecast::predict(&plan, new, old, stop)?);
    Ok(Plan::new(request, candidates)?)
}

/// The files of a plan's inputs, with the project that they are made from.
pub struct Loaded {
    /// What every device gets.
    pub files: Files,
    project: FleetFile,
    scenario: Option<String>,
    fleet: Fleet,
    /// Owners of files that devices have who are no group and no device of the list.
    strangers: Vec<String>,
}

impl Loaded {
    /// Reads the inputs and makes the files of all devices, with places for their secrets.
    ///
    /// # Errors
    /// Why not, in a sentence.
    pub fn of(inputs: &Inputs) -> Result<Self, String> {
        let (project, shown) = project(&inputs.project)?;
        let scenario = inputs.scenario.clone();
        let checked = check::file(&project, scenario.as_deref());
        let blocked = checked.blocked();
        let fleet = checked.fleet.filter(|_| !blocked).ok_or_else(|| {
            format!("The project has errors, and agents must not get them. Correct them first: `{shown}`")
        })?;
        let mapping = mapping(inputs.mapping.as_deref(), &project)?;
        let collected = match &inputs.has {
            Some(path) => collect(Path::new(path), &mapping).map_err(|error| error.to_string())?.collected,
            None => Collected::default(),
        };
        let view = project.view(scenario.as_deref());
        let writer = Writer { fleet: &fleet, view: &view, mapping: &mapping, collected: &collected };
        let groups = writer.groups();
        crate::desk::agents::usable(&groups)?;
        let list = list(inputs.devices.as_deref(), &project, Path::new(&shown), &Groups::of(&view))?;
        let own = list.as_ref().map(|list| OwnFiles::of(&writer, list)).unwrap_or_default();
        let listed = list.as_ref().map(Listed::of).unwrap_or_default();
        let files = Files::new(groups, own, listed);
        let group = |owner: &str| fleet.everybody().any(|group| group.id == owner);
        let strangers = collected.owners_beside(|owner| group(owner) || files.files_of(owner).is_some());
        Ok(Self { files, project, scenario, fleet, strangers })
    }
}

/// Reads a project: a file, or a shipped example.
fn project(name: &str) -> Result<(FleetFile, String), String> {
    let text = match name.strip_prefix(EXAMPLE) {
        Some(example) => {
            let known = example::find(example);
            known.ok_or_else(|| format!("There is no such example: `{example}`"))?.text.to_owned()
        }
        None => file::read_text(Path::new(name), MAX_PROJECT_BYTES).map_err(|error| error.to_string())?,
    };
    let file = FleetFile::parse(&text).map_err(|finding| {
        format!("The project cannot be read: {} {} `{name}`", finding.what, finding.fix)
    })?;
    Ok((file, name.to_owned()))
}

/// Reads the mapping of a file, or else that of the project.
fn mapping(path: Option<&str>, project: &FleetFile) -> Result<Mapping, String> {
    let (mapping, findings) = match path {
        None => Mapping::read(project.tree(), Mapping::ADDRESS),
        Some(path) => {
            let text =
                file::read_text(Path::new(path), MAX_PROJECT_BYTES).map_err(|error| error.to_string())?;
            let tree = crate::base::json::Tree::parse(text.as_str())
                .map_err(|finding| format!("The mapping is not JSON: {} `{path}`", finding.what))?;
            Mapping::read(&tree, "")
        }
    };
    match findings.first() {
        None => Ok(mapping),
        Some(finding) => {
            Err(format!("The mapping of keys is not understood. {} {}", finding.what, finding.fix))
        }
    }
}

/// Reads the list that is named, or else the one of the project; nothing where there is none.
fn list(
    named: Option<&str>,
    project: &FleetFile,
    at: &Path,
    groups: &Groups,
) -> Result<Option<Inventory>, String> {
    let own = Named::of(project).map_err(|error| error.to_string())?;
    let (path, roles): (PathBuf, Vec<(String, Role)>) = match (named, own) {
        (Some(path), _) => (path.into(), Vec::new()),
        (None, Some(own)) => (own.path(at), own.roles),
        (None, None) => return Ok(None),
    };
    let text = file::read_text(&path, MAX_BYTES).map_err(|error| error.to_string())?;
    let options = Options { groups: Some(groups), roles: &roles, ..Options::default() };
    let import = inventory::read(&text, &options)
        .map_err(|error| format!("The list of devices cannot be read. {error}: `{}`", path.display()))?;
    if import.bad_rows > 0 {
        return Err(format!(
            "{}, and a device that is passed over would keep its old settings. Correct these lines, or take them out of the list: `{}`",
            import.summary(),
            path.display()
        ));
    }
    Ok(Some(import.inventory))
}

/// Makes a plan. `going` is told how many devices are listed, and returns whether to go on; `stop` ends what takes
/// longer.
///
/// # Errors
/// Why there is no plan, in a sentence. One that would overload the platform is a plan all the same.
pub fn make(wanted: &Wanted, going: &mut dyn FnMut(u64) -> bool, stop: &AtomicBool) -> Result<Made, String> {
    let loaded = Loaded::of(&wanted.inputs)?;
    if let Some(first) = loaded.strangers.first() {
        return Err(format!(
            "No group of the project has the id `{first}`, and no listed device that name, so nobody would get these files. Name each folder after its group or device."
        ));
    }
    let mut places = Places::new(&wanted.at, &wanted.path).map_err(|error| error.to_string())?;
    if matches!(wanted.way, Way::Ssh { .. }) {
        places = places.behind(wanted.jump.as_deref());
    }
    if wanted.as_generated {
        places = places.as_generated();
    }
    let environment = |name: &str| std::env::var(name).ok();
    let vault = SystemVault::new(&environment);
    let mut stopped = false;
    let mut listed = |done: usize| {
        stopped |= !going(done as u64);
        !stopped
    };
    let made = loaded.files.candidates(&places, &vault, &mut listed);
    let mut candidates = made.map_err(|error| error.to_string())?;
    if stopped {
        return Err("Stopped as ordered, so there is no plan.".to_owned());
    }
    let mut notes = vault.warnings();
    if wanted.look {
        let at_once = (wanted.terms.at_once, &mut notes);
        let missing = reach::look(&wanted.keys, &wanted.way, &mut candidates, at_once);
        for (class, n) in classes(&missing.map_err(|error| error.to_string())?) {
            let n = units::count(n as u64);
            notes.push(format!("{n} not read, so what they have is not known: {}.", class.sentence()));
        }
    }
    let about = (fleet_hash(loaded.project.text()), loaded.project.scenario_name(loaded.scenario.as_deref()));
    let groups = loaded.fleet.everybody().map(|group| group.id.clone()).collect();
    let request = wanted.terms.request(about, groups, candidates.len()).map_err(|error| error.to_string())?;
    let request = Request { way: wanted.way.clone(), inputs: wanted.inputs.clone(), ..request };
    let old = check::file(&loaded.project, None).fleet;
    let fleets = (&loaded.fleet, old.as_ref().unwrap_or(&loaded.fleet));
    let rate = wanted.terms.rate().map_err(|error| error.to_string())?;
    let plan = simulated(request, candidates, fleets, rate, stop).map_err(|error| error.to_string())?;
    Ok(Made { plan, notes })
}
