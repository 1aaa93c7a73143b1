"""A service of WS-Management with shells. What runs in a shell is pluggable: see Echo and psrp.py."""

import base64
import re
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from journal import note

S = "{http://www.w3.org/2003/05/soap-envelope}"
A = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
W = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
P = "{http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd}"
RSP = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}"
PS = "{http://schemas.microsoft.com/powershell}"
N = "{http://schemas.xmlsoap.org/ws/2004/09/enumeration}"
I = "{http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd}"

STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"


class Fault(Exception):
    def __init__(self, side, subcode, number, text, provider=None):
        self.side, self.subcode, self.number, self.text, self.provider = side, subcode, number, text, provider


def gone(what="Shell provider"):
    text = "The WS-Management service cannot process the request because the request contained invalid selectors."
    return Fault("Sender", "InvalidSelectors", 2150858843, text, what)


class Echo:
    """A shell that says what it hears. An empty command never ends."""

    def __init__(self, creation):
        self.output = {None: [creation]}
        self.done = set()

    def connect(self, data):
        return data

    def disconnect(self):
        pass

    reconnect = disconnect

    def command(self, command, data):
        self.output[command] = [data] if data else []
        if data:
            self.done.add(command)

    def send(self, command, data):
        self.output[command].append(data)
        if command:
            self.done.add(command)

    def signal(self, command):
        self.done.add(command)

    def receive(self, command):
        """Output, and whether the command has ended."""
        output, self.output[command] = self.output[command], []
        return output, command in self.done


class Service:
    def __init__(self, shell_type=Echo):
        self.shell_type = shell_type
        self.shells = {}
        self.changed = threading.Condition()

    def answer(self, envelope, identity):
        """Status and envelope of the answer."""
        status, said = self.answer_to(envelope, identity)
        note(kind="exchange", identity=identity, heard=envelope.decode(), said=said, status=status)
        return status, said

    def answer_to(self, envelope, identity):
        root = ET.fromstring(envelope)
        body = root.find(S + "Body")
        if body.find(I + "Identify") is not None:
            return 200, self.identify(identity)
        header = root.find(S + "Header")
        action = header.findtext(A + "Action")
        related = header.findtext(A + "MessageID")
        try:
            name = action.rsplit("/", 1)[1]
            content = getattr(self, name.lower())(header, body)
            return 200, wrap(action + "Response", related, content)
        except Fault as fault:
            return 500, wrap("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", related, fault_xml(fault))

    def tell(self):
        """Output has come while nobody asked."""
        threading.Thread(target=self.wake, daemon=True).start()

    def wake(self):
        with self.changed:
            self.changed.notify_all()

    def identify(self, identity):
        return (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>'
            f'<i:IdentifyResponse xmlns:i="{I[1:-1]}"><i:ProtocolVersion>{W[1:-1]}</i:ProtocolVersion>'
            f"<i:ProductVendor>Peer</i:ProductVendor><i:ProductVersion>{escape(identity)}</i:ProductVersion>"
            "</i:IdentifyResponse></s:Body></s:Envelope>"
        )

    def shell(self, header):
        selector = header.find(f"{W}SelectorSet/{W}Selector[@Name='ShellId']")
        found = self.shells.get(selector.text)
        if found is None:
            raise gone()
        if header.findtext(P + "SessionId") != found["session"] and not found["disconnected"]:
            raise Fault("Receiver", "InternalError", 2150859067, "the shell is connected to another client")
        return found

    def create(self, header, body):
        node = body.find(RSP + "Shell")
        option = header.find(f"{W}OptionSet/{W}Option[@Name='protocolversion']")
        assert option is not None and option.get("MustComply") == "true"
        assert node.findtext(RSP + "InputStreams") == "stdin pr"
        shell, resource = node.get("ShellId"), header.findtext(W + "ResourceURI")
        if resource.endswith("/Missing"):
            raise Fault("Sender", "InvalidResourceURI", 2150858752, "no such session configuration")
        if len(self.shells) >= 5:
            raise Fault("Receiver", "QuotaLimit", 2150859173, "5 shells are enough")
        creation = base64.b64decode(node.findtext(PS + "creationXml"))
        session = header.findtext(P + "SessionId")
        self.shells[shell] = {
            "id": shell, "resource": resource, "session": session, "disconnected": False,
            "idle": node.findtext(RSP + "IdleTimeOut") or "PT7200.000S", "runs": self.shell_type(creation), "commands": [],
        }
        self.shells[shell]["runs"].notify = self.tell
        return describe(self.shells[shell])

    def command(self, header, body):
        shell, line = self.shell(header), body.find(RSP + "CommandLine")
        assert line.findtext(RSP + "Command") == "", "PowerShell has no command line"
        with self.changed:
            shell["runs"].command(line.get("CommandId"), base64.b64decode(line.findtext(RSP + "Arguments") or ""))
            shell["commands"].append(line.get("CommandId"))
            self.changed.notify_all()
        return f"<rsp:CommandResponse><rsp:CommandId>{line.get('CommandId')}</rsp:CommandId></rsp:CommandResponse>"

    def send(self, header, body):
        shell, stream = self.shell(header), body.find(f"{RSP}Send/{RSP}Stream")
        note(kind="send", stream=stream.get("Name"), command=stream.get("CommandId"))
        with self.changed:
            shell["runs"].send(self.known(shell, stream), base64.b64decode(stream.text))
            self.changed.notify_all()
        return "<rsp:SendResponse/>"

    def receive(self, header, body):
        shell, stream = self.shell(header), body.find(f"{RSP}Receive/{RSP}DesiredStream")
        command = self.known(shell, stream)
        seconds = float(re.fullmatch(r"PT([0-9.]+)S", header.findtext(W + "OperationTimeout")).group(1))
        with self.changed:
            until = time.monotonic() + seconds
            output, done = shell["runs"].receive(command)
            while not output and not done and (left := until - time.monotonic()) > 0:
                self.changed.wait(left)
                output, done = shell["runs"].receive(command)
        if not output and not done:
            raise Fault("Receiver", "TimedOut", 2150858793, "The operation did not complete in time. ")
        mine = f' CommandId="{command}"' if command else ""
        chunks = "".join(f'<rsp:Stream Name="stdout"{mine}>{base64.b64encode(c).decode()}</rsp:Stream>' for c in output)
        if done and command:
            chunks += f'<rsp:CommandState{mine} State="{STATE}Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>'
        return f"<rsp:ReceiveResponse>{chunks}</rsp:ReceiveResponse>"

    def signal(self, header, body):
        shell, node = self.shell(header), body.find(RSP + "Signal")
        assert node.findtext(RSP + "Code") in (
            "powershell/signal/crtl_c",
            "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/signal/Terminate",
        )
        with self.changed:
            shell["runs"].signal(self.known(shell, node))
            self.changed.notify_all()
        return "<rsp:SignalResponse/>"

    def disconnect(self, header, body):
        shell, node = self.shell(header), body.find(RSP + "Disconnect")
        shell["disconnected"] = True
        shell["runs"].disconnect()
        shell["idle"] = node.findtext(RSP + "IdleTimeOut") or shell["idle"]
        return ""

    def reconnect(self, header, body):
        shell, node = self.shell(header), body.find(RSP + "Reconnect")
        if header.findtext(P + "SessionId") != shell["session"]:
            raise Fault("Receiver", "InternalError", 2150859067, "another client made it")
        if node is not None:
            self.known(shell, node)
        elif shell["disconnected"]:
            shell["runs"].reconnect()
        shell["disconnected"] = False
        return ""

    def connect(self, header, body):
        shell, node = self.shell(header), body.find(RSP + "Connect")
        if node.get("CommandId"):
            self.known(shell, node)
            return "<rsp:ConnectResponse/>"
        if not shell["disconnected"]:
            raise Fault("Receiver", "InternalError", 2150859067, "the shell is connected")
        shell["session"], shell["disconnected"] = header.findtext(P + "SessionId"), False
        answer = base64.b64encode(shell["runs"].connect(base64.b64decode(node.findtext(PS + "connectXml")))).decode()
        xml = f'<connectResponseXml xmlns="{PS[1:-1]}">{answer}</connectResponseXml>'
        return f"<rsp:ConnectResponse>{xml}</rsp:ConnectResponse>"

    def delete(self, header, body):
        del self.shells[self.shell(header)["id"]]
        return ""

    def enumerate(self, header, body):
        if header.findtext(W + "ResourceURI").endswith("/Command"):
            selector = body.find(f".//{W}Selector")
            ids = self.shells[selector.text]["commands"]
            command = "<rsp:Command><rsp:CommandId>{}</rsp:CommandId><rsp:State>Connected</rsp:State></rsp:Command>"
            items = [command.format(i) for i in ids]
        else:
            items = [describe(shell).partition("</x:ResourceCreated>")[2] for shell in self.shells.values()]
        return page("Enumerate", "w", items, 0)

    def pull(self, header, body):
        start = int(body.findtext(f"{N}Pull/{N}EnumerationContext").removeprefix("from-"))
        items = [describe(shell).partition("</x:ResourceCreated>")[2] for shell in self.shells.values()]
        return page("Pull", "n", items, start)

    def known(self, shell, node):
        command = node.get("CommandId")
        if command and command not in shell["commands"]:
            raise gone(None)
        return command


