//! What the screen says, as plain text.

use crate::base::hash::hex;
use crate::base::units;
use crate::desk::View;
use crate::desk::rollout::OpenView;
use crate::desk::rollout::standing::{Picture, WaveLine, is_trouble, storm_cells};
use crate::fleet::inventory::Named;
use crate::push::fault::Class;
use crate::push::plan::{Pauses, Plan, Way};
use crate::push::state::{Row, State, Status};
use serde_json::Value;
use std::sync::Arc;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Something is wrong.
    Bad,
    /// Worth a look.
    Unsure,
    /// Under way, or worth knowing.
    Info,
}

/// The answer of the screen: how the roll-out stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Sign before it.
    pub sign: &'static str,
    /// Its colour.
    pub tone: Tone,
    /// The answer.
    pub title: String,
    /// Why, and what to do.
    pub detail: String,
}

/// A class of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Word of the class.
    pub class: &'static str,
    /// `3 refused`.
    pub title: String,
    /// What happened and what to do.
    pub sentence: String,
    /// Whether devices of it can be served again by order.
    pub again: bool,
}

/// What is made of one picture of a roll-out.
#[derive(Debug)]
pub struct Made {
    picture: Arc<Picture>,
    /// Answer of the screen.
    pub head: Head,
    /// Numbers of the waves.
    pub waves: Vec<WaveLine>,
    /// What is wrong, most first.
    pub troubles: Vec<Trouble>,
    /// How many devices stand in each state that is there.
    pub states: Vec<(State, u32)>,
}

impl Made {
    /// Returns what is made of a picture.
    pub fn of(picture: &Arc<Picture>) -> Self {
        let count = |state: &State| (*state, picture.count(*state));
        Self {
            head: head(picture),
            waves: picture.waves(),
            troubles: troubles(picture),
            states: State::ALL.iter().map(count).filter(|(_, n)| *n > 0).collect(),
            picture: Arc::clone(picture),
        }
    }

    /// Returns whether it is made of this picture.
    pub fn is_of(&self, picture: &Arc<Picture>) -> bool {
        Arc::ptr_eq(&self.picture, picture)
    }
}

/// Returns how many devices, in words: `1 device`, `12 000 devices`.
pub fn devices(n: u32) -> String {
    format!("{} {}", units::count(n.into()), if n == 1 { "device" } else { "devices" })
}

/// Returns how far it is: `34 of 200 confirmed`.
fn confirmed(picture: &Picture) -> String {
    let done = units::count(picture.count(State::Verified).into());
    format!("{done} of {} confirmed", units::count(picture.served().into()))
}

/// Returns the wave that is served: `wave 2 of 3`.
fn wave(picture: &Picture) -> String {
    format!("wave {} of {}", picture.standing.wave + 1, picture.plan.sizes().len())
}

/// Returns how the roll-out stands.
pub fn head(picture: &Picture) -> Head {
    let cause = picture.standing.cause.clone();
    let detail =
        |advice: &str| if cause.is_empty() { advice.to_owned() } else { format!("{cause}. {advice}") };
    let (sign, tone, title, detail) = match picture.standing.status {
        Status::Ready => (
            "·",
            Tone::Info,
            format!("Ready: {}", devices(picture.served())),
            "Nothing is begun. Each restart is a reconnect; what that does to the platform is simulated beside."
                .to_owned(),
        ),
        Status::Running | Status::RollingBack if picture.interrupted() => (
            "⚠",
            Tone::Unsure,
            format!("Stands still: {}", confirmed(picture)),
            "The program that drove it ended, and nothing goes on by itself. Resume, roll back, or leave it: devices of which it is not known what happened are read back first."
                .to_owned(),
        ),
        Status::Running => (
            "▸",
            Tone::Info,
            format!("Running, {}: {}", wave(picture), confirmed(picture)),
            detail("Files are written first; restarts follow at their rate"),
        ),
        Status::RollingBack => (
            "▸",
            Tone::Info,
            format!("Rolling back: {} back", back(picture)),
            detail("Previous files come back, and agents restart at their rate"),
        ),
        Status::Paused => (
            "⚠",
            Tone::Unsure,
            format!("Paused, {}: {}", wave(picture), confirmed(picture)),
            detail("Nothing new is begun until somebody resumes it"),
        ),
        Status::Tripped => (
            "✕",
            Tone::Bad,
            format!("Stopped itself: {}", confirmed(picture)),
            detail("It stays stopped. Look at what is wrong, roll back, or make a new plan"),
        ),
        Status::Stopped if is_taken_back(picture) => (
            "✓",
            Tone::Info,
            format!("Rolled back: {} devices have their previous files", back(picture)),
            "Once it is known what was wrong, make a new plan.".to_owned(),
        ),
        Status::Stopped => (
            "✕",
            Tone::Bad,
            format!("Stopped: {}", confirmed(picture)),
            detail("It stays stopped. Look at, restart or roll back who failed or is in doubt, then make a new plan: devices that are done are skipped in it"),
        ),
        Status::Finished if picture.rows.iter().any(|row| is_trouble(row.state)) => (
            "⚠",
            Tone::Unsure,
            format!("Through all waves: {}", confirmed(picture)),
            "Not every device was served. Retry those below, or roll them back.".to_owned(),
        ),
        Status::Finished => {
            ("✓", Tone::Good, format!("Done: {}", confirmed(picture)), "Every wave is through.".to_owned())
        }
    };
    Head { sign, tone, title, detail }
}

