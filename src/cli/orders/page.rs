//! How orders read.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::words;
use crate::domain::pending::{Completion, State, Tracked};
use crate::ops::orders::throttle::Tripped;
use crate::ops::slippage::record::Recorded;
use crate::output::{Page, Role, Span, Warning};

/// An order for programs: its document, and how long it has been out.
pub fn shown(order: &Tracked, now: DateTime<Utc>) -> Value {
    let mut document = json!(order);
    if let Some(fields) = document.as_object_mut() {
        // How it got to the slippage log is nobody's business.
        fields.remove("fill_outbox");
        fields.insert("age_seconds".to_owned(), json!(age_seconds(order, now)));
    }
    document
}

/// How long it has been out, or was.
fn age_seconds(order: &Tracked, now: DateTime<Utc>) -> i64 {
    let end = order.completion.as_ref().map_or(now, |completion| completion.at);
    end.signed_duration_since(order.out_since()).num_seconds()
}

/// What was done, to which order, and how that stands.
pub fn headline(page: &mut Page, word: &str, order: &Tracked, now: DateTime<Utc>) {
    let role = if word == "KNOWN" { Role::Muted } else { Role::Good };
    page.line([
        Span::new(role, word),
        Span::new(Role::Strong, format!("  {}", order.id)),
        Span::plain(format!("  {}: {}", subject(order), standing(order, now))),
    ]);
}

fn subject(order: &Tracked) -> String {
    let terms = &order.terms;
    let mut text = terms.side.map(|side| format!("{side} ")).unwrap_or_default();
    text += &terms.qty.map(|qty| format!("{qty} ")).unwrap_or_default();
    text += &terms.symbol;
    text += &terms.price.map(|price| format!(" at {price}")).unwrap_or_default();
    text += &terms.platform.as_ref().map(|platform| format!(" on {platform}")).unwrap_or_default();
    text
}

fn standing(order: &Tracked, now: DateTime<Utc>) -> String {
    let age = words::age(age_seconds(order, now));
    match &order.completion {
        Some(completion) => format!("{} after {age}", ended(order, completion)),
        None => format!("{}, out for {age}{}", order.state, filled(order)),
    }
}

fn ended(order: &Tracked, completion: &Completion) -> String {
    let price = completion.fill_price.map(|price| format!(" at {price}")).unwrap_or_default();
    let fee = completion.fee.map(|fee| format!(", fee {fee}")).unwrap_or_default();
    format!("{}{price}{fee}{}", completion.outcome, filled(order))
}

fn filled(order: &Tracked) -> String {
    let of = order.terms.qty.map(|qty| format!(" of {qty}")).unwrap_or_default();
    match order.filled_qty {
        Some(filled) if Some(filled) != order.terms.qty => format!(", {filled}{of} filled"),
        _ => String::new(),
    }
}

/// The slippage of a fill: positive is adverse.
pub fn slippage(page: &mut Page, recorded: &Recorded) {
    let fill = &recorded.fill;
    let cash = fill.cash.map(|cash| format!(", {cash} in cash")).unwrap_or_default();
    let (role, high) = if recorded.is_high { (Role::Warn, " HIGH") } else { (Role::Plain, "") };
    page.line([
        Span::new(role, format!("slippage {} bps{high}", fill.slippage_bps)),
        Span::plain(format!(": expected {}, filled at {}{cash}", fill.expected, fill.actual)),
    ]);
}

/// The halt of a strategy.
pub fn halted(page: &mut Page, tripped: &Tripped) {
    page.line([
        Span::new(Role::Bad, "HALTED"),
        Span::new(Role::Strong, format!("  strategy:{}", tripped.strategy)),
        Span::plain(format!("  {}: {}", tripped.halt, why(tripped))),
    ]);
}

/// The same, for stderr and for programs.
pub fn warning(tripped: &Tripped) -> Warning {
    Warning {
        code: "STRATEGY_HALTED",
        message: format!(
            "strategy {} is HALTED until a person resumes it: {}",
            tripped.strategy,
            why(tripped)
        ),
        hint: format!("nija killswitch deactivate REASON --id {}", tripped.halt),
    }
}

fn why(tripped: &Tripped) -> String {
    format!("{} orders within {}", tripped.orders, tripped.within)
}

/// Orders, a line each.
pub fn table(page: &mut Page, orders: &[Tracked], now: DateTime<Utc>) {
    if orders.is_empty() {
        page.text("no orders");
        return;
    }
    let id = orders.iter().map(|order| order.id.chars().count()).max().unwrap_or(0);
    let state = orders.iter().map(|order| word(order).len()).max().unwrap_or(0);
    for order in orders {
        let age = words::age(age_seconds(order, now));
        let strategy = order.terms.strategy.as_ref().map(|name| format!("  {name}")).unwrap_or_default();
        page.line([
            Span::new(Role::Strong, format!("{:<id$}", order.id)),
            Span::new(role(order.state), format!("  {:<state$}", word(order))),
            Span::plain(format!("  {age:>8}  {}{}{strategy}", subject(order), filled(order))),
        ]);
    }
}

fn word(order: &Tracked) -> &'static str {
    order.completion.as_ref().map_or(order.state.word(), |completion| completion.outcome.word())
}

fn role(state: State) -> Role {
    match state {
        State::Pending | State::PartiallyFilled => Role::Plain,
        State::PendingCancel | State::Unknown => Role::Warn,
        State::Completed => Role::Muted,
    }
}

/// Everything about one order.
pub fn describe(page: &mut Page, order: &Tracked, now: DateTime<Utc>) {
    page.line([
        Span::new(Role::Strong, order.id.clone()),
        Span::plain(format!("  {}: {}", subject(order), standing(order, now))),
    ]);
    let terms = &order.terms;
    for (name, value) in [("strategy", &terms.strategy), ("account", &terms.account), ("owner", &terms.owner)]
    {
        if let Some(value) = value {
            page.field(name, value.clone());
        }
    }
    page.field("submitted", words::time(order.submitted_at));
    if order.tracked_at != order.submitted_at {
        page.field("tracked", words::time(order.tracked_at));
    }
    if let Some(since) = order.unsettled_since {
        page.field("unsettled", format!("since {}", words::time(since)));
    }
    if let Some(completion) = &order.completion {
        if let Some(at) = completion.filled_at {
            page.field("filled", words::time(at));
        }
        page.field("completed", words::time(completion.at));
    }
}
