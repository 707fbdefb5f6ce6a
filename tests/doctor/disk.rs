//! Space, inodes, the kind of file system and a read-only mount, each on a file system made for the test.

use std::process::Output;

use serde_json::Value;

use crate::ward::{Ward, is_root, shell};

/// Mounts a tmpfs with these options over the state directory, in a mount namespace of its own, makes it a state
/// directory, carries out `then`, and returns what the doctor says. `None` where mounting is not allowed.
fn on_tmpfs(ward: &Ward, options: &str, then: &str) -> Option<Value> {
    let (dir, config) = (ward.dir(), ward.config_file());
    std::fs::create_dir_all(&dir).unwrap();
    let unshare = if is_root() { "unshare -m" } else { "unshare -rm" };
    let script = format!(
        "mount -t tmpfs -o {options} t {dir} || exit 99; export NIJA_CONFIG={config}; \
         nija init {dir} >&2; cd {dir}; {then}; cd /; nija --json doctor",
        dir = dir.display(),
        config = config.display(),
    );
    let output: Output = shell(&format!("{unshare} sh -c '{script}'")).output().unwrap();
    if !is_root() && output.stdout.is_empty() {
        return None;
    }
    Some(serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}")))
}

fn assert_told(reply: &Value, check: &str, status: &str, words: &str) {
    let checks = reply["data"]["checks"].as_array().unwrap();
    let found = checks.iter().find(|examined| examined["name"] == check).unwrap();
    let worst = &found["findings"][0];
    assert!(worst["status"] == status && worst["message"].as_str().unwrap().contains(words), "{found:#}");
    assert!(worst["mend"].as_str().is_some_and(|mend| !mend.is_empty()), "{found:#}");
}

#[test]
fn a_tmpfs_forgets_at_a_reboot() {
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=100m", "true") else { return };
    assert_told(&reply, "file-system", "warning", "is on tmpfs: a reboot empties it");
    assert!(reply["data"]["checks"].to_string().contains("room enough"), "{reply:#}");
}

#[test]
fn little_space_is_a_warning_and_almost_none_is_critical() {
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=20m", "true") else { return };
    assert_told(&reply, "space", "warning", "KiB are free");
    let fill = "head -c 30m /dev/zero > fill 2>/dev/null";
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=20m", fill) else { return };
    assert_told(&reply, "space", "critical", "0 KiB are free");
    assert_eq!(reply["exit_code"], 2);
}

#[test]
fn few_inodes_are_a_warning_and_almost_none_critical() {
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=100m,nr_inodes=500", "true") else { return };
    assert_told(&reply, "space", "warning", "more files can be made");
    let fill = "i=0; while touch f$i 2>/dev/null; do i=$((i+1)); done";
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=100m,nr_inodes=60", fill) else { return };
    assert_told(&reply, "space", "critical", "0 more files can be made");
}

#[test]
fn a_read_only_mount_is_critical() {
    let Some(reply) = on_tmpfs(&Ward::empty(), "size=100m", "cd /; mount -o remount,ro $OLDPWD") else {
        return;
    };
    assert_told(&reply, "file-system", "critical", "mounted read-only");
    assert_told(&reply, "directory", "critical", "you cannot write");
}
