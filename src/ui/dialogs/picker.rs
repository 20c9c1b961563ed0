//! The system's file dialog, on a thread of its own: it may stay open for minutes, and no frame may wait for it.
//!
//! The dialog returns `None` both if the user cancels and if the system has no such dialog, so every question also
//! accepts a typed path.

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui::Context;
use std::path::{Path, PathBuf};

/// The kind of file or folder to choose.
#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    /// An existing file with one of these endings.
    File {
        what: &'static str,
        endings: &'static [&'static str],
    },
    Folder,
    /// A file to write, with one of these endings.
    Save {
        what: &'static str,
        endings: &'static [&'static str],
    },
}

/// At most one open file dialog, and its result.
#[derive(Default)]
pub struct Picker {
    waiting: Option<Receiver<Option<PathBuf>>>,
}

impl Picker {
    /// Open the system's dialog, unless one is open; `at` is a folder or file to start from.
    pub fn ask(&mut self, ctx: &Context, pick: Pick, at: &Path) {
        if self.waiting.is_some() {
            return;
        }
        let (sender, receiver) = bounded(1);
        let (ctx, at) = (ctx.clone(), at.to_owned());
        let thread = std::thread::Builder::new().name("elbow-file-dialog".into()).spawn(move || {
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send(open(&pick, &at));
            ctx.request_repaint();
        });
        // Without a thread there is no dialog; the path can still be typed.
        self.waiting = thread.is_ok().then_some(receiver);
    }

    /// Whether the system's dialog is open.
    pub fn is_open(&self) -> bool {
        self.waiting.is_some()
    }

    /// The path chosen since the last call.
    pub fn poll(&mut self) -> Option<PathBuf> {
        let answer = match self.waiting.as_ref()?.try_recv() {
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => None,
        };
        self.waiting = None;
        answer
    }
}

fn open(pick: &Pick, at: &Path) -> Option<PathBuf> {
    let mut dialog = rfd::FileDialog::new();
    let folder = if at.is_dir() { Some(at) } else { at.parent().filter(|folder| folder.is_dir()) };
    if let Some(folder) = folder {
        dialog = dialog.set_directory(folder);
    }
    match pick {
        Pick::File { what, endings } => dialog.add_filter(*what, endings).pick_file(),
        Pick::Folder => dialog.pick_folder(),
        Pick::Save { what, endings } => {
            if let Some(name) = at.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.add_filter(*what, endings).save_file()
        }
    }
}
