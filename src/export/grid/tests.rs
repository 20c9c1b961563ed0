//! Pixel by pixel against the definition of a grid.

use super::*;
use proptest::prelude::*;

fn images(count: usize, channels: usize, height: usize, width: usize) -> Images {
    let n = count * channels * height * width;
    // Levels that differ between all pixels of small stacks.
    let pixels = (0..n).map(|i| (i * 37 % 256) as f32 / 255.0).collect();
    Images { count, channels, height, width, pixels, columns: None }
}

fn pixel(picture: &RgbImage, x: usize, y: usize) -> [u8; 3] {
    let start = 3 * (y * picture.width + x);
    picture.pixels[start..start + 3].try_into().unwrap()
}

/// Everything that is neither the image nor the background: the bounding box (x from, x to, y from, y to).
fn ink_box(picture: &RgbImage, ink: [u8; 3]) -> Option<(usize, usize, usize, usize)> {
    let inked = (0..picture.height * picture.width).map(|i| (i % picture.width, i / picture.width));
    inked.filter(|&(x, y)| pixel(picture, x, y) == ink).fold(None, |found, (x, y)| {
        let (left, right, top, bottom) = found.unwrap_or((x, x, y, y));
        Some((left.min(x), right.max(x), top.min(y), bottom.max(y)))
    })
}

proptest! {
    #[test]
    fn every_pixel_is_where_the_definition_says(
        count in 1usize..8, rgb in any::<bool>(), height in 1usize..5, width in 1usize..5,
        columns in 1usize..6, scale in 1usize..4, padding in 0usize..4,
    ) {
        let channels = if rgb { 3 } else { 1 };
        let stack = images(count, channels, height, width);
        let background = [7, 77, 177];
        let options = GridOptions { columns, scale, padding, labels: false, background };
        let picture = grid(&stack, &options, &GridLabels::default()).unwrap();

        let columns = columns.min(count);
        let rows = count.div_ceil(columns);
        prop_assert_eq!(picture.width, padding + columns * (scale * width + padding));
        prop_assert_eq!(picture.height, padding + rows * (scale * height + padding));
        prop_assert_eq!(picture.pixels.len(), 3 * picture.width * picture.height);
        for y in 0..picture.height {
            for x in 0..picture.width {
                let mut expected = background;
                for index in 0..count {
                    let left = padding + (index % columns) * (scale * width + padding);
                    let top = padding + (index / columns) * (scale * height + padding);
                    if (left..left + scale * width).contains(&x) && (top..top + scale * height).contains(&y) {
                        let (ix, iy) = ((x - left) / scale, (y - top) / scale);
                        for (c, value) in expected.iter_mut().enumerate() {
                            let channel = if rgb { c } else { 0 };
                            let at = ((index * channels + channel) * height + iy) * width + ix;
                            *value = (stack.pixels[at] * 255.0).round() as u8;
                        }
                    }
                }
                prop_assert_eq!(pixel(&picture, x, y), expected, "at {}, {}", x, y);
            }
        }
    }

    #[test]
    fn no_options_panic(
        count in 0usize..4, channels in 0usize..5, height in 0usize..4, width in 0usize..4,
        columns in prop_oneof![0usize..4, Just(usize::MAX)], scale in prop_oneof![0usize..6, Just(usize::MAX)],
        padding in prop_oneof![0usize..4, Just(usize::MAX)],
        rows in prop::collection::vec("\\PC{0,6}", 0..6), tops in prop::collection::vec("\\PC{0,6}", 0..6),
    ) {
        let options = GridOptions { columns, scale, padding, ..GridOptions::default() };
        let labels = GridLabels { rows, columns: tops };
        let drawn = grid(&images(count, channels, height, width), &options, &labels);
        let sound = count > 0 && height > 0 && width > 0 && matches!(channels, 1 | 3)
            && columns > 0 && (1..6).contains(&scale) && padding < 4;
        prop_assert_eq!(drawn.is_ok(), sound);
    }
}

#[test]
fn one_to_one_is_the_images_themselves() {
    let stack = images(4, 1, 2, 3);
    let picture = grid(&stack, &GridOptions::one_to_one(1), &GridLabels::default()).unwrap();
    let grey: Vec<u8> = stack.pixels.iter().flat_map(|&level| [byte(level); 3]).collect();
    assert_eq!((picture.width, picture.height, picture.pixels), (3, 8, grey));
}

