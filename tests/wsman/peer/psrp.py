"""A session configuration without language, by psrpcore: it runs cmdlets, and no script. Some of its cmdlets wait for a
turn before each step; the test gives turns."""

import datetime
import threading
import uuid

import psrpcore
from psrpcore.types import (
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    HostMethodIdentifier,
    NETException,
    PSCustomObject,
    PSInvocationState,
)

from journal import note

SESSION_CAPABILITY = 0x00010002
RUNSPACEPOOL_INIT_DATA = 0x0002100B
# Small, so that what is long comes in pieces.
FRAGMENT = 8192
TURNS = threading.Semaphore(0)


class PowerShell:
    def __init__(self, creation):
        self.pool = psrpcore.ServerRunspacePool()
        self.lock = threading.RLock()
        self.output, self.done, self.notify = {None: []}, set(), lambda: None
        self.hear(None, creation)

    def connect(self, data):
        """SESSION_CAPABILITY and RUNSPACEPOOL_INIT_DATA go into the answer to the Connect itself."""
        with self.lock:
            self.pool.connect()
            self.hear(None, data)
            said, answer = b"".join(self.output[None]), b""
            self.output[None] = []
            while said:
                # Each message is one fragment here: 21 bytes of header, its length at 17, the type at 25.
                length = 21 + int.from_bytes(said[17:21], "big")
                fragment, said = said[:length], said[length:]
                if int.from_bytes(fragment[25:29], "little") in (SESSION_CAPABILITY, RUNSPACEPOOL_INIT_DATA):
                    answer += fragment
                else:
                    self.output[None].append(fragment)
            return answer

    def disconnect(self):
        with self.lock:
            self.pool.disconnect()

    def reconnect(self):
        with self.lock:
            self.pool.reconnect()

    def command(self, command, data):
        self.output[command] = []
        psrpcore.ServerPipeline(self.pool, uuid.UUID(command))
        self.hear(command, data)

    def send(self, command, data):
        self.hear(command, data)

    def signal(self, command):
        with self.lock:
            pipeline = self.pool.pipeline_table.get(uuid.UUID(command))
            if pipeline and command not in self.done:
                pipeline.stop()
                self.speak()
            self.done.add(command)

    def receive(self, command):
        with self.lock:
            output, self.output[command] = self.output[command], []
            return output, command in self.done

    def hear(self, command, data):
        with self.lock:
            identity = uuid.UUID(command) if command else None
            self.pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, identity))
            while event := self.pool.next_event():
                if isinstance(event, psrpcore.CreatePipelineEvent):
                    pipeline = self.pool.pipeline_table[event.pipeline_id]
                    threading.Thread(target=self.run, args=(command, pipeline), daemon=True).start()
                elif isinstance(event, psrpcore.PipelineHostResponseEvent):
                    note(kind="host", error=str(event.error.FullyQualifiedErrorId) if event.error else None)
            self.speak()

    def speak(self):
        while payload := self.pool.data_to_send(FRAGMENT):
            command = str(payload.pipeline_id).upper() if payload.pipeline_id else None
            self.output[command].append(payload.data)
        self.notify()

    def run(self, command, pipeline):
        said = pipeline.metadata.commands
        note(kind="pipeline", id=command, commands=[described(one) for one in said])
        with self.lock:
            pipeline.start()
            self.speak()
        for step in self.steps(said):
            with self.lock:
                if command in self.done:
                    return
                step(pipeline)
                self.speak()
                if pipeline.state != PSInvocationState.Running:
                    self.done.add(command)
        with self.lock:
            if command not in self.done:
                pipeline.complete()
                self.done.add(command)
                self.speak()

    def steps(self, said):
        for one in said:
            if one.is_script:
                yield lambda pipeline: fail(
                    pipeline,
                    "The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
                    ErrorCategoryInfo(Category=ErrorCategory.ParserError, Reason="ParseException"),
                    "ScriptsNotAllowed",
                )
            arguments = {name: value for name, value in one.parameters}
            cmdlet = getattr(self, one.command_text.replace("-", "_").lower(), self.other)
            yield from cmdlet(one, arguments)

    # The cmdlets.

    def get_echo(self, said, arguments):
        for value in arguments.values():
            yield lambda pipeline, value=value: pipeline.write_output(value)

    def get_large(self, said, arguments):
        yield lambda pipeline: pipeline.write_output("\u00e4\U0001F600" * int(arguments["Length"]))
        yield lambda pipeline: pipeline.write_output("after it")

    def write_streams(self, said, arguments):
        at = datetime.datetime(2026, 11, 22, 9, 14, 2, tzinfo=datetime.timezone.utc)
        row = PSCustomObject(Identity="EdgeServer:edge1.contoso.com", Active=True, Users=3)
        for step in (
            lambda pipeline: pipeline.write_output(row),
            lambda pipeline: pipeline.write_error(
                NETException("one user"), refused("Write-Streams"), "user1", "OneUser,Some.Cmdlet"
            ),
            lambda pipeline: pipeline.write_warning("a warning"),
            lambda pipeline: pipeline.write_verbose("a \u2018verbose\u2019 line\n_x0027_"),
            lambda pipeline: pipeline.write_debug("a debug line"),
            lambda pipeline: pipeline.write_progress("Failing over", 3, "40 of 100", "user 41", percent_complete=40),
            lambda pipeline: pipeline.write_information(
                "for people", "source", time_generated=at, tags=["PSHOST"], user="svc", computer="fe1", process_id=1,
                native_thread_id=2, managed_thread_id=3,
            ),
            lambda pipeline: pipeline.host_call(HostMethodIdentifier.WriteLine2, ["a line"]),
            lambda pipeline: pipeline.write_output(None),
        ):
            TURNS.acquire()
            yield step
        TURNS.acquire()

    def invoke_cspoolfailover(self, said, arguments):
        for step in range(3):
            TURNS.acquire()
            yield lambda pipeline, step=step: pipeline.write_verbose(f"Step {step} of {arguments.get('PoolFqdn')}")
        TURNS.acquire()
        yield lambda pipeline: pipeline.write_output("3 users moved")

    def test_refusal(self, said, arguments):
        message = "The pool is in use.\n Invoke the cmdlet again."
        identity = "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet"
        yield lambda pipeline: pipeline.write_error(NETException(message), refused(said.command_text), "pool1", identity)
        yield lambda pipeline: pipeline.write_output("it goes on")

    def test_failure(self, said, arguments):
        identity = "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet"
        yield lambda pipeline: pipeline.write_output("before it")
        yield lambda pipeline: fail(pipeline, "It cannot be done.", refused(said.command_text), identity, "pool1")

    def read_host(self, said, arguments):
        yield lambda pipeline: pipeline.host_call(HostMethodIdentifier.PromptForChoice, ["Confirm", "Sure?", [], 0])
        TURNS.acquire()

    def exit_silently(self, said, arguments):
        """The command ends as processes end that are killed: without a state."""
        yield lambda pipeline: pipeline.write_verbose("the last words")
        yield lambda pipeline: self.done.add(str(pipeline.pipeline_id).upper())

    def exit_halfway(self, said, arguments):
        """It ends in the middle of a fragment."""

        def half(pipeline):
            command = str(pipeline.pipeline_id).upper()
            pipeline.write_output("never whole")
            self.output[command].append(self.pool.data_to_send().data[:-7])
            self.done.add(command)

        yield half

    def other(self, said, arguments):
        """Cmdlets of Lync and of the module have nothing to say here; others are not visible."""
        name = said.command_text
        if "-Cs" not in name and "-Lf" not in name:
            info = ErrorCategoryInfo(
                Category=ErrorCategory.ObjectNotFound, Reason="CommandNotFoundException", TargetName=name,
                TargetType="String",
            )
            message = f"The term '{name}' is not recognized as the name of a cmdlet."
            yield lambda pipeline: fail(pipeline, message, info, "CommandNotFoundException", name)


