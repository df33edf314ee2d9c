//! Shows the layer check sources with one fault each, and sees each fault caught.

use super::violations;
use crate::repository::Files;

/// Returns the breaches in `files`, with the two root files of an honest crate beside them.
fn check(files: &[(&str, &str)]) -> Vec<String> {
    let lib =
        "pub mod base; pub mod fleet; pub mod sim; #[cfg(feature = \"gui\")] pub mod ui; pub use sim::Run;";
    let honest = [("src/lib.rs", lib), ("src/main.rs", "use regather::{cli, ui}; fn main() { cli::run(); }")];
    let all: Files =
        honest.iter().chain(files).map(|&(file, text)| (file.to_owned(), text.to_owned())).collect();
    violations(&all, &["serde".to_owned()])
}

#[track_caller]
fn caught(file: &str, text: &str, expected: &str) {
    let found = check(&[(file, text)]);
    assert!(
        found.len() == 1 && found[0].starts_with(expected),
        "expected one `{expected}…`, found {found:#?}"
    );
}

#[track_caller]
fn clean(file: &str, text: &str) {
    assert_eq!(check(&[(file, text)]), [""; 0], "{text}");
}

#[test]
fn back_edges_are_caught_in_every_spelling() {
    let expected = "src/fleet/load.rs:2: `fleet` may not import `sim`";
    for text in [
        "//! Loads.\nuse crate::sim::Run;",
        "//! Loads.\nuse crate::{base::{units::*, Micros}, sim::{self, Run}};",
        "//! Loads.\nuse super::super::sim;",
        "//! Loads.\nfn f() { let _ = crate::sim::run(0..crate::base::MAX); }",
        "//! Loads.\nuse crate::Run;",
        "//! Loads.\nmod deep { use super::super::super::sim::Run; }",
        "//! Loads.\nmacro_rules! m { () => { $crate::sim::run() }; }",
        "//! Loads.\n#[serde(with = \"crate::sim::text\")] struct S;",
        "//! Loads.\n#[cfg(test)] mod tests { use crate::sim::Run; }",
    ] {
        caught("src/fleet/load.rs", text, expected);
    }
}

#[test]
fn the_two_faces_stay_apart() {
    caught("src/ui/mod.rs", "use crate::cli;", "src/ui/mod.rs:1: `ui` may not import `cli`");
    caught("src/cli/mod.rs", "use crate::ui;", "src/cli/mod.rs:1: `cli` may not import `ui`");
    caught("src/main.rs", "use regather::sim;", "src/main.rs:1: `main` may not import `sim`");
}

#[test]
fn lawful_sources_pass() {
    clean(
        "src/sim/mod.rs",
        "use crate::{base::Micros, fleet::{self, Group}}; use super::fleet::kind; pub mod run;",
    );
    clean(
        "src/fleet/mod.rs",
        "//! crate::sim\n/* crate::sim */ const S: &str = \"crate::sim\"; mod x { use super::*; }",
    );
    clean(
        "src/fleet/load.rs",
        "pub(in crate::fleet) fn f(x: &Sim) { sim::go(); x.sim::<u8>(); self::image::go() }",
    );
    clean("src/base/file.rs", "use std::fs; fn f() { tempfile::tempdir(); }");
}

#[test]
fn test_code_may_name_more() {
    let text = "use super::*; fn f() { tempfile::tempdir(); std::fs::read(\"x\"); }";
    assert_eq!(check(&[("src/sim/mod.rs", "#[cfg(test)] mod tests;"), ("src/sim/tests.rs", text)]), [""; 0]);
    assert_eq!(check(&[("src/sim/mod.rs", "#[cfg(test)] mod a;"), ("src/sim/a/b.rs", text)]), [""; 0]);
    clean("src/sim/mod.rs", "#[cfg(test)] use tempfile::tempdir;");
    assert_eq!(check(&[("src/sim/mod.rs", "mod tests;"), ("src/sim/tests.rs", text)]).len(), 2);
}

#[test]
fn strangers_are_caught() {
    caught("src/util.rs", "", "src/util.rs:1: a file outside the modules of the table");
    caught("src/helper/mod.rs", "", "src/helper/mod.rs:1: a file outside the modules of the table");
    caught("src/fleet/load.rs", "use crate::prelude::X;", "src/fleet/load.rs:1: `prelude` is neither");
    caught("src/fleet/load.rs", "use crate::*;", "src/fleet/load.rs:1: `fleet` takes the crate root");
    caught("src/fleet/mod.rs", "use super::*;", "src/fleet/mod.rs:1: `fleet` takes the crate root");
    caught("src/fleet/load.rs", "use crate as r;", "src/fleet/load.rs:1: `fleet` takes the crate root");
    caught("src/fleet/load.rs", "#[path = \"../sim/run.rs\"] mod r;", "src/fleet/load.rs:1: `#[path]`");
    caught("src/lib.rs", "pub mod ui;", "src/lib.rs:1: `ui` must stand under `#[cfg(feature = \"gui\")]`");
}

#[test]
fn crates_stay_in_their_layers() {
    caught("src/desk/mod.rs", "use egui::Color32;", "src/desk/mod.rs:1: `desk` may not name `egui`");
    caught(
        "src/sim/mod.rs",
        "fn f() { ::tokio::spawn(()); }",
        "src/sim/mod.rs:1: `sim` may not name `tokio`",
    );
    caught(
        "src/fleet/load.rs",
        "fn f() -> ::jsonc_parser::X {}",
        "src/fleet/load.rs:1: `fleet` may not name `jsonc_parser`",
    );
    caught(
        "src/sim/mod.rs",
        "fn f() { tempfile::tempdir(); }",
        "src/sim/mod.rs:1: `sim` may not name `tempfile`",
    );
    let unlisted = violations(&Files::new(), &["left_pad".to_owned()]);
    assert_eq!(unlisted.len(), 1, "a dependency without a row must be named: {unlisted:?}");
}

#[test]
fn exceptions_hold_for_one_file_and_not_in_vain() {
    clean("src/ui/dialog.rs", "fn f() { std::thread::Builder::new(); }");
    caught(
        "src/ui/app.rs",
        "fn f() { std::thread::Builder::new(); }",
        "src/ui/app.rs:1: `ui` may not name `std::thread`",
    );
    caught("src/ui/dialog.rs", "fn f() {}", "src/ui/dialog.rs:1: the exception for `std::thread`");
}

#[test]
fn sockets_are_caught_in_every_spelling() {
    let expected = "src/desk/mod.rs:1: `desk` may not name `std::net`";
    for text in
        ["use std::net;", "use std::{fs, net::TcpStream};", "use std as s; fn f() { s::net::lookup() }"]
    {
        caught("src/desk/mod.rs", text, expected);
    }
    let unix = "use std::os::unix; fn f() { unix::net::UnixStream::pair(); }";
    caught("src/desk/mod.rs", unix, "src/desk/mod.rs:1: `desk` may not name `std::os::unix::net`");
    caught("src/desk/mod.rs", "#[cfg(test)] mod tests { use std::net::TcpStream; }", expected);
    clean("src/live/mod.rs", "use std::net::TcpStream; use tokio::net;");
}
