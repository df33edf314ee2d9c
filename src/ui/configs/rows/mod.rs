//! The screen *Configs* as plain text: groups with their marks, files with their differences, settings.
//!
//! Texts of files are masked here, so that no panel ever holds a secret.

#[cfg(test)]
mod tests;

use crate::base::units::{self, THIN};
use crate::base::{Finding, Severity};
use crate::config::document::diff::{self, hunks, lines};
use crate::config::lint::Linted;
use crate::config::secret::mask;
use crate::config::{AgentFile, Change, FileRow, GroupFiles, Part, Shown};
use crate::desk::{Effect, Tried, View};
use crate::fleet::setting::Certainty;
use crate::plan::{Outcome, Verdict};
use crate::ui::simulate::rows::help;

/// Equal lines around a change.
const CONTEXT: usize = 2;
/// Lines of a file that are shown; nobody reads more here.
const MOST_LINES: usize = 400;
/// Characters of a line that are shown.
const MOST_SIGNS: usize = 300;

/// How something stands, for its colour; sign and word say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Something stands against it.
    Bad,
    /// Worth a look.
    Unsure,
    /// Something happens.
    Info,
    /// Nothing to point out.
    Plain,
}

/// A sign with its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Sign, never colour alone.
    pub sign: &'static str,
    /// Word beside it.
    pub word: String,
    /// How it stands.
    pub tone: Tone,
}

impl Mark {
    fn new(sign: &'static str, word: impl Into<String>, tone: Tone) -> Self {
        Self { sign, word: word.into(), tone }
    }

    /// Returns sign and word.
    pub fn text(&self) -> String {
        format!("{} {}", self.sign, self.word)
    }
}

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLine {
    /// Id of the group.
    pub id: String,
    /// Name of the group.
    pub name: String,
    /// `2 files · 3 000 devices`.
    pub detail: String,
    /// What stands out.
    pub mark: Option<Mark>,
    /// The line in a sentence.
    pub spoken: String,
}

/// Returns the list of groups.
pub fn groups(view: &View<'_>) -> Vec<GroupLine> {
    view.agent_files.iter().map(|group| line(group, view.compared.is_some())).collect()
}

fn line(group: &GroupFiles, compared: bool) -> GroupLine {
    let files = match &group.part {
        Part::Files(files) if files.len() == 1 => "1 file".to_owned(),
        Part::Files(files) => format!("{} files", files.len()),
        Part::None(_) => "no file".to_owned(),
    };
    let devices = units::count(u64::from(group.devices));
    let mark = mark(group, compared);
    let mut spoken = format!("{}, {files}, {devices} devices", group.name);
    if let Some(mark) = &mark {
        spoken.extend([", ", &*mark.word]);
    }
    let detail = format!("{files} · {devices} devices");
    GroupLine { id: group.group.clone(), name: group.name.clone(), detail, mark, spoken }
}

/// Returns what stands out in a group.
fn mark(group: &GroupFiles, compared: bool) -> Option<Mark> {
    let files = group.files();
    if group.blocked().is_some() {
        return Some(Mark::new("✕", "blocked", Tone::Bad));
    }
    if !compared {
        return None;
    }
    let known: Vec<&AgentFile> = files.iter().filter(|file| file.before.is_some()).collect();
    let changes = known.iter().flat_map(|file| &file.rows).filter(|row| alters(row)).count();
    Some(match (known.len(), changes) {
        (0, _) => Mark::new("–", "not compared", Tone::Plain),
        (_, 0) => Mark::new("✓", "no change", Tone::Good),
        (_, 1) => Mark::new("→", "1 change", Tone::Info),
        (_, n) => Mark::new("→", format!("{n} changes"), Tone::Info),
    })
}

fn alters(row: &FileRow) -> bool {
    matches!(row.change, Change::Changed | Change::Added)
}

/// A line of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// `−` for what goes, `+` for what comes, `…` for equal lines left out.
    pub sign: &'static str,
    /// The text, secrets masked.
    pub text: String,
    /// How it stands.
    pub tone: Tone,
}

/// One setting of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowText {
    /// Names on the way to the value.
    pub key: String,
    /// What the device has: `60 s (file: 60000)`; `–` where the file does not hold it.
    pub has: String,
    /// What it gets.
    pub gets: String,
    /// What becomes of it.
    pub mark: Mark,
    /// What the setting means.
    pub meaning: String,
    /// Everything about the setting.
    pub help: String,
}

/// Something that is wrong or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingText {
    /// How much it weighs.
    pub severity: Severity,
    /// Where, what, why and what to do.
    pub text: String,
}

/// What becomes of a file, what needs a look first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It cannot be written.
    Blocked,
    /// The device gets another text.
    Changes,
    /// What the device has is not known.
    New,
    /// The device has this text.
    Same,
}

impl Fate {
    fn of(file: &AgentFile) -> Self {
        match () {
            () if file.blocked() => Self::Blocked,
            () if file.before.is_none() => Self::New,
            () if file.is_unchanged() => Self::Same,
            () => Self::Changes,
        }
    }
}

