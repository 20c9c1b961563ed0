//! Items 16 to 18: output goes where it was sent, or is lost without harm; what is not known is called that.

use super::support::{command, elbow, said, trained, workshop};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;

/// A pipe whose reader has left.
fn left_pipe() -> std::io::PipeWriter {
    std::io::pipe().expect("a pipe").1
}

#[cfg(target_os = "linux")]
fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn item_17_a_standard_error_that_nobody_reads_stops_no_training() {
    for which in ["closed", "full"] {
        let error = || if which == "closed" { Stdio::from(left_pipe()) } else { Stdio::from(full()) };
        let (_folder, experiment, run) = workshop(10);
        let ended = command(&["train", &experiment, "--out", &run]).stderr(error()).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{which}");
        for file in ["experiment.ron", "metrics.csv", "samples.png"] {
            assert!(Path::new(&run).join(file).exists(), "{which}: {file}");
        }
        // Its one message is lost; the exit status still tells.
        let refused = command(&["train", "no-such-preset"]).stderr(error()).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{which}");
        let refused = command(&["no-such-command", "--at-all"]).stderr(error()).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{which}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn item_17_a_standard_output_that_nobody_reads_is_no_panic() {
    let (_folder, run) = trained();
    for arguments in [&["presets"][..], &["devices"], &["--help"], &["eval", &run, "--images", "2", "--json"]] {
        let ended = command(arguments).stdout(left_pipe()).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", said(&ended));
    }
    let ended = command(&["presets"]).stdout(full()).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(said(&ended).contains("cannot write to standard output"), "{}", said(&ended));
    // Both at once, as of `2>&1 | head -1`.
    let pipe = left_pipe();
    let both = command(&["presets"]).stderr(pipe.try_clone().unwrap()).stdout(pipe).output().unwrap();
    assert_eq!(both.status.code(), Some(0));
}

/// A run of very many steps, sent `signal` at its first progress line by way of a shell that runs `before` first.
#[cfg(target_os = "linux")]
fn signalled(before: &str, signals: &[&str]) -> (Option<i32>, String) {
    let (_folder, experiment, run) = workshop(100_000_000);
    let script = format!("{before} exec \"$0\" \"$@\"");
    let mut child = std::process::Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_elbow"), "train", &experiment, "--json", "--out", &run])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let next_line = |from: &mut dyn std::io::BufRead| {
        let mut line = String::new();
        while !line.contains("images/s") {
            line.clear();
            assert!(from.read_line(&mut line).unwrap() > 0, "it ended by itself");
        }
    };
    for signal in signals {
        next_line(&mut stderr);
        let sent = std::process::Command::new("kill").args([*signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    (child.wait().unwrap().code(), out)
}

#[test]
#[cfg(target_os = "linux")]
fn item_17_an_ignored_hangup_stays_ignored() {
    // The second one is what ends it: had the first one counted, this would be at once, with 130.
    let (status, summary) = signalled("trap '' HUP;", &["-HUP", "-INT"]);
    assert_eq!(status, Some(0), "{summary}");
    assert!(summary.contains("\"state\":\"stopped\""), "{summary}");
    let (status, summary) = signalled("", &["-HUP"]);
    assert_eq!(status, Some(0), "{summary}");
    assert!(summary.contains("\"state\":\"stopped\""), "{summary}");
}

#[test]
#[cfg(target_os = "linux")]
fn item_16_what_is_no_regular_file_is_written_through() {
    let (folder, run) = trained();
    let is_png = |bytes: &[u8]| bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82");
    let sample = |out: &str| ["sample", &run, "--grid", "1x2", "--out", out].map(str::to_string);
    let run_it = |out: &str, to: Stdio| {
        let arguments = sample(out);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ended = command(&arguments).stdout(to).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{out}: {}", said(&ended));
        ended
    };
    for out in ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"] {
        assert!(is_png(&run_it(out, Stdio::piped()).stdout), "{out} to a pipe");
        let path = folder.path().join("redirected.png");
        let mut file = File::create(&path).unwrap();
        run_it(out, file.try_clone().unwrap().into());
        assert!(is_png(&std::fs::read(&path).unwrap()), "{out} to a file");
        // Still the file that the shell opened, not another under its name.
        file.write_all(b"more").unwrap();
        assert!(std::fs::read(&path).unwrap().len() > 4, "{out}");
    }
    assert!(std::fs::symlink_metadata("/dev/stdout").unwrap().is_symlink(), "the machine's own link is untouched");

    run_it("/dev/null", Stdio::piped());
    let link = folder.path().join("link.png");
    std::os::unix::fs::symlink("file.png", &link).unwrap();
    run_it(link.to_str().unwrap(), Stdio::piped());
    assert!(link.is_symlink());
    assert!(is_png(&std::fs::read(folder.path().join("file.png")).unwrap()));

    let fifo = folder.path().join("fifo.png");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || std::fs::read(fifo).unwrap()
    });
    run_it(fifo.to_str().unwrap(), Stdio::piped());
    assert!(is_png(&reader.join().unwrap()));
    assert!(!std::fs::metadata(&fifo).unwrap().is_file());

    let refused = elbow(&["sample", &run, "--out", folder.path().to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2), "a folder: {}", said(&refused));
}
