//! The frame around every screen: menus, rail, verdict strip, status bar, palette.

mod bar;
mod lists;
mod palette;
mod rail;
mod status;
mod strip;
mod verdict;

use super::dialog::Dialogs;
use super::request::{Request, Screen};
use super::theme::{self, space};
use crate::desk::{UserCommand, View};
use egui::{Frame, Margin, Ui, UiBuilder};

/// Height of the status bar [points].
const STATUS: f32 = 32.0;

/// State of the frame's widgets.
#[derive(Default)]
pub struct Shell {
    palette: palette::Palette,
    rail: rail::Rail,
    strip: strip::Strip,
    lists: lists::Lists,
    keys: bool,
}

impl Shell {
    /// Draws the frame and, in what is left, the screen. The order is that of reading and of the Tab key.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        (screen, view): (Screen, &View<'_>),
        dialogs: &mut Dialogs,
        out: &mut Vec<Request>,
        content: impl FnOnce(&mut Ui, &mut Vec<Request>),
    ) {
        let whole = ui.available_rect_before_wrap();
        ui.painter().rect_filled(whole, 0.0, theme::tokens(ui.ctx()).surface.panel);
        let (above, below) = whole.split_top_bottom_at_y(whole.bottom() - STATUS);
        ui.scope_builder(UiBuilder::new().max_rect(above), |ui| {
            bar::ui(ui, view, out);
            self.strip.ui(ui, view, dialogs, out);
            self.rail.ui(ui, screen, view, out);
            self.lists.ui(ui, view, out);
            verdict::ui(ui, view, out);
            content(ui, out);
        });
        ui.scope_builder(UiBuilder::new().max_rect(below), |ui| status::ui(ui, view, &mut self.lists, out));
        self.palette.ui(ui.ctx(), view, out);
        palette::keys(ui.ctx(), &mut self.keys);
    }

    /// Shows what belongs to a command of the frame.
    pub fn show(&mut self, command: UserCommand, view: &View<'_>) {
        match command {
            UserCommand::Palette => self.palette.open(),
            UserCommand::ShowKeys => self.keys = !self.keys,
            UserCommand::RenameScenario => self.rail.rename(view),
            _ => {}
        }
    }
}

/// Returns the frame of the bars around the content.
fn ground(ui: &Ui) -> Frame {
    let margin = Margin::symmetric(space::S as i8, space::XS as i8);
    Frame::new().fill(theme::tokens(ui.ctx()).surface.ground).inner_margin(margin)
}
