//! The stop file, its reserve, its second places, the locks and the clients.

use fs2::FileExt as _;
use nija::domain::status::Status;
use nija::ops::heartbeat;

use crate::ward::{Ward, chmod};

#[test]
fn a_reserve_that_could_not_stand_in_is_told_and_made_again() {
    let ward = Ward::healthy();
    let reserve = ward.at(".reserve/EMERGENCY_STOP");
    std::fs::remove_file(&reserve).unwrap();
    ward.assert_mended("reserve", Status::Warning, "is missing");
    std::fs::write(&reserve, "x").unwrap();
    ward.assert_mended("reserve", Status::Warning, "has 1 bytes, not 4096");
    std::fs::write(&reserve, [b' '; 4096]).unwrap();
    ward.assert_mended("reserve", Status::Warning, "does not read as a reserve");
    std::fs::remove_file(&reserve).unwrap();
    std::fs::create_dir(&reserve).unwrap();
    ward.assert_mended("reserve", Status::Warning, "is not a regular file");
    std::fs::remove_dir_all(ward.at(".reserve")).unwrap();
    ward.assert_mended("reserve", Status::Warning, "is missing");
}

#[test]
fn a_reserve_you_cannot_use_is_told() {
    let ward = Ward::healthy();
    chmod(&ward.at(".reserve"), 0o555);
    let (status, told) = ward.told_to_nobody("reserve");
    assert!(status == "warning" && told.contains("you cannot use"), "{told}");
    chmod(&ward.at(".reserve"), 0o755);
}

#[test]
fn second_places_are_described_and_none_at_all_is_a_warning() {
    let ward = Ward::healthy();
    let told = |ward: &Ward| ward.findings("fallbacks")[0].message.clone();
    assert!(told(&ward).contains("second (on the disk of the state directory"), "{}", told(&ward));
    ward.configure("");
    let text = std::fs::read_to_string(ward.config_file()).unwrap();
    std::fs::write(ward.config_file(), text.replace("second", "/dev/shm")).unwrap();
    assert!(told(&ward).contains("volatile"), "{}", told(&ward));
    std::fs::write(ward.config_file(), text.replace("[\"second\"]", "[]")).unwrap();
    ward.assert_finds("fallbacks", Status::Warning, "fallback_dirs is empty");
    std::fs::write(ward.config_file(), text.replace("second", "state")).unwrap();
    ward.assert_finds("fallbacks", Status::Warning, "it is the state directory itself");
    std::fs::write(ward.config_file(), text.replace("second", "a/b")).unwrap();
    ward.assert_mended("fallbacks", Status::Warning, "cannot be written");
}

#[test]
fn a_second_place_everybody_can_write_is_a_warning() {
    let ward = Ward::healthy();
    let second = ward.root().join("second");
    std::fs::create_dir(&second).unwrap();
    chmod(&second, 0o777);
    ward.assert_mended("fallbacks", Status::Warning, "everybody can write");
}

#[test]
fn a_second_place_that_cannot_be_looked_into_is_a_doubt() {
    let ward = Ward::healthy();
    std::fs::write(ward.root().join("second"), "").unwrap();
    ward.assert_finds("fallbacks", Status::Warning, "it is not a directory");
    ward.assert_mended("stop-file", Status::Unknown, "the gate takes that for a stop");
    std::fs::write(ward.root().join("second"), "").unwrap();
    std::fs::remove_file(ward.root().join("second.aside")).unwrap();
    ward.assert_mended("fallbacks", Status::Warning, "it is not a directory");
}

#[test]
fn a_stop_file_that_is_gone_or_new_is_critical_until_somebody_looks() {
    let ward = Ward::healthy();
    std::fs::write(ward.at("EMERGENCY_STOP"), "fat finger").unwrap();
    ward.assert_mended("stop-file", Status::Critical, "killswitch.json does not say so yet");
    std::fs::remove_file(ward.at("EMERGENCY_STOP")).unwrap();
    ward.assert_mended("stop-file", Status::Critical, "EMERGENCY_STOP is missing");
    assert!(ward.at("EMERGENCY_STOP").exists());
}

#[test]
fn a_lock_that_is_kept_names_its_holder() {
    let ward = Ward::healthy();
    ward.assert_ok("locks");
    let lock = std::fs::File::open(ward.at(".locks/killswitch")).unwrap();
    lock.lock_exclusive().unwrap();
    let mend =
        ward.assert_finds("locks", Status::Warning, &format!("held by process {}", std::process::id()));
    assert!(mend.contains(&format!("kill {}", std::process::id())), "{mend}");
    lock.unlock().unwrap();
    ward.assert_ok("locks");
    std::fs::remove_dir_all(ward.at(".locks")).unwrap();
    ward.assert_mended("locks", Status::Warning, "is missing");
}

#[test]
fn a_lock_that_cannot_be_opened_is_critical() {
    let ward = Ward::healthy();
    chmod(&ward.at(".locks/killswitch"), 0o000);
    let (status, told) = ward.told_to_nobody("locks");
    assert!(status == "critical" && told.contains("documents cannot be changed"), "{told}");
}

#[test]
fn a_stop_nobody_listens_to_is_a_warning() {
    let ward = Ward::healthy();
    ward.assert_ok("clients");
    ward.with_state(|state| heartbeat::forget(state, "bot-a").unwrap());
    ward.assert_mended("clients", Status::Warning, "no client has ever reported");
}
