//! Roll-outs on the desk over folders: planned, confirmed, driven, stopped, taken up again, taken back.

use super::standing::Picture;
use super::terms::{Field, Form, Over};
use crate::base::Severity;
use crate::base::file::{read_text, write_atomic};
use crate::desk::command::{FileCommand, RolloutCommand, UserCommand};
use crate::desk::{Command, Desk, Env, Start};
use crate::fleet::example;
use crate::push::journal::Returned;
use crate::push::machine::Scope;
use crate::push::state::{State, Status};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const ZERO: Duration = Duration::ZERO;
const OLD: &str =
    "{\"ws_server_host\": \"platform.example\", \"max_connect_delay\": 0, \"app_key\": \"${app_key}\"}\n";
const CANARY: &str = "CANARY-51b2";

/// A project, its list, what devices have, and a folder for each device.
pub struct Site {
    folder: TempDir,
    devices: usize,
}

impl Site {
    pub fn new(devices: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let site = Self { folder, devices };
        let fleet =
            example::find("hundred-thousand-pumps").unwrap().text.replace("100000", &devices.to_string());
        let fleet =
            fleet.replacen("\"groups\"", "\"inventory\": { \"file\": \"things.csv\" },\n  \"groups\"", 1);
        site.write("fleet.json", &fleet);
        site.write("key", CANARY);
        let mut list = String::from("thing,group,site,app_key,folder\n");
        for at in 0..devices {
            let root = site.path(&format!("d{at}"));
            std::fs::create_dir(&root).unwrap();
            site.write(&format!("d{at}/ws_connection.json"), OLD);
            site.write(&format!("d{at}/agent_config.json"), "{}");
            let key = site.path("key").display().to_string();
            let row = format!("P-{at},pumps,s{},file:{key},{}\n", at % 3, root.display());
            list.push_str(&row);
        }
        site.write("things.csv", &list);
        std::fs::create_dir_all(site.path("has/pumps")).unwrap();
        site.write("has/pumps/ws_connection.json", OLD);
        site.write("has/pumps/agent_config.json", "{}");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write_atomic(&self.path(name), text.as_bytes()).unwrap();
    }

    fn connection(&self, at: usize) -> String {
        read_text(&self.path(&format!("d{at}/ws_connection.json")), 1 << 20).unwrap()
    }

    fn env(&self) -> Env {
        Env { threads: 2, config_dir: Some(self.path("config")), ..Env::isolated(Arc::new(|| ()), ZERO) }
    }

    /// Opens a desk on the project, compared with what devices have.
    fn desk(&self) -> Desk {
        let mut desk = Desk::new(self.env(), Start::File(self.path("fleet.json")));
        desk.apply(crate::desk::command::RunCommand::Cancel.into(), ZERO);
        desk.apply(RolloutCommand::Name("anna".into()).into(), ZERO);
        desk.apply(FileCommand::Compare(self.path("has")).into(), ZERO);
        desk.finish_transfer();
        desk
    }

    fn made(&self, desk: &mut Desk, form: Form) {
        desk.apply(RolloutCommand::Fill(Box::new(form)).into(), ZERO);
        desk.apply(RolloutCommand::Make(self.path("night.json")).into(), ZERO);
        desk.finish_transfer();
        opened(desk);
    }
}

fn form(rate: &str) -> Form {
    let mut form = Form::default();
    form.over = Over::Folder;
    form.with(Field::At, "{folder}")
        .with(Field::Path, "{file}")
        .with(Field::Rate, rate)
        .with(Field::Waves, "2,rest")
        .with(Field::PauseAfter, "never")
        .with(Field::Observe, "0s")
        .with(Field::VerifyAfter, "0s")
}

fn picture(desk: &Desk) -> Arc<Picture> {
    desk.view(ZERO).rollout.open.unwrap().picture.clone()
}

fn said(desk: &Desk) -> Vec<String> {
    desk.view(ZERO).notices.iter().map(|notice| notice.text.clone()).collect()
}

