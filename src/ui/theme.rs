//! The look of the window: every colour, size and font is a token here, and nowhere else.
//!
//! Distances are multiples of 4 points ([`space`]). Surfaces step from the canvas (between panes) over the pane to
//! what is raised on it (fields, buttons) and what floats above it (menus, tooltips). Curves use the palette of
//! Okabe & Ito (2008), and the ten labels that of Petroff (2021), both chosen to survive colour blindness; each is
//! lightened or darkened until it reads on its background (the tests measure that).

use eframe::egui::{self, Color32, CornerRadius, FontFamily, FontId, Margin, RichText, Stroke, TextStyle, vec2};
use eframe::egui::{FontData, FontDefinitions, Shadow, Style, ThemePreference, Visuals};
use std::sync::Arc;

/// Distances in points, on a 4-point grid.
pub mod space {
    /// Between parts of one element.
    pub const XS: f32 = 4.0;
    /// Between elements of one group.
    pub const S: f32 = 8.0;
    /// Padding of panes.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
    /// Height of a row with a button or a field.
    pub const ROW: f32 = 24.0;
}

/// Corners of buttons and fields.
pub const ROUNDING: u8 = 4;
/// Corners of windows, menus, cards.
pub const ROUNDING_LARGE: u8 = 8;

/// The semi-bold cut, for headings and values.
pub fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The large numbers above a plot.
pub fn value_style() -> TextStyle {
    TextStyle::Name("value".into())
}

/// One palette. There are two, [`Theme::DARK`] and [`Theme::LIGHT`].
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub dark: bool,

    /// Behind and between panes; the inside of text fields.
    pub canvas: Color32,
    /// Background of panes and panels.
    pub pane: Color32,
    /// Background of buttons, fields and cards on a pane; then under the pointer, then pressed.
    pub raised: Color32,
    pub hovered: Color32,
    pub pressed: Color32,
    /// Background of menus, dialogs and tooltips.
    pub overlay: Color32,
    /// Separators and grid lines.
    pub hairline: Color32,
    /// Borders of fields, and the line around what is hovered.
    pub outline: Color32,
    pub shadow: Color32,

    /// Text of headings and values.
    pub text_strong: Color32,
    pub text: Color32,
    /// Text of units, captions and axes.
    pub text_muted: Color32,
    /// Text of minor hints, and of what is disabled.
    pub text_faint: Color32,

    /// The one colour for what is chosen, has the focus, or is the main button.
    pub accent: Color32,
    /// The accent as a background under text.
    pub accent_soft: Color32,
    /// Text on the accent.
    pub on_accent: Color32,

    pub success: Color32,
    pub warning: Color32,
    pub error: Color32,

    /// Curve of the ELBO.
    pub elbo: Color32,
    /// Curve of the importance-weighted bound.
    pub iwae: Color32,
    pub reconstruction: Color32,
    pub kl: Color32,
    pub weighted_kl: Color32,
    /// log p(x).
    pub evidence: Color32,
    /// KL[q(z|x) ‖ p(z|x)], the distance of log p(x) from the bound.
    pub gap: Color32,
    pub gradient_norm: Color32,
    pub learning_rate: Color32,
    pub speed: Color32,
    /// Vertical lines where the run was changed.
    pub mark: Color32,

    /// Other runs beside the present one, whose curves have the colours above.
    pub runs: [Color32; 10],

    /// Points of the latent scatter by label; a further colour is for images without one.
    pub labels: [Color32; 10],
    pub unlabelled: Color32,

    /// Background of images, equal in both palettes, since the surroundings change how grey a pixel looks.
    pub image_background: Color32,
    pub image_border: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn palette(hex: [u32; 10]) -> [Color32; 10] {
    let mut colours = [Color32::BLACK; 10];
    let mut i = 0;
    while i < 10 {
        colours[i] = rgb(hex[i]);
        i += 1;
    }
    colours
}

