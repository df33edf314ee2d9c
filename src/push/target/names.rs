//! The hidden names beside a live file.

/// Begin of what stands behind the name of the live file.
const MARK: &str = ".regather-";

/// A live file with the names that belong to it.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Folder with its last slash; empty for the present one.
    pub(super) folder: String,
    /// `.NAME.regather-`
    mark: String,
    plan: String,
}

impl Names {
    pub(super) fn of(path: &str, plan: &str) -> Self {
        let cut = path.rfind('/').map_or(0, |slash| slash + 1);
        Self { folder: path[..cut].into(), mark: format!(".{}{MARK}", &path[cut..]), plan: plan.into() }
    }

    fn at(&self, rest: &str) -> String {
        format!("{}{}{rest}", self.folder, self.mark)
    }

    pub(super) fn staged(&self) -> String {
        self.at(&format!("{}.new", self.plan))
    }

    pub(super) fn kept(&self) -> String {
        self.at(&format!("{}.old", self.plan))
    }

    pub(super) fn stamp(&self) -> String {
        self.at("stamp")
    }

    pub(super) fn lock(&self) -> String {
        self.at("lock")
    }

    /// Returns whether a name in the folder is that of another plan's file of this kind: `.new` or `.old`.
    pub(super) fn is_other_plans(&self, name: &str, kind: &str) -> bool {
        let plan = name.strip_prefix(&self.mark).and_then(|rest| rest.strip_suffix(kind));
        plan.is_some_and(|plan| plan != self.plan && plan.len() == self.plan.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_beside_the_file_and_tell_plans_apart() {
        let names = Names::of("/opt/agent/ws.json", "0123456789abcdef");
        assert_eq!(names.folder, "/opt/agent/");
        assert_eq!(names.staged(), "/opt/agent/.ws.json.regather-0123456789abcdef.new");
        assert!(names.is_other_plans(".ws.json.regather-fedcba9876543210.new", ".new"));
        assert!(!names.is_other_plans(".ws.json.regather-0123456789abcdef.new", ".new"));
        assert!(!names.is_other_plans(".ws.json.regather-fedcba9876543210.old", ".new"));
        assert!(
            !names.is_other_plans("ws.json.new", ".new")
                && !names.is_other_plans(".ws.json.regather-lock", ".new")
        );
        assert_eq!(Names::of("ws.json", "p").lock(), ".ws.json.regather-lock");
    }
}
