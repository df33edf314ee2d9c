//! The terms as fields of a form: every field a text with its name, its usual value and its own error.

use super::{PLATFORMS, TermError, Terms, wrong};
use crate::config::secret::SecretRef;
use crate::push::plan::Way;
use crate::push::target::platform::is_platform;
use std::collections::BTreeMap;

/// Decides which devices come in which wave.
const SEED: u64 = 42;

/// Fields, each with its option on the command line, its name, its usual value, what an empty one means, and help.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident $option:literal $label:literal $usual:literal $empty:literal $help:literal;)*) => {
        /// A field of the form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// All fields, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns its option on the command line.
            pub fn option(self) -> &'static str {
                match self { $(Self::$name => $option,)* }
            }

            /// Returns its name.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Returns its value until somebody changes it.
            pub fn usual(self) -> &'static str {
                match self { $(Self::$name => $usual,)* }
            }

            /// Returns what stands in it as long as it is empty: an example, or what that means.
            pub fn empty(self) -> &'static str {
                match self { $(Self::$name => $empty,)* }
            }

            /// Returns what it does, in a sentence.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

fields! {
    /// Where each device is reached.
    At "--at" "Address of each device" "" "{ssh}:22, or a folder" "Where a device is reached, with columns of the list of devices in braces";
    /// Host through which devices are reached.
    Jump "--jump" "Jump host" "" "the column jump_host, else none" "Host through which each device is reached, such as ops@{gate}:22";
    /// Address of the platform that hands files over.
    Url "--platform" "Platform" "" "https://plant.example" "Address of the platform that devices are connected to; it hands files over and restarts agents";
    /// Repository of the platform.
    Repository "--repository" "File repository" "SystemRepository" "SystemRepository" "Thing of the platform that is a repository of files";
    /// Where each file stands on the device.
    Path "--path" "Path of each file" "{file}" "/opt/agent/{file}" "Where a file stands on the device, with columns of the list in braces";
    /// Who signs in.
    User "--user" "User" "root" "root" "Who signs in where the address names nobody";
    /// What restarts the agent.
    Restart "--restart" "Restart command" "" "systemctl restart agent" "Runs on the device after its files are in place; through a platform the service of its thing that restarts it";
    /// Connections to one host.
    PerHost "--per-host" "Connections per host" "4" "4" "Connections to one host at once; sshd drops those beyond its MaxStartups";
    /// Sizes of the waves.
    Waves "--waves" "Waves" "10,10%,40%,rest" "10,10%,40%,rest" "Devices in each wave: a number, a share of all, or the rest";
    /// Share of a wave that must be confirmed.
    Confirmed "--confirmed" "Confirmed before the next wave" "95%" "95%" "Share of a wave that must be confirmed before the next one begins";
    /// Wait after a wave.
    Observe "--observe" "Wait after a wave" "5min" "5min" "How long a wave is watched before the next one begins";
    /// Waves after which somebody has to look.
    PauseAfter "--pause-after" "Pause after waves" "1" "never" "Waits for you after these waves: each, never, or numbers such as 1,2";
    /// Restarts per second.
    Rate "--rate" "Restarts per second" "" "solved from the capacity" "Empty: as fast as the platform bears, solved by simulation";
    /// Restarts at once.
    Burst "--burst" "Restarts at once" "1" "1" "Restarts that may come at once after a quiet time";
    /// Devices at once.
    AtOnce "--at-once" "Devices at once" "16" "16" "Devices that are worked on at the same time";
    /// Wait before the look at a device.
    VerifyAfter "--verify-after" "Look again after" "10s" "10s" "How long after its restart a device is read back";
    /// Longest time for a restart.
    RestartTime "--restart-time" "Longest restart" "30s" "30s" "A restart that takes longer counts as failed";
    /// Devices that may fail.
    MaxFailed "--max-failed" "May fail" "" "1 in 100" "One more stops everything";
    /// Devices that may be out of reach.
    MaxUnreachable "--max-unreachable" "May be out of reach" "" "1 in 20" "One more stops everything";
    /// Devices that may be in doubt.
    MaxUnknown "--max-unknown" "May be in doubt" "0" "0" "Devices of which nobody knows whether they restarted; one more stops everything";
    /// Devices that somebody else may have changed.
    MaxDrifted "--max-drifted" "May have drifted" "" "1 in 100" "Devices whose file somebody else changed since; one more stops everything";
    /// People who have to approve.
    Approvals "--approvals" "Approvals" "0" "0" "People who have to approve the plan, beside whoever starts it";
    /// Maintenance windows.
    Window "--window" "Maintenance windows" "" "sat,sun 22:00-04:00" "When agents may restart, in the devices' own time; several with a semicolon";
    /// Time zone of devices.
    Zone "--zone" "Time zone" "" "Europe/Berlin" "Of devices whose row in the list names none";
    /// File of known hosts.
    KnownHosts "--known-hosts" "File of known hosts" "" "those of ssh" "Host keys are checked against it as OpenSSH does";
    /// Private key.
    Identity "--identity" "Private key" "" "the agent, then those of ssh" "A key file without a pass phrase; it is read when devices are reached";
    /// Reference to the application key.
    AppKey "--app-key" "Application key" "" "env:NAME, file:PATH, keyring:SERVICE/USER" "Where the application key for the platform lies; the key itself stands nowhere";
    /// Authorities of the platform.
    PlatformCa "--platform-ca" "Authorities of the platform" "" "those of the system" "A file (PEM) with the only authorities that are trusted for the platform";
    /// Platform that has to see devices come back.
    ConfirmAt "--confirm-at" "Confirmed by a platform" "" "reading back is enough" "A device counts only where this platform has seen it connect since its restart: its address, such as https://plant.example";
}

