//! The same fleet on several layouts, side by side, as text for a terminal and as versioned JSON.

use crate::base::units;
use crate::plan::Verdict;
use crate::plan::layouts::{Layout, Played};
use crate::report::head::Asked;
use crate::report::result::{number, plain as spaced};
use crate::report::terminal::{Charset, left, line, plain, wrap};
use serde_json::{Value, json};

/// Name and version of the format.
const LAYOUTS_SCHEMA: &str = "regather/layouts/1";
/// Widths of the names and of a column [characters]; what stands beside each other.
const NAMES: usize = 24;
const COLUMN: usize = 18;
const BESIDE: usize = 3;

/// Returns the word of a layout: that of its pattern.
fn word(layout: &Layout) -> &str {
    layout.pattern.unwrap_or("as in the file")
}

/// Returns layouts with their results as a table and in sentences.
pub fn layouts(played: &[Played], charset: Charset) -> String {
    let mut text = String::new();
    if let Some(first) = played.first() {
        let devices = units::count(first.layout.fleet.devices());
        line(&mut text, format_args!("{devices} devices on {} layouts", played.len()));
    }
    for beside in played.chunks(BESIDE) {
        text.push('\n');
        table(&mut text, beside);
    }
    text.push('\n');
    for one in played {
        let told = told(one, played.first());
        if !told.is_empty() {
            text.push_str(&wrap(&format!("{}: ", word(&one.layout)), &told));
        }
    }
    text.push_str(&wrap(
        "",
        "Every layout met the same outage with the same seed; times are medians over the runs. A pattern has \
         its own size, it is not fitted to the fleet. Memory left is that of the Foundation server with the \
         least: its heap without embedded Ignite and the model of these devices.",
    ));
    plain(&text, charset)
}

/// Adds some layouts beside each other.
fn table(text: &mut String, beside: &[Played]) {
    let mut row = |name: &str, cell: &dyn Fn(&Played) -> String| {
        let cells: Vec<String> = beside.iter().map(|one| left(&cell(one), COLUMN - 1)).collect();
        line(text, format_args!("{} {}", left(name, NAMES - 1), cells.join(" ")));
    };
    row("", &|one| word(&one.layout).to_owned());
    row("Servers", &|one| {
        let size = one.layout.size;
        match size.managed {
            0 => size.servers.to_string(),
            managed => format!("{} + {managed} managed", size.servers),
        }
    });
    row("Cores in all", &|one| units::significant(one.layout.size.cores));
    row("Memory in all", &|one| gib(one.layout.size.memory_gib));
    row("Connections held", &|one| units::count(one.layout.connected.max(0.0) as u64));
    row("Taken from Foundation", &|one| memory(&one.layout, |left| left.shared_gib));
    row("Left for Foundation", &|one| memory(&one.layout, |left| left.left_gib));
    row("Sign-ins/s", &|one| units::significant(one.layout.sign_ins_per_s));
    row("95 % back", &|one| units::duration(one.outcome.t95()));
    row("Verdict", &|one| {
        let verdict = one.outcome.verdict();
        format!("{} {}", verdict.sign(), verdict.word())
    });
}

/// Returns a number of servers in words.
fn servers_text(number: f64) -> String {
    if number == 1.0 { "1 server".to_owned() } else { format!("{} servers", units::significant(number)) }
}

fn gib(number: f64) -> String {
    format!("{} GiB", units::significant(number))
}

/// Returns a part of the memory of Foundation.
fn memory(layout: &Layout, part: impl Fn(&crate::plan::layouts::Left) -> f64) -> String {
    layout.memory.as_ref().map_or_else(|| "–".to_owned(), |left| gib(part(left)))
}

