//! Charts on a shared time axis, painted from their description.
//!
//! Stacked charts agree to the pixel: same left and right edges, one [`TimeView`] with one range and one
//! crosshair. Only the lowest draws the time axis. Curves are labelled at their ends instead of in a
//! legend, and labels never cover each other. Curves are thinned to the pixel columns they cross, so a
//! hundred thousand points cost what eight hundred cost.
//!
//! Pointer: anywhere over a chart draws the crosshair in all of them, a click holds it, dragging zooms,
//! a double click fits. Keyboard, once a chart has it: arrows move the crosshair (with Shift ten steps), `+`
//! and `-` zoom, Home or 0 fit, Escape lets go. The sentence of the chart is its accessible name, the values
//! under the crosshair are its accessible value.

mod axes;
mod curves;
mod frame;
mod grid;
mod labels;
mod readout;
mod view;

use egui::{
    Align, Layout, Rect, Response, Role as Spoken, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2,
};

use self::frame::Frame;
pub use self::grid::grid;
pub use self::readout::{read_out, reading_text};
pub use self::view::TimeView;
use super::super::theme::{FOCUS_WIDTH, ROUNDING, SMALL, plain, space, tokens};
use crate::report::chart::{Chart, Mark};

/// Height of the title above a plot [points].
const HEADER: f32 = 26.0;
/// Width of the labels of the y axis [points].
const LEFT: f32 = 52.0;
/// Height of tick labels and title below the lowest plot [points].
const AXIS: f32 = 40.0;

/// How one chart of a stack is laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Height of the plot, without title and time axis [points].
    pub plot_height: f32,
    /// Width kept for the labels of the y axis; the same for all charts of a stack [points].
    pub left: f32,
    /// Width kept for labels at the ends of curves; the same for all charts of a stack [points].
    pub right: f32,
    /// Whether this is the lowest chart of its stack, which draws the time axis.
    pub lowest: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { plot_height: 140.0, left: LEFT, right: 112.0, lowest: true }
    }
}

impl Options {
    /// Returns the height of the whole chart [points].
    pub fn height(&self) -> f32 {
        HEADER + self.plot_height + if self.lowest { AXIS } else { 0.0 }
    }
}

/// Charts that are drawn together, and how they share their room.
pub struct Set<'a> {
    /// The charts.
    pub charts: &'a [&'a Chart],
    /// Range and crosshair, which they share.
    pub view: &'a mut TimeView,
    /// Height of all of them together [points].
    pub height: f32,
    /// May draw a control at the right end of each chart's title, laid out from right to left.
    pub corner: &'a mut dyn FnMut(&mut Ui, &Chart),
}

/// Draws charts below each other over the whole width, sharing edges, range and crosshair.
///
/// Plots share the height equally, but none is lower than 48 points.
pub fn stack(ui: &mut Ui, set: Set<'_>) -> Vec<Response> {
    let Set { charts, view, height, corner } = set;
    let count = charts.len().max(1) as f32;
    let rest = height - AXIS - count * HEADER - (count - 1.0) * space::XS;
    let right = labels::column_width(ui, charts).min(ui.available_width() * 0.3);
    let shared = Options { plot_height: (rest / count).floor().max(48.0), right, ..Options::default() };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        let last = charts.len().saturating_sub(1);
        let each = charts.iter().enumerate();
        let draw = |(i, chart): (usize, &&Chart)| {
            show(ui, chart, view, &Options { lowest: i == last, ..shared }, corner)
        };
        each.map(draw).collect()
    })
    .inner
}

