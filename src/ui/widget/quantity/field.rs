//! The text field of a lever.

use egui::text::{CCursor, CCursorRange};
use egui::{Align, Align2, Id, Key, Layout, Rect, TextEdit, Ui};

use super::{Change, Lever, cell};
use crate::ui::theme::{BODY, plain};

/// How long typing rests before a refusal shows [s].
const REST: f64 = 0.6;

/// Text being typed, kept until it is taken, corrected or dropped.
#[derive(Clone, Debug, PartialEq)]
struct Draft {
    text: String,
    /// The value the typing began from; when it changes elsewhere (undo), the draft is void.
    from: f64,
    /// When the last letter was typed, or long ago once the field was left [s].
    touched: f64,
}

/// What the field reports.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) change: Option<Change>,
    pub(super) refusal: Option<String>,
}

/// Draws the field in `area`; `label` is the widget that names it.
pub(super) fn show(ui: &mut Ui, lever: &Lever<'_>, id: Id, label: Id, area: Rect) -> Typed {
    let now = ui.input(|input| input.time);
    let draft: Option<Draft> = ui.data(|data| data.get_temp(id));
    let draft = draft.filter(|draft| draft.from == lever.value);
    let mut text = draft.as_ref().map_or_else(|| lever.shown(), |d| d.text.clone());

    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .font(plain(BODY))
        .align(Align2::RIGHT_CENTER)
        .desired_width(area.width())
        .min_size(area.size());
    let output = cell(ui, area, Layout::left_to_right(Align::Center), |ui| edit.show(ui));
    let response = output.response.response.clone().labelled_by(label);
    if response.gained_focus() {
        let mut state = output.state;
        let all = CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()));
        state.cursor.set_char_range(Some(all));
        state.store(ui.ctx(), response.id);
    }

    let mut draft = draft;
    if response.changed() {
        draft = Some(Draft { text: text.clone(), from: lever.value, touched: now });
    }
    let mut typed = Typed::default();
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        draft = None;
    }
    if let Some(current) = &mut draft {
        let read = lever.read(&current.text);
        if response.lost_focus() {
            current.touched = f64::NEG_INFINITY;
        }
        match read {
            Ok((value, upper)) if response.lost_focus() => {
                let change = Change { value, upper, finished: true };
                typed.change = ((value, upper) != lever.held()).then_some(change);
                draft = None;
            }
            Ok(_) => {}
            Err(refusal) => {
                let rested = now - current.touched;
                if rested >= REST {
                    typed.refusal = Some(refusal);
                } else {
                    ui.ctx().request_repaint_after_secs((REST - rested) as f32);
                }
            }
        }
    }
    ui.data_mut(|data| match draft {
        Some(draft) => {
            data.insert_temp(id, draft);
        }
        None => data.remove::<Draft>(id),
    });
    typed
}
