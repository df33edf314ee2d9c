//! What people decide about a roll-out, as arguments.

use crate::cli::error::CommandError;
use crate::desk::rollout::terms::{self, TermError};

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
    /// A device counts as confirmed only where this platform has seen it connect since its restart
    #[arg(long, value_name = "URL")]
    confirm_at: Option<String>,
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

    /// Returns what people decide.
    pub fn terms(&self) -> terms::Terms {
        terms::Terms {
            waves: self.waves.clone(),
            seed: self.seed,
            group_after_group: self.group_after_group,
            stage_all: self.stage_all,
            confirmed: self.confirmed.clone(),
            observe: self.observe.clone(),
            pause_after: self.pause_after.clone(),
            max_failed: self.max_failed,
            max_unreachable: self.max_unreachable,
            max_unknown: self.max_unknown,
            max_drifted: self.max_drifted,
            rate: self.rate.clone(),
            burst: self.burst,
            at_once: self.at_once,
            verify_after: self.verify_after.clone(),
            restart_time: self.restart_time.clone(),
            confirm_at: self.confirm_at.clone(),
            approvals: self.approvals,
            windows: self.window.clone(),
            zone: self.zone.clone(),
            accept_overload_by: self.accept_overload_by.clone(),
        }
    }
}

/// Returns the usage error of terms that cannot be read.
pub fn unreadable(error: &TermError) -> CommandError {
    match error {
        TermError::Unreadable { field, text, fix } => {
            CommandError::usage(format!("`{text}` is nothing that {} can be.", field.option())).hint(*fix)
        }
        TermError::NoGroup { group, known } => {
            CommandError::usage(format!("There is no group `{group}` for a window."))
                .did_you_mean(group, known.iter().map(String::as_str))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::rollout::terms::Form;
    use clap::{Args as _, FromArgMatches as _};

    #[test]
    fn what_nobody_says_is_the_same_in_the_window() {
        let command = Terms::augment_args(clap::Command::new("plan"));
        let matches = command.try_get_matches_from(["plan"]).unwrap();
        let usual = Terms::from_arg_matches(&matches).unwrap().terms();
        assert_eq!(usual, Form::default().terms().unwrap());
    }
}
