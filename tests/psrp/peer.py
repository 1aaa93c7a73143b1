"""The other side of a PowerShell Remoting session, by psrpcore, without a transport.

    peer.py server   a server that runs canned commands
    peer.py client   a client that does what it is told
    peer.py echo     reads CLIXML and writes it again
    peer.py unpack   reads the messages of a server with pypsrp

One line of JSON in, one line of JSON out. Bytes are base64.
"""

import base64
import datetime
import json
import sys
import uuid
from xml.etree import ElementTree

import psrpcore
from psrpcore.types import (
    CommandMetadataCount,
    CommandTypes,
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    HostMethodIdentifier,
    NETException,
    PSCustomObject,
    PSDuration,
    PSInvocationState,
    deserialize,
    serialize,
)


def pid_of(text):
    return uuid.UUID(text) if text else None


def receive(pool, request):
    payload = psrpcore.PSRPPayload(
        base64.b64decode(request["data"]), psrpcore.StreamType.default, pid_of(request.get("pid"))
    )
    pool.receive_data(payload)


def outgoing(pool, size):
    sent = []
    while (payload := pool.data_to_send(size)) is not None:
        sent.append(
            {
                "pid": str(payload.pipeline_id) if payload.pipeline_id else None,
                "pr": payload.stream_type == psrpcore.StreamType.prompt_response,
                "data": base64.b64encode(payload.data).decode(),
            }
        )
    return sent


def plain(value):
    """A value that a test in another language can compare."""
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, datetime.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, psrpcore.types.PSObject):
        meta = value.PSObject
        names = [p.name for p in meta.adapted_properties + meta.extended_properties]
        return {"type": meta.type_names[:1], **{name: plain(value[name]) for name in names}}
    return repr(value)


def error_of(record):
    return {
        "message": str(record.Exception.Message),
        "id": str(record.FullyQualifiedErrorId),
        "category": record.CategoryInfo.Category.name,
        "target": plain(record.TargetObject),
    }


class Server:
    def __init__(self):
        self.pool = psrpcore.ServerRunspacePool()

    def handle(self, request):
        if request.get("do") == "disconnected":
            # The client has gone; another one will connect.
            self.pool.state = psrpcore.types.RunspacePoolState.Disconnected
            self.pool.connect()
            return {}
        pid = pid_of(request.get("pid"))
        if pid and pid not in self.pool.pipeline_table:
            psrpcore.ServerPipeline(self.pool, pid)
        receive(self.pool, request)
        seen = []
        while (event := self.pool.next_event()) is not None:
            seen.append(self.describe(event))
        return {"seen": seen, "send": outgoing(self.pool, request.get("size", 32768))}

    def describe(self, event):
        name = type(event).__name__
        if isinstance(event, psrpcore.CreatePipelineEvent):
            commands = [
                {
                    "name": command.command_text,
                    "script": bool(command.is_script),
                    "last": command.end_of_statement,
                    "arguments": [[str(n), plain(v)] for n, v in command.parameters],
                }
                for command in event.pipeline.commands
            ]
            self.run(self.pool.pipeline_table[event.pipeline_id], commands[0]["name"])
            return {"event": name, "commands": commands, "no_input": event.pipeline.no_input}
        if isinstance(event, psrpcore.GetCommandMetadataEvent):
            asked = event.pipeline
            self.tell(self.pool.pipeline_table[event.pipeline_id])
            kinds = asked.command_type
            return {"event": name, "names": plain(asked.name), "kinds": int(kinds), "modules": plain(asked.namespace)}
        if isinstance(event, psrpcore.PipelineHostResponseEvent):
            error = event.error
            return {"event": name, "result": plain(event.result), "error": error_of(error) if error else None}
        return {"event": name}

    def tell(self, pipeline):
        """The commands that there are. psrpcore has a type of its own for their number only."""
        pipeline.start()
        # Given to the constructor it would be written twice, the first time as null.
        count = CommandMetadataCount()
        count.Count = 1
        pipeline.write_output(count)
        parameter = PSCustomObject(
            PSTypeName="System.Management.Automation.ParameterMetadata", Name="AsXml", SwitchParameter=True, Aliases=[]
        )
        pipeline.write_output(
            PSCustomObject(
                PSTypeName="Selected.System.Management.Automation.CmdletInfo", Name="Get-CsTopology", HelpUri=None,
                CommandType=CommandTypes.Cmdlet, OutputType=[], Parameters={"AsXml": parameter, "Verbose": parameter},
            )
        )
        pipeline.complete()

    def run(self, pipeline, name):
        pipeline.start()
        if name == "Stop":
            return pipeline.stop()
        info = ErrorCategoryInfo(
            Category=ErrorCategory.InvalidOperation,
            Activity=name,
            Reason="PoolFailoverException",
            TargetName="pool1",
            TargetType="String",
        )
        boom = NETException("It cannot be done.")
        identity = "ProcessRecord,Microsoft.Rtc.Management.Hadr.Cmdlet"
        if name == "Fail":
            record = ErrorRecord(
                Exception=boom, CategoryInfo=info, TargetObject="pool1", FullyQualifiedErrorId=identity
            )
            return pipeline._change_state(PSInvocationState.Failed, record)
        if name == "Ask":
            pipeline.host_call(HostMethodIdentifier.WriteLine2, ["a line"])
            return pipeline.host_call(HostMethodIdentifier.PromptForChoice, ["c", "m", [], 0])
        pipeline.write_verbose("verbose \u2018quoted\u2019\n_x0027_ \U0001F600")
        pipeline.write_warning("warning")
        pipeline.write_debug("debug")
        pipeline.write_progress("activity", 3, "status", "now", percent_complete=40)
        at = datetime.datetime(2026, 11, 22, 9, 14, 2, tzinfo=datetime.timezone.utc)
        pipeline.write_information(
            "information", "source", time_generated=at, user="user", computer="fe1", process_id=1,
            native_thread_id=2, managed_thread_id=3,
        )
        pipeline.write_error(boom, info, "pool1", identity)
        pipeline.write_output("text")
        pipeline.write_output(None)
        row = PSCustomObject(
            Identity="EdgeServer:edge1.contoso.com", Active=True, Version=6, Wait=PSDuration(minutes=30),
            Roles=["Registrar", "UserServer"], Nothing=None, Nested=PSCustomObject(Ok=False),
        )
        pipeline.write_output(row)
        pipeline.complete()


