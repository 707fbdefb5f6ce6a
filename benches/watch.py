"""How fast a running watch is, and what it costs when nothing happens: one figure per line, as `name value unit`.

usage: watch.py NIJA DIRECTORY ROUNDS IDLE_SECONDS

stop      from `touch EMERGENCY_STOP` until the halt is in killswitch.json and in the audit log, both synced
change    from replacing a document until the watch says that it has looked
idle      share of one core that the watch takes while nothing happens
memory    resident memory, and how much it grew over the rounds
"""

import datetime
import json
import os
import subprocess
import sys
import time

nija, directory, rounds, idle_seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
state = os.path.join(directory, "state")
config = os.path.join(directory, "nija.toml")
with open(config, "w") as file:
    file.write(f'state_dir = "{state}"\nfallback_dirs = ["{directory}/second"]\n')
environment = {"PATH": os.environ["PATH"], "HOME": directory, "NIJA_CONFIG": config}


def run(*words):
    subprocess.run([nija, *words], env=environment, check=True, stdout=subprocess.DEVNULL)


def told(wanted):
    for line in watch.stdout:
        event = json.loads(line)
        if wanted(event):
            return event
    sys.exit("the watch ended")


def begun(tick):
    """When a tick began, in seconds since 1970; its length is told in whole milliseconds."""
    at = datetime.datetime.fromisoformat(tick["at"][:26].rstrip("Z") + "+00:00")
    return at.timestamp() - tick["duration_ms"] / 1000


def cpu_seconds():
    """Time on a processor so far, every thread included."""
    total = 0
    for task in os.listdir(f"/proc/{watch.pid}/task"):
        with open(f"/proc/{watch.pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def resident_kib():
    with open(f"/proc/{watch.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def figures(name, seconds):
    seconds.sort()
    at = lambda share: seconds[min(len(seconds) - 1, int(share * len(seconds)))] * 1000
    print(f"{name}_median {at(0.5):.2f} ms")
    print(f"{name}_p99 {at(0.99):.2f} ms")
    print(f"{name}_max {seconds[-1] * 1000:.2f} ms", flush=True)


run("init")
run("adoption", "set", "--active", "1", "--total", "100")
watch = subprocess.Popen([nija, "watch"], env=environment, stdout=subprocess.PIPE, text=True)
told(lambda event: event["event"] == "tick")
first_kib = resident_kib()

audit, stop = os.path.join(state, "audit.jsonl"), os.path.join(state, "EMERGENCY_STOP")
found = []
for _ in range(rounds):
    before = os.stat(audit).st_size
    started = time.perf_counter()
    os.close(os.open(stop, os.O_WRONLY | os.O_CREAT))
    while os.stat(audit).st_size == before:
        pass
    # Appended: synced when the watch says so, which it does only after the whole tick.
    appended = time.perf_counter()
    told(lambda event: event["event"] == "halt" and event["action"] == "adopted")
    found.append((appended - started, time.perf_counter() - started))
    with open(audit) as file:
        assert json.loads(file.read()[before:].splitlines()[0])["action"] == "killswitch.adopt"
    run("killswitch", "deactivate", "bench", "--yes")
    told(lambda event: event["event"] == "halt" and event["action"] == "released")
figures("stop_recorded", [one for one, _ in found])
figures("stop_told", [one for _, one in found])

document, hidden = os.path.join(state, "adoption.json"), os.path.join(state, ".adoption.json.new")
found = []
for _ in range(rounds):
    # The budget of looks is as full as it is in a quiet hour.
    time.sleep(0.1)
    with open(document) as file:
        text = file.read()
    with open(hidden, "w") as file:
        file.write(text)
    started, wall = time.perf_counter(), time.time()
    os.replace(hidden, document)
    told(lambda event: event["event"] == "tick" and begun(event) >= wall - 0.002)
    found.append(time.perf_counter() - started)
figures("change_looked_at", found)

print(f"memory {resident_kib()} KiB")
print(f"memory_growth {resident_kib() - first_kib} KiB")
before, started = cpu_seconds(), time.perf_counter()
time.sleep(idle_seconds)
print(f"idle {100 * (cpu_seconds() - before) / (time.perf_counter() - started):.4f} %")
watch.terminate()
sys.exit(watch.wait())
