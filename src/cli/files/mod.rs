//! What commands about agents' files share: the project, the mapping, and what devices have now.

pub mod devices;

use crate::base::Finding;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::json::Tree;
use crate::check;
use crate::cli::error::CommandError;
use crate::cli::findings;
use crate::cli::source::Project;
use crate::config::import::collect;
use crate::config::{Collected, GroupFiles, Mapping, Writer};
use crate::fleet::{AgentKind, Fleet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Arguments of every command that writes or compares agents' files.
#[derive(Debug, clap::Args)]
pub struct FilesArgs {
    /// Project file; `-` is stdin, `example:NAME` a shipped one
    file: OsString,
    /// Scenario whose settings are written, by id or name; without it the baseline
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Where settings stand in the files of this deployment; without it what the project says
    #[arg(long, value_name = "FILE")]
    mapping: Option<OsString>,
}

#[cfg(feature = "push")]
impl FilesArgs {
    /// Returns the project file, and that of the mapping.
    pub fn paths(&self) -> (&OsStr, Option<&OsStr>) {
        (&self.file, self.mapping.as_deref())
    }
}

/// A project whose agents' files can be written.
#[derive(Debug)]
pub struct Prepared {
    /// The project.
    pub project: Project,
    /// Id of the scenario; `None` for the baseline.
    pub scenario: Option<String>,
    /// The checked fleet.
    pub fleet: Fleet,
    /// What the checks say.
    pub findings: Vec<Finding>,
    /// Where settings stand.
    pub mapping: Mapping,
    /// What devices have, by group.
    pub collected: Collected,
    /// Owners of collected files that are no group of the project.
    pub strangers: Vec<String>,
}

impl Prepared {
    /// Reads and checks everything that is needed, `has` being a folder or archive of what devices have.
    ///
    /// # Errors
    /// Where something cannot be read, or an error stands against using the project.
    pub fn load(args: &FilesArgs, has: Option<&PathBuf>) -> Result<Self, CommandError> {
        let project = Project::load(&args.file)?;
        let scenario = args.scenario.as_deref().map(|name| project.scenario(name)).transpose()?.flatten();
        let checked = check::file(&project.file, scenario.as_deref());
        let blocked = checked.blocked();
        let fleet = match checked.fleet {
            Some(fleet) if !blocked => fleet,
            _ => return Err(blocking(&project, &checked.findings)),
        };
        let mapping = mapping(args.mapping.as_deref(), Some(&project))?;
        let mut collected = Collected::default();
        if let Some(path) = has {
            let found = collect(path, &mapping).map_err(|error| CommandError::input(error.to_string()))?;
            collected = found.collected;
        }
        let strangers = collected.owners_beside(|owner| fleet.group(owner).is_some());
        Ok(Self { project, scenario, fleet, findings: checked.findings, mapping, collected, strangers })
    }

    /// Returns the files of every group.
    pub fn groups(&self) -> Vec<GroupFiles> {
        let view = self.project.file.view(self.scenario.as_deref());
        let (mapping, collected) = (&self.mapping, &self.collected);
        Writer { fleet: &self.fleet, view: &view, mapping, collected }.groups()
    }

    /// Returns the error where collected files belong to no group and no `device`: they would be passed over.
    ///
    /// # Errors
    /// An input error with their names and the groups.
    pub fn all_known(&self, device: &dyn Fn(&str) -> bool) -> Result<(), CommandError> {
        let strangers: Vec<&String> = self.strangers.iter().filter(|owner| !device(owner)).collect();
        let Some(first) = strangers.first() else { return Ok(()) };
        let more = match strangers.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let groups: Vec<&str> = self.fleet.everybody().map(|group| group.id.as_str()).collect();
        let what = format!(
            "No group of the project has the id `{first}`{more}, and no listed device that name, so nobody would get these files."
        );
        Err(CommandError::input(what)
            .did_you_mean(first, groups.iter().copied())
            .hint(format!("Name each folder after its group: {}.", groups.join(", "))))
    }
}

/// Returns the error of a project that cannot be used.
fn blocking(project: &Project, all: &[Finding]) -> CommandError {
    let what = format!("No file was written: {} in {}.", findings::summary(all), project.shown);
    let blocking = all.iter().filter(|finding| finding.blocks()).cloned().collect();
    CommandError::input(what)
        .findings(&project.shown, blocking)
        .hint("Resolve the errors, or silence a rule in the file with the reason for accepting it.")
}

/// Returns the mapping of a file, or else that of a project.
///
/// # Errors
/// Where it cannot be read or understood: a value would go to the wrong place.
pub fn mapping(file: Option<&OsStr>, project: Option<&Project>) -> Result<Mapping, CommandError> {
    let ((mapping, findings), shown) = match (file, project) {
        (Some(path), _) => {
            let text = file::read_text(Path::new(path), MAX_PROJECT_BYTES);
            let text = text.map_err(|error| CommandError::reading(&error))?;
            let shown = path.to_string_lossy().into_owned();
            let tree = Tree::parse(text.as_str()).map_err(|finding| {
                CommandError::input("The mapping is not JSON.").findings(&shown, vec![finding])
            })?;
            (Mapping::read(&tree, ""), shown)
        }
        (None, Some(project)) => {
            (Mapping::read(project.file.tree(), Mapping::ADDRESS), project.shown.clone())
        }
        (None, None) => return Ok(Mapping::default()),
    };
    if findings.is_empty() {
        return Ok(mapping);
    }
    Err(CommandError::input("The mapping of keys is not understood, so nothing was done.")
        .findings(&shown, findings))
}

/// Returns the agent kind with this word.
///
/// # Errors
/// A usage error that lists the words.
pub fn kind_of(word: &str) -> Result<AgentKind, CommandError> {
    AgentKind::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = AgentKind::ALL.iter().map(|kind| kind.word()).collect();
        CommandError::usage(format!("There is no agent kind `{word}`."))
            .did_you_mean(word, words.iter().copied())
            .hint(format!("The kinds are {}.", words.join(", ")))
    })
}
