//! A name that can be typed: taken over when the field is left, thrown away where nothing is left of it.

use egui::{Margin, TextEdit, Ui};

/// A name that is being typed, and whose it is.
#[derive(Default)]
pub struct NameField {
    typed: Option<(String, String)>,
}

impl NameField {
    /// Draws the field for the thing with this id, which is called `name`; returns another name once it is typed.
    pub fn ui(&mut self, ui: &mut Ui, id: &str, name: &str) -> Option<String> {
        if self.typed.as_ref().is_none_or(|(own, _)| own != id) {
            self.typed = Some((id.to_owned(), name.to_owned()));
        }
        let (_, text) = self.typed.as_mut()?;
        let edit = ui.horizontal(|ui| {
            let label = ui.label("Name");
            let edit =
                TextEdit::singleline(text).desired_width(f32::INFINITY).margin(Margin::symmetric(8, 4));
            ui.add(edit).labelled_by(label.id)
        });
        let edit = edit.inner;
        if edit.lost_focus() {
            let typed = text.trim();
            return (!typed.is_empty() && typed != name).then(|| typed.to_owned());
        }
        if !edit.has_focus() {
            name.clone_into(text);
        }
        None
    }
}
