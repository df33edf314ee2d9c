//! Where a roll-out stands, as both faces show it: numbers by wave, troubles by class, and words.

use crate::base::units;
use crate::push::fault::Class;
use crate::push::journal::{Journal, JournalError, Returned, Standing};
use crate::push::machine::Scope;
use crate::push::plan::{Plan, Prediction, Storm};
use crate::push::state::{Row, State, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many devices of a wave stand where.
pub type Tally = BTreeMap<State, u32>;

/// Heads of the numbers of a wave, in the order of [`Picture::waves`].
pub const WAVE_HEADS: [&str; 9] =
    ["wave", "devices", "written", "confirmed", "failed", "unreached", "in doubt", "drifted", "back"];

/// Heads of what is predicted of a wave, in the order of [`storm_cells`].
pub const STORM_HEADS: [&str; 7] =
    ["wave", "devices", "lasts", "sign-ins/s", "busiest tier", "lost attempts", "95 % back after"];

/// A roll-out at a moment.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The plan.
    pub plan: Arc<Plan>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether a program drives it.
    pub driven: bool,
    /// How every device stands, in the order of the plan.
    pub rows: Vec<Row>,
    /// Whether it has a journal: somebody approved or started it.
    pub begun: bool,
    /// People who approved the plan.
    pub approvals: u32,
    /// When devices were back, where somebody follows that.
    pub returned: Arc<Returned>,
}

/// Numbers of one wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaveLine {
    /// `1`, or `equal` for those that are left alone.
    pub name: String,
    /// Numbers in the order of [`WAVE_HEADS`] without the first.
    pub numbers: [u32; 8],
}

