//! What every transport must satisfy, as one suite that each runs with its own bench.
//!
//! Benches serve folders of this machine, over whatever transport, so that the suite can look at the files
//! themselves.

use super::*;
use crate::base::hash::sha256;
use crate::config::secret::Secret;
use crate::push::fault::{Class, Fault};
use crate::push::state::Seen;
use std::path::{Path, PathBuf};

/// A transport, and where the devices are that it reaches.
pub struct Bench<T> {
    pub target: Target<T>,
    /// Address of the only device.
    pub address: String,
    /// Put before paths of files.
    pub prefix: String,
    /// Where the device's files really are.
    pub root: PathBuf,
    /// Whether new files get the permissions of those that they replace.
    pub keeps_permissions: bool,
}

pub const OLD: &str = "{\"random_delay\": 0}\n";
pub const NEW: &str = "{\"random_delay\": 60}\n";
const PLAN: &str = "0123456789abcdef";

impl<T: Transport> Bench<T> {
    pub fn job(&self, names: &[&str]) -> Job {
        let file = |name: &&str| JobFile {
            path: format!("{}{name}", self.prefix),
            want: sha256(NEW.as_bytes()),
            before: Some(Some(sha256(OLD.as_bytes()))),
        };
        Job {
            thing: "P-1".into(),
            address: self.address.clone(),
            files: names.iter().map(file).collect(),
            plan: PLAN.into(),
            owner: "roll-out 1".into(),
            stamp: format!("{PLAN}-1"),
            restart_s: 10,
        }
    }

    pub fn put(&self, name: &str, text: &str) {
        crate::base::file::write_atomic(&self.root.join(name), text.as_bytes()).unwrap();
    }

    pub fn text(&self, name: &str) -> Option<String> {
        let path = self.root.join(name);
        path.exists().then(|| crate::base::file::read_text(&path, 1_000_000).unwrap())
    }

    fn others(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.root)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("regather"))
            .collect();
        names.sort();
        names
    }

    async fn stage(&self, job: &Job) -> Result<Seen, Fault> {
        let texts: Vec<Secret> = job.files.iter().map(|_| Secret::new(NEW.into())).collect();
        self.target.stage(job, &texts).await
    }

    /// Empties the device.
    fn clear(&self) {
        for entry in std::fs::read_dir(&self.root).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_file() {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
}

/// Runs the whole suite.
pub async fn conform<T: Transport>(bench: &Bench<T>) {
    there_and_back(bench).await;
    bench.clear();
    a_new_file_goes_away_again(bench).await;
    bench.clear();
    a_way_back_leaves_nothing_staged(bench).await;
    bench.clear();
    half_way_is_completed(bench).await;
    bench.clear();
    nothing_unexpected_is_overwritten(bench).await;
    bench.clear();
    one_at_a_time(bench).await;
    bench.clear();
    if bench.keeps_permissions {
        permissions_carry_over(bench).await;
    }
    bench.clear();
    folders_that_are_not_there(bench).await;
    bench.clear();
}

/// Says that something real is not there to be tested with; in CI, where everything is installed, that is a failure.
pub fn missing(what: &str) {
    let said = format!("skipped: {what}\n");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{said}");
    // The test harness hides what `println!` prints.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
}

async fn there_and_back<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    bench.put(".a.json.regather-fedcba9876543210.new", "left behind");
    bench.put(".a.json.regather-fedcba9876543210.old", "an older plan's");
    let job = bench.job(&["a.json"]);
    let seen = bench.stage(&job).await.unwrap();
    assert_eq!(seen.files[0].staged, Some(job.files[0].want));
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD), "staging is inert");
    let seen = bench.target.activate(&job).await.unwrap();
    assert_eq!(bench.text("a.json").as_deref(), Some(NEW));
    assert_eq!(seen.files[0].live, Some(job.files[0].want));
    assert_eq!(seen.files[0].kept, Some(sha256(OLD.as_bytes())));
    assert_eq!(seen.stamp.as_deref(), Some(job.stamp.as_str()));
    let kept = ".a.json.regather-0123456789abcdef.old";
    assert_eq!(
        bench.others(),
        [kept, ".a.json.regather-stamp"],
        "no lock, nothing staged, nothing of others"
    );
    assert_eq!(bench.target.activate(&job).await.unwrap(), seen, "a stamp that stands is not given twice");
    assert_eq!(bench.target.look(&job).await.unwrap(), seen);
    assert_eq!(bench.stage(&job).await.unwrap(), seen, "equal files are left alone");
    let back = Job { stamp: format!("{PLAN}-2"), ..job };
    let seen = bench.target.roll_back(&back).await.unwrap();
    assert_eq!(bench.text("a.json").as_deref(), Some(OLD));
    assert_eq!(seen.stamp.as_deref(), Some(back.stamp.as_str()));
    assert_eq!(bench.target.roll_back(&back).await.unwrap(), seen);
}

