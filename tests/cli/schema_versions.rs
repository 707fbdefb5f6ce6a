//! Versions of the code as git has them, whatever the repository is like, and what is kept of them between runs.

use std::path::Path;

use super::schema::{MODELS, MORE, Repository, git};
use crate::common::TestEnv;

/// How many changes of the models are found, asked in a directory.
#[track_caller]
fn changes(env: &TestEnv, at: &Path, words: &[&str]) -> usize {
    let all = [&["schema", "diff", "--json"][..], words].concat();
    let output = env.nija(&all).cwd(at).without("HOME").run().expect(0);
    let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document["state_dir"], serde_json::Value::Null);
    document["data"]["changes"].as_array().unwrap().len()
}

#[test]
fn every_kind_of_repository_is_read() {
    let env = TestEnv::new();
    let repository = Repository::new(&env);
    let at = &repository.at;
    repository.write("app/mo dels\n\u{fc}.py", MODELS);
    repository.write("app/.gitignore", "ignored.py\n");
    repository.write("app/ignored.py", &MODELS.replace("users", "ignored"));
    assert_eq!(changes(&env, at, &[]), 0, "nothing is staged");
    assert_eq!(changes(&env, at, &["--to", "WORKTREE"]), 1, "before the first commit");
    repository.git(&["add", "-A"]);
    assert_eq!(changes(&env, at, &[]), 1, "staged before the first commit");
    repository.commit("first");
    assert_eq!(changes(&env, &at.join("app"), &[]), 0);
    assert_eq!(changes(&env, &at.join("app"), &["--from", "HEAD", "--to", "WORKTREE"]), 0);
    std::fs::remove_file(at.join("app/mo dels\n\u{fc}.py")).unwrap();
    assert_eq!(changes(&env, at, &["--to", "WORKTREE"]), 1, "a model that is removed");
    assert_eq!(changes(&env, at, &[]), 0, "not staged");
    repository.git(&["checkout", "-q", "--", "."]);

    let linked = env.path("linked");
    repository.git(&["worktree", "add", "-q", "-b", "side", &linked.display().to_string()]);
    std::fs::write(linked.join("more.py"), MODELS.replace("users", "more")).unwrap();
    git(&linked, &["add", "-A"]);
    assert_eq!((changes(&env, &linked, &[]), changes(&env, at, &[])), (1, 0), "a linked work tree");
    git(&linked, &["commit", "-q", "-m", "side"]);

    let bare = env.path("bare.git");
    repository.git(&["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    assert_eq!(changes(&env, &bare, &["--from", "main", "--to", "side"]), 1, "a bare repository");
    env.nija(&["schema", "check", "--to", "WORKTREE"]).cwd(&bare).run().expect(66);

    let shallow = env.path("shallow");
    repository.write("README.md", "more\n");
    repository.commit("more");
    let from = format!("file://{}", at.display());
    repository.git(&["clone", "-q", "--depth", "1", &from, &shallow.display().to_string()]);
    let output = env.nija(&["schema", "check", "--from", "HEAD~1"]).cwd(&shallow).run().expect(66);
    assert!(output.stderr.contains("git fetch --deepen"), "{}", output.stderr);
}

#[test]
fn branches_are_compared_from_where_they_parted() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    let at = &repository.at;
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("app/side.py", &MODELS.replace("users", "side"));
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("app/main.py", &MODELS.replace("users", "other"));
    repository.commit("main");
    assert_eq!(changes(&env, at, &["--from", "main", "--to", "side"]), 2);
    assert_eq!(changes(&env, at, &["--from", "main", "--to", "side", "--merge-base"]), 1);
    assert_eq!(changes(&env, at, &["--from", "side", "--to", "main"]), 2);

    repository.write("app/models.py", &format!("{MODELS}    a = Column(Integer)\n"));
    repository.commit("a");
    repository.git(&["checkout", "-q", "side"]);
    repository.write("app/models.py", &format!("{MODELS}    b = Column(Integer)\n"));
    repository.commit("b");
    assert!(!git(at, &["merge", "-q", "main"]).0, "a conflict");
    let output = env.nija(&["schema", "check", "--json"]).run();
    let document: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    let notes = document["data"]["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "unmerged"), "{}", output.stdout);
}

#[test]
fn an_index_of_a_hook_and_long_ids_are_read() {
    let env = TestEnv::new();
    let repository = Repository { at: env.path("work") };
    repository.git(&["init", "-q", "-b", "main", "--object-format=sha256"]);
    repository.write("app/models.py", MODELS);
    repository.commit("first");
    repository.write("app/models.py", &format!("{MODELS}{MORE}"));
    assert_eq!(changes(&env, &repository.at, &["--to", "WORKTREE"]), 3);
    repository.git(&["add", "-A"]);
    std::fs::copy(repository.at.join(".git/index"), repository.at.join(".git/other")).unwrap();
    repository.git(&["reset", "-q"]);
    assert_eq!(changes(&env, &repository.at, &[]), 0);
    let output = env.nija(&["schema", "diff", "--exit-code"]).env("GIT_INDEX_FILE", ".git/other").run();
    assert_eq!(output.code, 1, "{}", output.stdout);
}

#[test]
fn what_was_read_is_kept_and_nothing_depends_on_it() {
    let env = TestEnv::new();
    let repository = Repository::with_models(&env);
    let kept = repository.at.join(".git/nija/schema-cache-v1");
    let show = || env.nija(&["schema", "show"]).run().expect(0).stdout;
    env.nija(&["schema", "show", "--no-cache"]).run().expect(0);
    assert!(!kept.exists());
    let first = show();
    let bytes = std::fs::read(&kept).unwrap();
    assert_eq!(show(), first);
    assert_eq!(std::fs::read(&kept).unwrap(), bytes, "nothing new");
    for damage in
        [&b""[..], &bytes[..bytes.len() / 2], &[&bytes[..40], &[0xff; 400]].concat(), b"of another version"]
    {
        std::fs::write(&kept, damage).unwrap();
        assert_eq!(show(), first);
        assert_eq!(std::fs::read(&kept).unwrap().len(), bytes.len(), "made anew");
    }
    let mut odd = bytes;
    let last = odd.len() - 1;
    odd[last] ^= 1;
    std::fs::write(&kept, &odd).unwrap();
    assert_eq!(show(), first, "a module is damaged");
    std::fs::remove_file(&kept).unwrap();
    std::fs::create_dir(&kept).unwrap();
    assert_eq!(show(), first, "it cannot be written");
}