impl Picture {
    /// Reads where the roll-out of a journal stands.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn of(journal: &Journal) -> Result<Self, JournalError> {
        Self::with(Arc::new(journal.plan()?), journal)
    }

    /// Reads where the roll-out of a journal stands, whose plan is known.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn with(plan: Arc<Plan>, journal: &Journal) -> Result<Self, JournalError> {
        Ok(Self {
            standing: journal.standing()?,
            driven: journal.is_driven()?,
            rows: journal.rows()?,
            begun: true,
            approvals: journal.approvals(&plan, "")?,
            returned: Arc::default(),
            plan,
        })
    }

    /// Returns a plan that nobody approved or started.
    pub fn fresh(plan: Arc<Plan>) -> Self {
        let rows = plan.devices().iter().map(|device| Row {
            state: if device.wave.is_some() { State::Pending } else { State::Skipped },
            ..Row::default()
        });
        Self {
            rows: rows.collect(),
            standing: Standing { status: Status::Ready, cause: String::new(), wave: 0 },
            driven: false,
            begun: false,
            approvals: 0,
            returned: Arc::default(),
            plan,
        }
    }

    /// Returns the tally of each wave, and last that of those that are left alone.
    pub fn tallies(&self) -> Vec<Tally> {
        let mut tallies = vec![Tally::new(); self.plan.sizes().len() + 1];
        for (device, row) in self.plan.devices().iter().zip(&self.rows) {
            let wave = device.wave.map_or(self.plan.sizes().len(), |wave| wave as usize);
            *tallies[wave].entry(row.state).or_default() += 1;
        }
        tallies
    }

    /// Returns the numbers of each wave, and last of those that are left alone; nothing for waves without devices.
    pub fn waves(&self) -> Vec<WaveLine> {
        let sum = |tally: &Tally, states: &[State]| -> u32 {
            states.iter().filter_map(|state| tally.get(state)).sum()
        };
        let written = [State::Staged, State::Activating, State::Restarted, State::Verified];
        // Whoever turned out to have every file as wanted is confirmed without a restart.
        let confirmed = [State::Verified, State::Skipped];
        let lines = self.tallies().into_iter().enumerate().map(|(wave, tally)| WaveLine {
            name: if wave < self.plan.sizes().len() { (wave + 1).to_string() } else { "equal".into() },
            numbers: [
                tally.values().sum(),
                sum(&tally, &written),
                sum(&tally, &confirmed),
                sum(&tally, &[State::Failed]),
                sum(&tally, &[State::Unreachable]),
                sum(&tally, &[State::InDoubt]),
                sum(&tally, &[State::Drifted]),
                sum(&tally, &[State::RolledBack]),
            ],
        });
        lines.filter(|line| line.numbers[0] > 0).collect()
    }

    /// Returns how often each class stands, most first.
    pub fn classes(&self) -> Vec<(Class, u32)> {
        let mut classes = BTreeMap::<Class, u32>::new();
        for row in &self.rows {
            if let Some(class) = row.class.filter(|_| is_trouble(row.state)) {
                *classes.entry(class).or_default() += 1;
            }
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        classes.sort_by_key(|(class, n)| (std::cmp::Reverse(*n), *class));
        classes
    }

    /// Returns how many devices stand in a state.
    pub fn count(&self, state: State) -> u32 {
        self.rows.iter().filter(|row| row.state == state).count() as u32
    }

    /// Returns the number of devices that the roll-out serves.
    pub fn served(&self) -> u32 {
        self.plan.sizes().iter().sum()
    }

    /// Returns whether the journal says that devices are being served, whoever does that.
    pub fn moves(&self) -> bool {
        matches!(self.standing.status, Status::Running | Status::RollingBack)
    }

    /// Returns whether the program that drove it ended in the middle: nothing goes on by itself then.
    pub fn interrupted(&self) -> bool {
        self.moves() && !self.driven
    }

    /// Returns where it stands, as a person would say it.
    pub fn said(&self) -> String {
        let status = self.standing.status;
        match (self.moves(), self.driven) {
            (true, false) => {
                let goes_on =
                    if status == Status::Running { "`rollout resume` goes on" } else { "order it again" };
                format!(
                    "interrupted: {} when its program ended. Nothing goes on by itself; {goes_on}",
                    status.word()
                )
            }
            (false, true) => format!("{}, a program waits for orders", status.word()),
            _ => status.word().to_owned(),
        }
    }

    /// Returns how many devices a roll-back would touch.
    pub fn touched(&self, scope: Scope) -> u32 {
        let each = self.plan.devices().iter().zip(&self.rows).enumerate();
        let touched = each.filter(|(at, (device, row))| {
            let inside = match scope {
                Scope::All => true,
                Scope::Wave(wave) => device.wave == Some(wave),
                Scope::Device(place) => *at == place as usize,
            };
            let old = match row.state {
                // Where an activation was begun some files may be in place.
                State::Pending | State::Staged => row.round == 0,
                State::RolledBack | State::Skipped => true,
                _ => false,
            };
            inside && !old
        });
        touched.count() as u32
    }

    /// Returns the devices in one of these states as a table of comma-separated values, with a head.
    pub fn csv(&self, states: &[State]) -> String {
        let mut text = String::from("thing,wave,group,site,address,state,class,restarts,message\n");
        let groups = self.plan.groups();
        let rows = self.plan.devices().iter().zip(&self.rows);
        for (device, row) in rows.filter(|(_, row)| states.contains(&row.state)) {
            let wave = device.wave.map_or_else(String::new, |wave| (wave + 1).to_string());
            let (class, message) = row.class.map_or(("", ""), |class| (class.word(), class.sentence()));
            let restarts = row.round.to_string();
            let fields = [
                &*device.thing,
                &wave,
                &groups[usize::from(device.group)].id,
                &device.site,
                &device.address,
                row.state.word(),
                class,
                &restarts,
                message,
            ];
            text += &fields.map(quoted).join(",");
            text.push('\n');
        }
        text
    }
}

/// Returns a field of a table, in quotes where it needs them; what a spreadsheet would take for a formula does.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@']);
    if !formula && !field.contains([',', '"', '\n', '\r']) {
        return field.to_owned();
    }
    let doubled = field.replace('"', "\"\"");
    if formula { format!("\"'{doubled}\"") } else { format!("\"{doubled}\"") }
}

/// Returns whether a state calls for somebody.
pub fn is_trouble(state: State) -> bool {
    matches!(state, State::Failed | State::Unreachable | State::InDoubt | State::Drifted)
}

