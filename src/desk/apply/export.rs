//! What goes out: agents' files to folders, archives and deployment tools, and pictures of the topology.

use crate::base::{Severity, file, units};
use crate::config::bundle::{BundleError, Order, Target, Written, deliver};
use crate::config::secret::SystemVault;
use crate::desk::Desk;
use crate::desk::agents::{Cargo, ExportOptions};
use crate::desk::command::Drawing;
use crate::desk::transfer::{Reins, Work};
use std::path::Path;

/// Decides which devices come in which wave.
const WAVES_SEED: u64 = 42;

/// Why nothing, or not everything, was written.
enum Refused {
    /// Something stands against it.
    Sentence(String),
    /// The user stopped it.
    Stopped(String),
}

impl Desk {
    /// Writes a picture of the topology of the active scenario.
    pub(super) fn draw_topology(&mut self, path: &Path, format: Drawing) {
        let mut path = path.to_owned();
        if path.extension().is_none() && path.file_name().is_some() {
            path.set_extension(format.ending());
        }
        let document = &self.project.document;
        let view = document.file().view(document.active());
        let Some(text) = view.drawable().map(|topology| format.text(topology)) else {
            let text = "There is no topology that can be drawn, so nothing was written. See its findings.";
            return self.say(Severity::Warning, text, None);
        };
        match file::write_atomic(&path, text.as_bytes()) {
            Ok(()) => {
                let text = format!("Saved the topology as {} to {}", format.word(), Self::shown(&path));
                self.say(Severity::Info, text, None);
            }
            Err(error) => self.say(Severity::Error, error.to_string(), None),
        }
    }

    /// Writes the agents' files of the active scenario to a target.
    pub(super) fn export(&mut self, path: &Path, target: Target) {
        let mut path = path.to_owned();
        if target == Target::Zip && path.extension().is_none() && path.file_name().is_some() {
            path.set_extension("zip");
        }
        let wanted = ExportOptions { target, ..self.outline.wanted.clone() };
        let typed = wanted.waves().and(wanted.template().map(drop));
        let cargo = match typed.and_then(|()| Cargo::of(self)) {
            Ok(cargo) => cargo,
            Err(sentence) => return self.say(Severity::Error, nothing(&sentence), None),
        };
        self.begin(Work::Export, move |reins| {
            let result = written(&cargo, &wanted, &path, reins);
            Box::new(move |desk| desk.exported(result, target, &path))
        });
    }

    /// Says what was written.
    fn exported(&mut self, result: Result<(Written, Vec<String>), Refused>, target: Target, path: &Path) {
        match result {
            Ok((done, skipped)) => {
                for note in done.notes.iter().chain(&skipped) {
                    self.say(Severity::Info, note.clone(), None);
                }
                self.say(Severity::Info, summary(&done, target, path), None);
            }
            Err(Refused::Stopped(sentence)) => self.say(Severity::Warning, sentence, None),
            Err(Refused::Sentence(sentence)) => self.say(Severity::Error, sentence, None),
        }
    }
}

/// Writes the files; returns what was written and why groups have none.
fn written(
    cargo: &Cargo,
    wanted: &ExportOptions,
    path: &Path,
    reins: &Reins,
) -> Result<(Written, Vec<String>), Refused> {
    let paths = wanted.paths(cargo.has_list()).map_err(Refused::Sentence)?;
    let waves = wanted.waves().map_err(Refused::Sentence)?;
    let environment = |name: &str| std::env::var(name).ok();
    let vault = SystemVault::new(&environment);
    let delivered = cargo.lend(|goods| {
        let (target, facts) = (wanted.target, goods.facts);
        let order = Order { target, paths: &paths, waves: waves.as_ref(), seed: WAVES_SEED, facts };
        let mut progress = |done: usize, all: usize| reins.going(done as u64, Some(all as u64));
        let done = deliver(goods.items, goods.listed, &order, path, &vault, &mut progress);
        done.map(|done| (done, goods.skipped.clone()))
    });
    let (mut done, skipped) = delivered.map_err(|sentence| Refused::Sentence(nothing(&sentence)))?.map_err(
        |error| match error {
            BundleError::Stopped { .. } => Refused::Stopped(error.to_string()),
            _ => Refused::Sentence(error.to_string()),
        },
    )?;
    done.notes.extend(vault.warnings());
    Ok((done, skipped))
}

/// Returns the sentence that nothing was exported, and why.
fn nothing(why: &str) -> String {
    format!("Nothing was exported. {why}")
}

/// Returns what was written in a sentence.
fn summary(done: &Written, target: Target, path: &Path) -> String {
    let shown = Desk::shown(path);
    if target == Target::Zip {
        return format!("Exported the zip bundle to {shown}");
    }
    let all = done.written.len() + done.unchanged;
    let files = if all == 1 { "file" } else { "files" };
    let all = units::count(all as u64);
    let same = match done.unchanged {
        0 => String::new(),
        same => format!(", {} of them unchanged", units::count(same as u64)),
    };
    let of = match target {
        Target::Folder | Target::Zip => String::new(),
        target => format!(" for {}", target.label()),
    };
    format!("Exported {all} {files}{of} to {shown}{same}")
}
