//! Terms of the field where they stand on a pane: the formula and the meaning on hover, the page of the guide on a
//! click.

use super::formula;
use super::pane::Request;
use super::theme::{Theme, space};
use super::tour_request::TourAsks;
use crate::guide::{Term, term_named};
use eframe::egui::{Label, Response, Ui};

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

/// Explain a term while the pointer rests on the text that names it; `more` is said below its meaning.
pub fn explained(response: Response, name: &str, more: &str) -> Response {
    let Some(term) = term_named(name) else { return response };
    response.on_hover_ui(|ui| {
        ui.set_max_width(ui.spacing().tooltip_width);
        term_ui(ui, term);
        if !more.is_empty() {
            ui.add(Label::new(Theme::of(ui.ctx()).muted(more)).wrap());
        }
    })
}

/// Open the page of the guide about a term if the text that names it was clicked.
pub fn open_page(response: &Response, name: &str, requests: &mut Vec<Request>) {
    if let Some(term) = term_named(name).filter(|_| response.clicked()) {
        requests.push(Request::Tour(TourAsks::Guide(term.page.to_owned())));
    }
}
