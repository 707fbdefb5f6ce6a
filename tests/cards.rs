//! Types every command that the card and the README tell people to type, and holds their tables to the code.

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "sets up a directory of its own, and waits for a real process")]
mod cards {
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};

    /// A line of shell, and the exit code the page promises for it.
    #[derive(Debug)]
    struct Typed {
        line: usize,
        text: String,
        exit: i32,
    }

    fn page(name: &str) -> String {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
    }

    /// The lines inside fences of `language`, with their numbers, from heading `from` to the next of its level.
    fn fenced<'a>(page: &'a str, language: &str, from: &str) -> Vec<(usize, &'a str)> {
        let level = from.chars().take_while(|c| *c == '#').count();
        let (mut inside, mut fence, mut found) = (from.is_empty(), None, Vec::new());
        for (index, line) in page.lines().enumerate() {
            if let Some(opening) = line.strip_prefix("```") {
                fence = if fence.is_some() { None } else { Some(opening) };
            } else if fence == Some(language) {
                if inside {
                    found.push((index + 1, line));
                }
            } else if fence.is_none() && !from.is_empty() && line.starts_with('#') {
                let own = line.chars().take_while(|c| *c == '#').count();
                inside = line == from || (inside && own > level);
            }
        }
        found
    }

    /// Commands of a page. `# exits N` at a line's end is the code to expect, where it is not 0.
    fn commands(page: &str, from: &str) -> Vec<Typed> {
        let typed = |(line, text): (usize, &str)| {
            let exit = text.split_once("# exits ").map_or(0, |(_, code)| {
                let digits: String = code.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().unwrap_or_else(|_| panic!("line {line}: '{code}' is no exit code"))
            });
            Typed { line, text: text.to_owned(), exit }
        };
        fenced(page, "sh", from).into_iter().filter(|(_, text)| !text.trim().is_empty()).map(typed).collect()
    }

    /// A home and a checkout of one's own, with state, and second places that are not the machine's.
    struct Desk {
        dir: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let desk = Self { dir };
            for folder in ["home", "checkout/target"] {
                std::fs::create_dir_all(desk.at(folder)).unwrap();
            }
            let config = desk.at("checkout/nija.toml");
            std::fs::write(&config, "state_dir = \"state\"\nfallback_dirs = [\"fallback\"]\n").unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(&config, mode).unwrap();
            let built = Path::new(env!("CARGO_BIN_EXE_nija")).parent().unwrap();
            std::os::unix::fs::symlink(built, desk.at("checkout/target/release")).unwrap();
            let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
            std::os::unix::fs::symlink(scripts, desk.at("checkout/scripts")).unwrap();
            desk
        }

        fn at(&self, path: &str) -> PathBuf {
            self.dir.path().join(path)
        }

        /// `sh` with nothing of this machine's surroundings but its programs.
        fn shell(&self, script: &str) -> Command {
            let mut shell = Command::new("sh");
            let built = Path::new(env!("CARGO_BIN_EXE_nija")).parent().unwrap().display();
            let path = std::env::var("PATH").unwrap_or_default();
            shell.arg("-c").arg(script).env_clear().env("PATH", format!("{built}:{path}"));
            for variable in
                ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "TMPDIR"]
            {
                shell.env(variable, self.at("home"));
            }
            shell.current_dir(self.at("checkout")).stdin(Stdio::null());
            shell
        }

        /// Runs one line and returns its exit code and what it said.
        fn run(&self, prepare: impl Fn(&mut Command), script: &str) -> (Option<i32>, String) {
            let mut shell = self.shell(script);
            prepare(&mut shell);
            let done = shell.output().unwrap();
            let said = [done.stdout, done.stderr].concat();
            (done.status.code(), String::from_utf8_lossy(&said).into_owned())
        }
    }

    /// A bot that reports all the time, until it is dropped.
    struct Bot(Child);

    impl Drop for Bot {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn every_command_of_the_card_does_what_it_says() {
        let desk = Desk::new();
        let surroundings = |shell: &mut Command| {
            shell.env("NIJA_STATE_DIR", desk.at("checkout/state")).current_dir(desk.at("home"));
            shell.env("NIJA_CONFIG", desk.at("checkout/nija.toml"));
        };
        assert_eq!(desk.run(surroundings, "nija init").0, Some(0));
        let mut bot = desk.shell("while nija heartbeat ping bot-a; do sleep 0.05; done > /dev/null");
        surroundings(&mut bot);
        let _bot = Bot(bot.spawn().unwrap());

        let typed = commands(&page("EMERGENCY_QUICK_REF.md"), "");
        assert!(typed.len() >= 10, "only {} commands were found", typed.len());
        for Typed { line, text, exit } in typed {
            let (code, said) = desk.run(surroundings, &text);
            assert_eq!(code, Some(exit), "EMERGENCY_QUICK_REF.md:{line}: {text}\n{said}");
        }
    }

    #[test]
    fn the_card_is_one_page_in_the_order_of_an_incident() {
        let card = page("EMERGENCY_QUICK_REF.md");
        let wide: Vec<&str> = card.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "wider than 80 columns: {wide:#?}");
        assert!(card.lines().count() <= 64, "{} lines do not fit a page", card.lines().count());
        let sections: Vec<&str> = card.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let wanted = ["1. STOP", "2. SEE", "3. EXPOSURE", "4. TELL", "5. DO NOT", "6. RESUME"];
        assert_eq!(sections, wanted);
        assert!(card.contains("touch \"$NIJA_STATE_DIR/EMERGENCY_STOP\""), "the way without nija is missing");
        assert!(card.contains("NIJA_EMERGENCY_STOP="), "the stop by environment is missing");
    }

    #[test]
    fn the_tour_of_the_readme_runs_as_written() {
        let desk = Desk::new();
        let has_python = has("python3");
        let typed: Vec<Typed> = commands(&page("README.md"), "## Five-minute tour")
            .into_iter()
            .filter(|typed| has_python || !typed.text.starts_with("python3"))
            .collect();
        assert!(typed.len() >= 30, "only {} commands were found", typed.len());
        // One shell, as for a reader; after each line it says which one it was and how it went.
        let told = |typed: &Typed| format!("{}\necho \"@ {} $?\"\n", typed.text, typed.line);
        let script: String = typed.iter().map(told).collect();
        let script = format!("exec 2>&1; echo\n{script}");
        let (_, said) = desk.run(|_| {}, &script);
        for Typed { line, text, exit } in typed {
            let wanted = format!("\n@ {line} {exit}\n");
            assert!(said.contains(&wanted), "README.md:{line}: {text}\nwanted exit code {exit} in:\n{said}");
        }
    }

    #[test]
    fn the_exit_codes_of_the_readme_are_those_of_the_table() {
        let readme = page("README.md");
        let row = |line: &str| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let word = cells.get(2)?.trim_matches('`').to_owned();
            Some((cells.get(1)?.parse::<u8>().ok()?, word)).filter(|(_, word)| word.starts_with("E_"))
        };
        let told: Vec<(u8, String)> = readme.lines().filter_map(row).collect();
        let table: Vec<(u8, String)> =
            nija::error::TABLE.iter().map(|row| (row.exit, row.code.to_owned())).collect();
        assert_eq!(told, table, "README.md's exit codes, then src/error.rs's");
    }

    #[test]
    fn the_bot_of_the_readme_compiles() {
        let bot = page("examples/bot.rs");
        let readme = page("README.md");
        let shown: Vec<&str> = fenced(&readme, "rust", "").into_iter().map(|(_, line)| line).collect();
        assert!(
            !shown.is_empty() && bot.contains(&shown.join("\n")),
            "README.md shows another bot than examples/bot.rs"
        );
    }

    /// The only block of `language` on a page.
    fn block(page: &str, language: &str) -> String {
        let lines = fenced(page, language, "");
        let (first, last) = (lines.first().unwrap().0, lines.last().unwrap().0);
        assert_eq!(last - first + 1, lines.len(), "more than one block of {language}");
        lines.into_iter().map(|(_, line)| format!("{line}\n")).collect()
    }

    fn has(program: &str) -> bool {
        Command::new(program).arg("--version").output().is_ok_and(|done| done.status.success())
    }

    #[test]
    fn the_ways_to_obey_the_files_say_what_the_gate_says() {
        let guide = page("docs/state-files.md");
        let shell = format!("{}may_trade state fallback", block(&guide, "sh"));
        let python =
            format!("{}raise SystemExit(not may_trade('state', ['fallback']))", block(&guide, "python"));
        let situations = [
            "true",
            "touch state/EMERGENCY_STOP",
            "ln -s nowhere state/EMERGENCY_STOP",
            "touch fallback/EMERGENCY_STOP",
            "nija killswitch activate --scope platform:kraken slow",
            "nija kill; rm state/EMERGENCY_STOP",
            "echo '{}' > state/killswitch.json",
            "sed -i 's/\"1.0\"/\"2.0\"/' state/killswitch.json",
            "rm state/killswitch.json",
            "rm -r state",
        ];
        for (index, situation) in situations.into_iter().enumerate() {
            let desk = Desk::new();
            let made = format!("mkdir fallback; nija init && {{ {situation}; }}");
            let (code, said) = desk.run(|_| {}, &made);
            assert_eq!(code, Some(0), "{situation}: {said}");
            let asked =
                desk.run(|_| {}, "nija gate BTC/USD --platform kraken --side sell --qty 0.5 --position 2");
            let (code, said) = desk.run(|_| {}, &shell);
            assert_eq!(
                (asked.0 == Some(0), code == Some(0)),
                (index == 0, index == 0),
                "{situation}: {said}"
            );
            if has("python3") {
                let python = |command: &mut Command| {
                    command
                        .env("PYTHONPATH", "scripts")
                        .env("PYTHONDONTWRITEBYTECODE", "1")
                        .env("CODE", &python);
                };
                let (code, said) = desk.run(python, "python3 -c \"$CODE\"");
                assert_eq!(code == Some(0), index == 0, "{situation}: {said}");
            }
        }
    }

    #[test]
    fn the_chain_verifies_without_nija() {
        if !has("jq") {
            return;
        }
        let verify =
            format!("{}verify_chain state", block(&page("docs/decisions/0007-audit-chain.md"), "sh"));
        let desk = Desk::new();
        let made = "nija init; nija killswitch activate 'a \"quoted\" reason, \u{e9}' --scope symbol:X; \
                    nija killswitch deactivate over --yes; nija audit verify";
        let (code, said) = desk.run(|_| {}, made);
        let head = said.lines().find_map(|line| line.trim().strip_prefix("head")).unwrap_or_default();
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(desk.run(|_| {}, &verify), (Some(0), format!("{}\n", head.trim())));
        let (code, said) = desk.run(|_| {}, &format!("sed -i s/quoted/edited/ state/audit.jsonl; {verify}"));
        assert_eq!((code, said.as_str()), (Some(1), "broken at record 2 in state/audit.jsonl\n"));
    }
}
