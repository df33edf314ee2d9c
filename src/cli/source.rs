//! Where a project comes from: a file, standard input (`-`) or a shipped example (`example:NAME`).

use super::error::CommandError;
use crate::base::Finding;
use crate::base::file::{self, MAX_PROJECT_BYTES};
use crate::base::units;
use crate::fleet::{FleetFile, example};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

/// How a shipped example is named on the command line.
const EXAMPLE: &str = "example:";

/// What an argument `FILE` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A shipped example.
    Example(example::Example),
    /// A file.
    Path(OsString),
}

impl Source {
    /// Returns what the argument means.
    ///
    /// # Errors
    /// Where it names an example that does not exist.
    pub fn of(argument: &OsStr) -> Result<Self, CommandError> {
        match argument.to_str() {
            Some("-") => Ok(Self::Stdin),
            Some(text) => match text.strip_prefix(EXAMPLE) {
                Some(name) => find_example(name).map(Self::Example),
                None => Ok(Self::Path(argument.to_owned())),
            },
            None => Ok(Self::Path(argument.to_owned())),
        }
    }

    /// Returns how messages name it.
    pub fn shown(&self) -> String {
        match self {
            Self::Stdin => "stdin".to_owned(),
            Self::Example(example) => format!("{EXAMPLE}{}", example.name),
            Self::Path(path) => path.to_string_lossy().into_owned(),
        }
    }

    /// Returns the text.
    ///
    /// # Errors
    /// Where it cannot be read, is larger than a project may be, or is not UTF-8.
    pub fn text(&self) -> Result<String, CommandError> {
        match self {
            Self::Stdin => read(&mut std::io::stdin().lock()),
            Self::Example(example) => Ok(example.text.to_owned()),
            Self::Path(path) => file::read_text(Path::new(path), MAX_PROJECT_BYTES).map_err(|error| {
                CommandError::reading(&error)
                    .hint("`regather example -o fleet.json` writes a file to start from.")
            }),
        }
    }
}

/// Returns the shipped example with this name.
///
/// # Errors
/// A usage error that lists the names.
pub fn find_example(name: &str) -> Result<example::Example, CommandError> {
    example::find(name).ok_or_else(|| {
        let names: Vec<&str> = example::EXAMPLES.iter().map(|example| example.name).collect();
        CommandError::usage(format!("There is no example `{name}`."))
            .did_you_mean(name, names.iter().copied())
            .hint(format!("The examples are {}.", names.join(" and ")))
    })
}

/// Reads all text up to the size that a project may have.
fn read(from: &mut dyn Read) -> Result<String, CommandError> {
    let mut bytes = Vec::new();
    let again = "Give the project as a file, or send it again.";
    from.take(MAX_PROJECT_BYTES + 1).read_to_end(&mut bytes).map_err(|error| {
        CommandError::input(format!("Standard input could not be read: {error}.")).hint(again)
    })?;
    if bytes.len() as u64 > MAX_PROJECT_BYTES {
        let limit = units::count(MAX_PROJECT_BYTES);
        let what = format!("Standard input is longer than {limit} B, which no project is; nothing was read.");
        return Err(CommandError::input(what).hint("Check what is sent into the command."));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CommandError::input(format!("Standard input is not UTF-8 text (byte {at}), so it cannot be read."))
            .hint(again)
    })
}

/// A project that was read.
#[derive(Clone, Debug)]
pub struct Project {
    /// How messages name it.
    pub shown: String,
    /// The document.
    pub file: FleetFile,
}

impl Project {
    /// Reads the project that an argument names.
    ///
    /// # Errors
    /// Where it cannot be read, or is no project; the finding that says so is in the error.
    pub fn load(argument: &OsStr) -> Result<Self, CommandError> {
        let source = Source::of(argument)?;
        let shown = source.shown();
        let file = FleetFile::parse(&source.text()?).map_err(|finding| unreadable(&shown, finding))?;
        Ok(Self { shown, file })
    }

    /// Returns the id of the scenario with this id or name; `None` for the baseline.
    ///
    /// # Errors
    /// A usage error that lists the scenarios.
    pub fn scenario(&self, name: &str) -> Result<Option<String>, CommandError> {
        let scenarios = self.file.scenarios();
        if let Some(found) = scenarios.iter().find(|scenario| scenario.id == name) {
            return Ok(Some(found.id.clone()));
        }
        if let Some(found) = scenarios.iter().find(|scenario| scenario.name.eq_ignore_ascii_case(name)) {
            return Ok(Some(found.id.clone()));
        }
        if name.eq_ignore_ascii_case("baseline") {
            return Ok(None);
        }
        let mut known = vec!["baseline"];
        known.extend(scenarios.iter().map(|scenario| scenario.id.as_str()));
        let list = known.join(", ");
        Err(CommandError::usage(format!("There is no scenario `{name}` in this file: {}.", self.shown))
            .did_you_mean(name, known)
            .hint(format!("The scenarios are: {list}.")))
    }
}

/// Returns the error for a file that is no project.
fn unreadable(shown: &str, finding: Finding) -> CommandError {
    CommandError::input(format!("This is no project that can be read: {shown}."))
        .findings(shown, vec![finding])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_files_stdin_and_examples() {
        assert_eq!(Source::of(OsStr::new("-")), Ok(Source::Stdin));
        assert_eq!(Source::of(OsStr::new("a.json")), Ok(Source::Path("a.json".into())));
        let error = Source::of(OsStr::new("example:conected-products")).unwrap_err();
        assert_eq!(error.hints[0], "Did you mean `connected-products`?");
    }

    #[test]
    fn stdin_is_text_of_limited_length() {
        assert_eq!(read(&mut "{}".as_bytes()), Ok("{}".to_owned()));
        let error = read(&mut [b'a', 0xff].as_slice()).unwrap_err();
        assert!(error.message.contains("byte 1"), "{}", error.message);
        assert!(read(&mut std::io::repeat(b' ')).unwrap_err().message.contains("longer than"));
    }
}
