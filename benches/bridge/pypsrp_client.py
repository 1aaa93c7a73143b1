"""The other side: pypsrp, in a process of its own that does what it is told (order.rs).

Pipelines are not closed one by one, which would take a request more each; their shell is.
"""

import json
import re
import sys
import time
import warnings

from pypsrp.complex_objects import GenericComplexObject, PSInvocationState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

warnings.simplefilter("ignore")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:|PT?\d")
SETTINGS = json.loads(sys.stdin.readline())


def connect():
    authority = SETTINGS["authority"]
    wsman = WSMan(
        "localhost" if authority else "127.0.0.1", port=SETTINGS["port"], ssl=bool(authority),
        cert_validation=authority or True, auth="ntlm", username=SETTINGS["account"],
        password=SETTINGS["password"], no_proxy=True,
    )
    pool = RunspacePool(wsman, configuration_name=sys.argv[1])
    pool.open()
    return pool


def invoke(pool, name, arguments):
    shell = PowerShell(pool)
    shell.add_cmdlet(name).add_parameters(arguments)
    output = shell.invoke()
    assert shell.state == PSInvocationState.COMPLETED and not shell.streams.error, (name, shell.streams.error)
    # What `close` forgets, without its request.
    pool.pipelines.pop(shell.id, None)
    return output


def is_end(row):
    return isinstance(row, GenericComplexObject) and any(name.endswith("LyncFailover.Answer") for name in row.types)


def ask(pool, calls, joined):
    """The rows of each call: a pipeline each, or all in one by the function of the module."""
    if not joined:
        return [invoke(pool, name, arguments) for name, arguments in calls]
    query = [{"Cmdlet": name, "Parameters": arguments} for name, arguments in calls]
    answers, own = [], []
    for row in invoke(pool, "Invoke-LfQuery", {"Query": query}):
        if not is_end(row):
            own.append(row)
            continue
        ends = row.extended_properties
        assert (ends["Index"], ends["Count"], ends["ErrorId"]) == (len(answers), len(own), ""), ends
        answers.append(own)
        own = []
    assert len(answers) == len(calls) and not own
    return answers


def text(value):
    """A text or what has one, but no time or span of time: pypsrp leaves them as text, our client reads them."""
    value = value if isinstance(value, str) else getattr(value, "to_string", None)
    return None if value is None or TIME.match(value) else value


def texts(row):
    if isinstance(row, str):
        return [["", row]]
    properties = {**row.adapted_properties, **row.extended_properties}
    if not properties:
        return [["", row.to_string]]
    found = [[name, text(value)] for name, value in properties.items()]
    return sorted(pair for pair in found if pair[1] is not None)


def run(order, warm, cold):
    seconds, objects = [], None
    calls = SETTINGS["calls"][order["questions"]]
    for _ in range(order["times"]):
        began = time.perf_counter()
        pool = connect() if order["cold"] else warm
        answers = ask(pool, calls, order["joined"])
        seconds.append(time.perf_counter() - began)
        count = sum(len(rows) for rows in answers)
        assert objects in (None, count), (objects, count)
        objects = count
        if order["cold"]:
            cold.append(pool)
    return {"seconds": seconds, "objects": objects, "shown": []}


def main():
    warm, cold = connect(), []
    for line in sys.stdin:
        order = json.loads(line)
        reply = {"seconds": [], "objects": 0, "shown": []}
        if order == "end":
            warm.close()
        elif order == "close":
            for pool in cold:
                pool.close()
            cold.clear()
        elif "show" in order:
            answers = ask(warm, SETTINGS["calls"]["observation"], order["show"]["joined"])
            reply["shown"] = [[texts(row) for row in rows] for rows in answers]
        else:
            reply = run(order["run"], warm, cold)
        print(json.dumps(reply), flush=True)


main()
