//! The schema freeze at the shell: what is compared, what a refused commit reads like, and the hook that refuses it.

use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;

use super::golden::holds;
use super::scene::Scene;
use crate::common::TestEnv;

pub(super) const MODELS: &str = "\
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = \"users\"

    id = Column(Integer, primary_key=True)
    name = Column(String(50), nullable=False)
";

pub(super) const MORE: &str = "    email = Column(String(100), index=True)


class Item(Base):
    __tablename__ = \"items\"

    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey(\"users.id\", ondelete=\"CASCADE\"))
";

const FIRST: &str = "\
import sqlalchemy as sa
from alembic import op

revision = \"a1\"
down_revision = None


def upgrade():
    op.create_table(
        \"users\",
        sa.Column(\"id\", sa.Integer(), nullable=False),
        sa.Column(\"name\", sa.String(length=50), nullable=False),
        sa.PrimaryKeyConstraint(\"id\"),
    )


def downgrade():
    op.drop_table(\"users\")
";

/// A repository in the directory that commands run in.
pub(super) struct Repository {
    pub(super) at: PathBuf,
}

impl Repository {
    pub(super) fn new(env: &TestEnv) -> Self {
        let repository = Self { at: env.path("work") };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// A repository with a model, its migration, and what Alembic goes by, committed.
    pub(super) fn with_models(env: &TestEnv) -> Self {
        let repository = Self::new(env);
        repository.write("app/models.py", MODELS);
        repository.write("alembic.ini", "[alembic]\nscript_location = migrations\n");
        repository.write("migrations/versions/a1_first.py", FIRST);
        repository.commit("the first");
        repository
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.at.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[track_caller]
    pub(super) fn git(&self, words: &[&str]) -> String {
        let output = git(&self.at, words);
        assert!(output.0, "git {words:?}: {}", output.1);
        output.1
    }

    #[track_caller]
    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--no-verify", "-m", message]);
    }
}

/// Runs git, and says whether it succeeded and what it printed.
pub(super) fn git(at: &Path, words: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Alice",
            "-c",
            "user.email=alice@example.com",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(words)
        .current_dir(at)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", at)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// The migration that a page shows, as a script.
fn script(page: &str, revision: &str, down: &str) -> String {
    let lines: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != "    from alembic import op")
        .take_while(|line| line.starts_with("    ") || line.is_empty())
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    assert!(!lines.is_empty(), "{page}");
    let (imports, rest) = lines.split_at(lines.iter().position(|line| line.is_empty()).unwrap());
    let head = format!("revision = \"{revision}\"\ndown_revision = \"{down}\"\n");
    format!("{}\n\n{head}{}\n", imports.join("\n"), rest.join("\n"))
}

#[test]
fn a_change_and_its_migration() {
    let mut scene = Scene::new(TestEnv::new());
    scene.nija("schema check");
    let repository = Repository::with_models(&scene.env);
    scene.note("a repository with a model and its migration");
    scene.nija("schema check");
    scene.nija("schema show");
    scene.nija("schema show users --at HEAD");
    scene.note("a column and a table more, not staged yet, then staged");
    repository.write("app/models.py", &format!("{MODELS}{MORE}"));
    scene.nija("schema check");
    scene.nija("schema diff --from HEAD --to WORKTREE --exit-code");
    repository.git(&["add", "-A"]);
    let refused = scene.nija("schema check");
    scene.nija("schema check --format github");
    scene.note("the migration it shows, staged as well");
    repository.write("migrations/versions/b2_second.py", &script(&refused.stdout, "b2", "a1"));
    repository.git(&["add", "-A"]);
    scene.nija("schema check");
    repository.commit("the second");
    scene.nija("schema check --quiet");
    scene.nija("schema check --from HEAD~1 --to HEAD");
    scene.note("a column goes, the migration stays: pre-commit compares two revisions");
    repository.write("app/models.py", &format!("{MODELS}{}", MORE.replace("    email", "    # email")));
    repository.commit("the third");
    scene.with("schema check", |run| {
        run.env("PRE_COMMIT_FROM_REF", "HEAD~1").env("PRE_COMMIT_TO_REF", "HEAD")
    });
    scene.with("schema check --staged", |run| {
        run.env("PRE_COMMIT_FROM_REF", "HEAD~1").env("PRE_COMMIT_TO_REF", "HEAD")
    });
    scene.nija("schema check --from nowhere");
    scene.nija("schema check --staged --all");
    assert_snapshot!(scene.text());
}

#[test]
fn what_is_looked_at_is_what_is_said() {
    let mut scene = Scene::new(TestEnv::new());
    let repository = Repository::with_models(&scene.env);
    scene.note("a rule is off, another is a warning");
    let less =
        MODELS.replace("    name = Column(String(50), nullable=False)\n", "    age = Column(Integer)\n");
    repository.write("app/models.py", &less);
    repository.write("nija.toml", "[schema]\nrules = { uncovered-column = \"note\" }\n");
    repository.git(&["add", "-A"]);
    scene.nija("schema check");
    scene.nija("schema check --fail-on note --quiet");
    scene.note("nobody looks at app");
    repository.write("nija.toml", "[schema]\nmodels = [\"lib\"]\n");
    repository.git(&["add", "-A"]);
    scene.nija("schema check");
    for said in
        ["modles = []", "rules = { no-such-rule = \"off\" }", "models = [\"../x\"]", "dialect = \"oracle\""]
    {
        repository.write("nija.toml", &format!("[schema]\n{said}\n"));
        repository.git(&["add", "-A"]);
        scene.nija("schema check");
    }
    scene.note("what is wrong elsewhere in the file is none of its concern");
    repository.write("nija.toml", "state_dir = 7\n[schema]\ndialect = \"sqlite\"\n");
    repository.git(&["add", "-A"]);
    scene.nija("schema check --fail-on error");
    scene.nija("schema explain uncovered-column");
    scene.nija("schema explain no-such-rule");
    assert_snapshot!(scene.text());
}

#[test]
fn setting_up() {
    let mut scene = Scene::new(TestEnv::new());
    let repository = Repository::with_models(&scene.env);
    repository.write(".pre-commit-config.yaml", "repos: []\n");
    scene.nija("schema init");
    repository.write(".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks: []\n");
    scene.nija("schema init");
    scene.nija("schema init");
    for file in ["nija.toml", ".pre-commit-config.yaml"] {
        scene.note(&format!("{file}:\n{}", std::fs::read_to_string(repository.at.join(file)).unwrap()));
    }
    scene.nija("schema check --all");
    assert_snapshot!(scene.text());
}

#[test]
fn a_hook_refuses_the_commit_and_lets_it_pass_with_its_migration() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    let hooks = repository.at.join(".git/hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    let own = "#!/bin/sh\necho mine ran\n";
    std::fs::write(hooks.join("pre-commit"), own).unwrap();
    std::fs::set_permissions(hooks.join("pre-commit"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let sub = repository.at.join("app");
    let install =
        |words: &[&str]| env.nija(&[&["schema", "install-hook"][..], words].concat()).cwd(&sub).run();
    assert!(install(&[]).expect(0).stdout.contains("runs first"));
    assert!(install(&[]).expect(0).stdout.contains("INSTALLED BEFORE"));

    repository.write("app/models.py", &format!("{MODELS}{MORE}"));
    repository.git(&["add", "-A"]);
    let (passed, text) = git(&repository.at, &["commit", "-q", "-m", "no migration"]);
    assert!(!passed && text.contains("mine ran") && text.contains("uncovered-table"), "{text}");
    repository.write("migrations/versions/b2_second.py", &script(&text, "b2", "a1"));
    repository.git(&["add", "-A"]);
    let (passed, text) = git(&repository.at, &["commit", "-q", "-m", "with its migration"]);
    assert!(passed, "{text}");

    std::fs::write(hooks.join("pre-commit"), "#!/bin/sh\n# another tool's\n").unwrap();
    assert!(install(&[]).expect(75).stderr.contains("install-hook --force"));
    install(&["--uninstall"]).expect(75);
    install(&["--force"]).expect(0);
    install(&["--uninstall"]).expect(0);
    assert!(std::fs::read_to_string(hooks.join("pre-commit")).unwrap().contains("another tool's"));
    assert!(!hooks.join("pre-commit.before-nija").exists());
}

#[test]
fn a_hook_goes_where_git_looks_for_hooks() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    repository.git(&["config", "core.hooksPath", ".hooks"]);
    env.nija(&["schema", "install-hook"]).run().expect(0);
    assert!(repository.at.join(".hooks/pre-commit").exists());
    let elsewhere = env.path("shared-hooks");
    repository.git(&["config", "core.hooksPath", &elsewhere.display().to_string()]);
    assert!(
        env.nija(&["schema", "install-hook"])
            .run()
            .expect(0)
            .stderr
            .contains("others may have the same hooks")
    );
    env.nija(&["schema", "install-hook", "--uninstall"]).run().expect(0);
    assert!(!elsewhere.join("pre-commit").exists());
}

#[test]
fn without_git_it_says_so() {
    let env = TestEnv::new();
    let output = env.nija(&["schema", "check"]).env("PATH", env.path("home")).run().expect(69);
    assert!(output.stderr.contains("git cannot be run"), "{}", output.stderr);
}

#[test]
fn documents() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    repository.write("app/models.py", &format!("{MODELS}{MORE}"));
    repository.git(&["add", "-A"]);
    for (name, words) in [
        ("schema-check", &["schema", "check"][..]),
        ("schema-diff", &["schema", "diff"]),
        ("schema-show", &["schema", "show", "users"]),
        ("schema-explain", &["schema", "explain", "uncovered-column"]),
        ("schema-install-hook", &["schema", "install-hook"]),
        ("schema-init", &["schema", "init"]),
        ("error-schema-no-revision", &["schema", "check", "--from", "nowhere"]),
    ] {
        holds(&env, name, &env.nija(&[words, &["--json"][..]].concat()).run());
    }
}

#[test]
fn code_scanning_gets_a_log() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    repository.write("app/models.py", &format!("{MODELS}{MORE}"));
    repository.git(&["add", "-A"]);
    let output = env.nija(&["schema", "check", "--format", "sarif", "a.py", "b.py"]).run().expect(1);
    let log: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 3, "{}", output.stdout);
    for result in results {
        let rule =
            &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
    }
}
