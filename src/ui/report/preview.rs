//! What a report will hold, as text: made from the newest result, once for each change.

use super::{small, strong};
use crate::base::units;
use crate::desk::{ReportOptions, View};
use crate::plan::Outcome;
use crate::plan::compare::changes_of;
use crate::report::draw::Graphic;
use crate::report::files::{self, Format, Said};
use crate::report::page::Sheet;
use crate::report::terminal::{Charset, WIDTH, wrap};
use crate::report::text::{Told, render};
use crate::ui::theme;
use egui::{Label, RichText, ScrollArea, Ui};
use std::sync::Arc;

/// Width of a letter as a share of its size: that of the monospaced fonts that are shipped.
const ADVANCE: f32 = 0.61;
/// Smallest letters that are read without effort [points].
const SMALLEST: f32 = 9.0;
/// Room for the bar that scrolls [points].
const ROOM: f32 = 10.0;
/// Lines that are shown; the file has all of them.
const SHOWN: usize = 400;

/// What the text was made from: result, baseline, revision, options.
type From = (Arc<Outcome>, Option<Arc<Outcome>>, u64, ReportOptions);

/// The text with what it was made from.
#[derive(Default)]
pub struct Preview {
    made: Option<(From, Vec<String>)>,
}

impl Preview {
    /// Draws the preview; in a column it is `height` high [points].
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, options: &ReportOptions, height: Option<f32>) {
        ui.label(strong(ui, title(options.format)));
        let weak = theme::tokens(ui.ctx()).text.weak;
        let Some(outcome) = view.outcome else {
            ui.label("Nothing is simulated yet, so there is nothing to show.");
            return;
        };
        if !view.outcome_current {
            ui.label(small("… Settings changed, this is from before").color(weak));
        }
        let lines = self.lines(outcome, view, options);
        // Tables keep their columns: a narrow window has smaller letters, and breaks lines in the end.
        let size = letters(ui.available_width());
        let area = ScrollArea::vertical().id_salt("preview").auto_shrink([false, false]);
        let area = if let Some(height) = height { area.max_height(height) } else { area };
        area.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for line in lines.iter().take(SHOWN) {
                // An empty line has the height of a letter too.
                let line = if line.is_empty() { " " } else { line };
                ui.add(Label::new(RichText::new(line).monospace().size(size)).wrap());
            }
            if let Some(more) = lines.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                ui.label(small(format!("… {} more lines", units::count(more as u64))).color(weak));
            }
        });
    }

    /// Returns the lines of the text.
    fn lines(&mut self, outcome: &Arc<Outcome>, view: &View<'_>, options: &ReportOptions) -> &[String] {
        let baseline = view.baseline.filter(|_| compared(view)).cloned();
        let same = |(from, _): &&(From, Vec<String>)| {
            let before = match (&from.1, &baseline) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                (a, b) => a.is_none() && b.is_none(),
            };
            Arc::ptr_eq(&from.0, outcome) && before && from.2 == view.revision && from.3 == *options
        };
        if self.made.as_ref().as_ref().is_none_or(|x| !same(x)) {
            let text = text(outcome, baseline.as_deref(), view, options);
            let lines = text.lines().flat_map(broken).collect();
            self.made = Some(((Arc::clone(outcome), baseline, view.revision, options.clone()), lines));
        }
        self.made.as_ref().map_or(&[], |(_, lines)| lines)
    }
}

/// Returns the size of letters [points] with which [`WIDTH`] of them fit into a width [points].
fn letters(width: f32) -> f32 {
    ((width - ROOM) / WIDTH as f32 / ADVANCE).clamp(SMALLEST, theme::SMALL)
}

/// Returns a line of a text as lines of at most [`WIDTH`] characters with the same indent; a longer word stands
/// alone in its line.
fn broken(line: &str) -> Vec<String> {
    if line.chars().count() <= WIDTH {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent = " ".repeat(line.len() - text.len());
    wrap(&indent, text).lines().map(str::to_owned).collect()
}

/// Returns what stands over the text.
fn title(format: Format) -> &'static str {
    match format {
        Format::Html => "What the page holds",
        Format::Md | Format::Json => "What the file holds",
        Format::Svg | Format::Png | Format::Csv => "What the folder holds",
    }
}

/// Returns whether the pinned baseline is that of the project, with which a report compares.
fn compared(view: &View<'_>) -> bool {
    view.scenario.is_some() && view.pinned.is_some_and(|pinned| pinned.scenario.is_none())
}

/// Returns the text.
fn text(outcome: &Outcome, baseline: Option<&Outcome>, view: &View<'_>, options: &ReportOptions) -> String {
    let format = options.format;
    if format.per_chart() {
        let line = |(name, graphic): &(String, Graphic)| {
            format!("{name}\n    {}\n", units::unbroken(graphic.spoken()))
        };
        return files::charts(format, outcome, baseline).iter().map(line).collect();
    }
    let changes = changes_of(view.file, view.scenario);
    let told = Told::plain((view.file, view.scenario), (outcome, baseline), (&changes, view.findings()));
    if format == Format::Html {
        return render(&told, Charset::Unicode);
    }
    let ticket = options.ticket();
    let said = Said::plain((view.origin, view.scenario), (outcome.runs(), view.seed), (format, ticket));
    let command = said.command();
    let sheet =
        Sheet { told, file: view.origin, text: view.file.text(), command: &command, ticket, region: None };
    files::text(format, &sheet).unwrap_or_else(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_shrink_with_the_width_but_stay_readable() {
        assert_eq!(letters(2000.0), theme::SMALL);
        assert_eq!(letters(200.0), SMALLEST);
        let some = letters(535.0);
        assert!(some < theme::SMALL && some * ADVANCE * WIDTH as f32 <= 535.0 - ROOM + 0.01, "{some}");
    }

    #[test]
    fn lines_longer_than_a_terminal_are_broken_between_words_with_their_indent() {
        let table = format!("{:<40}{:>40}", "t95", "3:20");
        assert_eq!(broken(&table), [table.as_str()]);
        assert_eq!(broken(""), [""]);
        let long = broken(&format!("  {}", "word ".repeat(40)));
        assert!(long.len() > 1 && long.iter().all(|line| line.starts_with("  word")), "{long:?}");
        assert!(long.iter().all(|line| line.chars().count() <= WIDTH), "{long:?}");
    }
}
