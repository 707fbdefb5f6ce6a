//! Fills to measure reading with: writes logs of recent fills into a state directory.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use nija::domain::month::Month;
use nija::domain::order::Side;
use nija::domain::slippage::{Facts, Fill, Policy, line};
use nija::domain::ticker;
use rust_decimal::Decimal;

type Outcome = Result<(), Box<dyn Error>>;

/// Deterministic numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        let index = self.below(N as u64) as usize;
        of.get(index).copied().unwrap_or(of[0])
    }
}

const TICKERS: [(&str, i64); 8] = [
    ("BTC-USD", 90_000),
    ("ETH-USD", 3_000),
    ("SOL-USD", 140),
    ("AMZN", 220),
    ("AAPL", 270),
    ("TSLA", 400),
    ("DOGE-USD", 1),
    ("EUR/USD", 1),
];
const BROKERS: [&str; 4] = ["kraken", "coinbase", "alpaca", "ibkr"];

fn facts(numbers: &mut Numbers, at: DateTime<Utc>, number: u64) -> Facts {
    let (ticker, price) = numbers.pick(TICKERS);
    let expected = Decimal::new(price * 100 + numbers.below(10_000) as i64, 2);
    // From -10 to 30 bps, most near the middle.
    let moved = numbers.below(21) + numbers.below(21);
    let actual = (expected * (Decimal::ONE + Decimal::new(moved as i64 - 10, 4))).round_dp(4);
    Facts {
        at,
        ticker: ticker.to_owned(),
        side: if numbers.below(2) == 0 { Side::Buy } else { Side::Sell },
        expected,
        actual,
        qty: (numbers.below(50) > 0).then(|| Decimal::new(numbers.below(1_000_000) as i64 + 1, 4)),
        fee: Some(Decimal::new(numbers.below(10_000) as i64, 4)),
        latency_ms: Some(20 + numbers.below(800) as u32),
        broker: Some(numbers.pick(BROKERS).to_owned()),
        order_type: Some(if numbers.below(4) == 0 { "limit" } else { "market" }.to_owned()),
        order_id: Some(format!("o-{number:09}")),
        source: "import".to_owned(),
    }
}

fn main() -> Outcome {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", dir, count, days] => make(Path::new(dir), count.parse()?, days.parse()?),
        _ => Ok(()),
    }
}

/// Writes so many fills of the last so many days.
fn make(dir: &Path, count: u64, days: i64) -> Outcome {
    let mut numbers = Numbers(42);
    #[expect(clippy::disallowed_methods, reason = "a bench lays its own ground")]
    let now = Utc::now();
    // A little less, so that they are still of these days a while later.
    let span = TimeDelta::days(days) - TimeDelta::hours(6);
    let (tickers, policy) = (ticker::Policy::default(), Policy::default());
    let mut logs: BTreeMap<Month, Vec<u8>> = BTreeMap::new();
    for number in 0..count {
        let part = span.num_seconds() * (count - number) as i64 / count as i64;
        let facts = facts(&mut numbers, now - TimeDelta::seconds(part), number);
        let fill = Fill::new(format!("f-{number:016x}"), facts, &tickers, &policy)?;
        line::write(&fill, logs.entry(fill.month()).or_default());
    }
    std::fs::create_dir_all(dir.join("slippage"))?;
    for (month, lines) in logs {
        let mut file = std::fs::OpenOptions::new()
            .create_new(true)
            .write(true)
            .open(dir.join(format!("slippage/{month}.jsonl")))?;
        file.write_all(&lines)?;
        file.sync_all()?;
    }
    Ok(())
}
