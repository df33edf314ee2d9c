//! egui's style, built from tokens: what its defaults get wrong is put right here once.
//!
//! Everything clickable is at least 24 points high, what has the keyboard carries a two-point frame,
//! buttons are surfaces instead of boxes, and there are three sizes of text.

use std::sync::Arc;

use egui::style::{HandleShape, ScrollStyle, Selection, WidgetVisuals, Widgets};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, Theme, vec2,
};

use super::{BODY, FOCUS_WIDTH, ROUNDING, SMALL, TARGET, TITLE, Tokens, plain, space, strong};

/// Rewrites `style` for a theme; leaves animation and cursor settings alone, as tests and systems set them.
pub(super) fn apply(style: &mut Style, tokens: &Tokens, theme: Theme) {
    style.text_styles = [
        (TextStyle::Heading, strong(TITLE)),
        (TextStyle::Body, plain(BODY)),
        (TextStyle::Button, plain(BODY)),
        (TextStyle::Small, plain(SMALL)),
        (TextStyle::Monospace, FontId::new(SMALL, FontFamily::Monospace)),
        (TextStyle::Name(Arc::from("strong")), strong(BODY)),
        (TextStyle::Name(Arc::from("small-strong")), strong(SMALL)),
    ]
    .into();
    spacing(style);
    let blink = style.visuals.text_cursor.blink;
    style.visuals = theme.default_visuals();
    style.visuals.text_cursor.blink = blink;
    colours(style, tokens);
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
}

fn spacing(style: &mut Style) {
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::XS);
    spacing.button_padding = vec2(space::S, space::XS);
    spacing.interact_size = vec2(TARGET, TARGET);
    spacing.window_margin = Margin::same(space::M as i8);
    spacing.menu_margin = Margin::same(space::XS as i8);
    spacing.indent = space::L;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.icon_spacing = space::S;
    spacing.slider_rail_height = 4.0;
    spacing.combo_width = 96.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, ..ScrollStyle::thin() };
}

fn colours(style: &mut Style, tokens: &Tokens) {
    let surface = &tokens.surface;
    let visuals = &mut style.visuals;
    visuals.widgets = widgets(tokens);
    visuals.weak_text_color = Some(tokens.text.weak);
    visuals.selection = Selection {
        bg_fill: surface.selected,
        // Text of what is chosen, and the frame of a field with the keyboard.
        stroke: Stroke::new(FOCUS_WIDTH, tokens.text.selected),
    };
    visuals.hyperlink_color = tokens.accent;
    visuals.faint_bg_color = surface.ground;
    visuals.extreme_bg_color = surface.plot;
    visuals.text_edit_bg_color = Some(surface.plot);
    visuals.code_bg_color = surface.raised;
    visuals.warn_fg_color = tokens.status.uncertain;
    visuals.error_fg_color = tokens.status.bad;
    visuals.panel_fill = surface.panel;
    visuals.window_fill = surface.panel;
    visuals.window_stroke = Stroke::new(1.0, tokens.separator);
    visuals.window_corner_radius = CornerRadius::same(2 * ROUNDING);
    visuals.menu_corner_radius = CornerRadius::same(ROUNDING);
    let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: tokens.shadow };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.text_cursor.stroke = Stroke::new(FOCUS_WIDTH, tokens.accent);
    visuals.indent_has_left_vline = false;
    visuals.slider_trailing_fill = true;
    visuals.handle_shape = HandleShape::Circle;
}

fn widgets(tokens: &Tokens) -> Widgets {
    let surface = &tokens.surface;
    let look = |fill: Color32, frame: Stroke, ink: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: frame,
        corner_radius: CornerRadius::same(ROUNDING),
        fg_stroke: Stroke::new(1.0, ink),
        expansion: 0.0,
    };
    let outline = Stroke::new(1.0, tokens.control);
    Widgets {
        noninteractive: look(surface.panel, Stroke::new(1.0, tokens.separator), tokens.text.normal),
        inactive: look(surface.raised, outline, tokens.text.normal),
        hovered: look(surface.hovered, outline, tokens.text.strong),
        active: look(surface.hovered, Stroke::new(FOCUS_WIDTH, tokens.focus), tokens.text.strong),
        open: look(surface.hovered, outline, tokens.text.strong),
    }
}
