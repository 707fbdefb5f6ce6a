//! How an order changes: from state to state while it is out, and once to its end.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::terms::{difference, instant, plausible, positive};
use super::tracked::{Completion, Outcome, State, Tracked};

/// What somebody says about the end of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The end.
    pub outcome: Outcome,
    /// How much of it was filled; of a filled order, all.
    pub filled_qty: Option<Decimal>,
    /// At which price; of several parts, their mean by quantity.
    pub fill_price: Option<Decimal>,
    /// What it cost on top; negative for a rebate.
    pub fee: Option<Decimal>,
    /// When it was filled.
    pub filled_at: Option<DateTime<Utc>>,
}

impl Tracked {
    /// The order after somebody said how it stands; `None` when that is known.
    ///
    /// What is filled is never taken back, and `pending` says that nothing is. Between the states of an order that is out
    /// every way is open: a cancellation may be refused, and what was unknown is found.
    pub fn update(
        &self,
        state: State,
        filled_qty: Option<Decimal>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, String> {
        if state == State::Completed {
            return Err("an order is completed with its outcome".to_owned());
        }
        if let Some(completion) = &self.completion {
            return Err(format!("it is completed: {} since {}", completion.outcome, instant(completion.at)));
        }
        let filled = self.filled(filled_qty)?;
        let some = filled.is_some_and(|filled| !filled.is_zero());
        match state {
            State::Pending if some || self.state == State::PartiallyFilled => {
                return Err(format!("{} of it is filled already, so it is partially-filled", shown(filled)));
            }
            State::PartiallyFilled if filled.is_some() && !some => {
                return Err("nothing of it is filled, so it is pending".to_owned());
            }
            State::PartiallyFilled if some && filled == self.terms.qty => {
                return Err("all of it is filled: complete it".to_owned());
            }
            _ => {}
        }
        let unsettled_since = state.is_unsettled().then(|| self.unsettled_since.unwrap_or(now));
        let next = Self { state, filled_qty: filled, unsettled_since, ..self.clone() };
        Ok((next != *self).then_some(next))
    }

    /// The order after somebody said how it ended; `None` when that is known.
    pub fn complete(&self, told: &Told, now: DateTime<Utc>) -> Result<Option<Self>, String> {
        if let Some(completion) = &self.completion {
            let differences = self.told_otherwise(completion, told);
            if differences.is_empty() {
                return Ok(None);
            }
            let since = format!("it is completed as {} since {}", completion.outcome, instant(completion.at));
            return Err(format!("{since}, and this says otherwise: {}", differences.join("; ")));
        }
        if let Some(price) = told.fill_price {
            positive("the fill price", price)?;
        }
        if let Some(at) = told.filled_at {
            plausible("the time of the fill", at, now)?;
        }
        let filled = self.filled(told.filled_qty)?;
        let filled = match told.outcome {
            Outcome::Filled => self.filled_whole(told.filled_qty)?,
            Outcome::Rejected if is_some(filled) || self.state == State::PartiallyFilled => {
                return Err(format!("{} of it is filled already, so it was not rejected", shown(filled)));
            }
            _ => filled,
        };
        let may_have_price = told.outcome == Outcome::Filled
            || is_some(filled)
            || (filled.is_none() && self.state == State::PartiallyFilled);
        if told.fill_price.is_some() && !may_have_price {
            let why =
                format!("nothing of it is known to be filled, so a {} order has no fill price", told.outcome);
            return Err(format!("{why}; say how much with the filled quantity"));
        }
        let completion = Completion {
            outcome: told.outcome,
            fill_price: told.fill_price,
            fee: told.fee,
            filled_at: told.filled_at,
            at: now,
        };
        Ok(Some(Self {
            state: State::Completed,
            filled_qty: filled,
            unsettled_since: None,
            completion: Some(completion),
            ..self.clone()
        }))
    }

    fn told_otherwise(&self, known: &Completion, told: &Told) -> Vec<String> {
        let mut found = Vec::new();
        if known.outcome != told.outcome {
            found.push(difference("the outcome", Some(known.outcome), Some(told.outcome)));
        }
        let figures = [
            ("the filled quantity", self.filled_qty, told.filled_qty.or(self.filled_qty)),
            ("the fill price", known.fill_price, told.fill_price),
            ("the fee", known.fee, told.fee),
        ];
        for (what, own, others) in figures {
            if own != others {
                found.push(difference(what, own, others));
            }
        }
        if known.filled_at != told.filled_at {
            let (known, told) = (known.filled_at.map(instant), told.filled_at.map(instant));
            found.push(difference("the time of the fill", known, told));
        }
        found
    }

    /// How much is filled, now that somebody may have said so: never more than the order, never less than before.
    fn filled(&self, told: Option<Decimal>) -> Result<Option<Decimal>, String> {
        let Some(told) = told else { return Ok(self.filled_qty) };
        if told < Decimal::ZERO {
            return Err(format!("the filled quantity is {told}; it cannot be below zero"));
        }
        if let Some(qty) = self.terms.qty.filter(|qty| told > *qty) {
            return Err(format!("the filled quantity is {told}, and the order is of {qty}"));
        }
        if let Some(before) = self.filled_qty.filter(|before| told < *before) {
            return Err(format!("the filled quantity is {told}, and {before} was filled before"));
        }
        Ok(Some(told))
    }

    fn filled_whole(&self, told: Option<Decimal>) -> Result<Option<Decimal>, String> {
        match (self.terms.qty, told) {
            (Some(qty), Some(told)) if told != qty => {
                Err(format!("a filled order is filled whole: {told} of {qty} is not"))
            }
            (_, Some(told)) if told.is_zero() => {
                Err("nothing of it is filled, so it is not filled".to_owned())
            }
            (qty, told) => Ok(told.or(qty).or(self.filled_qty)),
        }
    }
}

fn is_some(filled: Option<Decimal>) -> bool {
    filled.is_some_and(|filled| !filled.is_zero())
}

fn shown(filled: Option<Decimal>) -> String {
    filled.map_or_else(|| "a part".to_owned(), |filled| filled.to_string())
}
