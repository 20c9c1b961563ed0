//! Masks, which say which values of an array are known.

use super::{expected, good, load, load_data};
use elbow::data::{Dataset, Split, Survey};
use elbow::experiment::{Augmentation, Binarisation, Data, Experiment, Likelihood, MaskOnes, Missing, Source};

/// The array `images` of a file under a mask.
fn masked(file: &str, name: &str, by: &str, ones: MaskOnes) -> Source {
    let mut source = Source::arrays(&good(file));
    let Source::Arrays { images, labels, mask, mask_ones, .. } = &mut source else { unreachable!("arrays") };
    (*images, *labels, *mask, *mask_ones) = (name.into(), Some(good("labels.npy")), Some(by.into()), ones);
    source
}

/// Whether each value of the fixtures is known by the mask in `make.py`, and the value on the scale from 0 to 1.
fn wanted(n: usize, channels: usize, shared: bool) -> Vec<Option<f32>> {
    let (bytes, first) = (expected(n, channels), expected(n, 1));
    let known = |i: usize| if shared { first[i % 20] % 3 != 0 } else { bytes[i] % 3 != 0 };
    (0..bytes.len()).map(|i| known(i).then(|| f32::from(bytes[i]) / 255.0)).collect()
}

fn as_known(pixels: &[f32]) -> Vec<Option<f32>> {
    pixels.iter().map(|value| (!value.is_nan()).then_some(*value)).collect()
}

