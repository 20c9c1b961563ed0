//! The actions: everything that a user can do from a menu, a button or a key, in one table.

use super::pane::KeyGroup;
use super::panes::PaneKind;
use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers, ThemePreference};
use serde::{Deserialize, Serialize};

/// An action of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    New,
    /// The gallery of presets.
    Presets,
    Open,
    OpenRun,
    SaveExperiment,
    SaveExperimentAs,
    SaveRun,
    Quit,
    Undo,
    Redo,
    CopyExperiment,
    PasteExperiment,
    /// Open the command palette, which finds anything by its name.
    Palette,
    /// Train, pause or continue, whichever follows from the state of the run.
    TrainOrPause,
    Step,
    Stop,
    Restart,
    RestartWithNewSeed,
    Extend,
    Evaluate,
    MeasureGradients,
    /// Train the form's experiment after all that waits.
    AddToQueue,
    CompareRun,
    KeepRun,
    /// Look at the kept state before, the next one, the best, or the run itself again.
    LookBack,
    LookForward,
    LookBest,
    LookLive,
    /// Go through the kept states one after another.
    PlayHistory,
    /// Begin a new run at the state that is looked at.
    ForkHere,
    /// Write the way through the kept states as a moving picture.
    Film,
    /// Name, run or save the study that the form stands for.
    RunStudy,
    SaveStudy,
    OpenStudy,
    ToggleExperiment,
    ToggleNetwork,
    /// Bring a pane to the front, or hide it if it is in sight.
    TogglePane(PaneKind),
    /// Show the pane that was last pointed at alone in the window, or all panes again.
    Maximise,
    /// Show the pane that was last pointed at alone on the whole screen, larger; or all panes again.
    Present,
    SaveLayout,
    ResetLayout,
    Theme(ThemeChoice),
    ZoomIn,
    ZoomOut,
    ZoomReset,
}

/// egui's theme preference, as a type that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    Dark,
    Light,
    System,
}

impl From<ThemeChoice> for ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::Dark => Self::Dark,
            ThemeChoice::Light => Self::Light,
            ThemeChoice::System => Self::System,
        }
    }
}

const fn command(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn command_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

const fn alt(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::ALT, key))
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

