//! The reports of the window and those of the command line are the same files.

use crate::program::{run, text, write};
use regather::desk::command::{FileCommand, RunCommand, ScenarioCommand};
use regather::desk::{Desk, Env, ReportOptions, Start};
use regather::report::files::Format;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const ZERO: Duration = Duration::ZERO;
const FLEET: &str = r#"{
  "regather": 1,
  "name": "Small <fleet>",
  "groups": { "pumps": { "devices": 60, "agent": "example-agent", "reconnect_random_delay_seconds": 5 } },
  "platform": { "workers": 1, "service_time_ms": 200 },
  "outage": { "length_s": 30, "watch_s": 120, "start": "2026-12-05T02:00:00+01:00" },
  "targets": { "t95_s": 60 },
  "scenarios": { "slow": { "name": "Slow", "set": { "/groups/pumps/reconnect_random_delay_seconds": 20 } } }
}
"#;

/// Opens a project file as the window does, with six runs.
fn desk(path: &Path, scenario: Option<&str>) -> Desk {
    let env = Env { threads: 2, ..Env::isolated(Arc::new(|| ()), ZERO) };
    let mut desk = Desk::new(env, Start::File(path.to_owned()));
    desk.apply(RunCommand::SetRuns(6).into(), ZERO);
    desk.apply(ScenarioCommand::Activate(scenario.map(str::to_owned)).into(), ZERO);
    desk
}

/// Writes a report as the window does; returns what was said.
fn report(desk: &mut Desk, path: &Path, format: Format, ticket: &str) -> String {
    let options = ReportOptions { format, ticket: ticket.to_owned() };
    desk.apply(FileCommand::Report { path: path.to_owned(), options }.into(), ZERO);
    desk.finish(ZERO);
    desk.view(ZERO).notices.last().map(|notice| notice.text.clone()).unwrap_or_default()
}

#[test]
fn window_and_command_line_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("fleet.json");
    write(&project, FLEET);
    let named = project.to_str().unwrap();
    for scenario in [None, Some("slow")] {
        for (format, ticket) in
            [(Format::Html, "CHG-1"), (Format::Html, ""), (Format::Md, "CHG-1"), (Format::Json, "CHG-1")]
        {
            let ours = folder.path().join("ours").with_extension(format.word());
            // Once while nothing is simulated yet, once from the result that is there.
            let mut desk = desk(&project, scenario);
            assert!(report(&mut desk, &ours, format, ticket).starts_with("Wrote the report"));
            let first = text(&ours);
            assert!(report(&mut desk, &ours, format, ticket).starts_with("Wrote the report"));
            let theirs = folder.path().join("theirs");
            let mut words = vec!["report", named, "--runs", "6", "--format", format.word(), "--exit-zero"];
            words.extend(scenario.iter().flat_map(|scenario| ["--scenario", scenario]));
            if format.has_ticket() && !ticket.is_empty() {
                words.extend(["--ticket", ticket]);
            }
            let theirs_text = theirs.to_str().unwrap();
            words.extend(["-o", theirs_text]);
            run(&words).ends(0);
            assert_eq!(first, text(&theirs), "{format:?} {scenario:?}");
            assert_eq!(text(&ours), text(&theirs), "{format:?} {scenario:?}, from the result that was there");
        }
    }
}

#[test]
fn charts_go_to_a_folder_and_replace_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("fleet.json");
    write(&project, FLEET);
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    let mut desk = desk(&project, Some("slow"));
    let said = report(&mut desk, &ours, Format::Csv, "");
    assert!(said.contains("files of the report"), "{said}");
    let named = [project.to_str().unwrap(), theirs.to_str().unwrap()];
    run(&[
        "report",
        named[0],
        "--scenario",
        "slow",
        "--runs",
        "6",
        "--format",
        "csv",
        "--exit-zero",
        "-o",
        named[1],
    ])
    .ends(0);
    let mut count = 0;
    for entry in std::fs::read_dir(&theirs).unwrap() {
        let name = entry.unwrap().file_name();
        assert_eq!(text(&ours.join(&name)), text(&theirs.join(&name)), "{}", name.display());
        count += 1;
    }
    assert!(count >= 3 && std::fs::read_dir(&ours).unwrap().count() == count);
    let said = report(&mut desk, &ours, Format::Csv, "");
    assert!(said.starts_with("No report was written. A file of this name exists already"), "{said}");
}

#[test]
fn a_report_never_replaces_the_project_or_what_nobody_was_asked_about() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("fleet.json");
    write(&project, FLEET);
    let mut desk = desk(&project, None);
    let said = report(&mut desk, &project, Format::Json, "");
    assert!(said.contains("would replace the project itself"), "{said}");
    assert_eq!(text(&project), FLEET);
    let kept = folder.path().join("kept.html");
    write(&kept, "kept");
    let said = report(&mut desk, &folder.path().join("kept"), Format::Html, "");
    assert!(said.contains("exists already"), "{said}");
    assert_eq!(text(&kept), "kept");
    let said = report(&mut desk, &folder.path().join("nowhere/a.html"), Format::Html, "");
    assert!(said.starts_with("No report was written. "), "{said}");
}
