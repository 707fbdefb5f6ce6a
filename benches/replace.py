"""A durable replace as a careful Python program does it: the peer that most trading bots would write themselves."""

import json
import os
import sys
import tempfile

folder = sys.argv[1]
handle, name = tempfile.mkstemp(dir=folder)
with os.fdopen(handle, "w") as file:
    json.dump({"halted": True, "reason": "bench reason"}, file)
    file.flush()
    os.fsync(file.fileno())
os.replace(name, os.path.join(folder, "halted.json"))
directory = os.open(folder, os.O_RDONLY)
os.fsync(directory)
print("HALTED")
