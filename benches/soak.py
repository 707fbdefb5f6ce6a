"""Ten minutes of changes beside a running watch: did it miss one, did it grow, what did it cost?

usage: soak.py NIJA DIRECTORY SECONDS RATE

Eight writers run `nija` commands, RATE a second in all. Each lets a component of its own fail, waits until the watch says
that HEARTBEAT_FAILED fired for it, lets it beat again, and waits until that is resolved; in between it beats, and tracks and
completes orders. An alert that does not come within ten seconds is missed. At the end the watch has to have seen the last beat
of every component. The verdict is printed, and is the exit code: 0 when everything held.
"""

import json
import os
import subprocess
import sys
import threading
import time

WRITERS = 8
PATIENCE = 10.0

nija, directory, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
state = os.path.join(directory, "state")
config = os.path.join(directory, "nija.toml")
with open(config, "w") as file:
    file.write(f'state_dir = "{state}"\nfallback_dirs = ["{directory}/second"]\n')
environment = {"PATH": os.environ["PATH"], "HOME": directory, "NIJA_CONFIG": config}

changed = threading.Condition()
alerts = {}  # fingerprint -> last transition
notices, failed_ticks, ticks = [], [], 0
waits, missed, refused = [], [], []
commands = 0


def run(*words):
    global commands
    done = subprocess.run([nija, *words], env=environment, capture_output=True, text=True)
    commands += 1
    if done.returncode != 0:
        refused.append((words, done.returncode, done.stderr))
    return done.returncode == 0


def listen():
    global ticks
    for line in watch.stdout:
        event = json.loads(line)
        with changed:
            if event["event"] == "alert":
                alerts[event["fingerprint"]] = event["transition"]
                changed.notify_all()
            elif event["event"] == "tick":
                ticks += 1
                if event["error"]:
                    failed_ticks.append(event)
            elif event["event"] in ("notice", "lost"):
                notices.append(event)


def await_alert(subject, transition, since):
    with changed:
        arrived = changed.wait_for(lambda: alerts.get(subject) == transition, PATIENCE)
    waits.append(time.monotonic() - since)
    if not arrived:
        missed.append((subject, transition))


def write(number):
    """One writer: a command every WRITERS / rate seconds."""
    pause, due, order = WRITERS / rate, time.monotonic(), 0

    def paced(*words):
        nonlocal due
        due += pause
        time.sleep(max(0.0, due - time.monotonic()))
        due = max(due, time.monotonic() - 1.0)
        return run(*words)

    component, order = f"component-{number}", 0
    while time.monotonic() < end:
        # Written between two commands of others, so often seen together with them.
        if paced("heartbeat", "ping", component, "--status", "fail"):
            await_alert(f"HEARTBEAT_FAILED:component:{component}", "fired", time.monotonic())
        paced("heartbeat", "ping", component, "--status", "fail", "--open-positions", str(order % 5))
        if paced("heartbeat", "ping", component, "--open-positions", "0"):
            await_alert(f"HEARTBEAT_FAILED:component:{component}", "resolved", time.monotonic())
        for _ in range(4):
            paced("heartbeat", "ping", component)
        order += 1
        if order % 3 == 0:
            name = f"soak-{number}-{order}"
            paced("orders", "track", name, "--symbol", "BTC-USD", "--platform", f"p{number}")
            paced("orders", "complete", name, "--outcome", "cancelled")


def cpu_seconds():
    total = 0
    for task in os.listdir(f"/proc/{watch.pid}/task"):
        with open(f"/proc/{watch.pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def status(name):
    with open(f"/proc/{watch.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))


def sample():
    return {
        "kib": status("VmRSS:"),
        "threads": status("Threads:"),
        "descriptors": len(os.listdir(f"/proc/{watch.pid}/fd")),
    }


def verdict(name, holds, figure):
    print(f"{'PASS' if holds else 'MISS'}  {name:<52} {figure}", flush=True)
    return holds


run("init")
watch = subprocess.Popen([nija, "watch"], env=environment, stdout=subprocess.PIPE, text=True)
listener = threading.Thread(target=listen, daemon=True)
listener.start()
end = time.monotonic() + seconds
writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
started, cpu_before = time.monotonic(), cpu_seconds()
for writer in writers:
    writer.start()
samples = []
while any(writer.is_alive() for writer in writers):
    time.sleep(min(5.0, seconds / 20))
    samples.append(sample())
    last = samples[-1]
    print(f"{time.monotonic() - started:5.0f} s  {commands} commands  {ticks} ticks  {last}", file=sys.stderr, flush=True)
length = time.monotonic() - started
busy = 100 * (cpu_seconds() - cpu_before) / length
# Time for the last change to be looked at.
time.sleep(2)
unseen = []
with open(os.path.join(state, "observations.json")) as file:
    observed = json.load(file)["components"]
for number in range(WRITERS):
    with open(os.path.join(state, "heartbeats", f"component-{number}.json")) as file:
        beat = json.load(file)["seq"]
    if observed.get(f"component-{number}", {}).get("beat", {}).get("seq") != beat:
        unseen.append((number, beat, observed.get(f"component-{number}")))
idle_for = min(60.0, max(10.0, seconds / 10))
before, since = cpu_seconds(), time.monotonic()
time.sleep(idle_for)
idle = 100 * (cpu_seconds() - before) / (time.monotonic() - since)
watch.terminate()
code = watch.wait()
listener.join()

settled, late = samples[len(samples) // 5 :], samples[-max(1, len(samples) // 5) :]
early = settled[: max(1, len(settled) // 4)]
middle = lambda some, name: sorted(one[name] for one in some)[len(some) // 2]
mean = lambda some: sum(one["kib"] for one in some) / len(some)
growth = mean(late) - mean(early)
waits.sort()
slowest = waits[-1] if waits else 0.0
half = waits[len(waits) // 2] if waits else 0.0
print(f"\n{length:.0f} s, {commands} commands ({commands / length:.1f} a second), {ticks} ticks, {len(waits)} alerts awaited")
held = [
    verdict("no alert missed", not missed, f"{len(missed)} of {len(waits)} {missed[:3]}"),
    verdict("no last change missed", not unseen, f"{unseen[:3] or 'every component was seen to the last beat'}"),
    verdict("every command went through", not refused, f"{len(refused)} {refused[:2]}"),
    verdict("no tick failed, nothing to notice", not failed_ticks and not notices, f"{failed_ticks[:2]} {notices[:2]}"),
    verdict("memory flat: growth after the first fifth <= 1 MiB", growth <= 1024, f"{growth:.0f} KiB of {mean(late):.0f} KiB"),
    verdict("threads and descriptors flat", all(
        middle(late, name) <= middle(early, name) for name in ("threads", "descriptors")
    ), f"{samples[-1]['threads']} threads, {samples[-1]['descriptors']} descriptors"),
    verdict("processor while busy <= 30 % of a core", busy <= 30, f"{busy:.2f} %"),
    verdict("processor while idle <= 0.5 % of a core", idle <= 0.5, f"{idle:.4f} % over {idle_for:.0f} s"),
    verdict("an alert within 1 s", slowest <= 1.0, f"{1000 * half:.0f} ms in the middle, {1000 * slowest:.0f} ms at most"),
    verdict("a clean end", code == 0, f"exit {code}"),
]
sys.exit(0 if all(held) else 1)
