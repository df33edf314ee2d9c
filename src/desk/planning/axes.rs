//! What the axes of a region can be, and how far they reach.

use crate::fleet::FleetFile;
use crate::fleet::file::{Input, address};
use crate::fleet::setting::Unit;
use crate::plan::sweep::Range;
use crate::plan::{CAPACITY, Lever};

/// Steps of the horizontal and of the vertical axis.
const STEPS: [u32; 2] = [24, 16];
/// Levers that the horizontal axis takes where nothing else is said, the first that the file has.
const USUAL: [&str; 5] =
    ["random_delay", "max_connect_delay", "backoff_cap", "connect_retry_interval", "connect_timeout"];
/// How far an axis reaches below and above the value as it is, as ratios; less tells nothing about the edges.
const REACH: (f64, f64) = (10.0, 40.0);
/// The same for the capacity and for whole numbers, which nobody multiplies by forty.
const SHORT_REACH: (f64, f64) = (4.0, 4.0);

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

/// Returns the names of both axes: what was chosen where the file has it, else the usual.
pub fn axes(file: &FleetFile, scenario: Option<&str>, chosen: &[Option<String>; 2]) -> [Option<String>; 2] {
    let usable = |name: &str| {
        let lever = Lever::find(file, scenario, name).ok()?;
        lever.now(file, scenario).filter(|now| *now > 0.0).map(|_| name.to_owned())
    };
    let own = |at: usize| chosen[at].as_deref().and_then(usable);
    [own(0).or_else(|| USUAL.into_iter().find_map(usable)), own(1).or_else(|| usable(CAPACITY))]
}

/// Returns the ranges of both axes.
pub(super) fn ranges(
    file: &FleetFile,
    scenario: Option<&str>,
    chosen: &[Option<String>; 2],
) -> Result<[Range; 2], String> {
    let [Some(across), Some(up)] = axes(file, scenario, chosen) else {
        return Err("This fleet has no such input with a value above 0. Choose other axes.".to_owned());
    };
    Ok([range(file, scenario, &across, STEPS[0])?, range(file, scenario, &up, STEPS[1])?])
}

/// Returns a range around the value that a lever has now.
fn range(file: &FleetFile, scenario: Option<&str>, name: &str, steps: u32) -> Result<Range, String> {
    let lever = Lever::find(file, scenario, name).map_err(|error| error.to_string())?;
    let own = lever.now(file, scenario).filter(|own| *own > 0.0).ok_or_else(|| {
        format!(
            "{} has no value above 0 now, so there is no range around it. Choose another axis.",
            lever.label()
        )
    })?;
    let (below, above) = if lever.is_duration() { REACH } else { SHORT_REACH };
    let (low, high) = lever.range();
    let unit = |input: &Input| input.setting.unit.seconds().unwrap_or(1.0);
    let tracks = lever.inputs.iter().filter_map(|input| {
        let (from, to) = input.setting.slider.filter(|_| lever.is_duration())?;
        Some((from * unit(input), to * unit(input)))
    });
    // What nobody drags to is not worth a column either, except where the value stands there now.
    let (least, most) = tracks.fold((low, high), |(low, high), (from, to)| (low.max(from), high.min(to)));
    let mut from = (own / below).max(least).min(own);
    let to = (own * above).min(most).max(own);
    if lever.round(from) <= 0.0 {
        from = own.min(lever.round(1.0).max(1e-3));
    }
    let (from, to) = (lever.round(from), lever.round(to));
    if from >= to {
        return Err(format!("{} has no room for a range. Choose another axis.", lever.label()));
    }
    let text = |value: f64| if lever.is_duration() { format!("{value}s") } else { value.to_string() };
    Ok(Range::span(name, text(from), text(to), steps))
}
