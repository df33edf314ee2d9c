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
