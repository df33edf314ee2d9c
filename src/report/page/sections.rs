//! The sections of the page, in the order in which a reader asks: the answer, how sure it is, what changed,
//! why, what it rests on, and how to make it again.

use super::html::Html;
use super::{Sheet, agents, area, charts, place, region};
use crate::base::Severity;
use crate::base::hash::{hex, sha256};
use crate::base::units;
use crate::fleet::file::{Value, address};
use crate::plan::{Outcome, Verdict, compare};
use crate::report::assumptions::assumptions;
use crate::report::draw::{self, DrawError, Size};

/// Returns the report as one HTML file.
///
/// # Errors
/// [`DrawError`] where a chart cannot be drawn.
pub fn page(sheet: &Sheet<'_>) -> Result<String, DrawError> {
    let outcome = sheet.told.outcome;
    let mut html = Html::new(&format!("{}, {}", outcome.fleet.name, outcome.scenario));
    answer(&mut html, sheet);
    targets(&mut html, sheet);
    changed(&mut html, sheet);
    agents::files(&mut html, sheet);
    why(&mut html, sheet);
    curves(&mut html, sheet)?;
    figures(&mut html, sheet);
    region::section(&mut html, sheet);
    agents::one_device(&mut html, sheet)?;
    inputs(&mut html, sheet);
    rests(&mut html, sheet);
    findings(&mut html, sheet);
    made(&mut html, sheet);
    Ok(html.end())
}

fn answer(html: &mut Html, sheet: &Sheet<'_>) {
    let outcome = sheet.told.outcome;
    let fleet = &outcome.fleet;
    html.element("h1", "", &format!("{}, {}", fleet.name, outcome.scenario));
    let runs = if outcome.runs() == 1 { "run" } else { "runs" };
    let devices = units::count(fleet.devices());
    let cluster = fleet.cluster.as_ref().map_or_else(String::new, |cluster| format!("{cluster}: "));
    let (length, count) = (fleet.outage.length, outcome.runs());
    html.element("p", "weak", &format!("{cluster}{devices} devices, outage of {length}, {count} {runs}"));
    if let Some(ticket) = sheet.ticket {
        html.element("p", "weak", &format!("Change {ticket}"));
    }
    let verdict = outcome.verdict();
    let class = match verdict {
        Verdict::Met => "verdict ok",
        Verdict::Missed => "verdict bad",
        Verdict::Uncertain => "verdict unsure",
        Verdict::NoTarget => "verdict",
    };
    html.element("p", class, &format!("{} {}: {}", verdict.sign(), verdict.word(), outcome.headline()));
    let stability = outcome.stability().map(str::to_owned);
    let beside = outcome.unjudged_loss().into_iter().chain(clock(outcome)).chain(stability);
    for line in outcome.shortfalls().into_iter().chain(beside) {
        html.element("p", "", &line);
    }
    if let Some((within, runs)) = outcome.chances() {
        html.element("p", "", &format!("95 % of devices were back in time in {within} of {runs} runs"));
    }
}

/// Returns the answer on the clock, where the start is planned and 95 % come back, to the second of the headline.
fn clock(outcome: &Outcome) -> Option<String> {
    let (back, platform) = (outcome.clock_at(outcome.t95().round())?, outcome.clock_at(0.0)?);
    let day = outcome.planned_day()?;
    Some(format!("Planned for {day}: 95 % back at {back}, platform back at {platform}"))
}

fn targets(html: &mut Html, sheet: &Sheet<'_>) {
    html.element("h2", "", "Targets");
    let targets = &sheet.told.outcome.targets;
    if targets.is_empty() {
        html.element("p", "", "The project has no target, so nothing is met or missed.");
    }
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|target| {
            let (figure, verdict) = (&target.figure, target.verdict);
            let word = match verdict {
                Verdict::Met => "met",
                Verdict::Missed => "missed",
                Verdict::Uncertain | Verdict::NoTarget => "uncertain",
            };
            vec![
                format!("{} {word}", verdict.sign()),
                figure.label.to_owned(),
                figure.cell(figure.median),
                figure.interval().unwrap_or_default(),
                figure.cell(target.limit),
            ]
        })
        .collect();
    html.table(&["Verdict", "Target", "Reached", "95 % interval", "Limit"], &rows);
}

fn changed(html: &mut Html, sheet: &Sheet<'_>) {
    html.element("h2", "", "Changed against the baseline");
    let rows: Vec<Vec<String>> = sheet
        .told
        .changes
        .iter()
        .map(|change| vec![place(change), change.input.setting.label.to_owned(), change.text()])
        .collect();
    if rows.is_empty() {
        html.element("p", "", "Nothing: this is the baseline as the file has it.");
    }
    html.table(&["Of", "Input", "Change"], &rows);
}

fn why(html: &mut Html, sheet: &Sheet<'_>) {
    let reasons = &sheet.told.outcome.why;
    if reasons.is_empty() {
        return;
    }
    html.element("h2", "", "Why");
    html.raw("<ol>\n");
    for reason in reasons {
        html.raw("<li>");
        html.element("strong", "", reason.cause.label());
        html.prose("", &reason.what);
        html.prose("weak", &format!("→ {}", reason.lever));
        html.raw("</li>\n");
    }
    html.raw("</ol>\n");
}