impl Theme {
    pub const DARK: Self = Self {
        dark: true,
        canvas: rgb(0x0c0e11),
        pane: rgb(0x14171b),
        raised: rgb(0x22272e),
        hovered: rgb(0x2d343d),
        pressed: rgb(0x394350),
        overlay: rgb(0x1b1f25),
        hairline: rgb(0x262b32),
        outline: rgb(0x3c444f),
        shadow: Color32::from_black_alpha(110),
        text_strong: rgb(0xf2f5f8),
        text: rgb(0xcbd2da),
        text_muted: rgb(0x9aa4b0),
        text_faint: rgb(0x848e9a),
        accent: rgb(0x5b9dff),
        accent_soft: rgb(0x203a60),
        on_accent: rgb(0x0a1526),
        success: rgb(0x3fb884),
        warning: rgb(0xe6a83a),
        error: rgb(0xf2706b),
        elbo: rgb(0x56b4e9),
        iwae: rgb(0xa08cf0),
        reconstruction: rgb(0x1fb58a),
        kl: rgb(0xe8743b),
        weighted_kl: rgb(0xf0c04a),
        evidence: rgb(0xe58fc4),
        gap: rgb(0xbfc257),
        gradient_norm: rgb(0x56b4e9),
        learning_rate: rgb(0xd68bb4),
        speed: rgb(0x1fb58a),
        mark: rgb(0xa9b2bd),
        runs: palette([
            0xe06bb0, 0xc8d653, 0xb9805f, 0xe0425a, 0x57cfc0, 0xd6d9dd, 0x7d8794, 0xffb59a, 0x8f9a4c, 0x9a5fb8,
        ]),
        labels: palette([
            0x3f90da, 0xffa90e, 0xe0483a, 0xa3b3b0, 0xb06be0, 0xc08a72, 0xff7a1f, 0xb9ac70, 0x8a8f9c, 0x92dadd,
        ]),
        unlabelled: rgb(0x8d97a3),
        image_background: rgb(0x0c0e11),
        image_border: rgb(0x2d343d),
    };

    pub const LIGHT: Self = Self {
        dark: false,
        canvas: rgb(0xe6e9ed),
        pane: rgb(0xfbfcfd),
        raised: rgb(0xebeef2),
        hovered: rgb(0xdfe4ea),
        pressed: rgb(0xcdd5de),
        overlay: rgb(0xffffff),
        hairline: rgb(0xdde2e8),
        outline: rgb(0xb9c2cc),
        shadow: Color32::from_black_alpha(40),
        text_strong: rgb(0x11161c),
        text: rgb(0x2c343d),
        text_muted: rgb(0x515b67),
        text_faint: rgb(0x616b77),
        accent: rgb(0x1f66d6),
        accent_soft: rgb(0xd3e3fc),
        on_accent: rgb(0xffffff),
        success: rgb(0x117548),
        warning: rgb(0x865a08),
        error: rgb(0xb82d27),
        elbo: rgb(0x0072b2),
        iwae: rgb(0x5b3fc4),
        reconstruction: rgb(0x007a58),
        kl: rgb(0xb84c00),
        weighted_kl: rgb(0x8f6200),
        evidence: rgb(0xa62f7c),
        gap: rgb(0x6b6c00),
        gradient_norm: rgb(0x0072b2),
        learning_rate: rgb(0xb2558a),
        speed: rgb(0x007a58),
        mark: rgb(0x5d6773),
        runs: palette([
            0xb0307f, 0x5f8a00, 0x8a5638, 0xb3122f, 0x1b93a8, 0x33393f, 0x6f7883, 0xd0603f, 0x4d5420, 0x8a2fa8,
        ]),
        labels: palette([
            0x3f90da, 0xe89600, 0xbd1f01, 0x7f918e, 0x832db6, 0xa96b59, 0xe76300, 0x9a8c4c, 0x717581, 0x3fa9ae,
        ]),
        unlabelled: rgb(0x5d6773),
        image_background: rgb(0x0c0e11),
        image_border: rgb(0xb9c2cc),
    };

    /// Install the fonts, and the styles of both palettes, once, when the window opens. egui then chooses between the
    /// palettes by the preference given to [`Theme::prefer`].
    pub fn install(ctx: &egui::Context) {
        ctx.set_fonts(fonts());
        ctx.set_style_of(egui::Theme::Dark, Self::DARK.style());
        ctx.set_style_of(egui::Theme::Light, Self::LIGHT.style());
    }

    /// Choose the dark or the light palette, or the one that the system prefers.
    pub fn prefer(ctx: &egui::Context, preference: ThemePreference) {
        ctx.set_theme(preference);
    }

