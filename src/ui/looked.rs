//! A look at data on a thread: they are read, surveyed, and some images are kept to show.

use crate::data::{Dataset, DecodedCache, Gallery, ImageShape, Images, Survey};
use crate::experiment::Data;
use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::egui::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The findings of a look at data, with images to show.
#[derive(Clone, Debug)]
pub struct Found {
    /// The data that were looked at, as the form had them.
    pub data: Data,
    /// A number that no other look of this window has.
    pub serial: u64,
    pub survey: Survey,
    pub gallery: Gallery,
    /// The mean image, and the deviation of each pixel on a scale from 0 to the largest.
    pub moments: Images,
    /// Bytes of decoded pictures that are kept for the next start.
    pub kept: u64,
}

/// A message of the thread.
enum Said {
    Doing(String),
    Found(Box<Found>),
    Failed(String),
}

/// A look under way.
struct Looking {
    data: Data,
    receiver: Receiver<Said>,
    cancelled: Arc<AtomicBool>,
    doing: String,
}

/// The newest look at data, and the one that is under way.
#[derive(Default)]
pub struct Looked {
    found: Option<Box<Found>>,
    /// The data of the last look that failed, with the reason.
    failed: Option<(Data, String)>,
    looking: Option<Looking>,
    looks: u64,
}

impl Looked {
    /// Look at data; a look that is under way at others is given up.
    pub fn look(&mut self, ctx: &Context, data: &Data, seed: u64) {
        self.stop();
        self.looks += 1;
        let (sender, receiver) = unbounded();
        let cancelled = Arc::new(AtomicBool::new(false));
        let (asked, stop, ctx, serial) = (data.clone(), cancelled.clone(), ctx.clone(), self.looks);
        let work = move || {
            let said = look(&asked, seed, serial, &sender, &stop, &ctx);
            // A window that has closed meanwhile no longer cares.
            let _ = sender.send(said);
            ctx.request_repaint();
        };
        self.failed = None;
        match std::thread::Builder::new().name("elbow-look".into()).spawn(work) {
            Ok(_) => self.looking = Some(Looking { data: data.clone(), receiver, cancelled, doing: String::new() }),
            Err(error) => self.failed = Some((data.clone(), format!("no thread could be started: {error}"))),
        }
    }

    /// Give up the look that is under way.
    pub fn stop(&mut self) {
        if let Some(looking) = self.looking.take() {
            looking.cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Take in what the thread has said since the last frame.
    pub fn renew(&mut self) {
        let Some(looking) = &mut self.looking else { return };
        for said in looking.receiver.try_iter() {
            match said {
                Said::Doing(doing) => looking.doing = doing,
                Said::Found(found) => {
                    self.found = Some(found);
                    self.looking = None;
                    return;
                }
                Said::Failed(why) => {
                    self.failed = Some((looking.data.clone(), why));
                    self.looking = None;
                    return;
                }
            }
        }
    }

    /// The findings of the newest look; `None` before the first one has ended.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_deref()
    }

    /// Remove the decoded pictures that are kept for the next start.
    pub fn clear_kept(&mut self) -> std::io::Result<()> {
        if let Some(cache) = DecodedCache::of_user() {
            cache.clear()?;
        }
        if let Some(found) = &mut self.found {
            found.kept = 0;
        }
        Ok(())
    }

    /// Why the last look failed, if it was at these data.
    pub fn failure(&self, data: &Data) -> Option<&str> {
        self.failed.as_ref().filter(|(of, _)| of == data).map(|(_, why)| why.as_str())
    }

    /// The activity of the look that is under way, in words; `None` if there is none.
    pub fn doing(&self) -> Option<&str> {
        self.looking.as_ref().map(|looking| looking.doing.as_str())
    }
}

impl Drop for Looked {
    fn drop(&mut self) {
        self.stop();
    }
}

fn look(data: &Data, seed: u64, serial: u64, sender: &Sender<Said>, stop: &AtomicBool, ctx: &Context) -> Said {
    let mut progress = |doing: &str| {
        let _ = sender.send(Said::Doing(doing.to_owned()));
        ctx.request_repaint();
    };
    let cancelled = || stop.load(Ordering::Relaxed);
    let dataset = match Dataset::load_unless(data, seed, &mut progress, &cancelled) {
        Ok(dataset) => dataset,
        Err(error) => return Said::Failed(error.to_string()),
    };
    match Survey::of(&dataset, &mut progress, &cancelled) {
        Ok(survey) => {
            let moments = moments(&survey, dataset.shape());
            let mut gallery = Gallery::of(&dataset);
            if gallery.images.is_incomplete() {
                gallery.images = gallery.images.marked();
            }
            let kept = DecodedCache::of_user().map_or(0, |cache| cache.size().1);
            Said::Found(Box::new(Found { data: data.clone(), serial, survey, gallery, moments, kept }))
        }
        Err(error) => Said::Failed(error.to_string()),
    }
}

fn moments(survey: &Survey, shape: ImageShape) -> Images {
    let values = &survey.values;
    let most = values.deviation_image.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let deviation = values.deviation_image.iter().map(|value| value / most);
    let pixels = values.mean_image.iter().copied().chain(deviation).collect();
    let ImageShape { channels, height, width } = shape;
    Images { count: 2, channels, height, width, pixels, columns: None }
}
