//! File dialogs of the system, and the path field that stands in where there is none.
//!
//! A dialog is created on the main thread, as macOS demands, and awaited on a thread of its own, so
//! that the window stays alive. Where the system cannot show one (no portal, no helper program) the
//! answer comes back at once and empty; then a field for the path is shown instead.

#[cfg(feature = "push")]
use super::request::RolloutFile;
use super::request::{Place, Purpose, Request};
use crate::config::bundle::Target;
use crate::desk::View;
use egui::{Context, Key, TextEdit, Ui};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// An answer that comes faster than this [s] was given by nobody: no dialog could be shown.
const TOO_FAST: f64 = 0.4;

/// A dialog that is open.
struct Open {
    purpose: Purpose,
    since: f64,
    answer: Receiver<Option<PathBuf>>,
}

/// A path field that stands in for a dialog.
struct Field {
    purpose: Purpose,
    text: String,
    focus: bool,
    /// A path that holds a file already, and is replaced only when it is entered again.
    taken: Option<PathBuf>,
}

/// The dialogs of the window: at most one at a time.
pub struct Dialogs {
    ctx: Context,
    open: Option<Open>,
    field: Option<Field>,
    /// Tells whether a file is there; the window itself touches none.
    exists: fn(&Path) -> bool,
}

/// The future of a dialog.
type Answer = Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>>;

impl Dialogs {
    /// Returns no dialogs, which wake this context when they are answered.
    pub fn new(ctx: &Context) -> Self {
        Self { ctx: ctx.clone(), open: None, field: None, exists: crate::desk::is_taken }
    }

    /// Opens the dialog for a purpose; one that is already open stays.
    pub fn ask(&mut self, purpose: Purpose, view: &View<'_>) {
        if self.open.is_some() {
            return;
        }
        let future = dialog(purpose, view);
        let (sender, answer) = sync_channel(1);
        let ctx = self.ctx.clone();
        let started = std::thread::Builder::new().name("file dialog".into()).spawn(move || {
            let chosen = pollster::block_on(future).map(|file| file.path().to_owned());
            // The window may be gone by now; then nobody waits for the answer.
            let _ = sender.send(chosen);
            ctx.request_repaint();
        });
        if started.is_ok() {
            self.open = Some(Open { purpose, since: self.time(), answer });
        } else {
            self.fall_back(purpose);
        }
    }

    /// Returns what was chosen since the last call.
    pub fn poll(&mut self) -> Option<(Purpose, PathBuf)> {
        let open = self.open.take()?;
        match open.answer.try_recv() {
            Ok(Some(path)) => return Some((open.purpose, path)),
            Ok(None) if self.time() - open.since < TOO_FAST => self.fall_back(open.purpose),
            Ok(None) => {}
            Err(TryRecvError::Disconnected) => self.fall_back(open.purpose),
            Err(TryRecvError::Empty) => self.open = Some(open),
        }
        None
    }

    fn time(&self) -> f64 {
        self.ctx.input(|input| input.time)
    }

    /// Shows the path field.
    fn fall_back(&mut self, purpose: Purpose) {
        self.field = Some(Field { purpose, text: String::new(), focus: true, taken: None });
    }

    /// Returns whether the path field is shown.
    pub fn asks_for_path(&self) -> bool {
        self.field.is_some()
    }

    /// Draws the path field where it stands in for a dialog.
    pub fn ui(&mut self, ui: &mut Ui, out: &mut Vec<Request>) {
        let Some(field) = &mut self.field else { return };
        let (label, button) = match field.purpose {
            Purpose::Open => ("No file dialog is available here. Path of the project to open", "Open"),
            Purpose::SaveAs => ("No file dialog is available here. Path to save the project to", "Save"),
            Purpose::Export(Target::Zip) => {
                ("No file dialog is available here. Path of the zip bundle to write", "Export")
            }
            Purpose::Export(_) => ("No file dialog is available here. Folder for the agent files", "Export"),
            Purpose::Report(format) if format.per_chart() => {
                ("No file dialog is available here. Folder for the charts of the report", "Save")
            }
            Purpose::Report(_) => ("No file dialog is available here. Path to save the report to", "Save"),
            Purpose::Import(_) => {
                ("No file dialog is available here. Folder or archive with devices' files", "Import")
            }
            Purpose::Compare(_) => {
                ("No file dialog is available here. Folder or archive with devices' files", "Compare")
            }
            Purpose::Try => ("No file dialog is available here. Path of the agent's file to try", "Try"),
            Purpose::ImportDevices => {
                ("No file dialog is available here. Path of the list of devices", "Import")
            }
            Purpose::SaveBadLines => ("No file dialog is available here. Path to save the lines to", "Save"),
            Purpose::SaveChart(_) => ("No file dialog is available here. Path to save the chart to", "Save"),
            Purpose::Topology(_) => {
                ("No file dialog is available here. Path to save the topology to", "Save")
            }
            #[cfg(feature = "push")]
            Purpose::Rollout(RolloutFile::Open) => {
                ("No file dialog is available here. Path of the plan or journal to open", "Open")
            }
            #[cfg(feature = "push")]
            Purpose::Rollout(_) => ("No file dialog is available here. Path of the file to write", "Save"),
        };
        let mut done = false;
        ui.horizontal_wrapped(|ui| {
            let name = ui.label(label);
            let width = (ui.available_width() - 180.0).clamp(160.0, 480.0);
            let edit =
                ui.add(TextEdit::singleline(&mut field.text).desired_width(width)).labelled_by(name.id);
            if std::mem::take(&mut field.focus) {
                edit.request_focus();
            }
            let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let usable = !field.text.trim().is_empty();
            let pressed = ui.add_enabled(usable, egui::Button::new(button)).clicked();
            let path = PathBuf::from(field.text.trim());
            if usable && (entered || pressed) {
                if replaces(field.purpose) && field.taken.as_ref() != Some(&path) && (self.exists)(&path) {
                    field.taken = Some(path.clone());
                    field.focus = true;
                } else {
                    out.push(Request::Path(field.purpose, path.clone()));
                    done = true;
                }
            }
            if field.taken.as_ref() == Some(&path) {
                ui.label(format!("This file exists already. Press {button} again to replace it."));
            }
            done |= ui.button("Close path field").clicked();
            done |= ui.input(|input| input.key_pressed(Key::Escape));
        });
        if done {
            self.field = None;
        }
    }
}

