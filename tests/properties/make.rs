//! Generators: small pools, so that names, symbols and ids collide often.

use std::time::Duration;

use chrono::{DateTime, Utc};
use nija::domain::audit::{Event, Mark, Outbox};
use nija::domain::halt::{Actor, Cause, Mode, Scope, Source};
use nija::domain::heartbeat::expectation::{Paused, Terms};
use nija::domain::heartbeat::{
    Expectation, Heartbeat, KillSwitchSeen, Memory, Moment, Observations, Policy, Report, Word,
};
use nija::domain::killswitch::KillSwitch;
use nija::domain::operator::{Operator, Operators};
use nija::domain::order::{Order, Side};
use nija::domain::release::{Approval, Request, Seen};
use nija::domain::sentinel::{Activation, Content, FORMAT, Found};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

pub(crate) fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..4_000_000_000, 0u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,12}", "[ -~]{0,20}", Just("\u{0}\u{7f}\u{2028}\"\\/\n".to_owned())]
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("kraken"), Just("Kraken"), Just("b"), Just("BTC/USD"), Just("btc-usd")]
        .prop_map(str::to_owned)
}

pub(crate) fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        3 => Just(Scope::All),
        1 => name().prop_map(Scope::Platform),
        1 => name().prop_map(Scope::Symbol),
        1 => name().prop_map(Scope::Strategy),
        1 => name().prop_map(Scope::Account),
    ]
}

pub(crate) fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Halted), Just(Mode::ReduceOnly)]
}

pub(crate) fn source() -> impl Strategy<Value = Source> {
    prop_oneof![Just(Source::Cli), Just(Source::Api), Just(Source::FileSystem), Just(Source::AutoMonitoring)]
}

pub(crate) fn actor() -> impl Strategy<Value = Actor> {
    (any::<u32>(), option::of(text()), option::of(text())).prop_map(|(uid, user, operator)| Actor {
        uid,
        user,
        operator,
    })
}

pub(crate) fn cause() -> impl Strategy<Value = Cause> {
    let rule = option::of(prop_oneof![Just("STALE_PRICE".to_owned()), Just("STUCK_ORDER".to_owned())]);
    (source(), rule, text(), actor(), text(), time()).prop_map(|(source, rule, reason, actor, host, at)| {
        Cause { source, rule, reason, actor, host, at, extra: Map::new() }
    })
}

pub(crate) fn activation() -> impl Strategy<Value = Activation> {
    ("h-[0-9]", scope(), mode(), cause(), option::of(found())).prop_map(|(id, scope, mode, cause, found)| {
        Activation { format: FORMAT.to_owned(), version: "1.0".to_owned(), id, scope, mode, cause, found }
    })
}

/// A total stop with an id of its own.
pub(crate) fn total(id: &str, at: DateTime<Utc>) -> Activation {
    let actor = Actor { uid: 0, user: None, operator: None };
    let cause = Cause {
        source: Source::Cli,
        rule: None,
        reason: String::new(),
        actor,
        host: "h".to_owned(),
        at,
        extra: Map::new(),
    };
    Activation {
        format: FORMAT.to_owned(),
        version: "1.0".to_owned(),
        id: id.to_owned(),
        scope: Scope::All,
        mode: Mode::Halted,
        cause,
        found: None,
    }
}

pub(crate) fn found() -> impl Strategy<Value = Found> {
    (0u32..3, 0i64..5, "[ -~]{0,9}").prop_map(|(uid, at, text)| Found {
        uid,
        at: DateTime::from_timestamp(at, 0).unwrap(),
        text,
    })
}

/// What a stop file may hold, as `parse` returns it: total stops, foreign words, the reserve.
pub(crate) fn content() -> impl Strategy<Value = Content> {
    let own = ("s-[0-9]", time(), option::of(found()))
        .prop_map(|(id, at, found)| Activation { found, ..total(&id, at) });
    (vec(own, 0..3), "[a-z]{0,5}", any::<bool>()).prop_map(|(activations, foreign, reserve)| Content {
        activations,
        foreign,
        reserve,
    })
}

