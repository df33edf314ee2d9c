//! The axes of a safe region where nobody names others, and how far they reach.

use super::super::trial::lever::{CAPACITY, Lever};
use super::Range;
use crate::fleet::FleetFile;
use crate::fleet::file::Input;

/// Levers that the horizontal axis takes where nothing else is said, the first that the file has.
const USUAL: [&str; 5] =
    ["random_delay", "max_connect_delay", "backoff_cap", "connect_retry_interval", "connect_timeout"];
/// How far an axis reaches below and above the value as it is, as ratios; less tells nothing about the edges.
const REACH: (f64, f64) = (10.0, 40.0);
/// The same for the capacity and for whole numbers, which nobody multiplies by forty.
const SHORT_REACH: (f64, f64) = (4.0, 4.0);

/// Returns the names of both axes: what was chosen where the file has it, else the usual.
pub fn usual_axes(
    file: &FleetFile,
    scenario: Option<&str>,
    chosen: &[Option<String>; 2],
) -> [Option<String>; 2] {
    let usable = |name: &str| {
        let lever = Lever::find(file, scenario, name).ok()?;
        lever.now(file, scenario).filter(|now| *now > 0.0).map(|_| name.to_owned())
    };
    let own = |at: usize| chosen[at].as_deref().and_then(usable);
    [own(0).or_else(|| USUAL.into_iter().find_map(usable)), own(1).or_else(|| usable(CAPACITY))]
}

/// Returns the ranges of both axes, around the values as they are, with these many steps.
///
/// # Errors
/// A sentence that says which axis has no range, and what to do.
pub fn usual_ranges(
    file: &FleetFile,
    scenario: Option<&str>,
    chosen: &[Option<String>; 2],
    steps: [u32; 2],
) -> Result<[Range; 2], String> {
    let [Some(across), Some(up)] = usual_axes(file, scenario, chosen) else {
        return Err("This fleet has no such input with a value above 0. Choose other axes.".to_owned());
    };
    Ok([range(file, scenario, &across, steps[0])?, range(file, scenario, &up, steps[1])?])
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
