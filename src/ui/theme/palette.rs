//! The only colour literals of the program.
//!
//! Curves follow the Okabe-Ito set, chosen for the common kinds of colour-vision deficiency; tones were
//! moved until every pair stays apart in all of them and every curve has 3:1 on its surfaces, every text
//! 4.5:1. The tests beside this file measure both.

use egui::Color32;

use super::{Curves, Statuses, Surfaces, Texts, Tokens};

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// For dark rooms: charts are the darkest surface, so that curves glow.
pub(super) const DARK: Tokens = Tokens {
    surface: Surfaces {
        ground: rgb(0x15_18_1c),
        panel: rgb(0x1b_1f_24),
        plot: rgb(0x10_13_17),
        raised: rgb(0x27_2c_33),
        hovered: rgb(0x32_38_40),
        selected: rgb(0x10_45_6b),
    },
    text: Texts {
        strong: rgb(0xf2_f4_f6),
        normal: rgb(0xd3_d8_de),
        weak: rgb(0x9a_a3_ad),
        selected: rgb(0xf2_f4_f6),
    },
    accent: rgb(0x56_b4_e9),
    on_accent: rgb(0x0b_1a_26),
    focus: rgb(0x8c_c4_ec),
    control: rgb(0x74_7e_8a),
    separator: rgb(0x2f_35_3c),
    grid: rgb(0x22_27_2d),
    outage: rgb(0x1c_20_26),
    shadow: Color32::from_black_alpha(110),
    status: Statuses {
        ok: rgb(0x4c_c3_8a),
        bad: rgb(0xff_85_73),
        uncertain: rgb(0xe9_b9_49),
        info: rgb(0x8c_c4_ec),
    },
    curves: Curves {
        this: rgb(0x56_b4_e9),
        baseline: rgb(0xe6_9f_00),
        third: rgb(0x00_a3_78),
        fourth: rgb(0xdb_86_b8),
        limit: rgb(0xe8_60_3c),
        measured: rgb(0xf0_e4_42),
        neutral: rgb(0x7f_89_94),
        band: 0.24,
    },
};

/// For daylight and paper: charts are white.
pub(super) const LIGHT: Tokens = Tokens {
    surface: Surfaces {
        ground: rgb(0xf1_f3_f5),
        panel: rgb(0xf7_f8_fa),
        plot: rgb(0xff_ff_ff),
        raised: rgb(0xe7_ea_ee),
        hovered: rgb(0xdb_e0_e6),
        selected: rgb(0xcf_e6_f7),
    },
    text: Texts {
        strong: rgb(0x14_18_1d),
        normal: rgb(0x2c_33_3b),
        weak: rgb(0x57_60_6b),
        selected: rgb(0x0a_36_57),
    },
    accent: rgb(0x00_66_a3),
    on_accent: rgb(0xff_ff_ff),
    focus: rgb(0x00_66_a3),
    control: rgb(0x7a_84_90),
    separator: rgb(0xdc_e0_e5),
    grid: rgb(0xec_ee_f1),
    outage: rgb(0xf0_f2_f4),
    shadow: Color32::from_black_alpha(48),
    status: Statuses {
        ok: rgb(0x0a_70_45),
        bad: rgb(0xb4_2a_14),
        uncertain: rgb(0x7d_52_00),
        info: rgb(0x1f_62_96),
    },
    curves: Curves {
        this: rgb(0x00_72_b2),
        baseline: rgb(0xb3_59_00),
        third: rgb(0x00_7a_59),
        fourth: rgb(0x9a_3d_86),
        limit: rgb(0xc8_10_2e),
        measured: rgb(0x00_00_00),
        neutral: rgb(0x66_70_7b),
        band: 0.20,
    },
};
