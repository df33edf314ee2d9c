//! What matters: each input a fifth less and a fifth more, and what that does to t95.

use super::{small, standing, strong, weak};
use crate::base::units;
use crate::desk::View;
use crate::plan::sweep::{Bar, Method, SHARE, Tornado};
use crate::ui::theme::{SMALL, TARGET, plain, space, tokens};
use egui::{Align2, Grid, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Bars that are shown, the largest effects.
const SHOWN: usize = 8;
/// Height of one bar, two lines of a name [points].
const ROW: f32 = 30.0;
/// Share of the width that names take.
const NAMES: f32 = 0.42;
/// Width kept for a time beside a bar [points].
const TIME: f32 = 44.0;

/// State of the bars.
#[derive(Default)]
pub struct TornadoPanel {
    table: bool,
}

impl TornadoPanel {
    /// Draws the bars, or the same as a table.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        ui.label(strong(ui, &format!("What matters most, ± {}", units::percent(SHARE))));
        let sought = view.plans.tornado;
        standing(ui, sought.standing, sought.current, sought.found.is_some(), "inputs");
        let Some(tornado) = sought.found else { return };
        ui.label(weak(ui, told(tornado)));
        if tornado.bars.is_empty() {
            ui.label(small(tornado.without_effect()));
            return;
        }
        ui.checkbox(&mut self.table, small("Bars as a table"));
        if self.table { table(ui, tornado) } else { bars(ui, tornado) }
    }
}

/// Returns what the bars start from.
fn told(tornado: &Tornado) -> String {
    let back = tornado.standing();
    let simulated = tornado.bars.iter().filter(|bar| bar.simulated).count();
    let by = match tornado.method {
        Method::Exact { runs, .. } if simulated == tornado.bars.len() => {
            format!("medians of {runs} runs with the same draws")
        }
        Method::Exact { runs, .. } => {
            format!(
                "the first {simulated} are medians of {runs} runs with the same draws, the others (~) estimates"
            )
        }
        Method::Estimate => "estimates by means".to_owned(),
    };
    units::unbroken(&format!("{back}; {by}"))
}

/// Returns a time as a cell shows it.
fn time(side: Option<f64>) -> String {
    match side {
        None => "–".to_owned(),
        Some(value) if value.is_finite() => units::clock(value),
        Some(_) => "never".to_owned(),
    }
}

/// Returns a bar in a sentence.
fn spoken(bar: &Bar) -> String {
    let share = units::percent(SHARE);
    let side = |side: Option<f64>| match side {
        None => "is not accepted".to_owned(),
        Some(value) if value.is_finite() => format!("gives {}", units::duration(value)),
        Some(_) => "never recovers".to_owned(),
    };
    format!(
        "{}, now {}: {share} less {}, {share} more {}",
        bar.label,
        bar.now,
        side(bar.less_s),
        side(bar.more_s)
    )
}

/// Returns the name of a bar with its value; among simulated ones an estimate has a sign.
fn name(bar: &Bar, mixed: bool) -> String {
    let sign = if mixed && !bar.simulated { "~ " } else { "" };
    format!("{sign}{}, {}", bar.label, bar.now)
}

/// Draws the table.
fn table(ui: &mut Ui, tornado: &Tornado) {
    let share = units::percent(SHARE);
    Grid::new("tornado").num_columns(4).spacing(vec2(space::M, 2.0)).show(ui, |ui| {
        for head in ["Input".to_owned(), "Now".to_owned(), format!("−{share}"), format!("+{share}")] {
            ui.label(weak(ui, head));
        }
        ui.end_row();
        for bar in tornado.bars.iter().take(SHOWN) {
            let sign = if tornado.simulated_t95_s.is_some() && !bar.simulated { "~ " } else { "" };
            ui.label(small(format!("{sign}{}", bar.label)));
            ui.label(small(&bar.now));
            ui.label(small(time(bar.less_s)));
            ui.label(small(time(bar.more_s)));
            ui.end_row();
        }
    });
}