/// Draws one chart over the available width and handles pointer and keyboard on its plot.
///
/// The response is that of the plot; its accessible name is the sentence of the chart.
fn show(
    ui: &mut Ui,
    chart: &Chart,
    view: &mut TimeView,
    options: &Options,
    corner: &mut dyn FnMut(&mut Ui, &Chart),
) -> Response {
    let size = vec2(ui.available_width(), options.height());
    let (outer, _) = ui.allocate_exact_size(size, Sense::hover());
    let plot = plot_rect(ui, outer, options);
    // First, so that the Tab key finds it before its chart.
    let head = Rect::from_min_max(outer.left_top() + vec2(options.left, 0.0), plot.right_top());
    let layout = Layout::right_to_left(Align::TOP);
    let builder = UiBuilder::new().max_rect(head).layout(layout).id_salt(("corner", chart.id.as_str()));
    let mut control = ui.new_child(builder);
    corner(&mut control, chart);
    let control = control.min_rect();
    let head = head.with_max_x(if control.width() > 0.0 { control.left() - space::S } else { outer.right() });
    let id = ui.make_persistent_id(("chart", chart.id.as_str()));
    let response = ui.interact(plot, id, Sense::click_and_drag());
    let at_once = view.interact(ui, chart, &response);

    let frame = Frame::new(plot, chart, view.range(&chart.x));
    if ui.is_rect_visible(outer) {
        paint(ui, chart, view, options, &frame);
        axes::header(ui, tokens(ui.ctx()), chart, head);
        if response.has_focus() {
            let ring = Stroke::new(FOCUS_WIDTH, tokens(ui.ctx()).focus);
            ui.painter().rect_stroke(plot.expand(3.0), ROUNDING, ring, StrokeKind::Middle);
        }
    }
    if at_once {
        // Charts above this one were drawn before the change.
        ui.ctx().request_repaint();
    }
    name(ui, chart, view, &response);
    response
}

/// Returns the plot inside the widget, with edges on whole pixels.
fn plot_rect(ui: &Ui, outer: Rect, options: &Options) -> Rect {
    use egui::emath::GuiRounding as _;
    let left_top = outer.left_top() + vec2(options.left, HEADER);
    let width = (outer.width() - options.left - options.right).max(16.0);
    Rect::from_min_size(left_top, vec2(width, options.plot_height)).round_to_pixels(ui.pixels_per_point())
}

fn paint(ui: &Ui, chart: &Chart, view: &TimeView, options: &Options, frame: &Frame<'_>) {
    let t = tokens(ui.ctx());
    ui.painter().rect_filled(frame.plot, 0.0, t.surface.plot);
    let inside = ui.painter().with_clip_rect(frame.plot.intersect(ui.clip_rect()));
    // Lines on the edge keep their full width.
    let lines = ui.painter().with_clip_rect(frame.plot.expand2(vec2(0.0, 2.0)).intersect(ui.clip_rect()));

    axes::shades(&inside, t, chart, frame);
    let times = if options.lowest {
        axes::Times::Labelled { plate: axes::time_plate(ui, t, chart, view, frame) }
    } else {
        axes::Times::Bare
    };
    axes::grid(ui, t, chart, frame, times);
    let drawn = curves::trace(chart, frame, ui.pixels_per_point());
    curves::bands(&inside, t, chart, frame, ui.pixels_per_point());
    axes::marks(&inside, t, chart, frame);
    curves::paint(&lines, t, &drawn);
    curves::crossings(ui.painter(), t, chart, frame);
    view.paint_selection(&inside, t, frame);
    axes::crosshair(ui, t, chart, view, frame);
    labels::inside(ui, t, chart, frame, &drawn);
    labels::ends(ui, t, chart, frame, options.right);
}

/// Gives the plot its accessible name and, under a crosshair, its value.
fn name(ui: &Ui, chart: &Chart, view: &TimeView, response: &Response) {
    response.widget_info(|| WidgetInfo::labeled(Spoken::Figure, ui.is_enabled(), &chart.spoken));
    if let Some(x) = view.cursor() {
        let value = reading_text(chart, x);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_value(value));
    }
}

/// Returns where the first mark after the outage stands, such as t95: where a crosshair starts [s].
fn first_mark(chart: &Chart) -> Option<f64> {
    let later = |mark: &Mark| match mark {
        Mark::Vertical { x, .. } if *x > 0.0 => Some(*x),
        _ => None,
    };
    chart.marks.iter().find_map(later)
}

/// Lays text out on one line at the small size.
fn small(ui: &Ui, text: &str, colour: egui::Color32) -> std::sync::Arc<egui::Galley> {
    ui.painter().layout_no_wrap(text.to_owned(), plain(SMALL), colour)
}