class Client:
    def __init__(self):
        self.pool = psrpcore.ClientRunspacePool(runspace_pool_id=uuid.UUID(int=1))

    def handle(self, request):
        verb = request.get("do")
        seen = []
        if verb == "open":
            self.pool.open()
        elif verb == "connect":
            self.pool = psrpcore.ClientRunspacePool(runspace_pool_id=uuid.UUID(int=1))
            self.pool.connect()
        elif verb == "available":
            self.pool.get_available_runspaces()
        elif verb == "metadata":
            psrpcore.ClientGetCommandMetadata(
                self.pool, request["names"], CommandTypes.Cmdlet, ["Ly*"], pipeline_id=uuid.UUID(request["id"])
            ).start()
        elif verb == "invoke":
            self.invoke(request)
        else:
            receive(self.pool, request)
            while (event := self.pool.next_event()) is not None:
                seen.append(self.describe(event))
        sent = outgoing(self.pool, request.get("size", 32768))
        return {"seen": seen, "send": sent, "state": self.pool.state.name}

    def invoke(self, request):
        shell = psrpcore.ClientPowerShell(self.pool, pipeline_id=uuid.UUID(request["id"]))
        if "script" in request:
            shell.add_script(request["script"])
        for name, arguments in request.get("statements", []):
            shell.add_command(name)
            shell.add_parameters(**arguments)
            shell.add_statement()
        shell.start()

    def describe(self, event):
        name = type(event).__name__
        if isinstance(event, psrpcore.PipelineOutputEvent):
            return {"event": name, "value": plain(event.data)}
        if isinstance(event, psrpcore.ErrorRecordEvent):
            return {"event": name, **error_of(event.record)}
        if isinstance(event, psrpcore.PipelineStateEvent):
            return {"event": name, "state": event.state.name, "error": error_of(event.reason) if event.reason else None}
        if isinstance(event, psrpcore.ProgressRecordEvent):
            record = event.record
            return {"event": name, "activity": str(record.Activity), "percent": int(record.PercentComplete)}
        if isinstance(event, psrpcore.PipelineHostCallEvent):
            return {"event": name, "method": event.method_identifier.name, "ci": int(event.ci)}
        if isinstance(event, psrpcore.InformationRecordEvent):
            return {"event": name, "text": str(event.record.MessageData)}
        if hasattr(event, "record"):
            return {"event": name, "text": str(event.record.Message)}
        return {"event": name}


class Echo:
    """Reads CLIXML and writes it again."""

    def __init__(self):
        self.cipher = psrpcore.ServerRunspacePool()._cipher

    def handle(self, request):
        value = deserialize(ElementTree.fromstring(request["clixml"]), self.cipher)
        return {"clixml": ElementTree.tostring(serialize(value, self.cipher), encoding="unicode")}


class Unpack:
    """Reads the messages of a server with pypsrp, which is stricter about some of them."""

    def __init__(self):
        from pypsrp.powershell import Fragmenter, Serializer

        self.fragmenter = Fragmenter(32768, Serializer())

    def handle(self, request):
        names = []
        for message in self.fragmenter.defragment(base64.b64decode(request["data"])):
            name = type(message.data).__name__
            if name == "ErrorRecordMessage":
                name += f" {message.data.fq_error}: {message.data.exception}"
            elif name == "PipelineOutput":
                name += f" {message.data.data}"
            names.append(name)
        return {"seen": names, "send": []}


def main():
    peer = {"server": Server, "client": Client, "echo": Echo, "unpack": Unpack}[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(peer.handle(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