async fn a_new_file_goes_away_again<T: Transport>(bench: &Bench<T>) {
    let mut job = bench.job(&["a.json"]);
    job.files[0].before = Some(None);
    bench.stage(&job).await.unwrap();
    let seen = bench.target.activate(&job).await.unwrap();
    assert_eq!((bench.text("a.json").as_deref(), seen.files[0].kept), (Some(NEW), None));
    job.stamp = format!("{PLAN}-2");
    let seen = bench.target.roll_back(&job).await.unwrap();
    assert_eq!((bench.text("a.json"), seen.files[0].live), (None, None));
}

async fn a_way_back_leaves_nothing_staged<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    assert!(bench.stage(&job).await.unwrap().files[0].staged.is_some());
    let back = Job { stamp: format!("{PLAN}-2"), ..job };
    let seen = bench.target.roll_back(&back).await.unwrap();
    assert_eq!((seen.files[0].live, seen.files[0].staged), (Some(sha256(OLD.as_bytes())), None));
    assert_eq!(bench.others(), [".a.json.regather-stamp"], "what was staged is gone");
}

async fn half_way_is_completed<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    bench.put("b.json", OLD);
    let job = bench.job(&["a.json", "b.json"]);
    bench.stage(&job).await.unwrap();
    // What a process leaves that died between the two files.
    bench.put(".a.json.regather-0123456789abcdef.old", OLD);
    std::fs::rename(bench.root.join(".a.json.regather-0123456789abcdef.new"), bench.root.join("a.json"))
        .unwrap();
    let seen = bench.target.activate(&job).await.unwrap();
    assert!(seen.files.iter().all(|file| file.live == Some(sha256(NEW.as_bytes()))));
    let back = Job { stamp: format!("{PLAN}-2"), ..job };
    bench.target.roll_back(&back).await.unwrap();
    assert_eq!((bench.text("a.json").as_deref(), bench.text("b.json").as_deref()), (Some(OLD), Some(OLD)));
}

async fn nothing_unexpected_is_overwritten<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    let fault = bench.target.activate(&job).await.unwrap_err();
    assert_eq!(fault.class, Class::StagedGone);
    bench.stage(&job).await.unwrap();
    bench.put(".a.json.regather-0123456789abcdef.new", "torn");
    assert_eq!(bench.target.activate(&job).await.unwrap_err().class, Class::StagedGone);
    bench.stage(&job).await.unwrap();
    bench.put("a.json", "somebody's own");
    assert_eq!(bench.target.activate(&job).await.unwrap_err().class, Class::Drifted);
    assert_eq!(bench.text("a.json").as_deref(), Some("somebody's own"));
    bench.put("a.json", OLD);
    bench.target.activate(&job).await.unwrap();
    let back = Job { stamp: format!("{PLAN}-2"), ..job.clone() };
    bench.put(".a.json.regather-0123456789abcdef.old", "torn");
    assert_eq!(bench.target.roll_back(&back).await.unwrap_err().class, Class::KeptGone);
    bench.put("a.json", "somebody's own");
    assert_eq!(bench.target.roll_back(&back).await.unwrap_err().class, Class::Drifted);
    assert_eq!(bench.text("a.json").as_deref(), Some("somebody's own"));
}