fn curves(html: &mut Html, sheet: &Sheet<'_>) -> Result<(), DrawError> {
    html.element("h2", "", "Curves");
    let outcome = sheet.told.outcome;
    if outcome.runs() > 1 {
        let text = "A line is the median over the runs, the area around it their 5th to 95th percentile.";
        html.element("p", "weak", text);
    }
    for chart in charts(outcome, sheet.told.baseline) {
        html.raw("<figure>\n");
        html.raw(&draw::inline(&chart, Size::PAGE)?);
        html.raw("</figure>\n");
    }
    Ok(())
}

fn figures(html: &mut Html, sheet: &Sheet<'_>) {
    html.element("h2", "", "Key figures");
    let mut heads = vec!["Figure", "This", "95 % interval"];
    if sheet.told.baseline.is_some() {
        heads.extend(["Baseline", "Change"]);
    }
    let rows: Vec<Vec<String>> = compare(sheet.told.outcome, sheet.told.baseline)
        .into_iter()
        .map(|difference| {
            let figure = &difference.this;
            let mut row = vec![
                figure.label.to_owned(),
                figure.cell(figure.median),
                figure.interval().unwrap_or_default(),
            ];
            if let Some(baseline) = &difference.baseline {
                row.extend([baseline.cell(baseline.median), difference.change()]);
            }
            row
        })
        .collect();
    html.table(&heads, &rows);
    let text = "Figures are medians over the runs; times count from the return of the platform.";
    html.element("p", "weak", text);
    if let Some(costs) = &sheet.told.outcome.costs {
        html.element("p", "weak", &costs.sentence());
    }
}

fn inputs(html: &mut Html, sheet: &Sheet<'_>) {
    let told = &sheet.told;
    let view = told.file.view(told.scenario);
    html.element("h2", "", "Inputs");
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut title = String::new();
    for input in told.file.inputs(told.scenario) {
        let Ok(value) = view.value(&input.address, input.setting) else { continue };
        // What is not used, or not said, explains nothing.
        if value == Value::Nothing || view.inert(&input.address, input.setting).is_some() {
            continue;
        }
        let of = match (&input.group, address::section(&input.address)) {
            (Some(id), _) => told.file.group_name(id).to_owned(),
            (None, section) if !section.is_empty() => section,
            (None, _) => units::capital(area(&input.address)),
        };
        if of != title {
            section(html, &title, &std::mem::take(&mut rows));
            title = of;
        }
        rows.push(vec![input.setting.label.to_owned(), value.human(input.setting)]);
    }
    section(html, &title, &rows);
}

/// Adds the inputs of one group or area.
fn section(html: &mut Html, title: &str, rows: &[Vec<String>]) {
    if !rows.is_empty() {
        html.element("h3", "", title);
        html.table(&["Input", "Value"], rows);
    }
}

fn rests(html: &mut Html, sheet: &Sheet<'_>) {
    let told = &sheet.told;
    let rows: Vec<Vec<String>> = assumptions(told.file, told.scenario, told.set)
        .into_iter()
        .map(|assumption| {
            let of = match assumption.groups.as_slice() {
                [] => units::capital(
                    assumption.addresses.first().map_or_else(String::new, |a| area(a).into()).as_str(),
                ),
                groups => groups.join(", "),
            };
            vec![
                assumption.certainty.word().to_owned(),
                assumption.label.to_owned(),
                assumption.value,
                of,
                assumption.source,
            ]
        })
        .collect();
    html.element("h2", "", "What the numbers rest on");
    html.table(&["Certainty", "Input", "Value", "Of", "Source"], &rows);
}

fn findings(html: &mut Html, sheet: &Sheet<'_>) {
    html.element("h2", "", "Findings");
    if sheet.told.findings.is_empty() {
        html.element("p", "", "None: the rules find nothing wrong with this fleet.");
    }
    let rows: Vec<Vec<String>> = sheet
        .told
        .findings
        .iter()
        .map(|finding| {
            let word = match (&finding.silenced, finding.severity) {
                (Some(_), _) => "silenced",
                (None, Severity::Info) => "note",
                (None, severity) => severity.word(),
            };
            let parts = [&finding.what, &finding.why, &finding.fix].map(|part| part.trim().to_owned());
            let mut text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            if let Some(reason) = &finding.silenced {
                text.push_str(" Silenced in the file: ");
                text.push_str(reason);
            }
            vec![word.to_owned(), finding.code.to_owned(), text]
        })
        .collect();
    html.table(&["Weight", "Code", "Finding"], &rows);
}

fn made(html: &mut Html, sheet: &Sheet<'_>) {
    let study = &sheet.told.outcome.study;
    html.element("h2", "", "How this was made");
    let rows = [
        ("Program", format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))),
        ("Project file", sheet.file.to_owned()),
        ("SHA-256 of the file", hex(&sha256(sheet.text.as_bytes()))),
        ("Runs", sheet.told.outcome.runs().to_string()),
        ("Seed", study.seed.to_string()),
        ("Hash of the result", format!("{:016x}", study.hash)),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.into(), value]).collect();
    html.table(&["What", "Value"], &rows);
    html.element("p", "", "The same file and version give this page again, byte for byte:");
    html.element("pre", "", sheet.command);
}
