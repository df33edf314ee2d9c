//! The one line that says what is under the crosshair.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Response, Role as Spoken, Sense, Ui, WidgetInfo, vec2};

use super::LEFT;
use super::labels::name_colour;
use super::view::TimeView;
use crate::report::chart::{Chart, Reading, Role};
use crate::ui::theme::{SMALL, TARGET, plain, strong, tokens};

/// Draws one line with the values of all charts at the crosshair, or how to get one.
///
/// The line begins above the plots and is always 24 points high, so that nothing moves when the pointer enters. Where the width is
/// short, later curves of each chart are left out first.
pub fn read_out(ui: &mut Ui, charts: &[&Chart], view: &TimeView) -> Response {
    let (area, response) = ui.allocate_exact_size(vec2(ui.available_width(), TARGET), Sense::hover());
    let most = charts.iter().map(|chart| chart.series.len()).max().unwrap_or(0);
    let fits = |job: LayoutJob| {
        let galley = ui.painter().layout_job(job);
        (galley.size().x <= area.width() - LEFT).then_some(galley)
    };
    let lines = (1..=most).rev().map(|curves| line(ui, charts, view, curves));
    let shown = lines.chain([time_only(ui, charts, view)]).find_map(fits);
    let spoken = shown.as_ref().map(|galley| galley.text().to_owned()).unwrap_or_default();
    if let Some(galley) = shown {
        let at = area.left_center() + vec2(LEFT, -galley.size().y / 2.0);
        ui.painter().galley(at, galley, tokens(ui.ctx()).text.normal);
    }
    response.widget_info(|| WidgetInfo::labeled(Spoken::Label, true, &spoken));
    response
}

/// Returns the values under a crosshair in words: `3 min 10 s: this scenario 94.8 %, baseline 61 %`.
pub fn reading_text(chart: &Chart, x: f64) -> String {
    let value = |reading: Reading| format!("{} {}", reading.name, reading.text);
    let values: Vec<String> = chart.readings(x).into_iter().rev().map(value).collect();
    format!("{}: {}", chart.x.text(x), values.join(", "))
}

/// Returns the line with at most `curves` values per chart: the last drawn, which matter most, first.
fn line(ui: &Ui, charts: &[&Chart], view: &TimeView, curves: usize) -> LayoutJob {
    let t = tokens(ui.ctx());
    let mut job = LayoutJob::default();
    let Some((x, first)) = view.cursor().zip(charts.first()) else {
        let hint = "Point at a chart to read it, click to hold, drag to zoom, double click to fit";
        push(&mut job, hint, t.text.weak, false, 0.0);
        return job;
    };
    push(&mut job, &first.x.text(x), t.text.strong, true, 0.0);
    for chart in charts {
        push(&mut job, &chart.y.title, t.text.weak, false, 16.0);
        for reading in chart.readings(x).iter().rev().take(curves) {
            // Parts of a platform have no usual colours: their names stand beside the values.
            if let (Role::Part(_), false) = (reading.role, reading.name == "baseline") {
                push(&mut job, &reading.name, t.text.weak, false, 6.0);
            }
            push(&mut job, &reading.text, name_colour(ui, reading.role), true, 6.0);
        }
    }
    job
}

fn time_only(ui: &Ui, charts: &[&Chart], view: &TimeView) -> LayoutJob {
    let mut job = LayoutJob::default();
    if let Some((x, chart)) = view.cursor().zip(charts.first()) {
        push(&mut job, &chart.x.text(x), tokens(ui.ctx()).text.strong, true, 0.0);
    }
    job
}

fn push(job: &mut LayoutJob, text: &str, color: Color32, heavy: bool, space: f32) {
    let font_id = if heavy { strong(SMALL) } else { plain(SMALL) };
    job.wrap.max_width = f32::INFINITY;
    job.append(text, space, TextFormat { font_id, color, ..TextFormat::default() });
}
