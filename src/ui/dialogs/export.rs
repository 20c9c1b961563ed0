//! The dialog that exports a grid of images: size, spacing, labels, with a preview of the picture and its size.

use super::frame::{buttons, modal};
use super::path::{note_ui, path_ui};
use super::picker::{Pick, Picker};
use super::reply::{FILE_EXISTS, ModalOutcome, Reply};
use crate::export::{GridOptions, RgbImage, Sheet, grid};
use crate::ui::controls::checkbox;
use crate::ui::noun;
use crate::ui::theme::{Theme, space};
use eframe::egui::{
    self, ColorImage, Context, DragValue, RichText, TextureHandle, TextureOptions, Ui, load::SizedTexture, vec2,
};
use std::path::{Path, PathBuf};

/// Longest side of the preview, in points.
const PREVIEW: f32 = 240.0;

/// Whiteness of the background between images.
const BACKGROUNDS: [(&str, [u8; 3]); 3] = [("white", [255; 3]), ("black", [0; 3]), ("grey", [128; 3])];

/// The export dialog; the app remembers its options.
pub struct ExportDialog {
    sheet: Sheet,
    options: GridOptions,
    path: String,
    focused: bool,
    preview: Option<Preview>,
}

/// The picture that the present options make.
struct Preview {
    of: GridOptions,
    /// The picture with its true width and height, or the reason why there is none.
    picture: Result<(TextureHandle, usize, usize), String>,
}

impl ExportDialog {
    pub fn new(sheet: Sheet, options: GridOptions, path: &Path) -> Self {
        Self { sheet, options, path: path.display().to_string(), focused: false, preview: None }
    }

    pub(super) fn show(
        &mut self,
        ctx: &Context,
        picker: &mut Picker,
        picked: Option<PathBuf>,
        enter: bool,
    ) -> ModalOutcome {
        if let Some(path) = picked {
            self.path = path.display().to_string();
        }
        modal(ctx, "Export grid", 620.0, |ui| {
            ui.horizontal_top(|ui| {
                self.preview_ui(ui);
                ui.add_space(space::M);
                ui.vertical(|ui| self.options_ui(ui));
            });
            ui.add_space(space::S);
            let pick = Pick::Save { what: "Picture", endings: &["png"] };
            let typed = path_ui(ui, &mut self.path, pick, picker, &mut self.focused);
            let path = PathBuf::from(self.path.trim());
            let possible = matches!(&self.preview, Some(Preview { picture: Ok(_), .. }));
            let objection = match () {
                () if path.as_os_str().is_empty() => Some(""),
                () if path.is_dir() => Some("This is a folder: add a file name."),
                () if !possible => Some(""),
                () => None,
            };
            note_ui(ui, objection, path.is_file().then_some(FILE_EXISTS));
            let answer = || {
                let (sheet, options) = (Box::new(self.sheet.clone()), self.options.clone());
                ModalOutcome::Reply(Box::new(Reply::ExportGrid { path: path.clone(), sheet, options }))
            };
            match buttons(ui, "Export", objection.is_none()) {
                Some(true) => answer(),
                Some(false) => ModalOutcome::Cancel,
                None if objection.is_none() && (enter || typed) => answer(),
                None => ModalOutcome::StayOpen,
            }
        })
    }

    fn options_ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let noun = noun::of(ui.ctx());
        let options = &mut self.options;
        egui::Grid::new("export options").num_columns(2).spacing(vec2(16.0, 8.0)).show(ui, |ui| {
            ui.label("Columns");
            ui.add(DragValue::new(&mut self.sheet.columns).range(1..=self.sheet.images.count.max(1)))
                .accessible_name("Columns");
            ui.end_row();
            let per_pixel = noun.say("Pixels of the picture per pixel of an image.");
            ui.label("Scale").on_hover_text(per_pixel);
            ui.add(DragValue::new(&mut options.scale).range(1..=32).suffix("×")).accessible_name("Scale");
            ui.end_row();
            ui.label("Padding").on_hover_text(noun.say("Pixels between images and around them."));
            ui.add(DragValue::new(&mut options.padding).range(0..=64).suffix(" px")).accessible_name("Padding");
            ui.end_row();
            ui.label("Background");
            ui.horizontal(|ui| {
                for (name, colour) in BACKGROUNDS {
                    ui.selectable_value(&mut options.background, colour, name);
                }
            });
            ui.end_row();
            ui.label("Labels").on_hover_text("Row and column labels drawn into the picture.");
            checkbox(ui, &mut options.labels, "drawn");
            ui.end_row();
        });
        let plain = "One pixel a pixel, nothing between or around: for other programs to read.";
        if ui.button("1:1 pixels").on_hover_text(plain).clicked() {
            *options = GridOptions { background: options.background, ..GridOptions::one_to_one(options.columns) };
        }
        ui.label(theme.muted("The experiment and the step are written into the file."));
    }

    /// The preview, made anew when an option has changed.
    fn preview_ui(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx());
        let options = GridOptions { columns: self.sheet.columns, ..self.options.clone() };
        if self.preview.as_ref().is_none_or(|preview| preview.of != options) {
            let picture = grid(&self.sheet.images, &options, &self.sheet.labels).map_err(|error| error.to_string());
            let picture = picture.map(|picture| (texture(ui.ctx(), &picture), picture.width, picture.height));
            self.preview = Some(Preview { of: options, picture });
        }
        ui.allocate_ui(vec2(PREVIEW, PREVIEW + 24.0), |ui| {
            ui.set_min_size(vec2(PREVIEW, PREVIEW + 24.0));
            ui.vertical_centered(|ui| match self.preview.as_ref().map(|preview| &preview.picture) {
                Some(Ok((texture, width, height))) => {
                    let size = vec2(*width as f32, *height as f32);
                    let size = size * (PREVIEW / size.max_elem()).min(1.0);
                    ui.add_space((PREVIEW - size.y) / 2.0);
                    ui.image(SizedTexture::new(texture.id(), size));
                    ui.add_space((PREVIEW - size.y) / 2.0);
                    ui.label(theme.muted(format!("{width} × {height} pixels")));
                }
                Some(Err(error)) => {
                    ui.label(RichText::new(error).color(theme.error));
                }
                None => {}
            });
        });
    }
}

/// The preview's texture, no larger than a screen can show.
fn texture(ctx: &Context, picture: &RgbImage) -> TextureHandle {
    let shrink = picture.width.max(picture.height).div_ceil(1024).max(1);
    let (width, height) = (picture.width.div_ceil(shrink), picture.height.div_ceil(shrink));
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in (0..picture.height).step_by(shrink) {
        for x in (0..picture.width).step_by(shrink) {
            let start = 3 * (y * picture.width + x);
            pixels.extend_from_slice(&picture.pixels[start..start + 3]);
        }
    }
    ctx.load_texture("export preview", ColorImage::from_rgb([width, height], &pixels), TextureOptions::LINEAR)
}
