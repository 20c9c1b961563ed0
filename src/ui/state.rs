//! The state that the window keeps between two sessions, in one serialisable object.

use super::action::ThemeChoice;
use super::curves::Spread;
use super::layouts::{DockLayout, NamedLayout, Room, default_layout, default_layout_like, in_sight, mended};
use super::panes::{PaneKind, Panes};
use super::queue::Queue;
use super::solo::Solo;
use super::studies::Varied;
use super::timeline::Speed;
use super::undo::Undo;
use crate::experiment::{Experiment, Source, preset, presets};
use crate::export::GridOptions;
use crate::files::safe_name;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Height of a window, in points, that has room for the network drawing under the form.
const NETWORK_FROM: f32 = 860.0;

/// Files kept in the File menu.
const RECENT_MAX: usize = 8;

/// The state that the window keeps between two sessions.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The experiment in the form.
    pub experiment: Experiment,
    pub(crate) undo: Undo<Experiment>,
    /// The fields of the form that are varied.
    pub varied: Varied,
    /// Number of the network in the form, counted over all that were put into it, so that what is unfolded in one is
    /// not in the next.
    #[serde(skip)]
    pub(crate) edition: u64,
    /// The file that "Save experiment" writes, once there is one.
    pub(crate) file: Option<PathBuf>,
    pub(crate) layout: DockLayout,
    /// The size of window that the layout was made for.
    pub(crate) room: Room,
    /// Whether the user has given the panes other places: then they stay there, however large the window becomes.
    pub(crate) arranged: bool,
    pub(crate) layouts: Vec<NamedLayout>,
    pub(crate) solo: Solo,
    /// Whether the words of welcome have been read, or are no longer needed.
    pub(crate) welcomed: bool,
    /// The user's choices in each pane.
    pub(crate) panes: Panes,
    pub(crate) experiment_shown: bool,
    /// Whether the network drawing is shown, once the user has said so; until then where there is room for it.
    pub(crate) network: Option<bool>,
    pub(crate) theme: ThemeChoice,
    /// The run folders whose curves were drawn beside the run's.
    pub(crate) compared: Vec<PathBuf>,
    /// The folders of the studies that were open.
    pub(crate) studies: Vec<PathBuf>,
    /// The meaning of the band around a mean over seeds.
    pub(crate) spread: Spread,
    /// How fast the kept states of a run are played.
    pub(crate) speed: Speed,
    /// The queue of experiments.
    pub queue: Queue,
    /// Files and run folders opened or saved, newest first.
    pub recent: Vec<PathBuf>,
    /// Sources of data that were looked at or trained on, newest first.
    pub(crate) recent_sources: Vec<Source>,
    /// The folder of the last file, which is suggested for the next.
    pub(crate) folder: PathBuf,
    pub(crate) export: ExportOptions,
}

/// The kept form of [`GridOptions`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExportOptions {
    pub(crate) scale: usize,
    pub(crate) padding: usize,
    pub(crate) labels: bool,
    pub(crate) background: [u8; 3],
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self::from(&GridOptions::default())
    }
}

impl From<&GridOptions> for ExportOptions {
    fn from(options: &GridOptions) -> Self {
        let GridOptions { scale, padding, labels, background, .. } = *options;
        Self { scale, padding, labels, background }
    }
}

impl ExportOptions {
    pub(crate) fn grid(self, columns: usize) -> GridOptions {
        let Self { scale, padding, labels, background } = self;
        GridOptions { columns, scale, padding, labels, background }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            experiment: first_experiment(),
            undo: Undo::default(),
            varied: Varied::default(),
            edition: 0,
            file: None,
            layout: default_layout(Room::default()),
            room: Room::default(),
            arranged: false,
            layouts: Vec::new(),
            solo: Solo::default(),
            welcomed: false,
            panes: Panes::default(),
            experiment_shown: true,
            network: None,
            theme: ThemeChoice::System,
            compared: Vec::new(),
            studies: Vec::new(),
            spread: Spread::default(),
            speed: Speed::default(),
            queue: Queue::default(),
            recent: Vec::new(),
            recent_sources: Vec::new(),
            folder: PathBuf::new(),
            export: ExportOptions::default(),
        }
    }
}

/// The experiment in the form of a new user.
pub(crate) fn first_experiment() -> Experiment {
    // The presets' own tests read every one of them; the default stands in should that ever fail.
    presets().first().and_then(|first| preset(first.name).ok()).unwrap_or_default()
}

