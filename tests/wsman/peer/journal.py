"""What the service heard and said, one object of JSON a line, for the test to read."""

import json
import threading

LOCK = threading.Lock()
FILE = None


def keep(path):
    global FILE
    FILE = open(path, "a", encoding="ascii")


def note(**entry):
    with LOCK:
        FILE.write(json.dumps(entry) + "\n")
        FILE.flush()