/// Returns how many devices have their previous files back.
fn back(picture: &Picture) -> String {
    units::count(picture.count(State::RolledBack).into())
}

/// Returns whether every device that was changed is as it was before.
fn is_taken_back(picture: &Picture) -> bool {
    let is_open = |state| is_trouble(state) || matches!(state, State::Restarted | State::Verified);
    picture.count(State::RolledBack) > 0 && !picture.rows.iter().any(|row| is_open(row.state))
}

/// Returns what the line on every screen says while a roll-out is going on.
pub fn going(open: &OpenView<'_>, closing: bool) -> String {
    let picture = open.picture;
    let doing = match picture.standing.status {
        _ if closing => "pausing, then the window closes".to_owned(),
        Status::RollingBack => "rolling back".to_owned(),
        _ => wave(picture),
    };
    format!("Roll-out {}: {doing}, {}", open.name(), confirmed(picture))
}

fn troubles(picture: &Picture) -> Vec<Trouble> {
    let each = picture.classes().into_iter().map(|(class, n)| Trouble {
        class: class.word(),
        title: format!("{} {}", units::count(n.into()), class.word().replace('-', " ")),
        sentence: format!("{}.", class.sentence()),
        again: can_retry(picture, class),
    });
    each.collect()
}

/// Returns whether devices of a class would be served again by an order to retry.
fn can_retry(picture: &Picture, class: Class) -> bool {
    let open = |row: &Row| {
        row.class == Some(class) && matches!(row.state, State::Failed | State::Unreachable) && !row.back
    };
    picture.rows.iter().any(open)
}

/// Returns a wave in a sentence.
pub fn wave_spoken(line: &WaveLine) -> String {
    let [all, written, confirmed, failed, away, doubt, drifted, back] = line.numbers;
    let name = if line.name == "equal" { "Left alone".to_owned() } else { format!("Wave {}", line.name) };
    let more =
        [(failed, "failed"), (away, "unreached"), (doubt, "in doubt"), (drifted, "drifted"), (back, "back")];
    let more = more.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!(", {n} {word}"));
    let more = more.collect::<Vec<_>>().concat();
    format!("{name}: {}, {written} written, {confirmed} confirmed{more}", devices(all))
}

/// Returns the cells of a wave.
pub fn wave_cells(line: &WaveLine) -> Vec<String> {
    let zero = |n: &u32| if *n == 0 { "–".to_owned() } else { units::count((*n).into()) };
    std::iter::once(line.name.clone()).chain(line.numbers.iter().map(zero)).collect()
}

/// Returns what is predicted of every wave and of the way back: cells and a sentence.
pub fn storms(plan: &Plan) -> Vec<(Vec<String>, String)> {
    let Some(prediction) = &plan.request().prediction else { return Vec::new() };
    let each = prediction.storms.iter().enumerate().map(|(at, storm)| {
        let cells = storm_cells(at, prediction, storm);
        let name = crate::desk::rollout::chart::name(plan, at);
        let spoken = format!(
            "Predicted for {name}: {} devices in {}, up to {} sign-ins/s, busiest tier {}",
            cells[1], cells[2], cells[3], cells[4]
        );
        (cells.to_vec(), spoken)
    });
    each.collect()
}

