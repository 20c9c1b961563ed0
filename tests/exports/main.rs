//! Exported models against the programs that they are for: every likelihood with every posterior, each of these pairs
//! with every prior and every kind of network that is offered, loaded by PyTorch and by ONNX Runtime, and compared with
//! what Elbow computes from the same numbers. Event files likewise, by TensorBoard.
//!
//! Where Python lacks `torch`, `safetensors`, `onnx`, `onnxruntime` or `tensorboard`, their check is left out, and the
//! test says so, or with `ELBOW_REQUIRE_PYTHON` fails; `ELBOW_PYTHON` names another interpreter than `python3`.

mod models;
mod networks;
mod tables;

use elbow::explore::HostModel;
use elbow::export::{write_onnx, write_pytorch};
use models::Files;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Run a script of this folder, which prints a line a model and exits with 0 if all are as they should be; `None`
/// where Python lacks one of the modules.
fn python(script: &str, modules: &[&str], arguments: &[&str]) -> Option<String> {
    let interpreter = std::env::var("ELBOW_PYTHON").unwrap_or_else(|_| "python3".into());
    let lacking = |module: &&&str| {
        let tried = Command::new(&interpreter).args(["-c", &format!("import {module}")]).output();
        !tried.is_ok_and(|output| output.status.success())
    };
    let missing: Vec<&str> = modules.iter().filter(lacking).copied().collect();
    if !missing.is_empty() {
        let missing = missing.join(", ");
        let required = std::env::var_os("ELBOW_REQUIRE_PYTHON").is_some();
        assert!(!required, "{interpreter} has no {missing}, and ELBOW_REQUIRE_PYTHON is set");
        // Past the harness, which would keep it to itself.
        let mut terminal = std::io::stderr();
        let _ = writeln!(terminal, "SKIPPED: {script}: {interpreter} has no {missing}; pip install {missing}");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports").join(script);
    let output = Command::new(&interpreter).arg(script).args(arguments).output().expect("Python starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(told)
}

#[test]
fn every_model_has_the_same_elbo_in_pytorch_and_the_same_outputs_in_onnx_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let (torch, onnx) = (folder.path().join("torch"), folder.path().join("onnx"));
    let experiments = models::experiments(&Files::write(folder.path()));
    let count = experiments.len();
    assert!(count > 500, "{count}");
    for (number, (name, experiment)) in experiments.into_iter().enumerate() {
        let model = models::trained(experiment);
        for (root, write) in [(&torch, write_pytorch as fn(&Path, &HostModel) -> _), (&onnx, write_onnx)] {
            let own = root.join(format!("{number:03}"));
            write(&own, &model).unwrap_or_else(|error| panic!("{name}: {error}"));
            std::fs::write(own.join("name"), &name).unwrap();
        }
    }
    let pytorch = python("check_pytorch.py", &["torch", "safetensors"], &[torch.to_str().unwrap()]);
    let runtime = python("check_onnx.py", &["onnx", "onnxruntime", "safetensors"], &[onnx.to_str().unwrap()]);
    for told in [pytorch, runtime].into_iter().flatten() {
        assert!(told.trim_end().ends_with(&format!("{count} models agree")), "{told}");
        eprintln!("{}", told.lines().last().unwrap_or_default());
    }
}

#[test]
fn tensorboard_reads_the_events_of_a_training() {
    let folder = tempfile::tempdir().unwrap();
    let (run, events) = (folder.path().join("run"), folder.path().join("events"));
    let arguments = ["mnist-2d", "--device", "cpu", "--set", "data.limit=700", "--set", "data.validation=100"];
    let mut train = Command::new(env!("CARGO_BIN_EXE_elbow"));
    train.arg("train").args(arguments).args(["--set", "training.batch=50", "--steps", "30", "--out"]).arg(&run);
    let output = train.arg("--tensorboard").arg(&events).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<_> = std::fs::read_dir(&events).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].to_string_lossy().starts_with("events.out.tfevents."), "{names:?}");
    let metrics = run.join("metrics.csv");
    let arguments = [events.to_str().unwrap(), metrics.to_str().unwrap()];
    if let Some(told) = python("check_tensorboard.py", &["tensorboard"], &arguments) {
        assert!(told.contains("events agree"), "{told}");
    }
}
