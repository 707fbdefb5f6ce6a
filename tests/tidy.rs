//! The house rules, executed over the whole tree: one finding per line, each with its place and its remedy.

#[cfg(test)]
mod tidy {
    mod effects;
    mod imports;
    mod pages;
    mod reach;
    mod shape;
    mod source;

    use source::{Finding, Source, Tree};

    /// Rules that look at one file at a time.
    const RULES: [fn(&Source) -> Vec<Finding>; 14] = [
        imports::arrows,
        shape::file_length,
        shape::function_length,
        shape::opening_sentence,
        shape::bins,
        shape::ornaments,
        effects::prints,
        effects::writes,
        effects::minting,
        effects::asking_for_confirmation,
        effects::forgeable_confirmation,
        effects::ignored_tests,
        effects::sleeping,
        shape::main_is_thin,
    ];

    /// Rules that need the whole tree.
    const TREE_RULES: [fn(&Tree) -> Vec<Finding>; 6] = [
        reach::forgotten_modules,
        reach::forgotten_targets,
        pages::one_title,
        pages::dead_links,
        pages::dead_source_paths,
        pages::decisions_without_gaps,
    ];

    #[test]
    fn the_house_is_tidy() {
        let tree = Tree::of_this_repository();
        let mut findings: Vec<Finding> = Vec::new();
        for source in &tree.sources {
            findings.extend(RULES.iter().flat_map(|rule| rule(source)));
        }
        findings.extend(TREE_RULES.iter().flat_map(|rule| rule(&tree)));
        findings.sort();
        findings.dedup();
        let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{} findings:\n{}\n", list.len(), list.join("\n"));
    }

    #[test]
    fn the_walk_finds_the_house() {
        let tree = Tree::of_this_repository();
        for path in
            ["src/lib.rs", "src/domain/killswitch.rs", "src/store/atomic.rs", "tests/tidy.rs", "build.rs"]
        {
            assert!(tree.source(path).is_some(), "{path} was not walked");
        }
        assert!(tree.sources.iter().all(|source| !source.path.starts_with("target")));
    }
}
