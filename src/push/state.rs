//! Where a device stands in a roll-out, and what is seen of it.

use super::fault::Class;
use super::plan::Plan;
use crate::base::hash::Hash;

/// Words of an enum in the journal, in JSON and on the screen.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the word in the journal and in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Returns the one with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

words! {
    /// Where a device stands.
    State {
        /// Nothing was done.
        Pending "pending",
        /// Its files are being staged: an intent.
        Staging "staging",
        /// They stand inert beside the live ones and were read back.
        Staged "staged",
        /// They take the place of the live ones and the agent restarts: an intent.
        Activating "activating",
        /// The agent was restarted.
        Restarted "restarted",
        /// It was seen afterwards with the new files and the round's stamp.
        Verified "verified",
        /// Something is wrong, see its class.
        Failed "failed",
        /// It was not reached.
        Unreachable "unreachable",
        /// Nobody knows whether it restarted.
        InDoubt "in-doubt",
        /// Somebody else changed its files, and they were not overwritten.
        Drifted "drifted",
        /// Its previous files come back and the agent restarts: an intent.
        RollingBack "rolling-back",
        /// It has its previous files again.
        RolledBack "rolled-back",
        /// Its files were as wanted already; it was not restarted.
        Skipped "skipped",
    }
}

impl State {
    /// Returns whether a crash in this state leaves it open what happened on the device.
    pub fn is_intent(self) -> bool {
        matches!(self, Self::Staging | Self::Activating | Self::RollingBack)
    }

    /// Returns whether nothing more happens to the device by itself.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Verified
                | Self::Failed
                | Self::Unreachable
                | Self::InDoubt
                | Self::Drifted
                | Self::RolledBack
                | Self::Skipped
        )
    }
}

words! {
    /// Where a roll-out stands.
    Status {
        /// It was never started.
        Ready "ready",
        /// Devices are being served.
        Running "running",
        /// Nobody new is served until somebody resumes it.
        Paused "paused",
        /// It stopped itself, and stays stopped.
        Tripped "tripped",
        /// Somebody stopped it for good.
        Stopped "stopped",
        /// Every wave is through.
        Finished "finished",
        /// Devices get their previous files back.
        RollingBack "rolling-back",
    }
}

/// What is seen of one file of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeenFile {
    /// Hash of the live file, `None` where there is none.
    pub live: Option<Hash>,
    /// Hash of this plan's staged file.
    pub staged: Option<Hash>,
    /// Hash of the previous file that this plan kept.
    pub kept: Option<Hash>,
}

/// What is seen of a device, by reading it back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its files in the order of the plan.
    pub files: Vec<SeenFile>,
    /// The stamp of its last restart by a roll-out.
    pub stamp: Option<String>,
}

/// The live hashes of a device's files before the roll-out touched them; `None`: there was no file.
pub type Before = Box<[Option<Hash>]>;

/// Returns the stamp that a restart leaves on a device: the plan's name and the round.
pub fn stamp(plan: &Plan, round: u16) -> String {
    format!("{}-{round}", plan.name())
}

/// What a change of a device is, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub state: State,
    /// Why, where something went wrong.
    pub class: Option<Class>,
    /// Tries of the present step.
    pub tried: u16,
    /// Restarts that were ordered or are about to be; names the stamp.
    pub round: u16,
    /// Whether the present step brings the previous files back.
    pub back: bool,
    /// What stood there before.
    pub before: Option<Before>,
}

impl Row {
    /// Returns whether the device's restart was begun, and what stood there before is known.
    pub fn was_begun(&self) -> bool {
        self.round > 0 && self.before.is_some()
    }

    /// Returns whether somebody may have the device restarted by name, where the roll-out stands so: it is in doubt,
    /// or its restart failed.
    pub fn may_be_restarted(&self, status: Status) -> bool {
        let over = matches!(status, Status::Tripped | Status::Stopped);
        let moving = matches!(status, Status::Ready | Status::RollingBack);
        let open = match self.state {
            State::InDoubt | State::Failed | State::Unreachable => true,
            // Its restart was begun or ordered before, and the end of the roll-out came between.
            State::Pending | State::Staged => over,
            _ => false,
        };
        open && !moving && self.was_begun() && !self.back
    }
}

impl Default for Row {
    fn default() -> Self {
        Self { state: State::Pending, class: None, tried: 0, round: 0, back: false, before: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_their_own() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(*state));
            assert!(!(state.is_intent() && state.is_final()));
        }
        assert_eq!(Status::from_word("tripped"), Some(Status::Tripped));
        assert_eq!(Status::from_word("Tripped"), None);
    }
}