    /// The palette in use.
    pub fn of(ctx: &egui::Context) -> &'static Self {
        match ctx.theme() {
            egui::Theme::Dark => &Self::DARK,
            egui::Theme::Light => &Self::LIGHT,
        }
    }

    /// A curve's colour, made faint (for training beside validation) but opaque, so that overlaps do not darken.
    pub fn faint(&self, colour: Color32) -> Color32 {
        self.pane.lerp_to_gamma(colour, 0.45)
    }

    /// The colour of a label. Labels from ten on reuse the ten colours; images without a label have a colour of their
    /// own.
    pub fn label(&self, label: Option<u8>) -> Color32 {
        label.map_or(self.unlabelled, |l| self.labels[usize::from(l) % self.labels.len()])
    }

    /// The colour of another run, by its number among those compared.
    pub fn run(&self, number: u8) -> Color32 {
        self.runs[usize::from(number) % self.runs.len()]
    }

    /// A heading or a value in a line of text.
    pub fn strong(&self, text: impl Into<String>) -> RichText {
        RichText::new(text).family(strong_family()).color(self.text_strong)
    }

    /// A caption or a unit.
    pub fn muted(&self, text: impl Into<String>) -> RichText {
        RichText::new(text).small().color(self.text_muted)
    }

    fn style(&self) -> Style {
        let mut style = Style { visuals: self.visuals(), animation_time: 0.08, ..Style::default() };
        style.text_styles = [
            (TextStyle::Small, FontId::new(11.0, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(13.0, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(13.0, FontFamily::Proportional)),
            (TextStyle::Heading, FontId::new(15.0, strong_family())),
            (TextStyle::Monospace, FontId::new(12.0, FontFamily::Monospace)),
            (value_style(), FontId::new(20.0, strong_family())),
        ]
        .into();
        let spacing = &mut style.spacing;
        spacing.item_spacing = vec2(space::S, space::XS);
        spacing.button_padding = vec2(space::S, 3.0);
        spacing.interact_size = vec2(32.0, space::ROW);
        spacing.window_margin = Margin::same(16);
        spacing.menu_margin = Margin::symmetric(8, 6);
        spacing.menu_spacing = 4.0;
        spacing.indent = space::L;
        spacing.slider_width = 120.0;
        spacing.slider_rail_height = 4.0;
        spacing.combo_width = 80.0;
        spacing.icon_width = 16.0;
        spacing.icon_width_inner = 8.0;
        spacing.icon_spacing = 6.0;
        spacing.tooltip_width = 340.0;
        spacing.scroll = egui::style::ScrollStyle::thin();
        style.interaction.tooltip_delay = 0.4;
        style.interaction.selectable_labels = false;
        style
    }

    fn visuals(&self) -> Visuals {
        let mut v = if self.dark { Visuals::dark() } else { Visuals::light() };
        let line = |colour| Stroke::new(1.0, colour);
        let corners = CornerRadius::same(ROUNDING);
        v.widgets.noninteractive.bg_fill = self.pane;
        v.widgets.noninteractive.weak_bg_fill = self.pane;
        v.widgets.noninteractive.bg_stroke = line(self.hairline);
        v.widgets.noninteractive.fg_stroke = line(self.text);
        for (widget, fill, border, text) in [
            (&mut v.widgets.inactive, self.raised, Stroke::NONE, self.text),
            (&mut v.widgets.hovered, self.hovered, line(self.outline), self.text_strong),
            (&mut v.widgets.active, self.pressed, line(self.accent), self.text_strong),
            (&mut v.widgets.open, self.hovered, line(self.outline), self.text_strong),
        ] {
            widget.bg_fill = fill;
            widget.weak_bg_fill = fill;
            widget.bg_stroke = border;
            widget.fg_stroke = line(text);
        }
        for widget in [
            &mut v.widgets.noninteractive,
            &mut v.widgets.inactive,
            &mut v.widgets.hovered,
            &mut v.widgets.active,
            &mut v.widgets.open,
        ] {
            widget.corner_radius = corners;
            widget.expansion = 0.0;
        }
        v.selection.bg_fill = self.accent_soft;
        v.selection.stroke = line(if self.dark { self.text_strong } else { self.accent });
        v.hyperlink_color = self.accent;
        v.weak_text_color = Some(self.text_muted);
        v.faint_bg_color = self.pane.lerp_to_gamma(self.raised, 0.5);
        v.extreme_bg_color = self.canvas;
        v.code_bg_color = self.raised;
        v.warn_fg_color = self.warning;
        v.error_fg_color = self.error;
        v.panel_fill = self.pane;
        v.window_fill = self.overlay;
        v.window_stroke = line(self.outline);
        v.window_corner_radius = CornerRadius::same(ROUNDING_LARGE);
        v.menu_corner_radius = CornerRadius::same(6);
        v.window_shadow = Shadow { offset: [0, 12], blur: 32, spread: 0, color: self.shadow };
        v.popup_shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: self.shadow };
        v.window_highlight_topmost = false;
        v.indent_has_left_vline = false;
        v.slider_trailing_fill = true;
        v.handle_shape = egui::style::HandleShape::Rect { aspect_ratio: 0.5 };
        v.text_cursor.stroke = Stroke::new(1.5, self.accent);
        v
    }

    /// The frame of a pane's content.
    pub fn pane_frame(&self) -> egui::Frame {
        egui::Frame::new().fill(self.pane).inner_margin(Margin::same(space::M as i8))
    }
}

