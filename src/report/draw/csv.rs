//! A chart as rows of numbers, for a spreadsheet.
//!
//! Curves of one chart need not share their moments, so each row is one point of one curve: whose curve,
//! when, the value, and the edges of the band where one is known. Numbers are written so that reading
//! them gives the same number again.

use crate::report::chart::{AxisKind, Chart};
use crate::report::lanes::Lanes;
use std::fmt::Write as _;

/// Returns the points of a chart as CSV with a header: `curve,time_s,value_…,lower_…,upper_…`.
///
/// Lines end with CR LF, as RFC 4180 has it. A text is quoted where it has to be, and one that a spreadsheet
/// would take for a formula gets an apostrophe in front.
pub fn csv(chart: &Chart) -> String {
    let unit = match chart.y.kind {
        AxisKind::Percent => "_pct",
        AxisKind::Rate => "_per_s",
        AxisKind::Time => "_s",
        AxisKind::Count => "",
    };
    let mut text = format!("curve,time_s,value{unit},lower{unit},upper{unit}\r\n");
    for series in &chart.series {
        let name = quoted(&series.name);
        let band = chart.bands.iter().find(|band| band.role == series.role && !series.dashed);
        for [x, y] in series.points.iter() {
            let edges = band.and_then(|band| {
                let at = band.points.binary_search_by(|point| point[0].total_cmp(x)).ok()?;
                band.points.get(at)
            });
            let edges = edges.map_or_else(|| ",".to_owned(), |[_, low, high]| format!("{low},{high}"));
            // Writing to a text cannot fail.
            let _ = write!(text, "{name},{x},{y},{edges}\r\n");
        }
    }
    text
}

/// Returns what happens in timelines as CSV with a header: `agent,from_s,to_s,doing`.
///
/// It is written as [`csv`] writes charts.
pub(super) fn of_lanes(lanes: &Lanes) -> String {
    let mut text = "agent,from_s,to_s,doing\r\n".to_owned();
    for row in &lanes.rows {
        let name = quoted(&row.name);
        for piece in &row.pieces {
            let _ = write!(text, "{name},{},{},{}\r\n", piece.from, piece.to, piece.look.word());
        }
    }
    text
}

/// Returns a text as one field.
fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
