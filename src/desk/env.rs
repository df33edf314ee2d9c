//! What the desk is given from outside: folders, a way to wake the face, cores, and the time.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Asks the face to call [`Desk::tick`](super::Desk::tick) soon; may be called from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The surroundings of a desk.
#[derive(Clone)]
pub struct Env {
    /// Folder for autosaved projects; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Folder for settings; `None` forgets them at the end.
    pub config_dir: Option<PathBuf>,
    /// Wakes the face.
    pub wake: Wake,
    /// Threads that a simulation uses, at least 1.
    pub threads: usize,
    /// Whether estimates of a region and of what matters are simulated behind, without being asked.
    pub behind: bool,
    /// Time at the start, on the clock that all later calls use. Only differences matter.
    pub now: Duration,
}

impl Env {
    /// Returns the surroundings of the real program.
    ///
    /// Folders follow the habits of the system; `REGATHER_STATE_DIR` and `REGATHER_CONFIG_DIR`
    /// override them, and an empty value means none.
    pub fn standard(wake: Wake, now: Duration) -> Self {
        let dirs = directories::ProjectDirs::from("", "", "regather");
        let state = || {
            let dirs = dirs.as_ref()?;
            Some(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
        };
        let config = || Some(dirs.as_ref()?.config_dir().to_owned());
        Self {
            state_dir: folder(std::env::var_os("REGATHER_STATE_DIR"), state),
            config_dir: folder(std::env::var_os("REGATHER_CONFIG_DIR"), config),
            behind: true,
            ..Self::isolated(wake, now)
        }
    }

    /// Returns surroundings without any folder: nothing is read or kept, and nothing is done that was not asked for,
    /// for pictures and tests.
    pub fn isolated(wake: Wake, now: Duration) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { state_dir: None, config_dir: None, wake, threads, behind: false, now }
    }
}

/// Returns the folder that a variable names, none where it is empty, and the usual one where it is not set.
fn folder(variable: Option<OsString>, usual: impl Fn() -> Option<PathBuf>) -> Option<PathBuf> {
    match variable {
        Some(path) => (!path.is_empty()).then(|| PathBuf::from(path)),
        None => usual(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_override_the_usual_folders() {
        let usual = || Some(PathBuf::from("usual"));
        assert_eq!(folder(None, usual), usual());
        assert_eq!(folder(Some("other".into()), usual), Some("other".into()));
        assert_eq!(folder(Some("".into()), usual), None, "empty means none");
    }
}
