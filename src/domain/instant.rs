//! The one form in which nija writes a time, read and written without looking anything up.

const DAY_SECONDS: i64 = 86_400;

/// Reads `2026-11-21T10:00:00Z`, with 3, 6 or 9 digits of a second's fraction or none, as nanoseconds since 1970.
pub fn nanoseconds(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let &[y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2] = date else { return None };
    let &[b'T', h1, h2, b':', mi1, mi2, b':', s1, s2] = time else { return None };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[mo1, mo2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[mi1, mi2])?, number(&[s1, s2])?);
    let fraction = rest.strip_suffix(b"Z")?;
    let nanos = match (fraction, fraction.len()) {
        ([], _) => 0,
        ([b'.', digits @ ..], 4) => number(digits)? * 1_000_000,
        ([b'.', digits @ ..], 7) => number(digits)? * 1_000,
        ([b'.', digits @ ..], 10) => number(digits)?,
        _ => return None,
    };
    if !(1970..2262).contains(&year)
        || day < 1
        || day > days_of(year, month)?
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
}

/// Writes nanoseconds since 1970 in that form: with as many digits of a second's fraction as it takes.
pub fn write(at_ns: i64, into: &mut Vec<u8>) {
    const DAY_NS: i64 = DAY_SECONDS * 1_000_000_000;
    let (year, month, day) = date(at_ns.div_euclid(DAY_NS));
    let of_day = at_ns.rem_euclid(DAY_NS);
    let (second_of_day, nanos) = (of_day / 1_000_000_000, of_day % 1_000_000_000);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    for (value, digits, behind) in
        [(year, 4, b'-'), (month, 2, b'-'), (day, 2, b'T'), (hour, 2, b':'), (minute, 2, b':')]
    {
        put(value, digits, into);
        into.push(behind);
    }
    put(second, 2, into);
    if nanos > 0 {
        into.push(b'.');
        match (nanos % 1_000_000, nanos % 1_000) {
            (0, _) => put(nanos / 1_000_000, 3, into),
            (_, 0) => put(nanos / 1_000, 6, into),
            _ => put(nanos, 9, into),
        }
    }
    into.push(b'Z');
}

fn put(value: i64, digits: usize, into: &mut Vec<u8>) {
    let (start, mut rest) = (into.len(), value);
    into.resize(start + digits, b'0');
    for slot in into.iter_mut().skip(start).rev() {
        *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

fn days_of(year: i64, month: i64) -> Option<i64> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, years counted from March so that the leap day is the last (Howard
/// Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day counted from 1970-01-01 (Hinnant, civil_from_days).
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    #[test]
    fn other_forms_are_not_read() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T10:00:00",
            "2026-11-21T10:00:00+00:00",
            "2026-11-21 10:00:00Z",
            "2026-11-21T10:00:00.1Z",
            "2026-11-21T10:00:00.Z",
            "2026-02-29T10:00:00Z",
            "2026-11-31T10:00:00Z",
            "2026-00-10T10:00:00Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T10:60:00Z",
            "2026-11-21T10:00:60Z",
            "2026-11-00T10:00:00Z",
            "1969-12-31T23:59:59Z",
            "2262-01-01T00:00:00Z",
            "2026-11-21T10:00:00.12345678Z",
        ] {
            assert_eq!(nanoseconds(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_written_time_reads_back(at in 0i64..=9_214_646_399_999_999_999, digits in 0usize..4) {
            let unit = [1_000_000_000, 1_000_000, 1_000, 1][digits];
            let at = DateTime::from_timestamp_nanos(at / unit * unit);
            let text = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            let at_ns = at.timestamp_nanos_opt();
            prop_assert_eq!(nanoseconds(text.as_bytes()), at_ns, "{}", text);
            let mut written = Vec::new();
            write(at_ns.unwrap(), &mut written);
            prop_assert_eq!(String::from_utf8(written).unwrap(), text);
        }
    }
}
