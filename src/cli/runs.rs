//! The command `elbow runs`.

use super::output;
use crate::files;
use crate::library::{self, Column, Filter, Library, RunSummary, Settings, Sort, View};
use crate::worker::Failure;
use clap::Args;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct RunsArgs {
    /// Folders with runs or studies in them; by default those of the library that the window shows.
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Only runs of which this holds: words, and comparisons as `beta > 2 and elbo > -100`, `name ~ iwae`, `starred`.
    #[arg(long, value_name = "EXPR", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    filter: String,
    /// Sort by a column or a field of the experiment; with `-` before it, the largest first.
    #[arg(long, value_name = "FIELD", default_value = "-date", allow_hyphen_values = true)]
    sort: String,
    /// Print JSON, a line for each run, with all fields of its experiment.
    #[arg(long, conflicts_with_all = ["csv", "markdown"])]
    json: bool,
    /// Print CSV; numbers read back exactly.
    #[arg(long, conflicts_with = "markdown")]
    csv: bool,
    /// Print a table of Markdown.
    #[arg(long)]
    markdown: bool,
}

pub fn run(args: RunsArgs) -> Result<(), Failure> {
    let runs = Library::read(&folders(&args)?);
    let paths: BTreeSet<String> = runs.iter().flat_map(|run| run.fields.iter()).map(|it| it.path.clone()).collect();
    let filter = Filter::new(&args.filter, &paths)
        .map_err(|error| Failure::Input(format!("--filter \"{}\": {error}", args.filter)))?;
    let view = View::of(&runs, &filter, &sort(&args.sort, &paths)?);
    if args.json {
        return view.rows.iter().try_for_each(|&row| output::json(&library::json(&runs[row])));
    }
    if args.csv {
        return output::print(&library::csv(&runs, &view, None));
    }
    if args.markdown {
        return output::print(&library::markdown(&runs, &view, None));
    }
    output::print(&library::text(&runs, &view))?;
    for &row in &view.rows {
        let RunSummary { state, folder, .. } = &*runs[row];
        if let (library::RunState::Damaged(_), Some(why)) = (state, state.why()) {
            output::note(format_args!("{} is damaged: {why}", folder.display()));
        }
    }
    output::note(format_args!("{}", count(&runs, &view)));
    Ok(())
}

/// The folders of the arguments, or those of the library.
fn folders(args: &RunsArgs) -> Result<Vec<PathBuf>, Failure> {
    if let Some(missing) = args.folders.iter().find(|folder| !folder.is_dir()) {
        return Err(Failure::Input(format!("{}: there is no such folder", missing.display())));
    }
    if !args.folders.is_empty() {
        return Ok(args.folders.clone());
    }
    let data = files::user_data().ok_or_else(|| {
        Failure::Input("the system names no home folder, and so there is no library: name a folder with runs".into())
    })?;
    Ok(Settings::load(&data).map_err(Failure::Input)?.roots(&data))
}

fn sort(text: &str, paths: &BTreeSet<String>) -> Result<Sort, Failure> {
    let name = text.strip_prefix('-').unwrap_or(text);
    let column: Column =
        library::column_of(name, paths).map_err(|error| Failure::Input(format!("--sort {text}: {error}")))?;
    Ok(Sort { column, descending: name != text })
}

fn count(runs: &[Arc<RunSummary>], view: &View) -> String {
    match (view.rows.len(), runs.len()) {
        (_, 0) => "no runs".into(),
        (1, 1) => "1 run".into(),
        (shown, all) if shown == all => format!("{all} runs"),
        (shown, all) => format!("{shown} of {all} runs"),
    }
}
