//! The library as the window holds it: rows that arrive from the thread, and what is done with them.

use super::notes::Notes;
use super::reader::Reader;
use super::settings::Settings;
use super::summary::RunSummary;
use super::thread::{Ask, Notify, Scan, Told, start};
use super::trash::{self, Trashed};
use crate::train::RunFolder;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The library of a user. Reading begins when it is first followed.
pub struct Library {
    /// The folder of the user's data.
    data: PathBuf,
    settings: Settings,
    runs: Vec<Arc<RunSummary>>,
    /// Where each run stands in `runs`.
    index: HashMap<PathBuf, usize>,
    paths: BTreeSet<String>,
    version: u64,
    scan: Option<Scan>,
    following: bool,
    thread: Option<(Sender<Ask>, Receiver<Told>)>,
    notify: Notify,
}

impl Library {
    /// The library whose settings are in the folder `data` of the user's data. `notify` is called when there is news;
    /// it must return at once. Settings that cannot be read are told of, and the first ones stand in.
    pub fn open(data: PathBuf, notify: Notify) -> (Self, Option<String>) {
        let (settings, error) = match Settings::load(&data) {
            Ok(settings) => (settings, None),
            Err(error) => (Settings::default(), Some(error)),
        };
        let library = Self {
            data,
            settings,
            runs: Vec::new(),
            index: HashMap::new(),
            paths: BTreeSet::new(),
            version: 0,
            scan: None,
            following: false,
            thread: None,
            notify,
        };
        (library, error)
    }

    /// A library of these runs, which reads nothing.
    #[cfg(test)]
    pub fn of(runs: Vec<RunSummary>) -> Self {
        let (mut library, _) = Self::open(PathBuf::from("/not/there"), Arc::new(|| ()));
        runs.into_iter().for_each(|run| library.put(Arc::new(run)));
        library.scan = Some(Scan::default());
        library
    }

    /// Every run that has been read so far, in no order.
    pub fn runs(&self) -> &[Arc<RunSummary>] {
        &self.runs
    }

    /// A run by its folder.
    pub fn run(&self, folder: &Path) -> Option<&Arc<RunSummary>> {
        self.index.get(folder).and_then(|&index| self.runs.get(index))
    }

    /// The paths of all fields that some run's experiment has.
    pub fn paths(&self) -> &BTreeSet<String> {
        &self.paths
    }

    /// Another number whenever a run has changed.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The result of the last look at all folders; `None` while they are read for the first time.
    pub fn scan(&self) -> Option<Scan> {
        self.scan
    }

    /// The folders that belong to the library, and its largest size.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where runs are kept.
    pub fn folder(&self) -> PathBuf {
        self.settings.runs(&self.data)
    }

    /// Whether a run lies in the library's own folders, and not in one that was added.
    pub fn is_own(&self, folder: &Path) -> bool {
        folder.starts_with(self.folder()) || folder.starts_with(&self.data)
    }

    /// Read runs and keep them up to date, or leave them as they are.
    pub fn follow(&mut self, follow: bool) {
        if follow && self.thread.is_none() {
            let ((asker, asks), (teller, told)) = (unbounded(), unbounded());
            // Without a thread the library stays empty.
            if start(asks, teller, self.notify.clone()).is_ok() {
                self.thread = Some((asker, told));
                self.ask_for_all();
            }
        }
        if follow != self.following {
            self.following = follow;
            self.ask(Ask::Follow(follow));
        }
    }

    fn ask_for_all(&self) {
        self.ask(Ask::Roots(self.settings.roots(&self.data), self.settings.trash(&self.data)));
    }

    /// Look at the folders now.
    pub fn look(&self) {
        self.ask(Ask::Look);
    }

    fn ask(&self, ask: Ask) {
        if let Some((asks, _)) = &self.thread {
            // A thread that has ended has nothing more to tell.
            let _ = asks.send(ask);
        }
    }

    /// Take in what has been read since the last call. Whether anything has changed.
    pub fn poll(&mut self) -> bool {
        let Some((_, told)) = &self.thread else { return false };
        let news: Vec<Told> = told.try_iter().collect();
        let before = self.version;
        for told in news {
            match told {
                Told::Rows(rows) => rows.into_iter().for_each(|row| self.put(row)),
                Told::Gone(folders) => folders.iter().for_each(|folder| self.remove(folder)),
                Told::Scanned(scan) => {
                    self.version += u64::from(self.scan != Some(scan));
                    self.scan = Some(scan);
                }
            }
        }
        self.version != before
    }

