//! Orders that are out and tickers in cooldown, as people read them.

use super::super::words;
use crate::ops::cooldown::show::Shown;
use crate::ops::status::{Cooldowns, Orders};
use crate::output::{Page, Role, Span};

/// How many orders are out, and the oldest of them.
pub fn orders(orders: &Orders) -> Page {
    let mut page = Page::new();
    let states: Vec<String> = orders.by_state.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let mut text = if states.is_empty() { "none is out".to_owned() } else { states.join(", ") };
    if orders.stuck > 0 {
        text.push_str(&format!(", {} for too long", orders.stuck));
    }
    if orders.unreadable > 0 {
        text.push_str(&format!(", {} cannot be read", orders.unreadable));
    }
    page.line([Span::new(Role::Strong, "ORDERS"), Span::plain(format!("  {text}"))]);
    for order in &orders.oldest {
        let platform = order.platform.as_ref().map_or_else(String::new, |name| format!(" on {name}"));
        page.line([
            Span::plain(format!("  {:<10} ", words::age(order.age_seconds))),
            Span::new(Role::Strong, order.id.clone()),
            Span::plain(format!("  {}{platform}  {}", order.symbol, order.state.word())),
        ]);
    }
    page
}

/// Which tickers are in cooldown, and until when.
pub fn cooldowns(cooldowns: &Cooldowns) -> Page {
    let mut page = Page::new();
    if cooldowns.in_force == 0 && cooldowns.unreadable.is_empty() {
        return page;
    }
    let count = format!("  {} in force", cooldowns.in_force);
    page.line([Span::new(Role::Strong, "COOLDOWNS"), Span::plain(count)]);
    for ticker in &cooldowns.unreadable {
        page.line([Span::new(Role::Bad, "  CANNOT TELL "), Span::plain(ticker.clone())]);
    }
    for shown in &cooldowns.locks {
        page.line(lock(shown));
    }
    page
}

fn lock(shown: &Shown) -> [Span; 3] {
    let lock = &shown.lock;
    let reason = if lock.cause.reason.is_empty() { "no reason given" } else { &lock.cause.reason };
    [
        Span::plain(format!("  {:<10} ", words::age(shown.remaining_seconds))),
        Span::new(Role::Strong, shown.ticker.clone()),
        Span::plain(format!("  {}  until {}  {reason}", lock.side.word(), words::time(lock.until))),
    ]
}
