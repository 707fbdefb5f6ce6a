//! A calendar month in UTC, by which logs that grow without end are parted.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, TimeZone as _, Utc};
use serde::{Deserialize, Serialize};

/// One month, as in `2026-11`; months sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// The month an instant lies in; years before 0 and after 9999 count as those.
    pub fn of(at: DateTime<Utc>) -> Self {
        let year = u16::try_from(at.year().clamp(0, 9999)).unwrap_or(0);
        Self { year, month: u8::try_from(at.month()).unwrap_or(1) }
    }

    /// Its first instant.
    pub fn start(self) -> DateTime<Utc> {
        let start = Utc.with_ymd_and_hms(i32::from(self.year), u32::from(self.month), 1, 0, 0, 0);
        start.single().unwrap_or(DateTime::<Utc>::UNIX_EPOCH)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str, len: usize| {
            let plain = digits.len() == len && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let parts =
            text.split_once('-').and_then(|(year, month)| Some((number(year, 4)?, number(month, 2)?)));
        match parts {
            Some((year, month @ 1..=12)) => Ok(Self { year, month: u8::try_from(month).unwrap_or(1) }),
            _ => Err(format!("'{text}' is no month, as in 2026-11")),
        }
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_its_first_instant_in_utc() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.start().to_rfc3339(), "2026-11-01T00:00:00+00:00");
        assert_eq!(Month::of(month.start()), month);
        assert_eq!(Month::of(month.start() - chrono::TimeDelta::nanoseconds(1)).to_string(), "2026-10");
    }

    #[test]
    fn other_words_are_no_month() {
        for text in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "+026-11", "2026-11 "]
        {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