/// Waits until the open roll-out is as wanted.
fn until(desk: &mut Desk, wanted: impl Fn(&Picture) -> bool) -> Arc<Picture> {
    for _ in 0..1_500 {
        desk.tick(ZERO);
        let picture = picture(desk);
        if wanted(&picture) {
            return picture;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let picture = picture(desk);
    panic!("it never came to that: {:?} {:?} {:?}", picture.standing, picture.waves(), said(desk));
}

/// Waits until what is being opened is open, or was refused.
fn opened(desk: &mut Desk) {
    while desk.view(ZERO).rollout.opening().is_some() {
        desk.tick(ZERO);
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn rollout(desk: &mut Desk, command: RolloutCommand) {
    desk.apply(command.into(), ZERO);
    opened(desk);
}

fn typed(count: &str) -> RolloutCommand {
    RolloutCommand::Start { typed: count.into() }
}

#[test]
fn a_plan_is_made_confirmed_driven_exported_and_taken_back() {
    let site = Site::new(12);
    let mut desk = site.desk();
    site.made(&mut desk, form("1000").with(Field::Burst, "100"));
    assert!(
        said(&desk).iter().any(|text| text.starts_with("Wrote the plan for 12 devices")),
        "{:?}",
        said(&desk)
    );
    let plan = Arc::clone(&picture(&desk).plan);
    assert_eq!(plan.sizes(), [2, 10]);
    assert_eq!(plan.request().prediction.as_ref().unwrap().storms.len(), 3, "two waves and the way back");
    assert!(!super::chart::of(&plan, 2, &Returned::default()).is_empty());

    // Only the number itself begins anything.
    rollout(&mut desk, typed("11"));
    assert!(said(&desk).last().unwrap().contains("is not the number of devices"), "{:?}", said(&desk));
    assert!(!site.path("night.db").exists());
    rollout(&mut desk, typed("12"));
    let done = until(&mut desk, |picture| picture.standing.status == Status::Finished);
    assert_eq!(done.count(State::Verified), 12);
    for (wave, devices) in [(0, "2 of 2"), (1, "10 of 10")] {
        let charts = super::chart::of(&plan, wave, &done.returned);
        assert!(charts[0].spoken.contains(&format!("Observed: {devices} devices")), "{}", charts[0].spoken);
        let dots = charts[0].series.iter().find(|series| series.name == "observed").unwrap();
        assert_eq!(dots.points.last().unwrap()[1], 100.0);
        assert!(dots.points.windows(2).all(|pair| pair[0][1] <= pair[1][1]), "nobody leaves again");
        assert!(charts[1].series.iter().all(|series| series.name == "predicted"));
    }
    assert!((0..12).all(|at| site.connection(at).contains(CANARY)));

    // A device with its files and its log; no secret in either.
    rollout(&mut desk, RolloutCommand::ShowDevice(Some(0)));
    desk.finish(ZERO);
    for _ in 0..200 {
        desk.tick(ZERO);
        if !desk.view(ZERO).rollout.open.unwrap().log.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let open = desk.view(ZERO).rollout.open.unwrap();
    let words: Vec<&str> = open.log.iter().map(|entry| entry.what.split(' ').next().unwrap()).collect();
    assert!(words.starts_with(&["staging", "staged", "activating"]), "{words:?}");
    assert!(open.log[0].when().ends_with(" UTC"));
    assert!(open.files.unwrap().as_ref().unwrap().files()[0].before.is_some());
    assert!(!format!("{:?} {:?}", open.log, open.files).contains(CANARY));

    rollout(&mut desk, RolloutCommand::SaveDevices(site.path("devices")));
    desk.finish_transfer();
    rollout(&mut desk, RolloutCommand::SaveLog(site.path("log")));
    desk.finish_transfer();
    let table = read_text(&site.path("devices.csv"), 1 << 20).unwrap();
    assert_eq!(table.lines().filter(|line| line.contains(",verified,")).count(), 12, "{table}");
    let log = read_text(&site.path("log.jsonl"), 1 << 20).unwrap();
    assert!(log.lines().all(|line| line.contains("\"sha256\"")) && log.contains("\"who\":\"anna\""));
    assert!(!table.contains(CANARY) && !log.contains(CANARY));

    rollout(&mut desk, RolloutCommand::RollBack { scope: Scope::Wave(0), urgent: false, typed: "2".into() });
    until(&mut desk, |picture| picture.count(State::RolledBack) == 2);
    rollout(&mut desk, RolloutCommand::RollBack { scope: Scope::All, urgent: true, typed: "10".into() });
    until(&mut desk, |picture| picture.count(State::RolledBack) == 12);
    assert!((0..site.devices).all(|at| site.connection(at) == OLD));
}

#[test]
fn stop_holds_and_no_device_is_touched_after_it() {
    let site = Site::new(60);
    let mut desk = site.desk();
    site.made(&mut desk, form("10"));
    let view = desk.view(ZERO);
    assert!(
        view.enabled(UserCommand::StopRollout).is_err() && view.enabled(UserCommand::PauseRollout).is_err()
    );
    rollout(&mut desk, typed("60"));
    until(&mut desk, |picture| picture.count(State::Verified) >= 2);
    let view = desk.view(ZERO);
    assert_eq!(view.enabled(UserCommand::StopRollout), Ok(()));
    let stop = UserCommand::StopRollout.command(&view).unwrap();
    assert_eq!(stop, Command::Rollout(RolloutCommand::Stop));
    desk.apply(stop, ZERO);
    let still = |picture: &Picture| {
        let going = [State::Staging, State::Activating, State::Restarted, State::RollingBack];
        picture.standing.status == Status::Stopped && going.iter().all(|state| picture.count(*state) == 0)
    };
    let stopped = until(&mut desk, still);
    let touched = (0..60).filter(|at| site.connection(*at) != OLD).count();
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!((0..60).filter(|at| site.connection(*at) != OLD).count(), touched);
    assert!(touched < 60 && stopped.count(State::Verified) as usize == touched, "{touched}");
    rollout(&mut desk, RolloutCommand::Resume);
    for _ in 0..200 {
        desk.tick(ZERO);
        if said(&desk).last().unwrap().contains("stays stopped") {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{:?}", said(&desk));
}

#[test]
fn the_end_of_the_program_pauses_and_the_next_one_shows_it_and_asks() {
    let site = Site::new(60);
    let mut desk = site.desk();
    site.made(&mut desk, form("10"));
    rollout(&mut desk, typed("60"));
    until(&mut desk, |picture| picture.count(State::Verified) >= 2 && picture.driven);
    assert!(desk.is_rolling_out());
    // What a crash would leave at this moment: the files as they are on the disk.
    std::fs::create_dir(site.path("crashed")).unwrap();
    for name in ["night.json", "night.db-wal", "night.db"] {
        std::fs::copy(site.path(name), site.path("crashed").join(name)).unwrap();
    }
    desk.close();

    let mut desk = Desk::new(site.env(), Start::File(site.path("fleet.json")));
    desk.finish(ZERO);
    let before = picture(&desk);
    assert_eq!((before.standing.status, before.driven), (Status::Paused, false));
    let notice = said(&desk).into_iter().find(|text| text.contains("stands still")).unwrap();
    assert!(notice.contains("night.json") && notice.ends_with("Nothing goes on by itself."), "{notice}");
    let going = [State::Staging, State::Activating, State::Restarted, State::InDoubt];
    assert!(going.iter().all(|state| before.count(*state) == 0), "{:?}", before.waves());
    std::thread::sleep(Duration::from_millis(500));
    desk.tick(ZERO);
    assert_eq!(picture(&desk).waves(), before.waves());
    rollout(&mut desk, RolloutCommand::Name("ben".into()));
    rollout(&mut desk, RolloutCommand::Resume);
    until(&mut desk, |picture| picture.count(State::Verified) > before.count(State::Verified) + 1);
    rollout(&mut desk, RolloutCommand::Pause);
    until(&mut desk, |picture| picture.standing.status == Status::Paused);
    rollout(&mut desk, RolloutCommand::Stop);
    until(&mut desk, |picture| picture.standing.status == Status::Stopped && !picture.driven);
    assert!(picture(&desk).rows.iter().all(|row| row.round <= 1), "nobody was restarted twice");

    // The journal of the crash says that it was running; it stands still too, and says so.
    rollout(&mut desk, RolloutCommand::Open(site.path("crashed/night.json")));
    desk.finish(ZERO);
    let crashed = picture(&desk);
    assert!(crashed.interrupted() && crashed.standing.status == Status::Running, "{:?}", crashed.standing);
    assert_eq!(desk.view(ZERO).rollout.open.unwrap().may_resume(), Ok(()));
    assert_eq!(desk.view(ZERO).notices.last().unwrap().severity, Severity::Warning);
    assert!(said(&desk).last().unwrap().contains("running when its program ended"), "{:?}", said(&desk));
}

#[test]
fn a_plan_that_overloads_the_platform_waits_until_somebody_takes_it_over() {
    let site = Site::new(400);
    let mut desk = site.desk();
    for (key, value) in [("workers", 1.0), ("service_time_ms", 2_000.0), ("accept_queue", 5.0)] {
        let edits = vec![(format!("/platform/{key}"), crate::fleet::file::Value::Number(value))];
        desk.apply(crate::desk::command::DocumentCommand::Set { edits, finished: true }.into(), ZERO);
    }
    let fast = form("100000").with(Field::Burst, "400").with(Field::Waves, "rest");
    let mut fast = fast;
    fast.look = false;
    site.made(&mut desk, fast.clone());
    assert!(said(&desk).last().unwrap().contains("Save it first"), "{:?}", said(&desk));
    desk.apply(FileCommand::Save.into(), ZERO);
    site.made(&mut desk, fast);
    let refused = desk.view(ZERO).rollout.refused.unwrap();
    assert!(refused.reason.contains("would not bear it"), "{}", refused.reason);
    assert!(!site.path("night.json").exists());
    rollout(&mut desk, RolloutCommand::TakeOver("  ".into()));
    assert!(desk.view(ZERO).rollout.refused.is_some(), "nobody took it over");
    rollout(&mut desk, RolloutCommand::TakeOver("m.okafor".into()));
    desk.finish_transfer();
    opened(&mut desk);
    assert!(desk.view(ZERO).rollout.refused.is_none());
    let plan = Arc::clone(&picture(&desk).plan);
    assert_eq!(plan.request().overload_accepted_by.as_deref(), Some("m.okafor"));
    assert_eq!(desk.view(ZERO).rollout.open.unwrap().may_start(), Ok(()));
}

#[test]
fn a_second_person_approves_and_two_programs_give_orders_to_one_driver() {
    let site = Site::new(40);
    let mut desk = site.desk();
    site.made(&mut desk, form("5").with(Field::Approvals, "1"));
    let plan = Arc::clone(&picture(&desk).plan);
    assert!(desk.view(ZERO).rollout.open.unwrap().may_start().is_err());
    rollout(&mut desk, RolloutCommand::Name("ben".into()));
    rollout(&mut desk, RolloutCommand::Approve(plan.name()));
    until(&mut desk, |picture| picture.approvals == 1);
    // Whoever approved it does not start it.
    rollout(&mut desk, typed("40"));
    for _ in 0..200 {
        desk.tick(ZERO);
        if desk.view(ZERO).rollout.open.unwrap().trouble.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let trouble = desk.view(ZERO).rollout.open.unwrap().trouble.unwrap().to_owned();
    assert!(trouble.contains("not the one who starts it"), "{trouble}");
    rollout(&mut desk, RolloutCommand::Name("anna".into()));
    rollout(&mut desk, typed("40"));
    until(&mut desk, |picture| picture.count(State::Verified) >= 1);

    // Another program looks at the same journal, and its orders reach the one that drives.
    let mut other = Desk::new(Env { config_dir: None, ..site.env() }, Start::File(site.path("fleet.json")));
    rollout(&mut other, RolloutCommand::Name("carl".into()));
    rollout(&mut other, RolloutCommand::Open(site.path("night.json")));
    until(&mut other, |picture| picture.driven);
    assert!(!other.is_rolling_out(), "it is driven elsewhere");
    rollout(&mut other, RolloutCommand::Stop);
    until(&mut desk, |picture| picture.standing.status == Status::Stopped);
    until(&mut other, |picture| picture.standing.status == Status::Stopped);
}
