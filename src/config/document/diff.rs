//! The difference of two texts by lines, for previews of what a device has and what it will get.
//!
//! Myers' method on whole lines, after what both texts have at their start and end is set aside. It is bounded:
//! where two texts differ in more than `MOST_EDITS` lines, the part that is not told apart is shown as
//! removed and added as a whole. The result is right either way, only longer, and a preview of such a file is
//! read by nobody.

use std::ops::Range;

/// Changed lines up to which the shortest difference is looked for; memory grows with its square.
const MOST_EDITS: usize = 1_000;

/// What happened to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It stands in both texts.
    Same,
    /// It stands in the old text only.
    Removed,
    /// It stands in the new text only.
    Added,
}

/// One line of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// What happened to it.
    pub kind: Kind,
    /// Its text with its line end, so that a changed line end is a change.
    pub text: &'a str,
    /// Its number in the old text, from 1; in front of which line it comes where it was added.
    pub before: usize,
    /// Its number in the new text, from 1; in front of which line it came where it was removed.
    pub after: usize,
}

/// Lines around a change, with what is left out before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a, 'd> {
    /// Equal lines left out between the previous hunk, or the start, and this one.
    pub skipped: usize,
    /// The lines.
    pub lines: &'d [Line<'a>],
}

/// Returns all lines of both texts in order, those that changed as removed and then added.
pub fn lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (old, new) = (split(before), split(after));
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut kept: Vec<(usize, usize)> = (0..start).map(|i| (i, i)).collect();
    let (middle_old, middle_new) = (start..old.len() - end, start..new.len() - end);
    let middle = matches(&old[middle_old.clone()], &new[middle_new.clone()]);
    kept.extend(middle.into_iter().map(|(a, b)| (start + a, start + b)));
    kept.extend((0..end).map(|i| (middle_old.end + i, middle_new.end + i)));
    // Behind the last line, so that what follows the last equal one is told too.
    kept.push((old.len(), new.len()));
    let mut found = Vec::with_capacity(old.len().max(new.len()));
    let (mut a, mut b) = (0, 0);
    for (next_a, next_b) in kept {
        let gone = old[a..next_a].iter().zip(a + 1..);
        found.extend(gone.map(|(text, before)| Line { kind: Kind::Removed, text, before, after: b + 1 }));
        let come = new[b..next_b].iter().zip(b + 1..);
        found.extend(come.map(|(text, after)| Line { kind: Kind::Added, text, before: next_a + 1, after }));
        if let Some(text) = old.get(next_a) {
            found.push(Line { kind: Kind::Same, text, before: next_a + 1, after: next_b + 1 });
        }
        (a, b) = (next_a + 1, next_b + 1);
    }
    found
}

