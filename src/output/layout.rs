//! Sections of a page made to fit a screen: each keeps its first line, and the room that is left is dealt out in turn.

use super::Page;

/// The sections one after the other in at most `height` lines. What has no room is cut at the end of its section.
pub fn fit(sections: &[Page], height: usize) -> Page {
    let mut rooms = vec![0; sections.len()];
    let mut left = height;
    while left > 0 {
        let mut dealt = false;
        for (room, section) in rooms.iter_mut().zip(sections) {
            if left > 0 && *room < section.len() {
                *room += 1;
                left -= 1;
                dealt = true;
            }
        }
        if !dealt {
            break;
        }
    }
    let mut page = Page::new();
    for (room, section) in rooms.into_iter().zip(sections).filter(|(room, _)| *room > 0) {
        page.extend(section.shortened(room));
    }
    page
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn section(name: char, lines: usize) -> Page {
        let mut page = Page::new();
        for number in 0..lines {
            page.text(format!("{name}{number}"));
        }
        page
    }

    #[test]
    fn a_long_section_gives_way_to_the_others() {
        let sections = [section('a', 1), section('b', 50), section('c', 3)];
        let text = fit(&sections, 8).render(false);
        assert_eq!(text, "a0\nb0\nb1\nb2\n  ... 47 more\nc0\nc1\nc2\n");
        assert_eq!(fit(&sections, 2).render(false), "a0\nb0\n");
    }

    proptest! {
        #[test]
        fn it_fits_and_wastes_nothing(lens in proptest::collection::vec(0usize..30, 0..12), height in 0usize..60) {
            let sections: Vec<Page> = lens.iter().map(|len| section('x', *len)).collect();
            prop_assert_eq!(fit(&sections, height).len(), height.min(lens.iter().sum()));
        }
    }
}
