//! The live table of waves, and what is wrong, class by class.

use super::rows::{Made, wave_cells, wave_spoken};
use super::{small, strong};
use crate::desk::command::RolloutCommand;
use crate::desk::rollout::OpenView;
use crate::desk::rollout::standing::WAVE_HEADS;
use crate::ui::request::Request;
use crate::ui::theme::{self, space};
use crate::ui::widget::table::{Column, Line, Table};
use egui::{Button, Label, Role, Ui, WidgetInfo};

/// Widths of the columns, and which of them may be missed.
const COLUMNS: [(f32, bool); 9] = [
    (52.0, false),
    (62.0, false),
    (58.0, true),
    (70.0, false),
    (52.0, false),
    (72.0, false),
    (62.0, true),
    (58.0, true),
    (50.0, true),
];

/// Draws the table; returns the wave that was chosen, to look at what was predicted of it.
pub fn ui(ui: &mut Ui, made: &Made, shown: usize) -> Option<usize> {
    let tokens = theme::tokens(ui.ctx());
    let column = |(head, (width, spare)): (&'static str, (f32, bool))| Column {
        head,
        width,
        numeric: head != "wave",
        spare,
    };
    let columns: Vec<Column> = WAVE_HEADS.into_iter().zip(COLUMNS).map(column).collect();
    let table = Table::fitting(ui.available_width(), &columns);
    table.head(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut chosen = None;
    for (at, wave) in made.waves.iter().enumerate() {
        let worst =
            wave.numbers[3..7].iter().position(|n| *n > 0).map(|number| (number + 4, tokens.status.bad));
        let line = Line {
            cells: &wave_cells(wave),
            spoken: &wave_spoken(wave),
            chosen: at == shown && wave.name != "equal",
            tone: worst,
        };
        if table.row(ui, ("wave", at), &line).clicked() {
            chosen = Some(at);
        }
    }
    ui.spacing_mut().item_spacing.y = space::XS;
    chosen
}

/// Draws what is wrong with a way to try again.
pub fn troubles(ui: &mut Ui, made: &Made, open: &OpenView<'_>, out: &mut Vec<Request>) {
    if made.troubles.is_empty() {
        return;
    }
    let tokens = theme::tokens(ui.ctx());
    ui.add_space(space::M);
    ui.label(strong(ui, "Not served"));
    for trouble in &made.troubles {
        ui.horizontal_wrapped(|ui| {
            ui.label(small(format!("✕ {}", trouble.title)).color(tokens.status.bad));
            if trouble.again && open.may_retry().is_ok() {
                let button = ui.add(Button::new(small("Retry these")));
                let name = format!("Retry {}", trouble.title);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                let button =
                    button.on_hover_text("Serves them again; a device that had its restart gets another one");
                if button.clicked() {
                    out.push(RolloutCommand::Retry { classes: vec![trouble.class.to_owned()] }.into());
                }
            }
            let looked_at = matches!(trouble.class, "no-stamp" | "not-back" | "restart-failed");
            if looked_at && ui.button(small("Look at these again")).clicked() {
                out.push(RolloutCommand::Look.into());
            }
        });
        ui.add(Label::new(small(&trouble.sentence)).wrap());
    }
}
