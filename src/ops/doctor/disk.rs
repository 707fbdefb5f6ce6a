//! The disk below the state directory: room, kind, and whether it takes writes at all.

use super::{Check, Finding, Patient, quoted};
use crate::store::directory::file_system_magic;
use crate::store::inspect::{mount_point, volume};

/// Room for the next stop, its record and its document.
pub const SPACE: Check = Check { name: "space", about: "there is room for the next stop", run: space };

/// What keeps the state.
pub const FILE_SYSTEM: Check =
    Check { name: "file-system", about: "the file system keeps what it acknowledges", run: file_system };

const MIB: u64 = 1024 * 1024;

/// Free bytes below which to warn, and to call.
const FREE_BYTES_MIN: (u64, u64) = (64 * MIB, 4 * MIB);

/// Files that may still be made, below which to warn, and to call.
const FREE_FILES_MIN: (u64, u64) = (1000, 50);

/// A kind of file system, by the kernel's magic number (statfs(2)); with what it does to a stop, if that is bad.
type Kind = (u64, &'static str, Option<&'static str>);

const REMOTE: Option<&str> = Some("locks and syncs there depend on a server and a network");
const VOLATILE: Option<&str> = Some("a reboot empties it, and trading resumes");
const FOREIGN: Option<&str> = Some("what its sync keeps depends on the program behind it");
const LAYERED: Option<&str> = Some("it belongs to a container, and goes away with it");

const KINDS: [Kind; 15] = [
    (0xef53, "ext4", None),
    (0x5846_5342, "xfs", None),
    (0x9123_683e, "btrfs", None),
    (0x2fc1_2fc1, "zfs", None),
    (0xf2f5_2010, "f2fs", None),
    (0x6969, "NFS", REMOTE),
    (0xff53_4d42, "CIFS", REMOTE),
    (0xfe53_4d42, "SMB", REMOTE),
    (0x517b, "SMB", REMOTE),
    (0x00c3_6400, "CephFS", REMOTE),
    (0x0102_1997, "9p", REMOTE),
    (0x6573_5546, "FUSE", FOREIGN),
    (0x794c_7630, "overlay", LAYERED),
    (0x0102_1994, "tmpfs", VOLATILE),
    (0x8584_58f6, "ramfs", VOLATILE),
];

fn space(patient: &Patient<'_>) -> Vec<Finding> {
    let (dir, volume) = match (patient.state(), volume(patient.dir())) {
        (Err(unknown), _) => return unknown,
        (_, Err(error)) => {
            return vec![Finding::unknown(error.message, format!("df {}", quoted(patient.dir())))];
        }
        (_, Ok(volume)) => (patient.dir(), volume),
    };
    let mount = quoted(&mount_point(dir));
    let sudo = patient.sudo(None);
    let mut findings = Vec::new();
    if let Some(bytes) = volume.free_bytes {
        let wanted = FREE_BYTES_MIN.0 / MIB;
        let message = format!("{} KiB are free for {} (want {wanted} MiB)", bytes / 1024, dir.display());
        let largest = format!("{sudo}du -xah {mount} | sort -h | tail -n 20");
        findings.extend(graded(bytes, FREE_BYTES_MIN, message, largest));
    }
    if let Some(files) = volume.free_files {
        let wanted = FREE_FILES_MIN.0;
        let message = format!("{files} more files can be made for {} (want {wanted})", dir.display());
        let crowded = format!("{sudo}du -x --inodes {mount} | sort -n | tail -n 20");
        findings.extend(graded(files, FREE_FILES_MIN, message, crowded));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!("room enough on {mount}")));
    }
    findings
}

fn graded(left: u64, (warn, call): (u64, u64), message: String, mend: String) -> Option<Finding> {
    match left {
        left if left < call => Some(Finding::critical(message, mend)),
        left if left < warn => Some(Finding::warning(message, mend)),
        _ => None,
    }
}

fn file_system(patient: &Patient<'_>) -> Vec<Finding> {
    if let Err(unknown) = patient.state() {
        return unknown;
    }
    let dir = patient.dir();
    let mut findings = Vec::new();
    if volume(dir).is_ok_and(|volume| volume.read_only) {
        let mount = mount_point(dir);
        let message = format!("{} is on {}, which is mounted read-only", dir.display(), mount.display());
        let mend = format!("{}mount -o remount,rw {}", patient.sudo(None), quoted(&mount));
        findings.push(Finding::critical(message, mend));
    }
    findings.push(match file_system_magic(dir) {
        Ok(magic) => kind(patient, magic),
        Err(error) => Finding::unknown(error.message, format!("df {}", quoted(dir))),
    });
    findings
}

fn kind(patient: &Patient<'_>, magic: u64) -> Finding {
    let dir = patient.dir();
    match KINDS.iter().find(|kind| kind.0 == magic) {
        Some((_, name, None)) => Finding::ok(format!("{} is on {name}", dir.display())),
        Some((_, name, Some(why))) => Finding::warning(
            format!("{} is on {name}: {why}", dir.display()),
            format!(
                "cp -a {} /PATH/ON/A/LOCAL/DISK && export NIJA_STATE_DIR=/PATH/ON/A/LOCAL/DISK",
                quoted(dir)
            ),
        ),
        None => Finding::ok(format!("{} is on a file system nija does not know ({magic:#x})", dir.display())),
    }
}
