//! Files of orders, and settings that make no sense.

use insta::assert_snapshot;

use super::golden::document;
use super::scene::Scene;
use crate::common::TestEnv;

#[test]
fn an_import_keeps_the_good_rows_and_does_nothing_twice() {
    let mut scene = Scene::new(TestEnv::initialised());
    let files = [
        (
            "orders.csv",
            "\u{feff}ID,Symbol,Platform,side,qty,price,Submitted-At,state,filled_qty,colour\n\
             C-1,BTC-USD,kraken,buy,0.5,64000,2026-11-20T14:00:00Z,,,red\n\
             C-2,BTC-USD,kraken,BUY,1e-3,64000,,partially-filled,0.0005,\n\
             C-3,BTC-USD,kraken,buy,zero,64000,,,,\n\
             C-4,BTC-USD\n\
             ,BTC-USD,,,,,,,,\n\
             C-1,ETH-USD,kraken,buy,0.5,64000,2026-11-20T14:00:00Z,,,\n\
             \"C 5\nx\",BTC-USD,,,,,,,,\n\
             C-6,BTC-USD,,,,,,completed,,\n\
             C-7,BTC-USD,,,,,yesterday,,,\n\
             \"C/8\",\"BTC,USD\",,,,,,,,\n",
        ),
        (
            "orders.jsonl",
            "{\"id\":\"J-1\",\"symbol\":\"BTC-USD\",\"qty\":0.1,\"price\":\"64000\",\"owner\":null}\n\n\
             {\"id\":\"J-2\",\"symbol\":\"BTC-USD\",\"qty\":0.12345678901234567}\n\
             {\"id\":\"J-3\",\"symbol\":\n\
             [1]\n\
             {\"id\":\"J-4\",\"symbol\":\"BTC-USD\",\"side\":{}}\n\
             {\"id\":\"J-5\",\"symbol\":\"BTC-USD\",\"filled_qty\":1}\n\
             {\"symbol\":\"BTC-USD\"}\n\
             {\"id\":\"J-6\",\"symbol\":\"BTC-USD\",\"state\":\"unknown\",\"revision\":7}",
        ),
        ("columns.csv", "id,qty\nX-1,1\n"),
        ("twice.csv", "id,symbol,ID\nX-1,BTC-USD,X-2\n"),
        ("empty.csv", ""),
    ];
    for (name, text) in files {
        std::fs::write(scene.env.path("work").join(name), text).unwrap();
    }
    for line in [
        "orders import orders.csv",
        "orders import orders.csv --quiet",
        "orders import orders.jsonl",
        "orders import orders.jsonl --quiet",
        "orders import columns.csv",
        "orders import twice.csv",
        "orders import empty.csv",
        "orders import nothing.csv",
        "orders import orders.csv --format jsonl --quiet",
    ] {
        scene.nija(line);
    }
    scene.with("orders import -", |run| run.stdin("{\"id\":\"S-1\",\"symbol\":\"ETH-USD\"}\n"));
    scene.with("orders import -", |run| run.stdin("{\"id\":\"S-1\",\"symbol\":\"ETH-USD\"}\n"));
    assert_snapshot!(scene.text());
    let listed = scene.env.nija(&["orders", "list", "--json"]).run();
    let mut ids: Vec<String> = document(&listed)["data"]["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| format!("{} {}", order["id"].as_str().unwrap(), order["state"].as_str().unwrap()))
        .collect();
    ids.sort();
    let expected =
        ["C-1 pending", "C-2 partially-filled", "C/8 pending", "J-1 pending", "J-6 unknown", "S-1 pending"];
    assert_eq!(ids, expected);
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let mut scene = Scene::new(TestEnv::initialised());
    for setting in [
        "stuck_after = \"0s\"",
        "stuck_after = 300",
        "stuck_after_by_platform = { kraken = \"10m\", Kraken = \"5m\" }",
        "stuck_after_by_platform = { kraken = \"soon\" }",
        "emergency_ratio = 1",
        "emergency_ratio = \"many\"",
        "auto_kill = \"yes\"",
        "auto_kill_scope = \"strategy\"",
        "keep_completed = \"1s\"",
        "throttle = \"many\"",
        "throttle = \"1001/1s\"",
        "throttle_by_strategy = { scalper = \"3\" }",
    ] {
        scene.env.config(&format!("[orders]\n{setting}\n"));
        scene.note(setting);
        scene.nija("orders list");
    }
    assert_snapshot!(scene.text());
}
