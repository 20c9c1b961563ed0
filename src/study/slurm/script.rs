//! The batch script of an array.

use crate::study::manifest::{quoted, ranges};
use std::fmt::Write as _;
use std::path::Path;

/// Slurm's options for each point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--partition`.
    pub partition: Option<String>,
    /// `--account`.
    pub account: Option<String>,
    /// `--time`.
    pub time: Option<String>,
    /// `--gpus`.
    pub gpus: Option<String>,
    /// `--mem`.
    pub memory: Option<String>,
    /// Further options of `sbatch`, as they are.
    pub more: Vec<String>,
    /// Tasks at a time; `None`: as many as Slurm allows.
    pub jobs: Option<usize>,
    /// Threads that a point uses.
    pub threads: usize,
}

/// Seconds before the time limit at which a point is told to save.
const NOTICE: u32 = 120;

/// A script for the points `first + index` of a study.
pub fn script(
    name: &str,
    folder: &Path,
    program: &Path,
    first: usize,
    indices: impl IntoIterator<Item = usize>,
    options: &Options,
) -> String {
    let Options { partition, account, time, gpus, memory, more, jobs, threads } = options;
    let mut head = String::new();
    let mut option = |text: String| {
        let _ = writeln!(head, "#SBATCH {text}");
    };
    let at_a_time = jobs.map_or_else(String::new, |jobs| format!("%{jobs}"));
    let name: String = name.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
    option(format!("--job-name={}", quoted(&name)));
    option(format!("--array={}{at_a_time}", ranges(indices)));
    option(format!("--output={}", quoted(&folder.join("slurm/%A_%a.log").display().to_string())));
    option("--open-mode=append".into());
    option("--nodes=1 --ntasks=1".into());
    option(format!("--cpus-per-task={threads}"));
    let named = [("partition", partition), ("account", account), ("time", time), ("gpus", gpus), ("mem", memory)];
    for (name, value) in named {
        if let Some(value) = value {
            option(format!("--{name}={}", quoted(value)));
        }
    }
    more.iter().for_each(|more| option(more.clone()));
    option("--requeue".into());
    option(format!("--signal=B:USR1@{NOTICE}"));
    let [program, folder] = [program, folder].map(|path| quoted(&path.display().to_string()));
    let index = match first {
        0 => "$SLURM_ARRAY_TASK_ID".to_string(),
        first => format!("$(({first} + SLURM_ARRAY_TASK_ID))"),
    };
    format!(
        "#!/bin/bash\n\
         {head}\n\
         # Each task of the array is one point. It can be stopped and started again at any time, here or on another\n\
         # node: it goes on from its last checkpoint, and a point that is done is passed over.\n\
         {program} study {folder} --task \"{index}\" &\n\
         point=$!\n\
         \n\
         # Slurm says so {NOTICE} seconds before the time limit: the point saves, and the task is queued again. A\n\
         # cancelled or preempted task gets its SIGTERM itself.\n\
         notice=\n\
         trap 'notice=1; kill -TERM \"$point\"' USR1\n\
         trap : TERM\n\
         while :; do\n\
         \u{20}   wait \"$point\"\n\
         \u{20}   status=$?\n\
         \u{20}   kill -0 \"$point\" 2>/dev/null || break\n\
         done\n\
         # {stopped}: stopped and saved before its end.\n\
         if [ \"$status\" = {stopped} ] && [ -n \"$notice\" ]; then\n\
         \u{20}   scontrol requeue \"$SLURM_JOB_ID\" && sleep 60\n\
         fi\n\
         exit \"$status\"\n",
        stopped = crate::study::STOPPED
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_what_was_asked() {
        let options = Options {
            partition: Some("gpu".into()),
            time: Some("1:00:00".into()),
            gpus: Some("1".into()),
            more: vec!["--constraint=a100".into()],
            jobs: Some(8),
            threads: 2,
            ..Options::default()
        };
        let text = script("beta grid", Path::new("/s/a b"), Path::new("/bin/elbow"), 1000, [0, 1, 2, 9], &options);
        for line in [
            "#!/bin/bash",
            "#SBATCH --job-name=beta-grid",
            "#SBATCH --array=0-2,9%8",
            "#SBATCH --output='/s/a b/slurm/%A_%a.log'",
            "#SBATCH --cpus-per-task=2",
            "#SBATCH --partition=gpu",
            "#SBATCH --time=1:00:00",
            "#SBATCH --gpus=1",
            "#SBATCH --constraint=a100",
            "#SBATCH --requeue",
            "#SBATCH --signal=B:USR1@120",
            "/bin/elbow study '/s/a b' --task \"$((1000 + SLURM_ARRAY_TASK_ID))\" &",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
    }
}
