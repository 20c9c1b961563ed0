//! A film of the run: its states are asked one after another, or one of them about a way through its latent space;
//! drawn and written on a thread of their own.

use super::questions::PaneQuestions;
use crate::explore::{Answer, Question};
use crate::export::{FilmOptions, FilmOver, Shot, elbo_at, film, write_film};
use crate::train::{At, Report};
use crate::worker::{Answered, Asker, Command, Status};
use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Context;
use std::path::PathBuf;
use std::sync::Arc;

const ASKER: Asker = Asker("film");

/// A film that was asked for.
#[derive(Clone, Debug)]
pub struct FilmOrder {
    pub path: PathBuf,
    /// The question that each state is asked.
    pub question: Question,
    pub options: FilmOptions,
}

/// The film that is being made.
pub struct Recording {
    order: FilmOrder,
    run: u64,
    /// The states of the film, and the answers of the first of them.
    states: Vec<At>,
    shots: Vec<Shot>,
    written: Option<Receiver<Result<(), String>>>,
}

/// The progress of a film.
pub enum Filmed {
    /// It is being made.
    Going,
    /// The film at a path is written, or has failed for a reason.
    Done(PathBuf, Result<(), String>),
}

impl Recording {
    /// Begin a film: over training of all kept states of the run and of the run as it is, over latent space of the
    /// state that is looked at.
    pub fn begin(order: FilmOrder, status: &Status) -> Self {
        let states = match order.options.over {
            FilmOver::Latent if status.looks_back => vec![At::Step(status.step)],
            FilmOver::Latent => vec![At::Last],
            FilmOver::Training => status.states(),
        };
        Self { order, run: status.run, states, shots: Vec::new(), written: None }
    }

    /// How many states are done, of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.shots.len(), self.states.len())
    }

    /// Ask the next state, or take its answer; to be called in every frame. `reports` and `metadata` are of the run.
    pub fn follow(
        &mut self,
        ctx: &Context,
        status: &Status,
        questions: &mut PaneQuestions,
        newest: impl Fn(Asker) -> Option<Arc<Answered>>,
        commands: &mut Vec<Command>,
        told: impl FnOnce() -> Told,
    ) -> Filmed {
        if let Some(written) = &self.written {
            return match written.try_recv() {
                Ok(result) => Filmed::Done(self.order.path.clone(), result),
                Err(error) if error.is_empty() => Filmed::Going,
                Err(_) => Filmed::Done(self.order.path.clone(), Err("the film could not be drawn.".into())),
            };
        }
        if status.run != self.run {
            let why = "The film was given up: another run has come.".to_owned();
            return Filmed::Done(self.order.path.clone(), Err(why));
        }
        // The history thins out while the run goes on: a state that has left it is passed over.
        let has_left = |at: &At| matches!(at, At::Step(step) if !status.stops.iter().any(|stop| stop.step == *step));
        while self.states.get(self.shots.len()).is_some_and(has_left) {
            self.states.remove(self.shots.len());
        }
        let question = &self.order.question;
        if let Some(&at) = self.states.get(self.shots.len()) {
            let answered = newest(ASKER).filter(|answered| answered.run == self.run);
            questions.ask_at(ASKER, self.run, Some(at), question.clone(), answered.as_deref(), commands);
            if let Some(answered) = answered
                && questions.judge(ASKER, answered.clone()).current
            {
                match &answered.answer {
                    // It left the history while it was asked.
                    Answer::NoState(_) => drop(self.states.remove(self.shots.len())),
                    answer => self.shots.push(Shot { step: answered.step, elbo: None, answer: answer.clone() }),
                }
            }
            ctx.request_repaint();
        }
        if self.states.is_empty() {
            let why = "The film was given up: its state has left the history.".to_owned();
            return Filmed::Done(self.order.path.clone(), Err(why));
        }
        if self.shots.len() == self.states.len() {
            self.write(ctx, told());
        }
        Filmed::Going
    }

    /// Draw and write the film on a thread of its own.
    fn write(&mut self, ctx: &Context, told: Told) {
        let (sender, receiver) = bounded(1);
        let (shots, order, ctx) = (std::mem::take(&mut self.shots), self.order.clone(), ctx.clone());
        let work = move || {
            let with_elbo = |shot: Shot| Shot { elbo: elbo_at(&told.reports, shot.step), ..shot };
            let shots: Vec<Shot> = shots.into_iter().map(with_elbo).collect();
            let metadata: Vec<(&str, &str)> = told.metadata.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let written = film(&shots, &order.options).and_then(|frames| write_film(&order.path, &frames, &metadata));
            // Whoever gave the film up does not wait for it.
            let _ = sender.send(written.map_err(|error| error.to_string()));
            ctx.request_repaint();
        };
        self.states.clear();
        // Without a thread the receiver says that nobody writes.
        let _ = std::thread::Builder::new().name("elbow-film".into()).spawn(work);
        self.written = Some(receiver);
    }
}

