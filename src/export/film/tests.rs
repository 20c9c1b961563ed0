use super::*;
use crate::data::{Column, Columns, Images};
use crate::explore::{Axis, Interpolations, Reconstruction, ScatterPoint, Traversal, Walk};
use crate::export::{EXPERIMENT_KEY, RgbImage, read_experiment};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

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

fn moving(answer: Answer) -> Vec<Frame> {
    let shot = Shot { step: 3, elbo: None, answer };
    film(&[shot], &FilmOptions { over: FilmOver::Latent, scale: 1, seconds: 0.1, ..FilmOptions::default() }).unwrap()
}

/// Images of 5 × 5 pixels, each of one level.
fn levels(levels: &[f32]) -> Images {
    let pixels = levels.iter().flat_map(|&level| [level; 25]).collect();
    Images { count: levels.len(), channels: 1, height: 5, width: 5, pixels, columns: None }
}

#[test]
fn traversals_over_latent_space_show_one_value_of_all_dimensions_there_and_back() {
    let axes = [2, 0].map(|dimension| Axis { dimension, kl: None }).to_vec();
    let traversal = Traversal { axes, values: vec![-1.0, 0.0, 1.0], start: vec![0.0; 3] };
    let frames = moving(Answer::Traversals { traversal, means: levels(&[0.0, 0.5, 1.0, 0.2, 0.2, 0.2]) });
    assert_eq!(frames.len(), 4, "three places, and the middle again");
    assert_eq!(frames[1].picture, frames[3].picture);
    assert!(frames.iter().all(|frame| frame.seconds == 0.1), "it has no end that would be shown longer");
    let has = |frame: &Frame, grey: u8| frame.picture.pixels.chunks(3).filter(|pixel| *pixel == [grey; 3]).count();
    assert!([128, 51].iter().all(|&grey| has(&frames[1], grey) >= 25) && has(&frames[0], 128) == 0);
}

#[test]
fn interpolations_over_latent_space_have_their_images_at_both_sides() {
    let found = Interpolations {
        ends: vec![[4, 9]],
        shares: vec![0.0, 0.5, 1.0],
        inputs: levels(&[0.2, 0.8]),
        means: levels(&[0.3, 0.4, 0.6]),
    };
    let frames = moving(Answer::Interpolations(found.clone()));
    assert_eq!(frames.len(), 4);
    let count = |frame: &Frame, grey: u8| frame.picture.pixels.chunks(3).filter(|pixel| *pixel == [grey; 3]).count();
    for (frame, between) in frames.iter().zip([77, 102, 153, 102]) {
        assert!([51, between, 204].iter().all(|&grey| count(frame, grey) >= 25), "{between}");
    }
    let sheet = Sheet::interpolations(&Answer::Interpolations(found)).unwrap();
    assert_eq!((sheet.columns, sheet.images.count), (5, 5));
    let first = |index: usize| sheet.images.image(index)[0];
    assert_eq!([0, 1, 2, 3, 4].map(first), [0.2, 0.3, 0.4, 0.6, 0.8]);
    assert_eq!((sheet.labels.rows, sheet.labels.columns.len()), (vec!["4 → 9".to_owned()], 5));
}

