//! How an export is laid out: waves and paths as they were typed, what is wrong with them, and what they give.
//!
//! The text is read at once; how many devices a wave gets and whether two files would share a path takes time for
//! each device, so it is looked for on a thread, once for each change.

use super::Cargo;
use crate::config::bundle::{PathTemplate, Paths, Plan, Target, Waves};
use crate::desk::State;
use crate::desk::devices::Task;
use crate::desk::env::Wake;

/// Paths that are shown.
const SHOWN: usize = 3;

/// What a user wants of an export, as it was typed; an empty text is the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    /// Where the files go.
    pub target: Target,
    /// Waves, such as `10,10%,40%,rest`; empty for all devices at once.
    pub waves: String,
    /// Where each file stands, such as `{site}/{thing}/{file}`.
    pub paths: String,
}

impl ExportOptions {
    /// Returns the waves; `None` for all devices at once, and for targets that know none.
    ///
    /// # Errors
    /// What is wrong with them, in a sentence.
    pub fn waves(&self) -> Result<Option<Waves>, String> {
        let text = Some(self.waves.trim()).filter(|text| !text.is_empty() && self.target.has_waves());
        text.map(str::parse::<Waves>).transpose().map_err(|error| error.to_string())
    }

    /// Returns the template for paths; `None` for the usual one, and for targets that have their own.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn template(&self) -> Result<Option<PathTemplate>, String> {
        let text = Some(self.paths.trim()).filter(|text| !text.is_empty() && self.target.has_paths());
        text.map(PathTemplate::parse).transpose().map_err(|error| format!("The path cannot be used: {error}"))
    }

    /// Returns where each file stands.
    ///
    /// # Errors
    /// As [`Self::template`].
    pub(in crate::desk) fn paths(&self, inventory: bool) -> Result<Paths, String> {
        Ok(self.template()?.map_or_else(Paths::default, |template| Paths::of(template, inventory)))
    }
}

/// What waves and paths give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Number of files.
    pub files: usize,
    /// The first paths.
    pub paths: Vec<String>,
    /// Number of devices that get files; 0 without a list of devices.
    pub devices: usize,
    /// Number of devices in each wave; empty for all at once.
    pub waves: Vec<usize>,
    /// What is wrong with the waves.
    pub waves_error: Option<String>,
    /// What is wrong with the paths, or stands against the export as a whole.
    pub error: Option<String>,
}

/// The layout as a panel sees it.
#[derive(Clone, Copy)]
pub struct OutlineView<'a> {
    /// What was typed.
    pub wanted: &'a ExportOptions,
    /// What it gives; `None` where nothing was typed, or where that is looked for.
    pub given: Option<&'a Given>,
    /// Whether that is looked for.
    pub busy: bool,
}

impl OutlineView<'_> {
    /// Returns what is wrong with the waves.
    pub fn waves_error(&self) -> Option<String> {
        self.wanted.waves().err().or_else(|| self.given?.waves_error.clone())
    }

    /// Returns what is wrong with the paths.
    pub fn paths_error(&self) -> Option<String> {
        self.wanted.template().err().or_else(|| self.given?.error.clone())
    }
}

/// What is typed, and what follows from it.
#[derive(Default)]
pub(in crate::desk) struct Outline {
    pub(in crate::desk) wanted: ExportOptions,
    given: Option<Given>,
    /// What was typed, and the state of the project that `given` is, or will be, of.
    from: Option<(ExportOptions, State)>,
    task: Task<Given>,
}

impl Outline {
    /// Returns what a panel reads.
    pub(in crate::desk) fn view(&self) -> OutlineView<'_> {
        OutlineView { wanted: &self.wanted, given: self.given.as_ref(), busy: self.task.busy() }
    }

    /// Orders what is not up to date; `cargo` takes what it needs of the project.
    pub(in crate::desk) fn update(
        &mut self,
        state: State,
        wake: &Wake,
        cargo: impl FnOnce() -> Result<Cargo, String>,
    ) {
        let from = (self.wanted.clone(), state);
        if self.from.as_ref() != Some(&from) {
            if self.from.as_ref().is_some_and(|(wanted, _)| *wanted != self.wanted) {
                self.given = None;
            }
            self.from = Some(from);
            match (self.wanted.waves(), self.wanted.template()) {
                (Ok(waves), Ok(template)) if waves.is_some() || template.is_some() => {
                    self.order(waves, wake, cargo);
                }
                _ => {
                    self.task.forget();
                    self.given = None;
                }
            }
        }
        self.take(wake);
    }

    fn order(&mut self, waves: Option<Waves>, wake: &Wake, cargo: impl FnOnce() -> Result<Cargo, String>) {
        let Ok(cargo) = cargo() else {
            // Why not stands at the button.
            self.task.forget();
            self.given = None;
            return;
        };
        let wanted = self.wanted.clone();
        self.task.order(wake, !cargo.is_large(), move || {
            let wrong = |error| Given { error: Some(error), ..Given::default() };
            let given = wanted.paths(cargo.has_list()).and_then(|paths| {
                cargo.lend(|goods| match Plan::new(goods.items, goods.listed, goods.facts, &paths) {
                    Ok(plan) => given(&plan, waves.as_ref()),
                    Err(error) => wrong(error.to_string()),
                })
            });
            given.unwrap_or_else(wrong)
        });
    }

    fn take(&mut self, wake: &Wake) {
        if let Some(given) = self.task.take(wake) {
            self.given = Some(given);
        }
    }

    /// Waits for what was ordered.
    pub(in crate::desk) fn wait(&mut self, wake: &Wake) {
        if let Some(given) = self.task.wait(wake) {
            self.given = Some(given);
        }
    }
}

/// Returns what a plan gives.
fn given(plan: &Plan<'_>, waves: Option<&Waves>) -> Given {
    let devices = plan.served();
    let sizes = waves.filter(|_| devices > 0).map(|waves| waves.sizes(devices));
    let (waves, waves_error) = match sizes {
        None => (Vec::new(), None),
        Some(Ok(sizes)) => (sizes, None),
        Some(Err(error)) => (Vec::new(), Some(error.to_string())),
    };
    Given {
        files: plan.len(),
        paths: (0..SHOWN).filter_map(|at| plan.path(at)).map(str::to_owned).collect(),
        devices,
        waves,
        waves_error,
        error: None,
    }
}
