//! The duplicate guard's memory: one small document per order that was let out, named by what makes orders the same.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::domain::document::{Document, Header};
use crate::domain::key::Key;
use crate::domain::order::{Order, Side};
use crate::domain::ticker::EVERY;

/// The folder of claims.
pub const COLLECTION: &str = "claims";

/// Bytes of the hash that names a claim: enough that no two orders ever meet by chance.
const NAME_BYTES: usize = 16;

/// An instant by both clocks of a machine.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// By the wall clock.
    pub now: DateTime<Utc>,
    /// Names the machine's start; empty when it cannot be known.
    pub boot_id: &'a str,
    /// Since that start, time suspended included.
    pub since_boot: Duration,
}

/// What makes two orders the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The canonical ticker.
    pub ticker: String,
    /// Which way.
    pub side: Side,
    /// How much, without trailing zeros.
    pub qty: Decimal,
    /// Where it goes, in lower case; `null` when it does not say.
    pub platform: Option<String>,
    /// Whose it is, in lower case; `null` when it does not say.
    pub strategy: Option<String>,
    /// Where it trades, in lower case; `null` when it does not say.
    pub account: Option<String>,
    /// Whether it claims to only reduce.
    pub reduce_only: bool,
}

impl Identity {
    /// What makes this order the same as another, its symbol spelled canonically; `None` when it does not say enough.
    pub fn of(order: &Order<'_>, ticker: &str) -> Option<Self> {
        if ticker.is_empty() || ticker == EVERY {
            return None;
        }
        Some(Self {
            ticker: ticker.to_owned(),
            side: order.side?,
            qty: order.qty?.normalize(),
            platform: spelled(order.platform),
            strategy: spelled(order.strategy),
            account: spelled(order.account),
            reduce_only: order.reduce_only,
        })
    }

    /// The name of its claim: SHA-256 of the fields, each preceded by its length in bytes so that no two run together.
    pub fn name(&self) -> String {
        let (side, qty) = (self.side.to_string(), self.qty.to_string());
        let fields = [
            Some(self.ticker.as_str()),
            Some(&side),
            Some(&qty),
            self.platform.as_deref(),
            self.strategy.as_deref(),
            self.account.as_deref(),
            self.reduce_only.then_some("reduce-only"),
        ];
        let mut hasher = Sha256::new();
        for field in fields {
            match field {
                Some(text) => hasher.update(format!("{}:{text},", text.len())),
                None => hasher.update("-,"),
            }
        }
        hasher.finalize().iter().take(NAME_BYTES).fold(String::new(), |mut name, byte| {
            let _ = write!(name, "{byte:02x}");
            name
        })
    }
}

/// As names are compared everywhere; a blank one, as of an unset shell variable, says nothing.
fn spelled(name: Option<&str>) -> Option<String> {
    let name = name.map(str::trim).filter(|name| !name.is_empty())?;
    Some(name.chars().flat_map(char::to_lowercase).collect())
}

/// A document of `claims/`: an order that was let out, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The common fields.
    #[serde(flatten)]
    pub header: Header,
    /// The order.
    pub order: Identity,
    /// When it was let out, by the wall clock.
    pub claimed_at: DateTime<Utc>,
    /// Names the machine's start that `since_boot_ns` counts from.
    pub boot_id: String,
    /// When it was let out: nanoseconds since the machine was started, time suspended included.
    pub since_boot_ns: u64,
    /// How long the gate that let it out lets no other like it out, in milliseconds.
    pub window_ms: u64,
    /// Fields of newer minor versions, kept as they are.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Document for Claim {
    const FORMAT: &'static str = "nija.claim";

    fn header(&self) -> &Header {
        &self.header
    }

    fn header_mut(&mut self) -> &mut Header {
        &mut self.header
    }
}

/// What a claim says about another order like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may go out.
    Over,
    /// It may not, until so much time has passed.
    Left(Duration),
    /// It may not, and the claim lies in the future of a wall clock that has stepped back since the machine was started, so
    /// that nothing tells how long. It is to be dated anew, so that it ends one window from now.
    Ahead,
}

impl Claim {
    /// The claim of an order that is let out at `moment`.
    pub fn new(order: Identity, moment: Moment<'_>, window: Duration) -> Self {
        let mut claim = Self {
            header: Header::new::<Self>(moment.now),
            order,
            claimed_at: moment.now,
            boot_id: String::new(),
            since_boot_ns: 0,
            window_ms: 0,
            extra: Map::new(),
        };
        claim.date(moment, window);
        claim
    }

    /// The claim begins at `moment`.
    pub fn date(&mut self, moment: Moment<'_>, window: Duration) {
        self.claimed_at = moment.now;
        moment.boot_id.clone_into(&mut self.boot_id);
        self.since_boot_ns = u64::try_from(moment.since_boot.as_nanos()).unwrap_or(u64::MAX);
        self.window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    }

