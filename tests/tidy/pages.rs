//! Documentation that agrees with the tree: titles, links, source paths, numbered decisions.

use super::source::{Finding, Tree, finding};

/// Lines of a page outside code fences, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().map(|(index, line)| (index + 1, line)).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= fence;
        !fenced && !fence
    })
}

pub(super) fn one_title(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in &tree.pages {
        let titles: Vec<usize> =
            prose(text).filter(|(_, line)| line.starts_with("# ")).map(|(line, _)| line).collect();
        if titles.len() != 1 {
            let line = titles.get(1).copied().unwrap_or(1);
            found.push(finding(path, line, format!("{} titles ('# '): have exactly one", titles.len())));
        }
    }
    found
}

/// Links within the repository lead somewhere, heading included.
pub(super) fn dead_links(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in &tree.pages {
        for (line, target) in
            prose(text).flat_map(|(line, text)| links(text).into_iter().map(move |l| (line, l)))
        {
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let file = if file.is_empty() { path.clone() } else { resolve(path, file) };
            if !tree.exists(&file) && !file.is_empty() {
                found.push(finding(path, line, format!("dead link '{target}': there is no {file}")));
            } else if let Some(page) = tree.pages.get(&file)
                && !heading.is_empty()
                && !prose(page).any(|(_, text)| slug(text).as_deref() == Some(heading))
            {
                found.push(finding(path, line, format!("dead link '{target}': {file} has no such heading")));
            }
        }
    }
    found
}

/// Relative targets of `[text](target)` and `[name]: target`.
fn links(line: &str) -> Vec<String> {
    let mut plain = String::new();
    // Code spans hold examples, not links.
    line.split('`').step_by(2).for_each(|part| plain.push_str(part));
    let inline = plain.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let reference = plain.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target);
    inline
        .chain(reference)
        .map(|target| target.trim().trim_matches(['<', '>']).to_owned())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:") && !target.is_empty())
        .collect()
}

/// A link target relative to the page that holds it, as a path of the repository.
fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchor of a heading line, as GitHub makes it.
fn slug(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .collect::<String>();
    Some(kept.trim().replace(' ', "-"))
}

/// A page that names a source file names one that exists. The changelog speaks of the past.
pub(super) fn dead_source_paths(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.pages.iter().filter(|(path, _)| *path != "CHANGELOG.md") {
        for (index, line) in text.lines().enumerate() {
            for word in line.split(|c: char| c.is_whitespace() || "`()[]'\",;|".contains(c)) {
                let name = word.split(':').next().unwrap_or(word).trim_end_matches(['.', '/']);
                let pattern = name.contains(['*', '<', '{', '…']);
                if name.starts_with("src/") && !pattern && !tree.exists(name) {
                    found.push(finding(
                        path,
                        index + 1,
                        format!("there is no {name}: name what is there now"),
                    ));
                }
            }
        }
    }
    found
}

/// Decision records are `NNNN-*.md`, from 0001 on without gaps.
pub(super) fn decisions_without_gaps(tree: &Tree) -> Vec<Finding> {
    let records = tree.pages.keys().filter_map(|path| Some((path, path.strip_prefix("docs/decisions/")?)));
    let mut found = Vec::new();
    let mut expected = 1;
    for (path, name) in records.filter(|(_, name)| *name != "README.md") {
        let number = name.split_once('-').filter(|(digits, _)| digits.len() == 4);
        match number.and_then(|(digits, _)| digits.parse::<u32>().ok()) {
            None => {
                found.push(finding(
                    path,
                    1,
                    "a decision record is named NNNN-what-was-decided.md: rename it",
                ));
            }
            Some(number) if number != expected => {
                found.push(finding(
                    path,
                    1,
                    format!("decision {number:04} stands where {expected:04} belongs: renumber it"),
                ));
                expected = number + 1;
            }
            Some(_) => expected += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_exactly_one_title_are_found() {
        let tree = Tree::of(&[
            ("a.md", "# One\n\n```sh\n# a comment\n```\n## Two\n"),
            ("b.md", "## None\n"),
            ("c.md", "# One\n# Two\n"),
        ]);
        let found: Vec<(String, usize)> = one_title(&tree).into_iter().map(|f| (f.path, f.line)).collect();
        assert_eq!(found, [("b.md".to_owned(), 1), ("c.md".to_owned(), 2)]);
    }

    #[test]
    fn dead_links_are_found() {
        let page = "# Page\n[a](other.md) [b](../src/lib.rs) [c](https://x.y/z) [d](#page) `[e](no.md)`\n\
                    [f](gone.md)\n[g](other.md#nowhere) [h](other.md#what-is-it)\n[i]: gone2.md\n[j](sub/)\n";
        let tree = Tree::of(&[
            ("docs/page.md", page),
            ("docs/other.md", "# Other\n## What is it?\n"),
            ("docs/sub/x.md", "# X\n"),
            ("src/lib.rs", ""),
        ]);
        let found: Vec<String> = dead_links(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("docs/page.md:3: dead link 'gone.md'"), "{found:?}");
        assert!(found[1].contains("no such heading") && found[2].contains("gone2.md"), "{found:?}");
    }

    #[test]
    fn source_paths_that_are_gone_are_found() {
        let page =
            "# P\nsee `src/lib.rs`, src/domain/ and src/gone.rs.\nalso src/store/*.rs, `src/lib.rs:12`\n";
        let tree = Tree::of(&[("docs/p.md", page), ("src/lib.rs", ""), ("src/domain/mod.rs", "")]);
        let found: Vec<String> = dead_source_paths(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["docs/p.md:2: there is no src/gone.rs: name what is there now"]);
    }

    #[test]
    fn gaps_and_twins_among_decisions_are_found() {
        let tree = |names: &[&'static str]| {
            let files: Vec<(String, &str)> =
                names.iter().map(|n| (format!("docs/decisions/{n}"), "# D\n")).collect();
            Tree::of(&files.iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>())
        };
        assert!(decisions_without_gaps(&tree(&["0001-a.md", "0002-b.md", "README.md"])).is_empty());
        assert_eq!(decisions_without_gaps(&tree(&["0001-a.md", "0003-b.md", "0004-c.md"])).len(), 1);
        assert_eq!(decisions_without_gaps(&tree(&["0001-a.md", "0001-b.md"])).len(), 1);
        assert_eq!(decisions_without_gaps(&tree(&["first.md"])).len(), 1);
    }
}
