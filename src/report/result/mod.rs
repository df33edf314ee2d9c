//! A result as versioned JSON: what `regather simulate --json` prints.
//!
//! Keys carry their unit (`_s`, `_per_s`, `_pct`, `_bytes`), *never* is `null` beside `"never": true`, and
//! nothing depends on the time, the machine or the number of threads: the same file, seed and version give
//! the same bytes. The schema stands beside the structs; keys are only ever added within a version.

mod costs;
mod curves;
mod schema;

#[cfg(test)]
mod tests;

pub use schema::result_schema;
pub(in crate::report) use schema::{number as number_schema, object, text as text_schema};

use self::curves::Curves;
use super::assumptions::assumptions;
pub use super::head::Source;
use super::head::{self, Set, Tool};
use crate::base::stats::{self, CONFIDENCE};
use crate::base::{Finding, units};
use crate::fleet::{AgentKind, Certainty, FleetFile};
use crate::plan::{FigureUnit, Influence, Outcome, Reason, TargetResult, Verdict};
use crate::sim::{GroupStudy, Measure, Metric};
use serde::Serialize;
use serde_json::{Map, Number, Value};

/// Name and version of the format.
pub const SCHEMA: &str = "regather/result/1";

/// Where a result comes from, as far as the outcome does not know it.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name, text, scenario and what was set.
    pub source: Source<'a>,
    /// The file with everything that was set.
    pub file: &'a FleetFile,
    /// Everything that is wrong or worth knowing.
    pub findings: &'a [Finding],
}

/// The whole result.
#[derive(Clone, Debug, Serialize)]
pub struct ResultFile<'a> {
    schema: &'static str,
    tool: Tool,
    input: Input<'a>,
    verdict: Judged,
    diagnosis: Diagnosis,
    why: Vec<Why>,
    metrics: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    costs: Option<Value>,
    groups: Vec<Group<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknowns: Option<Doubts>,
    result_hash: String,
    assumptions: Vec<Rests>,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    curves: Option<Curves<'a>>,
}

/// What was simulated.
#[derive(Clone, Debug, Serialize)]
struct Input<'a> {
    file: &'a str,
    sha256: String,
    project: &'a str,
    scenario: Option<&'a str>,
    scenario_name: &'a str,
    set: Vec<Set<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster: Option<&'a str>,
    devices: u64,
    outage_s: f64,
    watched_s: f64,
    seed: u64,
    runs: u32,
}

/// The verdict.
#[derive(Clone, Debug, Serialize)]
struct Judged {
    met: bool,
    uncertain: bool,
    word: &'static str,
    headline: String,
    targets: Vec<Value>,
}

/// What the runs say about the platform.
#[derive(Clone, Debug, Serialize)]
struct Diagnosis {
    stability: &'static str,
    bottleneck: Option<Bottleneck>,
}

/// The station that was saturated longest, in seconds after the return.
#[derive(Clone, Debug, Serialize)]
struct Bottleneck {
    station: &'static str,
    from_s: f64,
    to_s: f64,
}

/// Why it went so, in times after the return.
#[derive(Clone, Debug, Serialize)]
struct Why {
    cause: &'static str,
    what: String,
    lever: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

/// A group of devices.
#[derive(Clone, Debug, Serialize)]
struct Group<'a> {
    id: &'a str,
    name: &'a str,
    agent: AgentKind,
    devices: u32,
    metrics: Map<String, Value>,
}

/// What is unknown, and what it does to the result.
#[derive(Clone, Debug, Serialize)]
struct Doubts {
    inputs: Vec<Doubt>,
    best_and_worst: Map<String, Value>,
    explanation: Vec<String>,
}

/// An input that is unknown; the one that matters most stands first.
#[derive(Clone, Debug, Serialize)]
struct Doubt {
    address: String,
    bounds: Value,
    correlation: Value,
    beyond_chance: bool,
    effect: String,
}

/// What a number rests on.
#[derive(Clone, Debug, Serialize)]
struct Rests {
    certainty: Certainty,
    label: &'static str,
    value: String,
    source: String,
    addresses: Vec<String>,
}

impl<'a> ResultFile<'a> {
    /// Returns the result of one scenario; curves only where they are wanted, they are long.
    pub fn of(origin: &Origin<'a>, outcome: &'a Outcome, curves: bool) -> Self {
        let study = &outcome.study;
        let metrics = Measure::ALL
            .into_iter()
            .zip(&study.metrics)
            .filter(|(measure, _)| measure.applies(&outcome.fleet))
            .map(|(measure, values)| (key(measure).to_owned(), metric(values)))
            .collect();
        Self {
            schema: SCHEMA,
            tool: Tool::THIS,
            input: input(origin, outcome),
            verdict: judged(outcome),
            diagnosis: diagnosis(outcome),
            why: outcome.why.iter().map(|reason| why(reason, outcome)).collect(),
            metrics,
            costs: outcome.costs.as_ref().map(costs::of),
            groups: groups(outcome),
            unknowns: unknowns(outcome),
            result_hash: format!("{:016x}", study.hash),
            assumptions: assumptions(origin.file, origin.source.scenario, origin.source.set)
                .into_iter()
                .map(rests)
                .collect(),
            findings: origin.findings,
            curves: curves.then(|| Curves::of(outcome)),
        }
    }
}

