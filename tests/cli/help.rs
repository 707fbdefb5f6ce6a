//! The help of every command in one reviewed page, and what is made from it.

use insta::assert_snapshot;

use crate::common::TestEnv;

/// The commands below `path`, as its help lists them.
fn below(help: &str) -> Vec<String> {
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let names = list.lines().take_while(|line| !line.is_empty());
    names.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

fn collect(env: &TestEnv, path: &[String], tree: &mut String) {
    let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
    let output = env.nija(&words).run();
    let answers_a_bot = ["gate", "cooldown check"].contains(&path.join(" ").as_str());
    let expected = if answers_a_bot { 3 } else { 0 };
    assert_eq!((output.code, output.stderr.as_str()), (expected, ""), "{words:?}");
    // What applies to every command is read once, at the top.
    let own = output.stdout.split("\nGlobal options:\n").next().unwrap_or_default();
    let shown = if path.is_empty() { &output.stdout } else { own };
    let examples = output
        .stdout
        .lines()
        .filter(|line| !path.is_empty() && line.starts_with("Exit codes:") || line.starts_with("Example:"));
    let after: Vec<&str> = examples.collect();
    *tree += &format!("$ nija {}\n{}\n{}\n\n", words.join(" "), shown.trim_end(), after.join("\n"));
    for name in below(&output.stdout) {
        collect(env, &[path, &[name]].concat(), tree);
    }
}

#[test]
fn the_whole_help() {
    let mut tree = String::new();
    collect(&TestEnv::new(), &[], &mut tree);
    assert_snapshot!(tree);
}

#[test]
fn every_command_names_its_exit_codes_and_an_example() {
    let mut tree = String::new();
    collect(&TestEnv::new(), &[], &mut tree);
    for section in
        tree.split("$ nija ").filter(|section| !section.is_empty() && !section.contains("\nCommands:\n"))
    {
        assert!(section.contains("\nExit codes: ") && section.contains("\nExample: "), "{section}");
    }
}

#[test]
fn examples_in_the_help_are_understood() {
    let mut tree = String::new();
    collect(&TestEnv::new(), &[], &mut tree);
    let env = TestEnv::initialised();
    for example in tree.lines().filter_map(|line| line.strip_prefix("Example: nija ")) {
        let command = example.split(" > ").next().unwrap();
        let here = |path: &str| env.path(path).display().to_string();
        let command = command.replace("/var/lib/nija", &here("made")).replace('~', &here("home"));
        let mut words: Vec<&str> = command.split(' ').collect();
        if !words.contains(&"--json") {
            words.push("--json");
        }
        let output = env.nija(&words).run();
        assert!(!output.stdout.contains("nija.usage"), "{example}: {}", output.render());
    }
}

#[test]
fn completions_know_every_command() {
    let env = TestEnv::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = env.nija(&["completions", shell]).run().expect(0).stdout;
        for word in ["killswitch", "deactivate", "is-active", "gate", "heartbeat", "completions"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let env = TestEnv::new();
    let dir = env.path("man1");
    env.nija(&["man", &dir.display().to_string()]).run().expect(0);
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_snapshot!(names.join("\n"));
    for name in names {
        let page = std::fs::read_to_string(dir.join(&name)).unwrap();
        assert!(page.contains(".TH") && page.contains(".SH SYNOPSIS"), "{name}");
    }
}
