//! When an order is stuck or unsettled too long, what that stops, and how long completed orders are kept.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::throttle::Rate;
use crate::domain::alert::Pull;
use crate::domain::halt::{Mode, Scope, folded};

/// What an emergency stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KillScope {
    /// Everything.
    #[default]
    All,
    /// The platform of the order; everything where that is not known.
    Platform,
}

impl KillScope {
    /// The word used in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Platform => "platform",
        }
    }
}

impl FromStr for KillScope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::All, Self::Platform]
            .into_iter()
            .find(|scope| scope.word() == text)
            .ok_or_else(|| format!("'{text}' is neither all nor platform"))
    }
}

/// The configured limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// An order that is out for longer is stuck.
    pub stuck_after: TimeDelta,
    /// The same for single platforms, by their name folded.
    pub stuck_after_by_platform: BTreeMap<String, TimeDelta>,
    /// At so many times that age it is an emergency; above 1.
    pub emergency_ratio: Decimal,
    /// An order that is `unknown` or `pending-cancel` for longer is an alarm.
    pub unknown_after: TimeDelta,
    /// Whether an emergency pulls the kill switch.
    pub auto_kill: bool,
    /// What it stops then.
    pub auto_kill_scope: KillScope,
    /// How long a completed order stays a document, so that late retries are answered.
    pub keep_completed: TimeDelta,
    /// How many orders of one strategy halt it; `None` for any number.
    pub throttle: Option<Rate>,
    /// The same for single strategies, by their name folded.
    pub throttle_by_strategy: BTreeMap<String, Option<Rate>>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            stuck_after: TimeDelta::seconds(300),
            stuck_after_by_platform: BTreeMap::new(),
            emergency_ratio: Decimal::from(3),
            unknown_after: TimeDelta::seconds(60),
            auto_kill: false,
            auto_kill_scope: KillScope::All,
            keep_completed: TimeDelta::hours(24),
            throttle: None,
            throttle_by_strategy: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// The age beyond which an order on this platform is stuck.
    pub fn stuck_after(&self, platform: Option<&str>) -> TimeDelta {
        // Mostly there are none, and names are compared for each order.
        let own = platform.filter(|_| !self.stuck_after_by_platform.is_empty());
        let own = own.and_then(|platform| self.stuck_after_by_platform.get(&folded(platform)));
        own.copied().unwrap_or(self.stuck_after)
    }

    /// The age from which on an order that is stuck after `limit` is an emergency.
    pub fn emergency_at(&self, limit: TimeDelta) -> TimeDelta {
        let factor = self.emergency_ratio.max(Decimal::ONE);
        let millis = Decimal::from(limit.num_milliseconds()).checked_mul(factor);
        let millis = millis.and_then(|millis| i64::try_from(millis.ceil()).ok());
        millis.and_then(TimeDelta::try_milliseconds).unwrap_or(TimeDelta::MAX)
    }

    /// What an emergency on this platform stops, if that is configured.
    pub fn pull(&self, platform: Option<&str>) -> Option<Pull> {
        let scope = match (self.auto_kill_scope, platform) {
            (KillScope::Platform, Some(platform)) => Scope::Platform(folded(platform)),
            _ => Scope::All,
        };
        self.auto_kill.then_some(Pull { scope, mode: Mode::Halted })
    }

    /// How many orders halt this strategy.
    pub fn throttle(&self, strategy: &str) -> Option<Rate> {
        self.throttle_by_strategy.get(&folded(strategy)).copied().unwrap_or(self.throttle)
    }
}