impl Action {
    /// The action's name in menus, on buttons and in the list of shortcuts, and its effect in a sentence.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::New => ("New experiment", "Put the default experiment in the form."),
            Self::Presets => ("Presets…", "The bundled experiments as a course: what each shows, and what it costs."),
            Self::Open => ("Open…", "Open an experiment (.ron), or a PNG that carries one."),
            Self::OpenRun => ("Open run folder…", "Read a saved run: its model, its curves, its experiment."),
            Self::SaveExperiment => ("Save experiment", "Write the experiment as RON, where it was saved before."),
            Self::SaveExperimentAs => ("Save experiment as…", "Write the experiment as RON to another file."),
            Self::SaveRun => ("Save run…", "Write model, optimiser, metrics and experiment as a run folder."),
            Self::Quit => ("Quit", "Close the window; the run is autosaved."),
            Self::Undo => ("Undo", "Take back the last edit of the experiment."),
            Self::Redo => ("Redo", "Make the edit again."),
            Self::CopyExperiment => ("Copy experiment", "Copy the experiment as RON text."),
            Self::PasteExperiment => ("Paste experiment…", "Put RON text from the clipboard in the form."),
            Self::Palette => ("Find…", "Find an action, a pane, a preset, a run or a field by its name."),
            Self::TrainOrPause => ("Train or pause", "Train the experiment; pause it; go on."),
            Self::Step => ("Take one step", "One optimiser step, then pause."),
            Self::Stop => ("Stop", "End the run; the model stays to look at, save and extend."),
            Self::Restart => ("Restart", "Train from the start with what the form says."),
            Self::RestartWithNewSeed => ("Restart with a new seed", "The same experiment from other random numbers."),
            Self::Extend => ("Extend…", "Train for longer than was planned."),
            Self::Evaluate => {
                ("Evaluate log p(x)…", "Estimate log p(x) by importance sampling, and the gap to the bound.")
            }
            Self::MeasureGradients => (
                "Measure gradients",
                "Signal-to-noise ratios of every gradient estimator against K, in the gradient lab.",
            ),
            Self::AddToQueue => ("Add to queue", "Train what the form says after all that waits; the form stays free."),
            Self::CompareRun => ("Compare with a run…", "Draw a saved run's curves beside this run's."),
            Self::KeepRun => ("Keep for comparison", "Keep this run's curves as they are now, beside what comes."),
            Self::LookBack => ("Earlier state", "Look at the kept state before: all panes show it."),
            Self::LookForward => ("Later state", "Look at the next kept state: all panes show it."),
            Self::LookBest => ("Best state", "Look at the state with the highest bound on the whole validation split."),
            Self::LookLive => ("Live", "Look at the run as it is again."),
            Self::PlayHistory => ("Play history", "Look at one kept state after another, up to now; again to stop."),
            Self::ForkHere => (
                "Fork from here…",
                "Begin a new run at the state that is looked at, with what the form says; this run is kept.",
            ),
            Self::Film => {
                ("Film…", "Write a moving picture (APNG or GIF): the training, or a way through latent space.")
            }
            Self::RunStudy => {
                ("Study of the form…", "Name, run or save the study that the form and its varied fields are.")
            }
            Self::SaveStudy => {
                ("Save study…", "Write experiment and varied fields as RON: the file that `elbow study` runs.")
            }
            Self::OpenStudy => {
                ("Open study…", "Follow a study's folder, whoever runs it, or put a study's file in the form.")
            }
            Self::ToggleExperiment => ("Experiment", "Show or hide the experiment panel."),
            Self::ToggleNetwork => ("Network drawing", "Show or hide the drawing below the experiment."),
            Self::TogglePane(kind) => (kind.title(), kind.about()),
            Self::Maximise => {
                ("Maximise pane", "The pane under the pointer in place of all; again, or Escape, for all.")
            }
            Self::Present => (
                "Present pane",
                "The pane under the pointer on the whole screen, with larger text and lines; again, or Escape, to end.",
            ),
            Self::SaveLayout => ("Save layout…", "Keep where the panes are, under a name, to choose it again."),
            Self::ResetLayout => ("Reset layout", "All panes to where they lie at first in a window of this size."),
            Self::Theme(ThemeChoice::Dark) => ("Dark", "Dark theme."),
            Self::Theme(ThemeChoice::Light) => ("Light", "Light theme."),
            Self::Theme(ThemeChoice::System) => ("As the system", "Dark or light as the desktop says."),
            Self::ZoomIn => ("Larger", "Everything a tenth larger."),
            Self::ZoomOut => ("Smaller", "Everything a tenth smaller."),
            Self::ZoomReset => ("Normal size", "The size that the desktop asks for."),
        }
    }

    /// The action's name.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// The action's key, if it has one.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::New => command(Key::N),
            Self::Presets => command_shift(Key::P),
            Self::Open => command(Key::O),
            Self::OpenRun => command_shift(Key::O),
            Self::SaveExperiment => command(Key::S),
            Self::SaveExperimentAs => command_shift(Key::S),
            Self::SaveRun => command_shift(Key::E),
            Self::Quit => command(Key::Q),
            Self::Undo => command(Key::Z),
            Self::Redo => command_shift(Key::Z),
            Self::CopyExperiment => command_shift(Key::C),
            Self::PasteExperiment => command_shift(Key::V),
            Self::TrainOrPause => plain(Key::Space),
            Self::Step => command(Key::Period),
            Self::Stop => command_shift(Key::Period),
            Self::Restart => command(Key::R),
            Self::RestartWithNewSeed => command_shift(Key::R),
            Self::Extend => command(Key::E),
            Self::Evaluate => command(Key::L),
            Self::MeasureGradients => command_shift(Key::G),
            Self::Palette => command(Key::K),
            Self::AddToQueue => command_shift(Key::Enter),
            Self::CompareRun => command_shift(Key::A),
            Self::KeepRun => command_shift(Key::K),
            Self::LookBack => alt(Key::ArrowLeft),
            Self::LookForward => alt(Key::ArrowRight),
            Self::LookBest => alt(Key::B),
            Self::LookLive => alt(Key::L),
            Self::PlayHistory => alt(Key::P),
            Self::ForkHere => alt(Key::F),
            Self::Film => alt(Key::M),
            Self::RunStudy => command_shift(Key::T),
            Self::SaveStudy => command_shift(Key::F),
            Self::OpenStudy => command_shift(Key::U),
            Self::ToggleExperiment => command(Key::B),
            Self::ToggleNetwork => command_shift(Key::N),
            Self::TogglePane(kind) if is_function_key(kind.key()) => plain(kind.key()),
            Self::TogglePane(kind) => command(kind.key()),
            Self::Maximise => command(Key::M),
            Self::Present => plain(Key::F11),
            Self::SaveLayout => command_shift(Key::W),
            Self::ResetLayout => command_shift(Key::L),
            Self::Theme(ThemeChoice::Dark) => command_shift(Key::D),
            Self::Theme(ThemeChoice::Light) => command_shift(Key::B),
            Self::Theme(ThemeChoice::System) => command_shift(Key::Y),
            Self::ZoomIn => command(Key::Plus),
            Self::ZoomOut => command(Key::Minus),
            Self::ZoomReset => command(Key::Num0),
        }
    }

    /// A second key of the action, which hands know from other programs.
    pub fn other_shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::Redo => command(Key::Y),
            _ => None,
        }
    }

    /// The shortcut as this system writes it, keys by their sign; or nothing.
    pub fn shortcut_text(self, ctx: &Context) -> String {
        self.shortcut().map_or_else(String::new, |shortcut| shortcut_text(ctx, &shortcut))
    }

    /// The action's effect, with its shortcut.
    pub fn tooltip(self, ctx: &Context) -> String {
        let (_, hint) = self.words();
        match self.shortcut() {
            Some(shortcut) => format!("{hint} ({})", shortcut_text(ctx, &shortcut)),
            None => hint.to_owned(),
        }
    }

    /// Every action.
    pub fn all() -> impl Iterator<Item = Self> {
        MENUS.iter().flat_map(|menu| menu.items).flat_map(Item::actions)
    }
}

