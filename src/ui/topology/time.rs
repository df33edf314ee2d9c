//! The moment of the last simulation that the boxes show: the highest load, or a second of it.

use crate::base::units;
use crate::desk::View;
use crate::report::topology::Load;
use crate::ui::theme::{self, space};
use crate::ui::widget::quantity::{Lever, Measure, Span, lever};
use egui::{Button, RichText, Ui};

/// Draws the choice.
pub fn choose(ui: &mut Ui, load: &Load, view: &View<'_>, moment: &mut Option<f64>) {
    let tokens = theme::tokens(ui.ctx());
    let tip = "Boxes show how busy they were at most";
    if ui.add(Button::selectable(moment.is_none(), "Highest load")).on_hover_text(tip).clicked() {
        *moment = None;
    }
    let tip = "Boxes show how busy they were at one moment of the simulation";
    if ui.add(Button::selectable(moment.is_some(), "At a moment")).on_hover_text(tip).clicked() {
        *moment = moment.or(Some(load.returned_s));
    }
    if !view.outcome_current {
        let note = RichText::new("⚠ This load is from before").size(theme::SMALL);
        ui.label(note.color(tokens.status.uncertain))
            .on_hover_text("Settings changed since it was simulated");
    }
}

/// Draws the time axis, where a moment is shown.
pub fn axis(ui: &mut Ui, load: &Load, moment: &mut Option<f64>) {
    let Some(second) = *moment else { return };
    let second = second.clamp(0.0, load.end_s());
    let measure = Measure::Duration { file: Span::Seconds, shown: Span::Seconds };
    let echo = match second - load.returned_s {
        after if after >= 0.0 => format!("{} after the return", units::duration(after)),
        before => format!("{} before the return", units::duration(-before)),
    };
    let mut axis = Lever::new("Time since the loss", second, measure, (0.0, load.end_s().max(1.0)));
    axis.help = "Time since devices lost their connections; drag it to see where the load moves.";
    axis.step = 1.0;
    axis.echo = Some(&echo);
    if let Some(change) = lever(ui, &axis) {
        *moment = Some(change.value);
    }
    ui.add_space(space::XS);
}
