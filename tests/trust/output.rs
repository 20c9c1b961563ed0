//! Output goes where it was sent, or is lost without harm; a number that is not known is called so.

use super::support::{command, elbow, said, trained, without_checksums, workshop};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
#[cfg(target_os = "linux")]
use std::os::unix::process::CommandExt;
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
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_elbow"), "train", &experiment, "--json", "--out", &run]);
    // Whoever runs the tests may ignore hangups, as under `nohup`, and a shell cannot take that back.
    // SAFETY: `signal` may be called between fork and exec.
    unsafe {
        shell.pre_exec(|| {
            libc::signal(libc::SIGHUP, libc::SIG_DFL);
            Ok(())
        })
    };
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
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

    // A folder takes the images one by one.
    let images = folder.path().join("images");
    std::fs::create_dir(&images).unwrap();
    run_it(images.to_str().unwrap(), Stdio::piped());
    let files: Vec<_> = std::fs::read_dir(&images).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 1 && files.iter().all(|file| is_png(&std::fs::read(file).unwrap())), "{files:?}");
}

/// The findings of `elbow eval --json`.
fn evaluated(run: &str, more: &[&str]) -> Value {
    let ended = elbow(&[&["eval", run, "--json", "--gap-images", "0"], more].concat());
    assert_eq!(ended.status.code(), Some(0), "{more:?}: {}", said(&ended));
    serde_json::from_slice(&ended.stdout).unwrap()
}

#[test]
fn item_18_an_error_of_one_image_or_one_sample_is_not_known() {
    let (_folder, run) = trained();
    let warned = |found: &Value, what: &str| found["warnings"].to_string().contains(what);
    let one = evaluated(&run, &["--images", "1", "--method", "importance", "--samples", "100"]);
    assert!(one["elbo_se"].is_null() && one["log_px_se"].is_number(), "{one}");
    assert!(warned(&one, "one image"), "{one}");
    for samples in ["1", "2", "5"] {
        let few = evaluated(&run, &["--images", "4", "--method", "importance", "--samples", samples]);
        assert_eq!(few["log_px_se"].is_null(), samples == "1", "{few}");
        assert!(few["elbo_se"].is_number() && warned(&few, "so few samples"), "{few}");
    }
    let enough = evaluated(&run, &["--images", "4", "--method", "importance", "--samples", "100"]);
    assert!(!warned(&enough, "so few samples"), "{enough}");

    let arguments = ["eval", &run, "--images", "1", "--method", "importance", "--samples", "1", "--gap-images", "0"];
    let text = String::from_utf8(elbow(&arguments).stdout).unwrap();
    assert!(text.contains("standard error not known") && !text.contains("± 0.000"), "{text}");
    assert!(!text.contains("DISAGREE"), "{text}");
}

#[test]
fn item_18_wrong_pictures_are_refused_before_the_work() {
    let (folder, run) = trained();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let (jpeg, png) = (at("x.jpg"), at("x.png"));
    for (arguments, expected) in [
        (&["sample", &run, "--out", &jpeg][..], ".png"),
        (&["traverse", &run, "--image", "500", "--out", &png], "--image 500: the test has 20 images"),
        (&["sample", &run, "--scale", "1000000", "--out", &png], "smaller scale"),
        (&["sample", &run, "--scale", "18446744073709551615", "--out", &png], "smaller scale"),
    ] {
        let ended = elbow(arguments);
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {}", said(&ended));
        assert!(said(&ended).contains(expected), "{arguments:?}: {}", said(&ended));
        assert!(!Path::new(&jpeg).exists() && !Path::new(&png).exists());
    }
    assert_eq!(elbow(&["traverse", &run, "--image", "0", "--out", &png]).status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn item_18_a_name_that_json_cannot_hold_is_refused_before_training() {
    use std::os::unix::ffi::OsStrExt;
    let (folder, experiment, _) = workshop(10);
    let out = folder.path().join(std::ffi::OsStr::from_bytes(b"run-\xff"));
    let ended = command(&["train", &experiment, "--json", "--out"]).arg(&out).output().unwrap();
    assert_eq!(ended.status.code(), Some(2), "{}", said(&ended));
    assert!(said(&ended).contains("UTF-8") && !out.exists(), "{}", said(&ended));
    let ended = command(&["train", &experiment, "--out"]).arg(&out).output().unwrap();
    assert_eq!(ended.status.code(), Some(0), "without JSON there is nothing to hold it: {}", said(&ended));
}

#[test]
fn item_06_what_is_left_of_a_diverged_run_is_good() {
    for rate in ["3.0", "1e3", "1e6", "1e20", "1e30"] {
        for optimiser in ["Adam()", "Sgd(momentum: 0.9)"] {
            let (_folder, experiment, run) = workshop(60);
            let set = [format!("training.learning_rate={rate}"), format!("training.optimiser={optimiser}")];
            let trained = elbow(&["train", &experiment, "--set", &set[0], "--set", &set[1], "--out", &run]);
            let case = format!("{set:?}: {}", said(&trained));
            if said(&trained).contains("learning_rate") && trained.status.code() == Some(2) {
                continue; // Refused by its limits.
            }
            assert!(matches!(trained.status.code(), Some(0 | 1)), "{case}");
            let eval =
                ["eval", &run, "--images", "4", "--method", "importance", "--samples", "50", "--gap-images", "0"];
            let evaluated = elbow(&eval);
            assert_eq!(evaluated.status.code(), Some(0), "{case}: {}", said(&evaluated));
            let text = String::from_utf8(evaluated.stdout).unwrap();
            assert!(text.contains("ELBO") && !text.contains("ELBO            NaN"), "{case}: {text}");
        }
    }
}

#[test]
fn item_06_a_model_whose_bound_is_not_finite_is_not_evaluated() {
    // As a run of before there were checksums: the learned σ of a trained run is made as large as a number can be.
    let (_folder, run) = trained();
    without_checksums(&run);
    let file = Path::new(&run).join("checkpoint/model.safetensors");
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::MAX.to_le_bytes());
    std::fs::write(&file, bytes).unwrap();
    let ended = elbow(&["eval", &run, "--images", "4", "--samples", "50", "--gap-images", "0"]);
    assert_eq!(ended.status.code(), Some(1), "{}", said(&ended));
    assert!(ended.stdout.is_empty(), "{}", String::from_utf8_lossy(&ended.stdout));
}
