//! What a bundle is made of: files of groups, devices with their variables, and where it all came from.

use crate::fleet::AgentKind;
use crate::fleet::settings::files::FileFormat;

/// One file for the devices of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Id of the group.
    pub group: &'a str,
    /// Name of the group, as people read it.
    pub group_name: &'a str,
    /// Agent kind of the group.
    pub kind: AgentKind,
    /// Name of the file on the device; no folders.
    pub file: &'a str,
    /// How values are escaped in it.
    pub format: FileFormat,
    /// The text, which may hold placeholders.
    pub text: &'a str,
    /// Whether the file can be put on a device; settings that are compiled into firmware cannot, and are
    /// written once per group for those who build it.
    pub deliverable: bool,
    /// The one device that it is for, counted from 0; such a device gets no file of its group. `None`: all devices
    /// of the group.
    pub device: Option<usize>,
}

/// The devices and their variables. An empty value counts as none.
///
/// The variables `thing`, `group`, `host`, `port`, `site` and `app_key` (a secret *reference*) are what files
/// usually ask for; any other column may be used too.
pub trait Devices {
    /// Returns the number of devices; 0 means that there is no inventory, and each group stands for its devices.
    fn count(&self) -> usize;

    /// Returns a variable of a device, counted from 0.
    fn value(&self, device: usize, name: &str) -> Option<&str>;

    /// Returns the names of all variables that devices may have, in the order of the inventory.
    fn columns(&self) -> Vec<&str>;

    /// Returns a variable that holds for a group where the device has none of its own.
    fn group_value(&self, group: &str, name: &str) -> Option<&str> {
        let _ = (group, name);
        None
    }
}

/// No devices are known: each group has one set of files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInventory;

impl Devices for NoInventory {
    fn count(&self) -> usize {
        0
    }

    fn value(&self, _device: usize, _name: &str) -> Option<&str> {
        None
    }

    fn columns(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// Where a bundle came from, for its manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// SHA-256 of the project file, in hexadecimal digits.
    pub fleet_hash: &'a str,
    /// Name of the scenario whose settings the files hold.
    pub scenario: &'a str,
    /// Version of this program.
    pub version: &'a str,
}
