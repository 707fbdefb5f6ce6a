//! A mount namespace of our own: file systems that fill up, turn read-only or take no changes, gone when the test is.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{Output, TestEnv};

/// An environment whose mounts nobody else sees.
pub(crate) struct Machine {
    pub(crate) env: TestEnv,
    // Ends with its input, that is with this process at the latest.
    holder: Child,
    enter: Vec<OsString>,
}

impl Machine {
    /// A new one; prints why and returns `None` where this user may not have one.
    pub(crate) fn new() -> Option<Self> {
        let as_root_of_its_own = ["--user", "--map-root-user"];
        [&[][..], &as_root_of_its_own].into_iter().find_map(Self::with).or_else(|| {
            eprintln!("skipped: this user may not have mounts of its own");
            None
        })
    }

    fn with(user: &[&str]) -> Option<Self> {
        let mut holder = Command::new("unshare")
            .args(user)
            .args(["--mount", "sh", "-c", "echo ready; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare does not start; try scripts/setup.sh");
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            holder.wait().unwrap();
            return None;
        }
        let mut enter = vec!["nsenter".into(), "--mount".into(), format!("--target={}", holder.id()).into()];
        if !user.is_empty() {
            enter.extend(["--user".into(), "--preserve-credentials".into()]);
        }
        Some(Self { env: TestEnv::new(), holder, enter })
    }

    /// Runs a shell command in there, in the environment's directory; says whether it succeeded.
    pub(crate) fn sh(&self, script: &str) -> bool {
        let output = Command::new(&self.enter[0])
            .args(&self.enter[1..])
            .args(["sh", "-ec", &format!("PATH=$PATH:/usr/sbin:/sbin; cd \"$0\"; {script}")])
            .arg(self.env.path(""))
            .output()
            .unwrap();
        if !output.status.success() {
            eprintln!("{script}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        output.status.success()
    }

    /// Mounts a file system on the folder of the state directory.
    pub(crate) fn mount(&self, words: &str) -> bool {
        self.sh(&format!("mkdir -p disk; mount {words} disk"))
    }

    /// Runs `nija` in there, with its state directory on the mounted file system.
    pub(crate) fn nija(&self, args: &[&str]) -> Output {
        self.env.nija(args).env("NIJA_STATE_DIR", self.state("")).under(self.enter.clone()).run()
    }

    /// A path in that state directory; only seen from in there.
    pub(crate) fn state(&self, name: &str) -> std::path::PathBuf {
        self.env.path("disk/state").join(name)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// Whether this process may mount disk images.
pub(crate) fn may_mount_images() -> bool {
    let may = rustix::process::geteuid().is_root() && Path::new("/dev/loop-control").exists();
    if !may {
        eprintln!("skipped: no loop devices for this user");
    }
    may
}
