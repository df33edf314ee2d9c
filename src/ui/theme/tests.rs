//! Both themes, measured: contrast after WCAG 2.2, and distances of curves as people with a colour-vision
//! deficiency see them (matrices of Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB).

use egui::{Color32, Theme};

use super::*;

const ROLES: [Role; 7] =
    [Role::This, Role::Baseline, Role::Third, Role::Fourth, Role::Limit, Role::Measured, Role::Neutral];

const VISIONS: [(&str, [[f64; 3]; 3]); 4] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn linear(colour: Color32) -> [f64; 3] {
    [colour.r(), colour.g(), colour.b()].map(|byte| {
        let c = f64::from(byte) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance(colour: Color32) -> f64 {
    let [r, g, b] = linear(colour);
    0.212_6 * r + 0.715_2 * g + 0.072_2 * b
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Returns CIE L*a*b* of a colour as seen through `vision`.
fn lab(colour: Color32, vision: &[[f64; 3]; 3]) -> [f64; 3] {
    let rgb = linear(colour);
    let [r, g, b] = vision.map(|row| (0..3).map(|i| row[i] * rgb[i]).sum::<f64>().clamp(0.0, 1.0));
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = f((0.412_5 * r + 0.357_6 * g + 0.180_4 * b) / 0.950_5);
    let y = f(0.212_7 * r + 0.715_2 * g + 0.072_2 * b);
    let z = f((0.019_3 * r + 0.119_2 * g + 0.950_3 * b) / 1.088_8);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn on(background: Color32, translucent: Color32) -> Color32 {
    background.blend(translucent)
}

/// Every text with the surfaces it stands on.
fn texts(t: &Tokens) -> Vec<(&'static str, Color32, Vec<Color32>)> {
    let s = &t.surface;
    let resting = vec![s.ground, s.panel, s.plot, s.raised, t.outage];
    let all = vec![s.ground, s.panel, s.plot, s.raised, s.hovered, t.outage];
    let mut texts = vec![
        ("strong", t.text.strong, all.clone()),
        ("normal", t.text.normal, all.clone()),
        ("weak", t.text.weak, all),
        ("selected", t.text.selected, vec![s.selected]),
        ("on accent", t.on_accent, vec![t.accent]),
        ("accent", t.accent, resting.clone()),
        ("ok", t.status.ok, resting.clone()),
        ("bad", t.status.bad, resting.clone()),
        ("uncertain", t.status.uncertain, resting.clone()),
        ("info", t.status.info, resting),
    ];
    // Curves are labelled at their ends, in their colour, on the chart or the panel around it.
    texts.extend(ROLES.map(|role| ("curve label", t.curve(role), vec![s.plot])));
    texts
}

/// Everything else that carries meaning, with what it must be told apart from.
fn graphics(t: &Tokens) -> Vec<(&'static str, Color32, Vec<Color32>)> {
    let s = &t.surface;
    let mut graphics = vec![
        ("focus", t.focus, vec![s.ground, s.panel, s.plot, s.raised, s.hovered]),
        ("focus of a field", t.text.selected, vec![s.panel, s.plot]),
        ("control", t.control, vec![s.ground, s.panel, s.plot, s.raised]),
        ("track", t.accent, vec![s.panel, s.raised]),
    ];
    for role in ROLES {
        let under = vec![s.plot, s.panel, t.outage, on(s.plot, t.band(role))];
        graphics.push(("curve", t.curve(role), under));
    }
    graphics
}

#[test]
fn text_is_readable_and_graphics_are_visible_in_both_themes() {
    for theme in [Theme::Dark, Theme::Light] {
        let t = tokens_of(theme);
        for (least, pairs) in [(4.5, texts(t)), (3.0, graphics(t))] {
            for (name, ink, surfaces) in pairs {
                for surface in surfaces {
                    let ratio = contrast(ink, surface);
                    assert!(ratio >= least, "{theme:?} {name} {ink:?} on {surface:?}: {ratio:.2} < {least}");
                }
            }
        }
    }
}

#[test]
fn curves_stay_apart_for_every_kind_of_colour_vision() {
    // Dashes, dots and labels are the second channel; this is the first, at about ten just-noticeable steps.
    for theme in [Theme::Dark, Theme::Light] {
        for (name, vision) in &VISIONS {
            for (i, a) in ROLES.iter().enumerate() {
                for b in &ROLES[i + 1..] {
                    let (p, q) =
                        (lab(tokens_of(theme).curve(*a), vision), lab(tokens_of(theme).curve(*b), vision));
                    let distance = (0..3).map(|k| (p[k] - q[k]).powi(2)).sum::<f64>().sqrt();
                    assert!(distance >= 10.0, "{theme:?} {name}: {a:?} and {b:?} differ by {distance:.1}");
                }
            }
        }
    }
}

#[test]
fn the_style_keeps_its_promises() {
    let ctx = Context::default();
    install(&ctx);
    for theme in [Theme::Dark, Theme::Light] {
        let style = ctx.style_of(theme);
        assert!(style.spacing.interact_size.y >= 24.0);
        let focus = style.visuals.widgets.active.bg_stroke;
        assert!(focus.width >= 2.0);
        assert!(contrast(focus.color, style.visuals.panel_fill) >= 3.0);
        let sizes: std::collections::BTreeSet<u32> =
            style.text_styles.values().map(|font| font.size.round() as u32).collect();
        assert_eq!(sizes.into_iter().collect::<Vec<_>>(), [12, 14, 20]);
        assert_eq!(style.visuals.dark_mode, theme == Theme::Dark);
    }
}

#[test]
fn every_sign_of_the_window_has_a_glyph_and_figures_are_equally_wide() {
    let ctx = Context::default();
    install(&ctx);
    let signs = "0123456789✓✕~…⚠●○▸▾↶↷←→↑↓–—−×·≤≥‘’“”µ%/:\u{2009}\u{202f}ÄäßéňŁ°²";
    let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
        ui.ctx().fonts_mut(|fonts| {
            for font in [plain(BODY), strong(TITLE), FontId::monospace(SMALL)] {
                for sign in signs.chars() {
                    assert!(fonts.has_glyph(&font, sign), "{sign:?} in {font:?}");
                }
                let widths: Vec<f32> = ('0'..='9').map(|digit| fonts.glyph_width(&font, digit)).collect();
                assert!(widths.iter().all(|w| (w - widths[0]).abs() < 1e-3), "{font:?} {widths:?}");
            }
        });
    });
    output.textures_delta.clear();
}

#[test]
fn colour_literals_live_in_the_palette_only() {
    let made = [
        "from_rgb",
        "from_rgba",
        "from_gray",
        "from_black",
        "from_white",
        "from_additive",
        "from_hex",
        "hex_color",
        "Color32::WHITE",
        "Color32::BLACK",
        "Color32::RED",
        "Color32::GREEN",
        "Color32::BLUE",
        "Color32::YELLOW",
        "Color32::GRAY",
        "Color32::DARK",
        "Color32::LIGHT",
        "Color32::ORANGE",
        "Color32::GOLD",
    ];
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ui"))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Not theming: pixels of finished pictures.
                if !path.ends_with("raster") {
                    folders.push(path);
                }
                continue;
            }
            if path.ends_with("palette.rs") || path.ends_with("tests.rs") {
                continue;
            }
            let source = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
            for literal in made {
                assert!(
                    !source.contains(literal),
                    "{} in {}: name its meaning in a token",
                    literal,
                    path.display()
                );
            }
            seen += 1;
        }
    }
    assert!(seen > 5, "the walk finds the sources");
}
