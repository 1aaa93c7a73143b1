"""A shell that speaks PowerShell's protocol, by psrpcore. It knows a few cmdlets, one of which takes its time."""

import threading
import time
import uuid

import psrpcore
from psrpcore.types import ErrorCategory, ErrorCategoryInfo, NETException

SESSION_CAPABILITY = 0x00010002
RUNSPACEPOOL_INIT_DATA = 0x0002100B


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
            self.speak()

    def speak(self):
        while payload := self.pool.data_to_send():
            command = str(payload.pipeline_id).upper() if payload.pipeline_id else None
            self.output[command].append(payload.data)
        self.notify()

    def run(self, command, pipeline):
        said = pipeline.metadata.commands[0]
        arguments = {name: value for name, value in said.parameters}
        with self.lock:
            pipeline.start()
            self.speak()
        for step in getattr(self, said.command_text.replace("-", "_").lower(), self.unknown)(said, arguments):
            with self.lock:
                if command in self.done:
                    return
                step(pipeline)
                self.speak()
        with self.lock:
            pipeline.complete()
            self.done.add(command)
            self.speak()

    def get_echo(self, said, arguments):
        for name, value in arguments.items():
            yield lambda pipeline, name=name, value=value: pipeline.write_output(f"{name}={value}")

    def invoke_cspoolfailover(self, said, arguments):
        for step in range(3):
            yield lambda pipeline, step=step: pipeline.write_verbose(f"Step {step} of {arguments.get('PoolFqdn')}")
            time.sleep(1)
        yield lambda pipeline: pipeline.write_output("3 users moved")

    def unknown(self, said, arguments):
        name = said.command_text
        yield lambda pipeline: pipeline.write_error(
            NETException(f"The term '{name}' is not recognized as the name of a cmdlet."),
            category_info=ErrorCategoryInfo(Category=ErrorCategory.ObjectNotFound, TargetName=name),
            fully_qualified_error_id="CommandNotFoundException",
        )