/// The images of the fixtures, whichever split they are in.
fn check(dataset: &Dataset, channels: usize, shared: bool, what: &str) {
    let mut seen = 0;
    for split in [Split::Train, Split::Test] {
        for index in (0..dataset.len(split)).filter(|&index| dataset.number(split, index) < 6) {
            let n = dataset.number(split, index) as usize;
            let found = dataset.gather_grey(split, &[index]).pixels;
            let close = |(a, b): (&Option<f32>, &Option<f32>)| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-6,
                (a, b) => a == b,
            };
            let wanted = wanted(n, channels, shared);
            assert!(as_known(&found).iter().zip(&wanted).all(close), "{what}: {n}: {found:?}, not {wanted:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 6, "{what}");
}

#[test]
fn masks_of_either_meaning_and_any_order_hide_values_as_if_they_were_nan() {
    for (images, mask, ones, channels, shared) in [
        ("images", "known", MaskOnes::Known, 1, false),
        ("images", "missing", MaskOnes::Missing, 1, false),
        // The range of the values is that of the known ones: -999 lies under the mask.
        ("wild", "known", MaskOnes::Known, 1, false),
        ("wild", "missing", MaskOnes::Missing, 1, false),
        ("wild_first", "shared", MaskOnes::Known, 3, true),
        ("wild_first", "each", MaskOnes::Known, 3, false),
    ] {
        let what = format!("{images} by {mask}");
        let dataset = load(masked("masked.npz", images, mask, ones)).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(dataset.is_incomplete());
        check(&dataset, channels, shared, &what);
    }
    let dataset = load(masked("several.h5", "images", "group/known", MaskOnes::Known)).expect("HDF5");
    check(&dataset, 1, false, "HDF5");
    let mask = good("known.npy").display().to_string();
    check(&load(masked("grey.npy", "", &mask, MaskOnes::Known)).expect("NPY"), 1, false, "NPY files");
}

#[test]
fn a_mask_leaves_the_same_images_with_a_limit_and_the_same_fingerprint_whatever_it_hides() {
    let of = |images: &str, limit| {
        let source = masked("masked.npz", images, "known", MaskOnes::Known);
        let data = Data { source, binarisation: Binarisation::None, validation: 1, limit, ..Data::default() };
        load_data(data).expect("an archive")
    };
    let (all, some) = (of("images", None), of("images", Some(3)));
    for index in 0..some.len(Split::Train) {
        let number = some.number(Split::Train, index);
        let there = (0..all.len(Split::Train)).find(|&i| all.number(Split::Train, i) == number).expect("among all");
        let [a, b] = [some.gather_grey(Split::Train, &[index]), all.gather_grey(Split::Train, &[there])];
        assert_eq!(as_known(&a.pixels), as_known(&b.pixels));
    }
    assert_eq!(of("wild", None).fingerprint().difference(of("images", None).fingerprint()), None);
    // Hidden values move with their image.
    let source = masked("masked.npz", "images", "known", MaskOnes::Known);
    let augmentation = Augmentation { flip: true, shift: 1, ..Augmentation::default() };
    let data = Data { source, binarisation: Binarisation::None, validation: 0, augmentation, ..Data::default() };
    let mut batch = Vec::new();
    load_data(data).expect("an archive").training_batch(&[0, 1, 2], 1, &mut batch);
    let forbidden = |value: &&f32| !value.is_nan() && ((*value * 255.0).round() as u32).is_multiple_of(3);
    assert_eq!(batch.iter().find(forbidden), None, "a hidden value is seen");
}

#[test]
fn test_images_have_a_mask_of_their_own_or_are_complete() {
    for own in [false, true] {
        let mut source = masked("masked.npz", "images", "known", MaskOnes::Known);
        let Source::Arrays { test_images, test_mask, .. } = &mut source else { unreachable!("arrays") };
        *test_images = Some("x_test".into());
        *test_mask = own.then(|| "test_known".into());
        let dataset = load(source).expect("an archive");
        for n in 0..2 {
            let found = as_known(&dataset.gather_grey(Split::Test, &[n]).pixels);
            let hidden = wanted(6 + n, 1, false).iter().filter(|value| value.is_none()).count();
            assert_eq!(found.iter().filter(|value| value.is_none()).count(), if own { hidden } else { 0 });
        }
        let survey = Survey::of(&dataset, &mut |_| {}, &|| false).expect("not called off");
        let hidden = |n: usize| wanted(n, 1, false).iter().filter(|value| value.is_none()).count() as u64;
        let all: u64 = (0..if own { 8 } else { 6 }).map(hidden).sum();
        assert_eq!(survey.values.missing, all);
        assert_eq!(
            dataset.notes().iter().filter(|note| note.contains("missing by the mask")).count(),
            1 + usize::from(own)
        );
    }
}

#[test]
fn an_array_that_is_no_mask_is_refused_in_words_and_one_that_may_be_is_named() {
    let refused = |mask: &str| load(masked("masked.npz", "images", mask, MaskOnes::Known)).expect_err("refused");
    for (mask, words) in [
        ("nothing", "has no array `nothing`; it has `images` (6 × 4 × 5"),
        ("small", "`small` (6 × 2 × 5, booleans), which is no mask of the images `images` (6 × 4 × 5"),
        ("strange", "a mask has 0 and 1 (false and true), and nothing else"),
    ] {
        let error = refused(mask);
        assert!(error.contains("masked.npz") && error.contains(words), "{words} in {error}");
    }
    let dataset = load(Source::arrays(&good("mask-named.npz"))).expect("an archive");
    assert!(!dataset.is_incomplete(), "no array is taken for a mask by its name");
    let told = "`mask` (6 × 4 × 5, booleans) is not used; if it says which values are known, name it in";
    assert!(dataset.notes().iter().any(|note| note.contains(told)), "{:?}", dataset.notes());
    // A test mask without test images.
    let mut experiment = Experiment::default();
    experiment.data.source = Source::arrays(&good("grey.npy"));
    let Source::Arrays { test_mask, .. } = &mut experiment.data.source else { unreachable!("arrays") };
    *test_mask = Some("x".into());
    assert!(experiment.problems(None).iter().any(|problem| problem.path == "data.source.test_mask"));
    // What hidden values forbid, a mask forbids too.
    experiment.decoder.likelihood = Likelihood::GaussianOptimal;
    assert_eq!(experiment.data.missing, Missing::None);
    assert!(experiment.problems(None).iter().any(|problem| problem.to_string().contains("some are missing")));
}