impl State {
    /// The restored state, adapted if panes have been added or removed since it was saved.
    pub(crate) fn restored(mut self) -> Self {
        self.layout = mended(self.layout, self.room);
        self.queue = self.queue.restored();
        for kept in &mut self.layouts {
            kept.layout = mended(kept.layout.clone(), self.room);
        }
        self
    }

    /// Whether the network drawing is shown in a window of this height in points.
    pub(crate) fn network_shown(&self, height: f32) -> bool {
        self.network.unwrap_or(height >= NETWORK_FROM)
    }

    /// Give the panes the places that suit a window of this size, unless the user has given them others.
    pub(crate) fn fit(&mut self, room: Room) {
        if room != self.room && !self.arranged {
            self.layout = default_layout_like(room, &self.layout);
        }
        self.room = room;
    }

    /// The panes that can be seen: the one that is alone, or those of the layout.
    pub(crate) fn in_sight(&self) -> Vec<PaneKind> {
        self.solo.pane().map_or_else(|| in_sight(&self.layout), |alone| vec![alone])
    }

    /// Keep the layout under a name, in place of another of that name.
    pub(crate) fn keep_layout(&mut self, name: String) {
        self.layouts.retain(|kept| kept.name != name);
        let (layout, experiment_shown) = (self.layout.clone(), self.experiment_shown);
        self.layouts.push(NamedLayout { name, layout, experiment_shown });
    }

    /// Put another experiment in the form; undo brings the old one back.
    pub(crate) fn replace(&mut self, experiment: Experiment) {
        let before = std::mem::replace(&mut self.experiment, experiment);
        let other = (&before.encoder, &before.decoder) != (&self.experiment.encoder, &self.experiment.decoder);
        self.edition += u64::from(other);
        self.undo.record(before, None);
    }

    /// Remember the folder of a file that was saved and does not open again.
    pub(crate) fn remember_folder(&mut self, path: &Path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(folder) = path.parent() {
            self.folder = folder.to_owned();
        }
    }

    /// Remember a file that was opened, or was saved and opens again.
    pub(crate) fn remember(&mut self, path: &Path) {
        self.remember_folder(path);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT_MAX);
    }

    /// Remember the form's source of data, if it is one of the user's files.
    pub(crate) fn remember_source(&mut self) {
        let source = self.experiment.data.source.clone();
        if source.names_files() {
            self.recent_sources.retain(|known| *known != source);
            self.recent_sources.insert(0, source);
            self.recent_sources.truncate(RECENT_MAX);
        }
    }

    /// A path to suggest for a new file.
    pub(crate) fn suggest(&self, name: &str) -> PathBuf {
        let folder =
            if self.folder.is_dir() { self.folder.clone() } else { std::env::current_dir().unwrap_or_default() };
        folder.join(name)
    }

    /// A path to suggest for a file of what has this name.
    pub(crate) fn suggest_for(&self, name: &str, ending: &str) -> PathBuf {
        let safe = safe_name(name.trim());
        let safe = if safe.is_empty() { "experiment" } else { &safe };
        self.suggest(&format!("{safe}{ending}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::layouts::{hide, show};

    #[test]
    fn the_state_survives_being_kept() {
        let mut state = State::default();
        state.replace(Experiment { name: "mine".into(), seed: 7, ..Experiment::default() });
        hide(&mut state.layout, PaneKind::Traversals);
        show(&mut state.layout, PaneKind::Ledger);
        state.remember(Path::new("/tmp/a.ron"));
        let text = ron::to_string(&state).expect("the state is plain data");
        let read: State = ron::from_str::<State>(&text).expect("it reads its own text").restored();
        assert_eq!(read.experiment, state.experiment);
        assert!(read.undo.can_undo());
        assert_eq!(in_sight(&read.layout), in_sight(&state.layout));
        assert_eq!(read.recent, [PathBuf::from("/tmp/a.ron")]);
    }

    #[test]
    fn recent_files_are_few_and_unique() {
        let mut state = State::default();
        for i in 0..20 {
            state.remember(Path::new(&format!("/tmp/{}.ron", i % 12)));
        }
        assert_eq!(state.recent.len(), RECENT_MAX);
        assert_eq!(state.recent[0], PathBuf::from("/tmp/7.ron"));
        let mut unique = state.recent.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), RECENT_MAX);
    }

    #[test]
    fn file_names_are_safe() {
        let named = |name: &str| State::default().suggest_for(name, ".ron");
        assert!(named("burda-2015 k50/β=4").ends_with("burda-2015-k50-β-4.ron"));
        assert!(named("  ").ends_with("experiment.ron"));
    }
}
