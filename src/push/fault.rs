//! What can go wrong on the way to a device: one class per remedy.
//!
//! A class decides three things: the sentence that people read, whether the device counts as failed or as not
//! reached (those are different: nobody's work is wrong where a device is switched off), and how often and when
//! it is tried again. What a transport reports is turned into a class by the transport and nowhere else.

use std::fmt;

/// Classes, each with its word, its kind, its tries and its sentence.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident $word:literal $kind:ident $retry:ident $sentence:literal;)*) => {
        /// Why a device was not served.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Class { $($(#[$doc])* $name,)* }

        impl Class {
            /// All classes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the word in the journal and in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Returns what happened, why it matters and what to do, in whole sentences.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// Returns what it means for the device.
            pub fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// Returns how it is tried again.
            pub fn retry(self) -> Retry {
                match self { $(Self::$name => Retry::$retry,)* }
            }
        }
    };
}

/// What a class means for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something is wrong, and trying again does not help by itself.
    Failed,
    /// Nobody is there.
    Unreachable,
    /// Somebody else changed the file.
    Drifted,
    /// Nobody knows whether it restarted.
    Unknown,
}

/// How a class is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all, the first one included.
    pub tries: u16,
    /// Wait before the second try \[ms\]; each later one waits twice as long.
    pub first_ms: u64,
    /// Longest wait \[ms\].
    pub longest_ms: u64,
}

#[expect(non_upper_case_globals, reason = "they read like the variants they belong to")]
impl Retry {
    const Never: Self = Self { tries: 1, first_ms: 0, longest_ms: 0 };
    const Twice: Self = Self { tries: 2, first_ms: 1_000, longest_ms: 1_000 };
    const Away: Self = Self { tries: 4, first_ms: 10_000, longest_ms: 120_000 };
    const Shortly: Self = Self { tries: 4, first_ms: 2_000, longest_ms: 60_000 };
    const Patiently: Self = Self { tries: 12, first_ms: 1_000, longest_ms: 60_000 };

    /// Returns how long to wait after some tries \[ms\], `None` where it was tried often enough.
    pub fn wait_ms(self, tried: u16) -> Option<u64> {
        if tried >= self.tries {
            return None;
        }
        let doubled = self.first_ms.checked_shl(u32::from(tried.saturating_sub(1))).unwrap_or(u64::MAX);
        Some(doubled.min(self.longest_ms))
    }
}

