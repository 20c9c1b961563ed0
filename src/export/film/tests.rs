use super::*;
use crate::data::Images;
use crate::explore::ScatterPoint;
use crate::export::{EXPERIMENT_KEY, read_experiment};
use std::fs::File;
use std::io::BufReader;

fn images(level: f32) -> Images {
    Images { count: 4, channels: 1, height: 5, width: 5, pixels: vec![level; 100], columns: None }
}

fn samples(step: u64) -> Shot {
    let level = step as f32 / 10.0;
    let answer = Answer::PriorSamples { sampler: Sampler::Prior, means: images(level), draws: images(1.0 - level) };
    Shot { step, elbo: Some((-100.0 + step as f64, step)), answer }
}

fn scatter(step: u64, at: f32) -> Shot {
    let point = |index: usize| ScatterPoint {
        index,
        label: Some(index as u8),
        mean: vec![0.0, at, -at],
        deviation: vec![1.0; 3],
    };
    let answer = Answer::Scatter { points: (0..3).map(point).collect(), kl_per_dimension: vec![0.1, 2.0, 1.0] };
    Shot { step, elbo: None, answer }
}

#[test]
fn a_film_has_a_picture_of_one_size_for_each_state_and_shows_the_last_longest() {
    let frames = film(&[samples(1), samples(10), samples(100)], &FilmOptions::default()).unwrap();
    assert_eq!(frames.len(), 3);
    assert!(frames.iter().all(|frame| size(frame) == size(&frames[0])), "captions differ in length");
    assert_eq!([0.5, 0.5, 1.5], [frames[0].seconds, frames[1].seconds, frames[2].seconds]);
    assert_ne!(frames[0].picture, frames[1].picture);
    let draws = film(&[samples(1)], &FilmOptions { draws: true, ..FilmOptions::default() }).unwrap();
    assert_ne!(draws[0].picture.pixels, frames[0].picture.pixels);
    assert!(film(&[], &FilmOptions::default()).is_err());
}

fn size(frame: &Frame) -> (usize, usize) {
    (frame.picture.width, frame.picture.height)
}

#[test]
fn captions_say_which_step_their_bound_is_of() {
    assert_eq!(caption(&samples(7)), "step 7   ELBO -93.0");
    assert_eq!(caption(&Shot { elbo: Some((-1.25, 5)), ..samples(7) }), "step 7   ELBO -1.2 at step 5");
    assert_eq!(caption(&Shot { elbo: None, ..samples(7) }), "step 7");
}

#[test]
fn latent_means_are_solid_where_they_were_measured_and_hollow_between() {
    let frames = film(&[scatter(0, 0.0), scatter(8, 2.0)], &FilmOptions::default()).unwrap();
    assert_eq!(frames.len(), 7, "two states and five pictures between them");
    let inked = |frame: &Frame| frame.picture.pixels.chunks_exact(3).filter(|pixel| pixel[0] != pixel[2]).count();
    assert!(inked(&frames[3]) > 0 && inked(&frames[3]) < inked(&frames[6]), "{}", inked(&frames[3]));
    assert_eq!(widest(&[0.1, 2.0, 1.0]), [1, 2]);
    let all: f64 = frames.iter().map(|frame| frame.seconds).sum();
    assert!((all - (0.5 + 1.5)).abs() < 1e-9, "{all}");
}

#[test]
fn an_animated_png_has_every_picture_its_time_and_the_experiment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.png");
    let frames = film(&[samples(1), samples(2), samples(3)], &FilmOptions::default()).unwrap();
    write_film(&path, &frames, &[(EXPERIMENT_KEY, "(version: 1)")]).unwrap();
    assert_eq!(read_experiment(&path).unwrap(), "(version: 1)");
    let mut reader = png::Decoder::new(BufReader::new(File::open(&path).unwrap())).read_info().unwrap();
    assert_eq!(reader.info().animation_control().map(|control| control.num_frames), Some(3));
    for frame in &frames {
        let mut pixels = vec![0; frame.picture.pixels.len()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, frame.picture.pixels);
        let control = reader.info().frame_control().unwrap();
        assert_eq!((control.delay_num, control.delay_den), ((1e3 * frame.seconds) as u16, 1_000));
    }
}

#[test]
fn a_grey_gif_is_exact_and_has_the_experiment_as_a_comment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.gif");
    let frames = film(&[samples(1), samples(2)], &FilmOptions::default()).unwrap();
    write_film(&path, &frames, &[(EXPERIMENT_KEY, "(version: 1)")]).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let text = b"elbow-experiment: (version: 1)";
    assert!(bytes.windows(text.len()).any(|window| window == text));
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(File::open(&path).unwrap()).unwrap();
    for frame in &frames {
        let read = decoder.read_next_frame().unwrap().unwrap();
        let rgb: Vec<u8> = read.buffer.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
        assert_eq!((read.delay, rgb), ((100.0 * frame.seconds) as u16, frame.picture.pixels.clone()));
    }
    assert!(decoder.read_next_frame().unwrap().is_none());
}