impl Field {
    /// Returns whether it matters where devices are reached that way.
    pub fn matters(self, over: Over) -> bool {
        match self {
            Self::User | Self::PerHost | Self::KnownHosts | Self::Identity | Self::Jump => over == Over::Ssh,
            Self::Url | Self::Repository => over == Over::Platform,
            Self::Restart => over != Over::Folder,
            _ => true,
        }
    }
}

/// How devices are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// SSH with SFTP.
    #[default]
    Ssh,
    /// The file transfer of the platform that devices are connected to.
    Platform,
    /// Folders of this machine.
    Folder,
}

/// The form as it is filled in.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the form")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// How devices are reached.
    pub over: Over,
    /// Whether files are as generated although what devices have is not known.
    pub as_generated: bool,
    /// Whether devices are read before.
    pub look: bool,
    /// Whether all files are written first.
    pub stage_all: bool,
    /// Whether the waves are gone through for one group after the other.
    pub group_after_group: bool,
    texts: BTreeMap<Field, String>,
}

impl Default for Form {
    fn default() -> Self {
        let texts = Field::ALL.iter().map(|field| (*field, field.usual().to_owned()));
        Self {
            over: Over::default(),
            as_generated: false,
            look: true,
            stage_all: false,
            group_after_group: false,
            texts: texts.collect(),
        }
    }
}

impl Form {
    /// Returns what stands in a field.
    pub fn text(&self, field: Field) -> &str {
        self.texts.get(&field).map_or("", |text| text.trim())
    }

    /// Returns a field, to be typed in.
    pub fn text_mut(&mut self, field: Field) -> &mut String {
        self.texts.entry(field).or_default()
    }

    /// Returns the form with another text in a field.
    #[must_use]
    pub fn with(mut self, field: Field, text: &str) -> Self {
        text.clone_into(self.text_mut(field));
        self
    }

    fn filled(&self, field: Field) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Returns a whole number of at least `least`, `None` for an empty field.
    fn number(&self, field: Field, least: u32) -> Result<Option<u32>, TermError> {
        let Some(text) = self.filled(field) else { return Ok(None) };
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let known = plain.parse::<u32>().ok().filter(|number| *number >= least);
        let fix = if least > 0 { "Write a whole number from 1 on." } else { "Write a whole number." };
        known.map(Some).ok_or_else(|| wrong(field, &text, fix))
    }

    /// Returns the terms.
    ///
    /// # Errors
    /// [`TermError`] for the first field that cannot be read.
    pub fn terms(&self) -> Result<Terms, TermError> {
        let or = |field: Field| self.filled(field).unwrap_or_else(|| field.empty().to_owned());
        let windows = self.text(Field::Window).split(';').map(str::trim).filter(|text| !text.is_empty());
        Ok(Terms {
            waves: or(Field::Waves),
            seed: SEED,
            group_after_group: self.group_after_group,
            stage_all: self.stage_all,
            confirmed: or(Field::Confirmed),
            observe: or(Field::Observe),
            pause_after: or(Field::PauseAfter),
            max_failed: self.number(Field::MaxFailed, 0)?,
            max_unreachable: self.number(Field::MaxUnreachable, 0)?,
            max_unknown: self.number(Field::MaxUnknown, 0)?.unwrap_or(0),
            max_drifted: self.number(Field::MaxDrifted, 0)?,
            rate: self.filled(Field::Rate),
            burst: self.number(Field::Burst, 1)?.unwrap_or(1),
            at_once: self.number(Field::AtOnce, 1)?.unwrap_or(16),
            verify_after: or(Field::VerifyAfter),
            restart_time: or(Field::RestartTime),
            confirm_at: self.filled(Field::ConfirmAt),
            approvals: self.number(Field::Approvals, 0)?.unwrap_or(0),
            windows: windows.map(str::to_owned).collect(),
            zone: self.filled(Field::Zone),
            accept_overload_by: None,
        })
    }

