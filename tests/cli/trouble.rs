//! What people read when something is wrong: each page says what happened, to what, and what to type next.

use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::scene::Scene;
use crate::common::TestEnv;

#[test]
fn command_lines_that_make_no_sense() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "kil everything",
        "kill --scope nope x",
        "kill --scope symbol:---",
        "kill --mode hard",
        "kill --source RUMOUR",
        "kill --wait soon",
        "kill -20% today",
        "kill --json --json",
        "gate",
        "gate BTC-USD ETH-USD",
        "gate BTC-USD --side up",
        "gate BTC-USD --qty 0",
        "gate BTC-USD --qty lots",
        "gate BTC-USD --position flat",
        "--state-dir elsewhere gate --wat",
        "killswitch deactivate",
        "killswitch deactivate '' --yes",
        "killswitch deactivate x --id h-00000000 --all",
        "killswitch wat",
        "status extra",
        "status --josn",
        "--color pink status",
        "audit show --limit many",
        "audit verify --expect-head 41:xyz",
        "completions tcsh",
        "init --mode 9",
        "init --mode 0077",
        "init /",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn places_that_are_no_state_directory() {
    let mut scene = Scene::new(TestEnv::new());
    for line in ["status", "gate BTC-USD", "killswitch is-active", "heartbeat ping bot-a", "audit verify"] {
        scene.nija(line);
    }
    scene.note("the directory that was named is gone: the stop stands in the second place");
    scene.nija("kill lost disk");
    scene.nija("gate BTC-USD");
    std::fs::remove_file(scene.env.path("fallback/EMERGENCY_STOP")).unwrap();
    scene.note("a directory, but none of nija's");
    std::fs::create_dir(scene.env.path("state")).unwrap();
    std::fs::write(scene.env.state("notes.txt"), "mine").unwrap();
    scene.nija("status");
    scene.nija("kill");
    scene.note("where no directory can be made");
    std::fs::write(scene.env.path("file"), "").unwrap();
    let below = scene.env.path("file/state").display().to_string();
    scene.nija(&format!("init {below}"));
    scene.nija(&format!("man {below}"));
    scene.nija(&format!("kill --state-dir {below} x"));
    assert_snapshot!(scene.text());
}

#[test]
fn state_that_cannot_be_used() {
    let mut scene = Scene::new(TestEnv::initialised());
    let file = scene.env.state("killswitch.json");
    let sound = std::fs::read_to_string(&file).unwrap();
    scene.note("half a document");
    // Cut at the same place whatever the length of the times in it.
    std::fs::write(&file, &sound[..sound.find("\"halts\"").unwrap()]).unwrap();
    for line in [
        "gate BTC-USD",
        "killswitch status --exit-code",
        "killswitch is-active",
        "status",
        "kill state is damaged",
    ] {
        scene.nija(line);
    }
    scene.nija("killswitch status");
    scene.nija("killswitch deactivate rebuilt --all --yes");
    scene.note("edited by hand, so that it contradicts itself");
    std::fs::write(&file, sound.replace("\"is_active\": false", "\"is_active\": true")).unwrap();
    scene.nija("killswitch status");
    scene.note("from a newer nija");
    std::fs::write(&file, sound.replace("\"version\": \"1.0\"", "\"version\": \"2.0\"")).unwrap();
    for line in [
        "gate BTC-USD",
        "killswitch status",
        "killswitch deactivate x --yes",
        "kill --scope symbol:X",
        "kill anyway",
    ] {
        scene.nija(line);
    }
    scene.note("lost");
    std::fs::remove_file(scene.env.state("EMERGENCY_STOP")).unwrap();
    std::fs::remove_file(&file).unwrap();
    for line in [
        "gate BTC-USD",
        "killswitch status",
        "init",
        "kill state lost",
        "killswitch deactivate found --all --yes",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn stop_files_made_and_removed_by_hand() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.note("touch EMERGENCY_STOP");
    std::fs::write(scene.env.state("EMERGENCY_STOP"), "").unwrap();
    for line in ["gate BTC-USD", "killswitch status", "killswitch status"] {
        scene.nija(line);
    }
    scene.note("rm EMERGENCY_STOP");
    std::fs::remove_file(scene.env.state("EMERGENCY_STOP")).unwrap();
    for line in ["gate BTC-USD", "status", "killswitch status", "killswitch history"] {
        scene.nija(line);
    }
    scene.nija("killswitch deactivate checked --yes");
    scene.note("echo 'coffee on the keyboard' > EMERGENCY_STOP, in the second place");
    std::fs::write(scene.env.path("fallback/EMERGENCY_STOP"), "coffee on the keyboard\n").unwrap();
    for line in [
        "gate BTC-USD",
        "killswitch status",
        "kill and again",
        "killswitch deactivate dry --all --yes",
        "status",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn configurations_that_cannot_be_used() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.nija("config show --origin");
    scene.nija("config check");
    for lines in [
        "state_dri = \"x\"",
        "[killswitch]\napprovals = 9",
        "lock_wait = 5",
        "state_dir = [",
        "[killswitch]\napprovals = 2",
        "[clients]\nlive_within = \"1s\"",
        "[audit]\nrotate_mib = 0",
    ] {
        std::fs::write(scene.env.path("nija.toml"), format!("{lines}\n")).unwrap();
        scene.note(lines);
        scene.nija("config check");
    }
    scene.note("others can write the file");
    std::fs::set_permissions(scene.env.path("nija.toml"), PermissionsExt::from_mode(0o666)).unwrap();
    for line in ["status", "gate BTC-USD", "killswitch is-active", "kill in spite of it"] {
        scene.nija(line);
    }
    scene.with("status", |run| run.env("NIJA_CONFIG", "/nonexistent/nija.toml"));
    assert_snapshot!(scene.text());
}

#[test]
fn the_environment_says_stop() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in ["gate BTC-USD", "status", "killswitch is-active", "killswitch status --exit-code"] {
        scene.with(line, |run| run.env("NIJA_EMERGENCY_STOP", "maintenance"));
    }
    scene.with("gate BTC-USD", |run| run.env("NIJA_EMERGENCY_STOP", ""));
    assert_snapshot!(scene.text());
}

#[test]
fn quiet_says_nothing_when_all_is_well() {
    let mut scene = Scene::new(TestEnv::new());
    for line in [
        "init --quiet",
        "status --quiet",
        "gate BTC-USD --quiet",
        "killswitch is-active --quiet",
        "heartbeat ping bot-a --quiet",
        "killswitch deactivate x --yes --quiet",
        "kill --quiet drill",
        "gate BTC-USD --quiet",
        "killswitch is-active --quiet",
        "killswitch status --quiet",
        "killswitch deactivate --quiet x",
        "killswitch deactivate --quiet x --yes",
        "audit verify --quiet",
        "audit show --quiet",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}
