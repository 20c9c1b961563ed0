//! The layout of a formula: parsed and laid out once, and kept.

use ratex_layout::{LayoutOptions, layout, to_display_list, validate_layout};
use ratex_types::display_item::DisplayItem;
use ratex_types::math_style::MathStyle;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A formula that has been laid out. Lengths are in em, y runs downwards, and the baseline is at `height`.
#[derive(Debug)]
pub struct Laid {
    pub width: f32,
    /// The part above the baseline.
    pub height: f32,
    /// The part below the baseline.
    pub depth: f32,
    pub items: Vec<DisplayItem>,
    /// Why the formula could not be laid out: it is then shown as it was written.
    pub wrong: Option<String>,
}

/// Most formulas that are kept; those of the bundled pages are far fewer.
const KEPT_MAX: usize = 2_000;

/// Formulas that were laid out, by their text and whether they stand on a line of their own.
type Kept = HashMap<(String, bool), Arc<Laid>>;

/// A formula laid out, on a line of its own or within a line of text.
pub fn laid(latex: &str, display: bool) -> Arc<Laid> {
    static KEPT: Mutex<Option<Kept>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_with(HashMap::new);
    if kept.len() > KEPT_MAX {
        kept.clear();
    }
    kept.entry((latex.to_owned(), display)).or_insert_with(|| Arc::new(lay_out(latex, display))).clone()
}

fn lay_out(latex: &str, display: bool) -> Laid {
    let style = if display { MathStyle::Display } else { MathStyle::Text };
    let options = LayoutOptions { style, ..LayoutOptions::default() };
    let found = ratex_parser::parse(latex).map_err(|error| error.message).and_then(|nodes| {
        let laid = layout(&nodes, &options);
        validate_layout(&laid).map_err(|error| error.to_string())?;
        Ok(to_display_list(&laid))
    });
    match found {
        Ok(list) => Laid {
            width: list.width as f32,
            height: list.height as f32,
            depth: list.depth as f32,
            items: list.items,
            wrong: None,
        },
        Err(wrong) => {
            let width = 0.5 * latex.chars().count() as f32;
            Laid { width, height: 0.8, depth: 0.2, items: Vec::new(), wrong: Some(wrong) }
        }
    }
}
