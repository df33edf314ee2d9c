//! The table of key figures: this scenario beside the baseline, numbers right-aligned.
//!
//! Columns are as wide as the longest text in them. Where the exact numbers do not fit beside each other, large
//! counts are rounded (`20.5 M`); the tooltip always has them in full.

use crate::base::units;
use crate::plan::{Difference, Figure, FigureUnit};
use crate::ui::theme::{self, space};
use egui::{Align, Label, Layout, Rect, RichText, Sense, TextStyle, Ui, UiBuilder, WidgetText, vec2};

/// Height of a row [points].
const ROW: f32 = 22.0;
/// Counts from here on are rounded where there is no room for them.
const LARGE: f64 = 1e6;

/// The texts of one row.
struct Row {
    label: String,
    this: String,
    baseline: String,
    tip: String,
}

impl Row {
    /// Returns the texts of a figure; in brief, large counts are rounded.
    fn of(row: &Difference, brief: bool) -> Self {
        let cell = |figure: &Figure| match figure.unit {
            FigureUnit::Count if brief && figure.median >= LARGE => units::si(figure.median),
            _ => figure.cell(figure.median),
        };
        Self {
            label: row.this.label.to_owned(),
            this: cell(&row.this),
            baseline: row.baseline.as_ref().map(cell).unwrap_or_default(),
            tip: tip(row),
        }
    }

    /// Returns the heads of the columns.
    fn head(compared: bool) -> Self {
        let baseline = if compared { "baseline".to_owned() } else { String::new() };
        Self { label: String::new(), this: "this".to_owned(), baseline, tip: String::new() }
    }
}

/// Returns what a figure is exactly, and how sure that is.
fn tip(row: &Difference) -> String {
    let figure = &row.this;
    let median = format!("{} {}, the median over the runs", figure.label, figure.text(figure.median));
    let interval = match figure.interval() {
        _ if !figure.bounded() => "; the 95 % interval needs at least 6 runs".to_owned(),
        Some(interval) => format!("; 95 % interval {interval}"),
        None => String::new(),
    };
    let baseline = row.baseline.as_ref();
    let before = baseline.map_or_else(String::new, |old| format!("; baseline {}", old.text(old.median)));
    format!("{median}{interval}{before}")
}

/// Widths of the columns [points].
#[derive(Clone, Copy)]
struct Columns {
    label: f32,
    this: f32,
    baseline: f32,
}

impl Columns {
    /// Returns the widths that rows need, with the distances between them.
    fn of(ui: &Ui, rows: &[Row]) -> Self {
        let width = |text: RichText| {
            WidgetText::from(text).into_galley(ui, None, f32::INFINITY, TextStyle::Body).size().x.ceil()
        };
        let widest = |of: fn(&Row) -> RichText| rows.iter().map(|row| width(of(row))).fold(0.0, f32::max);
        let baseline = widest(|row| small(&row.baseline));
        Self {
            label: widest(|row| small(&row.label)) + space::S,
            this: widest(|row| strong(&row.this)),
            baseline: if baseline > 0.0 { baseline + space::M } else { 0.0 },
        }
    }

    fn sum(self) -> f32 {
        self.label + self.this + self.baseline
    }
}

fn small(text: &str) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

fn strong(text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY))
}

/// Draws the table over the available width.
pub fn ui(ui: &mut Ui, differences: &[Difference]) {
    let compared = differences.iter().any(|row| row.baseline.is_some());
    let all = |brief: bool| -> Vec<Row> {
        let rows = differences.iter().map(|row| Row::of(row, brief));
        std::iter::once(Row::head(compared)).chain(rows).collect()
    };
    let room = ui.available_width();
    let mut rows = all(false);
    let mut columns = Columns::of(ui, &rows);
    if columns.sum() > room {
        rows = all(true);
        columns = Columns::of(ui, &rows);
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        rows.iter().enumerate().for_each(|(index, row)| line(ui, columns, row, index == 0));
    });
}

/// Draws one row.
fn line(ui: &mut Ui, columns: Columns, row: &Row, head: bool) {
    let weak = theme::tokens(ui.ctx()).text.weak;
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let (front, baseline) = area.split_left_right_at_x(area.right() - columns.baseline);
    let (label, this) = front.split_left_right_at_x(front.right() - columns.this);
    put(ui, label, false, small(&row.label), &row.tip);
    let own = if head { small(&row.this).color(weak) } else { strong(&row.this) };
    put(ui, this, true, own, &row.tip);
    put(ui, baseline, true, small(&row.baseline).color(weak), &row.tip);
}

/// Draws a text at the left or right end of its cell; an empty one is nothing.
pub(super) fn put(ui: &mut Ui, cell: Rect, right: bool, text: RichText, tip: &str) {
    if text.is_empty() {
        return;
    }
    let layout =
        if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    // The row has its place already.
    let mut cell = ui.new_child(UiBuilder::new().max_rect(cell).layout(layout));
    let response = cell.add(Label::new(text).truncate());
    if !tip.is_empty() {
        response.on_hover_text(units::unbroken(tip));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(this: f64, baseline: Option<f64>, ci: (f64, f64)) -> Difference {
        let figure =
            |median| Figure { key: "x", label: "Rejected values", unit: FigureUnit::Count, median, ci };
        Difference { this: figure(this), baseline: baseline.map(figure) }
    }

    #[test]
    fn large_counts_are_rounded_only_in_brief() {
        let row = difference(20_527_600.0, Some(999_999.0), (20e6, 21e6));
        let (full, brief) = (Row::of(&row, false), Row::of(&row, true));
        assert_eq!(full.this, units::count(20_527_600));
        assert_eq!((brief.this.as_str(), brief.baseline == full.baseline), ("20.5\u{2009}M", true));
        assert!(brief.tip.contains(&full.this) && brief.tip.contains(&full.baseline), "{}", brief.tip);
    }

    #[test]
    fn too_few_runs_say_how_many_are_needed() {
        let tip = |ci| tip(&difference(3.0, None, ci));
        assert!(tip((0.0, f64::INFINITY)).ends_with("needs at least 6 runs"));
        assert!(tip((2.0, 4.0)).ends_with("95 % interval 2 to 4"));
        assert!(tip((3.0, 3.0)).ends_with("median over the runs"));
    }
}
