//! Ready manifests for array engines: all that one must do is run `elbow study DIR --task I` for each number I.

use super::record::Record;
use std::fmt::Write as _;
use std::path::Path;

/// The content of a manifest.
pub struct Manifest<'a> {
    /// The study's name.
    pub name: &'a str,
    /// The study's folder.
    pub folder: &'a Path,
    /// This program.
    pub program: &'a Path,
    /// The points that are not done.
    pub points: &'a [Record],
    /// Threads that a point uses.
    pub threads: usize,
    /// Points at a time.
    pub jobs: usize,
}

/// A text as one word of a shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Numbers as ranges: `0-3,7`.
pub fn ranges(numbers: impl IntoIterator<Item = usize>) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(",")
}

impl Manifest<'_> {
    /// A command for GNU parallel; over several machines with `--sshlogin`, where they share the folder.
    pub fn parallel(&self) -> String {
        let Self { folder, program, jobs, .. } = self;
        let [folder, program] = [folder, program].map(|path| quoted(&path.display().to_string()));
        let mut numbers = String::new();
        for record in self.points {
            let _ = write!(numbers, " {}", record.number);
        }
        format!(
            "#!/bin/sh\n\
             # The points of {} that are not done, {jobs} at a time. A point that was broken off goes on where it\n\
             # was: run this again. Other machines that share the folder join in by --sshlogin HOST,HOST.\n\
             parallel --jobs {jobs} --joblog {folder}/parallel.log {program} study {folder} --task {{}} :::{numbers}\n",
            self.name
        )
    }

    /// An indexed Job of Kubernetes. The folder must be a volume that all pods share.
    pub fn kubernetes(&self) -> String {
        let Self { name, folder, threads, jobs, points, .. } = self;
        let completions = points.iter().map(|record| record.number + 1).max().unwrap_or(0);
        let name: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "study" } else { name };
        let folder = folder.display();
        format!(
            "# An indexed Job: pod I runs point I of the study; a point that is done is passed over at once.\n\
             # To fill in: the image (one with `elbow` in it), and the claim of a volume that all pods share, on\n\
             # which the study's folder lies (here it is {folder}).\n\
             apiVersion: batch/v1\n\
             kind: Job\n\
             metadata:\n\
             \u{20} name: {name}\n\
             spec:\n\
             \u{20} completionMode: Indexed\n\
             \u{20} completions: {completions}\n\
             \u{20} parallelism: {jobs}\n\
             \u{20} # A pod that is evicted or loses its node is started again, and goes on from its checkpoint.\n\
             \u{20} backoffLimitPerIndex: 6\n\
             \u{20} template:\n\
             \u{20}   spec:\n\
             \u{20}     restartPolicy: Never\n\
             \u{20}     # SIGTERM saves a checkpoint: leave time for it.\n\
             \u{20}     terminationGracePeriodSeconds: 120\n\
             \u{20}     containers:\n\
             \u{20}       - name: elbow\n\
             \u{20}         image: IMAGE\n\
             \u{20}         command: [\"sh\", \"-c\", \"exec elbow study /study --task $JOB_COMPLETION_INDEX\"]\n\
             \u{20}         resources:\n\
             \u{20}           requests: {{ cpu: \"{threads}\" }}\n\
             \u{20}         volumeMounts:\n\
             \u{20}           - {{ name: study, mountPath: /study }}\n\
             \u{20}     volumes:\n\
             \u{20}       - name: study\n\
             \u{20}         persistentVolumeClaim: {{ claimName: CLAIM }}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ranges() {
        assert_eq!(ranges([0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
        assert_eq!(ranges([]), "");
    }

    #[test]
    fn words_of_a_shell_are_quoted_where_needed() {
        assert_eq!(quoted("/a/b-c_0.1,d=e"), "/a/b-c_0.1,d=e");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
