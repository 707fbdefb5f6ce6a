//! The state directory, and who may read and write what is in it.

use std::os::unix::fs::chown;

use nija::domain::status::Status;
use nija::ops::operator;

use crate::ward::{Ward, chmod, is_root, shell};

#[test]
fn a_healthy_directory_has_no_findings() {
    let ward = Ward::healthy();
    for check in ward.examine().checks {
        // The machine that runs this test may be short of space, or keep its build on a tmpfs.
        if !["space", "file-system"].contains(&check.name) {
            assert_eq!(check.status, Status::Ok, "{check:#?}");
        }
    }
}

#[test]
fn a_missing_directory_is_critical_and_keeps_no_check_from_answering() {
    let ward = Ward::empty();
    let report = ward.examine();
    assert_eq!(report.status, Status::Critical);
    assert!(report.checks.iter().all(|check| !check.findings.is_empty()));
    ward.assert_finds("modes", Status::Unknown, "not examined");
    ward.assert_mended("directory", Status::Critical, "does not exist");
}

#[test]
fn a_directory_that_is_none_of_nijas_is_critical() {
    let ward = Ward::empty();
    std::fs::create_dir(ward.dir()).unwrap();
    ward.assert_mended("directory", Status::Critical, "was never initialised");
}

#[test]
fn a_file_in_place_of_the_directory_is_critical() {
    let ward = Ward::empty();
    std::fs::write(ward.dir(), "").unwrap();
    ward.assert_mended("directory", Status::Critical, "Not a directory");
}

#[test]
fn a_directory_everybody_can_write_is_critical_unless_it_is_sticky() {
    let ward = Ward::healthy();
    chmod(&ward.dir(), 0o1777);
    ward.assert_ok("directory");
    chmod(&ward.dir(), 0o777);
    ward.assert_mended("directory", Status::Critical, "everybody can write");
}

#[test]
fn a_directory_that_is_not_writable_by_you_is_critical() {
    let ward = Ward::healthy();
    chmod(&ward.dir(), 0o555);
    let (status, told) = ward.told_to_nobody("directory");
    assert!(status == "critical" && told.contains("you cannot write"), "{told}");
    chmod(&ward.dir(), 0o755);
}

#[test]
fn a_directory_behind_a_closed_one_names_the_closed_one() {
    let ward = Ward::healthy();
    chmod(ward.root(), 0o750);
    if is_root() {
        // Without a configuration in reach, the directory is named.
        let command = format!(
            "setpriv --reuid 65534 --regid 65534 --clear-groups nija --json --state-dir {} doctor",
            ward.dir().display()
        );
        let output = shell(&command).current_dir("/").output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("sudo chmod a+x {}\"", ward.root().display())), "{told}");
    }
}

#[test]
fn an_immutable_document_is_critical() {
    let ward = Ward::healthy();
    let attribute = |sign: &str| {
        let command = format!("chattr {sign}i {} 2>/dev/null", ward.at("killswitch.json").display());
        shell(&command).status().unwrap().success()
    };
    if attribute("+") {
        let findings = ward.findings("modes");
        assert!(attribute("-"));
        let frozen = findings[0].message.contains("immutable") && findings[0].status == Status::Critical;
        assert!(frozen && findings[0].mend.contains("chattr -i"), "{findings:#?}");
    }
}

#[test]
fn documents_that_are_too_open_or_too_closed_are_told() {
    let ward = Ward::healthy();
    chmod(&ward.at("killswitch.json"), 0o666);
    ward.assert_mended("modes", Status::Critical, "more open than expected: mode 0666, not 0644");
    chmod(&ward.at("audit.jsonl"), 0o664);
    ward.assert_mended("modes", Status::Warning, "more open than expected: mode 0664");
    chmod(&ward.at("heartbeats/bot-a.json"), 0o600);
    ward.assert_mended("modes", Status::Warning, "less open than expected: mode 0600");
    chmod(&ward.dir(), 0o700);
    chmod(&ward.at("killswitch.json"), 0o600);
    ward.assert_ok("modes");
}

#[test]
fn a_shared_directory_shares_its_documents() {
    let ward = Ward::healthy();
    chmod(&ward.dir(), 0o2775);
    ward.assert_finds("modes", Status::Warning, "less open than expected: mode 0644, not 0664");
    chmod(&ward.at("audit.jsonl"), 0o664);
    chmod(&ward.at("killswitch.json"), 0o664);
    ward.assert_ok("modes");
}

#[test]
fn what_sudo_left_to_root_is_told() {
    let ward = Ward::healthy();
    if is_root() {
        chown(ward.dir(), Some(65534), Some(65534)).unwrap();
        for name in [".locks", ".reserve", "heartbeats"] {
            ward.assert_finds("modes", Status::Warning, "belongs to uid 0");
            chown(ward.at(name), Some(65534), Some(65534)).unwrap();
        }
        ward.assert_mended("modes", Status::Warning, "audit.jsonl belongs to uid 0");
    }
}

#[test]
fn passphrase_hashes_that_others_can_read_are_a_warning() {
    let ward = Ward::healthy();
    ward.with_state(|state| operator::add(state, "alice", "correct horse", None).unwrap());
    ward.assert_ok("modes");
    chmod(&ward.at("operators.json"), 0o640);
    ward.assert_mended("modes", Status::Warning, "it holds passphrase hashes");
}

#[test]
fn what_you_cannot_read_or_write_is_told() {
    let ward = Ward::healthy();
    for (file, mode, status, words) in [
        ("audit.jsonl", 0o444, "warning", "your decisions stay off the record"),
        ("killswitch.json", 0o000, "critical", "your gate answers that it cannot tell"),
    ] {
        chmod(&ward.at(file), mode);
        let (found, told) = ward.told_to_nobody("modes");
        assert!(found == status && told.contains(words), "{told}");
        chmod(&ward.at(file), 0o644);
    }
    if is_root() {
        let (found, told) = ward.told_to_nobody("locks");
        assert!(found == "ok", "reading is enough to take a lock: {told}");
        chown(ward.at("audit.jsonl"), Some(65534), Some(65534)).unwrap();
        let (_, told) = ward.told_to_nobody("modes");
        assert!(!told.contains("audit.jsonl"), "{told}");
    }
}