    /// Returns how devices are reached.
    ///
    /// # Errors
    /// [`TermError`] where the command that restarts agents is missing, or a number is none.
    pub fn way(&self) -> Result<Way, TermError> {
        Ok(match self.over {
            Over::Folder => Way::Folder,
            Over::Platform => {
                let url = self.filled(Field::Url).ok_or_else(|| {
                    wrong(Field::Url, "", "Write the address of the platform, such as https://plant.example.")
                })?;
                let repository = self.filled(Field::Repository);
                let repository = repository.unwrap_or_else(|| Field::Repository.usual().to_owned());
                let restart = self.filled(Field::Restart).ok_or_else(|| {
                    wrong(Field::Restart, "", "Write the service of a thing that restarts its agent.")
                })?;
                Way::Platform { url, repository, restart }
            }
            Over::Ssh => {
                let restart = self.filled(Field::Restart).ok_or_else(|| {
                    wrong(Field::Restart, "", "Write the command that restarts the agent on a device.")
                })?;
                let per_host = self.number(Field::PerHost, 1)?.unwrap_or(4);
                let user = self.filled(Field::User).unwrap_or_else(|| Field::User.usual().to_owned());
                Way::Ssh { user, restart, per_host }
            }
        })
    }

    /// Checks what a platform is asked with, where one is asked.
    fn asked(&self) -> Result<(), TermError> {
        let url = self.text(Field::Url);
        if self.over == Over::Platform && !is_platform(url) {
            return Err(wrong(Field::Url, url, PLATFORMS));
        }
        let asks = self.over == Over::Platform || self.filled(Field::ConfirmAt).is_some();
        let reference = self.text(Field::AppKey);
        let fix = "Write where the application key lies: env:NAME, file:PATH or keyring:SERVICE/USER.";
        let missing = asks && reference.is_empty();
        if missing || !reference.is_empty() && reference.parse::<SecretRef>().is_err() {
            return Err(wrong(Field::AppKey, reference, fix));
        }
        Ok(())
    }

    /// Returns the first thing that is wrong, and at which field, for a project with these groups.
    pub fn error(&self, groups: Vec<String>) -> Option<(Field, String)> {
        let at = |error: TermError| (error.field(), error.to_string());
        let check = || -> Result<(), TermError> {
            if self.text(Field::At).is_empty() {
                let fix = "Write where devices are reached, with a column of the list such as {ssh}:22.";
                return Err(wrong(Field::At, "", fix));
            }
            let terms = self.terms()?;
            terms.rate()?;
            self.way()?;
            self.asked()?;
            terms.request((String::new(), String::new()), groups, 1)?;
            Ok(())
        };
        if let Err(error) = check() {
            return Some(at(error));
        }
        let waves = self.terms().ok()?.waves.parse::<crate::config::bundle::Waves>();
        waves.err().map(|error| (Field::Waves, error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_wrong_at_its_field() {
        let form =
            Form::default().with(Field::At, "{ssh}:22").with(Field::Restart, "systemctl restart agent");
        let groups = || vec!["pumps".to_owned()];
        assert_eq!(form.error(groups()), None);
        for (field, text, part) in [
            (Field::Confirmed, "most", "Write a share"),
            (Field::Observe, "soon", "Write a duration"),
            (Field::AtOnce, "0", "from 1 on"),
            (Field::Rate, "-3", "restarts per second"),
            (Field::Window, "fans=22:00-04:00", "no group `fans`"),
            (Field::Waves, "ten", ""),
            (Field::Restart, "", "command that restarts"),
            (Field::At, "", "where devices are reached"),
        ] {
            let (at, sentence) = form.clone().with(field, text).error(groups()).unwrap();
            assert_eq!(at, field);
            assert!(sentence.contains(part), "{sentence}");
        }
        let mut through = form.clone().with(Field::At, "{thing}").with(Field::Restart, "Restart");
        through.over = Over::Platform;
        assert_eq!(through.error(groups()).map(|(field, _)| field), Some(Field::Url));
        let through = through.with(Field::Url, "https://plant.example");
        assert_eq!(through.error(groups()).map(|(field, _)| field), Some(Field::AppKey));
        let through = through.with(Field::AppKey, "env:APP_KEY");
        assert_eq!(through.error(groups()), None);
        assert!(
            matches!(through.way(), Ok(Way::Platform { repository, .. }) if repository == "SystemRepository")
        );
        for (field, text) in
            [(Field::AppKey, "abc-123"), (Field::ConfirmAt, "plant"), (Field::Url, "ftp://x")]
        {
            let (at, sentence) = through.clone().with(field, text).error(groups()).unwrap();
            assert_eq!(at, field, "{sentence}");
        }
        let early = through.with(Field::ConfirmAt, "https://plant.example").with(Field::VerifyAfter, "0s");
        assert_eq!(early.error(groups()).map(|(field, _)| field), Some(Field::VerifyAfter));
        let mut folder = form.with(Field::Restart, "");
        folder.over = Over::Folder;
        assert_eq!(folder.error(groups()), None, "folders have no restart command");
    }

    #[test]
    fn windows_stand_beside_each_other_and_empty_budgets_are_shares() {
        let form = Form::default().with(Field::Window, "22:00-04:00; pumps=sat 10:00-12:00");
        let terms = form.terms().unwrap();
        assert_eq!(terms.windows, ["22:00-04:00", "pumps=sat 10:00-12:00"]);
        let request = terms.request((String::new(), String::new()), vec!["pumps".into()], 200).unwrap();
        assert_eq!(
            (request.budgets.failed, request.budgets.unreachable, request.budgets.unknown),
            (2, 10, 0)
        );
        assert_eq!(request.groups[0].windows.len(), 2);
    }
}