/// Returns what was simulated.
fn input<'a>(origin: &Origin<'a>, outcome: &'a Outcome) -> Input<'a> {
    let Source { name, text, scenario, set } = origin.source;
    Input {
        file: name,
        sha256: head::hash(text),
        project: &outcome.fleet.name,
        scenario,
        scenario_name: &outcome.scenario,
        set: Set::all(set),
        cluster: outcome.fleet.cluster.as_deref(),
        devices: outcome.fleet.devices(),
        outage_s: outcome.fleet.outage.length.secs(),
        watched_s: outcome.fleet.outage.watch.secs(),
        seed: outcome.study.seed,
        runs: outcome.runs(),
    }
}

/// Returns what is unknown; `None` where everything is known.
fn unknowns(outcome: &Outcome) -> Option<Doubts> {
    let doubt = |influence: Influence| {
        let input = &influence.unknown.input;
        Doubt {
            bounds: influence.unknown.unknown.json(input.setting)["unknown"].clone(),
            correlation: number(influence.correlation),
            beyond_chance: influence.beyond_chance,
            effect: plain(&influence.effect),
            address: input.address.clone(),
        }
    };
    let applies = |measure: &Measure| measure.applies(&outcome.fleet);
    let best_and_worst = Measure::ALL
        .into_iter()
        .filter(applies)
        .filter_map(|measure| {
            let (best, worst) = outcome.best_and_worst(measure)?;
            Some((key(measure).to_owned(), Value::from(vec![number(best), number(worst)])))
        })
        .collect();
    (!outcome.fleet.unknowns.is_empty()).then(|| Doubts {
        inputs: outcome.influences().into_iter().map(doubt).collect(),
        best_and_worst,
        explanation: outcome.doubts().iter().map(|line| plain(line)).collect(),
    })
}

/// Returns the verdict. It is met only where every target is; without targets nothing is missed.
fn judged(outcome: &Outcome) -> Judged {
    let verdict = outcome.verdict();
    Judged {
        met: matches!(verdict, Verdict::Met | Verdict::NoTarget),
        uncertain: verdict == Verdict::Uncertain,
        word: match verdict {
            Verdict::Met => "met",
            Verdict::Uncertain => "uncertain",
            Verdict::Missed => "missed",
            Verdict::NoTarget => "no-target",
        },
        headline: plain(&outcome.headline()),
        targets: outcome.targets.iter().map(|target| judged_target(target, outcome)).collect(),
    }
}

/// Returns what the runs say about the platform.
fn diagnosis(outcome: &Outcome) -> Diagnosis {
    let returned = outcome.fleet.outage.length.secs();
    let bottleneck = outcome.study.bottleneck.map(|bottleneck| Bottleneck {
        station: bottleneck.station.word(),
        from_s: bottleneck.from_s as f64 - returned,
        to_s: bottleneck.to_s as f64 - returned,
    });
    Diagnosis { stability: outcome.study.stability.word(), bottleneck }
}

/// Returns one reason.
fn why(reason: &Reason, outcome: &Outcome) -> Why {
    Why {
        cause: reason.cause.word(),
        what: reason.what.clone(),
        lever: reason.lever.clone(),
        from_s: reason.interval_s.map(|(from, _)| from),
        to_s: reason.interval_s.map(|(_, to)| to),
        group: reason.group.and_then(|at| outcome.fleet.groups.get(at)).map(|group| group.id.clone()),
    }
}

