//! The commands `elbow completions` and `elbow man`: what a shell and `man` know of the program.

use super::output;
use crate::files;
use crate::worker::Failure;
use clap::{Args, Command};
use clap_complete::Shell;
use std::path::PathBuf;

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args)]
pub struct ManArgs {
    /// The folder to write the pages into: elbow.1, and one for each command.
    dir: PathBuf,
}

/// Print the completions of a shell for the program.
pub fn completions(args: CompletionsArgs, mut program: Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "elbow", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

/// Write the manual of the program.
pub fn man(args: ManArgs, mut root: Command) -> Result<(), Failure> {
    files::create_folder(&args.dir).map_err(Failure::run)?;
    root.build();
    let mut names = Vec::new();
    for command in std::iter::once(&root).chain(root.get_subcommands().filter(|it| it.get_name() != "help")) {
        let name = match command.get_name() {
            "elbow" => "elbow".to_owned(),
            other => format!("elbow-{other}"),
        };
        let mut page = Vec::new();
        // The parser holds names for as long as the program runs.
        let titled = command.clone().name(&*Box::leak(name.clone().into_boxed_str()));
        clap_mangen::Man::new(titled).render(&mut page).map_err(Failure::run)?;
        files::write(&args.dir.join(format!("{name}.1")), page).map_err(Failure::run)?;
        names.push(name);
    }
    output::line(&format!("{}: {} pages", args.dir.display(), names.len()))
}
