//! The list of recent files: opened and saved ones alike, newest first, each once.

use std::path::{Path, PathBuf};

/// Files that the list holds.
pub const MOST: usize = 10;

/// Puts a file at the top of the list; a name that is no text cannot be remembered.
pub(super) fn note(recent: &mut Vec<PathBuf>, path: &Path) {
    recent.insert(0, path.to_owned());
    tidy(recent);
}

/// Takes repetitions and everything beyond [`MOST`] out.
pub(super) fn tidy(recent: &mut Vec<PathBuf>) {
    let mut kept: Vec<PathBuf> = Vec::with_capacity(MOST);
    for path in recent.drain(..) {
        let is_text = path.to_str().is_some_and(|path| !path.is_empty());
        if kept.len() < MOST && is_text && !kept.contains(&path) {
            kept.push(path);
        }
    }
    *recent = kept;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_first_each_once_ten_at_most() {
        let mut recent = Vec::new();
        for number in 0..12 {
            note(&mut recent, &PathBuf::from(format!("{number}.json")));
        }
        note(&mut recent, Path::new("5.json"));
        let names: Vec<_> = recent.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let expected = [
            "5.json", "11.json", "10.json", "9.json", "8.json", "7.json", "6.json", "4.json", "3.json",
            "2.json",
        ];
        assert_eq!(names, expected);
    }
}
