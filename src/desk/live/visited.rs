//! The agent as a panel sees it: how it stands, the steps of its newest attempt, and the words for them.

use super::log::Log;
use crate::base::Micros;
use crate::base::units::duration;
use crate::live::agent::SHUTDOWN;
use crate::live::connect::Step;

/// How the agent stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// None was started.
    #[default]
    Idle,
    /// Its key and its certificates are fetched.
    Prepares,
    /// It waits until then, on the clock of the engine.
    Waits(Micros),
    /// It makes an attempt.
    Tries,
    /// It is signed in and bound.
    Back,
    /// It will not try again by itself.
    GaveUp,
    /// It was told to stop.
    Stops,
    /// It has stopped.
    Stopped,
}

/// A step of the newest attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepDone {
    /// Which one.
    pub step: Step,
    /// How long it took.
    pub took: Micros,
    /// What there is to know, such as the address or the certificate.
    pub detail: String,
    /// Whether it failed.
    pub failed: bool,
}

/// The agent as a panel sees it.
#[derive(Clone, Debug, Default)]
pub struct Visited {
    /// How it stands.
    pub standing: Standing,
    /// Address of its platform.
    pub address: String,
    /// Whether that is anything but this computer.
    pub remote: bool,
    /// Whether the connection is encrypted.
    pub encrypted: bool,
    /// The thing that it binds.
    pub thing: String,
    /// The steps of the newest attempt, in their order.
    pub steps: Vec<StepDone>,
    /// Why it is not connected, in words; empty where nothing is known.
    pub trouble: String,
    /// How long it took to stop, from the wish to the end.
    pub stopped_in: Option<Micros>,
    /// Its log.
    pub log: Log,
    /// Events and frames that came faster than they could be taken in.
    pub missed: u64,
}

impl Visited {
    /// Returns whether it can be told to stop.
    pub fn active(&self) -> bool {
        matches!(
            self.standing,
            Standing::Prepares
                | Standing::Waits(_)
                | Standing::Tries
                | Standing::Back
                | Standing::GaveUp
                | Standing::Stops
        )
    }
}

/// Returns how the agent stands, in words.
pub fn standing_words(visited: &Visited) -> String {
    match visited.standing {
        Standing::Idle => "No agent runs".to_owned(),
        Standing::Prepares => "Fetching key and certificates".to_owned(),
        Standing::Waits(_) => format!("{} waits before its next attempt", visited.thing),
        Standing::Tries => format!("{} connects", visited.thing),
        Standing::Back => format!("{} is connected", visited.thing),
        Standing::GaveUp => format!("{} gave up", visited.thing),
        Standing::Stops => format!("{} stops", visited.thing),
        Standing::Stopped => match visited.stopped_in {
            Some(took) if took <= SHUTDOWN => format!("Stopped within {}", duration(took.secs())),
            Some(took) => format!("Stopped after {}", duration(took.secs())),
            None => "Not connected".to_owned(),
        },
    }
}

/// The rows of the steps: each with its word, whether it is done, failed or open, its time and what there is to know.
pub fn step_rows(visited: &Visited) -> Vec<StepRow> {
    let row = |(step, name): (Step, &'static str)| {
        let done = visited.steps.iter().find(|done| done.step == step);
        let skipped = step == Step::Tls && !visited.encrypted && visited.standing != Standing::Idle;
        StepRow {
            name,
            sign: match done {
                Some(done) if done.failed => "✕",
                Some(_) => "✓",
                None if skipped => "~",
                None => "–",
            },
            failed: done.is_some_and(|done| done.failed),
            took: done.map_or_else(String::new, |done| duration(done.took.secs())),
            detail: match done {
                Some(done) => done.detail.clone(),
                None if skipped => "not encrypted".to_owned(),
                None => String::new(),
            },
        }
    };
    let names = [
        (Step::Name, "DNS"),
        (Step::Tcp, "TCP"),
        (Step::Tls, "TLS"),
        (Step::Upgrade, "Upgrade"),
        (Step::Auth, "AUTH"),
        (Step::Bind, "BIND"),
    ];
    names.into_iter().map(row).collect()
}

/// One row of the steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Name of the step.
    pub name: &'static str,
    /// Done, failed, left out, or open.
    pub sign: &'static str,
    /// Whether it failed.
    pub failed: bool,
    /// How long it took; empty where it was not taken.
    pub took: String,
    /// What there is to know.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_were_not_taken_say_so() {
        let mut visited = Visited::default();
        assert!(step_rows(&visited).iter().all(|row| row.sign == "–" && row.detail.is_empty()));
        visited.standing = Standing::GaveUp;
        let failed =
            StepDone { step: Step::Tcp, took: Micros(1_500), detail: "refused".into(), failed: true };
        visited.steps = vec![
            StepDone { step: Step::Name, took: Micros(10), detail: "127.0.0.1:1".into(), failed: false },
            failed,
        ];
        let rows = step_rows(&visited);
        let signs: Vec<&str> = rows.iter().map(|row| row.sign).collect();
        assert_eq!(signs, ["✓", "✕", "~", "–", "–", "–"]);
        assert_eq!((rows[1].took.as_str(), rows[1].detail.as_str()), ("1.5 ms", "refused"));
        assert_eq!(rows[2].detail, "not encrypted");
    }
}
