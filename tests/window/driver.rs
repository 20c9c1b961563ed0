//! A window without a screen, and a hand to use it.

use eframe::egui::accesskit::{Action, Role};
use eframe::egui::{DroppedFile, Event, Key, Modifiers, OutputCommand, PointerButton, Pos2, Rect, Shape, Vec2};
use egui_kittest::kittest::{AccessKitNode, NodeT, Queryable, by};
use egui_kittest::{Harness, Node};
use elbow::ui::{App, AppOptions, Session, State};
use elbow::worker::{RunState, WorkerOptions, spawn};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A hang, not a slow machine, takes longer than this.
const PATIENCE: Duration = Duration::from_secs(180);

/// The values that eframe keeps between sessions, in memory.
#[derive(Clone, Default)]
pub struct Kept(HashMap<String, String>);

impl Kept {
    /// Put `new` in the place of `old` in what is kept.
    pub fn replace(mut self, old: &str, new: &str) -> Self {
        let text = self.0.values_mut().find(|text| text.contains(old)).expect("the choice is kept");
        *text = text.replace(old, new);
        self
    }

    /// The text behind `start` in what is kept, up to the next comma.
    pub fn get(&self, start: &str) -> String {
        let found = self.0.values().find_map(|text| text.split(start).nth(1));
        found.and_then(|rest| rest.split(',').next()).expect("it is kept").to_owned()
    }
}

