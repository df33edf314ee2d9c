//! How everything looks: colours by meaning, sizes, fonts, and egui's style built from them.
//!
//! A panel never names a colour; it asks for what it means ([`tokens`]): weak text, the baseline's curve,
//! a missed target. Both themes are designed for themselves, and a test measures every pairing of text and
//! surface, so a new token cannot make something unreadable. Literals live in `palette.rs` only.
//!
//! There are three sizes of text ([`TITLE`], [`BODY`], [`SMALL`]) and two weights ([`plain`], [`strong`]);
//! distances are multiples of four points ([`space`]).

mod fonts;
mod palette;
mod visuals;

use egui::{Color32, Context, FontFamily, FontId};

use crate::base::Severity;
use crate::report::chart::Role;

/// Size of the one answer on a screen [points].
pub const TITLE: f32 = 20.0;
/// Size of text, labels and numbers [points].
pub const BODY: f32 = 14.0;
/// Size of ticks, units, notes and file texts [points].
pub const SMALL: f32 = 12.0;

/// Smallest height of anything that can be clicked [points].
pub const TARGET: f32 = 24.0;
/// Width of the frame around whatever has the keyboard [points].
pub const FOCUS_WIDTH: f32 = 2.0;
/// Width of a curve [points].
pub const CURVE_WIDTH: f32 = 2.0;
/// Rounding of controls and frames [points].
pub const ROUNDING: u8 = 4;

/// Distances on the four-point grid [points].
pub mod space {
    /// Between a number and what belongs to it.
    pub const XS: f32 = 4.0;
    /// Between controls.
    pub const S: f32 = 8.0;
    /// Inside panels.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
}

/// The colours of one theme, by meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// What things stand on.
    pub surface: Surfaces,
    /// What is read.
    pub text: Texts,
    /// What can be acted on: links, filled buttons, slider tracks.
    pub accent: Color32,
    /// Text and signs on [`Self::accent`].
    pub on_accent: Color32,
    /// The frame around whatever has the keyboard.
    pub focus: Color32,
    /// Outlines of fields, check boxes and slider handles.
    pub control: Color32,
    /// Lines between areas where whitespace cannot do it; decoration, not information.
    pub separator: Color32,
    /// The faint grid of charts; decoration, as every line has its label.
    pub grid: Color32,
    /// The outage before zero, laid over [`Surfaces::plot`].
    pub outage: Color32,
    /// The shadow under menus and windows.
    pub shadow: Color32,
    /// How things stand; always with a sign and a word.
    pub status: Statuses,
    curves: Curves,
}

/// Surfaces, from the ground up.
#[derive(Clone, Debug, PartialEq)]
pub struct Surfaces {
    /// Bars and rails around the content.
    pub ground: Color32,
    /// Panels and windows.
    pub panel: Color32,
    /// Charts and fields.
    pub plot: Color32,
    /// Buttons and table headers.
    pub raised: Color32,
    /// What the pointer is on.
    pub hovered: Color32,
    /// What is chosen.
    pub selected: Color32,
}

/// Colours of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Texts {
    /// Answers and headings.
    pub strong: Color32,
    /// Everything else.
    pub normal: Color32,
    /// Units, ticks, notes; still readable.
    pub weak: Color32,
    /// Text on [`Surfaces::selected`].
    pub selected: Color32,
}

/// Colours of states; each also has a sign and a word.
#[derive(Clone, Debug, PartialEq)]
pub struct Statuses {
    /// Meets the target (`✓`).
    pub ok: Color32,
    /// Misses it, or cannot go on (`✕`).
    pub bad: Color32,
    /// Too close to call, or worth a look (`~`, `⚠`).
    pub uncertain: Color32,
    /// Worth knowing (`…`).
    pub info: Color32,
}

#[derive(Clone, Debug, PartialEq)]
struct Curves {
    this: Color32,
    baseline: Color32,
    third: Color32,
    fourth: Color32,
    limit: Color32,
    measured: Color32,
    neutral: Color32,
    /// Opacity of bands, 0 to 1.
    band: f32,
}

impl Tokens {
    /// Returns the colour of a curve, a mark or its label.
    pub fn curve(&self, role: Role) -> Color32 {
        match role {
            Role::This | Role::Part(0) => self.curves.this,
            Role::Baseline => self.curves.baseline,
            Role::Third | Role::Part(1) => self.curves.third,
            Role::Fourth | Role::Part(2) => self.curves.fourth,
            Role::Limit => self.curves.limit,
            Role::Measured | Role::Part(_) => self.curves.measured,
            Role::Neutral => self.curves.neutral,
        }
    }

    /// Returns the sign and the colour of a severity.
    pub fn severity(&self, severity: Severity) -> (&'static str, Color32) {
        match severity {
            Severity::Error => ("✕", self.status.bad),
            Severity::Warning => ("⚠", self.status.uncertain),
            Severity::Info => ("·", self.status.info),
        }
    }

    /// Returns the translucent colour of a band.
    pub fn band(&self, role: Role) -> Color32 {
        self.curve(role).gamma_multiply(self.curves.band)
    }
}

/// Returns the tokens of the theme in use.
pub fn tokens(ctx: &Context) -> &'static Tokens {
    tokens_of(ctx.theme())
}

/// Returns the tokens of a theme.
pub fn tokens_of(theme: egui::Theme) -> &'static Tokens {
    match theme {
        egui::Theme::Dark => &palette::DARK,
        egui::Theme::Light => &palette::LIGHT,
    }
}

/// Returns the regular weight at one of the three sizes.
pub fn plain(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Returns the semi-bold weight at one of the three sizes; weight stands in for boxes.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(fonts::STRONG.into()))
}

/// Installs fonts and both themes; call once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    for theme in [egui::Theme::Dark, egui::Theme::Light] {
        ctx.style_mut_of(theme, |style| visuals::apply(style, tokens_of(theme), theme));
    }
}

#[cfg(test)]
mod tests;
