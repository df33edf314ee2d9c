//! What the command line needs to know about the process it runs in.
//!
//! Read once, at the start, so that everything behind it can be tested with any environment.

use crate::report::terminal::Charset;
use std::io::IsTerminal;

/// Environment variables, terminals and display of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Whether a window could be opened: on Linux and BSD `DISPLAY` or `WAYLAND_DISPLAY` is set.
    pub display: bool,
    /// What the terminal can show.
    pub charset: Charset,
    /// Whether progress may be drawn over itself: stderr is a terminal and not a dumb one.
    pub live: bool,
    /// Processors that this process may use, at least 1.
    pub processors: usize,
}

impl Environment {
    /// Returns the environment of this process.
    pub fn of_process() -> Self {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let text = |name: &str| variable(name).and_then(|value| value.into_string().ok());
        let dumb = text("TERM").is_some_and(|term| term == "dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text);
        Self {
            display: !cfg!(all(unix, not(target_os = "macos")))
                || variable("DISPLAY").is_some()
                || variable("WAYLAND_DISPLAY").is_some(),
            charset: charset(dumb, locale.as_deref()),
            live: !dumb && std::io::stderr().is_terminal(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Returns what a terminal with this locale can show; only Unix says it in the locale.
fn charset(dumb: bool, locale: Option<&str>) -> Charset {
    let utf8 = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if dumb || (cfg!(unix) && !utf8) { Charset::Ascii } else { Charset::Unicode }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn draws_blocks_only_where_the_locale_can() {
        assert_eq!(charset(false, Some("de_DE.UTF-8")), Charset::Unicode);
        assert_eq!(charset(false, Some("C.utf8")), Charset::Unicode);
        assert_eq!(charset(false, Some("POSIX")), Charset::Ascii);
        assert_eq!(charset(false, None), Charset::Ascii);
        assert_eq!(charset(true, Some("en_US.UTF-8")), Charset::Ascii);
    }
}
