//! A roll-out as text and as JSON.

use super::from_journal;
use crate::base::hash::hex;
use crate::base::units;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::fleet::inventory::quoted;
use crate::push::fault::Class;
use crate::push::journal::{Journal, Standing};
use crate::push::plan::{Plan, Prediction, Storm};
use crate::push::state::{Row, State, Status};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many devices of a wave stand where.
type Tally = BTreeMap<State, u32>;

/// Everything that is shown.
struct View {
    plan: Plan,
    standing: Standing,
    driven: bool,
    rows: Vec<Row>,
}

impl View {
    fn of(journal: &Journal) -> Result<Self, CommandError> {
        let read = || {
            Ok(Self {
                plan: journal.plan()?,
                standing: journal.standing()?,
                driven: journal.is_driven()?,
                rows: journal.rows()?,
            })
        };
        read().map_err(|error| from_journal(&error))
    }

    /// Returns the tally of each wave, and last that of those that are left alone.
    fn tallies(&self) -> Vec<Tally> {
        let mut tallies = vec![Tally::new(); self.plan.sizes().len() + 1];
        for (device, row) in self.plan.devices().iter().zip(&self.rows) {
            let wave = device.wave.map_or(self.plan.sizes().len(), |wave| wave as usize);
            *tallies[wave].entry(row.state).or_default() += 1;
        }
        tallies
    }

    /// Returns how often each class stands, most first.
    fn classes(&self) -> Vec<(Class, u32)> {
        let mut classes = BTreeMap::<Class, u32>::new();
        for row in &self.rows {
            if let Some(class) = row.class.filter(|_| is_trouble(row.state)) {
                *classes.entry(class).or_default() += 1;
            }
        }
        let mut classes: Vec<_> = classes.into_iter().collect();
        classes.sort_by_key(|(class, n)| (std::cmp::Reverse(*n), *class));
        classes
    }

    /// Returns where it stands, as a person would say it.
    fn said(&self) -> String {
        let status = self.standing.status;
        let moving = matches!(status, Status::Running | Status::RollingBack);
        match (moving, self.driven) {
            (true, false) => format!("{} when its program ended; `rollout resume` goes on", status.word()),
            (false, true) => format!("{}, a program waits for orders", status.word()),
            _ => status.word().to_owned(),
        }
    }
}

fn is_trouble(state: State) -> bool {
    matches!(state, State::Failed | State::Unreachable | State::InDoubt | State::Drifted)
}

/// Shows where a roll-out stands.
pub fn standing(journal: &Journal, json: bool, printer: &Printer) -> Result<(), CommandError> {
    all(journal, None, json, printer)
}

/// Shows where a roll-out stands, and each device in one of some states.
pub fn all(
    journal: &Journal,
    states: Option<&[State]>,
    json: bool,
    printer: &Printer,
) -> Result<(), CommandError> {
    let view = View::of(journal)?;
    if json { printer.json(&as_json(&view, states)) } else { printer.text(&as_text(&view, states)) }
}

/// Prints each device in one of some states as a line of a list.
pub fn csv(journal: &Journal, states: &[State], printer: &Printer) -> Result<(), CommandError> {
    let view = View::of(journal)?;
    let mut text = String::from("thing,wave,group,site,address,state,class,restarts,message\n");
    for (device, row) in view.plan.devices().iter().zip(&view.rows) {
        if !states.contains(&row.state) {
            continue;
        }
        let wave = device.wave.map(|wave| (wave + 1).to_string()).unwrap_or_default();
        let group = &view.plan.request().groups[usize::from(device.group)].id;
        let restarts = row.round.to_string();
        let (class, message) = row.class.map_or(("", ""), |class| (class.word(), class.sentence()));
        let fields = [
            &*device.thing,
            &wave,
            group,
            &device.site,
            &device.address,
            row.state.word(),
            class,
            &restarts,
            message,
        ];
        line(&mut text, format_args!("{}", fields.map(|field| quoted(field)).join(",")));
    }
    printer.text(&text)
}

/// Returns how a roll-out ended.
pub fn exit(journal: &Journal, back: bool) -> Result<Exit, CommandError> {
    let view = View::of(journal)?;
    let trouble = view.rows.iter().any(|row| is_trouble(row.state) || row.state.is_intent());
    Ok(match view.standing.status {
        Status::Tripped => Exit::Stopped,
        Status::Finished if !trouble => Exit::Done,
        Status::Stopped if back && !trouble => Exit::Done,
        _ => Exit::Partly,
    })
}