/// One file of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileText {
    /// What becomes of it.
    pub fate: Fate,
    /// Group and name: `pumps/config.json`.
    pub title: String,
    /// How sure we are of its names.
    pub certainty: &'static str,
    /// How that is to be taken.
    pub sure: Tone,
    /// What becomes of it as a whole, where something is compared with.
    pub mark: Option<Mark>,
    /// Its text, or what changes in it.
    pub lines: Vec<TextLine>,
    /// Its settings.
    pub rows: Vec<RowText>,
    /// Whether what the device has is known.
    pub known: bool,
    /// `and 12 other keys, kept as they are`; empty where there are none.
    pub kept: String,
    /// What is wrong with it.
    pub findings: Vec<FindingText>,
}

/// Returns the files of a group; where something is compared with, what changes comes first.
pub fn files(group: &GroupFiles, compared: bool) -> Vec<FileText> {
    let mut files: Vec<FileText> =
        group.files().iter().map(|file| file_text(group, file, compared)).collect();
    if compared {
        files.sort_by_key(|file| file.fate);
    }
    files
}

/// Returns how many of the files change: `3 of 5 files change`.
pub fn changing<'a>(groups: impl IntoIterator<Item = &'a GroupFiles>) -> String {
    let fates: Vec<Fate> = groups.into_iter().flat_map(GroupFiles::files).map(Fate::of).collect();
    let count = |fate: Fate| fates.iter().filter(|own| **own == fate).count();
    let files = if fates.len() == 1 { "file" } else { "files" };
    let change = if count(Fate::Changes) == 1 { "changes" } else { "change" };
    let new = match count(Fate::New) {
        0 => String::new(),
        1 => ", 1 is new".to_owned(),
        n => format!(", {n} are new"),
    };
    format!("{} of {} {files} {change}{new}", count(Fate::Changes), fates.len())
}

fn file_text(group: &GroupFiles, file: &AgentFile, compared: bool) -> FileText {
    let known = file.before.is_some();
    let fate = Fate::of(file);
    let mark = compared.then(|| match fate {
        Fate::Blocked => Mark::new("✕", "cannot be written", Tone::Bad),
        Fate::New => Mark::new("–", "not among the devices' files, written as a new one", Tone::Plain),
        Fate::Same => Mark::new("✓", "no change", Tone::Good),
        Fate::Changes => Mark::new("→", "changes", Tone::Info),
    });
    FileText {
        fate,
        title: format!("{}/{}", group.group, file.name),
        certainty: file.certainty.word(),
        sure: match file.certainty {
            Certainty::Documented | Certainty::Measured => Tone::Plain,
            Certainty::Inferred | Certainty::Assumed => Tone::Unsure,
        },
        mark,
        lines: text(file),
        rows: file.rows.iter().map(row).collect(),
        known,
        kept: kept(file.kept.len()),
        findings: file.findings.iter().map(finding).collect(),
    }
}

/// Returns the text of a file, or its changes where the device's own is known.
fn text(file: &AgentFile) -> Vec<TextLine> {
    let after = mask(&file.text, file.format);
    let Some(before) = file.before.as_deref().filter(|_| !file.is_unchanged()) else {
        let mut shown: Vec<TextLine> =
            after.lines().take(MOST_LINES).map(|text| text_line("", text, Tone::Plain)).collect();
        let rest = after.lines().count().saturating_sub(MOST_LINES);
        shown.extend((rest > 0).then(|| fold(rest, "more")));
        return shown;
    };
    let before = mask(before, file.format);
    let all = lines(&before, &after);
    let mut shown = Vec::new();
    let mut told = 0;
    for hunk in hunks(&all, CONTEXT) {
        shown.extend((hunk.skipped > 0).then(|| fold(hunk.skipped, "equal")));
        told += hunk.skipped + hunk.lines.len();
        for part in hunk.lines {
            let (sign, tone) = match part.kind {
                diff::Kind::Removed => ("−", Tone::Bad),
                diff::Kind::Added => ("+", Tone::Good),
                diff::Kind::Same => (" ", Tone::Plain),
            };
            shown.push(text_line(sign, part.text.trim_end(), tone));
        }
        if shown.len() > MOST_LINES {
            break;
        }
    }
    let cut = shown.len().saturating_sub(MOST_LINES);
    shown.truncate(MOST_LINES);
    let rest = all.len() - told + cut;
    shown.extend((rest > 0).then(|| fold(rest, if cut > 0 { "more" } else { "equal" })));
    shown
}

fn text_line(sign: &'static str, text: &str, tone: Tone) -> TextLine {
    // A tab has no place of its own here.
    let mut text = text.replace('\t', "    ");
    if let Some((end, _)) = text.char_indices().nth(MOST_SIGNS) {
        text.truncate(end);
        text.push('…');
    }
    TextLine { sign, text, tone }
}

fn fold(count: usize, word: &str) -> TextLine {
    let lines = if count == 1 { "line" } else { "lines" };
    let text = format!("{} {word} {lines}", units::count(count as u64));
    TextLine { sign: "…", text, tone: Tone::Unsure }
}

