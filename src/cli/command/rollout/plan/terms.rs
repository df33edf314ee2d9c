//! What people decide about a roll-out, as arguments.

use crate::base::units;
use crate::cli::error::CommandError;
use crate::push::plan::{
    Budgets, Gate, GroupTerms, Inputs, Pace, Pauses, Request, Sequence, Staging, Way, Window,
};
use serde_json::json;

/// Rate of a plan that is not simulated yet \[restarts/s\].
const NOT_SOLVED: f64 = 1.0;

/// Waves, gates, budgets, windows and pace.
#[derive(Debug, clap::Args)]
pub struct Terms {
    /// Waves, such as 10,10%,40%,rest
    #[arg(long, value_name = "WAVES", default_value = "10,10%,40%,rest")]
    waves: String,
    /// Decides which devices come in which wave
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Go through the waves for one group after the other
    #[arg(long)]
    group_after_group: bool,
    /// Write all files first: who cannot be reached is known before anybody is restarted
    #[arg(long)]
    stage_all: bool,
    /// Share of a wave that must be confirmed before the next
    #[arg(long, value_name = "SHARE", default_value = "95%")]
    confirmed: String,
    /// Wait after a wave before the next
    #[arg(long, value_name = "DURATION", default_value = "5min")]
    observe: String,
    /// Wait for `rollout resume` after waves: each, never, or numbers such as 1,2
    #[arg(long, value_name = "WAVES", default_value = "1")]
    pause_after: String,
    /// Devices that may fail before everything stops; without it 1 in 100
    #[arg(long, value_name = "N")]
    max_failed: Option<u32>,
    /// Devices that may be out of reach before everything stops; without it 1 in 20
    #[arg(long, value_name = "N")]
    max_unreachable: Option<u32>,
    /// Devices of which it may be unknown whether they restarted
    #[arg(long, value_name = "N", default_value_t = 0)]
    max_unknown: u32,
    /// Devices that somebody else may have changed; without it 1 in 100
    #[arg(long, value_name = "N")]
    max_drifted: Option<u32>,
    /// Restarts per second; without it solved from what the platform bears
    #[arg(long, value_name = "N")]
    rate: Option<String>,
    /// Restarts that may come at once after a quiet time
    #[arg(long, value_name = "N", default_value_t = 1)]
    burst: u32,
    /// Devices that are worked on at once
    #[arg(long, value_name = "N", default_value_t = 16)]
    at_once: u32,
    /// Look at a device again this long after its restart
    #[arg(long, value_name = "DURATION", default_value = "10s")]
    verify_after: String,
    /// Longest time for a restart
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    restart_time: String,
    /// People who have to approve the plan, beside whoever starts it
    #[arg(long, value_name = "N", default_value_t = 0)]
    approvals: u32,
    /// When agents may restart, in the devices' own time: `sat,sun 22:00-04:00`, for one group
    /// `pumps=22:00-04:00`; can be repeated
    #[arg(long, value_name = "WINDOW")]
    window: Vec<String>,
    /// Time zone of devices whose row names none, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Take it upon yourself that the simulation says the platform does not bear it
    #[arg(long, value_name = "NAME")]
    accept_overload_by: Option<String>,
}

impl Terms {
    /// Returns how many devices are worked on at once.
    pub fn at_once(&self) -> u32 {
        self.at_once
    }

    /// Returns the rate that was chosen \[restarts/s\].
    ///
    /// # Errors
    /// A usage error where it is no number.
    pub fn rate(&self) -> Result<Option<f64>, CommandError> {
        let Some(text) = self.rate.as_deref() else { return Ok(None) };
        let number = units::parse_number(text.trim_end_matches("/s")).filter(|rate| *rate > 0.0);
        number.map(Some).ok_or_else(|| wrong("--rate", text, "Write restarts per second, such as 2.5."))
    }

