//! The table itself: only the rows in sight are drawn.

use super::actions::{self, menu_ui};
use super::cell::{hover, is_numeric, paint_name, state_ui, text, text_ui, width};
use super::selection::Click;
use crate::library::{Column, Library, RunSummary, Sort, View, short_names};
use crate::ui::icons::Icon;
use crate::ui::library_request::{Annotation, LibraryRequest};
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, Align, Align2, Button, Color32, Layout, Rect, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, vec2,
};
use egui_extras::{Column as TableColumn, TableBuilder, TableRow};
use std::path::PathBuf;
use std::sync::Arc;

/// Height of a row and of the headings, points.
const ROW: f32 = 24.0;
const HEAD: f32 = 26.0;

/// The content of the table.
pub struct Table<'a> {
    pub theme: &'a Theme,
    pub library: &'a Library,
    pub view: &'a View,
    pub columns: &'a [Column],
    /// The fields whose values are numbers.
    pub numbers: &'a [String],
    pub is_chosen: &'a dyn Fn(&RunSummary) -> bool,
    /// The chosen runs, for the menu of a row.
    pub chosen: &'a [Arc<RunSummary>],
    pub has_program: bool,
}

/// The user's deeds in the table.
#[derive(Default)]
pub struct Done {
    pub clicked: Option<(PathBuf, Click)>,
    /// Sort by this column, or the other way round.
    pub sorted: Option<Column>,
    pub asked: Vec<LibraryRequest>,
}

