//! The difference between two texts as one splice: what an undo step keeps.
//!
//! A step of a 16 MiB project is then as small as the edit, so that hundreds of them fit into memory.

/// One splice that turns a text into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    start: usize,
    removed: Box<str>,
    inserted: Box<str>,
}

impl Patch {
    /// Returns the splice from one text to the other.
    pub(super) fn between(old: &str, new: &str) -> Self {
        let shorter = old.len().min(new.len());
        let same = |(a, b): &(u8, u8)| a == b;
        let mut start = old.bytes().zip(new.bytes()).take_while(same).count();
        while !(old.is_char_boundary(start) && new.is_char_boundary(start)) {
            start -= 1;
        }
        let back = old.bytes().rev().zip(new.bytes().rev()).take_while(same).count();
        let mut back = back.min(shorter - start);
        while !(old.is_char_boundary(old.len() - back) && new.is_char_boundary(new.len() - back)) {
            back -= 1;
        }
        Self {
            start,
            removed: old[start..old.len() - back].into(),
            inserted: new[start..new.len() - back].into(),
        }
    }

    /// Returns the text after the splice, or `None` where the text is not the one it was made from.
    pub(super) fn apply(&self, text: &str) -> Option<String> {
        Self::splice(text, self.start, &self.removed, &self.inserted)
    }

    /// Returns the text before the splice, or `None` where the text is not the one it led to.
    pub(super) fn revert(&self, text: &str) -> Option<String> {
        Self::splice(text, self.start, &self.inserted, &self.removed)
    }

    fn splice(text: &str, start: usize, from: &str, to: &str) -> Option<String> {
        let rest = text.get(start..)?.strip_prefix(from)?;
        Some([&text[..start], to, rest].concat())
    }

    /// Returns the memory it takes [bytes].
    pub(super) fn len(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(old in "[aä€𝄞 ]{0,12}", new in "[aä€𝄞 ]{0,12}") {
            let patch = Patch::between(&old, &new);
            prop_assert_eq!(patch.apply(&old), Some(new.clone()));
            prop_assert_eq!(patch.revert(&new), Some(old));
        }
    }

    #[test]
    fn is_as_small_as_the_edit() {
        let patch = Patch::between("{\"delay\": 30, \"more\": 1}", "{\"delay\": 300, \"more\": 1}");
        assert_eq!(patch.len(), 1);
        assert_eq!(Patch::between("ä", "ö").len(), 4, "cuts between characters, not between bytes");
    }

    #[test]
    fn refuses_another_text() {
        let patch = Patch::between("abc", "abd");
        assert_eq!(patch.apply("abx"), None);
        assert_eq!(patch.apply(""), None);
    }
}
