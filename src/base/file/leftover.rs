//! Temporary files that killed processes left beside what they wrote.
//!
//! They may hold secrets, and nobody else removes them. Whether one is left behind is told by its age on the clock
//! of the disk it lies on: no export holds a temporary file for long.

use super::{TEMPORARY_PREFIX, TEMPORARY_SUFFIX};
use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::Duration;

/// Age from which a temporary file is left behind.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// Removes what earlier processes left in a folder, and returns how many files that were. What cannot be removed
/// stays: this is only tidying.
pub fn sweep(folder: &Path) -> usize {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let found: Vec<DirEntry> = entries.flatten().filter(is_temporary).collect();
    if found.is_empty() {
        return 0;
    }
    // A file that is new now has the present time of this disk, whatever the clock of this machine says.
    let now = super::create_beside(folder, None, super::Access::Owner)
        .and_then(|probe| probe.as_file().metadata()?.modified());
    let Ok(now) = now else { return 0 };
    let old = |entry: &DirEntry| {
        let changed = entry.metadata().and_then(|meta| meta.modified());
        changed.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age >= LEFT_BEHIND))
    };
    found.iter().filter(|entry| old(entry) && fs::remove_file(entry.path()).is_ok()).count()
}

/// Returns whether a file is one of those that stand beside a target while it is written.
fn is_temporary(entry: &DirEntry) -> bool {
    let named = entry.file_name().to_str().is_some_and(|name| {
        let middle = name.strip_prefix(TEMPORARY_PREFIX).and_then(|rest| rest.strip_suffix(TEMPORARY_SUFFIX));
        middle.is_some_and(|middle| middle.len() == 6 && middle.bytes().all(|b| b.is_ascii_alphanumeric()))
    });
    named && entry.file_type().is_ok_and(|kind| kind.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_temporary_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for name in [".regather-aB3xYz.tmp", ".regather-stamp", "regather-aB3xYz.tmp", ".regather-a.b-cd.tmp"]
        {
            let file = fs::File::create(at(name)).unwrap();
            file.set_modified(old).unwrap();
        }
        fs::File::create(at(".regather-young1.tmp")).unwrap();
        assert_eq!(sweep(folder.path()), 1);
        assert!(!at(".regather-aB3xYz.tmp").exists() && at(".regather-young1.tmp").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "and the probe is gone");
        assert_eq!(sweep(&at("missing")), 0);
    }
}