/// Returns what sets a layout apart from the first one, and what does not fit, in sentences.
fn told(one: &Played, first: Option<&Played>) -> String {
    let layout = &one.layout;
    let mut sentences: Vec<String> = Vec::new();
    if let Some(first) = first.filter(|first| !std::ptr::eq(*first, one)) {
        let servers = (layout.size.servers as f64, first.layout.size.servers as f64);
        let mut parts = vec![more(servers, &servers_text, ["more", "fewer"])];
        if let (Some(own), Some(other)) = (&layout.memory, &first.layout.memory) {
            let gib = |n| format!("{} for Foundation", gib(n));
            parts.push(more((own.left_gib, other.left_gib), &gib, ["more", "less"]));
        }
        let (own, other) = (one.outcome.t95(), first.outcome.t95());
        parts.push(match (own.is_finite(), other.is_finite()) {
            (true, true) => more((own, other), &units::duration, ["later back", "earlier back"]),
            (true, false) => "95 % back at all".to_owned(),
            (false, true) => "95 % never back".to_owned(),
            (false, false) => "95 % never back either".to_owned(),
        });
        parts.retain(|part| !part.is_empty());
        let than = first.layout.pattern.unwrap_or("the file's own layout");
        sentences.push(match &*parts {
            [] => format!("the same as {than}."),
            parts => format!("against {than} {}.", parts.join(", ")),
        });
    }
    let devices = layout.fleet.devices();
    if layout.connected < devices as f64 {
        let held = units::count(layout.connected.max(0.0) as u64);
        sentences.push(format!("It holds {held} of {} devices at a time.", units::count(devices)));
    }
    if let Some(left) = layout.memory.as_ref().filter(|left| left.left_gib < 0.0) {
        sentences.push(format!("The model does not fit into the heap of {}.", left.server));
    }
    if let (Some(_), Some(cluster), false) =
        (layout.pattern, &layout.fleet.cluster, layout.elsewhere.is_empty())
    {
        sentences.push(format!(
            "Only {cluster} stands on it, sharing nothing with {}: they stay as they are.",
            layout.elsewhere.join(", ")
        ));
    }
    if !layout.said.is_empty() {
        let said = layout.said.join(", ");
        sentences.push(match layout.pattern {
            Some(_) => format!("Numbers of the file's own layout do not count here: {said}."),
            None => format!("The file says itself: {said}."),
        });
    }
    sentences.join(" ")
}

/// Returns how a number differs from another one in words; empty where it does not.
fn more((own, other): (f64, f64), text: &dyn Fn(f64) -> String, words: [&str; 2]) -> String {
    // What reads alike is alike: a median of times differs by microseconds.
    if own == other || text(own) == text(other) {
        return String::new();
    }
    format!("{} {}", text((own - other).abs()), words[usize::from(own < other)])
}

/// Returns layouts with their results as JSON.
pub fn layouts_json(asked: &Asked<'_>, played: &[Played]) -> Value {
    let mut file = asked.head(LAYOUTS_SCHEMA);
    let study = played.first().map(|one| &one.outcome.study);
    file.insert("seed".into(), study.map_or(0, |study| study.seed).into());
    file.insert("runs".into(), study.map_or(0, |study| study.runs.len()).into());
    file.insert("layouts".into(), played.iter().map(|one| of(one, played.first())).collect());
    Value::Object(file)
}

fn of(one: &Played, first: Option<&Played>) -> Value {
    let layout = &one.layout;
    let verdict = one.outcome.verdict();
    let memory = layout.memory.as_ref().map(|left| {
        json!({
            "server": left.server,
            "taken_gib": number(left.shared_gib),
            "left_gib": number(left.left_gib),
        })
    });
    json!({
        "pattern": layout.pattern,
        "name": layout.name,
        "servers": layout.size.servers,
        "managed_services": layout.size.managed,
        "cores": number(layout.size.cores),
        "memory_gib": number(layout.size.memory_gib),
        "held_connections": number(layout.connected),
        "foundation_memory": memory,
        "sign_ins_per_s": number(layout.sign_ins_per_s),
        "t95_s": number(one.outcome.t95()),
        "never": one.outcome.t95().is_infinite(),
        "met": matches!(verdict, Verdict::Met | Verdict::NoTarget),
        "uncertain": verdict == Verdict::Uncertain,
        "headline": spaced(&one.outcome.headline()),
        "result_hash": format!("{:016x}", one.outcome.study.hash),
        "said_by_the_file": layout.said,
        "clusters_elsewhere": layout.elsewhere,
        "told": spaced(&told(one, first)),
    })
}
