//! The command `elbow export`: a trained model for other programs.

use super::arguments::RunArgs;
use super::headless::Headless;
use super::output;
use crate::explore::{Answer, HostModel, Question};
use crate::export::{COLUMNS_FILE, write_onnx, write_pytorch};
use crate::worker::Failure;
use clap::{ArgGroup, Args};
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(group(ArgGroup::new("form").required(true).multiple(true)))]
pub struct ExportArgs {
    #[command(flatten)]
    run: RunArgs,
    /// Write model.safetensors with PyTorch's names and layouts, model.py, which loads it, and numbers to check it by,
    /// into this folder.
    #[arg(long, value_name = "FOLDER", group = "form")]
    pytorch: Option<PathBuf>,
    /// Write encoder.onnx and decoder.onnx, for any number of images at a time, and numbers to check them by, into this
    /// folder.
    #[arg(long, value_name = "FOLDER", group = "form")]
    onnx: Option<PathBuf>,
}

pub fn run(args: ExportArgs) -> Result<(), Failure> {
    for folder in [&args.pytorch, &args.onnx].into_iter().flatten() {
        if folder.is_file() {
            return Err(Failure::Input(format!("{}: this is a file; name a folder", folder.display())));
        }
    }
    let headless = Headless::open(&args.run)?;
    let model = model(&headless)?;
    if let Some(folder) = &args.pytorch {
        write_pytorch(folder, &model).map_err(Failure::run)?;
        written(folder, &model, ["model.py", "model.safetensors", "reference.safetensors"])?;
    }
    if let Some(folder) = &args.onnx {
        write_onnx(folder, &model).map_err(Failure::run)?;
        written(folder, &model, ["encoder.onnx", "decoder.onnx", "reference.safetensors"])?;
    }
    Ok(())
}

/// Say which files a folder has got; a model of a table brings its columns.
fn written(folder: &Path, model: &HostModel, files: [&str; 3]) -> Result<(), Failure> {
    let columns = model.columns.is_some().then_some(COLUMNS_FILE);
    let files: Vec<&str> = files.into_iter().chain(columns).collect();
    output::line(&format!("{}: {}", folder.display(), files.join(", ")))
}

/// The model that a run has.
fn model(headless: &Headless) -> Result<HostModel, Failure> {
    match &headless.ask(Question::Model)?.answer {
        Answer::Model(model) => Ok((**model).clone()),
        _ => Err(Failure::run("an internal error: the answer is not to the question")),
    }
}