/// Returns whether a purpose is one file that is written, and may be there already.
fn replaces(purpose: Purpose) -> bool {
    match purpose {
        Purpose::SaveAs
        | Purpose::SaveBadLines
        | Purpose::SaveChart(_)
        | Purpose::Topology(_)
        | Purpose::Export(Target::Zip) => true,
        Purpose::Report(format) => !format.per_chart(),
        #[cfg(feature = "push")]
        Purpose::Rollout(file) => file != RolloutFile::Open,
        _ => false,
    }
}

/// Returns the future of the system's dialog for a purpose.
fn dialog(purpose: Purpose, view: &View<'_>) -> Answer {
    let mut dialog = rfd::AsyncFileDialog::new();
    if let Some(folder) = view.path.and_then(Path::parent) {
        dialog = dialog.set_directory(folder);
    }
    match purpose {
        Purpose::Open => {
            Box::pin(dialog.set_title("Open a project").add_filter("Project", &["json"]).pick_file())
        }
        Purpose::ImportDevices => Box::pin(
            dialog
                .set_title("Import a list of devices")
                .add_filter("Table", &["csv", "tsv", "tab", "txt", "json"])
                .pick_file(),
        ),
        Purpose::SaveBadLines => {
            save(dialog.set_title("Save lines that are no devices as"), "bad-lines.csv", ("Table", "csv"))
        }
        Purpose::SaveAs => {
            let name = view
                .path
                .and_then(|path| path.file_name())
                .map_or_else(|| "fleet.json".to_owned(), |name| name.to_string_lossy().into_owned());
            Box::pin(
                dialog
                    .set_title("Save the project as")
                    .set_file_name(name)
                    .add_filter("Project", &["json"])
                    .save_file(),
            )
        }
        Purpose::Report(format) if format.per_chart() => {
            Box::pin(dialog.set_title("Folder for the charts of the report").pick_folder())
        }
        Purpose::Report(format) => Box::pin(
            dialog
                .set_title("Save the report as")
                .set_file_name(format!("report.{}", format.word()))
                .add_filter(format.label(), &[format.word()])
                .save_file(),
        ),
        Purpose::Export(Target::Zip) => Box::pin(
            dialog
                .set_title("Zip bundle to write")
                .set_file_name("agent-files.zip")
                .add_filter("Zip archive", &["zip"])
                .save_file(),
        ),
        Purpose::Export(_) => Box::pin(dialog.set_title("Folder for the agent files").pick_folder()),
        Purpose::Import(Place::Folder) | Purpose::Compare(Place::Folder) => {
            Box::pin(dialog.set_title("Folder with devices' files").pick_folder())
        }
        Purpose::Import(Place::Archive) | Purpose::Compare(Place::Archive) => Box::pin(
            dialog
                .set_title("Archive with devices' files")
                .add_filter("Archive", &["zip", "tar", "gz", "tgz"])
                .pick_file(),
        ),
        Purpose::Try => Box::pin(dialog.set_title("Agent's file to try").pick_file()),
        Purpose::Topology(format) => Box::pin(
            dialog
                .set_title("Save the topology as")
                .set_file_name(format!("topology.{}", format.ending()))
                .add_filter(format.word(), &[format.ending()])
                .save_file(),
        ),
        #[cfg(feature = "push")]
        Purpose::Rollout(file) => rollout(file, dialog),
        Purpose::SaveChart(format) => Box::pin(
            dialog
                .set_title("Save the chart as")
                .set_file_name(format!("chart.{}", format.word()))
                .add_filter(format.word().to_uppercase(), &[format.word()])
                .save_file(),
        ),
    }
}

/// Returns the future of a dialog that asks for a file to write.
fn save(dialog: rfd::AsyncFileDialog, name: &str, (label, ending): (&str, &str)) -> Answer {
    Box::pin(dialog.set_file_name(name).add_filter(label, &[ending]).save_file())
}

/// Returns the future of the dialog for a file of a roll-out.
#[cfg(feature = "push")]
fn rollout(file: RolloutFile, dialog: rfd::AsyncFileDialog) -> Answer {
    let (title, name, ending) = file.words();
    let dialog = dialog.set_title(title);
    match file {
        RolloutFile::Open => Box::pin(dialog.add_filter("Plan or journal", &["json", "db"]).pick_file()),
        _ => save(dialog, name, (ending, ending)),
    }
}