#[test]
fn levels_are_clamped_and_nan_is_black() {
    let stack =
        Images { count: 1, channels: 1, height: 1, width: 4, pixels: vec![-1.0, 2.0, f32::NAN, 0.5], columns: None };
    let picture = grid(&stack, &GridOptions::one_to_one(1), &GridLabels::default()).unwrap();
    assert_eq!((0..4).map(|x| pixel(&picture, x, 0)[0]).collect::<Vec<_>>(), [0, 255, 0, 128]);
}

/// Black images on white: the labels are the only other ink, so grey images at level 0.5 leave it alone.
fn labelled(columns: usize, scale: usize, labels: &GridLabels) -> RgbImage {
    let stack = Images { count: 6, channels: 1, height: 28, width: 28, pixels: vec![0.5; 6 * 28 * 28], columns: None };
    grid(&stack, &GridOptions { columns, scale, ..GridOptions::default() }, labels).unwrap()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

#[test]
fn row_labels_stand_left_of_their_row() {
    for row in 0..2 {
        let mut rows = texts(&["", ""]);
        rows[row] = "mean".into();
        let picture = labelled(3, 2, &GridLabels { rows, columns: vec![] });
        let (left, right, top, bottom) = ink_box(&picture, [0; 3]).unwrap();
        let gutter = 2 + font::width("mean") + 2;
        assert_eq!(picture.width, gutter + 4 + 3 * (56 + 4));
        assert!(left >= 2 && right < gutter, "{left}..{right}");
        let cell = 4 + row * 60;
        assert!(top >= cell && bottom < cell + 56, "{top}..{bottom}");
        assert!((top + bottom).abs_diff(2 * cell + 56) <= GLYPH_HEIGHT, "centred");
    }
}

#[test]
fn column_labels_stand_above_their_column_and_turn_upright_where_they_do_not_fit() {
    let label = |text: &str, scale| {
        let columns = texts(&["", text, ""]);
        let picture = labelled(3, scale, &GridLabels { rows: vec![], columns });
        let cell = 28 * scale;
        let above = picture.height - (4 + 2 * (cell + 4));
        let (left, right, top, bottom) = ink_box(&picture, [0; 3]).unwrap();
        assert!(bottom < above, "{text}: above the grid");
        let middle = 4 + (cell + 4) + cell / 2;
        assert!((left + right).abs_diff(2 * middle) <= 2 * GLYPH_HEIGHT, "{text}: over its column");
        (right - left, bottom - top)
    };
    let (width, height) = label("-1.28", 2);
    assert!(width > height);
    let (width, height) = label("far too long a label", 2);
    assert!(width < height);
    // Magnified with the images: at scale 6 a font pixel is 3 × 3.
    assert_eq!(label("M", 6), (14, 20));
}

#[test]
fn labels_take_the_ink_that_shows_and_can_be_left_out() {
    let stack = Images { count: 1, channels: 1, height: 9, width: 40, pixels: vec![0.5; 360], columns: None };
    let labels = GridLabels { rows: texts(&["x"]), columns: texts(&["y"]) };
    let dark = GridOptions { background: [20, 20, 30], ..GridOptions::default() };
    assert!(ink_box(&grid(&stack, &dark, &labels).unwrap(), [255; 3]).is_some());
    let without = GridOptions { labels: false, ..dark.clone() };
    assert_eq!(grid(&stack, &without, &labels).unwrap(), grid(&stack, &dark, &GridLabels::default()).unwrap());
}

#[test]
fn each_refusal_says_what_is_wrong() {
    let message =
        |stack: &Images, options: GridOptions| grid(stack, &options, &GridLabels::default()).unwrap_err().to_string();
    let sound = images(2, 1, 4, 4);
    assert!(message(&Images::default(), GridOptions::default()).contains("0 channels"));
    assert!(message(&images(1, 2, 2, 2), GridOptions::default()).contains("2 channels"));
    assert!(message(&images(0, 1, 2, 2), GridOptions::default()).contains("no images"));
    assert!(message(&Images { pixels: vec![0.0; 3], ..sound.clone() }, GridOptions::default()).contains("3 numbers"));
    assert!(message(&sound, GridOptions { columns: 0, ..GridOptions::default() }).contains("`columns`"));
    assert!(message(&sound, GridOptions { scale: 0, ..GridOptions::default() }).contains("`scale`"));
    let huge = message(&sound, GridOptions { scale: 10_000, ..GridOptions::default() });
    assert!(huge.contains("80012 × 40008") && huge.contains("32768"), "{huge}");
    let long = GridLabels { rows: vec!["w".repeat(6_000)], columns: vec![] };
    assert!(grid(&sound, &GridOptions::default(), &long).is_err());
}
