//! Full, read-only, missing and immutable places for state: a stop stops all the same, or says loudly that it did not.

use super::machine::{Machine, may_mount_images};
use crate::common::{Output, TestEnv};

/// The stop must hold: in the state directory, from the reserve, or in the fallback directory.
fn halts(machine: &Machine, reason: &str) -> Output {
    let kill = machine.nija(&["kill", reason]);
    assert!(matches!(kill.code, 0 | 1), "{}", kill.render());
    assert!(kill.stdout.starts_with("HALTED"), "{}", kill.render());
    let gate = machine.nija(&["gate", "BTC-USD"]);
    assert!(matches!(gate.code, 1 | 3), "after {}{}", kill.render(), gate.render());
    kill
}

/// In order again: whatever was missing is completed, and no cause is lost.
fn completes(machine: &Machine, reasons: &[&str]) {
    machine.nija(&["status"]).expect(0);
    machine.nija(&["audit", "verify"]).expect(0);
    let export = machine.nija(&["audit", "export"]).stdout;
    for reason in reasons {
        assert!(export.contains(reason), "'{reason}' is not on the record:\n{export}");
    }
    machine.nija(&["gate", "BTC-USD"]).expect(1);
    machine.nija(&["killswitch", "deactivate", "space again", "--all", "--yes"]).expect(0);
    machine.nija(&["gate", "BTC-USD"]).expect(0);
}

// In ever smaller pieces, until not a byte more fits.
const FILL_BLOCKS: &str = "for size in 128k 4k 1k 1; do
    dd if=/dev/zero of=disk/fill bs=$size oflag=append conv=notrunc 2>/dev/null && exit 1; sync disk/fill; done";
const FILL_INODES: &str =
    "mkdir disk/fill; i=0; while true >disk/fill/$i; do i=$((i+1)); done 2>/dev/null; true";

#[test]
fn no_blocks_left() {
    let Some(machine) = Machine::new() else { return };
    assert!(machine.mount("-t tmpfs -o size=64k none"));
    full(&machine, FILL_BLOCKS);
}

#[test]
fn no_inodes_left() {
    let Some(machine) = Machine::new() else { return };
    assert!(machine.mount("-t tmpfs -o nr_inodes=30 none"));
    full(&machine, FILL_INODES);
}

#[test]
fn a_real_disk_without_blocks_or_inodes() {
    for fill in [FILL_BLOCKS, FILL_INODES] {
        let Some(machine) = Machine::new().filter(|_| may_mount_images()) else { return };
        assert!(machine.sh("truncate -s 2M image; mkfs.ext4 -q -N 32 -m 0 image"));
        if machine.mount("-o loop image") {
            full(&machine, fill);
        } else {
            eprintln!("skipped: disk images cannot be mounted here");
        }
    }
}

fn full(machine: &Machine, fill: &str) {
    machine.nija(&["init"]).expect(0);
    assert!(machine.sh(fill));
    halts(machine, "first emergency");
    // Once more: the reserve may be spent by now.
    halts(machine, "second emergency");
    assert!(machine.sh("rm -r disk/fill"));
    completes(machine, &["first emergency", "second emergency"]);
}

#[test]
fn a_read_only_disk() {
    let Some(machine) = Machine::new() else { return };
    assert!(machine.mount("-t tmpfs none"));
    machine.nija(&["init"]).expect(0);
    assert!(machine.sh("mount -o remount,ro,bind disk"));
    let kill = halts(&machine, "emergency");
    assert!(machine.env.path("fallback/EMERGENCY_STOP").exists(), "{}", kill.render());
    assert!(machine.sh("mount -o remount,rw,bind disk"));
    completes(&machine, &["emergency"]);
    assert!(!machine.env.path("fallback/EMERGENCY_STOP").exists(), "a release leaves no stop file behind");
}

#[test]
fn a_read_only_disk_and_no_second_place() {
    let Some(machine) = Machine::new() else { return };
    assert!(machine.mount("-t tmpfs none"));
    machine.nija(&["init"]).expect(0);
    assert!(machine.sh("rmdir fallback; touch fallback; mount -o remount,ro,bind disk"));
    let kill = machine.nija(&["kill", "emergency"]).expect(74);
    assert!(kill.stderr.contains("NOT STOPPED") && kill.stderr.contains("touch "), "{}", kill.render());
    assert!(!kill.stdout.contains("HALTED"), "{}", kill.render());
}

#[test]
fn a_state_directory_that_is_gone() {
    let env = TestEnv::initialised();
    std::fs::remove_dir_all(env.state("")).unwrap();
    env.nija(&["gate", "BTC-USD"]).run().expect(3);
    let kill = env.nija(&["kill", "emergency"]).run();
    let gate = env.nija(&["gate", "BTC-USD"]).run();
    assert!(matches!(gate.code, 1 | 3), "after {}{}", kill.render(), gate.render());
    let loud = kill.code >= 64 && kill.stderr.contains("NOT STOPPED");
    assert!(matches!(kill.code, 0 | 1) || loud, "{}", kill.render());
}

#[test]
fn what_cannot_be_changed() {
    let Some(machine) = Machine::new().filter(|_| may_mount_images()) else { return };
    assert!(machine.sh("truncate -s 2M image; mkfs.ext4 -q -N 64 image"));
    if !machine.mount("-o loop image") {
        eprintln!("skipped: disk images cannot be mounted here");
        return;
    }
    for frozen in ["disk/state", "disk/state/killswitch.json", "disk/state/audit.jsonl"] {
        machine.nija(&["init"]).expect(0);
        assert!(machine.sh(&format!("chattr +i {frozen}")));
        halts(&machine, "emergency");
        assert!(machine.sh(&format!("chattr -i {frozen}")));
        completes(&machine, &["emergency"]);
    }
}
