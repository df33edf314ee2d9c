//! Runs the built program the way a shell does, in an environment without a display.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Checks the exit code, and that nothing looks like a crash; returns itself.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        for crash in ["panicked", "has a mistake", "RUST_BACKTRACE"] {
            assert!(!self.err.contains(crash), "{}", self.err);
        }
        self
    }

    /// Checks that stderr holds this text, whatever its line breaks; returns itself.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat(&self.err).contains(&flat(text)), "expected {text:?} in stderr:\n{}", self.err);
        self
    }

    /// Returns stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in:\n{}", self.out))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Returns the program with its arguments, in an environment that is the same everywhere.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regather"));
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "COLUMNS", "LANG", "LC_CTYPE"] {
        command.env_remove(variable);
    }
    command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program.
pub fn run(arguments: &[&str]) -> Ran {
    program(arguments).output().expect("the program starts").into()
}

/// Runs the program in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    program(arguments).current_dir(folder).output().expect("the program starts").into()
}

/// Runs the program with bytes on its standard input.
pub fn run_with(input: &[u8], arguments: &[&str]) -> Ran {
    let mut child = program(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that has read enough closes its end; that is no fault of the test.
    let _ = child.stdin.take().expect("stdin is a pipe").write_all(input);
    child.wait_with_output().expect("the program ends").into()
}

/// Writes a file of a test, all at once.
#[track_caller]
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    File::create(path)
        .and_then(|mut file| file.write_all(bytes.as_ref()))
        .expect("the folder can be written");
}

/// Returns the text of a file.
#[track_caller]
pub fn text(path: &Path) -> String {
    String::from_utf8(std::fs::read(path).expect("the file is there")).expect("the file is UTF-8")
}
