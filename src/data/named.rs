//! A source of images as a person names it for a model that is trained: a path, a built-in's name, or RON.

use super::guess::guess_source;
use super::{DataError, ImageShape};
use crate::experiment::{Source, ToySet};
use std::path::Path;

/// The source that `text` names: a built-in (`mnist`, `shapes`, `toy`, `wine`), a folder or file of data, whose kind
/// its content tells, or a source as an experiment's file writes it, such as `Folder(path: "faces", width: 64, height:
/// 64, rgb: true)`. Pictures are resized to `image`, the shape of the images that a model was trained on, where it is
/// known.
///
/// # Errors
/// There is no such source; the message lists the sources that can be named.
pub fn source_named(text: &str, image: Option<ImageShape>) -> Result<Source, DataError> {
    let path = Path::new(text);
    match text {
        "mnist" | "MNIST" => return Ok(Source::Mnist),
        "shapes" => return Ok(Source::Shapes { count: 20_000, size: image.map_or(32, |image| image.width) }),
        "toy" => return Ok(Source::Toy { set: ToySet::default(), count: 20_000, noise: 0.1 }),
        "wine" => return Ok(Source::Wine),
        _ if text.contains('(') && !path.exists() => {
            let wrong = |error| DataError(format!("{text}: this is not a source of images: {error}"));
            return ron::from_str(text).map_err(wrong);
        }
        _ if !path.exists() => {
            return Err(DataError(format!(
                "{text}: there is no such file or folder; name a folder of pictures, a file of images, a built-in \
                 (mnist, shapes, toy, wine) or a source as an experiment's file has it, such as \
                 'Folder(path: \"faces\")'"
            )));
        }
        _ => {}
    }
    let mut source = guess_source(path)?;
    if let (Source::Folder { width, height, rgb, .. } | Source::Parquet { width, height, rgb, .. }, Some(image)) =
        (&mut source, image)
    {
        (*width, *height, *rgb) = (image.width, image.height, image.channels == 3);
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Option<ImageShape> = Some(ImageShape { channels: 3, height: 16, width: 24 });

    #[test]
    fn built_ins_and_ron_are_named() {
        assert!(matches!(source_named("mnist", SHAPE), Ok(Source::Mnist)));
        assert!(matches!(source_named("toy", SHAPE), Ok(Source::Toy { set: ToySet::Moons, .. })));
        assert!(matches!(source_named("shapes", None), Ok(Source::Shapes { size: 32, .. })));
        let ron = source_named("Folder(path: \"x\", width: 8, height: 9)", SHAPE);
        assert!(matches!(ron, Ok(Source::Folder { width: 8, height: 9, rgb: false, .. })));
    }

    #[test]
    fn what_is_no_source_is_refused_with_what_could_be() {
        let said = |text| source_named(text, SHAPE).unwrap_err().to_string();
        let missing = said("/no/such/folder");
        assert!(missing.contains("/no/such/folder") && missing.contains("mnist, shapes"), "{missing}");
        assert!(said("Folder(pathh: \"x\")").contains("not a source"));
    }
}