classes! {
    /// The key of the host is not known.
    HostUnknown "host-unknown" Failed Never
        "The host shows a key that nobody has confirmed, so it may be another machine. Compare its fingerprint on the device and add it to known_hosts";
    /// The host has another key than it used to have.
    HostChanged "host-changed" Failed Never
        "The host shows another key than the known one: it was set up anew, or somebody stands between. Find out which before the entry in known_hosts is replaced";
    /// The key of the host was revoked.
    HostRevoked "host-revoked" Failed Never
        "The host shows a key that known_hosts marks as revoked, so nothing was sent. Give the host a new key";
    /// The host does not take the user's key.
    LoginRefused "login-refused" Failed Never
        "The host does not let this user in. Check the user's name, and that its public key stands in authorized_keys there";
    /// The user has no key.
    NoKey "no-key" Failed Never
        "There is no key to sign in with: the agent holds none, or the key file was not read. Load a key into the agent or name a key file";
    /// The name of the host leads nowhere.
    NameUnknown "name-unknown" Unreachable Twice
        "The address leads nowhere: no host has this name, or there is no such folder. Check the spelling in the list of devices, and the name server";
    /// Nobody listens.
    Refused "refused" Unreachable Away
        "Nobody listens at the address: the service is not running, or a firewall refuses. Start it, or check the port";
    /// No answer came in time.
    NoAnswer "no-answer" Unreachable Away
        "No answer came in time: the device is off, or packets are lost on the way. Check its power and its network";
    /// The connection broke.
    Cut "cut" Unreachable Shortly
        "The connection broke. What was written is inert or whole; the device is tried again";
    /// The host takes no more connections now.
    Busy "busy" Unreachable Patiently
        "The host has too many connections just now (sshd's MaxStartups). Lower the number of devices at once per host";
    /// The jump host has no way to it.
    NotBehindJump "not-behind-jump" Unreachable Away
        "The jump host was reached, and it cannot connect to the device: that is off, nobody listens there, or its name means nothing to the jump host. Try the address from the jump host";
    /// The jump host carries nothing on.
    JumpForbids "jump-forbids" Failed Never
        "The jump host lets this user in and passes no connections on, so nothing behind it can be reached. Set AllowTcpForwarding and PermitOpen in its sshd_config, or use another jump host";
    /// Somebody else works on the device.
    Locked "locked" Failed Patiently
        "Another roll-out works on this device, and two would overwrite each other. Wait for it or stop it";
    /// The folder is not there.
    NoFolder "no-folder" Failed Never
        "The folder of the file does not exist on the device, so nothing was written. Check the path, or install the agent first";
    /// The user may not write there.
    Denied "denied" Failed Never
        "The user may not write there. Give it the right to the folder, or use another user";
    /// The disk is read-only.
    ReadOnly "read-only" Failed Never
        "The file system of the device is mounted read-only, often after a disk error. Look after the device first";
    /// The disk is full.
    DiskFull "disk-full" Failed Never
        "The disk of the device is full, so the file was not staged; the old one is intact. Make room there";
    /// What was read back is not what was written.
    Mismatch "mismatch" Failed Twice
        "What was read back is not what was written. Somebody else writes to this file, or the disk is failing";
    /// The file changed since the plan was made.
    Drifted "drifted" Drifted Never
        "Somebody changed the file since the plan was made, and it was not overwritten. Read the devices anew and make another plan";
    /// The staged file is gone.
    StagedGone "staged-gone" Failed Never
        "The staged file is gone or was changed, so nothing was activated. Another plan may have replaced it";
    /// Nothing is left to go back to.
    KeptGone "kept-gone" Failed Never
        "The previous file is no longer on the device, so this roll-out cannot bring it back. Roll out the old settings as a new plan";
    /// The restart command failed.
    RestartFailed "restart-failed" Failed Never
        "The restart command failed, and the new file is in place. Look at the agent on the device; a roll-back restarts it with the old file";
    /// Nobody knows whether the agent restarted.
    NoStamp "no-stamp" Unknown Patiently
        "The file is in place, and nothing on the device says that it was restarted for it. It is never restarted by itself: look at the agent, then have it restarted or taken as done";
    /// The platform has not seen it come back.
    NotBack "not-back" Unreachable Patiently
        "The file is in place and the agent was restarted, and the platform has not seen it connect since. Look at the agent's log on the device: the new settings may keep it away";
    /// The new file could not be made.
    NoSource "no-source" Failed Never
        "The new file could not be made as it was planned: a secret was not found, or the project changed since. Correct it and retry, or make another plan";
    /// The other side does not speak as expected.
    Protocol "protocol" Failed Never
        "The host does not do what this needs (SFTP with posix-rename). Use OpenSSH there, or another way to this device";
}

impl Class {
    /// Returns the class with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.word() == word)
    }
}

/// How far a piece of work came before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// The agent's own files are as they were.
    Nothing,
    /// Some of them may have been replaced; no restart was ordered.
    Files,
    /// The restart was ordered.
    Restart,
}

/// A piece of work that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which remedy it calls for.
    pub class: Class,
    /// How far it came.
    pub reached: Reached,
    /// What the other side said, for experts; never a secret.
    pub detail: String,
}

impl Fault {
    /// Returns a fault before anything was touched.
    pub fn new(class: Class, detail: impl Into<String>) -> Self {
        Self { class, reached: Reached::Nothing, detail: detail.into() }
    }

    /// Returns the same fault after some things were touched.
    #[must_use]
    pub fn after(self, reached: Reached) -> Self {
        Self { reached, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.class.sentence())?;
        if self.detail.is_empty() { Ok(()) } else { write!(out, " ({})", self.detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_word_of_its_own_and_a_sentence_with_a_remedy() {
        for &class in Class::ALL {
            assert_eq!(Class::from_word(class.word()), Some(class));
            assert!(class.sentence().len() > 60, "{class:?}");
            assert!(class.retry().tries >= 1);
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let waits: Vec<_> = (1..5).map(|tried| Class::Refused.retry().wait_ms(tried)).collect();
        assert_eq!(waits, [Some(10_000), Some(20_000), Some(40_000), None]);
        assert_eq!(Class::Denied.retry().wait_ms(1), None);
        assert_eq!(Class::Busy.retry().wait_ms(11), Some(60_000));
    }
}
