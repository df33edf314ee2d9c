//! `regather completions` and `regather man`: what shells and manuals know of the command line.
//!
//! Both are made from the command line itself, so that they never tell of something that it does not have.

use crate::cli;
use crate::cli::error::{CommandError, Kind};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::printer::Printer;
use clap_complete::Shell;
use clap_mangen::Man;
use std::ffi::OsString;

/// Arguments of `regather completions`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather completions bash > ~/.local/share/bash-completion/completions/regather
  regather completions zsh > ~/.zfunc/_regather
  regather completions fish > ~/.config/fish/completions/regather.fish
  regather completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// Shell that reads them
    #[arg(value_enum)]
    shell: Shell,
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Arguments of `regather man`.
#[derive(Debug, clap::Args)]
#[command(before_help = "\
Examples:
  regather man | man -l -                    read it
  regather man -o regather.1                 all subcommands in one page")]
pub struct ManArgs {
    /// File to write; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
}

/// Runs `regather completions`.
pub(super) fn completions(args: &CompletionsArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(), "regather", &mut text);
    write(args.output.as_ref(), &text, printer)
}

/// Runs `regather man`.
pub(super) fn man(args: &ManArgs, printer: &Printer) -> Result<Exit, CommandError> {
    let mut text = Vec::new();
    page(&mut text)
        .map_err(|error| CommandError::new(Kind::Bug, format!("The page was not made: {error}.")))?;
    write(args.output.as_ref(), &text, printer)
}

/// Writes the page of the program, with a section for each subcommand and for the exit codes.
fn page(text: &mut Vec<u8>) -> std::io::Result<()> {
    let mut command = cli::command();
    command.build();
    let whole = Man::new(command.clone());
    whole.render_title(text)?;
    whole.render_name_section(text)?;
    whole.render_synopsis_section(text)?;
    whole.render_description_section(text)?;
    whole.render_options_section(text)?;
    for sub in command.get_subcommands() {
        section(sub, text)?;
        for below in sub.get_subcommands() {
            section(below, text)?;
        }
    }
    whole.render_extra_section(text)?;
    whole.render_version_section(text)
}

/// Writes the section of a subcommand: what it does, how it is called, its options.
fn section(command: &clap::Command, text: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::Write as _;
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    writeln!(text, ".SH \"{name}\"")?;
    let man = Man::new(command.clone());
    let mut parts = Vec::new();
    man.render_description_section(&mut parts)?;
    man.render_synopsis_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    // Within the page of the program the parts of a subcommand are one level lower.
    text.extend_from_slice(String::from_utf8_lossy(&parts).replace(".SH ", ".SS ").as_bytes());
    Ok(())
}

/// Writes a text to its output.
fn write(output: Option<&OsString>, text: &[u8], printer: &Printer) -> Result<Exit, CommandError> {
    Output::of(output.map(OsString::as_os_str)).write(printer, &String::from_utf8_lossy(text))?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_and_the_page_know_every_subcommand() {
        let mut command = cli::command();
        command.build();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert!(names.contains(&"simulate"));
        for shell in Shell::value_variants() {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut cli::command(), "regather", &mut text);
            let text = String::from_utf8(text).unwrap();
            for name in &names {
                assert!(text.contains(name), "{shell} does not know {name}");
            }
        }
        let mut text = Vec::new();
        page(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        for name in &names {
            assert!(text.contains(&format!(".SH \"REGATHER {}\"", name.to_uppercase())), "{name}");
        }
        assert!(text.starts_with(".ie") || text.contains(".TH"), "a page has a title");
        assert!(text.contains("130"), "the exit codes stand in it");
    }
}