/// Inter, with egui's own fonts for symbols behind it; see `assets/fonts/README.md`.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.into(), Arc::new(FontData::from_static(bytes)));
    };
    add("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"));
    add("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf"));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let chain = |first: &str| -> Vec<String> {
        // Hack has the operators that Inter lacks (∇, ∈, ∝).
        let names = [first.to_owned(), "Hack".to_owned()];
        names.into_iter().chain(fallback.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, chain("Inter"));
    fonts.families.insert(strong_family(), chain("Inter SemiBold"));
    for (name, family, data) in super::formula_fonts::font_families() {
        fonts.families.insert(family, vec![name.clone()]);
        fonts.font_data.insert(name, data);
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of WCAG 2.1: 1 (none) to 21.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = egui::Rgba::from(c).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn item_17_every_pair_of_text_and_ground_has_a_contrast_of_four_and_a_half() {
        for theme in [Theme::DARK, Theme::LIGHT] {
            let Theme { canvas, pane, raised, hovered, overlay, accent_soft, .. } = theme;
            let reads = |name: &str, ink: Color32, grounds: &[Color32]| {
                for &ground in grounds {
                    let found = contrast(ink, ground);
                    assert!(found >= 4.5, "{name} on {ground:?}, dark {}: {found:.2}", theme.dark);
                }
            };
            for (name, ink) in [("strong", theme.text_strong), ("text", theme.text), ("muted", theme.text_muted)] {
                reads(name, ink, &[canvas, pane, raised, hovered, overlay, accent_soft]);
            }
            reads("faint", theme.text_faint, &[pane, raised, overlay]);
            reads("on the accent", theme.on_accent, &[theme.accent]);
            for (name, ink) in [
                ("accent", theme.accent),
                ("success", theme.success),
                ("warning", theme.warning),
                ("error", theme.error),
                ("ELBO", theme.elbo),
                ("IWAE", theme.iwae),
                ("reconstruction", theme.reconstruction),
                ("KL", theme.kl),
                ("weighted KL", theme.weighted_kl),
                ("evidence", theme.evidence),
            ] {
                reads(name, ink, &[pane, overlay]);
            }
            assert!(contrast(theme.text_strong, pane) > 10.0 && contrast(theme.text, pane) > 7.0);
        }
    }

    #[test]
    fn curves_and_edges_of_controls_stand_out_from_their_ground() {
        for theme in [Theme::DARK, Theme::LIGHT] {
            for curve in [
                theme.elbo,
                theme.iwae,
                theme.reconstruction,
                theme.kl,
                theme.weighted_kl,
                theme.evidence,
                theme.gap,
                theme.learning_rate,
                theme.mark,
                // Around a box that is not ticked.
                theme.text_faint,
            ] {
                assert!(contrast(curve, theme.pane) > 3.0, "{curve:?}");
                assert!(contrast(theme.faint(curve), theme.pane) > 1.5, "{curve:?}");
            }
            for run in theme.runs {
                assert!(contrast(run, theme.pane) > 3.0, "{run:?}");
            }
            for label in theme.labels {
                assert!(contrast(label, theme.pane) > 2.2, "{label:?}");
            }
        }
    }

    /// A compared run is not taken for a term of the present one, nor for another run.
    #[test]
    fn item_14_colours_of_runs_are_apart_from_those_of_the_terms() {
        for theme in [Theme::DARK, Theme::LIGHT] {
            let own = [theme.elbo, theme.iwae, theme.reconstruction, theme.kl, theme.weighted_kl];
            let distance = |a: Color32, b: Color32| {
                let square = |i: usize| (f32::from(a.to_array()[i]) - f32::from(b.to_array()[i])).powi(2);
                (0..3).map(square).sum::<f32>().sqrt()
            };
            for (i, &run) in theme.runs.iter().enumerate() {
                for other in own.iter().chain(&theme.runs[..i]) {
                    assert!(distance(run, *other) > 40.0, "run {i} of {run:?} beside {other:?}");
                }
            }
        }
    }

    #[test]
    fn digits_are_tabular_and_symbols_exist() {
        let ctx = egui::Context::default();
        Theme::install(&ctx);
        let _ = ctx.run_ui(egui::RawInput::default(), |_| {});
        for family in [FontFamily::Proportional, strong_family()] {
            let font = FontId::new(40.0, family);
            ctx.fonts_mut(|fonts| {
                let widths: Vec<f32> = ('0'..='9').map(|d| fonts.glyph_width(&font, d)).collect();
                assert!(widths.iter().all(|w| (w - widths[0]).abs() < 0.1), "{widths:?}");
                for symbol in "−±·×²₀₁₂₃₄₅₆₇₈₉βσμεφθλ∇∈≥≤≈√∑‖→…\u{2009}\u{202f}".chars()
                {
                    assert!(fonts.has_glyph(&font, symbol), "{symbol:?} is missing");
                }
            });
        }
    }
}
