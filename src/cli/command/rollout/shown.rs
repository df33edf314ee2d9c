//! A roll-out as text and as JSON.

use super::from_journal;
use crate::base::hash::hex;
use crate::base::units;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::desk::rollout::standing::{Picture, STORM_HEADS, Tally, WAVE_HEADS, is_trouble, storm_cells};
use crate::push::fault::Class;
use crate::push::journal::Journal;
use crate::push::plan::Plan;
use crate::push::state::{State, Status};
use crate::report::terminal::{line, wrap};
use serde_json::{Value, json};

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
    let view = Picture::of(journal).map_err(|error| from_journal(&error))?;
    if json { printer.json(&as_json(&view, states)) } else { printer.text(&as_text(&view, states)) }
}

/// Prints each device in one of some states as a line of a list.
pub fn csv(journal: &Journal, states: &[State], printer: &Printer) -> Result<(), CommandError> {
    let view = Picture::of(journal).map_err(|error| from_journal(&error))?;
    printer.text(&view.csv(states))
}

/// Returns how a roll-out ended.
pub fn exit(journal: &Journal, back: bool) -> Result<Exit, CommandError> {
    let view = Picture::of(journal).map_err(|error| from_journal(&error))?;
    let trouble = view.rows.iter().any(|row| is_trouble(row.state) || row.state.is_intent());
    Ok(match view.standing.status {
        Status::Tripped => Exit::Stopped,
        Status::Finished if !trouble => Exit::Done,
        Status::Stopped if back && !trouble => Exit::Done,
        _ => Exit::Partly,
    })
}

fn as_text(view: &Picture, states: Option<&[State]>) -> String {
    let mut text = String::new();
    line(&mut text, format_args!("plan       {}", view.plan.name()));
    text.push_str(&wrap("status     ", &view.said()));
    if !view.standing.cause.is_empty() {
        text.push_str(&wrap("           ", &view.standing.cause));
    }
    let [wave, devices, written, confirmed, failed, away, doubt, drifted, back] = WAVE_HEADS;
    line(
        &mut text,
        format_args!(
            "\n{wave:<6} {devices:>7} {written:>9} {confirmed:>10} {failed:>9} {away:>10} {doubt:>9} {drifted:>9} {back:>9}"
        ),
    );
    for wave in view.waves() {
        let [all, written, confirmed, failed, away, doubt, drifted, back] =
            wave.numbers.map(|n| units::count(n.into()));
        let name = wave.name;
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

fn as_json(view: &Picture, states: Option<&[State]>) -> Value {
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
            "{} in {}; {} more with every file as wanted, left alone",
            units::count(served as u64),
            match plan.sizes().len() {
                1 => "1 wave".to_owned(),
                waves => format!("{waves} waves"),
            },
            units::count(plan.equal() as u64)
        ),
    ));
    line(
        &mut text,
        format_args!("rate       {} restarts/s", units::significant(request.pace.activations_per_s)),
    );
    if let Some(url) = &request.confirm_at {
        text.push_str(&wrap("confirmed  ", &format!("by {url} too, once it has seen the device connect")));
    }
    let Some(prediction) = &request.prediction else { return text };
    line(
        &mut text,
        format_args!(
            "lasts      {}, taking it back {}",
            units::duration(prediction.lasts_s),
            units::duration(prediction.roll_back_lasts_s)
        ),
    );
    text.push('\n');
    storm_line(&mut text, &STORM_HEADS.map(str::to_owned));
    for (at, storm) in prediction.storms.iter().enumerate() {
        storm_line(&mut text, &storm_cells(at, prediction, storm));
    }
    if let Some(overload) = &prediction.overload {
        text.push_str(&wrap("\noverload   ", overload));
    }
    text
}

fn storm_line(text: &mut String, cells: &[String; 7]) {
    let [name, devices, lasts, sign_ins, busiest, lost, back] = cells;
    line(
        text,
        format_args!("{name:<8} {devices:>8} {lasts:>9} {sign_ins:>11} {busiest:>13} {lost:>14} {back:>16}"),
    );
}