    /// Whether another order like it may go out at `moment`, where that takes `window`: at exactly its end it may.
    ///
    /// Since one start of the machine, the clock that never steps decides, whatever the wall clock does. Across a restart, or
    /// between machines, there is only the wall clock.
    pub fn standing(&self, moment: Moment<'_>, window: Duration) -> Standing {
        let age = if !moment.boot_id.is_empty() && self.boot_id == moment.boot_id {
            moment.since_boot.saturating_sub(Duration::from_nanos(self.since_boot_ns))
        } else {
            match moment.now.signed_duration_since(self.claimed_at).to_std() {
                Ok(age) => age,
                Err(_) => return Standing::Ahead,
            }
        };
        match window.checked_sub(age) {
            None | Some(Duration::ZERO) => Standing::Over,
            Some(left) => Standing::Left(left),
        }
    }

    /// The window of the gate that made it.
    pub fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms)
    }
}

/// The key of the claim of this name.
pub fn key(name: &str) -> Result<Key, String> {
    Key::entry(COLLECTION, name)
}

/// The instant `left` from now, for people.
pub fn until(now: DateTime<Utc>, left: Duration) -> DateTime<Utc> {
    let left = TimeDelta::from_std(left).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(left).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(qty: &str) -> Order<'static> {
        let qty = Some(qty.parse().unwrap());
        Order { symbol: "BTC-USD", side: Some(Side::Buy), qty, platform: Some("kraken"), ..Order::default() }
    }

    fn name(order: &Order<'_>) -> String {
        Identity::of(order, "BTCUSD").unwrap().name()
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn moment(wall: i64, boot_id: &str, since_boot: u64) -> Moment<'_> {
        Moment { now: at(wall), boot_id, since_boot: Duration::from_secs(since_boot) }
    }

    const WINDOW: Duration = Duration::from_secs(10);

    fn claim(moment: Moment<'_>) -> Claim {
        Claim::new(Identity::of(&order("1"), "BTCUSD").unwrap(), moment, WINDOW)
    }

    #[test]
    fn what_makes_orders_the_same() {
        let one = name(&order("0.5"));
        assert_eq!(one, name(&order("0.500")));
        assert_eq!(one, name(&Order { platform: Some(" Kraken "), strategy: Some(""), ..order("0.5") }));
        assert_eq!(one, name(&Order { position: Some(Decimal::TEN), ..order("0.5") }));
        for other in [
            order("0.51"),
            Order { side: Some(Side::Sell), ..order("0.5") },
            Order { platform: None, ..order("0.5") },
            Order { platform: None, strategy: Some("kraken"), ..order("0.5") },
            Order { account: Some("kraken"), ..order("0.5") },
            Order { reduce_only: true, ..order("0.5") },
        ] {
            assert_ne!(one, name(&other), "{other:?}");
        }
        assert_ne!(one, Identity::of(&order("0.5"), "ETHUSD").unwrap().name());
    }

    #[test]
    fn an_order_that_does_not_say_enough_has_no_identity() {
        assert_eq!(Identity::of(&Order { side: None, ..order("1") }, "X"), None);
        assert_eq!(Identity::of(&Order { qty: None, ..order("1") }, "X"), None);
        assert_eq!(Identity::of(&order("1"), ""), None);
        assert_eq!(Identity::of(&order("1"), EVERY), None);
    }

    #[test]
    fn the_name_is_the_same_in_every_program() {
        // Held by scripts/test_nija_gate.py as well.
        assert_eq!(name(&order("0.50")), "dcf4c0bf770ab77b46de2eb3fbf1ebbf");
    }

    #[test]
    fn across_a_restart_the_wall_clock_decides_and_ahead_of_it_is_refused() {
        let claim = claim(moment(1000, "boot-1", 50));
        let later = |wall| claim.standing(moment(wall, "boot-2", 1), WINDOW);
        assert_eq!(later(1000), Standing::Left(WINDOW));
        assert_eq!(later(1009), Standing::Left(Duration::from_secs(1)));
        assert_eq!(later(1010), Standing::Over);
        assert_eq!(later(999), Standing::Ahead);
        assert_eq!(claim.standing(moment(999, "", 55), WINDOW), Standing::Ahead, "no name is no start");
    }

    proptest! {
        #[test]
        fn since_one_start_a_claim_stands_exactly_its_window(wall in -9999i64..9999, age in 0u64..99) {
            let claim = claim(moment(1000, "boot-1", 50));
            let standing = claim.standing(moment(wall, "boot-1", 50 + age), WINDOW);
            let left = WINDOW.as_secs().saturating_sub(age);
            let expected = if left == 0 { Standing::Over } else { Standing::Left(Duration::from_secs(left)) };
            prop_assert_eq!(standing, expected);
        }
    }
}
