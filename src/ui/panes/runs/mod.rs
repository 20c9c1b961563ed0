//! The library of runs as a table: filter it, sort it, choose runs and do something with them.

mod actions;
mod cell;
mod columns;
mod details;
mod selection;
mod shelf;
mod table;

use crate::library::{self, Column, Filter, Library, RunSummary, Sort, View};
use crate::ui::controls::empty_state;
use crate::ui::format::counted;
use crate::ui::icons::{Icon, explained_icon_button};
use crate::ui::library_request::LibraryRequest;
use crate::ui::pane::{Pane, PaneContext, Request};
use crate::ui::theme::{Theme, space};
use columns::Columns;
use details::Details;
use eframe::egui::{
    Align, Label, Layout, Popup, PopupCloseBehavior, RectAlign, Response, RichText, TextEdit, Ui, vec2,
};
use selection::Selection;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use table::{Done, Table, nothing_ui};

/// Least time between two sortings while runs are being read.
const SETTLE: Duration = Duration::from_millis(300);

/// The pane's options.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RunsPane {
    filter: String,
    sort: Sort,
    columns: Columns,
    #[serde(skip)]
    view: Cached,
    #[serde(skip)]
    selection: Selection,
    #[serde(skip)]
    details: Details,
    /// Whether emptying the trash is being asked about.
    #[serde(skip)]
    asks: bool,
}

/// The rows as they were last filtered and sorted, and of what.
#[derive(Default)]
struct Cached {
    of: Option<(u64, String, Sort)>,
    at: Option<Instant>,
    view: View,
    has_studies: bool,
    /// The fields that differ and whose values are numbers.
    numbers: Vec<String>,
    /// The filter's fault; the last rows stay meanwhile.
    error: Option<String>,
}

impl Pane for RunsPane {
    fn ui(&mut self, ui: &mut Ui, context: &mut PaneContext<'_>) {
        let theme = context.theme;
        theme.pane_frame().show(ui, |ui| {
            let Some(library) = context.library else {
                let hint = "The system names no home folder, in which runs could be kept.";
                return empty_state(ui, "There is no library", hint);
            };
            let mut asked = Vec::new();
            self.columns.mend();
            self.renew(ui, library);
            let chosen = self.chosen(library);
            self.bar_ui(ui, theme, library, &chosen, &mut asked);
            if shelf::limit_ui(ui, library, &mut self.asks, &mut asked) {
                self.selection.set(shelf::oldest(library).into_iter());
                self.sort = Sort { column: Column::Date, descending: false };
            }
            ui.horizontal_wrapped(|ui| {
                ui.set_row_height(space::ROW);
                actions::bar_ui(ui, &chosen, context.has_program, &mut asked);
            });
            ui.add_space(space::XS);
            self.rows_ui(ui, theme, library, &chosen, context.has_program, &mut asked);
            ui.add_space(space::XS);
            self.details.ui(ui, &chosen, &mut asked);
            context.requests.extend(asked.into_iter().map(Request::Library));
        });
    }
}

impl RunsPane {
    /// The chosen runs, in the order of the table.
    fn chosen(&self, library: &Library) -> Vec<Arc<RunSummary>> {
        if self.selection.len() == 0 {
            return Vec::new();
        }
        let rows = self.view.view.rows.iter().filter_map(|&row| library.runs().get(row));
        rows.filter(|run| self.selection.has(&run.folder)).cloned().collect()
    }

    /// Filter and sort again, where anything has changed; not more often than eyes follow while runs are being read.
    fn renew(&mut self, ui: &Ui, library: &Library) {
        let cached = &mut self.view;
        let now = (library.version(), self.filter.clone(), self.sort.clone());
        if cached.of.as_ref() == Some(&now) {
            return;
        }
        let only_runs = cached.of.as_ref().is_some_and(|(_, filter, sort)| (filter, sort) == (&now.1, &now.2));
        let fits = cached.view.rows.iter().all(|&row| row < library.runs().len());
        if let Some(since) = cached.at.map(|at| at.elapsed()).filter(|since| *since < SETTLE)
            && only_runs
            && fits
            && library.scan().is_none()
            && !cached.view.rows.is_empty()
        {
            ui.ctx().request_repaint_after(SETTLE - since);
            return;
        }
        match Filter::new(&self.filter, library.paths()) {
            Ok(filter) => {
                cached.error = None;
                cached.view = View::of(library.runs(), &filter, &self.sort);
            }
            Err(error) => {
                cached.error = Some(error.to_string());
                // Rows of the last filter that was well-formed, as long as they are the same runs.
                if !only_runs && cached.of.is_some() && fits {
                    cached.of = Some(now);
                    return;
                }
                cached.view = View::of(library.runs(), &Filter::default(), &self.sort);
            }
        }
        let shown = || cached.view.rows.iter().map(|&row| &library.runs()[row]);
        cached.has_studies = shown().any(|run| run.study.is_some());
        cached.numbers = numbers(library, &cached.view);
        (cached.of, cached.at) = (Some(now), Some(Instant::now()));
        self.selection.retain(|folder: &Path| library.run(folder).is_some());
    }

