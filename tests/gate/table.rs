//! The table in `cases.json`, asked of the library, of the program and of the script.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nija::clock::{Clock, Manual, System};
use nija::domain::gate::Policy;
use nija::domain::ticker;
use nija::{Gate, Order, Settings};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::common::TestEnv;

struct Table {
    templates: Value,
    cases: Vec<Value>,
}

fn table() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/cases.json");
    let table: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let unprivileged = !rustix::process::geteuid().is_root();
    let runs = |case: &&Value| unprivileged || case["unprivileged"] != true;
    let cases = table["cases"].as_array().unwrap().iter().filter(runs).cloned().collect();
    Table { templates: table["templates"].clone(), cases }
}

impl Table {
    /// The situation of a case, made in `env`.
    fn make(&self, case: &Value, env: &TestEnv) {
        if case["no_state_dir"] != true {
            std::fs::create_dir(env.path("state")).unwrap();
        }
        let clock = clock(case);
        self.place(&env.path("state"), &case["files"], &*clock);
        self.place(&env.path("fallback"), &case["fallback_files"], &*clock);
        env.config(&configuration(&case["settings"]));
    }

    fn place(&self, dir: &Path, files: &Value, clock: &dyn Clock) {
        for (name, content) in files.as_object().into_iter().flatten() {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if content["dir"] == true {
                std::fs::create_dir(&path).unwrap();
            } else if let Some(target) = content["symlink"].as_str() {
                symlink(target, &path).unwrap();
            } else {
                std::fs::write(&path, self.bytes(content, clock)).unwrap();
            }
            if let Some(mode) = content["mode"].as_str() {
                let mode = u32::from_str_radix(mode, 8).unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }

    fn bytes(&self, content: &Value, clock: &dyn Clock) -> Vec<u8> {
        if let Some(digits) = content["hex"].as_str() {
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            return (0..digits.len()).step_by(2).map(byte).collect();
        }
        let template = || self.templates[content["template"].as_str()?].as_str();
        let mut text = content.as_str().or(content["text"].as_str()).or_else(template).unwrap().to_owned();
        for pair in content["replace"].as_array().into_iter().flatten() {
            let (old, new) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
            assert!(text.contains(old), "{old:?} does not occur");
            text = text.replace(old, new);
        }
        let since_boot = clock.since_boot().as_nanos().to_string();
        let text = text.replace("@BOOT_ID@", &clock.boot_id()).replace("@SINCE_BOOT_NS@", &since_boot);
        let mut bytes = text.into_bytes();
        bytes.truncate(content["truncate"].as_u64().map_or(usize::MAX, |len| len.try_into().unwrap()));
        bytes
    }

    /// Asks every case and fails with a list of those answered differently from what they expect.
    fn each(&self, ask: impl Fn(&Value, &TestEnv) -> Option<[Answer; 2]>) {
        let mut wrong = Vec::new();
        for case in &self.cases {
            let env = TestEnv::new();
            self.make(case, &env);
            let Some([first, second]) = ask(case, &env) else { continue };
            let again = if case["again"].is_null() { &case["expect"] } else { &case["again"] };
            for (asked, (exit, codes), expected) in [("", first, &case["expect"]), (", again", second, again)]
            {
                if expected["exit"] != exit || expected["codes"] != serde_json::json!(codes) {
                    wrong.push(format!("{}{asked}: {exit} {codes:?}, expected {expected}", case["name"]));
                }
            }
        }
        assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// An exit code, and the reasons behind it.
type Answer = (i64, Vec<String>);

/// The clock of a case: the machine's own, or one that stands still 1000 s after the start of the machine.
fn clock(case: &Value) -> Arc<dyn Clock> {
    let Some(now) = case["now"].as_str() else { return Arc::new(System::new()) };
    let since_boot = Duration::from_secs(1000);
    let clock = Manual::at(now.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - since_boot);
    clock.advance(since_boot);
    Arc::new(clock)
}

fn seconds(settings: &Value, name: &str) -> Option<Duration> {
    settings[name].as_u64().map(Duration::from_secs)
}

/// The settings of a case as lines of a configuration file.
fn configuration(settings: &Value) -> String {
    let mut lines = String::new();
    for (name, setting) in
        [("require_watch", "require_watch_seconds"), ("dedupe_window", "dedupe_window_seconds")]
    {
        if let Some(limit) = seconds(settings, setting) {
            lines += &format!("gate.{name} = \"{}s\"\n", limit.as_secs());
        }
    }
    if let Some(matching) = settings["matching"].as_str() {
        lines += &format!("tickers.matching = \"{matching}\"\n");
    }
    for (alias, name) in settings["aliases"].as_object().into_iter().flatten() {
        lines += &format!("tickers.aliases.\"{alias}\" = {name}\n");
    }
    lines
}

fn library_settings(case: &Value, env: &TestEnv) -> Settings {
    let settings = &case["settings"];
    let aliases = settings["aliases"].as_object().into_iter().flatten();
    Settings {
        fallback_dirs: vec![env.path("fallback")],
        env_stop: env_stop(case).map(str::to_owned),
        tickers: ticker::Policy {
            matching: settings["matching"]
                .as_str()
                .map_or_else(Default::default, |word| word.parse().unwrap()),
            aliases: aliases
                .map(|(alias, name)| (alias.clone(), name.as_str().unwrap().to_owned()))
                .collect(),
        },
        policy: Policy {
            require_watch: seconds(settings, "require_watch_seconds"),
            dedupe_window: seconds(settings, "dedupe_window_seconds"),
        },
        clock: clock(case),
        ..Settings::default()
    }
}

fn figure(text: &Value) -> Option<Decimal> {
    let text = text.as_str()?;
    Some(Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).unwrap())
}

fn env_stop(case: &Value) -> Option<&str> {
    case["env"]["NIJA_EMERGENCY_STOP"].as_str()
}

#[test]
fn the_library_answers_as_the_table_says() {
    table().each(|case, env| {
        if case["program_only"] == true {
            return None;
        }
        let order = &case["order"];
        let order = Order {
            symbol: order["symbol"].as_str().unwrap(),
            side: order["side"].as_str().map(|side| side.parse().unwrap()),
            qty: figure(&order["qty"]),
            position: figure(&order["position"]),
            reduce_only: order["reduce_only"] == true,
            platform: order["platform"].as_str(),
            strategy: order["strategy"].as_str(),
            account: order["account"].as_str(),
        };
        let mut gate = Gate::with(&env.path("state"), library_settings(case, env));
        Some([answer(&mut gate, &order), answer(&mut gate, &order)])
    });
}

fn answer(gate: &mut Gate, order: &Order<'_>) -> Answer {
    let verdict = gate.check(order);
    assert_eq!(verdict.is_allowed(), verdict.exit() == 0);
    (verdict.exit().into(), verdict.reasons().map(|reason| reason.code.word().to_owned()).collect())
}

#[test]
fn the_program_answers_as_the_table_says() {
    table().each(|case, env| {
        // A program goes by the machine's clock.
        if !case["now"].is_null() {
            return None;
        }
        let mut words = vec!["gate".to_owned(), case["order"]["symbol"].as_str().unwrap().to_owned()];
        for (name, value) in case["order"].as_object().unwrap() {
            match value.as_str() {
                Some(_) if name == "symbol" => {}
                Some(value) => words.extend([format!("--{name}"), value.to_owned()]),
                None if value == true => words.push(format!("--{}", name.replace('_', "-"))),
                None => {}
            }
        }
        words.push("--json".to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ask = || {
            let run = env.nija(&words);
            let run = env_stop(case).into_iter().fold(run, |run, stop| run.env("NIJA_EMERGENCY_STOP", stop));
            let output = run.run();
            let document: Value = serde_json::from_str(&output.stdout).unwrap();
            assert_eq!(document["exit_code"], output.code, "{}", case["name"]);
            let reasons = document["data"]["reasons"].as_array().into_iter().flatten();
            let codes = reasons.map(|reason| reason["code"].as_str().unwrap().to_owned());
            (output.code.into(), codes.collect())
        };
        let first = ask();
        let second = if case["again"].is_null() { first.clone() } else { ask() };
        Some([first, second])
    });
}

#[test]
fn the_script_answers_as_the_table_says() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/test_nija_gate.py");
    let output = std::process::Command::new("python3").arg("-B").arg(script).output();
    let output = output.expect("scripts/nija_gate.py needs python3 to be held to the table");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_code_has_a_case() {
    let table = table();
    for code in nija::Code::ALL {
        let has = |case: &Value| case["expect"]["codes"].as_array().unwrap().iter().any(|c| c == code.word());
        assert!(table.cases.iter().any(has), "{code} has no case in tests/gate/cases.json");
    }
}