/// Returns what the plan says, line by line.
pub fn facts(plan: &Plan) -> Vec<(&'static str, String)> {
    let request = plan.request();
    let (gate, budgets, pace) = (&request.gate, &request.budgets, &request.pace);
    let sizes: Vec<String> = plan.sizes().iter().map(|size| units::count((*size).into())).collect();
    let mut facts = vec![
        ("Waves", format!("{} devices", sizes.join(", "))),
        (
            "Rate",
            format!("{} restarts/s, {} at once", units::significant(pace.activations_per_s), pace.at_once),
        ),
        (
            "Gate",
            format!(
                "{} confirmed, then {}",
                units::percent(f64::from(gate.confirmed_pct_x100) / 10_000.0),
                units::duration(gate.observe_s.into())
            ),
        ),
        (
            "Stops at more than",
            format!(
                "{} failed, {} unreached, {} in doubt, {} drifted",
                budgets.failed, budgets.unreachable, budgets.unknown, budgets.drifted
            ),
        ),
        ("Pauses", pauses(&request.pauses)),
    ];
    if plan.equal() > 0 {
        facts.push(("Left alone", format!("{} have every file as wanted", devices(plan.equal() as u32))));
    }
    facts.extend(windows(plan).map(|windows| ("Windows", windows)));
    facts.push((
        "Over",
        match &request.way {
            Way::Folder => "folders of this computer".to_owned(),
            Way::Ssh { user, restart, .. } => format!("SSH as {user}, then `{restart}`"),
            Way::Platform { url, restart, .. } => format!("the platform {url}, then its service `{restart}`"),
        },
    ));
    if let Some(url) = &request.confirm_at {
        facts.push(("Confirmed by", format!("{url} too, once it has seen the device connect")));
    }
    if let Some(known) = &request.prediction {
        let lasts = format!(
            "{}, taking it back {}",
            units::duration(known.lasts_s),
            units::duration(known.roll_back_lasts_s)
        );
        facts.push(("Lasts", lasts));
    }
    if let Some(name) = &request.overload_accepted_by {
        facts.push(("Overload", format!("taken over by {name}")));
    }
    if request.approvals > 0 {
        facts.push(("Approvals", format!("{} beside whoever starts it", request.approvals)));
    }
    facts.push(("Hash", hex(plan.hash())[..16].to_owned()));
    facts
}

fn pauses(pauses: &Pauses) -> String {
    match pauses {
        Pauses::Never => "after no wave".to_owned(),
        Pauses::Each => "after each wave".to_owned(),
        Pauses::After(waves) => {
            let waves: Vec<String> = waves.iter().map(u32::to_string).collect();
            format!("after wave {}", waves.join(", "))
        }
    }
}

/// Returns the maintenance windows by group, `None` where there are none.
fn windows(plan: &Plan) -> Option<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let groups = plan.groups().iter().filter(|group| !group.windows.is_empty()).map(|group| {
        let windows: Vec<String> = group
            .windows
            .iter()
            .filter_map(|window| serde_json::to_value(window).ok())
            .map(|window| {
                let days: Vec<String> = window["days"].as_array().into_iter().flatten().map(text).collect();
                format!("{} {}-{}", days.join(","), text(&window["from"]), text(&window["to"]))
                    .trim()
                    .to_owned()
            })
            .collect();
        format!("{} {} {}", group.id, windows.join("; "), group.zone.as_deref().unwrap_or("own zones"))
    });
    let groups: Vec<String> = groups.collect();
    (!groups.is_empty()).then(|| groups.join(" · "))
}

/// Returns the devices in a state, or all of them, whose thing holds a text.
pub fn listed(picture: &Picture, state: Option<State>, text: &str) -> Vec<u32> {
    let text = text.trim().to_lowercase();
    let each = picture.plan.devices().iter().zip(&picture.rows).zip(0..);
    each.filter(|((device, row), _)| {
        state.is_none_or(|state| row.state == state)
            && (text.is_empty() || device.thing.to_lowercase().contains(&text))
    })
    .map(|(_, at)| at)
    .collect()
}