/// Returns one target: `{"name":"t95","limit_s":300,"value_s":400.2,"ci95_s":[391,409],"met":false,…}`.
fn judged_target(target: &TargetResult, outcome: &Outcome) -> Value {
    let figure = &target.figure;
    let suffix = match figure.unit {
        FigureUnit::Duration => "_s",
        FigureUnit::PerSecond => "_per_s",
        FigureUnit::Share => "_pct",
        FigureUnit::Count | FigureUnit::Money(_) => "",
    };
    let scale = if figure.unit == FigureUnit::Share { 100.0 } else { 1.0 };
    let measure = Measure::ALL.into_iter().find(|measure| key(*measure) == figure.key);
    let values = measure.map(|measure| &outcome.study.metric(measure).values);
    let within = values.map(|values| values.iter().filter(|value| **value <= target.limit).count());
    let mut object = Map::new();
    object.insert("name".into(), figure.key.strip_suffix(suffix).unwrap_or(figure.key).into());
    object.insert(format!("limit{suffix}"), number(target.limit * scale));
    object.insert(format!("value{suffix}"), number(figure.median * scale));
    let interval = measure.map(|measure| &outcome.study.metric(measure).interval);
    let known = interval.is_some_and(|interval| interval.confidence >= CONFIDENCE);
    let ci = if known {
        Value::from(vec![number(figure.ci.0 * scale), number(figure.ci.1 * scale)])
    } else {
        Value::Null
    };
    object.insert(format!("ci95{suffix}"), ci);
    object.insert("met".into(), (target.verdict == Verdict::Met).into());
    object.insert("uncertain".into(), (target.verdict == Verdict::Uncertain).into());
    object.insert("never".into(), figure.median.is_infinite().into());
    object.insert("runs_within".into(), within.into());
    Value::Object(object)
}

/// Returns the groups.
fn groups(outcome: &Outcome) -> Vec<Group<'_>> {
    let groups = outcome.fleet.groups.iter().zip(&outcome.study.groups);
    groups
        .map(|(group, study)| Group {
            id: &group.id,
            name: &group.name,
            agent: group.agent.kind(),
            devices: group.devices,
            metrics: group_metrics(study),
        })
        .collect()
}

/// Returns the figures of a group.
fn group_metrics(study: &GroupStudy) -> Map<String, Value> {
    let [t50, t95, t99, t100] = &study.times;
    let metrics = [
        ("t50_s", t50),
        ("t95_s", t95),
        ("t99_s", t99),
        ("t100_s", t100),
        (key(Measure::NeverBack), &study.never_back),
        (key(Measure::Stranded), &study.stranded),
        (key(Measure::Lost), &study.lost),
    ];
    metrics.into_iter().map(|(key, values)| (key.to_owned(), metric(values))).collect()
}

/// The key of a figure, with its unit.
fn key(measure: Measure) -> &'static str {
    match measure {
        Measure::T50 => "t50_s",
        Measure::T95 => "t95_s",
        Measure::T99 => "t99_s",
        Measure::T100 => "t100_s",
        Measure::Peak => "peak_attempts_per_s",
        Measure::PeakUp => "peak_sign_ins_per_s",
        Measure::Lost => "lost_in_device_stores",
        Measure::Stranded => "stranded",
        Measure::NeverBack => "never_back",
        Measure::Attempts => "attempts",
        Measure::Refused => "refused",
        Measure::TimedOut => "timed_out",
        Measure::Closed => "closed",
        Measure::Wasted => "wasted_sign_ins",
        Measure::LargestQueue => "largest_queue",
        Measure::Cut => "cut",
        Measure::BindRejected => "bind_rejected",
        Measure::SecondConnects => "second_connects",
        Measure::Relapses => "relapses",
        Measure::Drained => "t_drained_s",
        Measure::Rejected => "rejected_values",
        Measure::LostInCrash => "lost_in_crash",
        Measure::LostData => "lost_values",
    }
}

/// Returns a figure over all runs. The interval is `null` where there were too few runs for one.
fn metric(metric: &Metric) -> Value {
    let mut sorted = metric.values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let percentile = |percent| stats::percentile(&sorted, percent).map_or(Value::Null, number);
    let interval = &metric.interval;
    let ci = if interval.confidence >= CONFIDENCE {
        Value::from(vec![number(interval.low), number(interval.high)])
    } else {
        Value::Null
    };
    let mut object = Map::new();
    object.insert("median".into(), number(metric.median));
    object.insert("ci95".into(), ci);
    object.insert("p5".into(), percentile(5));
    object.insert("p95".into(), percentile(95));
    object.insert("never".into(), metric.median.is_infinite().into());
    Value::Object(object)
}

/// Returns what a number rests on.
fn rests(assumption: super::assumptions::Assumption) -> Rests {
    Rests {
        certainty: assumption.certainty,
        label: assumption.label,
        value: plain(&assumption.value),
        source: assumption.source,
        addresses: assumption.addresses,
    }
}

/// Returns a number with at most six decimals, whole ones without a fraction; `null` for *never*.
pub(in crate::report) fn number(value: f64) -> Value {
    if value.is_finite() && value.fract() == 0.0 && value.abs() < 9e15 {
        return Value::from(value as i64);
    }
    let rounded = (value * 1e6).round() / 1e6;
    Number::from_f64(if rounded.is_finite() { rounded } else { value }).map_or(Value::Null, Value::Number)
}

/// Returns a text with ordinary spaces, for programs that search in it.
pub(in crate::report) fn plain(text: &str) -> String {
    text.replace(units::THIN, " ")
}