/// Whether a key is one of F1, F2, …, which need no other key with them.
pub fn is_function_key(key: Key) -> bool {
    key.name().len() > 1 && key.name().starts_with('F')
}

/// Every action with its key, by menu.
pub fn key_groups(ctx: &Context) -> Vec<KeyGroup> {
    let key = |action: Action| {
        let also = action.other_shortcut().map_or(String::new(), |also| format!(", {}", shortcut_text(ctx, &also)));
        let (name, about) = action.words();
        (action.shortcut_text(ctx) + &also, name, about)
    };
    let of_menu = |menu: &Menu| menu.items.iter().flat_map(Item::actions).map(key).collect();
    MENUS.iter().map(|menu| KeyGroup { title: menu.title, keys: of_menu(menu) }).collect()
}

/// A shortcut as this system writes it, its key by the sign that is on it: "Ctrl+.", not "Ctrl+Period".
fn shortcut_text(ctx: &Context, shortcut: &KeyboardShortcut) -> String {
    let (text, key) = (ctx.format_shortcut(shortcut), shortcut.logical_key);
    // egui's signs of the arrows are in none of its fonts.
    let sign = match key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::ArrowUp => "↑",
        Key::ArrowDown => "↓",
        _ => key.symbol_or_name(),
    };
    let modifiers = text.strip_suffix(key.name()).or_else(|| text.strip_suffix(key.symbol_or_name()));
    modifiers.map_or_else(|| text.clone(), |modifiers| format!("{modifiers}{sign}"))
}

/// A menu of the menu bar.
pub struct Menu {
    pub title: &'static str,
    pub items: &'static [Item],
}

/// An entry of a menu.
pub enum Item {
    Action(Action),
    /// Every pane that looks at the run, to show or hide.
    Panes,
    /// The layouts of the panes, to choose one.
    Layouts,
    Separator,
    /// The files opened recently.
    Recent,
    /// The replaced runs that were kept, to read one again.
    Replaced,
    /// The studies that come with Elbow.
    Studies,
}

impl Item {
    /// The actions behind this entry. Files and layouts are no actions.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        let action = if let Self::Action(action) = self { Some(*action) } else { None };
        let panes = matches!(self, Self::Panes).then(PaneKind::of_the_run);
        action.into_iter().chain(panes.into_iter().flatten().map(Action::TogglePane))
    }
}

use Item::{Action as Do, Layouts, Panes, Recent, Replaced, Separator, Studies};