    /// The filter and the options.
    fn bar_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        library: &Library,
        chosen: &[Arc<RunSummary>],
        asked: &mut Vec<LibraryRequest>,
    ) {
        ui.allocate_ui_with_layout(vec2(ui.available_width(), space::ROW), Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let meaning = "Where runs are kept, further folders, size and trash.";
            let button = explained_icon_button(ui, Icon::Folder, "Library", meaning, true);
            popup(&button, 360.0, |ui| shelf::options_ui(ui, library, &mut self.asks, asked));
            let button = explained_icon_button(ui, Icon::Options, "Columns", "Choose and order the columns.", true);
            popup(&button, 260.0, |ui| self.columns.ui(ui));
            let meaning = "Copy or save the table: the chosen runs, or all that are shown.";
            let button = explained_icon_button(ui, Icon::Export, "Export the table", meaning, true);
            popup(&button, 220.0, |ui| self.export_ui(ui, library, chosen, asked));
            ui.label(theme.muted(self.count(library)));
            let hint = "Filter: words, or beta > 2 and elbo > -100";
            let edit = TextEdit::singleline(&mut self.filter).hint_text(hint).desired_width(ui.available_width());
            let explained = "Words are looked for in names, tags, notes and states. Fields are compared by = != < <= > \
                             >= ~ and !~ (contains, or not), and joined by and, or, not and parentheses: `name ~ iwae \
                             and not starred`.";
            ui.add(edit).on_hover_text(explained).accessible_name("Filter runs");
        });
        if let Some(error) = &self.view.error {
            ui.add(Label::new(RichText::new(error).color(theme.error).small()).wrap());
        }
    }

    /// How many runs are shown, and whether more are on their way.
    fn count(&self, library: &Library) -> String {
        let (shown, all) = (self.view.view.rows.len(), library.runs().len());
        let reading = if library.scan().is_none() { ", reading…" } else { "" };
        let runs = counted(all, "run");
        if shown == all { format!("{runs}{reading}") } else { format!("{shown} of {runs}{reading}") }
    }

    fn export_ui(&self, ui: &mut Ui, library: &Library, chosen: &[Arc<RunSummary>], asked: &mut Vec<LibraryRequest>) {
        let columns = self.shown_columns();
        let view = View { rows: (0..chosen.len()).collect(), ..self.view.view.clone() };
        let (runs, view) = match chosen.is_empty() {
            true => (library.runs(), &self.view.view),
            false => (chosen, &view),
        };
        let which = if chosen.is_empty() { "all that are shown" } else { "the chosen runs" };
        ui.label(format!("{}: {which}", counted(view.rows.len(), "run")));
        let csv = || library::csv(runs, view, Some(&columns));
        let markdown = || library::markdown(runs, view, Some(&columns));
        for (name, text) in [("Copy as CSV", &csv as &dyn Fn() -> String), ("Copy as Markdown", &markdown)] {
            if ui.button(name).clicked() {
                ui.ctx().copy_text(text());
                ui.close();
            }
        }
        for (name, file, text) in
            [("Save as CSV…", "runs.csv", &csv as &dyn Fn() -> String), ("Save as Markdown…", "runs.md", &markdown)]
        {
            if ui.button(name).clicked() {
                asked.push(LibraryRequest::Save { suggested_name: file.into(), text: text() });
                ui.close();
            }
        }
    }

    fn shown_columns(&self) -> Vec<Column> {
        self.columns.shown(&self.view.view.differing, self.view.has_studies)
    }

    fn rows_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        library: &Library,
        chosen: &[Arc<RunSummary>],
        has_program: bool,
        asked: &mut Vec<LibraryRequest>,
    ) {
        let height = (ui.available_height() - details::height(chosen) - space::XS).max(80.0);
        let columns = self.shown_columns();
        let (view, selection) = (&self.view.view, &self.selection);
        let mut done = Done::default();
        let mut clear = false;
        ui.allocate_ui_with_layout(vec2(ui.available_width(), height), Layout::top_down(Align::Min), |ui| {
            ui.set_min_height(height);
            if view.rows.is_empty() || columns.is_empty() {
                clear = nothing_ui(ui, library, !self.filter.trim().is_empty() && !library.runs().is_empty());
                return;
            }
            let is_chosen = |run: &RunSummary| selection.has(&run.folder);
            let table = Table {
                theme,
                library,
                view,
                columns: &columns,
                numbers: &self.view.numbers,
                is_chosen: &is_chosen,
                chosen,
                has_program,
            };
            done = table.ui(ui, &self.sort);
        });
        if clear {
            self.filter.clear();
        }
        if let Some(column) = done.sorted {
            let descending = match self.sort.column == column {
                true => !self.sort.descending,
                // Of numbers the largest are looked for, of texts the first.
                false => {
                    !matches!(column, Column::Name | Column::State | Column::Star | Column::Study | Column::Field(_))
                }
            };
            self.sort = Sort { column, descending };
        }
        if let Some((folder, click)) = done.clicked {
            let rows: Vec<PathBuf> = match click {
                selection::Click::Range => {
                    view.rows.iter().filter_map(|&row| library.runs().get(row)).map(|run| run.folder.clone()).collect()
                }
                _ => Vec::new(),
            };
            self.selection.click(&folder, click, rows.iter().map(PathBuf::as_path));
        }
        asked.extend(done.asked);
    }

    /// Choose nothing, as after runs have been deleted.
    pub fn choose_nothing(&mut self) {
        self.selection.clear();
    }
}

/// Of the fields that differ, those whose values are numbers, as far as the first rows tell.
fn numbers(library: &Library, view: &View) -> Vec<String> {
    const ROWS: usize = 200;
    let runs = || view.rows.iter().take(ROWS).filter_map(|&row| library.runs().get(row));
    let is_number = |path: &&String| {
        let mut values = runs().filter_map(|run| run.fields.get(path));
        values.all(|field| field.number().is_some())
    };
    view.differing.iter().filter(is_number).cloned().collect()
}

/// A popup below a button, which stays while something is done in it.
fn popup(button: &Response, width: f32, content: impl FnOnce(&mut Ui)) {
    Popup::from_toggle_button_response(button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .align(RectAlign::BOTTOM_END)
        .width(width)
        .show(|ui| {
            ui.set_width(width);
            content(ui);
        });
}