/// Draws the bars.
fn bars(ui: &mut Ui, tornado: &Tornado) {
    let t = tokens(ui.ctx());
    let shown: Vec<&Bar> = tornado.bars.iter().take(SHOWN).collect();
    let size = vec2(ui.available_width(), ROW * shown.len() as f32);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    let names = area.width() * NAMES;
    let plot = Rect::from_min_max(
        pos2(area.left() + names + TIME, area.top()),
        pos2(area.right() - TIME, area.bottom()),
    );
    let (from, to) = span(tornado, &shown);
    let x = |value: f64| {
        // What is never reaches to the edge.
        let share = if value.is_finite() { ((value - from) / (to - from)) as f32 } else { 1.0 };
        plot.left() + share.clamp(0.0, 1.0) * plot.width()
    };
    let mixed = tornado.simulated_t95_s.is_some();
    let painter = ui.painter();
    for (at, bar) in shown.iter().enumerate() {
        let row = Rect::from_min_size(area.left_top() + vec2(0.0, at as f32 * ROW), vec2(area.width(), ROW));
        let y = row.center().y;
        let middle = x(tornado.middle_s(bar));
        let name = name(bar, mixed);
        let room = (names - space::S).max(TARGET);
        let mut job = egui::text::LayoutJob::simple(name, plain(SMALL), t.text.normal, room);
        job.wrap.max_rows = 2;
        let galley = painter.layout_job(job);
        painter.galley(pos2(row.left(), y - galley.size().y / 2.0), galley, t.text.normal);
        let ends: Vec<f32> = [bar.less_s, bar.more_s].into_iter().flatten().map(x).chain([middle]).collect();
        let left = ends.iter().copied().fold(f32::INFINITY, f32::min);
        let right = ends.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // Less is an outline and more is filled, so that they differ without colour too.
        for (side, filled) in [(bar.less_s, false), (bar.more_s, true)] {
            let Some(end) = side.map(x) else { continue };
            let half = Rect::from_x_y_ranges(middle.min(end)..=middle.max(end), y - 6.0..=y + 6.0);
            if filled {
                painter.rect_filled(half, 0.0, t.accent);
            } else {
                painter.rect_stroke(half, 0.0, Stroke::new(1.5, t.accent), egui::StrokeKind::Inside);
            }
        }
        painter.vline(middle, row.y_range(), Stroke::new(1.0, t.control));
        let (low, high) = sides(bar);
        let write = |at: f32, align: Align2, side: Option<f64>| {
            painter.text(pos2(at, y), align, time(side), plain(SMALL), t.text.weak);
        };
        if left < middle - 0.5 {
            write(left - space::XS, Align2::RIGHT_CENTER, low);
        }
        if right > middle + 0.5 {
            write(right + space::XS, Align2::LEFT_CENTER, high);
        }
    }
    let all: Vec<String> = shown.iter().map(|bar| spoken(bar)).collect();
    let text = format!("What matters most: {}. {}", told(tornado), all.join("; "));
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, ui.is_enabled(), &text));
    ui.label(weak(ui, "Outline: a fifth less. Filled: a fifth more."));
}

/// Returns the quicker and the slower side of a bar.
fn sides(bar: &Bar) -> (Option<f64>, Option<f64>) {
    match (bar.less_s, bar.more_s) {
        (Some(less), Some(more)) => (Some(less.min(more)), Some(less.max(more))),
        (one, other) => (one.or(other), other.or(one)),
    }
}

/// Returns the times at the edges of the plot [s].
fn span(tornado: &Tornado, shown: &[&Bar]) -> (f64, f64) {
    let values = shown.iter().flat_map(|bar| [bar.less_s, bar.more_s]).flatten();
    let values = values.chain(shown.iter().map(|bar| tornado.middle_s(bar)));
    let finite: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let high = finite.iter().copied().fold(0.0, f64::max);
    if low >= high { (0.0, high.max(1.0)) } else { (low, high) }
}
