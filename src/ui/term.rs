//! Terms of the field where they stand in the window: the formula and the meaning on hover, the page of the guide on a
//! click, which is left in the context, as [`context_menu`](super::context_menu) leaves what is chosen in a menu.

use super::formula;
use super::theme::{Theme, space};
use crate::guide::{Term, term_named};
use eframe::egui::{Context, CursorIcon, Id, Label, Response, Sense, Ui};

/// A term with its formula and its meaning.
pub fn term_ui(ui: &mut Ui, term: &Term) {
    let theme = Theme::of(ui.ctx());
    ui.add(Label::new(theme.strong(term.name)).wrap());
    if let Some(latex) = term.formula {
        ui.add_space(space::XS);
        formula::left_ui(ui, latex);
        ui.add_space(space::XS);
    }
    ui.add(Label::new(&term.meaning).wrap());
}

/// Explain a term while the pointer rests on the text that names it, and open its page on a click; `more` is said below
/// its meaning.
pub fn explained(response: Response, name: &str, more: &str) -> Response {
    match (term_named(name), more) {
        (None, "") => response,
        (None, more) => response.on_hover_text(more),
        (Some(_), "") => explained_with(response, name, |_| {}),
        (Some(_), more) => explained_with(response, name, |ui| {
            ui.add(Label::new(Theme::of(ui.ctx()).muted(more)).wrap());
        }),
    }
}

/// [`explained`] with any content below the term's meaning.
pub fn explained_with(response: Response, name: &str, more: impl FnOnce(&mut Ui)) -> Response {
    let Some(term) = term_named(name) else { return response.on_hover_ui(more) };
    // No stop of the keyboard: F2 has all terms.
    let response = response.interact(Sense::CLICK).on_hover_cursor(CursorIcon::Help);
    if response.clicked() {
        response.ctx.data_mut(|data| data.insert_temp(asked_id(), term.page));
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        term_ui(ui, term);
        more(ui);
        ui.label(Theme::of(ui.ctx()).muted("Click for the page of the guide."));
    })
}

/// The page of the term that was clicked since the last call, by its file.
pub fn take(ctx: &Context) -> Option<&'static str> {
    ctx.data_mut(|data| data.remove_temp(asked_id()))
}

fn asked_id() -> Id {
    Id::unique("the term that was clicked")
}