/// Returns what is predicted of a wave as cells in the order of [`STORM_HEADS`]; the last storm is that of the
/// roll-back.
pub fn storm_cells(at: usize, prediction: &Prediction, storm: &Storm) -> [String; 7] {
    let name = if at + 1 == prediction.storms.len() { "back".to_owned() } else { (at + 1).to_string() };
    [
        name,
        units::count(storm.devices.into()),
        units::duration(storm.lasts_s),
        units::significant(storm.peak_sign_ins_per_s),
        units::percent(storm.utilisation),
        units::count(storm.lost_attempts),
        storm.back_s.map_or_else(|| "never".to_owned(), units::duration),
    ]
}

/// Returns what taking it back was simulated to do, in a sentence; `None` where nothing was simulated.
pub fn way_back(plan: &Plan) -> Option<String> {
    let storm = plan.request().prediction.as_ref()?.storms.last()?;
    Some(format!(
        "Taking back all {} devices was simulated: {} of restarts, up to {} sign-ins/s, busiest tier {}.",
        units::count(storm.devices.into()),
        units::duration(storm.lasts_s),
        units::significant(storm.peak_sign_ins_per_s),
        units::percent(storm.utilisation)
    ))
}

/// Returns whether what somebody typed is this number of devices; spaces between digits do not matter.
pub fn is_count(typed: &str, devices: u32) -> bool {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let plain = typed.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == ',' || c == '.');
    plain && digits.parse() == Ok(devices)
}

/// Returns the scopes of a roll-back that there are: all, then each wave.
pub fn scopes(picture: &Picture) -> Vec<(Scope, String)> {
    let waves =
        (0..picture.plan.sizes().len() as u32).map(|wave| (Scope::Wave(wave), format!("Wave {}", wave + 1)));
    std::iter::once((Scope::All, "All waves".to_owned())).chain(waves).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::plan::tests::{candidate, request};

    fn picture() -> Picture {
        Picture::fresh(Arc::new(Plan::new(request("2,rest"), (0..6).map(candidate).collect()).unwrap()))
    }

    #[test]
    fn numbers_stand_by_wave() {
        let mut picture = picture();
        picture.rows[0].state = State::Verified;
        picture.rows[1].state = State::Failed;
        picture.rows[1].class = Some(Class::Denied);
        picture.rows[2].state = State::Staged;
        picture.rows[3].state = State::Skipped;
        let waves = picture.waves();
        assert_eq!(waves.len(), 2, "nobody is equal");
        assert_eq!(waves[0].numbers, [2, 1, 1, 1, 0, 0, 0, 0]);
        assert_eq!(waves[1].numbers, [4, 1, 1, 0, 0, 0, 0, 0]);
        assert_eq!(picture.classes(), [(Class::Denied, 1)]);
        assert_eq!((picture.touched(Scope::All), picture.touched(Scope::Wave(1))), (2, 0));
    }

    #[test]
    fn an_interruption_is_said_and_is_not_going_on() {
        let mut picture = picture();
        assert_eq!(picture.said(), "ready");
        picture.standing.status = Status::Running;
        assert!(picture.interrupted() && picture.said().contains("when its program ended"));
        picture.driven = true;
        assert!(!picture.interrupted());
        picture.standing.status = Status::Paused;
        assert!(picture.said().contains("waits for orders"));
    }

    #[test]
    fn a_table_of_devices_starts_no_formula_and_keeps_its_columns() {
        let table = picture().csv(State::ALL);
        assert_eq!(table.lines().count(), 7);
        assert!(table.lines().all(|line| line.split(',').count() == 9), "{table}");
        assert_eq!(quoted("=cmd()"), "\"'=cmd()\"");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn only_the_number_itself_confirms() {
        for typed in ["12000", "12 000", " 12000 ", "12\u{2009}000", "12,000"] {
            assert!(is_count(typed, 12_000), "{typed}");
        }
        for typed in ["", "1200", "yes", "12000 devices", "-12000"] {
            assert!(!is_count(typed, 12_000), "{typed}");
        }
    }
}
