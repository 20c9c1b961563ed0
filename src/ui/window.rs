//! Opening the window.

use super::app::{App, AppOptions};
use super::icons::window_icon;
use crate::library::Settings;
use crate::worker::{self, Autosave, Notify, WorkerOptions};
use eframe::egui::{self, ViewportBuilder, vec2};
use eframe::{NativeOptions, Renderer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Least time between two redraws of the window for news from the worker.
const NEWS_PERIOD: Duration = Duration::from_millis(33);

/// The options with which the window is opened.
#[derive(Clone, Debug, Default)]
pub struct UiOptions {
    /// A path to open at once: an experiment, a PNG that carries one, a run folder, or data.
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
        .with_app_id("elbow")
        .with_icon(window_icon())
        .with_inner_size(vec2(1440.0, 900.0))
        // A screen of 1920×1080 at twice the size has 960×540 points, some of them the desktop's.
        .with_min_inner_size(vec2(800.0, 480.0))
        .with_drag_and_drop(true);
    let native = NativeOptions { viewport, renderer, centered: true, ..NativeOptions::default() };
    let UiOptions { open, compare, tour } = options.clone();
    // Held until the window is closed.
    let data = crate::files::user_data();
    // Settings that cannot be read are told of where the library is opened.
    let settings = data.as_ref().and_then(|data| Settings::load(data).ok()).unwrap_or_default();
    let replaced = data.as_ref().map(|data| settings.runs(data));
    let autosave = data.as_ref().zip(replaced.as_ref()).and_then(|(data, kept)| Autosave::claim(data, kept));
    let folder = autosave.as_ref().map(|autosave| autosave.folder().to_owned());
    let last_run = autosave.as_ref().and_then(|autosave| autosave.last_run().map(Path::to_owned));
    eframe::run_native(
        "elbow",
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
                opening: Some(opening),
                ..AppOptions::default()
            };
            Ok(Box::new(App::new(cc, client, options)))
        }),
    )
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
