//! The recovery curve as text: share of devices back over the time since the platform is back.
//!
//! Columns are filled from below in eighths of a line, or with `#` where only ASCII can be shown. Target
//! and result are marked under the axis and by a dotted column above the curve, so that the chart can be
//! read without colour. The chart says nothing that the figures beside it do not say.

use super::terminal::{Charset, WIDTH};
use crate::base::units;

/// Lines of the plot.
const ROWS: usize = 10;
/// Columns left of the plot: `100 % ┤`.
const MARGIN: usize = 8;
/// Columns of the plot.
const COLUMNS: usize = WIDTH - MARGIN - 2;
/// Fill levels of one character, in eighths.
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Lengths of axes that divide well into thirds or quarters [s].
const SPANS: [f64; 17] = [
    10.0, 20.0, 60.0, 120.0, 240.0, 360.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 28_800.0,
    43_200.0, 86_400.0, 172_800.0, 604_800.0,
];

/// A curve with its marks.
#[derive(Clone, Copy, Debug)]
pub struct TextChart<'a> {
    /// Share of the devices back, 0..1, at the end of each second since the platform is back.
    pub shares: &'a [f64],
    /// Target: devices are to be back by then [s].
    pub target: Option<f64>,
    /// When 95 % of the devices are back [s]; infinite for never.
    pub t95: f64,
}

/// A mark under the axis.
struct Mark {
    at: f64,
    sign: char,
    text: String,
}

