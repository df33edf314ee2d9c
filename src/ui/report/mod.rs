//! The screen *Report*: format and options, what the report will hold as text, and *Save report…*.

mod preview;

use super::request::{Request, offer};
use super::theme::{self, space};
use crate::base::units;
use crate::desk::command::DocumentCommand;
use crate::desk::{ReportOptions, UserCommand, View};
use crate::fleet::file::{Value, moment};
use crate::report::files::Format;
use egui::{Button, Frame, Margin, RichText, ScrollArea, Stroke, TextEdit, Ui, UiBuilder};
use preview::Preview;

/// Width of the options [points].
const OPTIONS: f32 = 300.0;
/// Width of the screen [points] below which the preview stands under the options.
const NARROW: f32 = 620.0;
/// Height of the preview under the options [points].
const UNDER: f32 = 320.0;
/// Longest number of a change [characters].
const TICKET: usize = 60;
/// Address of the planned start.
const START: &str = "/outage/start";

/// State of the screen's widgets.
#[derive(Default)]
pub struct ReportPanel {
    options: ReportOptions,
    /// The planned start as it is typed, and the one it was begun from.
    start: Option<(String, String)>,
    preview: Preview,
}

impl ReportPanel {
    /// Returns what is to be written.
    pub fn options(&self) -> &ReportOptions {
        &self.options
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let whole = ui.available_rect_before_wrap();
        if whole.width() < NARROW {
            inside().show(ui, |ui| {
                scroll("report", ui, |ui| {
                    self.wishes(ui, view, out);
                    ui.add_space(space::L);
                    self.preview.ui(ui, view, &self.options, Some(UNDER));
                });
            });
            return;
        }
        let (left, right) = whole.split_left_right_at_x(whole.left() + OPTIONS);
        ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
            inside().show(ui, |ui| scroll("report options", ui, |ui| self.wishes(ui, view, out)));
        });
        let line = Stroke::new(1.0, theme::tokens(ui.ctx()).separator);
        ui.painter().vline(right.left(), right.y_range(), line);
        ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
            inside().show(ui, |ui| self.preview.ui(ui, view, &self.options, None));
        });
    }

    /// Draws the options and the button.
    fn wishes(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        ui.label(strong(ui, &format!("Report of {}", view.scenario_name())));
        ui.add_space(space::XS);
        for format in Format::ALL {
            let own = self.options.format == format;
            if ui.radio(own, format.label()).on_hover_text(holds(format)).clicked() {
                self.options.format = format;
            }
        }
        ui.label(small(holds(self.options.format)).color(tokens.text.weak));
        ui.add_space(space::S);
        if self.options.format.has_ticket() {
            let ticket = &mut self.options.ticket;
            let name = ui.label("Number of the change");
            let edit = TextEdit::singleline(ticket).hint_text("CHG-1042").char_limit(TICKET);
            ui.add(edit.desired_width(f32::INFINITY).margin(Margin::symmetric(8, 4))).labelled_by(name.id);
            self.start(ui, view, out);
        }
        ui.add_space(space::S);
        let runs = format!("{} runs of seed {}", units::count(view.settings.runs.into()), view.seed);
        ui.label(small(runs).color(tokens.text.weak));
        if view.dirty || view.path.is_none() && view.origin != "example" {
            let text = "⚠ Not saved: the command line in the report makes it again once the project is saved";
            ui.label(small(text).color(tokens.status.uncertain));
        }
        ui.add_space(space::S);
        let entry = UserCommand::Report.entry();
        let text = RichText::new(entry.text).font(theme::strong(theme::BODY)).color(tokens.on_accent);
        let button = Button::new(text).fill(tokens.accent).min_size(egui::vec2(ui.available_width(), 32.0));
        if offer(ui, UserCommand::Report, button, entry.tooltip, view).clicked() {
            out.push(Request::User(UserCommand::Report));
        }
    }

    /// Draws the planned start, which turns times after the return into times on the clock.
    fn start(&mut self, ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
        let tokens = theme::tokens(ui.ctx());
        let stored = view.seen().lookup(START);
        let stored = stored.and_then(|(node, _)| node.as_str().map(ToString::to_string)).unwrap_or_default();
        let (text, _) = match &mut self.start {
            Some(own) if own.1 == stored => own,
            own => own.insert((stored.clone(), stored.clone())),
        };
        let name = ui.label("Planned start of the outage, with its zone");
        let edit = TextEdit::singleline(text).hint_text("2026-12-05T02:00:00+01:00");
        let edit = edit.desired_width(f32::INFINITY).margin(Margin::symmetric(8, 4));
        let field = ui.add(edit).labelled_by(name.id);
        let typed = text.trim().to_owned();
        let known = typed.is_empty() || moment(&typed).is_some();
        if !known && !field.has_focus() {
            let text = format!("✕ `{typed}` is no moment. Write it as 2026-12-05T02:00:00+01:00");
            ui.label(small(text).color(tokens.status.bad));
        } else if typed.is_empty() {
            let text = "Without it the report counts from the return of the platform";
            ui.label(small(text).color(tokens.text.weak));
        }
        if field.lost_focus() && known && typed != stored {
            let value = if typed.is_empty() { Value::Nothing } else { Value::Word(typed) };
            let edits = vec![(START.to_owned(), value)];
            out.push(DocumentCommand::Set { edits, finished: true }.into());
        }
    }
}

/// Returns what a format holds.
fn holds(format: Format) -> &'static str {
    match format {
        Format::Html => "Everything on one page that needs nothing from elsewhere, for reading and printing",
        Format::Md => "What changes, what is expected when, when to call it off, and how to go back",
        Format::Json => "Every number for programs, as the command line prints it",
        Format::Svg => "One vector graphic for each chart, in a folder",
        Format::Png => "One picture for each chart, in a folder",
        Format::Csv => "The numbers of each chart, in a folder",
    }
}

/// Returns the frame around a part of the screen.
fn inside() -> Frame {
    Frame::new().inner_margin(Margin::symmetric(space::L as i8, space::S as i8))
}

/// Draws something that scrolls where it does not fit.
fn scroll(id: &str, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(id).auto_shrink([false, true]).show(ui, add);
}

/// Returns text at the small size.
fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Returns a heading.
fn strong(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}
