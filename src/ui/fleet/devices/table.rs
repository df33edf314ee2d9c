//! The table of devices: heads that sort, and the rows that can be seen.

use super::cells::{self, Cell};
use crate::base::Severity;
use crate::desk::command::DeviceCommand;
use crate::desk::devices::{DevicesView, Select};
use crate::fleet::inventory::{Device, Inventory};
use crate::ui::request::Request;
use crate::ui::theme::{self, FOCUS_WIDTH, ROUNDING, space};
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, FontId, Painter, Rect, Response, Role as Named, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, vec2,
};

/// Height of a row [points].
const ROW: f32 = 24.0;
/// Width of the bar that marks a selected row [points].
const BAR: f32 = 3.0;
/// Least height of the rows where the screen is short [points].
const LEAST: f32 = 6.0 * ROW;

/// A column and where it stands in every row.
struct Column {
    cell: Cell,
    from: f32,
    to: f32,
}

/// Draws the table.
pub fn ui(ui: &mut Ui, list: &Inventory, devices: &DevicesView<'_>, out: &mut Vec<Request>) {
    let fitting = cells::fitting(list.columns(), ui.available_width() - space::S);
    let mut from = 0.0;
    let columns: Vec<Column> = fitting
        .iter()
        .map(|(cell, wide)| {
            let column = Column { cell: *cell, from, to: from + wide };
            from += wide;
            column
        })
        .collect();
    heads(ui, &columns, list, devices, out);
    ui.spacing_mut().item_spacing.y = 0.0;
    if devices.rows.is_empty() {
        ui.add_space(space::S);
        nothing(ui, devices, out);
        return;
    }
    let window = ui.ctx().viewport_rect().height();
    // On a narrow screen, which scrolls as a whole, the rows take half of the window.
    let height =
        Some(ui.available_height()).filter(|height| *height < window).unwrap_or(window / 2.0).max(LEAST);
    ScrollArea::vertical().id_salt("devices").auto_shrink([false, true]).max_height(height).show_rows(
        ui,
        ROW,
        devices.rows.len(),
        |ui, range| {
            for at in range {
                let Some(device) = devices.rows.get(at).and_then(|row| list.device(*row)) else { continue };
                let response = row(ui, &columns, &fitting, &device, devices);
                if response.clicked() {
                    out.push(DeviceCommand::Select(selection(ui, device.row())).into());
                }
            }
        },
    );
}

/// Draws what stands in the place of rows where there are none.
fn nothing(ui: &mut Ui, devices: &DevicesView<'_>, out: &mut Vec<Request>) {
    if devices.busy {
        ui.label("Looking …");
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.label(devices.no_match.unwrap_or("No device passes the filter."));
        if !devices.filter.is_empty() && ui.button("Clear filter").clicked() {
            out.push(DeviceCommand::Filter(String::new()).into());
        }
    });
}

/// Returns what a click on a row selects.
fn selection(ui: &Ui, row: u32) -> Select {
    let held = ui.input(|input| input.modifiers);
    if held.shift {
        Select::To(row)
    } else if held.command {
        Select::Toggle(row)
    } else {
        Select::Only(row)
    }
}

/// Draws the heads.
fn heads(
    ui: &mut Ui,
    columns: &[Column],
    list: &Inventory,
    devices: &DevicesView<'_>,
    out: &mut Vec<Request>,
) {
    let tokens = theme::tokens(ui.ctx());
    let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::TARGET), Sense::hover());
    for column in columns {
        let text = column.cell.head();
        let Some(sort) = column.cell.sort(list.columns()) else {
            cell(ui.painter(), line, column, text, (theme::plain(theme::SMALL), tokens.text.weak));
            continue;
        };
        let place =
            Rect::from_x_y_ranges(line.left() + column.from..=line.left() + column.to, line.y_range());
        let response = ui.interact(place, ui.make_persistent_id(("head", text)), Sense::click());
        let (sign, spoken) = match devices.sort {
            Some((by, false)) if by == sort => (" ↑", "sorted from low to high"),
            Some((by, true)) if by == sort => (" ↓", "sorted from high to low"),
            _ => ("", "not sorted"),
        };
        response
            .widget_info(|| WidgetInfo::labeled(Named::Button, true, format!("Sort by {text}, {spoken}")));
        let colour =
            if response.hovered() || !sign.is_empty() { tokens.text.strong } else { tokens.text.weak };
        cell(ui.painter(), line, column, &format!("{text}{sign}"), (theme::plain(theme::SMALL), colour));
        focus(ui, place, &response);
        if response.clicked() {
            out.push(DeviceCommand::SortBy(sort).into());
        }
    }
    ui.painter().hline(line.x_range(), line.bottom(), Stroke::new(1.0, tokens.separator));
}

/// Draws one row.
fn row(
    ui: &mut Ui,
    columns: &[Column],
    fitting: &[(Cell, f32)],
    device: &Device<'_>,
    devices: &DevicesView<'_>,
) -> Response {
    let tokens = theme::tokens(ui.ctx());
    let chosen = devices.selected.binary_search(&device.row()).is_ok();
    let faults = cells::faults_of(devices.faults, device);
    let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(place, ui.scope_id().with(("device", device.row())), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Named::Button, true, chosen, cells::spoken(device, fitting, faults))
    });
    let fill = match (chosen, response.hovered()) {
        (true, _) => tokens.surface.selected,
        (false, true) => tokens.surface.hovered,
        (false, false) => Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(place, 0.0, fill);
    if chosen {
        painter.rect_filled(place.with_max_x(place.left() + BAR), 0.0, tokens.accent);
    }
    for column in columns {
        let (text, colour) = match column.cell {
            Cell::Mark => {
                let Some(worst) = cells::worst(faults) else { continue };
                let (sign, colour) = tokens.severity(worst);
                (sign.to_owned(), if chosen { tokens.text.selected } else { colour })
            }
            shown => {
                let strong = shown == Cell::Role(crate::fleet::inventory::Role::Thing);
                let colour = match (chosen, strong) {
                    (true, _) => tokens.text.selected,
                    (false, true) => tokens.text.strong,
                    (false, false) => tokens.text.normal,
                };
                (cells::text(device, shown), colour)
            }
        };
        cell(painter, place, column, &text, (theme::plain(theme::BODY), colour));
    }
    focus(ui, place, &response);
    if faults.is_empty() {
        return response;
    }
    let text: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.what, fault.fix)).collect();
    let severe = cells::worst(faults) == Some(Severity::Error);
    response.on_hover_text(if severe { format!("✕ {}", text.join("\n")) } else { text.join("\n") })
}

/// Draws the frame around what has the keyboard.
fn focus(ui: &Ui, place: Rect, response: &Response) {
    if response.has_focus() {
        let ring = Stroke::new(FOCUS_WIDTH, theme::tokens(ui.ctx()).focus);
        ui.painter().rect_stroke(place.shrink(1.0), ROUNDING, ring, StrokeKind::Inside);
    }
}

/// Writes a cell: words to the left, numbers to the right; what is too long ends with `…`.
fn cell(painter: &Painter, row: Rect, column: &Column, text: &str, (font, colour): (FontId, Color32)) {
    let place =
        Rect::from_x_y_ranges(row.left() + column.from + space::S..=row.left() + column.to, row.y_range());
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(place.width());
    let galley = painter.layout_job(job);
    let (anchor, at) = if column.cell.numeric() {
        (Align2::RIGHT_CENTER, place.right_center())
    } else {
        (Align2::LEFT_CENTER, place.left_center())
    };
    painter.galley(anchor.anchor_size(at, galley.size()).min, galley, colour);
}