/// One thing that happens to a kill switch.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Activate(Box<Activation>),
    Adopt(Content, Found),
    /// Releases the halts at these places, and one that does not exist.
    Release(Vec<usize>),
}

pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => activation().prop_map(|activation| Happening::Activate(Box::new(activation))),
        2 => (content(), found()).prop_map(|(content, file)| Happening::Adopt(content, file)),
        1 => vec(0usize..4, 0..3).prop_map(Happening::Release),
    ]
}

pub(crate) fn apply(killswitch: &mut KillSwitch, happening: &Happening, counter: &mut u32) {
    match happening {
        Happening::Activate(activation) => drop(killswitch.activate(activation)),
        Happening::Adopt(content, file) => drop(adopt(killswitch, content, file, counter)),
        Happening::Release(places) => {
            let mut ids: Vec<String> = places
                .iter()
                .filter_map(|at| killswitch.halts.get(*at))
                .map(|halt| halt.id.clone())
                .collect();
            ids.push("h-none".to_owned());
            killswitch.release(&ids);
        }
    }
}

pub(crate) fn adopt(
    killswitch: &mut KillSwitch,
    content: &Content,
    file: &Found,
    counter: &mut u32,
) -> usize {
    let mut new_id = || {
        *counter += 1;
        format!("n-{counter}")
    };
    killswitch.adopt(content, file, None, "host", &mut new_id).len()
}

/// A kill switch after some history.
pub(crate) fn killswitch() -> impl Strategy<Value = KillSwitch> {
    (time(), vec(happening(), 0..12), vec(request(), 0..2), outbox()).prop_map(
        |(now, history, requests, audit_outbox)| {
            let mut killswitch = KillSwitch::new(now);
            let mut counter = 0;
            history.iter().for_each(|happening| apply(&mut killswitch, happening, &mut counter));
            KillSwitch { requests, audit_outbox, ..killswitch }
        },
    )
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    (time(), text(), actor(), source(), text(), text(), value()).prop_map(
        |(at, host, actor, source, action, subject, data)| Event {
            at,
            host,
            actor,
            source,
            action,
            subject,
            data,
        },
    )
}

pub(crate) fn outbox() -> impl Strategy<Value = Outbox> {
    (any::<u64>(), any::<u64>(), vec(event(), 0..3))
        .prop_map(|(segments, offset, events)| Outbox { after: Mark { segments, offset }, events })
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let seen = ("h-[0-9]", any::<u64>()).prop_map(|(id, count)| Seen { id, count });
    let approval = (name(), time()).prop_map(|(operator, at)| Approval { operator, at });
    ("r-[0-9]", text(), vec(seen, 0..3), time(), time(), vec(approval, 0..3)).prop_map(
        |(id, reason, halts, at, expires_at, approvals)| Request {
            id,
            reason,
            halts,
            at,
            expires_at,
            approvals,
            extra: Map::new(),
        },
    )
}

pub(crate) fn operators() -> impl Strategy<Value = Operators> {
    let operator = (text(), time(), text(), any::<u32>(), option::of(time())).prop_map(
        |(passphrase_hash, added_at, added_by, failures, locked_until)| Operator {
            passphrase_hash,
            added_at,
            added_by,
            failures,
            locked_until,
            extra: Map::new(),
        },
    );
    (time(), btree_map(text(), operator, 0..4), outbox()).prop_map(|(now, operators, audit_outbox)| {
        Operators { operators, audit_outbox, ..Operators::new(now) }
    })
}

/// A component after some pings, or one that only asked the gate.
pub(crate) fn client() -> impl Strategy<Value = Heartbeat> {
    (text(), any::<u64>(), any::<bool>(), time(), any::<u32>(), text(), vec(report(), 0..4)).prop_map(
        |(name, revision, stop_file, at, pid, host, reports)| {
            let seen = KillSwitchSeen { revision, stop_file, at };
            let mut record = Heartbeat::new(&name, seen, pid, &host);
            reports.iter().for_each(|report| record.take(report, seen, pid, &host));
            record
        },
    )
}