fn as_text(view: &View, states: Option<&[State]>) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("plan       {}", view.plan.name()));
    text.push_str(&wrap("status     ", &view.said()));
    if !view.standing.cause.is_empty() {
        text.push_str(&wrap("           ", &view.standing.cause));
    }
    line(
        &mut text,
        format_args!(
            "\nwave   devices   written  confirmed    failed  unreached  in doubt   drifted      back"
        ),
    );
    let sum =
        |tally: &Tally, states: &[State]| -> u32 { states.iter().filter_map(|state| tally.get(state)).sum() };
    let tallies = view.tallies();
    for (wave, tally) in tallies.iter().enumerate() {
        let name = if wave < view.plan.sizes().len() { (wave + 1).to_string() } else { "equal".into() };
        let all: u32 = tally.values().sum();
        if all == 0 {
            continue;
        }
        let written = [State::Staged, State::Activating, State::Restarted, State::Verified];
        let columns = [
            all,
            sum(tally, &written),
            sum(tally, &[State::Verified]),
            sum(tally, &[State::Failed]),
            sum(tally, &[State::Unreachable]),
            sum(tally, &[State::InDoubt]),
            sum(tally, &[State::Drifted]),
            sum(tally, &[State::RolledBack]),
        ];
        let [all, written, confirmed, failed, away, doubt, drifted, back] =
            columns.map(|n| units::count(n.into()));
        line(
            &mut text,
            format_args!(
                "{name:<6} {all:>7} {written:>9} {confirmed:>10} {failed:>9} {away:>10} {doubt:>9} {drifted:>9} {back:>9}"
            ),
        );
    }
    for (class, n) in view.classes() {
        text.push('\n');
        text.push_str(&wrap(&format!("{:>7}  ", units::count(n.into())), class.sentence()));
    }
    if let Some(states) = states {
        text.push('\n');
        for (device, row) in view.plan.devices().iter().zip(&view.rows) {
            if states.contains(&row.state) {
                let class = row.class.map_or("", Class::word);
                line(&mut text, format_args!("{:<14} {:<15} {}", row.state.word(), class, device.thing));
            }
        }
    }
    text
}

fn as_json(view: &View, states: Option<&[State]>) -> Value {
    let tally = |tally: &Tally| -> Value {
        tally.iter().map(|(state, n)| (state.word().to_owned(), Value::from(*n))).collect()
    };
    let waves: Vec<Value> = view
        .tallies()
        .iter()
        .enumerate()
        .map(|(wave, counts)| {
            let number = (wave < view.plan.sizes().len()).then_some(wave + 1);
            json!({"wave": number, "states": tally(counts)})
        })
        .collect();
    let classes: Vec<Value> = view
        .classes()
        .into_iter()
        .map(|(class, n)| json!({"class": class.word(), "devices": n, "message": class.sentence()}))
        .collect();
    let mut value = json!({
        "schema": "regather/rollout/1",
        "plan": hex(view.plan.hash()),
        "status": view.standing.status.word(),
        "cause": view.standing.cause,
        "driven": view.driven,
        "wave": view.standing.wave + 1,
        "waves": waves,
        "classes": classes,
    });
    if let Some(states) = states {
        let rows = view.plan.devices().iter().zip(&view.rows);
        let listed = rows.filter(|(_, row)| states.contains(&row.state)).map(|(device, row)| {
            json!({
                "thing": &*device.thing,
                "wave": device.wave.map(|wave| wave + 1),
                "state": row.state.word(),
                "class": row.class.map(Class::word),
                "restarts": row.round,
            })
        });
        value["devices"] = listed.collect();
    }
    value
}

/// Returns a plan with what the simulation says of it.
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    let request = plan.request();
    let served = plan.devices().len() - plan.equal();
    line(&mut text, format_args!("plan       {}", hex(plan.hash())));
    text.push_str(&wrap(
        "devices    ",
        &format!(
            "{} in {} waves; {} more have every file as wanted and are left alone",
            units::count(served as u64),
            plan.sizes().len(),
            units::count(plan.equal() as u64)
        ),
    ));
    line(
        &mut text,
        format_args!("rate       {} restarts/s", units::significant(request.pace.activations_per_s)),
    );
    let Some(prediction) = &request.prediction else { return text };
    line(
        &mut text,
        format_args!(
            "lasts      {}, taking it back {}",
            units::duration(prediction.lasts_s),
            units::duration(prediction.roll_back_lasts_s)
        ),
    );
    line(
        &mut text,
        format_args!(
            "\nwave      devices     lasts  sign-ins/s  busiest tier  lost attempts  95 % back after"
        ),
    );
    for (at, storm) in prediction.storms.iter().enumerate() {
        storm_line(&mut text, at, prediction, storm);
    }
    if let Some(overload) = &prediction.overload {
        text.push_str(&wrap("\noverload   ", overload));
    }
    text
}

fn storm_line(text: &mut String, at: usize, prediction: &Prediction, storm: &Storm) {
    let name = if at + 1 == prediction.storms.len() { "back".to_owned() } else { (at + 1).to_string() };
    line(
        text,
        format_args!(
            "{name:<8} {:>8} {:>9} {:>11} {:>13} {:>14} {:>16}",
            units::count(storm.devices.into()),
            units::duration(storm.lasts_s),
            units::significant(storm.peak_sign_ins_per_s),
            units::percent(storm.utilisation),
            units::count(storm.lost_attempts),
            storm.back_s.map_or_else(|| "never".to_owned(), units::duration),
        ),
    );
}
