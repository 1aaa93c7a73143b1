"""WinRM for the tests: HTTP, authentication by pyspnego, sealing. Takes its settings as JSON, prints its port. Each line
of its standard input gives cmdlets a turn; it ends with it. Requests with a body before authentication, or unsealed
without TLS, are an error."""

import base64
import hashlib
import json
import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gssapi
import spnego
from cryptography import x509
from spnego.channel_bindings import GssChannelBindings

import journal
import seal
from wsman import Echo, Service

# Say at once why a token is not taken.
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False

SETTINGS = json.loads(sys.argv[1])
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


def channel_bindings():
    if not SETTINGS.get("tls"):
        return None
    with open(SETTINGS["tls"]["certificate"], "rb") as file:
        certificate = x509.load_pem_x509_certificate(file.read())
    digest = hashlib.new(certificate.signature_hash_algorithm.name)
    from cryptography.hazmat.primitives.serialization import Encoding

    digest.update(certificate.public_bytes(Encoding.DER))
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.digest())


def shell_type():
    if SETTINGS.get("psrp"):
        from psrp import PowerShell

        return PowerShell
    return Echo


SERVICE = Service(shell_type())
BINDINGS = channel_bindings()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        authorization = self.headers.get("Authorization", "")
        journal.note(kind="authorization", value=authorization)
        user = self.user_of(authorization)
        if user is None and not (self.context and self.context.complete and not authorization):
            assert not body or authorization.startswith("Basic"), "a body before authentication"
            return self.negotiate(authorization)
        if not body:
            return self.reply(200, b"")
        user = user or str(self.context.client_principal)
        cipher = self.connection.cipher()[0] if SETTINGS.get("tls") else "none"
        content_type = self.headers["Content-Type"]
        if content_type.startswith("multipart/encrypted"):
            protocol, plain = seal.read(content_type, body, self.context.unwrap_winrm)
            status, envelope = SERVICE.answer(plain, f"user={user} cipher={cipher} seal={protocol}")
            plain = envelope.encode()
            if SETTINGS.get("answer_unsealed"):
                return self.reply(status, plain, "application/soap+xml;charset=UTF-8")
            kind, sealed = seal.write(protocol, plain, self.context.wrap_winrm(plain))
            return self.reply(status, sealed, kind)
        assert SETTINGS.get("tls"), "a body that is neither sealed nor within TLS"
        if SETTINGS.get("forbid"):
            return self.reply(403, b"")
        status, envelope = SERVICE.answer(body, f"user={user} cipher={cipher} seal=none")
        if SETTINGS.get("close_after_answer"):
            # Without a word in the header, as HTTP.sys does with a connection that was idle.
            self.reply(status, envelope.encode(), "application/soap+xml;charset=UTF-8")
            self.close_connection = True
            return
        self.reply(status, envelope.encode(), "application/soap+xml;charset=UTF-8")

    def user_of(self, authorization):
        """Who the header proves by itself."""
        account, password = SETTINGS["account"], SETTINGS["password"]
        basic = "Basic " + base64.b64encode(f"{account}:{password}".encode()).decode()
        if "Basic" in SETTINGS["offers"] and authorization == basic:
            return account
        if authorization == MUTUAL and SETTINGS.get("tls", {}).get("client_authority"):
            subject = dict(pair for group in self.connection.getpeercert()["subject"] for pair in group)
            return subject["commonName"]
        return None

    def negotiate(self, authorization):
        scheme, _, token = authorization.partition(" ")
        if scheme not in ("Negotiate", "Kerberos", "NTLM"):
            return self.refuse([(offer, None) for offer in SETTINGS["offers"]])
        token = base64.b64decode(token)
        try:
            if self.context is None or self.context.complete:
                protocol = "ntlm" if token.startswith(b"NTLMSSP") else "kerberos"
                self.context = spnego.server(
                    hostname=SETTINGS["host"], service="HOST", protocol=protocol, channel_bindings=BINDINGS,
                    options=spnego.NegotiateOptions.wrapping_winrm,
                )
            answer = self.context.step(token)
        except Exception as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            self.context = None
            return self.refuse([(offer, None) for offer in SETTINGS["offers"]])
        if not self.context.complete:
            return self.refuse([(scheme, answer)])
        if SETTINGS.get("prove_nothing"):
            answer = None
        self.reply(200, b"", headers=[(scheme, answer)] if answer else [])

    def refuse(self, offers):
        self.reply(401, b"", headers=offers)

    def reply(self, status, body, content_type=None, headers=()):
        self.send_response(status)
        for scheme, token in headers:
            value = scheme if token is None else f"{scheme} {base64.b64encode(token).decode()}"
            self.send_header("WWW-Authenticate", value)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format, *args):
        print(format % args, file=sys.stderr, flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        import traceback

        traceback.print_exc()
        sys.stderr.flush()


def main():
    journal.keep(SETTINGS["journal"])
    server = Server(("127.0.0.1", 0), Handler)
    if tls := SETTINGS.get("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls["certificate"], tls["key"])
        if tls.get("ciphers"):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(tls["ciphers"])
        if tls.get("client_authority"):
            context.load_verify_locations(tls["client_authority"])
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    for _ in sys.stdin:
        from psrp import TURNS

        TURNS.release()
    os._exit(0)


main()