/// The menu bar.
pub const MENUS: &[Menu] = &[
    Menu {
        title: "File",
        items: &[
            Do(Action::New),
            Do(Action::Presets),
            Do(Action::Open),
            Do(Action::OpenRun),
            Recent,
            Replaced,
            Separator,
            Do(Action::SaveExperiment),
            Do(Action::SaveExperimentAs),
            Do(Action::SaveRun),
            Separator,
            Do(Action::Quit),
        ],
    },
    Menu {
        title: "Edit",
        items: &[
            Do(Action::Undo),
            Do(Action::Redo),
            Separator,
            Do(Action::CopyExperiment),
            Do(Action::PasteExperiment),
            Separator,
            Do(Action::Palette),
        ],
    },
    Menu {
        title: "Run",
        items: &[
            Do(Action::TrainOrPause),
            Do(Action::Step),
            Do(Action::Stop),
            Separator,
            Do(Action::Restart),
            Do(Action::RestartWithNewSeed),
            Do(Action::AddToQueue),
            Do(Action::Extend),
            Separator,
            Do(Action::Evaluate),
            Do(Action::MeasureGradients),
            Separator,
            Do(Action::KeepRun),
            Do(Action::CompareRun),
            Separator,
            Do(Action::LookBack),
            Do(Action::LookForward),
            Do(Action::PlayHistory),
            Do(Action::LookBest),
            Do(Action::LookLive),
            Do(Action::ForkHere),
            Do(Action::Film),
        ],
    },
    Menu { title: "Study", items: &[Do(Action::RunStudy), Do(Action::SaveStudy), Do(Action::OpenStudy), Studies] },
    Menu {
        title: "View",
        items: &[
            Do(Action::ToggleExperiment),
            Do(Action::ToggleNetwork),
            Separator,
            Panes,
            Separator,
            Do(Action::Maximise),
            Do(Action::Present),
            Layouts,
            Do(Action::SaveLayout),
            Do(Action::ResetLayout),
            Separator,
            Do(Action::Theme(ThemeChoice::Dark)),
            Do(Action::Theme(ThemeChoice::Light)),
            Do(Action::Theme(ThemeChoice::System)),
            Separator,
            Do(Action::ZoomIn),
            Do(Action::ZoomOut),
            Do(Action::ZoomReset),
        ],
    },
    Menu {
        title: "Help",
        items: &[
            Do(Action::TogglePane(PaneKind::Tour)),
            Do(Action::TogglePane(PaneKind::Guide)),
            Do(Action::TogglePane(PaneKind::Shortcuts)),
            Do(Action::TogglePane(PaneKind::Glossary)),
            Separator,
            Do(Action::TogglePane(PaneKind::About)),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_shortcut_of_its_own() {
        let mut taken = Vec::new();
        for action in Action::all() {
            let shortcut = action.shortcut().expect("every action has a shortcut");
            assert!(!taken.contains(&shortcut), "{action:?} shares {shortcut:?}");
            taken.push(shortcut);
            if let Some(other) = action.other_shortcut() {
                assert!(!taken.contains(&other), "{action:?} shares {other:?}");
                taken.push(other);
            }
        }
        assert!(taken.len() > 25);
    }

    /// The guide's table of panes has each pane of the run with the key that opens it.
    #[test]
    fn the_guide_names_the_key_of_every_pane() {
        let ctx = Context::default();
        ctx.set_os(eframe::egui::os::OperatingSystem::Nix);
        let page = include_str!("../../assets/guide/window.md");
        for kind in PaneKind::of_the_run() {
            let row = format!("| {} | {} |", kind.title(), Action::TogglePane(kind).shortcut_text(&ctx));
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn item_15_keys_are_named_by_their_sign() {
        let ctx = Context::default();
        ctx.set_os(eframe::egui::os::OperatingSystem::Nix);
        let text = |action: Action| action.shortcut_text(&ctx);
        assert_eq!(text(Action::Step), "Ctrl+.");
        assert_eq!(text(Action::Stop), "Ctrl+Shift+.");
        assert_eq!(text(Action::ZoomIn), "Ctrl++");
        assert_eq!(text(Action::ZoomOut), "Ctrl+−");
        assert_eq!(text(Action::TrainOrPause), "Space");
        assert_eq!(text(Action::TogglePane(PaneKind::Kl)), "Ctrl+2");
        assert_eq!(text(Action::LookBack), "Alt+←");
    }
}