    /// Returns the decisions for a number of devices of some groups.
    ///
    /// # Errors
    /// A usage error for the first that cannot be read.
    pub fn request(
        &self,
        (project_sha256, scenario): (String, String),
        groups: Vec<String>,
        devices: usize,
    ) -> Result<Request, CommandError> {
        let part = |of: u32| (devices as u32).div_ceil(of);
        let mut windows = Vec::new();
        for text in &self.window {
            windows.push(window(text)?);
        }
        if let Some((group, _)) =
            windows.iter().find(|(group, _)| group.as_ref().is_some_and(|group| !groups.contains(group)))
        {
            let group = group.clone().unwrap_or_default();
            return Err(CommandError::usage(format!("There is no group `{group}` for a window."))
                .did_you_mean(&group, groups.iter().map(String::as_str)));
        }
        let terms = |id: String| GroupTerms {
            zone: self.zone.clone(),
            windows: windows
                .iter()
                .filter(|(group, _)| group.as_ref().is_none_or(|group| *group == id))
                .map(|(_, window)| window.clone())
                .collect(),
            id,
        };
        Ok(Request {
            project_sha256,
            scenario,
            seed: self.seed,
            waves: self.waves.clone(),
            sequence: if self.group_after_group { Sequence::GroupAfterGroup } else { Sequence::Together },
            staging: if self.stage_all { Staging::All } else { Staging::Wave },
            gate: Gate {
                confirmed_pct_x100: share("--confirmed", &self.confirmed)?,
                observe_s: seconds("--observe", &self.observe)?,
            },
            budgets: Budgets {
                failed: self.max_failed.unwrap_or_else(|| part(100)),
                unreachable: self.max_unreachable.unwrap_or_else(|| part(20)),
                unknown: self.max_unknown,
                drifted: self.max_drifted.unwrap_or_else(|| part(100)),
            },
            pauses: pauses(&self.pause_after)?,
            pace: Pace {
                activations_per_s: self.rate()?.unwrap_or(NOT_SOLVED),
                burst: self.burst,
                at_once: self.at_once,
                verify_after_s: seconds("--verify-after", &self.verify_after)?,
                restart_s: seconds("--restart-time", &self.restart_time)?,
            },
            approvals: self.approvals,
            groups: groups.into_iter().map(terms).collect(),
            way: Way::default(),
            inputs: Inputs::default(),
            prediction: None,
            overload_accepted_by: self.accept_overload_by.clone(),
        })
    }
}

fn wrong(what: &str, text: &str, fix: &str) -> CommandError {
    CommandError::usage(format!("`{text}` is nothing that {what} can be.")).hint(fix)
}

fn seconds(what: &str, text: &str) -> Result<u32, CommandError> {
    let known = units::parse_duration(text).filter(|s| (0.0..1e8).contains(s));
    known.map(|s| s.ceil() as u32).ok_or_else(|| wrong(what, text, "Write a duration such as 90s or 5min."))
}

fn share(what: &str, text: &str) -> Result<u32, CommandError> {
    let number =
        units::parse_number(text.trim_end_matches('%').trim()).filter(|pct| (0.0..=100.0).contains(pct));
    number
        .map(|pct| (pct * 100.0).round() as u32)
        .ok_or_else(|| wrong(what, text, "Write a share such as 95%."))
}

fn pauses(text: &str) -> Result<Pauses, CommandError> {
    match text {
        "never" => Ok(Pauses::Never),
        "each" => Ok(Pauses::Each),
        list => {
            let waves: Result<Vec<u32>, _> = list.split(',').map(|wave| wave.trim().parse()).collect();
            let known = waves.ok().filter(|waves| waves.iter().all(|wave| *wave > 0));
            let fix = "Write each, never, or numbers of waves such as 1,2.";
            known.map(Pauses::After).ok_or_else(|| wrong("--pause-after", text, fix))
        }
    }
}

/// Reads `[GROUP=][DAYS ]FROM-TO`.
fn window(text: &str) -> Result<(Option<String>, Window), CommandError> {
    let (group, rest) = match text.split_once('=') {
        Some((group, rest)) => (Some(group.trim().to_owned()), rest),
        None => (None, text),
    };
    let (days, times) = rest.trim().rsplit_once(' ').unwrap_or(("", rest.trim()));
    let read = times.split_once('-').and_then(|(from, to)| {
        let days: Vec<String> =
            days.split([',', ' ']).filter(|day| !day.is_empty()).map(str::to_ascii_lowercase).collect();
        serde_json::from_value(json!({"days": days, "from": from, "to": to})).ok()
    });
    let fix = "Write it like `sat,sun 22:00-04:00`, with days as mon, tue and so on.";
    read.map(|window| (group, window)).ok_or_else(|| wrong("--window", text, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::plan::Day;

    #[test]
    fn windows_are_read_as_people_write_them() {
        let (group, read) = window("pumps=sat,sun 22:00-04:00").unwrap();
        assert_eq!((group.as_deref(), &*read.days), (Some("pumps"), &[Day::Sat, Day::Sun][..]));
        assert_eq!((read.from.hour, read.to.hour), (22, 4));
        assert!(window("22:00-04:00").unwrap().1.days.is_empty());
        for text in ["", "22-4", "someday 22:00-04:00", "22:00"] {
            assert!(window(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_and_pauses_are_read() {
        assert_eq!(share("--confirmed", "97.5%").unwrap(), 9_750);
        assert!(share("--confirmed", "101%").is_err());
        assert_eq!(pauses("1, 3").unwrap(), Pauses::After(vec![1, 3]));
        assert!(pauses("0").is_err() && pauses("often").is_err());
    }
}
