#!/usr/bin/env python3
"""Writes fills as CSV, as many as asked, the same every time: for benches and trials.

    scripts/slippage_csv.py 1000000 > fills.csv

They are spread over the 60 days before 2026-11-20, twenty tickers and four brokers; one in fifty has no quantity.
"""
import random
import sys
from datetime import datetime, timedelta

TICKERS = [(f"{base}-USD", price) for base, price in zip(
    "BTC ETH SOL XRP ADA DOT LTC BCH UNI LINK AAVE ATOM ETC XLM EOS XTZ ALGO FIL NEAR DOGE".split(),
    [64000, 3100, 140, 0.6, 0.4, 5, 80, 420, 9, 14, 110, 6, 25, 0.1, 0.7, 0.8, 0.2, 4, 5, 0.12])]
END = datetime(2026, 11, 20)


def main(rows):
    rng = random.Random(7)
    out = sys.stdout
    out.write("time,symbol,side,expected_price,fill_price,quantity,fee,latency_ms,broker,order_type,order_id\n")
    for number in range(rows):
        ticker, price = TICKERS[rng.randrange(len(TICKERS))]
        at = END - timedelta(seconds=60 * 86400 * (1 - number / rows), microseconds=rng.randrange(1_000_000))
        side = "buy" if rng.random() < 0.5 else "sell"
        expected = price * rng.uniform(0.9, 1.1)
        # Mostly a little adverse, seldom very.
        bps = rng.gauss(1.5, 3) + (rng.expovariate(0.05) if rng.random() < 0.02 else 0)
        actual = expected * (1 + (bps if side == "buy" else -bps) / 10_000)
        qty = "" if rng.random() < 0.02 else f"{rng.uniform(1, 5000) / price:.6f}"
        out.write(
            f"{at:%Y-%m-%dT%H:%M:%S.%f}Z,{ticker},{side},{expected:.6f},{actual:.6f},{qty},"
            f"{rng.uniform(0, 5):.4f},{rng.randrange(5, 900)},"
            f"{rng.choice(('kraken', 'coinbase', 'binance', 'alpaca'))},"
            f"{rng.choice(('market', 'limit', 'stop'))},o-{number}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    main(int(sys.argv[1]))
