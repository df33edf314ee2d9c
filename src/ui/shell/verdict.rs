//! The verdict strip: the one answer of the window, always visible, the only large text.

use super::super::request::{Request, offer};
use super::super::theme::{self, Tokens, space};
use crate::base::units;
use crate::desk::job::Status;
use crate::desk::{UserCommand, View};
use crate::plan::Verdict;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Button, Color32, Frame, Layout, Margin, Panel, Rect, RichText, Sense, Ui, UiBuilder, Vec2,
};

/// What the strip says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Sign, never colour alone.
    pub sign: &'static str,
    /// Word beside the sign.
    pub word: &'static str,
    /// How it stands.
    pub tone: Tone,
    /// The answer in a sentence.
    pub sentence: String,
    /// What else there is to say, in smaller text.
    pub detail: String,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Too close to call.
    Unsure,
    /// No answer yet.
    Open,
}

/// Returns what the strip says.
pub fn strip(view: &View<'_>) -> Strip {
    if view.fleet.is_none()
        && let Some(finding) = view.findings().iter().find(|finding| finding.blocks())
    {
        return Strip {
            sign: "✕",
            word: "Cannot simulate",
            tone: Tone::Bad,
            sentence: finding.what.clone(),
            detail: format!("{} {}", finding.why, finding.fix).trim().to_owned(),
        };
    }
    if let Status::Failed(reason) = view.status {
        return Strip {
            sign: "✕",
            word: "Cannot simulate",
            tone: Tone::Bad,
            sentence: reason.clone(),
            detail: String::new(),
        };
    }
    let doubt = view.preview.and_then(|preview| preview.doubt());
    let Some(outcome) = view.outcome else {
        return Strip {
            sign: "…",
            word: "Not simulated yet",
            tone: Tone::Open,
            sentence: String::new(),
            detail: doubt.unwrap_or_else(|| match view.preview {
                Some(_) => {
                    "The dashed curves are an estimate; the first runs arrive within a second".to_owned()
                }
                None => "The first runs arrive within a second".to_owned(),
            }),
        };
    };
    let verdict = outcome.verdict();
    let mut detail: Vec<String> = outcome.fleet.cluster.iter().cloned().collect();
    detail.extend(outcome.shortfalls());
    detail.extend(outcome.unjudged_loss());
    if let Some((met, runs)) = outcome.chances().filter(|(_, runs)| *runs > 1) {
        detail.push(format!("target on time met in {met} of {runs} runs"));
    }
    if let Some((group, time)) = outcome.slowest_group().filter(|_| outcome.fleet.groups.len() > 1) {
        let time = if time.is_finite() {
            format!("95 % after {}", units::duration(time))
        } else {
            "never 95 %".to_owned()
        };
        detail.push(format!("slowest group {group}, {time}"));
    }
    detail.extend(outcome.wall_clock());
    if !view.outcome_current {
        let before = "Settings changed, results are from before".to_owned();
        let doubt =
            doubt.or_else(|| view.preview.map(|_| "the dashed estimate is of the new ones".to_owned()));
        detail.splice(0..0, std::iter::once(before).chain(doubt));
    }
    Strip {
        sign: verdict.sign(),
        word: verdict.word(),
        tone: match verdict {
            Verdict::Met => Tone::Good,
            Verdict::Missed => Tone::Bad,
            Verdict::Uncertain => Tone::Unsure,
            Verdict::NoTarget => Tone::Open,
        },
        sentence: outcome.headline(),
        detail: detail.join(" · "),
    }
}

impl Tone {
    fn colour(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Good => tokens.status.ok,
            Self::Bad => tokens.status.bad,
            Self::Unsure => tokens.status.uncertain,
            Self::Open => tokens.status.info,
        }
    }
}

/// Width of the strip [points] from which its buttons stand beside the answer.
const BESIDE: f32 = 900.0;

/// What can be done with the answer, in reading order.
const ACTIONS: [UserCommand; 2] = [UserCommand::Why, UserCommand::WhatWouldItTake];

/// Draws the strip.
pub fn ui(ui: &mut Ui, view: &View<'_>, out: &mut Vec<Request>) {
    let strip = strip(view);
    let margin = Margin::symmetric(space::L as i8, space::S as i8);
    Panel::top("verdict").frame(Frame::new().inner_margin(margin)).show(ui, |ui| {
        let beside = ui.available_width() >= BESIDE;
        row(ui, beside, (view, out), |ui| answer(ui, &strip));
        let detail = if strip.detail.is_empty() { " " } else { &strip.detail };
        let detail = RichText::new(detail).size(theme::SMALL).color(theme::tokens(ui.ctx()).text.weak);
        row(ui, !beside, (view, out), |ui| {
            ui.add(egui::Label::new(detail).truncate());
        });
    });
}

/// Draws a row, with the buttons at its end where they belong to it.
fn row(ui: &mut Ui, buttons: bool, (view, out): (&View<'_>, &mut Vec<Request>), add: impl FnOnce(&mut Ui)) {
    if !buttons {
        return add(ui);
    }
    // Of a given height: a row that centres would take all there is.
    let size = Vec2::new(ui.available_width(), ui.spacing().interact_size.y);
    let (area, _) = ui.allocate_exact_size(size, Sense::hover());
    // Measured, and not laid out from the right: the Tab key finds them in the order in which they are read.
    let (gap, padding) = (ui.spacing().item_spacing.x, ui.spacing().button_padding.x);
    let width = |command: &UserCommand| {
        let text = command.entry().text.to_owned();
        let galley = ui.painter().layout_no_wrap(text, theme::plain(theme::SMALL), Color32::PLACEHOLDER);
        galley.size().x + 2.0 * padding + gap
    };
    let width: f32 = ACTIONS.iter().map(width).sum();
    let (front, end) = area.split_left_right_at_x((area.right() - width.ceil()).max(area.left()));
    let row = |area: Rect| UiBuilder::new().max_rect(area).layout(Layout::left_to_right(Align::Center));
    add(&mut ui.new_child(row(front)));
    let mut buttons = ui.new_child(row(end));
    buttons.add_space(gap);
    for command in ACTIONS {
        let entry = command.entry();
        let button = Button::new(RichText::new(entry.text).size(theme::SMALL));
        if offer(&mut buttons, command, button, entry.tooltip, view).clicked() {
            out.push(Request::User(command));
        }
    }
}

/// Draws the answer, and reads it out when it changes, wherever the keyboard is.
fn answer(ui: &mut Ui, strip: &Strip) {
    let tokens = theme::tokens(ui.ctx());
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let format = |font_id, color| TextFormat { font_id, color, ..TextFormat::default() };
    let title = format(theme::strong(theme::TITLE), strip.tone.colour(tokens));
    job.append(&format!("{} {}", strip.sign, strip.word), 0.0, title);
    if !strip.sentence.is_empty() {
        let sentence = format(theme::plain(theme::TITLE), tokens.text.strong);
        job.append(&units::unbroken(&format!("  {}", strip.sentence)), 0.0, sentence);
    }
    let answer = ui.label(job);
    let spoken = format!("{} {}  {}", strip.sign, strip.word, strip.sentence);
    answer.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, spoken.trim_end()));
    ui.ctx().accesskit_node_builder(answer.id, |node| {
        node.set_live(egui::accesskit::Live::Polite);
    });
}