    fn put(&mut self, run: Arc<RunSummary>) {
        self.version += 1;
        for field in run.fields.iter().filter(|field| !self.paths.contains(&field.path)).collect::<Vec<_>>() {
            self.paths.insert(field.path.clone());
        }
        match self.index.get(&run.folder) {
            Some(&index) => self.runs[index] = run,
            None => {
                self.index.insert(run.folder.clone(), self.runs.len());
                self.runs.push(run);
            }
        }
    }

    fn remove(&mut self, folder: &Path) {
        let Some(index) = self.index.remove(folder) else { return };
        self.version += 1;
        self.runs.swap_remove(index);
        if let Some(moved) = self.runs.get(index) {
            self.index.insert(moved.folder.clone(), index);
        }
    }

    /// Change what is written of a run, on the disk and in its row.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn annotate(&mut self, folder: &Path, change: impl FnOnce(&mut Notes)) -> Result<(), String> {
        let run = RunFolder::at(folder);
        // Notes that another window has written meanwhile stay.
        let mut notes = Notes::read(&run)?;
        change(&mut notes);
        notes.write(&run)?;
        if let Some(summary) = self.run(folder) {
            let summary = RunSummary { notes, ..RunSummary::clone(summary) };
            self.put(Arc::new(summary));
        }
        Ok(())
    }

    /// Move runs into the trash. Returns those that were, and why the first other one was not.
    pub fn delete(&mut self, folders: &[PathBuf]) -> (Vec<Trashed>, Option<String>) {
        let (mut trashed, mut error) = (Vec::new(), None);
        for folder in folders {
            match self.throw_away(folder) {
                Ok(thrown) => {
                    self.remove(folder);
                    trashed.push(thrown);
                }
                Err(message) => drop(error.get_or_insert(message)),
            }
        }
        self.ask(Ask::Forget(trashed.iter().map(|thrown| thrown.origin.clone()).collect()));
        (trashed, error)
    }

    /// On a run's own disk moving it is one step.
    fn throw_away(&self, folder: &Path) -> Result<Trashed, String> {
        let mut places = self.settings.trash(&self.data).into_iter();
        let first = places.next().map_or(Err(String::new()), |trash| trash::throw_away(folder, &trash));
        let root = |trash: &PathBuf| trash.parent().is_some_and(|root| folder.starts_with(root));
        first.or_else(|error| match places.find(root) {
            Some(trash) => trash::throw_away(folder, &trash),
            None => Err(error),
        })
    }

    /// Put runs back that were deleted.
    ///
    /// # Errors
    /// The first that cannot be put back; the others are.
    pub fn put_back(&mut self, trashed: &[Trashed]) -> Result<(), String> {
        let outcomes: Vec<Result<PathBuf, String>> = trashed.iter().map(trash::put_back).collect();
        self.look();
        outcomes.into_iter().collect::<Result<Vec<_>, _>>().map(drop)
    }

    /// All runs in the trash.
    pub fn trashed(&self) -> Vec<Trashed> {
        let folders = self.settings.trash(&self.data);
        folders.iter().flat_map(|folder| trash::list(folder)).map(|(trashed, _)| trashed).collect()
    }

    /// Remove what is in the trash for good.
    ///
    /// # Errors
    /// The first run that cannot be removed; the others are.
    pub fn empty_trash(&mut self) -> Result<(), String> {
        let outcome = trash::empty(&self.trashed());
        self.look();
        outcome
    }

    /// Use other settings from now on, and keep them.
    ///
    /// # Errors
    /// They cannot be written; they are used all the same.
    pub fn set(&mut self, settings: Settings) -> Result<(), String> {
        self.settings = settings;
        self.ask_for_all();
        self.settings.save(&self.data)
    }

    /// Let the runs in a folder belong to the library, unless they do.
    ///
    /// # Errors
    /// The settings cannot be written.
    pub fn add(&mut self, folder: &Path) -> Result<(), String> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if self.settings.roots(&self.data).iter().any(|root| folder.starts_with(root)) {
            return Ok(());
        }
        let mut settings = self.settings.clone();
        // Folders that lie in this one are found in it.
        settings.added.retain(|added| !added.starts_with(&folder));
        settings.added.push(folder);
        self.set(settings)
    }

    /// Let an added folder no longer belong to the library. Its files stay.
    ///
    /// # Errors
    /// The settings cannot be written.
    pub fn leave_out(&mut self, folder: &Path) -> Result<(), String> {
        let mut settings = self.settings.clone();
        settings.added.retain(|added| added != folder);
        self.set(settings)
    }

    /// Read all runs below folders, at once and without a thread.
    pub fn read(folders: &[PathBuf]) -> Vec<Arc<RunSummary>> {
        let mut seen = super::fields::Seen::default();
        let mut readers: HashMap<PathBuf, Reader> = HashMap::new();
        for folder in folders {
            super::places::find(folder, &mut |place| {
                let reader = readers.entry(place.folder.clone()).or_insert_with(|| Reader::glance(&place, &mut seen));
                reader.complete();
            });
        }
        readers.into_values().map(|reader| Arc::new(reader.summary().clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::make;
    use super::*;
    use crate::experiment::Experiment;
    use std::time::{Duration, Instant};

    fn open(data: &Path) -> Library {
        let (mut library, wrong) = Library::open(data.to_owned(), Arc::new(|| ()));
        assert_eq!(wrong, None);
        library.follow(true);
        library
    }

    fn until(library: &mut Library, what: &str, so: impl Fn(&Library) -> bool) {
        let start = Instant::now();
        while !so(library) {
            assert!(start.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
            library.poll();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn run(data: &Path, name: &str) -> PathBuf {
        let folder = data.join(name);
        let experiment = Experiment { name: name.rsplit('/').next().unwrap().into(), ..Experiment::default() };
        make(&folder, &experiment, 3, &[-100.0]);
        folder
    }

    #[test]
    fn runs_come_are_written_of_go_into_the_trash_and_come_back() {
        let data = tempfile::tempdir().unwrap();
        let [first, second] = ["runs/one", "runs/two"].map(|name| run(data.path(), name));
        let mut library = open(data.path());
        until(&mut library, "two runs", |library| library.scan().is_some() && library.runs().len() == 2);
        assert!(library.paths().contains("latent.dimension") && library.is_own(&first));
        library.annotate(&first, |notes| notes.starred = true).unwrap();
        assert!(library.run(&first).unwrap().notes.starred);
        assert!(Notes::read(&RunFolder::at(&first)).unwrap().starred);

        let (trashed, error) = library.delete(&[first.clone(), data.path().join("runs/none")]);
        assert!(trashed.len() == 1 && error.is_some_and(|error| error.contains("none was not deleted")));
        assert!(library.run(&first).is_none() && !first.exists());
        until(&mut library, "the trash is counted", |library| library.scan().is_some_and(|scan| scan.trashed == 1));
        assert_eq!(library.trashed(), trashed);
        library.put_back(&trashed).unwrap();
        until(&mut library, "it is back", |library| library.run(&first).is_some_and(|run| run.notes.starred));
        library.delete(&[first]);
        library.empty_trash().unwrap();
        until(&mut library, "it is gone", |library| library.scan().is_some_and(|scan| scan.trashed == 0));
        // Runs that others remove leave the library too.
        std::fs::remove_dir_all(&second).unwrap();
        library.look();
        until(&mut library, "none is left", |library| library.runs().is_empty());
    }

    #[test]
    fn folders_are_added_and_left_out() {
        let data = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let far = run(elsewhere.path(), "deep/far");
        run(data.path(), "runs/near");
        run(data.path(), "last-run");
        let mut library = open(data.path());
        library.add(elsewhere.path()).unwrap();
        library.add(&far).unwrap();
        assert_eq!(library.settings().added, [elsewhere.path()], "the run lies in it");
        until(&mut library, "three runs", |library| library.runs().len() == 3);
        // Its trash is on its own disk, should the two be others; here one is enough.
        let (trashed, _) = library.delete(std::slice::from_ref(&far));
        library.put_back(&trashed).unwrap();
        until(&mut library, "it is back", |library| library.run(&far).is_some());
        library.leave_out(elsewhere.path()).unwrap();
        until(&mut library, "two runs", |library| library.runs().len() == 2);
        assert_eq!(Settings::load(data.path()).unwrap().added, [""; 0].map(PathBuf::from));
        assert_eq!(Library::read(&[elsewhere.path().to_owned()]).len(), 1);
    }
}
