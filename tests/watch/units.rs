//! The units and the crontab that come with nija: every command in them is one that nija understands.

use std::path::Path;

use crate::common::TestEnv;

fn commands() -> Vec<String> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut found = Vec::new();
    for file in ["systemd/nija-watch.service", "systemd/nija-check.service", "cron/nija"] {
        let text = std::fs::read_to_string(scripts.join(file)).unwrap();
        let started = text.lines().filter_map(|line| line.strip_prefix("ExecStart=/usr/bin/nija "));
        let planned = text.lines().filter_map(|line| line.strip_prefix("* * * * * nija nija "));
        found.extend(started.chain(planned).map(str::to_owned));
    }
    found
}

#[test]
fn every_command_is_understood() {
    let env = TestEnv::initialised();
    let commands = commands();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let here = env.path("nija.toml").display().to_string();
        let command = command.replace("/etc/nija/nija.toml", &here);
        let mut words: Vec<&str> = command.split(' ').collect();
        if words.contains(&"watch") {
            words.push("--once");
        }
        let output = env.nija(&words).run().expect(0);
        assert_eq!(output.stderr, "", "{command}");
    }
}
