//! The codes of all images as a file, from the window: the worker encodes them, a thread writes them.

use super::session::Session;
use crate::explore::{Answer, Encode, Question};
use crate::export::{RecordFormat, RecordsError, codes_columns, write_records};
use crate::worker::{Answered, Asker, Command};
use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::Context;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const ASKER: Asker = Asker("codes for a file");

/// The outcome for a file of codes: its path, and the number of images in it or the reason why it was not written.
pub type Written = (PathBuf, Result<usize, String>);

/// Files of codes that were asked for.
pub struct CodesExport {
    /// The file that waits for its codes, and the run that they are of.
    waiting: Option<(PathBuf, u64)>,
    sender: Sender<Written>,
    receiver: Receiver<Written>,
}

impl Default for CodesExport {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self { waiting: None, sender, receiver }
    }
}

impl CodesExport {
    /// Have the codes of all images written, whose format the file's name says. A file that still waits for its codes
    /// is given up.
    ///
    /// # Errors
    /// The name says no format.
    pub fn ask(&mut self, session: &Session, path: PathBuf) -> Result<(), String> {
        RecordFormat::of(&path)?;
        self.give_up("codes were asked for again before they were there");
        // The codes of an earlier state.
        session.take_answer(ASKER);
        let encode = Encode { split: None, from: 0, count: usize::MAX, draws: 0, seed: 0 };
        session.send(Command::Ask(ASKER, Question::Codes(encode)));
        self.waiting = Some((path, session.status.run));
        Ok(())
    }

    /// Take the codes when they are there, and tell what has been written.
    pub fn poll(&mut self, ctx: &Context, session: &Session) -> Vec<Written> {
        if self.waiting.as_ref().is_some_and(|(_, run)| *run != session.status.run) {
            session.send(Command::Unask(ASKER));
            self.give_up("another run has come");
        }
        if let Some((path, run)) = &self.waiting
            && let Some(answered) = session.take_answer(ASKER).filter(|answered| answered.run == *run)
        {
            session.send(Command::Unask(ASKER));
            let (path, names) = (path.clone(), session.status.label_names.clone());
            self.waiting = None;
            let (sender, waker, file) = (self.sender.clone(), ctx.clone(), path.clone());
            let work = move || {
                let result = write(&path, &answered, &names);
                // A window that has closed meanwhile no longer cares.
                let _ = sender.send((path, result));
                waker.request_repaint();
            };
            let thread = std::thread::Builder::new().name("elbow-codes".into()).spawn(work);
            if let Err(error) = thread {
                let _ = self.sender.send((file, Err(format!("the codes could not be written: {error}"))));
            }
        }
        self.receiver.try_iter().collect()
    }

    /// Tell of the file that waits, if one does, that it is not written.
    fn give_up(&mut self, why: &str) {
        if let Some((path, _)) = self.waiting.take() {
            let told = format!("{} was not written: {why}.", path.display());
            // The receiver lives as long as the sender.
            let _ = self.sender.send((path, Err(told)));
        }
    }
}

fn write(path: &Path, answered: &Arc<Answered>, names: &[String]) -> Result<usize, String> {
    let Answer::Codes(codes) = &answered.answer else { return Err("an internal error: these are no codes".into()) };
    let mut columns = Some(codes_columns(codes, names));
    write_records::<Infallible>(path, || Ok(columns.take())).map_err(|error| match error {
        RecordsError::Rows(never) => match never {},
        RecordsError::Export(error) => error.to_string(),
        RecordsError::System(error) => error.to_string(),
    })
}