impl Table<'_> {
    /// Draw it into all of the free space.
    pub fn ui(&self, ui: &mut Ui, sort: &Sort) -> Done {
        let mut done = Done::default();
        let names = short_names(self.columns);
        // Columns of another set have other widths.
        let salt: Vec<&str> = self.columns.iter().map(Column::name).collect();
        let all: f32 = self.columns.iter().map(|column| width(column) + space::S).sum();
        ScrollArea::horizontal().id_salt("runs, sideways").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(space::S, 0.0);
            let height = ui.available_height();
            // The last column takes what is left.
            ui.set_min_width(all.max(ui.available_width()));
            let mut builder = TableBuilder::new(ui)
                .id_salt(salt)
                .sense(Sense::CLICK)
                .striped(false)
                .resizable(true)
                .auto_shrink(false)
                .min_scrolled_height(0.0)
                .max_scroll_height((height - HEAD).max(ROW))
                .cell_layout(Layout::left_to_right(Align::Center));
            for (index, column) in self.columns.iter().enumerate() {
                let is_last = index + 1 == self.columns.len();
                let least = if *column == Column::Star { width(column) } else { 36.0 };
                builder = builder.column(match is_last {
                    true => TableColumn::remainder().at_least(width(column)).clip(true),
                    false => TableColumn::initial(width(column)).at_least(least).clip(true),
                });
            }
            let table = builder.header(HEAD, |mut row| {
                for column in self.columns {
                    row.col(|ui| {
                        let title = match column {
                            Column::Field(path) => names.get(path),
                            column => column.words().1,
                        };
                        if self.head_ui(ui, column, title, sort) {
                            done.sorted = Some(column.clone());
                        }
                    });
                }
            });
            table.body(|body| body.rows(ROW, self.view.rows.len(), |row| self.row_ui(row, &mut done)));
        });
        done
    }

    /// A heading; whether it was clicked.
    fn head_ui(&self, ui: &mut Ui, column: &Column, title: &str, sort: &Sort) -> bool {
        let theme = self.theme;
        let rect = ui.max_rect();
        let response = ui.allocate_rect(rect, Sense::click());
        let is_sorted = sort.column == *column;
        let ink =
            if is_sorted || response.hovered() || response.has_focus() { theme.text_strong } else { theme.text_muted };
        let font = TextStyle::Small.resolve(ui.style());
        let arrow = if is_sorted { 12.0 } else { 0.0 };
        let painter = ui.painter_at(rect);
        if *column == Column::Star {
            let square = Rect::from_center_size(rect.center(), vec2(12.0, 12.0));
            Icon::Star.paint(&painter, square, ink);
        } else if is_numeric(column, self.numbers) {
            painter.text(rect.right_center() - vec2(arrow, 0.0), Align2::RIGHT_CENTER, title, font, ink);
        } else {
            painter.text(rect.left_center() + vec2(arrow, 0.0), Align2::LEFT_CENTER, title, font, ink);
        }
        if is_sorted && *column != Column::Star {
            let icon = if sort.descending { Icon::Down } else { Icon::Up };
            let x = if is_numeric(column, self.numbers) { rect.right() - 5.0 } else { rect.left() + 5.0 };
            let square = Rect::from_center_size(egui::pos2(x, rect.center().y), vec2(9.0, 9.0));
            icon.paint(&painter, square, ink);
        }
        let name = format!("Sort by {}", if *column == Column::Star { "star" } else { title });
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_sorted, &name));
        let about = match column {
            Column::Field(path) => format!("{path}, a field of the experiment. Click to sort by it."),
            column => format!("{} Click to sort by it.", column.words().2),
        };
        response.on_hover_text(about).clicked()
    }

    fn row_ui(&self, mut row: TableRow<'_, '_>, done: &mut Done) {
        let Some(run) = self.view.rows.get(row.index()).and_then(|&index| self.library.runs().get(index)) else {
            return;
        };
        let is_chosen = (self.is_chosen)(run);
        row.set_selected(is_chosen);
        let mut name_clicked = false;
        for column in self.columns {
            row.col(|ui| match column {
                Column::State => state_ui(ui, run, self.theme),
                Column::Star => self.star_ui(ui, run, done),
                Column::Name => name_clicked = self.name_ui(ui, run, is_chosen),
                column => {
                    let text = text(column, run);
                    let colour = self.ink(column, &text);
                    text_ui(ui, &text, colour, is_numeric(column, self.numbers), || hover(column, run));
                }
            });
        }
        let response = row.response();
        if response.clicked() || name_clicked {
            let modifiers = response.ctx.input(|input| input.modifiers);
            let click = match (modifiers.shift, modifiers.command) {
                (true, _) => Click::Range,
                (_, true) => Click::Toggle,
                _ => Click::Only,
            };
            done.clicked = Some((run.folder.clone(), click));
        }
        if response.double_clicked() {
            done.asked.extend(actions::open(run));
        }
        if response.secondary_clicked() && !is_chosen {
            done.clicked = Some((run.folder.clone(), Click::Only));
        }
        response.context_menu(|ui| {
            ui.set_min_width(180.0);
            menu_ui(ui, self.chosen, self.has_program, &mut done.asked);
            ui.separator();
            if ui.button("Copy the folder's path").clicked() {
                ui.ctx().copy_text(run.folder.display().to_string());
                ui.close();
            }
        });
    }

    fn ink(&self, column: &Column, text: &str) -> Color32 {
        match column {
            _ if matches!(text, "–" | "…") => self.theme.text_faint,
            Column::Elbo | Column::BestElbo | Column::LogPx => self.theme.text_strong,
            Column::Date | Column::Notes | Column::Folder | Column::Study | Column::Experiment => self.theme.text_muted,
            _ => self.theme.text,
        }
    }

    /// The name, by which a row is chosen with the keyboard too.
    fn name_ui(&self, ui: &mut Ui, run: &RunSummary, is_chosen: bool) -> bool {
        let name = run.name();
        paint_name(ui, name, self.theme.text_strong);
        let response = ui.interact(ui.max_rect(), ui.scope_id().with("name"), Sense::focusable_noninteractive());
        response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, name));
        if response.has_focus() {
            let line = (1.0, self.theme.accent);
            ui.painter().rect_stroke(ui.max_rect(), 2.0, line, egui::StrokeKind::Inside);
        }
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        let is_pressed = response.has_focus() && (pressed(egui::Key::Space) || pressed(egui::Key::Enter));
        if response.hovered()
            && let Some(more) = hover(&Column::Name, run)
        {
            response.on_hover_text(more);
        }
        is_pressed
    }

    fn star_ui(&self, ui: &mut Ui, run: &RunSummary, done: &mut Done) {
        let starred = run.notes.starred;
        let response = ui.allocate_rect(ui.max_rect(), Sense::click());
        let square = Rect::from_center_size(ui.max_rect().center(), vec2(13.0, 13.0));
        if starred {
            Icon::Star.paint(ui.painter(), square, self.theme.warning);
        } else if response.hovered() || response.has_focus() {
            Icon::Star.paint(ui.painter(), square, self.theme.outline);
        }
        let name = format!("Star of {}", run.name());
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, starred, &name));
        if response.clicked() {
            let star = Annotation::Star(!starred);
            done.asked.push(LibraryRequest::Annotate(vec![run.folder.clone()], star));
        }
    }
}

/// Nothing to show: why, and what helps.
pub fn nothing_ui(ui: &mut Ui, library: &Library, is_filtered: bool) -> bool {
    let theme = Theme::of(ui.ctx());
    let mut clear = false;
    let (title, hint) = match (library.scan(), is_filtered) {
        (None, _) => ("Looking for runs…", "Rows appear as they are read."),
        (_, true) => ("No run passes the filter", "Clear it to see all of them."),
        _ => (
            "No runs yet",
            "Train an experiment: when another takes its place, its run is kept here. Folders of runs that are \
             elsewhere can be added, or dropped on the window.",
        ),
    };
    let size = ui.available_size().max(vec2(80.0, 80.0));
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.add_space((0.5 * size.y - 40.0).max(0.0));
        ui.label(theme.strong(title));
        ui.add(egui::Label::new(theme.muted(hint)).wrap());
        if is_filtered && library.scan().is_some() {
            clear = ui.add(Button::new("Clear the filter")).clicked();
        }
    });
    clear
}
