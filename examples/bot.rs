//! A bot that asks before an order: `cargo run --example bot -- /var/lib/nija` exits 0 only when the order may go out.

use std::process::ExitCode;

use nija::{Decimal, Gate, Order, Side};

fn main() -> ExitCode {
    let dir = std::env::args_os().nth(1).unwrap_or_else(|| "/var/lib/nija".into());
    // One gate for the life of the bot; asked before every order.
    let Ok(mut gate) = Gate::open(dir) else { return ExitCode::from(3) };
    let order = Order {
        symbol: "BTC-USD",
        side: Some(Side::Sell),
        qty: Some(Decimal::new(5, 1)),
        position: Some(Decimal::TWO),
        platform: Some("kraken"),
        ..Order::default()
    };
    if gate.check(&order).is_allowed() {
        // Send it.
        return ExitCode::SUCCESS;
    }
    // `check` says why; the codes and their order are those of `nija gate`.
    ExitCode::from(gate.check(&order).exit())
}
