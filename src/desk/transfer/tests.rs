//! Reading and writing in the background, with sources that wait for the test.

use super::*;
use crate::config::bundle::Target;
use crate::desk::command::{FileCommand, RunCommand};
use crate::desk::{Env, Start, UserCommand};
use crate::fleet::FleetFile;
use crate::fleet::example::EXAMPLES;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;

const ZERO: Duration = Duration::ZERO;
const FLEET: &str = r#"{
  "regather": 1,
  "name": "Small",
  "groups": { "pumps": { "name": "Pumps", "devices": 20, "agent": "example-agent",
    "reconnect_random_delay_seconds": 5 } },
  "outage": { "length_s": 10, "watch_s": 60 },
  "targets": { "t95_s": 30 }
}
"#;

/// A desk whose worker waits before every file until the test lets it go on.
struct Gated {
    desk: Desk,
    folder: tempfile::TempDir,
    /// Lets one file pass.
    go: SyncSender<()>,
    /// Numbers of files, as the worker comes to them.
    at: Receiver<u64>,
}

impl Gated {
    fn new() -> Self {
        let start = Start::Project { file: FleetFile::parse(FLEET).unwrap(), name: "a".into(), path: None };
        let mut desk = Desk::new(Env { threads: 1, ..Env::isolated(Arc::new(|| ()), ZERO) }, start);
        desk.apply(RunCommand::Cancel.into(), ZERO);
        let ((go, gate), (told, at)) = (sync_channel(1_000), sync_channel(1_000));
        let gate = Mutex::new(gate);
        desk.transfers.pace = Arc::new(move |file| {
            // A test that has ended lets everything pass.
            if told.send(file).is_ok() {
                let _ = gate.lock().unwrap().recv();
            }
        });
        let folder = tempfile::tempdir().unwrap();
        for device in ["pumps", "other"] {
            let path = folder.path().join("has").join(device);
            std::fs::create_dir_all(&path).unwrap();
            let text = b"{ \"reconnect_random_delay_seconds\": 7 }";
            crate::base::file::write_atomic(&path.join("agent_config.json"), text).unwrap();
        }
        Self { desk, folder, go, at }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Begins, and waits until the worker stands before its first file.
    fn begin(&mut self, command: FileCommand) {
        self.desk.apply(command.into(), ZERO);
        assert!(self.desk.view(ZERO).transfer.is_some(), "{}", self.said());
        self.at.recv().unwrap();
    }

    /// Lets everything pass and takes the result in.
    fn end(&mut self) {
        for _ in 0..200 {
            self.go.send(()).unwrap();
        }
        self.desk.finish_transfer();
    }

    fn said(&self) -> String {
        self.desk.notices.last().map(|notice| notice.text.clone()).unwrap_or_default()
    }
}

fn files_below(folder: &Path) -> usize {
    crate::base::file::Walk::new(folder).map_or(0, Iterator::count)
}

#[test]
fn the_desk_goes_on_while_files_are_read() {
    let mut gated = Gated::new();
    gated.begin(FileCommand::Compare(gated.path("has")));
    let again = gated.desk.tick(ZERO);
    assert!(again.is_some_and(|again| again <= REDRAW), "the count is looked at again");
    let view = gated.desk.view(ZERO);
    let transfer = view.transfer.unwrap();
    assert_eq!((transfer.work, transfer.of, transfer.stopping), (Work::Compare, None, false));
    assert!(view.compared.is_none());
    for command in [UserCommand::Export, UserCommand::Compare, UserCommand::ImportConfigs] {
        assert!(command.enabled(&view).is_err(), "{command:?}");
    }
    assert_eq!(UserCommand::Cancel.command(&view), Some(FileCommand::StopTransfer.into()));
    gated.desk.apply(FileCommand::Compare(gated.path("has")).into(), ZERO);
    assert!(gated.said().starts_with("Comparison is still under way"), "{}", gated.said());
    gated.end();
    let view = gated.desk.view(ZERO);
    assert!(view.compared.is_some() && view.transfer.is_none());
    assert!(UserCommand::Export.enabled(&view).is_ok());
}

#[test]
fn what_is_cancelled_is_not_taken_in() {
    for command in [FileCommand::Compare, FileCommand::ImportConfigs] {
        let mut gated = Gated::new();
        gated.begin(command(gated.path("has")));
        gated.desk.apply(FileCommand::StopTransfer.into(), ZERO);
        let view = gated.desk.view(ZERO);
        assert!(view.transfer.unwrap().stopping && UserCommand::Cancel.enabled(&view).is_err());
        gated.end();
        assert!(gated.said().contains("cancelled"), "{}", gated.said());
        let view = gated.desk.view(ZERO);
        assert!(view.compared.is_none() && view.transfer.is_none());
        assert_eq!(view.file.name(), "Small");
        assert!(gated.at.try_iter().count() <= 1, "the worker stops at the next file");
    }
}

#[test]
fn what_was_read_for_another_project_is_dropped() {
    for command in [FileCommand::Compare, FileCommand::ImportConfigs] {
        let mut gated = Gated::new();
        gated.begin(command(gated.path("has")));
        gated.desk.apply(FileCommand::Example(EXAMPLES[0].name.into()).into(), ZERO);
        let name = gated.desk.view(ZERO).file.name().to_owned();
        gated.end();
        assert!(gated.said().contains("another project was opened meanwhile"), "{}", gated.said());
        let view = gated.desk.view(ZERO);
        assert!(view.compared.is_none() && view.file.name() == name);
    }
}

#[test]
fn a_cancelled_export_leaves_the_old_files() {
    // In the middle of two files: looked at once, and in a folder filled once before.
    for (target, passed) in [(Target::Zip, 2), (Target::Folder, 4)] {
        let mut gated = Gated::new();
        let path = gated.path("out.zip");
        let old = gated.path("out.zip/pumps/ws_connection.json");
        let kept = if target == Target::Zip { path.clone() } else { old };
        std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
        crate::base::file::write_atomic(&kept, b"old").unwrap();
        gated.begin(FileCommand::Export { path: path.clone(), target });
        for _ in 0..passed {
            gated.go.send(()).unwrap();
            gated.at.recv().unwrap();
        }
        let transfer = gated.desk.view(ZERO).transfer.unwrap();
        assert_eq!((transfer.done, transfer.of), (1, Some(3)), "{target:?}");
        gated.desk.apply(FileCommand::StopTransfer.into(), ZERO);
        gated.end();
        assert!(gated.said().starts_with("The export was stopped: 0 of "), "{}", gated.said());
        assert_eq!(crate::base::file::read_text(&kept, 100).unwrap(), "old");
        assert_eq!(files_below(gated.folder.path()), 3, "nothing half-written stays");
    }
}

#[test]
fn an_export_is_of_the_project_as_it_was_and_is_said_in_another_one() {
    let mut gated = Gated::new();
    gated.begin(FileCommand::Export { path: gated.path("out"), target: Target::Folder });
    gated.desk.apply(FileCommand::Example(EXAMPLES[0].name.into()).into(), ZERO);
    gated.end();
    assert!(gated.said().starts_with("Exported "), "{}", gated.said());
    assert!(gated.path("out/pumps/agent_config.json").exists());
}

#[test]
fn the_end_of_the_session_stops_what_is_under_way() {
    let mut gated = Gated::new();
    gated.begin(FileCommand::Export { path: gated.path("out.zip"), target: Target::Zip });
    gated.go.send(()).unwrap();
    drop(gated.go);
    drop(gated.at);
    gated.desk.end();
    drop(gated.desk);
    assert_eq!(files_below(gated.folder.path()), 2, "no archive, and nothing half-written");
}