/// Returns the cells of a device.
pub fn device_cells(picture: &Picture, at: u32) -> Option<Vec<String>> {
    let (device, row) = (picture.plan.devices().get(at as usize)?, picture.rows.get(at as usize)?);
    let wave = device.wave.map_or_else(|| "–".to_owned(), |wave| (wave + 1).to_string());
    let why = row.class.map_or("–", Class::word).to_owned();
    Some(vec![device.thing.to_string(), wave, row.state.word().to_owned(), why])
}

/// Returns what still stands against a plan, or is in order: whether it is, and what it is.
pub fn needs(view: &View<'_>) -> Vec<(bool, String)> {
    let listed = match (view.devices.list, Named::of(view.file)) {
        (Some(list), _) => (true, format!("List of devices: {}", devices(list.len()))),
        (None, Ok(Some(named))) => (true, format!("List of devices: {}", named.file)),
        (None, _) => (false, "No list of devices: import one, with a column for the address".to_owned()),
    };
    let has = match view.compared {
        Some(compared) => (true, format!("What devices have: {}", compared.name())),
        None if view.rollout.form.as_generated => {
            (true, "Files replace whatever stands on the devices".to_owned())
        }
        None => (false, "What devices have is not known: compare with their files first".to_owned()),
    };
    let saved = match (view.dirty, view.path, view.origin) {
        (false, Some(_), _) => (true, "The project is saved".to_owned()),
        (false, None, "example") => (true, "The project is a shipped example".to_owned()),
        _ => (
            false,
            "The project is not saved, and files are made from it again when they are sent".to_owned(),
        ),
    };
    vec![saved, listed, has]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::plan::tests::{candidate, request};

    fn picture(change: impl FnOnce(&mut Picture)) -> Arc<Picture> {
        let plan = Plan::new(request("2,rest"), (0..6).map(candidate).collect()).unwrap();
        let mut picture = Picture::fresh(Arc::new(plan));
        change(&mut picture);
        Arc::new(picture)
    }

    #[test]
    fn every_status_has_an_answer_that_says_what_to_do() {
        for status in Status::ALL {
            for driven in [false, true] {
                let made = Made::of(&picture(|picture| {
                    picture.standing.status = *status;
                    picture.driven = driven;
                }));
                assert!(!made.head.title.is_empty() && !made.head.detail.is_empty(), "{status:?}");
            }
        }
        let stands = head(&picture(|picture| picture.standing.status = Status::Running));
        assert!(
            stands.title.starts_with("Stands still") && stands.detail.contains("nothing goes on by itself")
        );
    }

    #[test]
    fn troubles_come_with_their_remedy_and_only_some_can_be_retried() {
        let made = Made::of(&picture(|picture| {
            (picture.rows[0].state, picture.rows[0].class) = (State::Unreachable, Some(Class::Refused));
            (picture.rows[1].state, picture.rows[1].class) = (State::Unreachable, Some(Class::Refused));
            (picture.rows[2].state, picture.rows[2].class) = (State::InDoubt, Some(Class::NoStamp));
        }));
        assert_eq!(made.troubles[0].title, "2 refused");
        assert_eq!((made.troubles[0].again, made.troubles[1].again), (true, false));
        assert_eq!(made.states, [(State::Pending, 3), (State::Unreachable, 2), (State::InDoubt, 1)]);
        assert_eq!(wave_spoken(&made.waves[0]), "Wave 1: 2 devices, 0 written, 0 confirmed, 2 unreached");
        assert_eq!(wave_cells(&made.waves[0])[..3], ["1", "2", "–"]);
    }

    #[test]
    fn devices_are_found_by_state_and_by_name() {
        let picture = picture(|picture| picture.rows[3].state = State::Failed);
        assert_eq!(listed(&picture, Some(State::Failed), ""), [3]);
        let thing = picture.plan.devices()[4].thing.to_lowercase();
        assert_eq!(listed(&picture, None, &thing), [4]);
        assert_eq!(device_cells(&picture, 3).unwrap()[2], "failed");
        assert_eq!(device_cells(&picture, 99), None);
    }

    #[test]
    fn a_plan_is_told_line_by_line() {
        let facts = facts(&picture(|_| ()).plan);
        let of = |name: &str| &facts.iter().find(|(own, _)| *own == name).unwrap().1;
        assert_eq!(of("Waves"), "2, 4 devices");
        assert_eq!(of("Pauses"), "after wave 1");
        assert!(of("Stops at more than").starts_with("2 failed, 5 unreached"));
    }
}
