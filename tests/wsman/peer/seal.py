"""The frame of a sealed body (MS-WSMV 2.2.9.1), written after the specification, not after the Rust one."""

import re
import struct

BOUNDARY = b"Encrypted Boundary"


def read(content_type, body, unwrap):
    protocol = re.search(r'protocol="([^"]+)"', content_type).group(1)
    boundary = re.search(r'boundary="([^"]+)"', content_type).group(1).encode()
    delimiter = b"--" + boundary
    head, _, rest = body.partition(b"\tContent-Type: application/octet-stream\r\n")
    assert head.startswith(delimiter + b"\r\n") and head.endswith(delimiter + b"\r\n"), head
    assert f"\tContent-Type: {protocol}\r\n".encode() in head, head
    assert b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=" in head, head
    length = int(re.search(rb"Length=(\d+)", head).group(1))
    end = delimiter + b"--\r\n"
    assert rest.endswith(end), rest[-40:]
    rest = rest[: -len(end)]
    (trailer,) = struct.unpack("<I", rest[:4])
    plain = unwrap(rest[4 : 4 + trailer], rest[4 + trailer :])
    assert len(plain) == length, (len(plain), length)
    return protocol, plain


def write(protocol, plain, wrapped):
    length = len(plain) + wrapped.padding_length
    head = (
        f"--Encrypted Boundary\r\n\tContent-Type: {protocol}\r\n"
        f"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length={length}\r\n"
        "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    )
    body = head.encode() + struct.pack("<I", len(wrapped.header)) + wrapped.header + wrapped.data
    return f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"', body + b"--Encrypted Boundary--\r\n"
