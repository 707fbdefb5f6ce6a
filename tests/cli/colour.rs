//! Pages in colour; the words are the same without it.

use insta::assert_snapshot;

use super::scene::Scene;
use crate::common::TestEnv;

/// `text` as it reads without colour.
fn plain(text: &str) -> String {
    text.split('\u{1b}')
        .enumerate()
        .map(
            |(index, part)| {
                if index == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) }
            },
        )
        .collect()
}

#[test]
fn pages_in_colour() {
    let mut scene = Scene::new(TestEnv::initialised());
    for line in [
        "gate BTC-USD --color always",
        "kill --scope platform:kraken --color always venue rejects orders",
        "status --color always",
        "gate BTC-USD --color always",
        "killswitch activate --color always fat finger",
        "heartbeat ping bot-a --color always",
        "kill --wait 1ms --color always again",
        "killswitch status --color always",
        "gate BTC-USD --color always",
        "killswitch history --limit 1 --color always",
        "killswitch deactivate checked --color always",
        "killswitch deactivate checked --all --yes --color always",
        "killswitch is-active --color always",
        "config show --origin --color always",
        "audit verify --color always",
        "operator list --color always",
    ] {
        scene.nija(line);
    }
    assert_snapshot!(scene.text());
}

#[test]
fn colour_adds_no_words_and_takes_none_away() {
    let env = TestEnv::initialised();
    env.nija(&["kill", "drill"]).run().expect(0);
    for words in
        [&["killswitch", "status"][..], &["gate", "X"], &["audit", "show"], &["killswitch", "deactivate"]]
    {
        let run = |colour| env.nija(&[words, &["--color", colour]].concat()).run();
        let (coloured, bare) = (run("always"), run("never"));
        assert_eq!(env.stable(&plain(&coloured.stdout)), env.stable(&bare.stdout));
        assert_eq!(plain(&coloured.stderr), bare.stderr);
        assert!(!bare.stdout.contains('\u{1b}') && !bare.stderr.contains('\u{1b}'));
    }
}

#[test]
fn the_environment_decides_where_the_flag_does_not() {
    let env = TestEnv::initialised();
    let coloured = |variables: &[(&str, &str)], words: &[&str]| {
        let run = variables.iter().fold(env.nija(words), |run, (name, value)| run.env(name, *value));
        run.run().stdout.contains('\u{1b}')
    };
    let page = ["killswitch", "status"];
    assert!(!coloured(&[], &page), "no terminal");
    assert!(coloured(&[("FORCE_COLOR", "1")], &page));
    assert!(coloured(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], &page));
    assert!(!coloured(&[("CLICOLOR_FORCE", "0")], &page));
    assert!(!coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &page));
    assert!(!coloured(&[("FORCE_COLOR", "1"), ("NIJA_NO_COLOR", "1")], &page));
    assert!(coloured(&[("NO_COLOR", "1")], &["killswitch", "status", "--color", "always"]));
    assert!(!coloured(&[("FORCE_COLOR", "1")], &["killswitch", "status", "--color", "never"]));
    assert!(!coloured(&[("FORCE_COLOR", "1")], &["killswitch", "status", "--json"]), "JSON has no colour");
}

#[test]
fn what_files_and_people_say_cannot_drive_a_terminal() {
    let env = TestEnv::initialised();
    env.nija(&["kill", "\u{1b}[2Jgone\u{7}", "\u{202e}desrever"]).run().expect(0);
    for words in [
        &["status"][..],
        &["gate", "X"],
        &["audit", "show"],
        &["killswitch", "deactivate", "\u{1b}x", "--id", "\u{1b}y"],
    ] {
        let output = env.nija(words).run();
        for c in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(
                !output.stdout.contains(c) && !output.stderr.contains(c),
                "{words:?}: {}",
                output.render()
            );
        }
    }
}
