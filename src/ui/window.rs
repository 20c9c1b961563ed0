//! Opening the window.

use super::app::{App, AppOptions};
use super::icons::window_icon;
use crate::files;
use crate::library::Settings;
use crate::worker::{self, Autosave, Notify, WorkerOptions};
use eframe::egui::{self, ViewportBuilder, vec2};
use eframe::{NativeOptions, Renderer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Least time between two redraws of the window for news from the worker.
const NEWS_PERIOD: Duration = Duration::from_millis(33);

/// The name under which the system and eframe know the program.
const APP_ID: &str = "elbow";
/// The file in which eframe keeps the state of the first window.
const STATE_FILE: &str = "app.ron";

/// The options with which the window is opened.
#[derive(Clone, Debug, Default)]
pub struct UiOptions {
    /// The path to open at once: an experiment, a bundled one's name, a PNG that carries one, a run folder, or data.
    pub open: Option<PathBuf>,
    /// Run folders whose curves are drawn beside those of the window's own run.
    pub compare: Vec<PathBuf>,
    /// The page of the tour to open, counted from 1.
    pub tour: Option<usize>,
}

/// Open the window; returns when it is closed.
///
/// # Errors
/// No window can be opened; the message names what is missing, and how to work without a window.
pub fn run(options: UiOptions) -> Result<(), String> {
    let opening = Instant::now();
    let mut failures = Vec::new();
    for renderer in renderers() {
        match open(&options, renderer, opening) {
            Ok(()) => return Ok(()),
            Err(error) => failures.push(error),
        }
        // Without a display, another renderer does not help.
        if let Some(eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) = failures.last() {
            break;
        }
    }
    Err(no_window(&failures))
}

/// The renderers in order of preference. A software rasteriser needs a third of the time for a frame by OpenGL that it
/// needs by Vulkan, and training can use the rest.
fn renderers() -> [Renderer; 2] {
    if has_graphics_processor() { [Renderer::Wgpu, Renderer::Glow] } else { [Renderer::Glow, Renderer::Wgpu] }
}

/// Whether the system has a driver for a graphics processor. Only Linux is asked, where asking is cheap: by a node of
/// its direct rendering manager, or by the one that replaces it in a virtual machine on Windows.
fn has_graphics_processor() -> bool {
    let nodes = || std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    cfg!(not(target_os = "linux"))
        || nodes().any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
        || Path::new("/dev/dxg").exists()
}

fn open(options: &UiOptions, renderer: Renderer, opening: Instant) -> eframe::Result {
    let viewport = ViewportBuilder::default()
        .with_title("Elbow")
        .with_app_id(APP_ID)
        .with_icon(window_icon())
        .with_inner_size(vec2(1440.0, 900.0))
        // A screen of 1920×1080 at twice the size has 960×540 points, some of them the desktop's.
        .with_min_inner_size(vec2(800.0, 480.0))
        .with_drag_and_drop(true);
    let UiOptions { open, compare, tour } = options.clone();
    // Held until the window is closed.
    let data = files::user_data();
    // Settings that cannot be read are told of where the library is opened.
    let settings = data.as_ref().and_then(|data| Settings::load(data).ok()).unwrap_or_default();
    let replaced = data.as_ref().map(|data| settings.runs(data));
    let autosave = data.as_ref().zip(replaced.as_ref()).and_then(|(data, kept)| Autosave::claim(data, kept));
    let folder = autosave.as_ref().map(|autosave| autosave.folder().to_owned());
    let last_run = autosave.as_ref().and_then(|autosave| autosave.last_run().map(Path::to_owned));
    let own = eframe::storage_dir(APP_ID)
        .zip(autosave.as_ref())
        .and_then(|(folder, autosave)| own_state(&folder, autosave.number()));
    let (persistence_path, borrowed_state) = own.map_or((None, false), |own| (Some(own.path), own.is_borrowed));
    let native = NativeOptions { viewport, renderer, centered: true, persistence_path, ..NativeOptions::default() };
    eframe::run_native(
        APP_ID,
        native,
        Box::new(move |cc| {
            let notify = Some(repaint(&cc.egui_ctx));
            let of_worker = replaced.clone();
            let options = WorkerOptions { notify, beside_window: true, autosave: folder, replaced: of_worker };
            let client = worker::spawn(options);
            let options = AppOptions {
                open,
                autosave: last_run,
                replaced,
                compare,
                kept: data.as_ref().map(|data| data.join("kept")),
                studies: data.as_ref().map(|data| data.join("studies")),
                library: data,
                tour,
                borrowed_state,
                opening: Some(opening),
                ..AppOptions::default()
            };
            Ok(Box::new(App::new(cc, client, options)))
        }),
    )
}

/// The file of a further window's state.
#[derive(Debug, PartialEq)]
struct OwnState {
    path: PathBuf,
    /// The file is a copy of the first window's, made just now.
    is_borrowed: bool,
}

/// The file in which the window of this number keeps its state, so that windows that are open at the same time do not
/// write over each other's; a new one begins as the first window was left. `None` for the first window, whose file
/// eframe names.
fn own_state(folder: &Path, number: usize) -> Option<OwnState> {
    if number < 2 {
        return None;
    }
    let path = folder.join(format!("app-{number}.ron"));
    // Without a file to copy the window begins as at the first start.
    let first = || std::fs::read(folder.join(STATE_FILE)).ok();
    let is_borrowed = !path.exists() && first().is_some_and(|state| files::write(&path, state).is_ok());
    Some(OwnState { path, is_borrowed })
}

/// A function that wakes the window for news, at most every [`NEWS_PERIOD`]; egui merges repaints that are requested
/// for later.
fn repaint(ctx: &egui::Context) -> Notify {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint_after(NEWS_PERIOD))
}

/// The error message: what is missing, and what works without it.
fn no_window(failures: &[eframe::Error]) -> String {
    let no_display =
        failures.iter().any(|error| matches!(error, eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)));
    let missing = if no_display {
        "there is no display (on Linux: neither WAYLAND_DISPLAY nor DISPLAY leads to one)".to_owned()
    } else {
        let reasons: Vec<String> = failures.iter().map(ToString::to_string).collect();
        format!(
            "there is no graphics adapter that can draw it, neither for wgpu (Vulkan, Metal, DX12) nor for OpenGL ({})",
            reasons.join("; ")
        )
    };
    format!(
        "the window cannot be opened: {missing}.\nElbow works without a window too: `elbow train mnist-2d --out run` \
         trains, `elbow presets` lists what there is."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_08_each_window_keeps_its_own_state_and_begins_with_the_first_one_s() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (folder, path) = (folder.path(), folder.path().join("app-2.ron"));
        assert_eq!(own_state(folder, 1), None);
        let own = |is_borrowed| Some(OwnState { path: path.clone(), is_borrowed });
        assert_eq!(own_state(folder, 2), own(false), "there is nothing to begin with");
        std::fs::write(folder.join(STATE_FILE), "first").expect("the folder is writable");
        assert_eq!(own_state(folder, 2), own(true));
        assert_eq!(std::fs::read_to_string(&path).expect("it was copied"), "first");
        std::fs::write(&path, "second").expect("the folder is writable");
        assert_eq!(own_state(folder, 2), own(false), "it has its own by now");
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "second");
    }
}