impl TextChart<'_> {
    /// Returns the chart as lines of at most 80 characters.
    pub fn render(&self, charset: Charset) -> String {
        if self.shares.is_empty() {
            return String::new();
        }
        let span = self.span();
        let mut text =
            String::from("Share of devices back, from the moment the platform can be reached again\n");
        let columns: Vec<f64> =
            (0..COLUMNS).map(|column| self.share_at(span * (column as f64 + 0.5) / COLUMNS as f64)).collect();
        let target = self.target.filter(|at| *at <= span).map(|at| column_of(at, span));
        for row in (0..ROWS).rev() {
            text.push_str(&label(row, charset));
            let mut line = String::new();
            for (column, share) in columns.iter().enumerate() {
                let filled = cell(*share, row, charset);
                line.push(match (filled, target) {
                    (' ', Some(at)) if at == column => pick(charset, '┊', ':'),
                    (filled, _) => filled,
                });
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.push_str(&axis(span, charset));
        for mark in self.marks(span, charset) {
            text.push_str(&mark_line(&mark, span));
        }
        text
    }

    /// Returns the length of the axis [s]: until all are back, rounded up, and at most as long as was watched.
    fn span(&self) -> f64 {
        let watched = self.shares.len() as f64;
        let last = self.shares.last().copied().unwrap_or(0.0);
        let settled =
            self.shares.iter().position(|share| *share >= last).map_or(watched, |second| second as f64 + 1.0);
        let marks = [self.target.unwrap_or(0.0), if self.t95.is_finite() { self.t95 } else { 0.0 }];
        // A fleet that stays away is shown as long as it was watched, so that nobody takes it for short.
        let needed = if last < 0.95 { watched } else { settled };
        let needed = marks.into_iter().fold(needed, f64::max) * 1.02;
        SPANS.into_iter().find(|span| *span >= needed).unwrap_or(needed).min(watched)
    }

    /// Returns the share at a time [s]; 0 before the return, the last one after the end.
    fn share_at(&self, at: f64) -> f64 {
        let second = (at.max(0.0) as usize).min(self.shares.len() - 1);
        self.shares[second]
    }

    /// Returns the marks, in the order of their times.
    fn marks(&self, span: f64, charset: Charset) -> Vec<Mark> {
        let up = pick(charset, '▲', '^');
        let mut marks = Vec::new();
        if self.t95.is_finite() {
            let text = format!("95 % back after {}", units::duration(self.t95));
            marks.push(Mark { at: self.t95, sign: up, text });
        }
        if let Some(at) = self.target {
            let sign = if at <= span { pick(charset, '┊', ':') } else { '>' };
            marks.push(Mark { at, sign, text: format!("target for 95 %: {}", units::duration(at)) });
        }
        marks.sort_by(|a, b| a.at.total_cmp(&b.at));
        marks
    }
}

/// Returns one of two characters.
fn pick(charset: Charset, unicode: char, ascii: char) -> char {
    if charset == Charset::Unicode { unicode } else { ascii }
}

/// Returns the column of a time.
fn column_of(at: f64, span: f64) -> usize {
    ((at / span * COLUMNS as f64) as usize).min(COLUMNS - 1)
}

/// Returns the character of a cell whose column is filled up to `share`.
fn cell(share: f64, row: usize, charset: Charset) -> char {
    let lines = share.clamp(0.0, 1.0) * ROWS as f64 - row as f64;
    // A single device that is back is still something; all but one are not all.
    let eighths = (lines * 8.0).clamp(0.0, 8.0).floor() as usize;
    let eighths = if share > 0.0 && row == 0 { eighths.max(1) } else { eighths };
    match charset {
        Charset::Unicode => BLOCKS[eighths],
        Charset::Ascii => {
            if eighths >= 4 {
                '#'
            } else if eighths > 0 {
                '.'
            } else {
                ' '
            }
        }
    }
}

/// Returns what stands left of a line: the share at its upper edge where it is a round one.
fn label(row: usize, charset: Charset) -> String {
    let percent = (row + 1) * 100 / ROWS;
    if percent.is_multiple_of(50) {
        format!("{percent:>4} % {} ", pick(charset, '┤', '+')).chars().take(MARGIN).collect()
    } else {
        format!("{:>6} {}", "", pick(charset, '│', '|'))
    }
}

/// Returns the axis with its times.
fn axis(span: f64, charset: Charset) -> String {
    let minutes = (span / 60.0) as u64;
    let parts = if minutes > 0 && minutes.is_multiple_of(3) { 3 } else { 4 };
    let mut rule = format!("{:>4} % {}", 0, pick(charset, '┼', '+'));
    let mut times = " ".repeat(MARGIN - 1);
    for column in 0..=COLUMNS {
        let tick = column > 0 && (0..=parts).any(|part| part * COLUMNS / parts == column);
        rule.push(if tick { pick(charset, '┴', '+') } else { pick(charset, '─', '-') });
    }
    for part in 0..=parts {
        let name = units::duration(span * part as f64 / parts as f64);
        let at = MARGIN - 1 + part * COLUMNS / parts;
        // Centred below its tick, the last one ending with the line.
        let start = at.saturating_sub(name.chars().count() / 2).min(WIDTH - name.chars().count());
        let gap = start.saturating_sub(times.chars().count());
        times.push_str(&" ".repeat(gap));
        times.push_str(&name);
    }
    format!("{rule}\n{times}\n")
}

/// Returns the line of a mark, its text on the side where there is room.
fn mark_line(mark: &Mark, span: f64) -> String {
    let at = MARGIN + column_of(mark.at.min(span), span);
    let length = mark.text.chars().count();
    if at + 2 + length <= WIDTH {
        format!("{}{} {}\n", " ".repeat(at), mark.sign, mark.text)
    } else {
        format!("{}{} {}\n", " ".repeat(at.saturating_sub(length + 1)), mark.text, mark.sign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(seconds: usize, watched: usize) -> Vec<f64> {
        (0..watched).map(|second| ((second + 1) as f64 / seconds as f64).min(1.0)).collect()
    }

    fn chart(shares: &[f64], target: Option<f64>, t95: f64, charset: Charset) -> String {
        TextChart { shares, target, t95 }.render(charset)
    }

    #[test]
    fn a_ramp_looks_like_one() {
        insta::assert_snapshot!(chart(&ramp(100, 1_800), Some(60.0), 95.0, Charset::Unicode));
    }

    #[test]
    fn ascii_shows_the_same() {
        let text = chart(&ramp(500, 1_800), Some(300.0), 475.0, Charset::Ascii);
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn every_chart_fits_the_line_and_never_fails() {
        let curves = [ramp(1, 1), ramp(50_000, 1_800), ramp(700_000, 604_801), vec![0.0; 60]];
        for shares in &curves {
            for target in [None, Some(1.0), Some(604_800.0)] {
                for t95 in [0.0, 3.0, 604_700.0, f64::INFINITY] {
                    for charset in [Charset::Unicode, Charset::Ascii] {
                        let text = chart(shares, target, t95, charset);
                        let longest = text.lines().map(|line| line.chars().count()).max();
                        assert!(longest <= Some(WIDTH), "{longest:?}\n{text}");
                        assert_eq!(text.contains("95 % back"), t95.is_finite());
                    }
                }
            }
        }
        assert_eq!(chart(&[], None, 1.0, Charset::Ascii), "");
    }
}
