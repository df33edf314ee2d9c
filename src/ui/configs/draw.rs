//! Drawing what the parts of the screen share: texts, marks, findings, lines of files.

use super::rows::{FindingText, Mark, TextLine, Tone};
use crate::ui::theme::{self, Tokens, space};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, FontId, Label, Layout, Response, RichText, Ui};

/// Returns the colour of a tone.
pub fn colour(tokens: &Tokens, tone: Tone) -> Color32 {
    match tone {
        Tone::Good => tokens.status.ok,
        Tone::Bad => tokens.status.bad,
        Tone::Unsure => tokens.status.uncertain,
        Tone::Info => tokens.status.info,
        Tone::Plain => tokens.text.weak,
    }
}

/// Returns text at the small size.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).size(theme::SMALL)
}

/// Returns a heading.
pub fn strong(ui: &Ui, text: &str) -> RichText {
    RichText::new(text).font(theme::strong(theme::BODY)).color(theme::tokens(ui.ctx()).text.strong)
}

/// Returns a mark as small coloured text.
pub fn mark(ui: &Ui, mark: &Mark) -> RichText {
    small(mark.text()).color(colour(theme::tokens(ui.ctx()), mark.tone))
}

/// Draws a cell of a table, cut where it is too long.
pub fn cell(ui: &mut Ui, width: f32, text: RichText) -> Response {
    let size = egui::vec2(width, theme::TARGET);
    let inner = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.add(Label::new(text).truncate())
    });
    inner.inner
}

/// Draws findings, each with its sign.
pub fn findings(ui: &mut Ui, findings: &[FindingText]) {
    let tokens = theme::tokens(ui.ctx());
    for finding in findings {
        let (sign, colour) = tokens.severity(finding.severity);
        ui.horizontal(|ui| {
            ui.label(small(sign).color(colour));
            ui.add(Label::new(small(&finding.text).color(tokens.text.normal)).wrap());
        });
    }
}

/// Draws the lines of a file.
pub fn lines(ui: &mut Ui, lines: &[TextLine]) {
    let tokens = theme::tokens(ui.ctx());
    let frame = egui::Frame::new().fill(tokens.surface.plot).corner_radius(theme::ROUNDING);
    frame.inner_margin(space::M).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let mut job = LayoutJob::default();
        job.wrap.max_width = ui.available_width();
        let signed = lines.iter().any(|line| !line.sign.is_empty());
        for (at, line) in lines.iter().enumerate() {
            let color = match (line.sign, line.tone) {
                ("…", _) => tokens.text.weak,
                (_, Tone::Plain) => tokens.text.strong,
                (_, tone) => colour(tokens, tone),
            };
            let format =
                TextFormat { font_id: FontId::monospace(theme::SMALL), color, ..TextFormat::default() };
            let end = if at + 1 == lines.len() { "" } else { "\n" };
            let text = if signed {
                format!("{} {}{end}", line.sign, line.text)
            } else {
                format!("{}{end}", line.text)
            };
            job.append(&text, 0.0, format);
        }
        ui.add(Label::new(job).wrap());
    });
}
