"""pypsrp as a client: takes its settings as JSON, runs one pipeline for each call, prints what it heard as JSON.

The arguments of a call are a dictionary, or "script", or "commands" for a pattern of commands to be described.
"""

import json
import sys
import warnings

from pypsrp.complex_objects import GenericComplexObject, PSInvocationState
from pypsrp.exceptions import WinRMError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

warnings.simplefilter("ignore")
SETTINGS = json.loads(sys.argv[1])
STATES = {PSInvocationState.COMPLETED: "completed", PSInvocationState.FAILED: "failed"}


def plain(value):
    if isinstance(value, GenericComplexObject):
        return {name: plain(item) for name, item in {**value.extended_properties, **value.adapted_properties}.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def error(record):
    return {"id": record.fq_error, "category": record.category, "message": str(record)}


def commands(pool, pattern):
    described = pool.get_command_metadata(pattern)
    return {command.name: {name: it.switch_parameter for name, it in command.parameters.items()} for command in described}


def call(pool, name, arguments):
    if arguments == "commands":
        return commands(pool, name)
    shell = PowerShell(pool)
    if arguments == "script":
        shell.add_script(name)
    else:
        shell.add_cmdlet(name).add_parameters(arguments)
    heard = {"failed": False}
    try:
        output = shell.invoke()
    except WinRMError as failure:
        return {"failed": True, "why": str(failure), "state": STATES.get(shell.state)}
    heard["rows"] = [plain(row) for row in output]
    heard["types"] = output[0].types if output and isinstance(output[0], GenericComplexObject) else []
    heard["errors"] = [error(record) for record in shell.streams.error]
    heard["verbose"] = [record.message for record in shell.streams.verbose]
    heard["state"] = STATES.get(shell.state)
    heard["failed"] = shell.state == PSInvocationState.FAILED
    return heard


def main():
    connection = WSMan(
        "127.0.0.1", port=SETTINGS["port"], ssl=SETTINGS["ssl"], cert_validation=False, auth=SETTINGS["auth"],
        username=SETTINGS["account"], password=SETTINGS["password"], operation_timeout=5, read_timeout=30,
        encryption="auto", no_proxy=True,
    )
    with RunspacePool(connection, configuration_name=SETTINGS["configuration"]) as pool:
        print(json.dumps([call(pool, name, arguments) for name, arguments in SETTINGS["calls"]]))


main()
