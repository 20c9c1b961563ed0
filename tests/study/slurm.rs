//! Studies through a real Slurm.
#![cfg(target_os = "linux")]

use super::cluster::Cluster;
use super::support::{Workshop, assert_same, elbow, ended, out, said, states};
use std::time::{Duration, Instant};

/// Points of the study: enough that the node dies in the middle.
fn points() -> usize {
    if std::env::var_os("ELBOW_CAMPAIGN").is_some_and(|kind| kind == "full") { 200 } else { 40 }
}

#[test]
fn a_study_through_slurm_loses_nothing_when_a_node_dies() {
    let Some(cluster) = Cluster::start() else { return };
    let count = points();
    let workshop = Workshop::new(&format!("axes: [Seeds(count: {count})]"));
    let submit = || cluster.with(workshop.command("slurm", &["--on", "slurm", "--time", "30:00"]));
    let submitted = ended(submit(), 0);
    assert!(out(&submitted).contains(&format!("{count} points")), "{}", out(&submitted));
    let script = std::fs::read_to_string(workshop.at("slurm/slurm/batch-0.sh")).unwrap();
    assert!(
        script.contains(&format!("--array=0-{}", count - 1)) && script.contains("#SBATCH --time=30:00"),
        "{script}"
    );
    let folder = workshop.at("slurm");
    let folder = folder.to_str().unwrap();
    // What is in the queue is not submitted twice, and the table says where it is.
    assert!(out(&ended(submit(), 0)).contains("there is no point to submit"));
    let table = || {
        let command = cluster.with(elbow(&["study", folder, "--status", "--json"]));
        serde_json::from_slice::<serde_json::Value>(&ended(command, 0).stdout).unwrap()
    };
    assert!(table().to_string().contains("\"queue\":\"PENDING"), "{}", table());
    let done = || states(&table()).values().filter(|state| *state == "done").count();
    let since = Instant::now();
    let patient = |what: &str| {
        let late = since.elapsed() > Duration::from_secs(300 + 3 * count as u64);
        assert!(!late, "{what}: {}\n{}", table(), cluster.log("slurmctld.log"));
        std::thread::sleep(Duration::from_millis(200));
    };
    while done() < count / 4 {
        patient("it does not begin");
    }
    cluster.kill_node();
    let before = done();
    assert!(before < count, "the node died too late");
    cluster.start_node();
    while done() < count {
        patient("it does not end");
    }
    workshop.ran("local", &["--jobs", "2"], 0);
    assert_same(&workshop.at("slurm"), &workshop.at("local"));
}

#[test]
fn a_time_limit_saves_and_a_cancelled_study_goes_on_when_it_is_submitted_again() {
    let Some(cluster) = Cluster::start() else { return };
    let workshop = Workshop::new("axes: [Seeds(count: 2)]");
    let text = std::fs::read_to_string(workshop.file()).unwrap();
    std::fs::write(workshop.file(), text.replace("Steps(60)", "Steps(30000)")).unwrap();
    let submit = || ended(cluster.with(workshop.command("slurm", &["--on", "slurm"])), 0);
    submit();
    let folder = workshop.at("slurm");
    let sign = |point: &str| std::fs::read_to_string(folder.join(point).join("point.json")).unwrap_or_default();
    let wait = |what: &str, ready: &dyn Fn() -> bool| {
        let since = Instant::now();
        while !ready() {
            let late = since.elapsed() > Duration::from_secs(180);
            assert!(
                !late,
                "{what}: {}\n{}\n{}",
                sign("0000-seed=0"),
                cluster.says("squeue", &[]),
                cluster.log("slurmctld.log")
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    wait("it does not train", &|| {
        ["0000-seed=0", "0001-seed=1"].iter().all(|point| sign(point).contains("\"training\""))
    });
    let step = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok().and_then(|sign| sign["step"].as_u64());
    // The notice that Slurm gives before the time limit: to the script alone.
    let jobs = std::fs::read_to_string(folder.join("slurm/jobs.json")).unwrap();
    let jobs: serde_json::Value = serde_json::from_str(&jobs).unwrap();
    let job = jobs[0]["job"].as_str().unwrap();
    cluster.says("scancel", &["--batch", "--signal=USR1", &format!("{job}_0")]);
    wait("it is not stopped", &|| sign("0000-seed=0").contains("\"stopped\""));
    assert!(folder.join("0000-seed=0/checkpoint/progress.json").exists());
    wait("it is not queued again", &|| {
        let queue = cluster.says("squeue", &["-r", "-h", "-o", "%K %T"]);
        queue.lines().any(|line| line.starts_with("0 PENDING") || line.starts_with("0 RUNNING"))
    });
    // All of it is cancelled: what runs gets its SIGTERM, and saves.
    let cancelled = ended(cluster.with(elbow(&["study", folder.to_str().unwrap(), "--cancel"])), 0);
    assert!(out(&cancelled).contains(&format!("cancelled {job}")), "{} {}", out(&cancelled), said(&cancelled));
    wait("it is not cancelled", &|| cluster.says("squeue", &["-h"]).trim().is_empty());
    wait("it is not stopped", &|| sign("0001-seed=1").contains("\"stopped\""));
    assert!(step(&sign("0001-seed=1")).is_some_and(|step| step > 0));
    submit();
    wait("it does not end", &|| {
        ["0000-seed=0", "0001-seed=1"].iter().all(|point| folder.join(point).join("result.json").exists())
    });
    workshop.ran("local", &["--jobs", "2"], 0);
    assert_same(&workshop.at("slurm"), &workshop.at("local"));
}
