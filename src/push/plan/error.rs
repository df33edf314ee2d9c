//! Why there is no plan, or why it must not start.

use crate::base::file::FileError;
use crate::base::units;
use crate::config::bundle::WaveError;
use thiserror::Error;

/// What is wrong with a plan. After each of them nothing was written anywhere.
#[derive(Debug, Error)]
pub enum PlanError {
    /// There is nobody to serve.
    #[error(
        "The list holds no device, so there is nothing to roll out. Choose groups that have files and devices"
    )]
    Nobody,
    /// More than the plan can number.
    #[error("The list holds {} devices, and a plan holds at most {}. Make several plans", units::count(*devices), units::count(*limit))]
    TooMany {
        /// Devices in the list.
        devices: u64,
        /// Most that a plan holds.
        limit: u64,
    },
    /// The waves are wrong.
    #[error("{0}")]
    Waves(#[from] WaveError),
    /// A number is out of its range.
    #[error("{what} is {value}, which no roll-out can follow. {fix}")]
    Number {
        /// Which one.
        what: &'static str,
        /// Its value.
        value: String,
        /// What to do.
        fix: &'static str,
    },
    /// A device names a group that the plan does not know.
    #[error(
        "The group {group} has no terms, so nobody knows when its devices may be activated. Add it to the groups of the plan (device {thing})"
    )]
    UnknownGroup {
        /// The group.
        group: String,
        /// The device.
        thing: String,
    },
    /// Two groups have one id.
    #[error("Two groups are called {0}, so their windows contradict each other. Keep one")]
    TwiceGroup(String),
    /// A device without a name, an address or a file.
    #[error("A device has no {what}, so it cannot be served. Complete the list or take it out (device {})", if thing.is_empty() { "without a name" } else { thing })]
    Incomplete {
        /// What is missing.
        what: &'static str,
        /// The device.
        thing: String,
    },
    /// A name, an address or a path holds characters that no file and no command line takes.
    #[error(
        "The {what} of a device holds a control character, which could change a command on its way. Correct the list (device {thing})"
    )]
    Control {
        /// What holds it.
        what: &'static str,
        /// The device.
        thing: String,
    },
    /// A port is no number.
    #[error(
        "`{port}` is no port, so the device would never be reached. Write a number from 1 to 65535 behind the colon, or leave both out for 22 (device {thing})"
    )]
    Port {
        /// What stands there.
        port: String,
        /// The device.
        thing: String,
    },
    /// Two devices have one name.
    #[error(
        "Two devices of the list are called {thing}, and results could not be told apart. Correct the list"
    )]
    TwiceThing {
        /// The name.
        thing: String,
    },
    /// One file would be written for two devices.
    #[error(
        "{first} and {second} share an address and a file, and each would overwrite the other. Correct one of them: {address}, `{path}`"
    )]
    TwicePlace {
        /// One device.
        first: String,
        /// The other one.
        second: String,
        /// Their address.
        address: String,
        /// Their file.
        path: String,
    },
    /// There are windows and no zone.
    #[error(
        "There is a maintenance window and no time zone, so nobody knows when it opens. Give the group a zone such as Europe/Berlin (device {thing})"
    )]
    NoZone {
        /// The device.
        thing: String,
    },
    /// The zone does not exist.
    #[error(
        "{zone} is no time zone that this system knows, so its windows would never open. Use an IANA name such as Europe/Berlin"
    )]
    UnknownZone {
        /// The zone.
        zone: String,
    },
    /// A window never opens.
    #[error("The maintenance windows of group {0} never open. Correct their days")]
    NeverOpen(String),
    /// The platform would not bear it.
    #[error(
        "The plan was simulated, and the platform would not bear it: {reason}. Lower the activation rate, or accept it by name"
    )]
    Overload {
        /// Why.
        reason: String,
    },
    /// Nobody simulated it.
    #[error(
        "The plan holds no prediction, and each restart is a reconnect, so it does not start. Make it again with `rollout plan`"
    )]
    NotSimulated,
    /// The file of the plan was not read or written.
    #[error("{0}")]
    File(#[from] FileError),
    /// The file is no plan.
    #[error("The file is no plan of a roll-out, or was changed by hand: {reason}. Make the plan again")]
    NotAPlan {
        /// What is wrong.
        reason: String,
    },
}
