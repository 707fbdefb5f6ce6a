//! The configuration, and the people it asks for.

use nija::domain::status::Status;
use nija::ops::operator;

use crate::ward::{Ward, chmod, shell};

#[test]
fn a_configuration_others_can_write_is_refused() {
    let ward = Ward::healthy();
    ward.assert_ok("config");
    chmod(&ward.config_file(), 0o666);
    ward.assert_mended("config", Status::Critical, "others can write it (mode 0666)");
}

#[test]
fn a_broken_configuration_is_named_with_its_line_and_the_stop_it_would_lead_to() {
    let ward = Ward::healthy();
    ward.configure("lock_wait = \n");
    let mend = ward.assert_finds("config", Status::Critical, "nija.toml: line 3: ");
    assert!(mend.contains("nija.toml"), "{mend}");
    let findings = ward.findings("config");
    assert!(findings[0].message.contains(&format!("{} and ", ward.dir().display())), "{findings:?}");
    ward.assert_finds("approvals", Status::Unknown, "the configuration cannot be used");
}

#[test]
fn a_configuration_that_is_named_and_missing_is_critical() {
    let ward = Ward::healthy();
    std::fs::remove_file(ward.config_file()).unwrap();
    ward.assert_finds("config", Status::Critical, "No such file");
}

#[test]
fn a_folder_in_which_others_could_replace_the_configuration_is_a_warning() {
    let ward = Ward::healthy();
    chmod(ward.root(), 0o777);
    ward.assert_mended("config", Status::Warning, "others can write");
    chmod(ward.root(), 0o1777);
    ward.assert_ok("config");
}

#[test]
fn more_approvals_than_operators_means_that_nobody_can_resume() {
    let ward = Ward::healthy();
    ward.configure("[killswitch]\napprovals = 2\n");
    ward.assert_finds("approvals", Status::Critical, "nobody could resume: 0 operators");
    ward.with_state(|state| operator::add(state, "alice", "correct horse", None).unwrap());
    ward.assert_finds("approvals", Status::Critical, "1 operators exist");
    let alice = ward.with_state(|state| operator::authenticate(state, "alice", "correct horse").unwrap());
    ward.with_state(|state| operator::add(state, "bob", "battery staple", Some(alice)).unwrap());
    ward.assert_ok("approvals");
    std::fs::write(ward.at("operators.json"), "{").unwrap();
    ward.assert_finds("approvals", Status::Unknown, "who may resume is not known");
}

#[test]
fn config_check_says_the_same() {
    let ward = Ward::healthy();
    let check = || {
        let command = format!("nija --config {} config check", ward.config_file().display());
        shell(&command).output().unwrap()
    };
    assert_eq!(check().status.code(), Some(0));
    chmod(ward.root(), 0o777);
    let warned = check();
    assert!(String::from_utf8_lossy(&warned.stderr).contains("others can write"), "{warned:?}");
    assert_eq!(warned.status.code(), Some(0));
    ward.configure("[killswitch]\napprovals = 2\n");
    let refused = check();
    let message = &ward.findings("approvals")[0].message;
    assert!(String::from_utf8_lossy(&refused.stderr).contains(message.as_str()), "{refused:?}");
    assert_eq!(refused.status.code(), Some(78));
}
