//! The page about channels is made from the registry.

use nija::notify::KINDS;

use crate::common::TestEnv;

#[test]
fn the_reference_page_is_what_the_kinds_say() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/channels.md");
    let made = TestEnv::new().nija(&["notify", "channels", "--markdown"]).run().expect(0).stdout;
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&page, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        kept == made,
        "docs/reference/channels.md is old: nija notify channels --markdown > docs/reference/channels.md"
    );
}

#[test]
fn kinds_are_in_order_and_say_what_they_are() {
    let words: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
    let mut sorted = words.clone();
    sorted.sort_unstable();
    assert_eq!(words, sorted);
    for kind in KINDS {
        assert!(!kind.about.is_empty() && !kind.about.ends_with('.'), "{}", kind.word);
        assert!(
            kind.options.iter().all(|(name, about)| !name.is_empty() && !about.is_empty()),
            "{}",
            kind.word
        );
    }
}