def refused(activity):
    return ErrorCategoryInfo(
        Category=ErrorCategory.InvalidOperation, Activity=activity, Reason="PoolFailoverException", TargetName="pool1",
        TargetType="String",
    )


def fail(pipeline, message, info, identity, target=None):
    record = ErrorRecord(
        Exception=NETException(message), CategoryInfo=info, TargetObject=target, FullyQualifiedErrorId=identity
    )
    pipeline._change_state(PSInvocationState.Failed, record)


def described(command):
    arguments = [[str(name), *typed(value)] for name, value in command.parameters]
    return {"name": str(command.command_text), "script": bool(command.is_script), "arguments": arguments}


def typed(value):
    """Name of the type and value; of a text also its length, so that no pair of surrogates passes for a character."""
    if isinstance(value, str):
        return [type(value).__name__, str(value), len(value)]
    if isinstance(value, datetime.timedelta):
        whole = (value.days * 86400 + value.seconds) * 1000000 + value.microseconds
        return [type(value).__name__, whole * 1000 + value.nanoseconds]
    if isinstance(value, list):
        return [type(value).__name__, [typed(item) for item in value]]
    if isinstance(value, dict):
        return [type(value).__name__, [[str(key), *typed(item)] for key, item in value.items()]]
    return [type(value).__name__, int(value) if type(value) is not bool else value]