impl eframe::Storage for Kept {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

/// The app in a window of 1600×1000 points, with a worker of its own.
pub struct Window(Harness<'static, App>);

impl Window {
    /// A window at the first start.
    pub fn open() -> Self {
        Self::with(AppOptions::default(), None)
    }

    /// The window that `elbow PATH` opens.
    pub fn open_with(path: &Path) -> Self {
        Self::with(AppOptions { open: Some(path.to_owned()), ..AppOptions::default() }, None)
    }

    /// The window that `elbow tour PAGE` opens.
    pub fn open_tour(page: usize) -> Self {
        Self::with(AppOptions { tour: Some(page), ..AppOptions::default() }, None)
    }

    /// The window that `elbow tour PAGE` opens, of this size in points.
    pub fn open_tour_sized(page: usize, width: f32, height: f32) -> Self {
        let options = AppOptions { tour: Some(page), ..AppOptions::default() };
        Self::sized(options, None, Vec2::new(width, height), 1.0)
    }

    /// A window after a session that has kept these values.
    pub fn reopen(kept: Kept) -> Self {
        Self::with(AppOptions::default(), Some(kept))
    }

    /// A window that writes runs kept for comparison into a folder; `kept` is of a session before, `open` a path to
    /// open.
    pub fn comparing(folder: &Path, kept: Option<Kept>, open: Option<&Path>) -> Self {
        let options =
            AppOptions { kept: Some(folder.to_owned()), open: open.map(Path::to_owned), ..AppOptions::default() };
        Self::with(options, kept)
    }

    /// A further window, which begins with a copy of another's state.
    pub fn beside(kept: Kept) -> Self {
        Self::with(AppOptions { borrowed_state: true, ..AppOptions::default() }, Some(kept))
    }

    /// A window with an autosaved run to continue.
    pub fn after_crash(autosave: &Path) -> Self {
        Self::with(AppOptions { autosave: Some(autosave.to_owned()), ..AppOptions::default() }, None)
    }

    /// The window that `elbow PATH` opens, with a folder in which replaced runs are kept.
    pub fn keeping(path: &Path, replaced: &Path) -> Self {
        let (open, replaced) = (Some(path.to_owned()), Some(replaced.to_owned()));
        Self::with(AppOptions { open, replaced, ..AppOptions::default() }, None)
    }

    /// The window that `elbow PATH` opens, with a folder for the studies that it runs.
    pub fn studying(studies: &Path, path: &Path) -> Self {
        let program = Some(PathBuf::from(env!("CARGO_BIN_EXE_elbow")));
        let (open, studies) = (Some(path.to_owned()), Some(studies.to_owned()));
        Self::with(AppOptions { open, studies, program, ..AppOptions::default() }, None)
    }

    /// A window with the library whose settings are in a folder.
    pub fn with_library(data: &Path) -> Self {
        Self::with(AppOptions { library: Some(data.to_owned()), ..AppOptions::default() }, None)
    }

    /// A window with the library whose settings are in a folder, whose further windows this program opens.
    pub fn with_library_and(data: &Path, program: &Path) -> Self {
        let (library, program) = (Some(data.to_owned()), Some(program.to_owned()));
        Self::with(AppOptions { library, program, ..AppOptions::default() }, None)
    }

    /// The window that `elbow PATH` opens, which finds Slurm's commands in a folder.
    pub fn with_slurm(path: &Path, slurm: &Path) -> Self {
        let (open, slurm) = (Some(path.to_owned()), Some(slurm.to_owned()));
        Self::with(AppOptions { open, slurm, ..AppOptions::default() }, None)
    }

    /// A window at the first start, of this size in points, on a screen of `scale` pixels a point.
    pub fn open_sized(width: f32, height: f32, scale: f32) -> Self {
        Self::sized(AppOptions::default(), None, Vec2::new(width, height), scale)
    }

    /// The window that `elbow PATH` opens, of this size in points.
    pub fn open_sized_with(path: &Path, width: f32, height: f32) -> Self {
        let options = AppOptions { open: Some(path.to_owned()), ..AppOptions::default() };
        Self::sized(options, None, Vec2::new(width, height), 1.0)
    }

    fn with(options: AppOptions, kept: Option<Kept>) -> Self {
        Self::sized(options, kept, Vec2::new(1600.0, 1000.0), 1.0)
    }

    fn sized(options: AppOptions, kept: Option<Kept>, size: Vec2, scale: f32) -> Self {
        // The test lives as long as its storage need be.
        let storage: Option<&'static Kept> = kept.map(|kept| &*Box::leak(Box::new(kept)));
        let harness =
            Harness::builder().with_size(size).with_pixels_per_point(scale).with_step_dt(1.0 / 30.0).build_eframe(
                |cc| {
                    cc.storage = storage.map(|storage| storage as &dyn eframe::Storage);
                    let replaced = options.replaced.clone();
                    let worker = WorkerOptions { replaced, beside_window: true, ..WorkerOptions::default() };
                    App::new(cc, spawn(worker), options)
                },
            );
        let mut window = Self(harness);
        window.frames(3);
        window
    }

    /// The values that the window would keep if it were closed now.
    pub fn keep(&mut self) -> Kept {
        let mut kept = Kept::default();
        eframe::App::save(self.0.state_mut(), &mut kept);
        kept
    }

    pub fn state(&self) -> &State {
        self.0.state().state()
    }

    pub fn session(&self) -> &Session {
        self.0.state().session()
    }

    pub fn frames(&mut self, count: usize) {
        self.0.run_steps(count);
    }

    /// Frames until something is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !so(self) {
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain until {what}; the run is {:?}",
                self.session().status.state
            );
            self.frames(1);
            std::thread::sleep(Duration::from_millis(5));
        }
        self.frames(2);
    }

    /// Frames until the experiment that was asked for last is built and waits for Train.
    pub fn until_ready(&mut self) {
        self.until("a model is ready", |window| {
            let session = window.session();
            session.is_settled() && session.status.state == RunState::Paused && session.status.experiment.is_some()
        });
    }

    /// Frames until this text is on the screen.
    pub fn until_shown(&mut self, text: &str) {
        self.until(&format!("“{text}” is shown"), |window| window.shows(text));
    }

    /// Whether a text is on the screen, or a part of one.
    pub fn shows(&self, text: &str) -> bool {
        self.0.query_all(by().predicate(move |node| has_text(node, text))).next().is_some()
    }

    /// The one control of this name. The text on a control is a part of it.
    pub fn control<'a>(&'a self, name: &'a str) -> Node<'a> {
        self.query(name).unwrap_or_else(|| self.0.get_by_label(name))
    }

    /// The one control or text of this name, if it is there.
    fn query<'a>(&'a self, name: &'a str) -> Option<Node<'a>> {
        let controls = by().label(name).predicate(|node| node.role() != Role::Label);
        self.0.query(controls).or_else(|| self.0.query_by_label(name))
    }

    /// The whole name of the control that has this in it.
    pub fn name_of(&self, part: &str) -> String {
        self.0.get_by_label_contains(part).accesskit_node().label().expect("it has a name")
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.query_by_label(name).is_some()
    }

    pub fn click(&mut self, name: &str) {
        self.control(name).scroll_to_me();
        // Scrolling takes a moment.
        self.frames(12);
        self.until(&format!("“{name}” can be used"), |window| window.is_enabled(name));
        self.press_at(name, |window| window.query(name).map(|node| node.rect()));
    }

    /// Press and let go at the middle of a control. A hand that finds the control elsewhere when it gets there, because
    /// something above it has just come or gone, goes after it.
    fn press_at(&mut self, what: &str, place: impl Fn(&Self) -> Option<Rect>) {
        for _ in 0..100 {
            let at = place(self).unwrap_or_else(|| panic!("“{what}” has gone")).center();
            self.0.hover_at(at);
            self.frames(1);
            // egui gives a press to what was under the pointer in the frame before.
            if !place(self).is_some_and(|place| place.contains(at)) {
                continue;
            }
            self.button(at, true);
            let was_under_it = place(self).is_none_or(|place| place.contains(at));
            self.button(at, false);
            self.frames(2);
            if was_under_it {
                return;
            }
        }
        panic!("“{what}” never stands still");
    }

    /// Press the primary button, or let it go.
    fn button(&mut self, pos: Pos2, pressed: bool) {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        self.0.event(Event::PointerButton { pos, button, pressed, modifiers });
        self.frames(1);
    }

    /// Press and let go at a place.
    pub fn press(&mut self, at: Pos2) {
        self.0.hover_at(at);
        self.frames(1);
        self.0.drag_at(at);
        self.frames(2);
        self.0.drop_at(at);
        self.frames(2);
    }

    /// Click the last of several controls of a name.
    pub fn click_last(&mut self, name: &str) {
        self.item(name).scroll_to_me();
        // Scrolling takes a moment.
        self.frames(12);
        self.item(name).click();
        self.frames(3);
    }

    /// Whether a text is painted that has this in it, on a plot say.
    pub fn paints(&self, text: &str) -> bool {
        let mut texts = Vec::new();
        self.0.output().shapes.iter().for_each(|clipped| texts_of(&clipped.shape, &mut texts));
        texts.iter().any(|painted| painted.contains(text))
    }

    /// Whether this text is painted, and nothing else with it.
    pub fn paints_exactly(&self, text: &str) -> bool {
        let mut texts = Vec::new();
        self.0.output().shapes.iter().for_each(|clipped| texts_of(&clipped.shape, &mut texts));
        texts.iter().any(|painted| painted == text)
    }

    /// Click twice, as fast as a hand does.
    pub fn double_click(&mut self, name: &str) {
        for _ in 0..2 {
            self.control(name).click();
            self.frames(1);
        }
        self.frames(2);
    }

    /// Click with the other button.
    pub fn right_click(&mut self, name: &str) {
        self.item(name).scroll_to_me();
        self.frames(12);
        self.item(name).click_secondary();
        self.frames(3);
    }

    /// The place of the one control of this name, in points.
    pub fn place(&self, name: &str) -> Rect {
        self.control(name).rect()
    }

    /// Let the pointer rest at a place.
    pub fn hover(&mut self, at: Pos2) {
        self.0.hover_at(at);
        self.frames(3);
    }

    /// Give the window another size, in points.
    pub fn resize(&mut self, width: f32, height: f32) {
        self.0.set_size(Vec2::new(width, height));
        self.frames(3);
    }

    /// The size of the window in points.
    pub fn size(&self) -> Vec2 {
        self.0.ctx.content_rect().size()
    }

    /// Type where the keyboard is.
    pub fn type_text(&mut self, text: &str) {
        self.0.event(Event::Text(text.to_owned()));
        self.frames(2);
    }

    /// Click; the text that was copied, if one was.
    pub fn click_to_copy(&mut self, name: &str) -> Option<String> {
        self.control(name).click();
        let copied = |window: &Self| {
            let commands = &window.0.output().platform_output.commands;
            commands.iter().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            })
        };
        (0..3).find_map(|_| {
            self.frames(1);
            copied(self)
        })
    }

    /// Click the first of several controls of a name.
    pub fn click_first(&mut self, name: &str) {
        self.0.get_all_by_label(name).next().expect("get_all finds one").click();
        self.frames(3);
    }

    /// Open a drop-down list or a menu, and choose.
    pub fn choose(&mut self, list: &str, item: &str) {
        self.click(list);
        // The list's button shows the chosen item too; the open list is drawn after it. A long list scrolls.
        self.item(item).scroll_to_me();
        self.frames(12);
        self.item(item).click();
        self.frames(3);
    }

    /// The last control of a name; a text that says the same, such as the run's name over the panes, is none.
    fn item<'a>(&'a self, name: &'a str) -> Node<'a> {
        let is_control = |node: &Node<'_>| node.accesskit_node().role() != Role::Label;
        self.0.get_all_by_label(name).rfind(is_control).expect("there is such a control")
    }

    /// Type into a number's or a text's field in place of what is there, and press Enter.
    pub fn enter(&mut self, name: &str, text: &str) {
        // A hand that misses a field, since something above it has just come or gone, tries again.
        for _ in 0..5 {
            self.click(name);
            if self.control(name).accesskit_node().is_focused() {
                break;
            }
        }
        self.0.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.0.event(Event::Text(text.to_owned()));
        self.frames(2);
        self.key(Modifiers::NONE, Key::Enter);
    }

    /// Drag a control onto another, `below` points under its centre.
    pub fn drag(&mut self, from: &str, to: &str, below: f32) {
        let start = self.control(from).rect().center();
        let end = self.control(to).rect().center() + Vec2::new(0.0, below);
        self.0.hover_at(start);
        self.frames(1);
        self.0.drag_at(start);
        self.frames(1);
        for share in [0.2, 0.6, 1.0] {
            self.0.hover_at(start + share * (end - start));
            self.frames(1);
        }
        self.0.drop_at(end);
        self.frames(3);
    }

    pub fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.0.key_press_modifiers(modifiers, key);
        self.frames(3);
    }

    /// Put the keyboard on the control whose name begins so, and press a key many times.
    pub fn press_on(&mut self, start: &str, key: Key, times: usize) {
        let name = self.name_starting(start);
        self.control(&name).focus();
        self.frames(2);
        for _ in 0..times {
            self.0.key_press_modifiers(Modifiers::NONE, key);
            self.frames(1);
        }
    }

    /// Let time pass without a frame, as where nothing wakes the window.
    pub fn sleep(&mut self, seconds: f64) {
        let now = self.0.ctx.input(|input| input.time);
        self.0.input_mut().time = Some(now + seconds);
        self.0.step();
        // From here on by frames again.
        self.0.input_mut().time = None;
        self.frames(1);
    }

    /// Number of controls or texts of this name.
    pub fn count(&self, name: &str) -> usize {
        self.0.query_all_by_label(name).count()
    }

    /// Whether the window sleeps once it has drawn what is new: nothing but the clock or news wakes it.
    pub fn rests(&mut self) -> bool {
        // News of what was done just now may still be on its way.
        for _ in 0..100 {
            self.frames(1);
            std::thread::sleep(Duration::from_millis(10));
        }
        let viewports = &self.0.output().viewport_output;
        viewports.values().all(|viewport| viewport.repaint_delay > Duration::from_millis(500))
    }

    /// A text on the screen that holds more digits in a row than anybody reads, if there is one.
    pub fn longest_number(&self) -> Option<String> {
        let long = |text: &str| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 9);
        let mut texts = Vec::new();
        self.0.output().shapes.iter().for_each(|clipped| texts_of(&clipped.shape, &mut texts));
        assert!(texts.len() > 50, "{} texts are painted", texts.len());
        texts.into_iter().find(|text| long(text))
    }

    /// Whether a control can be used.
    pub fn is_enabled(&self, name: &str) -> bool {
        !self.control(name).accesskit_node().is_disabled()
    }

    /// The title that the window asks its frame to show.
    pub fn title(&self) -> String {
        self.0.state().title().to_owned()
    }

    /// Drop a file on the window.
    pub fn drop_file(&mut self, path: &Path) {
        self.0.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
        self.frames(2);
    }

    /// The places of all texts that contain this one.
    pub fn texts(&self, text: &str) -> Vec<Rect> {
        self.0.query_all(by().predicate(move |node| has_text(node, text))).map(|node| node.rect()).collect()
    }

    /// Whether there is a control or text whose name begins so.
    pub fn has_start(&self, start: &str) -> bool {
        let begins = |node: &AccessKitNode<'_>| node.label().is_some_and(|label| label.starts_with(start));
        self.0.query_all(by().predicate(begins)).next().is_some()
    }

    /// The name of the first control whose name begins so.
    pub fn name_starting(&self, start: &str) -> String {
        let begins = |node: &AccessKitNode<'_>| node.label().is_some_and(|label| label.starts_with(start));
        let node = self.0.query_all(by().predicate(begins)).next().expect("one begins so");
        node.accesskit_node().label().expect("it has a name")
    }

    /// The controls that can be used with a pointer or the keyboard and have no name: role and place of each. Scroll
    /// bars, tab bars and the lines between panes have no name in the libraries that draw them.
    pub fn nameless(&self) -> Vec<String> {
        let of_use = |node: &AccessKitNode<'_>| {
            let usable = node.data().supports_action(Action::Click) || node.data().supports_action(Action::Focus);
            let named = node.label().is_some_and(|label| !label.trim().is_empty());
            let drawn_by_others = matches!(node.role(), Role::Unknown | Role::ScrollBar);
            usable && !drawn_by_others && !named && node.value().is_none_or(|value| value.trim().is_empty())
        };
        let found = self.0.query_all(by().predicate(of_use));
        found.map(|node| format!("{:?} at {}", node.accesskit_node().role(), node.rect())).collect()
    }

    /// The place of every control that can be used and whose name no other has.
    pub fn places(&self) -> HashMap<String, Rect> {
        let of_use = |node: &AccessKitNode<'_>| node.data().supports_action(Action::Click);
        let mut places: HashMap<String, Vec<Rect>> = HashMap::new();
        for node in self.0.query_all(by().predicate(of_use)) {
            if let Some(name) = node.accesskit_node().label() {
                places.entry(name).or_default().push(node.rect());
            }
        }
        places.into_iter().filter_map(|(name, rects)| (rects.len() == 1).then(|| (name, rects[0]))).collect()
    }

    /// Every control can be named by who cannot see it.
    pub fn check_names(&self) {
        self.0.check_accessibility();
    }
}

/// A file as the desktop hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// The texts that are painted by a shape.
fn texts_of(shape: &Shape, texts: &mut Vec<String>) {
    match shape {
        Shape::Text(text) => texts.push(text.galley.text().to_owned()),
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts_of(shape, texts)),
        _ => {}
    }
}

fn has_text(node: &AccessKitNode<'_>, text: &str) -> bool {
    let within = |found: Option<String>| found.is_some_and(|found| found.contains(text));
    within(node.label()) || within(node.value())
}
