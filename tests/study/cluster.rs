//! A Slurm of one node on this machine, of its own folder and ports; root and Debian's `slurm-wlm`, `munge` are needed.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub struct Cluster {
    folder: tempfile::TempDir,
    /// One at a time: all of this process would have the same ports and the same host's cores.
    _turn: MutexGuard<'static, ()>,
}

impl Cluster {
    /// Start one; `None`, said loudly, where there is no Slurm and `ELBOW_REQUIRE_SLURM` does not ask for it.
    pub fn start() -> Option<Self> {
        let is_required = std::env::var_os("ELBOW_REQUIRE_SLURM").is_some_and(|value| value == "1");
        let missing: Vec<&str> =
            ["slurmctld", "slurmd", "munged", "sbatch", "setpriv"].into_iter().filter(|name| !is_there(name)).collect();
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        if !missing.is_empty() || !is_root {
            assert!(!is_required, "ELBOW_REQUIRE_SLURM=1, but there is no {missing:?} (root: {is_root})");
            eprintln!(
                "SKIPPED: Slurm is not tested here: no {missing:?} (root: {is_root}); apt-get install slurm-wlm munge"
            );
            return None;
        }
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = Self { folder: tempfile::tempdir().unwrap(), _turn: turn };
        cluster.configure();
        cluster.start_munge();
        cluster.started(Command::new("slurmctld"));
        cluster.start_node();
        Some(cluster)
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that talks to this Slurm.
    pub fn with(&self, mut command: Command) -> Command {
        command.env("SLURM_CONF", self.at("slurm.conf"));
        command
    }

    fn configure(&self) {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        let (host, at) = (host.trim(), self.folder.path().display());
        let cores = std::thread::available_parallelism().unwrap();
        // Ports that nobody else is likely to have: other tests, and other runs of this one.
        let port = 20_000 + 2 * (std::process::id() % 20_000);
        let node_port = port + 1;
        let text = format!(
            "ClusterName=elbow\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={port}\nSlurmdPort={node_port}\n\
             AuthType=auth/munge\nAuthInfo=socket={at}/munge/socket,cred_expire=10\nCredType=cred/munge\n\
             SlurmUser=root\nSlurmdUser=root\n\
             ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nReturnToService=2\nMailProg=/bin/true\n\
             SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nJobRequeue=1\nSlurmdTimeout=5\n\
             StateSaveLocation={at}/state\nSlurmdSpoolDir={at}/spool\nSlurmctldPidFile={at}/slurmctld.pid\n\
             SlurmdPidFile={at}/slurmd.pid\nSlurmctldLogFile={at}/slurmctld.log\nSlurmdLogFile={at}/slurmd.log\n\
             SchedulerParameters=sched_interval=1,bf_interval=1\n\
             NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=1000 State=UNKNOWN\n\
             PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP\n"
        );
        for folder in ["state", "spool", "munge"] {
            std::fs::create_dir(self.at(folder)).unwrap();
        }
        std::fs::write(self.at("slurm.conf"), text).unwrap();
    }

    fn start_munge(&self) {
        use std::os::unix::fs::PermissionsExt;
        let key = self.at("munge/munge.key");
        std::fs::write(&key, [7; 1024]).unwrap();
        // Its socket is reached by anyone; its key belongs to it alone.
        std::fs::set_permissions(self.folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o400)).unwrap();
        let mut owned = Command::new("chown");
        owned.arg("-R").arg("munge:munge").arg(self.at("munge"));
        self.started(owned);
        let mut munged = Command::new("setpriv");
        munged.args(["--reuid", "munge", "--regid", "munge", "--clear-groups", "munged", "--force"]);
        for (flag, file) in [
            ("--socket", "socket"),
            ("--key-file", "munge.key"),
            ("--pid-file", "pid"),
            ("--log-file", "log"),
            ("--seed-file", "seed"),
        ] {
            munged.arg(format!("{flag}={}", self.at("munge").join(file).display()));
        }
        self.started(munged);
    }

    /// Start the node's daemon, and wait until Slurm counts on it.
    pub fn start_node(&self) {
        self.started(Command::new("slurmd"));
        let since = Instant::now();
        while !self
            .says("sinfo", &["-h", "-o", "%T"])
            .split_whitespace()
            .any(|state| matches!(state, "idle" | "mixed" | "allocated"))
        {
            assert!(since.elapsed() < Duration::from_secs(60), "the node does not come: {}", self.log("slurmd.log"));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The node dies: its daemon, the keepers of its jobs and all their processes, at once.
    pub fn kill_node(&self) {
        let daemon = self.process("slurmd.pid").expect("the daemon runs");
        let mut all = vec![daemon];
        // The keepers (slurmstepd) are no children of the daemon's any more; they know its spool folder.
        let spool = self.at("slurm.conf");
        let spool = spool.to_str().unwrap();
        let keepers: Vec<u32> = processes()
            .into_iter()
            .filter(|&process| {
                let read = |file: &str| std::fs::read(format!("/proc/{process}/{file}")).unwrap_or_default();
                read("comm").starts_with(b"slurmstepd") && String::from_utf8_lossy(&read("environ")).contains(spool)
            })
            .collect();
        all.extend(&keepers);
        all.extend(keepers.into_iter().flat_map(descendants));
        let numbers: Vec<String> = all.iter().map(ToString::to_string).collect();
        Command::new("kill").arg("-KILL").args(numbers).stderr(Stdio::null()).status().unwrap();
    }

    pub fn says(&self, command: &str, arguments: &[&str]) -> String {
        let mut command = self.with(Command::new(command));
        String::from_utf8_lossy(&command.args(arguments).output().unwrap().stdout).into_owned()
    }

    pub fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    fn process(&self, file: &str) -> Option<u32> {
        std::fs::read_to_string(self.at(file)).ok()?.trim().parse().ok()
    }

    /// Run a command that starts a daemon, which goes to the background by itself.
    fn started(&self, command: Command) {
        let mut command = self.with(command);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let daemons = ["slurmctld.pid", "slurmd.pid", "munge/pid"].into_iter().filter_map(|file| self.process(file));
        for process in daemons {
            let _ = Command::new("kill").arg(process.to_string()).stderr(Stdio::null()).status();
            let since = Instant::now();
            while Path::new(&format!("/proc/{process}")).exists() && since.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn is_there(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn descendants(process: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|number| number.parse::<u32>().ok());
    children.flat_map(|child| [vec![child], descendants(child)].concat()).collect()
}
