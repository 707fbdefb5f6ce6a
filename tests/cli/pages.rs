//! What people read: every command's page in the situations an operator meets, each a story to be read from the top.

use insta::assert_snapshot;

use super::scene::{Scene, id};
use crate::common::TestEnv;

#[test]
fn stopping_and_resuming() {
    let mut scene = Scene::new(TestEnv::new());
    for line in [
        "init",
        "init",
        "status",
        "gate BTC-USD",
        "kill fat finger on desk 3",
        "gate BTC-USD --side buy --qty 0.5",
        "status",
        "killswitch status",
        "kill",
        "killswitch deactivate position checked",
        "killswitch deactivate position checked --yes",
        "killswitch status --exit-code",
        "killswitch deactivate again --yes",
        "killswitch history",
        "killswitch history --limit 1",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn halts_of_a_part() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "kill --scope platform:kraken venue rejects orders",
        "killswitch status --exit-code",
        "gate BTC-USD --platform kraken",
        "gate BTC-USD --platform ibkr",
        "gate BTC-USD",
        "killswitch activate --mode reduce-only --source AUTO_MONITORING --rule STALE_PRICE prices stand still",
        "killswitch status --exit-code",
        "gate BTC-USD --platform ibkr --side sell --qty 1 --position 2",
        "gate BTC-USD --platform ibkr --side sell --qty 3 --position 2",
        "gate BTC-USD --platform ibkr --side buy --qty 1 --position 2 --reduce-only",
        "killswitch deactivate checked --yes",
    ] {
        scene.nija(line);
    }
    let halt = id(&scene.nija("kill --scope symbol:BTC-USD").stdout, "h-");
    scene.nija(&format!("killswitch deactivate symbol is fine --id {halt} --yes"));
    scene.nija("killswitch deactivate no such thing --id h-00000000 --yes");
    scene.nija("killswitch deactivate all fine --all --yes");
    scene.nija("status");
    assert_snapshot!(scene.text());
}

#[test]
fn who_listens() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "heartbeat status",
        "gate BTC-USD --client bot-a",
        "heartbeat ping 'desk 3/prices'",
        "heartbeat status",
        "kill --wait 20ms drill",
        "gate BTC-USD --client bot-a",
        "killswitch status",
        "heartbeat ping 'desk 3/prices'",
        "killswitch activate --wait 1s drill",
        "gate BTC-USD --client bot-a",
        "heartbeat ping 'desk 3/prices'",
        "killswitch status",
        "heartbeat forget bot-a",
        "heartbeat forget bot-a",
        "heartbeat status",
        "heartbeat ping ''",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn the_record() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.nija("kill fat finger");
    scene.nija("killswitch deactivate position checked --yes");
    for line in [
        "audit show",
        "audit show --limit 1",
        "audit show --action killswitch.release",
        "audit show --from 3",
        "audit show --since 1h --action nothing",
        "audit show --since yesterday",
        "audit verify",
        "audit verify --expect-head 2:00000000",
        "audit verify --expect-head 9:00000000",
        "audit verify --expect-head head",
        "audit export",
    ] {
        scene.nija(line);
    }
    scene.note("somebody edits a record");
    let file = scene.env.state("audit.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("fat finger", "fat fingers")).unwrap();
    scene.nija("audit verify");
    scene.nija("audit show --limit 2");
    assert_snapshot!(scene.text());
}

#[test]
fn operators_and_approvals() {
    let mut scene = Scene::new(TestEnv::initialised());
    scene.nija("operator list");
    scene.with("operator add alice", |run| run.stdin("short\n"));
    scene.with("operator add alice", |run| run.stdin("correct horse\n"));
    scene.with("operator add bob", |run| run.stdin("battery staple\n"));
    let secret = scene.env.secret("alice", "correct horse");
    scene.with(&format!("operator add bob --operator alice --own-passphrase-file {secret}"), |run| {
        run.stdin("battery staple\n")
    });
    scene.nija("kill drill");
    scene.nija("killswitch deactivate over --yes");
    scene.with("killswitch deactivate over --yes --operator alice", |run| run.stdin("wrong\n"));
    scene.with("killswitch deactivate over --yes --operator carol", |run| run.stdin("wrong\n"));
    scene.nija("killswitch requests");
    scene.env.config("[killswitch]\napprovals = 2\n");
    scene.note("from now on a release needs two people");
    let asked =
        scene.nija(&format!("killswitch deactivate over --yes --operator alice --passphrase-file {secret}"));
    let request = id(&asked.stdout, "r-");
    scene.nija("killswitch requests");
    scene.nija("killswitch status");
    scene.nija(&format!("killswitch approve {request} --operator alice --passphrase-file {secret}"));
    scene.with("killswitch approve r-00000000 --operator bob", |run| run.stdin("battery staple\n"));
    scene.with(&format!("killswitch approve {request} --operator bob"), |run| run.stdin("battery staple\n"));
    scene.with("operator remove alice --operator bob", |run| run.stdin("battery staple\n"));
    scene.nija("audit show --from 3");
    assert_snapshot!(scene.text());
}