/// The reports and the metadata of a film's run, for its captions and its file.
pub struct Told {
    pub reports: Vec<Report>,
    pub metadata: Vec<(&'static str, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::Sampler;
    use crate::worker::Stop;

    /// An answer about a state, numbered `serial`, or that there is no such state.
    fn answered(at: At, step: u64, serial: u64, is_there: bool) -> Option<Arc<Answered>> {
        let answer = match is_there {
            true => Answer::Point { z: Vec::new() },
            false => Answer::NoState("it has left the history".into()),
        };
        Some(Arc::new(Answered { serial, run: 1, at: Some(at), step, question: question(), answer }))
    }

    fn question() -> Question {
        Question::PriorSamples { sampler: Sampler::Prior, count: 1, temperature: 1.0, seed: 1 }
    }

    #[test]
    fn every_state_of_a_film_has_its_own_answer_or_is_left_out() {
        let stop = |step| Stop { step, bound: None, is_edit: false, is_best: false };
        let status = |steps: &[u64]| Status {
            run: 1,
            stops: steps.iter().map(|step| stop(*step)).collect(),
            last_step: 9,
            ..Status::default()
        };
        let path = PathBuf::from("film.png");
        let order = FilmOrder { path, question: question(), options: FilmOptions::default() };
        let mut recording = Recording::begin(order, &status(&[1, 2, 3, 4]));
        let (ctx, mut questions) = (Context::default(), PaneQuestions::default());
        let mut frame = |steps: &[u64], newest: Option<Arc<Answered>>| {
            let told = || unreachable!("the film has more states");
            recording.follow(&ctx, &status(steps), &mut questions, |_| newest.clone(), &mut Vec::new(), told);
            let shots: Vec<u64> = recording.shots.iter().map(|shot| shot.step).collect();
            (shots, recording.states.clone())
        };
        let [first, second, fourth, last] = [At::Step(1), At::Step(2), At::Step(4), At::Last];
        frame(&[1, 2, 3, 4], None);
        frame(&[1, 2, 3, 4], answered(first, 1, 1, true));
        // Step 2 is asked, and leaves the history; its answer comes when step 3 has been asked.
        frame(&[1, 2, 3, 4], answered(first, 1, 1, true));
        frame(&[1, 3, 4], answered(first, 1, 1, true));
        let (shots, _) = frame(&[1, 3, 4], answered(second, 2, 2, true));
        assert_eq!(shots, [1], "the answer of step 2 is none of step 3");
        // The worker says that step 3 has gone before the status does.
        let (shots, states) = frame(&[1, 3, 4], answered(At::Step(3), 3, 3, false));
        assert_eq!((shots, states), (vec![1], vec![first, fourth, last]));
        frame(&[1, 4], answered(At::Step(3), 3, 3, false));
        let (shots, _) = frame(&[1, 4], answered(fourth, 4, 4, true));
        assert_eq!(shots, [1, 4]);
    }
}
