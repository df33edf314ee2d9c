//! The list of recent files: opened and saved ones alike, newest first, each once. And how the results of each
//! are looked at: which scenarios are ticked, and which one is the baseline. That is no part of a project, so its
//! file stays as it is; only ids of scenarios are remembered, and one that is gone is passed over.

use crate::fleet::FleetFile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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

/// How the results of a project are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The project's file.
    pub path: PathBuf,
    /// Scenarios that are ticked; `None` is the baseline of the project.
    #[serde(default)]
    pub ticks: BTreeSet<Option<String>>,
    /// Whether results are compared with anything.
    pub pinned: bool,
    /// Scenario that they are compared with; `None` is the baseline of the project.
    #[serde(default)]
    pub baseline: Option<String>,
}

impl Look {
    /// Returns the look that a project has until somebody changes it.
    fn usual(path: &Path) -> Self {
        Self { path: path.to_owned(), ticks: BTreeSet::new(), pinned: true, baseline: None }
    }

    /// Returns how a file was looked at last, without scenarios that it does not have any more.
    pub(super) fn of(looks: &[Self], path: &Path, file: &FleetFile) -> Self {
        let known = looks.iter().find(|look| look.path == path).cloned();
        let mut look = known.unwrap_or_else(|| Self::usual(path));
        let scenarios = file.scenarios();
        let there = |id: &Option<String>| {
            id.as_ref().is_none_or(|id| scenarios.iter().any(|scenario| scenario.id == *id))
        };
        look.ticks.retain(|id| there(id));
        look.baseline = look.baseline.filter(|id| there(&Some(id.clone())));
        look
    }

    /// Remembers a look, the newest first; a usual one is not worth a place.
    pub(super) fn note(self, looks: &mut Vec<Self>) {
        let (at, usual) = (looks.iter().position(|look| look.path == self.path), Self::usual(&self.path));
        if at.is_some_and(|at| looks[at] == self) || at.is_none() && self == usual {
            return;
        }
        looks.retain(|look| look.path != self.path);
        if self != usual && self.path.to_str().is_some() {
            looks.insert(0, self);
            looks.truncate(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_kept_each_once_and_usual_ones_not_at_all() {
        let look = |number: u32, tick: &str| Look {
            ticks: [Some(tick.to_owned())].into(),
            ..Look::usual(Path::new(&format!("{number}.json")))
        };
        let mut looks = Vec::new();
        for number in 0..12 {
            look(number, "a").note(&mut looks);
        }
        assert_eq!((looks.len(), looks[0].path.to_str()), (MOST, Some("11.json")));
        look(5, "b").note(&mut looks);
        assert_eq!((looks.len(), &looks[0]), (MOST, &look(5, "b")));
        Look::usual(Path::new("5.json")).note(&mut looks);
        assert!(looks.len() == MOST - 1 && looks.iter().all(|look| look.path != Path::new("5.json")));

        let text = r#"{"regather": 1, "scenarios": {"b": {"name": "B"}}}"#;
        let file = FleetFile::parse(text).unwrap();
        let stale = Look { baseline: Some("gone".into()), ..look(3, "b") };
        let mut looks = vec![Look { ticks: [None, Some("b".into()), Some("gone".into())].into(), ..stale }];
        let read = Look::of(&looks, Path::new("3.json"), &file);
        assert_eq!((read.ticks, read.baseline), ([None, Some("b".to_owned())].into(), None));
        looks.clear();
        assert_eq!(Look::of(&looks, Path::new("3.json"), &file), Look::usual(Path::new("3.json")));
    }

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
