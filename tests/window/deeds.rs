//! Deeds of a user in several steps: train, pause, save a run, evaluate it.

use crate::driver::Window;
use eframe::egui::{Key, Modifiers};
use elbow::worker::RunState;
use std::path::Path;

impl Window {
    /// Train the experiment in the form for a few steps.
    pub fn train(&mut self) {
        self.until_ready();
        self.click("Run: Train");
        self.until("steps are taken", |window| window.session().status.step > 5);
    }

    /// Train the experiment in the form until its run is finished.
    pub fn train_to_the_end(&mut self) {
        self.until_ready();
        self.click("Run: Train");
        self.until("it has finished", |window| matches!(window.session().status.state, RunState::Finished(_)));
    }

    pub fn pause(&mut self) {
        // As the button is called where the form holds another experiment.
        let name = if self.has("Run: Pause run") { "Run: Pause run" } else { "Run: Pause" };
        self.click(name);
        self.until("it has paused", |window| window.session().status.state == RunState::Paused);
    }

    /// Ask for the run to be saved in a folder, and confirm with Enter.
    pub fn save_run(&mut self, folder: &Path) {
        self.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
        self.enter("Path", &folder.display().to_string());
    }

    /// Evaluate log p(x) of a few images through the dialog, until its result is told.
    pub fn evaluate(&mut self) {
        self.key(Modifiers::COMMAND, Key::L);
        self.enter("Importance samples", "3");
        self.enter("Images to evaluate", "20");
        self.click("Evaluate");
        self.until_shown("log p(x) =");
    }
}
