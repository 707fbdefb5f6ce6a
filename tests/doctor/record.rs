//! The record of decisions.

use nija::domain::cooldown::Side;
use nija::domain::status::Status;
use nija::ops::cooldown::change::{self, End};

use crate::ward::Ward;

#[test]
fn an_edited_record_is_critical_and_named() {
    let ward = Ward::healthy();
    ward.stop();
    ward.assert_ok("audit");
    ward.edit("audit.jsonl", "\"reason\":\"drill\"", "\"reason\":\"DRILL\"");
    ward.assert_mended("audit", Status::Critical, "breaks at record 2 in audit.jsonl");
    ward.assert_ok("outbox");
    let log = || std::fs::read_to_string(ward.at("audit.jsonl")).unwrap();
    let before = log();
    crate::ward::shell(&format!("nija --config {} status", ward.config_file().display())).output().unwrap();
    assert_eq!(log(), before, "what is on the record is not recorded again");
}

#[test]
fn a_decision_that_is_not_on_the_record_is_a_warning() {
    let ward = Ward::healthy();
    ward.stop();
    let log = std::fs::read_to_string(ward.at("audit.jsonl")).unwrap();
    let first = log.lines().next().unwrap();
    std::fs::write(ward.at("audit.jsonl"), format!("{first}\n")).unwrap();
    let revision = |ward: &Ward| {
        let text = std::fs::read_to_string(ward.at("killswitch.json")).unwrap();
        text.lines().find(|line| line.contains("\"revision\"")).unwrap().to_owned()
    };
    let before = revision(&ward);
    ward.assert_mended("outbox", Status::Warning, "a decision is waiting in ");
    assert_eq!(revision(&ward), before, "nobody has to confirm again");
    assert_eq!(std::fs::read_to_string(ward.at("audit.jsonl")).unwrap().lines().count(), 2);
    ward.assert_ok("audit");
}

#[test]
fn a_decision_about_operators_is_put_on_the_record_as_well() {
    let ward = Ward::healthy();
    ward.with_state(|state| nija::ops::operator::add(state, "alice", "correct horse", None).unwrap());
    let log = std::fs::read_to_string(ward.at("audit.jsonl")).unwrap();
    std::fs::write(ward.at("audit.jsonl"), format!("{}\n", log.lines().next().unwrap())).unwrap();
    ward.assert_mended("outbox", Status::Warning, "operators.json and not in audit.jsonl: operator.add");
}

#[test]
fn a_decision_about_a_cooldown_is_put_on_the_record_as_well() {
    let ward = Ward::healthy();
    ward.with_state(|state| change::activate(state, "btc-usd", End::Default, Side::Both, "").unwrap());
    let log = std::fs::read_to_string(ward.at("audit.jsonl")).unwrap();
    std::fs::write(ward.at("audit.jsonl"), format!("{}\n", log.lines().next().unwrap())).unwrap();
    ward.assert_mended("outbox", Status::Warning, "BTCUSD.json and not in audit.jsonl: cooldown.activate");
    ward.assert_ok("audit");
}

#[test]
fn a_halt_that_vanished_from_the_document_is_critical() {
    let ward = Ward::healthy();
    let before = std::fs::read(ward.at("killswitch.json")).unwrap();
    ward.stop();
    ward.assert_ok("halts");
    std::fs::write(ward.at("killswitch.json"), before).unwrap();
    ward.assert_ok("halts");
    ward.assert_finds("stop-file", Status::Critical, "does not say so yet");
    std::fs::remove_file(ward.at("EMERGENCY_STOP")).unwrap();
    ward.assert_ok("stop-file");
    let mend = ward.assert_finds("halts", Status::Critical, "put in force and never released");
    let release = format!(
        "{mend} && nija --config {} killswitch deactivate looked --all --yes",
        ward.config_file().display()
    );
    assert!(crate::ward::shell(&release).output().unwrap().status.success());
    ward.assert_ok("halts");
    ward.assert_ok("stop-file");
}

#[test]
fn halts_that_were_lost_with_their_document_are_accounted_for() {
    let ward = Ward::healthy();
    ward.stop_scope("platform:kraken");
    ward.assert_ok("halts");
    std::fs::write(ward.at("killswitch.json"), "").unwrap();
    ward.assert_mended("documents", Status::Critical, "it is corrupt");
    ward.assert_ok("halts");
}

#[test]
fn a_log_that_cannot_be_read_is_unknown() {
    let ward = Ward::healthy();
    std::fs::remove_file(ward.at("audit.jsonl")).unwrap();
    std::fs::create_dir(ward.at("audit.jsonl")).unwrap();
    ward.assert_finds("audit", Status::Unknown, "audit.jsonl");
}