fn report() -> impl Strategy<Value = Report> {
    let word = prop_oneof![Just(Word::Ok), Just(Word::Start), Just(Word::Fail), Just(Word::Log)];
    let length = || option::of((0u64..u64::MAX).prop_map(Duration::from_millis));
    let figures = (option::of(any::<u64>()), option::of(any::<u8>()), length(), length(), length(), length());
    (word, figures, option::of(text()), option::of(text())).prop_map(
        |(word, (open_positions, exit_code, price_age, duration, interval, grace), rid, note)| Report {
            word,
            open_positions,
            price_age,
            exit_code,
            duration,
            rid,
            interval,
            grace,
            note,
        },
    )
}

pub(crate) fn expectation() -> impl Strategy<Value = Expectation> {
    let terms = (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(interval, grace, start_up)| Terms {
        interval_seconds: interval,
        grace_seconds: grace,
        start_up_seconds: start_up,
        extra: Map::new(),
    });
    let paused =
        (time(), text(), text()).prop_map(|(at, by, reason)| Paused { at, by, reason, extra: Map::new() });
    (text(), time(), option::of(terms), option::of(paused), outbox()).prop_map(
        |(name, now, terms, paused, audit_outbox)| Expectation {
            expected_at: terms.as_ref().map(|_| now),
            terms,
            paused,
            audit_outbox,
            ..Expectation::new(&name, now)
        },
    )
}

/// What a watch remembers after two looks at some components, with a restart or a step of the clock between.
pub(crate) fn observations() -> impl Strategy<Value = Observations> {
    let records = btree_map(text(), client().prop_map(Ok), 0..3);
    let said = btree_map(text(), expectation().prop_map(Ok), 0..3);
    let moment = || {
        (time(), "[a-z]{0,2}", 0u64..u64::MAX, 0u64..u64::MAX).prop_map(
            |(wall, boot_id, since_boot, awake)| {
                let (since_boot, awake) = (Duration::from_nanos(since_boot), Duration::from_nanos(awake));
                Moment { wall, boot_id, since_boot, awake }
            },
        )
    };
    (records, said, moment(), moment()).prop_map(|(records, said, first, second)| {
        let look = |memory, now| Observations::look(memory, now, &records, &said, &Policy::default());
        look(Memory::Of(Box::new(look(Memory::None, &first))), &second)
    })
}

/// JSON of any shape, without fractions: the log holds none.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), map_of(inner).prop_map(Value::Object)]
    })
}

fn map_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), inner, 0..4).prop_map(|map| map.into_iter().collect())
}

/// Fields no nija knows yet.
pub(crate) fn extra() -> impl Strategy<Value = Map<String, Value>> {
    btree_map("x_[a-z]{1,4}", value(), 1..4).prop_map(|map| map.into_iter().collect())
}

#[derive(Debug, Clone)]
pub(crate) struct OwnedOrder {
    symbol: String,
    side: Option<Side>,
    qty: Option<i64>,
    position: Option<i64>,
    reduce_only: bool,
    platform: Option<String>,
    strategy: Option<String>,
    account: Option<String>,
}

impl OwnedOrder {
    pub(crate) fn order(&self) -> Order<'_> {
        Order {
            symbol: &self.symbol,
            side: self.side,
            qty: self.qty.map(Decimal::from),
            position: self.position.map(Decimal::from),
            reduce_only: self.reduce_only,
            platform: self.platform.as_deref(),
            strategy: self.strategy.as_deref(),
            account: self.account.as_deref(),
        }
    }
}

pub(crate) fn order() -> impl Strategy<Value = OwnedOrder> {
    let side = option::of(prop_oneof![Just(Side::Buy), Just(Side::Sell)]);
    let figures = (side, option::of(-3i64..9), option::of(-9i64..9), any::<bool>());
    (name(), figures, option::of(name()), option::of(name()), option::of(name())).prop_map(
        |(symbol, (side, qty, position, reduce_only), platform, strategy, account)| OwnedOrder {
            symbol,
            side,
            qty,
            position,
            reduce_only,
            platform,
            strategy,
            account,
        },
    )
}

/// A line as a stop file holds it.
pub(crate) fn unknown_line() -> Value {
    json!({"format": FORMAT, "version": "1.0"})
}
