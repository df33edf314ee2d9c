//! What the axes of a region can be.

use crate::fleet::FleetFile;
use crate::fleet::file::{Input, address};
use crate::fleet::setting::Unit;
pub use crate::plan::sweep::usual_axes as axes;
use crate::plan::sweep::{Range, usual_ranges};
use crate::plan::{CAPACITY, Lever};

/// Steps of the horizontal and of the vertical axis.
const STEPS: [u32; 2] = [24, 16];

/// Something that an axis can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisChoice {
    /// Lever or address.
    pub name: String,
    /// What people read.
    pub label: String,
}

/// Returns everything that can be an axis for a scenario: levers first, then single inputs that are in use.
pub fn offered(file: &FleetFile, scenario: Option<&str>) -> Vec<AxisChoice> {
    let view = file.view(scenario);
    let lever = |name: &str| {
        let lever = Lever::find(file, scenario, name).ok()?;
        lever.now(file, scenario).filter(|now| *now > 0.0)?;
        Some(AxisChoice { name: name.to_owned(), label: lever.label() })
    };
    let levers = address::levers(file, &view);
    let mut all: Vec<AxisChoice> = levers.into_iter().chain([CAPACITY]).filter_map(lever).collect();
    let input = |input: &Input| {
        let setting = input.setting;
        let numeric = !matches!(setting.unit, Unit::Choice(_) | Unit::Moment | Unit::Groups);
        let asked = input.address.starts_with("/targets/") || input.address == "/outage/watch_s";
        if !numeric || asked || view.inert(&input.address, setting).is_some() {
            return None;
        }
        let value = view.value(&input.address, setting).ok()?.number()?;
        let place = match &input.group {
            Some(id) => file.group_name(id).to_owned(),
            None => address::section(&input.address),
        };
        let label =
            if place.is_empty() { setting.label.into() } else { format!("{place}: {}", setting.label) };
        (value > 0.0).then(|| AxisChoice { name: input.address.clone(), label })
    };
    all.extend(file.inputs(scenario).iter().filter_map(input));
    all
}

/// Returns the ranges of both axes.
pub(super) fn ranges(
    file: &FleetFile,
    scenario: Option<&str>,
    chosen: &[Option<String>; 2],
) -> Result<[Range; 2], String> {
    usual_ranges(file, scenario, chosen, STEPS)
}