fn kept(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "and 1 other key, kept as it is".to_owned(),
        n => format!("and {} other keys, kept as they are", units::count(n as u64)),
    }
}

/// Returns a setting of a file.
fn row(row: &FileRow) -> RowText {
    let text = |shown: &Option<Shown>| shown.as_ref().map_or_else(|| "–".to_owned(), value);
    let (sign, tone) = match row.change {
        Change::Same => ("✓", Tone::Good),
        Change::Changed => ("→", Tone::Info),
        Change::Added => ("+", Tone::Info),
        Change::Kept => ("·", Tone::Plain),
    };
    let gets = if row.change == Change::Kept { text(&row.has) } else { text(&row.gets) };
    RowText {
        key: row.key.clone(),
        has: text(&row.has),
        gets,
        mark: Mark::new(sign, row.change.word(), tone),
        meaning: row.setting.meaning.trim_end_matches('.').to_owned(),
        help: help(row.setting),
    }
}

/// Returns a value as people read it, with the file's own where that is another number: `60 s (file: 60000)`.
pub fn value(shown: &Shown) -> String {
    with_file(&shown.human, &shown.file)
}

fn with_file(human: &str, file: &str) -> String {
    let plain = file.trim_matches('"');
    let spaces = [' ', THIN, '\u{a0}', '\u{202f}'];
    let number: String = human
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-') || spaces.contains(c))
        .filter(|c| !spaces.contains(c))
        .collect();
    if human.eq_ignore_ascii_case(plain) || (!number.is_empty() && number == plain) {
        human.to_owned()
    } else {
        format!("{human} (file: {file})")
    }
}

/// Returns a finding with its line.
pub fn finding(finding: &Finding) -> FindingText {
    let line = if finding.line > 0 { format!("Line {}: ", finding.line) } else { String::new() };
    let text = format!("{line}{} {} {}", finding.what, finding.why, finding.fix);
    FindingText { severity: finding.severity, text: text.trim_end().to_owned() }
}

/// One side of the effect of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectLine {
    /// `Has` or `Gets`.
    pub side: &'static str,
    /// How it stands.
    pub mark: Mark,
    /// What happens in the outage.
    pub text: String,
}

/// Returns what the outage does with the files that devices have and with the new ones.
pub fn effect(view: &View<'_>) -> Vec<EffectLine> {
    let waiting = |side| EffectLine {
        side,
        mark: Mark::new("…", "running", Tone::Info),
        text: "Is being simulated".to_owned(),
    };
    let has = match view.effect {
        Effect::Unknown => return Vec::new(),
        Effect::Running => waiting("Has"),
        Effect::Known(outcome) => side("Has", outcome),
        Effect::Impossible(reason) => EffectLine {
            side: "Has",
            mark: Mark::new("✕", "cannot be simulated", Tone::Bad),
            text: reason.clone(),
        },
    };
    let gets = match view.outcome.filter(|_| view.outcome_current) {
        Some(outcome) => side("Gets", outcome),
        None => waiting("Gets"),
    };
    vec![has, gets]
}

fn side(side: &'static str, outcome: &Outcome) -> EffectLine {
    let verdict = outcome.verdict();
    let tone = match verdict {
        Verdict::Met => Tone::Good,
        Verdict::Missed => Tone::Bad,
        Verdict::Uncertain => Tone::Unsure,
        Verdict::NoTarget => Tone::Plain,
    };
    EffectLine { side, mark: Mark::new(verdict.sign(), verdict.word(), tone), text: outcome.headline() }
}

/// A file that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedText {
    /// Its name.
    pub title: String,
    /// Which file of which agents it is.
    pub about: String,
    /// Path, value and line of each setting.
    pub rows: Vec<(String, String, String)>,
    /// As in [`FileText::kept`].
    pub kept: String,
    /// What is wrong with it.
    pub findings: Vec<FindingText>,
}

/// Returns what there is to say about a tried file.
pub fn tried(tried: &Tried) -> TriedText {
    let mut text = TriedText {
        title: tried.name.clone(),
        about: "Cannot be read".to_owned(),
        rows: Vec::new(),
        kept: String::new(),
        findings: tried.findings.iter().map(finding).collect(),
    };
    if let Some(linted) = &tried.linted {
        text.about = about(linted);
        text.kept = kept(linted.read.kept.len());
        text.rows = linted
            .read
            .readings
            .iter()
            .map(|reading| {
                let human = reading.value.human(reading.setting);
                (reading.path.clone(), with_file(&human, &reading.raw), format!("line {}", reading.line))
            })
            .collect();
    }
    text
}

fn about(linted: &Linted) -> String {
    let mut text =
        format!("{} of {}, {}", linted.layout.name, linted.kind.label(), linted.layout.certainty.word());
    let others: Vec<&str> = linted.others.iter().map(|kind| kind.label()).collect();
    if !others.is_empty() {
        text.extend(["; could also be of ", &*others.join(" or ")]);
    }
    text
}