async fn one_at_a_time<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    bench.put(".a.json.regather-lock", "roll-out 2");
    let fault = bench.stage(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.detail.as_str()), (Class::Locked, "held by roll-out 2"));
    assert_eq!(bench.target.activate(&job).await.unwrap_err().class, Class::Locked);
    assert_eq!(bench.text(".a.json.regather-lock").as_deref(), Some("roll-out 2"));
    bench.put(".a.json.regather-lock", "roll-out 1");
    bench.stage(&job).await.unwrap();
    assert_eq!(bench.text(".a.json.regather-lock"), None, "an earlier process's lock is this roll-out's own");
}

async fn permissions_carry_over<T: Transport>(bench: &Bench<T>) {
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    set_mode(&bench.root.join("a.json"), 0o640);
    bench.stage(&job).await.unwrap();
    assert_eq!(mode(&bench.root.join(".a.json.regather-0123456789abcdef.new")), 0o640);
    bench.target.activate(&job).await.unwrap();
    assert_eq!(mode(&bench.root.join("a.json")), 0o640);
    assert_eq!(mode(&bench.root.join(".a.json.regather-0123456789abcdef.old")), 0o640);
}

async fn folders_that_are_not_there<T: Transport>(bench: &Bench<T>) {
    let mut job = bench.job(&["nowhere/a.json"]);
    job.files[0].before = None;
    let fault = bench.stage(&job).await.unwrap_err();
    assert_eq!((fault.class, fault.reached), (Class::NoFolder, crate::push::fault::Reached::Nothing));
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> u32 {
    0o640
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

#[tokio::test]
async fn locks_that_were_left_behind_are_taken_over_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench {
        target: Target::new(Folders),
        address: folder.path().to_str().unwrap().into(),
        prefix: String::new(),
        root: folder.path().into(),
        keeps_permissions: true,
    };
    bench.put("a.json", OLD);
    let job = bench.job(&["a.json"]);
    let (day, none) = (std::time::Duration::from_hours(24), std::time::Duration::ZERO);
    for (holder, leases) in [("", [day, none]), ("roll-out 2", [none, day])] {
        bench.put(".a.json.regather-lock", holder);
        bench.target.leases = [day, day];
        for _ in 0..2 {
            assert_eq!(bench.stage(&job).await.unwrap_err().class, Class::Locked, "{holder}");
        }
        bench.target.leases = leases;
        bench.stage(&job).await.unwrap();
    }
    // A holder whose restart may take long is left that long, and one whose time is over is not.
    bench.target.leases = [none, none];
    bench.put(".a.json.regather-lock", "roll-out 2, restarts for up to 900 s");
    for _ in 0..2 {
        assert_eq!(bench.stage(&job).await.unwrap_err().class, Class::Locked);
    }
    bench.put(".a.json.regather-lock", "roll-out 2, restarts for up to 0 s");
    assert_eq!(bench.stage(&job).await.unwrap_err().class, Class::Locked, "it is seen for the first time");
    bench.stage(&job).await.unwrap();
    // Its own from an earlier process is taken at once.
    bench.put(".a.json.regather-lock", "roll-out 1, restarts for up to 900 s");
    bench.stage(&job).await.unwrap();
    bench.target.leases = [day, day];
    bench.put(".a.json.regather-lock", "roll-out 3");
    assert_eq!(bench.stage(&job).await.unwrap_err().class, Class::Locked, "another one has its own time");
}

#[tokio::test]
async fn folders_conform() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench {
        target: Target::new(Folders),
        address: folder.path().to_str().unwrap().into(),
        prefix: String::new(),
        root: folder.path().into(),
        keeps_permissions: true,
    };
    conform(&bench).await;
    let job = Job { address: format!("{}/gone", bench.address), ..bench.job(&["a.json"]) };
    assert_eq!(bench.target.look(&job).await.unwrap_err().class, Class::NameUnknown);
    let mut job = bench.job(&["a.json"]);
    job.files[0].path = "../a.json".into();
    assert_eq!(bench.target.look(&job).await.unwrap_err().class, Class::NoFolder);
}
