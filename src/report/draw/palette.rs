//! The colours of drawn files: those of daylight for paper, those of dark rooms for pages that are read there.
//!
//! Curves follow the Okabe-Ito set, darkened until each has 3:1 on white and stays apart from the others
//! in the common kinds of colour-vision deficiency. Every tone of the light set occurs once, so that a
//! page can replace each by its dark sister.

use crate::report::chart::Role;

/// The colours of one chart, as `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    pub(crate) plot: u32,
    pub(crate) outage: u32,
    pub(crate) grid: u32,
    pub(crate) axis: u32,
    pub(crate) strong: u32,
    pub(crate) weak: u32,
    this: u32,
    baseline: u32,
    third: u32,
    fourth: u32,
    limit: u32,
    measured: u32,
    neutral: u32,
}

/// Opacity of a band.
pub(super) const BAND: f64 = 0.2;

/// Returns how a dashed curve of this role is cut: dash, gap, dash, gap [points]. Each scenario of a comparison
/// has its own, so that they stay apart in black and white.
pub(crate) fn dashes(role: Role) -> [f64; 4] {
    match role {
        Role::Third => [2.0, 3.0, 2.0, 3.0],
        Role::Fourth => [12.0, 3.0, 2.0, 3.0],
        _ => [6.0, 4.0, 6.0, 4.0],
    }
}

/// For daylight and paper.
pub(crate) const LIGHT: Palette = Palette {
    plot: 0xff_ff_ff,
    outage: 0xf0_f2_f4,
    grid: 0xec_ee_f1,
    axis: 0x7a_84_90,
    strong: 0x14_18_1d,
    weak: 0x57_60_6b,
    this: 0x00_72_b2,
    baseline: 0xb3_59_00,
    third: 0x00_7a_59,
    fourth: 0x9a_3d_86,
    limit: 0xc8_10_2e,
    measured: 0x00_00_00,
    neutral: 0x66_70_7b,
};

/// For dark rooms.
pub(crate) const DARK: Palette = Palette {
    plot: 0x10_13_17,
    outage: 0x1c_20_26,
    grid: 0x22_27_2d,
    axis: 0x74_7e_8a,
    strong: 0xf2_f4_f6,
    weak: 0x9a_a3_ad,
    this: 0x56_b4_e9,
    baseline: 0xe6_9f_00,
    third: 0x00_a3_78,
    fourth: 0xdb_86_b8,
    limit: 0xe8_60_3c,
    measured: 0xf0_e4_42,
    neutral: 0x7f_89_94,
};

impl Palette {
    /// Returns the colour of what plays this role.
    pub(crate) fn of(&self, role: Role) -> u32 {
        match role {
            Role::This | Role::Part(0) => self.this,
            Role::Baseline => self.baseline,
            Role::Third | Role::Part(1) => self.third,
            Role::Fourth | Role::Part(2) => self.fourth,
            Role::Limit => self.limit,
            Role::Measured | Role::Part(_) => self.measured,
            Role::Neutral => self.neutral,
        }
    }

    /// Returns every colour in one order.
    pub(crate) fn all(&self) -> [u32; 13] {
        [
            self.plot,
            self.outage,
            self.grid,
            self.axis,
            self.strong,
            self.weak,
            self.this,
            self.baseline,
            self.third,
            self.fourth,
            self.limit,
            self.measured,
            self.neutral,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Relative luminance of a colour, as WCAG defines it.
    fn luminance(colour: u32) -> f64 {
        let part = |shift: u32| {
            let c = f64::from((colour >> shift) & 0xff) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_curve_and_text_can_be_seen_on_its_surface() {
        for palette in [LIGHT, DARK] {
            let [plot, outage, _, _, strong, weak, curves @ ..] = palette.all();
            for surface in [plot, outage] {
                for curve in curves {
                    assert!(contrast(curve, surface) >= 3.0, "{curve:06x} on {surface:06x}");
                }
                for text in [strong, weak] {
                    assert!(contrast(text, surface) >= 4.5, "{text:06x} on {surface:06x}");
                }
            }
        }
    }

    #[test]
    fn a_light_tone_has_one_dark_sister() {
        assert_eq!(LIGHT.all().into_iter().collect::<BTreeSet<_>>().len(), LIGHT.all().len());
    }
}
