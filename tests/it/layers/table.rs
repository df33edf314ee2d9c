//! The order of the modules, as data. A change here is a change of the architecture: say why in the commit.

/// One module directly under `src`, or one of the two root files.
pub struct Layer {
    /// Every import goes to a strictly lower rank, so the module graph cannot have a cycle.
    pub rank: u8,
    pub name: &'static str,
    /// The modules whose paths this one may name.
    pub imports: &'static [&'static str],
}

const fn layer(rank: u8, name: &'static str, imports: &'static [&'static str]) -> Layer {
    Layer { rank, name, imports }
}

/// The layers, lowest first. `lib` and `main` stand for `src/lib.rs` and `src/main.rs`.
pub const LAYERS: &[Layer] = &[
    layer(0, "base", &[]),
    layer(1, "fleet", &["base"]),
    layer(2, "agent", &["base", "fleet"]),
    layer(2, "admission", &["base", "fleet"]),
    layer(2, "check", &["base", "fleet"]),
    layer(3, "sim", &["base", "fleet", "agent", "admission"]),
    layer(4, "plan", &["base", "fleet", "check", "sim"]),
    layer(4, "config", &["base", "fleet", "check"]),
    layer(4, "wire", &["base"]),
    layer(5, "push", &["base", "fleet", "config", "wire"]),
    layer(5, "live", &["base", "fleet", "agent", "admission", "wire"]),
    layer(5, "report", &["base", "fleet", "check", "sim", "plan", "config"]),
    layer(6, "desk", UNDER_DESK),
    layer(7, "ui", UNDER_FACE),
    layer(7, "cli", UNDER_FACE),
    layer(8, "main", &["cli", "desk", "ui"]),
    layer(8, "lib", EVERYWHERE),
];

#[rustfmt::skip]
const UNDER_DESK: &[&str] = &[
    "base", "fleet", "agent", "admission", "check", "sim",
    "plan", "config", "wire", "push", "live", "report",
];

/// The two faces see everything below them, and never each other.
#[rustfmt::skip]
const UNDER_FACE: &[&str] = &[
    "base", "fleet", "agent", "admission", "check", "sim",
    "plan", "config", "wire", "push", "live", "report",
    "desk",
];

#[rustfmt::skip]
const EVERYWHERE: &[&str] = &[
    "base", "fleet", "agent", "admission", "check", "sim",
    "plan", "config", "wire", "push", "live", "report",
    "desk", "ui", "cli",
];

/// Modules that exist only with a feature; `src/lib.rs` must say so, or the planner would not be one.
pub const GATED: &[(&str, &str)] = &[("ui", "gui"), ("push", "push"), ("live", "live")];

/// External crates, as written in code, and the modules that may name them.
/// Every dependency of `Cargo.toml` has its row.
pub const CRATES: &[(&str, &[&str])] = &[
    ("apple_native_keyring_store", &["config"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("crc32fast", &["config", "live", "report"]),
    ("flate2", &["config"]),
    ("tar", &["config"]),
    ("csv", &["fleet"]),
    ("directories", &["desk", "cli"]),
    ("eframe", &["ui", "main"]),
    ("egui", &["ui", "main"]),
    ("egui_kittest", &["ui"]),
    ("futures_util", &["live", "push"]),
    ("image", &["ui"]),
    ("insta", EVERYWHERE),
    // A calendar, and with it a wall clock: nothing that is simulated may see it.
    ("jiff", &["fleet", "plan", "push"]),
    ("jsonc_parser", &["base"]),
    ("jsonschema", EVERYWHERE),
    // Secrets come from the key ring in one place, while agent files are written.
    ("keyring_core", &["config"]),
    ("libm", EVERYWHERE),
    // Pictures of charts are compressed in the report, so that a build without a window writes them too.
    ("miniz_oxide", &["config", "report"]),
    ("plotters", &["report"]),
    ("pollster", &["ui"]),
    ("proptest", EVERYWHERE),
    // A tolerant reader of `server.xml`; it is in the lock file for the window's sake anyway.
    ("quick_xml", &["fleet"]),
    ("rcgen", &["live"]),
    ("rfd", &["ui"]),
    // Names of known hosts may be hashed.
    ("ring", &["push"]),
    // The journal of a roll-out; operators open it with their own tools.
    ("rusqlite", &["push"]),
    ("russh", &["push"]),
    ("russh_sftp", &["push"]),
    // What this computer allows: descriptors. The system has no other safe way to ask.
    ("rustix", &["live"]),
    ("rustls", &["push", "live"]),
    ("rustls_platform_verifier", &["push", "live"]),
    ("saphyr", EVERYWHERE),
    ("serde", EVERYWHERE),
    ("serde_json", EVERYWHERE),
    ("sha2", &["base", "sim", "config", "desk", "push", "live", "report"]),
    ("socket2", &["live"]),
    ("strsim", &["base", "fleet", "check", "config", "desk", "cli"]),
    ("tempfile", &["base"]),
    ("thiserror", EVERYWHERE),
    ("tokio", &["push", "live"]),
    ("tokio_rustls", &["push", "live"]),
    ("tokio_tungstenite", &["live"]),
    ("windows_native_keyring_store", &["config"]),
    ("zbus_secret_service_keyring_store", &["config"]),
    ("zeroize", &["config"]),
    ("zip", &["config"]),
];

/// Parts of the standard library and the modules that may name them.
pub const STD: &[(&str, &[&str])] = &[
    ("std::net", &["push", "live"]),
    ("std::os::unix::net", &["push", "live"]),
    ("std::fs", &["base", "fleet", "config", "push", "live", "report", "desk", "cli"]),
    ("std::thread", &["sim", "plan", "push", "live", "desk", "cli"]),
];

/// What code under `#[cfg(test)]` may name in any module.
pub const IN_TESTS: &[&str] = &["tempfile", "std::fs", "std::thread"];

/// Single files that may name what their module may not, and why.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "src/ui/dialog.rs",
        "std::thread",
        "the system's file dialog is awaited on a thread of its own, or the window would stand still",
    ),
    (
        "src/desk/rollout/through.rs",
        "tokio",
        "a test that joins push and live, neither of which may name the other",
    ),
];
