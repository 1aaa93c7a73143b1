"""Writes vectors/: what psrpcore puts on the wire. See README.md."""

import base64
import json
import pathlib
import subprocess
import sys
import uuid

import psrpcore
from psrpcore._payload import unpack_fragment, unpack_message

HERE = pathlib.Path(__file__).parent
VECTORS = HERE / "vectors"
POOL = uuid.UUID(int=1)


def messages(data):
    data = bytearray(data)
    while data:
        fragment = unpack_fragment(data)
        data = data[21 + len(fragment.data):]
        yield unpack_message(fragment.data)


def write(prefix, data):
    for number, message in enumerate(messages(data)):
        name = f"{prefix}-{number:02}-{message.message_type.name}.xml"
        (VECTORS / name).write_bytes(bytes(message.data))


def main():
    VECTORS.mkdir(exist_ok=True)
    client = psrpcore.ClientRunspacePool(runspace_pool_id=POOL)
    peer = subprocess.Popen([sys.executable, HERE / "peer.py", "server"], stdin=-1, stdout=-1, text=True)

    def exchange(payload):
        request = {
            "pid": str(payload.pipeline_id) if payload.pipeline_id else None,
            "data": base64.b64encode(payload.data).decode(),
            "size": None,
        }
        peer.stdin.write(json.dumps(request) + "\n")
        peer.stdin.flush()
        answer = b"".join(base64.b64decode(part["data"]) for part in json.loads(peer.stdout.readline())["send"])
        client.receive_data(psrpcore.PSRPPayload(answer, psrpcore.StreamType.default, None))
        while client.next_event() is not None:
            pass
        return answer

    client.open()
    hello = client.data_to_send()
    welcome = exchange(hello)
    write("client-open", hello.data)
    write("server-open", welcome)
    (VECTORS / "client-open.bin").write_bytes(hello.data)
    (VECTORS / "server-open.bin").write_bytes(welcome)
    for number, name in enumerate(["Get-CsService", "Fail", "Ask"]):
        # Each command needs a pipeline of its own at the peer.
        shell = psrpcore.ClientPowerShell(client, pipeline_id=uuid.UUID(int=2 + number))
        shell.add_command(name).add_parameter("Identity", "pool1'; _x0027_").add_parameter("Force", True)
        shell.add_statement().add_command("Get-CsSite")
        shell.start()
        create = client.data_to_send()
        answer = exchange(create)
        write(f"client-{name.lower()}", create.data)
        write(f"server-{name.lower()}", answer)
        (VECTORS / f"client-{name.lower()}.bin").write_bytes(create.data)
        (VECTORS / f"server-{name.lower()}.bin").write_bytes(answer)
        client.pipeline_table.clear()
    peer.stdin.close()


main()
