//! Whether to colour, decided per stream.

use super::terminal;

/// The decision for both streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColourChoice {
    /// Colour stdout.
    pub stdout: bool,
    /// Colour stderr.
    pub stderr: bool,
}

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Let environment and terminal decide.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColourChoice {
    /// No colour anywhere.
    pub const NONE: Self = Self { stdout: false, stderr: false };

    /// Decides: flag, then `NIJA_NO_COLOR`/`NO_COLOR`, then `FORCE_COLOR`/`CLICOLOR_FORCE`, then `CLICOLOR`/`TERM`, then
    /// whether the stream is a terminal. `variable` gives a variable's value when it is set and not empty.
    pub fn decide(when: When, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let both = |colour| Self { stdout: colour, stderr: colour };
        match when {
            When::Always => return both(true),
            When::Never => return both(false),
            When::Auto => {}
        }
        if variable("NIJA_NO_COLOR").is_some() || variable("NO_COLOR").is_some() {
            return both(false);
        }
        let forced = |name| variable(name).is_some_and(|value| value != "0");
        if forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") {
            return both(true);
        }
        let is = |name, value: &str| variable(name).is_some_and(|own| own == value);
        if is("CLICOLOR", "0") || is("TERM", "dumb") {
            return both(false);
        }
        Self { stdout: terminal::is_stdout(), stderr: terminal::is_stderr() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(when: When, variables: &[(&str, &str)]) -> bool {
        let get =
            |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        ColourChoice::decide(when, &get).stdout
    }

    #[test]
    fn the_flag_beats_no_color_beats_force_color() {
        assert!(decide(When::Always, &[("NO_COLOR", "1")]));
        assert!(!decide(When::Auto, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
        assert!(decide(When::Auto, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
        assert!(!decide(When::Never, &[("FORCE_COLOR", "1")]));
    }
}
