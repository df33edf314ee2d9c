//! Timelines of one device as text for a terminal and as versioned JSON.

mod json;
pub mod lanes;

#[cfg(test)]
mod tests;

pub use json::{TIMELINE_SCHEMA, timeline_json, timeline_schema};

use super::terminal::{Charset, line, plain, wrap};
use crate::base::units;
use crate::plan::timeline::{Lane, Timeline};

/// What a timeline is, in a paragraph.
pub const ALONE: &str = "One device alone, with the same seed and the same settings where the kind has them: what \
                         differs is what the agents do, and no queue. Times count from the return of the platform.";

/// Returns timelines as text.
pub fn render(timeline: &Timeline, charset: Charset) -> String {
    let mut text = wrap(
        "",
        &format!(
            "One device of {} under each agent, outage of {}, seed {}",
            timeline.group_name,
            units::duration(-timeline.from_s),
            timeline.seed
        ),
    );
    text.push_str(&wrap("", ALONE));
    for lane in &timeline.lanes {
        text.push('\n');
        heading(&mut text, lane);
        for told in lane.lines() {
            // A time column of equal width; what is longer than a line goes on below itself.
            text.push_str(&wrap(&format!("{:>11}  ", units::clock(told.from_s)), &told.what));
        }
    }
    plain(&text, charset)
}

fn heading(text: &mut String, lane: &Lane) {
    let own = if lane.own { " (this group)" } else { "" };
    line(text, format_args!("{}{own}: {}", lane.variant.label(), lanes::lower(&lane.ending())));
    text.push_str(&wrap("  ", &lane.settings()));
}
