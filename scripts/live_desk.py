"""A desk of three bots on a made-up market, driving `nija` as bots do, beside a running watch that is told nothing else.

usage: live_desk.py NIJA DIRECTORY STATE_DIR SECONDS

Prices walk at random. Each bot asks `nija gate` before an order, tracks it, completes it when its broker fills it, reports a
stop-loss when the price runs against it, and pings with its open positions and the age of its prices. On the way the market
gaps, a price feed stops, a bot dies holding a position, and a broker takes orders without ever answering. Nothing here tells
the watch that any of it is wrong. The last lines hold what the watch said against what happened.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from decimal import Decimal

nija, directory, state, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
dice = random.Random(11)

CONFIG = f"""\
state_dir = "{state}"
fallback_dirs = ["{directory}/second"]

[orders]
stuck_after = "{max(2, int(seconds / 15))}s"
auto_kill = true

[exposure]
limit_pct = 60
auto_kill = true

[cooldowns]
default = "{max(1, int(seconds / 30))}s"
escalation = []

[heartbeats]
interval = "{max(1, int(seconds / 45))}s"
grace = "{max(1, int(seconds / 45))}s"
price_limit = "{max(2, int(seconds / 15))}s"
"""

# What goes wrong, as shares of the run, and the alert that has to come of it.
GAP, FEED_STOPS, BOT_DIES, BROKER_SILENT = 0.15, 0.25, 0.35, 0.45
EXPECTED = {
    "SLIPPAGE_HIGH": "the market gapped, and fills came late and dear",
    "PRICE_STALE": "the price feed of kraken stopped under open positions",
    "HEARTBEAT_MISSED": "grid-1 died holding a position",
    "ORDER_STUCK": "coinbase took orders and never answered",
    "TRADING_HALTED": "the watch pulled the kill switch",
}

environment = {"PATH": os.environ["PATH"], "HOME": directory, "NIJA_CONFIG": os.path.join(directory, "nija.toml")}
started = time.monotonic()
said, verdicts, after_the_stop, failures = Counter(), Counter(), [], []
stopped = threading.Event()


def share():
    return (time.monotonic() - started) / seconds


def tell(text):
    print(f"{time.monotonic() - started:6.1f}s  {text}", flush=True)


def run(*words, expected=(0,)):
    done = subprocess.run([nija, *map(str, words)], env=environment, capture_output=True, text=True)
    if done.returncode not in expected:
        failures.append((words, done.returncode, done.stderr.strip()))
    return done.returncode


class Market:
    """Prices that walk at random, and gap down once."""

    prices = {"BTC-USD": Decimal(64000), "ETH-USD": Decimal(3100), "SOL-USD": Decimal(140)}
    gapped = False

    def walk(self):
        while share() < 1:
            if not self.gapped and share() > GAP:
                self.gapped = True
                tell("market    every price gaps down by 4 %")
                self.move(Decimal("-0.04"), Decimal("-0.04"))
            self.move(Decimal("-0.0006"), Decimal("0.0006"))
            time.sleep(0.1)

    def move(self, low, high):
        for symbol, price in self.prices.items():
            change = low + (high - low) * Decimal(dice.randrange(1001)) / 1000
            self.prices[symbol] = (price * (1 + change)).quantize(Decimal("0.01"))

    def slippage_bps(self):
        """Adverse when positive; worse for a while after the gap."""
        wild = GAP < share() < GAP + 0.2
        return dice.randrange(15, 60) if wild else dice.randrange(-2, 6)


class Bot(threading.Thread):
    """One strategy on one broker."""

    def __init__(self, name, platform, symbol, qty):
        super().__init__(daemon=True)
        self.label, self.platform, self.symbol, self.qty = name, platform, symbol, qty
        self.position, self.entry, self.sent, self.unanswered = Decimal(0), None, 0, 0
        self.price_seen = time.monotonic()

    def run(self):
        while share() < 1:
            if self.label == "grid-1" and share() > BOT_DIES and self.position:
                tell("grid-1    dies, holding a position")
                return
            if not (self.platform == "kraken" and FEED_STOPS < share()):
                self.price_seen = time.monotonic()
            self.trade()
            self.ping()
            time.sleep(dice.uniform(0.2, 0.6))

    def ping(self):
        age = time.monotonic() - self.price_seen
        run("heartbeat", "ping", self.label, "--open-positions", int(bool(self.position)), "--price-age", f"{age:.1f}")

    def trade(self):
        price = market.prices[self.symbol]
        if self.position and price < self.entry * Decimal("0.98"):
            tell(f"{self.label:9} stop-loss of {self.symbol} at {price}")
            run("stop-loss", self.symbol, "--price", price, "--strategy", self.label, "--platform", self.platform)
            return self.order("sell", price)
        self.order("sell" if self.position else "buy", price)

    def order(self, side, price):
        halted = stopped.is_set()
        asked = ["gate", self.symbol, "--side", side, "--qty", self.qty, "--position", self.position,
                 "--platform", self.platform, "--strategy", self.label, "--client", self.label]
        verdict = run(*asked, expected=(0, 1))
        verdicts[verdict] += 1
        if verdict != 0:
            return
        if halted:
            after_the_stop.append((self.label, asked))
        if self.unanswered == 3:
            return
        self.sent += 1
        order = f"{self.label}-{self.sent}"
        run("orders", "track", order, "--symbol", self.symbol, "--platform", self.platform, "--side", side,
            "--qty", self.qty, "--price", price, "--strategy", self.label)
        if self.platform == "coinbase" and share() > BROKER_SILENT:
            self.unanswered += 1
            return tell(f"coinbase  takes {order} and says nothing")
        time.sleep(dice.uniform(0.05, 0.2))
        sign = 1 if side == "buy" else -1
        paid = price * (1 + sign * Decimal(market.slippage_bps()) / 10000)
        run("orders", "complete", order, "--outcome", "filled", "--fill-price", paid.quantize(Decimal("0.01")),
            "--fee", (paid * self.qty / 1000).quantize(Decimal("0.0001")))
        self.position += sign * self.qty
        self.entry = paid if side == "buy" else None


def accounts():
    """What a bookkeeper reports now and then: balances by platform, and the equity."""
    while share() < 1:
        held = {bot.platform: Decimal(0) for bot in bots}
        for bot in bots:
            held[bot.platform] += 5000 + bot.position * market.prices[bot.symbol] / 100
        run("exposure", "set", *(f"{name}={value:.2f}" for name, value in held.items()), "--total", "40000")
        run("equity", "set", f"{sum(held.values()) + 20000:.2f}")
        time.sleep(1)


def listen():
    for line in watch.stdout:
        event = json.loads(line)
        if event["event"] == "alert":
            said[event["rule"], event["transition"], event["severity"]] += 1
            tell(f"  watch   {event['severity']:9} {event['transition']:9} {event['message']}")
            # The look that pulled says so after it pulled.
            if event["rule"] == "TRADING_HALTED" and event["transition"] == "fired":
                stopped.set()
        elif event["event"] == "halt" and event["action"] != "repeated":
            tell(f"  watch   HALT      {event['action']:9} {event['halt']['scope']}: {event['halt']['cause']['reason']}")
        elif event["event"] in ("notice", "lost"):
            failures.append(event)


with open(environment["NIJA_CONFIG"], "w") as file:
    file.write(CONFIG)
os.chmod(environment["NIJA_CONFIG"], 0o644)
run("init")
watch = subprocess.Popen([nija, "watch"], env=environment, stdout=subprocess.PIPE, text=True)
listener = threading.Thread(target=listen)
listener.start()
market = Market()
bots = [
    Bot("scalper-1", "kraken", "BTC-USD", Decimal("0.05")),
    Bot("grid-1", "kraken", "ETH-USD", Decimal("1.5")),
    Bot("momentum-1", "coinbase", "SOL-USD", Decimal("20")),
]
helpers = [threading.Thread(target=work, daemon=True) for work in (market.walk, accounts)]
for thread in [*helpers, *bots]:
    thread.start()
for thread in [*helpers, *bots]:
    thread.join()
audit = run("audit", "verify")
watch.terminate()
listener.join()

print()
fired = {rule for rule, transition, _ in said if transition == "fired"}
held = True
for rule, why in EXPECTED.items():
    held &= rule in fired
    print(f"{'PASS' if rule in fired else 'MISS'}  {rule:20} {why}")
emergency = any(rule == "ORDER_STUCK" and severity == "emergency" for rule, _, severity in said)
for name, fine, figure in [
    ("kill switch", stopped.is_set() and emergency, "pulled for an order stuck three times too long"),
    ("gate", not after_the_stop and verdicts[1] > 0, f"{verdicts[0]} orders let out, {verdicts[1]} refused, {len(after_the_stop)} let out after the stop"),
    ("audit log", audit == 0, "verified"),
    ("commands", not failures, f"{len(failures)} failed {failures[:3] or ''}"),
]:
    held &= fine
    print(f"{'PASS' if fine else 'MISS'}  {name:20} {figure}")
sys.exit(0 if held else 1)
