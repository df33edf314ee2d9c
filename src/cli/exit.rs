//! What the exit codes mean: one table for the program, its help and its reference page.

use crate::report::terminal::line;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, and where there were targets they are met.
    Done,
    /// A mistake in the program.
    Bug,
    /// The command line cannot be carried out as it stands.
    Usage,
    /// The input is invalid.
    Invalid,
    /// A target is missed or uncertain.
    Missed,
    /// Not connected for another reason than a failed step, or the platform refused what was sent.
    NotConnected,
    /// A roll-out reached only a part of its devices.
    Partly,
    /// A stop condition ended the command.
    Stopped,
    /// A window was asked for and cannot be opened.
    NoWindow,
    /// The name of the platform has no address.
    NoName,
    /// TCP does not connect.
    NoTcp,
    /// The proxy opens no tunnel.
    NoProxy,
    /// The TLS handshake fails.
    NoTls,
    /// The upgrade to a WebSocket fails.
    NoUpgrade,
    /// The application key is refused or not answered.
    NoAuth,
    /// The things are refused or not answered.
    NoBind,
    /// Interrupted from the keyboard.
    Interrupted,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub const ALL: [Self; 17] = [
        Self::Done,
        Self::Bug,
        Self::Usage,
        Self::Invalid,
        Self::Missed,
        Self::NotConnected,
        Self::Partly,
        Self::Stopped,
        Self::NoWindow,
        Self::NoName,
        Self::NoTcp,
        Self::NoProxy,
        Self::NoTls,
        Self::NoUpgrade,
        Self::NoAuth,
        Self::NoBind,
        Self::Interrupted,
    ];

    /// The number that the shell sees.
    ///
    /// Commands with connections end in order and report an interrupt themselves; others die of the signal, which
    /// shells report as the same number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::Missed => 4,
            Self::NotConnected => 5,
            Self::Partly => 6,
            Self::Stopped => 7,
            Self::NoWindow => 8,
            Self::NoName => 51,
            Self::NoTcp => 52,
            Self::NoProxy => 53,
            Self::NoTls => 54,
            Self::NoUpgrade => 55,
            Self::NoAuth => 56,
            Self::NoBind => 57,
            Self::Interrupted => 130,
        }
    }

    /// What the number means, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, and all targets are met",
            Self::Bug => "a mistake in the program; please report it",
            Self::Usage => "wrong usage, or an output that cannot be written",
            Self::Invalid => "invalid or unreadable input, or an unsilenced finding of severity error",
            Self::Missed => "a target is missed or uncertain, or no answer meets all targets",
            Self::NotConnected => "not connected, or the platform refused what was sent",
            Self::Partly => "a roll-out did not reach all of its devices",
            Self::Stopped => "stopped by a stop condition",
            Self::NoWindow => "a window was asked for and cannot be opened here",
            Self::NoName => "an agent's platform has a name without an address",
            Self::NoTcp => "an agent reached nobody: TCP does not connect",
            Self::NoProxy => "an agent's proxy opens no tunnel",
            Self::NoTls => "an agent's TLS handshake failed",
            Self::NoUpgrade => "an agent found no WebSocket: the upgrade failed",
            Self::NoAuth => "the platform refused an agent's key, or never answered it",
            Self::NoBind => "the platform refused an agent's things, or never answered",
            Self::Interrupted => "interrupted with Ctrl+C",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Returns the section of the help that lists the codes.
pub fn help() -> String {
    let mut text = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        line(&mut text, format_args!("  {:>3}  {}", exit.code(), exit.meaning()));
    }
    text.trim_end().to_owned()
}
