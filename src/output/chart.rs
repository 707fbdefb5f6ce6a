//! Bars and sparklines for a terminal, in block characters, or in ASCII where the locale has none.

/// What charts are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Block characters, in eighths.
    Blocks,
    /// ASCII only.
    Ascii,
}

impl Glyphs {
    /// Block characters only where the locale says UTF-8: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set decides
    /// (POSIX.1-2024, 8.2). `variable` gives a variable's value when it is set and not empty.
    pub fn decide(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
        let charset = locale.rsplit_once('.').map_or("", |(_, charset)| charset);
        let charset = charset.split('@').next().unwrap_or_default().replace('-', "");
        if charset.eq_ignore_ascii_case("utf8") { Self::Blocks } else { Self::Ascii }
    }

    /// The levels of a sparkline, the lowest first.
    fn levels(self) -> [char; 8] {
        match self {
            Self::Blocks => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            Self::Ascii => ['_', '.', '-', ':', '=', '+', '*', '#'],
        }
    }

    /// The last character of a bar, by eighths, and the full one.
    fn eighths(self) -> [&'static str; 9] {
        match self {
            Self::Blocks => ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
            Self::Ascii => ["", "", "", "", "#", "#", "#", "#", "#"],
        }
    }
}

/// A bar as long as `value` is of `most`, at most `width` characters. What is more than nothing is seen.
pub fn bar(value: u64, most: u64, width: u16, glyphs: Glyphs) -> String {
    let all = u128::from(width) * 8;
    let eighths = (u128::from(value.min(most)) * all).div_ceil(u128::from(most.max(1)));
    let eighths = if glyphs == Glyphs::Ascii && value > 0 { eighths.max(4) } else { eighths };
    let full = glyphs.eighths()[8].repeat(usize::try_from(eighths / 8).unwrap_or(0));
    let rest = usize::try_from(eighths % 8).ok().and_then(|rest| glyphs.eighths().get(rest).copied());
    full + rest.unwrap_or_default()
}

/// One character per value, the lowest for the least of them and nothing where there is none. Zero is always on the scale, so
/// that small changes of small figures do not look like much.
pub fn spark(values: &[Option<i128>], glyphs: Glyphs) -> String {
    let known = || values.iter().flatten().copied();
    let low = known().min().unwrap_or(0).min(0);
    let span = known().max().unwrap_or(0).max(0).saturating_sub(low).max(1);
    let level = |value: i128| {
        let level = value.saturating_sub(low).saturating_mul(7).saturating_add(span / 2) / span;
        usize::try_from(level).ok().and_then(|level| glyphs.levels().get(level).copied()).unwrap_or('?')
    };
    values.iter().map(|value| value.map_or(' ', level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(variables: &[(&str, &str)]) -> Glyphs {
        let get =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        Glyphs::decide(&get)
    }

    #[test]
    fn the_locale_decides_what_can_be_shown() {
        assert_eq!(decide(&[]), Glyphs::Ascii);
        assert_eq!(decide(&[("LANG", "C.UTF-8")]), Glyphs::Blocks);
        assert_eq!(decide(&[("LANG", "de_DE.utf8@euro")]), Glyphs::Blocks);
        assert_eq!(decide(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]), Glyphs::Ascii);
        assert_eq!(decide(&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]), Glyphs::Blocks);
    }

    #[test]
    fn bars_are_as_long_as_what_they_stand_for() {
        assert_eq!(bar(8, 8, 4, Glyphs::Blocks), "████");
        assert_eq!(bar(3, 8, 4, Glyphs::Blocks), "█▌");
        assert_eq!(bar(1, 1_000_000, 4, Glyphs::Blocks), "▏");
        assert_eq!(bar(1, 1_000_000, 4, Glyphs::Ascii), "#");
        assert_eq!(bar(6, 8, 4, Glyphs::Ascii), "###");
        assert_eq!(
            (bar(0, 8, 4, Glyphs::Ascii), bar(0, 0, 4, Glyphs::Blocks)),
            (String::new(), String::new())
        );
        assert_eq!(bar(9, 8, 4, Glyphs::Ascii), "####");
    }

    #[test]
    fn a_sparkline_has_zero_on_its_scale() {
        assert_eq!(spark(&[Some(0), Some(7), None, Some(3)], Glyphs::Blocks), "▁█ ▄");
        assert_eq!(spark(&[Some(100), Some(101)], Glyphs::Ascii), "##");
        assert_eq!(spark(&[Some(-7), Some(0)], Glyphs::Ascii), "_#");
        assert_eq!(spark(&[Some(0)], Glyphs::Ascii), "_");
        assert_eq!(spark(&[Some(i128::MAX), Some(i128::MIN)], Glyphs::Ascii).chars().count(), 2);
        assert_eq!(spark(&[], Glyphs::Blocks), "");
    }
}
