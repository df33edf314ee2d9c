//! The example fleets that ship inside the program.

use super::FleetFile;
use crate::base::Finding;

/// One shipped fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Name on the command line.
    pub name: &'static str,
    /// The whole file.
    pub text: &'static str,
}

/// Every shipped fleet; the first one opens when the program starts without a file.
pub const EXAMPLES: &[Example] = &[
    Example { name: "connected-products", text: include_str!("../../fleets/connected-products.json") },
    Example {
        name: "hundred-thousand-pumps",
        text: include_str!("../../fleets/hundred-thousand-pumps.json"),
    },
    Example { name: "three-box-line", text: include_str!("../../fleets/three-box-line.json") },
    Example { name: "production-line", text: include_str!("../../fleets/production-line.json") },
    Example { name: "smart-building", text: include_str!("../../fleets/smart-building.json") },
    Example { name: "smart-ship", text: include_str!("../../fleets/smart-ship.json") },
    Example { name: "hospital", text: include_str!("../../fleets/hospital.json") },
    Example { name: "oem-tenants", text: include_str!("../../fleets/oem-tenants.json") },
    Example { name: "enterprise-functions", text: include_str!("../../fleets/enterprise-functions.json") },
    Example { name: "regional-plants", text: include_str!("../../fleets/regional-plants.json") },
    Example { name: "pumps-on-a-cluster", text: include_str!("../../fleets/pumps-on-a-cluster.json") },
    Example { name: "cloud-native", text: include_str!("../../fleets/cloud-native.json") },
];

/// Returns the example with this name.
pub fn find(name: &str) -> Option<Example> {
    EXAMPLES.iter().copied().find(|example| example.name == name)
}

impl Example {
    /// Reads the example.
    ///
    /// # Errors
    /// Never for a released program: a test reads every shipped fleet.
    pub fn file(self) -> Result<FleetFile, Finding> {
        FleetFile::parse(self.text)
    }
}
