//! The screen of a program that was built without live connections.

use crate::desk::View;
use crate::ui::request::Request;
use crate::ui::theme::space;
use egui::{Frame, Margin, Ui};

/// The screen, which has no state.
#[derive(Default)]
pub struct LivePanel;

impl LivePanel {
    /// Says why there is nothing.
    pub fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, _out: &mut Vec<Request>) {
        Frame::new().inner_margin(Margin::same(space::M as i8)).show(ui, |ui| {
            ui.label(
                "This program was built without live connections, so it opens none: no agent and no test \
                 platform can be started. Build it with the feature `live`, which is on by default.",
            );
        });
    }
}
