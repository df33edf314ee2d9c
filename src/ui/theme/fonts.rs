//! The font family of the window: Inter with tabular figures, egui's own fonts behind it.
//!
//! Two weights of one family are embedded (see `assets/fonts/README.md`); egui's fonts stay behind them
//! as fallback, so that a rare sign or a file's own text always has a glyph.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

/// Name of the semi-bold family.
pub(super) const STRONG: &str = "strong";

/// Returns egui's fonts with the embedded family in front.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let regular = include_bytes!("../../../assets/fonts/inter-tabular-regular.otf");
    let semi_bold = include_bytes!("../../../assets/fonts/inter-tabular-semibold.otf");
    fonts.font_data.insert("inter-regular".into(), Arc::new(FontData::from_static(regular)));
    fonts.font_data.insert("inter-semibold".into(), Arc::new(FontData::from_static(semi_bold)));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (family, first) in
        [(FontFamily::Proportional, "inter-regular"), (FontFamily::Name(STRONG.into()), "inter-semibold")]
    {
        let mut chain = vec![first.to_owned()];
        chain.extend(fallback.iter().cloned());
        fonts.families.insert(family, chain);
    }
    // Signs a file may contain and the monospaced face lacks come from the same family.
    fonts.families.entry(FontFamily::Monospace).or_default().push("inter-regular".into());
    fonts
}