/// Returns the changes of a difference with up to `context` equal lines before and after each; changes whose
/// context touches are one hunk.
pub fn hunks<'a, 'd>(lines: &'d [Line<'a>], context: usize) -> Vec<Hunk<'a, 'd>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (i, _) in lines.iter().enumerate().filter(|(_, line)| line.kind != Kind::Same) {
        let range = i.saturating_sub(context)..i.saturating_add(context).saturating_add(1).min(lines.len());
        match ranges.last_mut() {
            Some(last) if range.start <= last.end => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    let mut shown = 0;
    let hunk = |range: Range<usize>| {
        let skipped = range.start - shown;
        shown = range.end;
        Hunk { skipped, lines: &lines[range] }
    };
    ranges.into_iter().map(hunk).collect()
}

/// Returns the lines of a text with their line ends: `\n`, `\r\n` or a lone `\r`.
fn split(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
            found.push(&text[start..=i]);
            start = i + 1;
        }
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

/// Returns the positions of equal lines, rising in both texts: the most there are, or none where the texts
/// differ in too many lines.
fn matches(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let most = (old.len() + new.len()).min(MOST_EDITS);
    // `reach[most + diagonal]` is how far into the old text the best path on that diagonal comes.
    let mut reach = vec![0_usize; 2 * most + 3];
    let at = |diagonal: isize| (diagonal + most.cast_signed() + 1).cast_unsigned();
    let mut steps: Vec<Vec<usize>> = Vec::new();
    for edits in 0..=most.cast_signed() {
        for diagonal in (-edits..=edits).step_by(2) {
            let mut a = start_of(&reach, &at, edits, diagonal);
            let mut b = a.cast_signed() - diagonal;
            while b >= 0 && a < old.len() && (b as usize) < new.len() && old[a] == new[b as usize] {
                a += 1;
                b += 1;
            }
            reach[at(diagonal)] = a;
            if a >= old.len() && b >= new.len().cast_signed() {
                return walk_back(&steps, edits, (old.len(), new.len()));
            }
        }
        // What this round reached, from its lowest diagonal on.
        steps.push((-edits..=edits).map(|diagonal| reach[at(diagonal)]).collect());
    }
    Vec::new()
}

/// Returns where the best path with `edits` edits starts on a diagonal, before it follows equal lines.
fn start_of(reach: &[usize], at: &impl Fn(isize) -> usize, edits: isize, diagonal: isize) -> usize {
    let (below, above) = (reach[at(diagonal - 1)], reach[at(diagonal + 1)]);
    if edits == 0 {
        0
    } else if diagonal == -edits || (diagonal != edits && below < above) {
        above
    } else {
        below + 1
    }
}

/// Returns the equal lines on the way that was found, from its end.
fn walk_back(steps: &[Vec<usize>], edits: isize, end: (usize, usize)) -> Vec<(usize, usize)> {
    let (mut a, mut b) = (end.0.cast_signed(), end.1.cast_signed());
    let mut found = Vec::new();
    for edits in (0..=edits).rev() {
        let diagonal = a - b;
        let (previous, start_a) = if edits == 0 {
            (0, 0)
        } else {
            let reached = |diagonal: isize| {
                let index = diagonal + edits - 1;
                let row = &steps[edits as usize - 1];
                usize::try_from(index).ok().and_then(|index| row.get(index)).map_or(-1, |&a| a.cast_signed())
            };
            let (below, above) = (reached(diagonal - 1), reached(diagonal + 1));
            if diagonal == -edits || (diagonal != edits && below < above) {
                (diagonal + 1, above)
            } else {
                (diagonal - 1, below + 1)
            }
        };
        while a > start_a && b > 0 {
            (a, b) = (a - 1, b - 1);
            found.push((a as usize, b as usize));
        }
        if edits > 0 {
            // One step aside: a line removed where the diagonal falls, added where it rises.
            a = if previous < diagonal { start_a - 1 } else { start_a };
            b = a - previous;
        }
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes a difference as previews do.
    fn shown(lines: &[Line<'_>]) -> String {
        let sign = |kind| match kind {
            Kind::Same => ' ',
            Kind::Removed => '-',
            Kind::Added => '+',
        };
        let line = |line: &Line<'_>| sign(line.kind).to_string() + line.text.trim_end();
        lines.iter().map(line).collect::<Vec<_>>().join("|")
    }

    /// Returns one of both texts again.
    fn side(lines: &[Line<'_>], without: Kind) -> String {
        lines.iter().filter(|line| line.kind != without).map(|line| line.text).collect()
    }

    #[test]
    fn shows_what_changed() {
        let found = lines("a\nb\nc\nd\n", "a\nx\nc\nd\ne");
        assert_eq!(shown(&found), " a|-b|+x| c| d|+e");
        assert_eq!((found[2].before, found[2].after, found[5].before, found[5].after), (3, 2, 5, 5));
        assert_eq!(shown(&lines("", "a\n")), "+a");
        assert_eq!(shown(&lines("a\r\nb", "a\nb")), "-a|+a| b");
        assert_eq!(shown(&lines("a\nb\nc\n", "b\nc\na\n")), "-a| b| c|+a");
        assert!(lines("", "").is_empty());
    }

    #[test]
    fn folds_what_is_equal() {
        let before: String = (0..30).map(|i| i.to_string() + "\n").collect();
        let after = before.replace("\n10\n", "\nten\n").replace("\n13\n", "\n").replace("\n29\n", "\n");
        let found = lines(&before, &after);
        let hunks = hunks(&found, 1);
        let parts: Vec<_> = hunks.iter().map(|hunk| (hunk.skipped, shown(hunk.lines))).collect();
        let expected = [(9, " 9|-10|+ten| 11| 12|-13| 14"), (13, " 28|-29")];
        assert_eq!(parts, expected.map(|(skipped, text)| (skipped, text.to_owned())));
        assert!(super::hunks(&lines("a", "a"), 3).is_empty());
        assert_eq!(super::hunks(&found, usize::MAX).len(), 1);
    }

    #[test]
    fn texts_that_share_nothing_are_shown_whole() {
        let [before, after] = ["a", "b"].map(|word| {
            (0..20_000).flat_map(|i| [word.to_owned(), i.to_string() + "\n"]).collect::<String>()
        });
        let found = lines(&before, &after);
        assert_eq!(found.len(), 40_000);
        assert_eq!((side(&found, Kind::Added), side(&found, Kind::Removed)), (before, after));
    }

    /// Returns how many lines the longest common part has, the slow way.
    fn common(old: &[&str], new: &[&str]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for a in old {
            let mut corner = 0;
            for (i, b) in new.iter().enumerate() {
                let here = if a == b { corner + 1 } else { row[i].max(row[i + 1]) };
                corner = std::mem::replace(&mut row[i + 1], here);
            }
        }
        row[new.len()]
    }

    proptest! {
        #[test]
        fn both_texts_come_back_and_the_difference_is_shortest(before in "[ab\n\r]{0,60}", after in "[ab\n\r]{0,60}") {
            let found = lines(&before, &after);
            prop_assert_eq!(side(&found, Kind::Added), before.as_str());
            prop_assert_eq!(side(&found, Kind::Removed), after.as_str());
            let same = found.iter().filter(|line| line.kind == Kind::Same).count();
            prop_assert_eq!(same, common(&split(&before), &split(&after)));
            let shown: usize = hunks(&found, 2).iter().map(|hunk| hunk.lines.len() + hunk.skipped).sum();
            prop_assert!(shown <= found.len());
        }
    }
}