def page(word, prefix, items, start):
    """Pages of two, so that there is something to pull."""
    end = start + 2
    context = f"from-{end}" if end < len(items) else ""
    last = "" if context else f"<{prefix}:EndOfSequence/>"
    return (
        f"<n:{word}Response><n:EnumerationContext>{context}</n:EnumerationContext>"
        f"<{prefix}:Items>{''.join(items[start:end])}</{prefix}:Items>{last}</n:{word}Response>"
    )


def describe(shell):
    state = "Disconnected" if shell["disconnected"] else "Connected"
    return (
        f"<x:ResourceCreated><a:Address>http://peer/wsman</a:Address><a:ReferenceParameters><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell["id"]}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated>"
        f"<rsp:Shell><rsp:ShellId>{shell['id']}</rsp:ShellId><rsp:ResourceUri>{escape(shell['resource'])}</rsp:ResourceUri>"
        f"<rsp:IdleTimeOut>{shell['idle']}</rsp:IdleTimeOut><rsp:State>{state}</rsp:State></rsp:Shell>"
    )


def fault_xml(fault):
    inner = escape(fault.text)
    if fault.provider:
        inner = f'<f:ProviderFault provider="{fault.provider}">{inner}</f:ProviderFault>'
    return (
        f"<s:Fault><s:Code><s:Value>s:{fault.side}</s:Value><s:Subcode><s:Value>w:{fault.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{escape(fault.text)}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{fault.number}" '
        f'Machine="peer"><f:Message>{inner}</f:Message></f:WSManFault></s:Detail></s:Fault>'
    )


def wrap(action, related, content):
    spaces = {
        "s": S, "a": A, "w": W, "p": P, "rsp": RSP, "n": N,
        "x": "{http://schemas.xmlsoap.org/ws/2004/09/transfer}",
    }
    declared = " ".join(f'xmlns:{prefix}="{uri[1:-1]}"' for prefix, uri in spaces.items())
    return (
        f"<s:Envelope {declared}><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>"
        f"<a:RelatesTo>{related}</a:RelatesTo></s:Header><s:Body>{content}</s:Body></s:Envelope>"
    )
