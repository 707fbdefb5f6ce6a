//! How the doctor answers: one line for a monitoring system, exit codes, JSON, silence, and no trace.

use std::collections::BTreeSet;
use std::path::Path;

use nija::domain::status::Status;
use nija::ops::doctor::{CHECKS, Finding};
use serde_json::Value;

use crate::ward::{Ward, chmod, shell};

fn doctor(ward: &Ward, options: &str) -> (String, Option<i32>) {
    let command = format!("nija --config {} doctor {options}", ward.config_file().display());
    let output = shell(&command).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn checks_have_names_of_their_own_and_say_what_has_to_hold() {
    let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(names.len(), CHECKS.len());
    assert!(CHECKS.iter().all(|check| !check.about.is_empty() && check.name.len() <= 11));
}

#[test]
fn the_first_line_and_the_exit_code_carry_the_worst() {
    let ward = Ward::healthy();
    std::fs::remove_file(ward.at("heartbeats/bot-a.json")).unwrap();
    let (page, code) = doctor(&ward, "");
    assert!(page.starts_with("NIJA WARNING - 1 warning: no client has ever reported"), "{page}");
    assert_eq!(code, Some(1), "{page}");
    std::fs::write(ward.root().join("second"), "").unwrap();
    let (page, code) = doctor(&ward, "");
    assert!(page.starts_with("NIJA UNKNOWN - 1 unknown, 2 warnings: cannot look for"), "{page}");
    assert_eq!(code, Some(3), "{page}");
    chmod(&ward.dir(), 0o757);
    let (page, code) = doctor(&ward, "");
    assert!(page.starts_with("NIJA CRITICAL - 1 critical, 1 unknown, 2 warnings: everybody"), "{page}");
    assert_eq!(code, Some(2), "{page}");
    let words: Vec<&str> = page.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    let order = |word: &str| words.iter().position(|own| *own == word).unwrap();
    assert!(order("CRITICAL") < order("UNKNOWN") && order("WARNING") < order("OK"), "{page}");
}

#[test]
fn quiet_says_nothing_when_all_is_well() {
    let ward = Ward::healthy();
    let (page, code) = doctor(&ward, "");
    // The machine that runs this test may be short of space, or keep its build on a tmpfs.
    if code == Some(0) {
        assert!(page.starts_with(&format!("NIJA OK - {} checks\n", CHECKS.len())), "{page}");
        assert_eq!(doctor(&ward, "--quiet"), (String::new(), Some(0)));
    }
    chmod(&ward.dir(), 0o777);
    assert!(doctor(&ward, "--quiet").0.starts_with("NIJA CRITICAL"));
}

#[test]
fn json_holds_every_check() {
    let ward = Ward::empty();
    let (text, code) = doctor(&ward, "--json");
    let reply: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((reply["format"].as_str(), reply["ok"].as_bool()), (Some("nija.doctor"), Some(true)));
    assert_eq!((reply["status"].as_str(), code), (Some("critical"), Some(2)));
    let checks = reply["data"]["checks"].as_array().unwrap();
    assert_eq!(checks.len(), CHECKS.len());
    for check in checks {
        let findings: Vec<&Value> = check["findings"].as_array().unwrap().iter().collect();
        assert!(findings.iter().all(|f| (f["status"] == "ok") == (f["mend"] == "")), "{check:#}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_unknown() {
    let ward = Ward::empty();
    assert_eq!(doctor(&ward, "--bogus").1, Some(3));
    let before = "nija --state-dir /nowhere --color never doctor --bogus";
    assert_eq!(shell(before).output().unwrap().status.code(), Some(3));
    let other = "nija --operator doctor status --bogus";
    assert_eq!(shell(other).output().unwrap().status.code(), Some(64));
}

#[test]
fn without_a_home_there_is_no_directory_to_examine() {
    let ward = Ward::healthy();
    let nija = env!("CARGO_BIN_EXE_nija");
    let run =
        format!("cd {} && setpriv --reuid 65534 --clear-groups env -i {nija} doctor", ward.dir().display());
    std::fs::remove_file(ward.config_file()).unwrap();
    if crate::ward::is_root() && !Path::new("/etc/nija/nija.toml").exists() {
        // The working directory is an initialised state directory, and still none that is meant.
        let output = shell(&run).output().unwrap();
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.contains("mend: nija init /var/lib/nija") || page.contains("nija.toml"), "{page}");
        assert!(!page.contains("OK       documents"), "{page}");
    }
}

#[test]
fn nothing_is_changed_by_looking() {
    let ward = Ward::healthy();
    ward.stop();
    std::fs::remove_file(ward.at("EMERGENCY_STOP")).unwrap();
    std::fs::remove_dir_all(ward.at(".reserve")).unwrap();
    std::fs::write(ward.at("heartbeats/bot-a.json"), "{").unwrap();
    std::fs::remove_file(ward.at(".locks/audit")).unwrap();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    picture(ward.root(), &mut before);
    assert_eq!(doctor(&ward, "").1, Some(2));
    picture(ward.root(), &mut after);
    assert_eq!(before, after);
}

fn picture(dir: &Path, into: &mut Vec<String>) {
    use std::os::unix::fs::MetadataExt as _;
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let (mode, size) = (metadata.mode(), metadata.len());
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        into.push(format!("{} {mode:o} {size} {changed:?}", entry.path().display()));
        if metadata.is_dir() {
            picture(&entry.path(), into);
        }
    }
    into.sort();
}

#[test]
fn many_findings_are_counted_not_listed() {
    let ward = Ward::healthy();
    for index in 0..30 {
        std::fs::write(ward.at(&format!("x{index}.json.corrupt-20260131T115900Z")), "").unwrap();
    }
    let findings: Vec<Finding> = ward.findings("leftovers");
    assert_eq!((findings.len(), findings[20].status), (21, Status::Warning));
    assert!(findings[20].message.starts_with("10 more"), "{findings:?}");
}