#[test]
fn a_walk_marks_its_place_on_the_plane_and_shows_the_image_there_as_high_as_the_plane() {
    let walk = Walk {
        axes: [0, 1],
        values: vec![-1.0, 0.0, 1.0, 2.0],
        grid: levels(&[0.1; 16]),
        places: vec![[0.0, 3.0], [3.0, 0.0]],
        z: vec![[-1.0, 2.0], [2.0, -1.0]],
        means: levels(&[0.6, 0.9]),
    };
    let frames = moving(Answer::Walk(Box::new(walk)));
    let orange = |frame: &Frame| -> Vec<(usize, usize)> {
        let ink = |(_, pixel): &(usize, &[u8])| pixel[0].saturating_sub(pixel[2]) > 100;
        let place = |(at, _)| (at % frame.picture.width, at / frame.picture.width);
        frame.picture.pixels.chunks(3).enumerate().filter(ink).map(place).collect()
    };
    let (first, second) = (orange(&frames[0]), orange(&frames[1]));
    let mean = |all: &[(usize, usize)]| {
        let sum = all.iter().fold((0, 0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
        (sum.0 / all.len(), sum.1 / all.len())
    };
    assert!(mean(&first).0 < mean(&second).0 && mean(&first).1 < mean(&second).1, "up and left, then down and right");
    for (frame, grey) in frames.iter().zip([153, 230]) {
        let count = frame.picture.pixels.chunks(3).filter(|pixel| *pixel == [grey; 3]).count();
        assert_eq!(count, 20 * 20, "four times as large as on the plane");
    }
}

/// Rows of two columns, each with one value in both.
fn rows(values: &[f32]) -> Images {
    let columns = Columns { list: ["a", "b"].map(Column::number).to_vec(), sequence: false };
    let pixels = values.iter().flat_map(|&value| [value; 2]).collect();
    Images { count: values.len(), channels: 1, height: 1, width: 2, pixels, columns: Some(Arc::new(columns)) }
}

/// The answers of a state whose rows reach as far as `reach`, for every subject that has vectors.
fn of_rows(reach: f32) -> [Answer; 5] {
    let four = || rows(&[0.0, reach, -reach, 0.5 * reach]);
    let two = || rows(&[reach, -reach]);
    let axes = [0, 1].map(|dimension| Axis { dimension, kl: None }).to_vec();
    let item = |index| Reconstruction { index, label: None, elbo: 1.0, reconstruction: 1.0, kl: 0.0 };
    [
        Answer::PriorSamples { sampler: Sampler::Prior, means: four(), draws: two() },
        Answer::Reconstructions {
            items: vec![item(0), item(1)],
            inputs: rows(&[1.0, -1.0]),
            means: two(),
            draws: two(),
        },
        Answer::Traversals {
            traversal: Traversal { axes, values: vec![-1.0, 1.0], start: vec![0.0; 2] },
            means: four(),
        },
        Answer::Interpolations(Interpolations {
            ends: vec![[0, 1]],
            shares: vec![0.0, 1.0],
            inputs: rows(&[1.0, -1.0]),
            means: two(),
        }),
        Answer::Manifold { axes: [0, 1], side: 2, values: vec![-1.0, 1.0], means: four() },
    ]
}

#[test]
fn all_pictures_of_a_film_of_vectors_are_on_one_scale() {
    let shot = |step, answer| Shot { step, elbo: None, answer };
    let of = |shots: &[Shot]| film(shots, &FilmOptions::default()).unwrap();
    let picture = |frames: &[Frame], index: usize| frames[index].picture.clone();
    for (small, large) in of_rows(1.0).into_iter().zip(of_rows(3.0)) {
        let alone = of(&[shot(1, small.clone())]);
        let with_itself = of(&[shot(1, small.clone()), shot(1, small.clone())]);
        let with_larger = of(&[shot(1, small.clone()), shot(1, large.clone())]);
        let larger = of(&[shot(1, large)]);
        assert_eq!(picture(&alone, 0), picture(&with_itself, 0), "{small:?}");
        assert_ne!(picture(&alone, 0), picture(&with_larger, 0), "the larger state sets the scale: {small:?}");
        assert_eq!(picture(&larger, 0), picture(&with_larger, 1), "the larger state is on its own scale: {small:?}");
    }
    // The plane of a walk and the image at the present place.
    let walk = |reach: f32| Walk {
        axes: [0, 1],
        values: vec![-1.0, 1.0],
        grid: rows(&[0.0; 4]),
        places: vec![[0.0, 0.0], [0.0, 0.0]],
        z: vec![[-1.0, -1.0], [-1.0, -1.0]],
        means: rows(&[0.5, reach]),
    };
    let [near, far] = [0.5, 4.0].map(|reach| moving(Answer::Walk(Box::new(walk(reach)))));
    assert_ne!(picture(&near, 0), picture(&far, 0), "the farthest place sets the scale");
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

/// Lay a frame, RGBA, over the picture that was seen before it.
fn over(seen: &mut [[u8; 3]], frame: &[u8]) {
    for (seen, pixel) in seen.iter_mut().zip(frame.chunks_exact(4)).filter(|(_, pixel)| pixel[3] > 0) {
        seen.copy_from_slice(&pixel[..3]);
    }
}

/// Bytes of the film that is written.
fn written_size(path: &Path, frames: &[Frame]) -> u64 {
    write_film(path, frames, &[]).unwrap();
    std::fs::metadata(path).unwrap().len()
}

#[test]
fn what_has_not_changed_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    // Noise, which no compression makes small, and one pixel of it that changes.
    let picture = |step: u32| {
        let mut pixels: Vec<u8> = (0..3 * 64 * 64_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        pixels[0] = step as u8;
        Frame { picture: RgbImage { width: 64, height: 64, pixels }, seconds: 0.1 }
    };
    for name in ["film.png", "film.gif"] {
        let size = |frames: &[Frame]| written_size(&folder.path().join(name), frames);
        let (one, ten) = (size(&[picture(0)]), size(&(0..10).map(picture).collect::<Vec<_>>()));
        assert!(ten < 2 * one + 9 * 900, "{name}: {one} bytes for one frame, {ten} for ten");
    }
}

#[test]
fn a_film_is_no_larger_than_its_whole_pictures() {
    let folder = tempfile::tempdir().unwrap();
    // A smooth picture that grows lighter here and there: holes in it cost more than they spare.
    let picture = |step: usize| {
        let level = |i: usize| (i % 64 + i / 64) as u8 + if (i * 7_919) % 5 < 2 { 3 * step as u8 } else { 0 };
        let pixels = (0..64 * 64).flat_map(|i| [level(i); 3]).collect();
        Frame { picture: RgbImage { width: 64, height: 64, pixels }, seconds: 0.1 }
    };
    for name in ["film.png", "film.gif"] {
        let size = |frames: &[Frame]| written_size(&folder.path().join(name), frames);
        let whole: u64 = (0..8).map(|step| size(&[picture(step)])).sum();
        let film = size(&(0..8).map(picture).collect::<Vec<_>>());
        assert!(film <= whole, "{name}: {film} bytes, {whole} as pictures");
    }
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
    let mut seen = vec![[0; 3]; frames[0].picture.pixels.len() / 3];
    for frame in &frames {
        let mut pixels = vec![0; 4 * seen.len()];
        reader.next_frame(&mut pixels).unwrap();
        over(&mut seen, &pixels);
        assert_eq!(seen.concat(), frame.picture.pixels);
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
    let mut seen = vec![[0; 3]; frames[0].picture.pixels.len() / 3];
    for frame in &frames {
        let read = decoder.read_next_frame().unwrap().unwrap();
        assert_eq!(read.dispose, gif::DisposalMethod::Keep);
        over(&mut seen, &read.buffer);
        assert_eq!((read.delay, seen.concat()), ((100.0 * frame.seconds) as u16, frame.picture.pixels.clone()));
    }
    assert!(decoder.read_next_frame().unwrap().is_none());
}
