"""b.well as its public pages describe it: token exchange, GraphQL, the record as lines. Strict, and knows nothing of Carnet.

Run as `python bwell_server.py <issuer> <record.ndjson>`; the first line it prints names its ports.
"""

import base64
import hashlib
import json
import re
import secrets
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from urllib.request import urlopen

CLIENT = "canary-client"
EXCHANGE = {"grant_type", "subject_token", "subject_token_type", "requested_token_type", "client_id"}
PKCS1 = bytes.fromhex("3031300d060960864801650304020105000420")
OPERATIONS = {
    "getProfile": set(), "updateUserProfile": {"person"}, "createConsent": {"input"}, "SearchHealthResources": {"searchInput"},
    "getOauthUrl": {"connectionId"}, "getMemberConnections": set(), "createVerificationUrl": {"input"},
    "disconnectConnection": {"connectionId"}, "deleteConnection": {"connectionId"},
}  # fmt: skip


class Partner:
    """Everything it knows and was asked."""

    def __init__(self, issuer: str, lines: list[str]) -> None:
        self.issuer, self.lines = issuer, lines
        self.violations: list[str] = []
        self.access: dict[str, str] = {}
        self.said: list[dict[str, Any]] = []
        self.members: dict[str, str] = {}
        self.faults: dict[str, Any] = {}

    def subject(self, token: str) -> str | None:
        """Check an ID token as an outsider does: by what its issuer publishes."""
        head, body, signature = token.split(".")
        found = json.load(urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5))  # noqa: S310
        keys = json.load(urlopen(found["jwks_uri"], timeout=5))["keys"]  # noqa: S310
        named = json.loads(_plain(head))
        key = next((one for one in keys if one["kid"] == named["kid"]), None)
        claims = json.loads(_plain(body))
        if key is None or named["alg"] != "RS256" or found["issuer"] != self.issuer:
            return None
        n, e = (int.from_bytes(_plain(key[name])) for name in ("n", "e"))
        size = (n.bit_length() + 7) // 8
        shown = pow(int.from_bytes(_plain(signature)), e, n).to_bytes(size)
        digest = PKCS1 + hashlib.sha256(f"{head}.{body}".encode()).digest()
        whole = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        holds = (
            shown == whole and claims["iss"] == self.issuer and claims["aud"] == CLIENT and claims["exp"] > time.time()
        )
        return str(claims["sub"]) if holds and set(claims) == {"iss", "sub", "aud", "iat", "exp"} else None


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    partner: ClassVar[Partner]

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/identity/oauth/token":
            self._token(dict(parse_qsl(body)))
        elif self.path == "/v1/graphql":
            self._graph(json.loads(body))
        else:
            self._wrong(f"post {self.path}", 404)

    def do_GET(self) -> None:
        if self.path != "/4_0_0/Person/person1/$everything":
            self._wrong(f"get {self.path}", 404)
        elif self.headers.get("Accept") != "application/fhir+ndjson":
            self._wrong("accept", 406)
        elif self._subject() is None:
            self._json(401, {"message": "unauthorised"})
        else:
            self._lines()

    def _token(self, form: dict[str, str]) -> None:
        names = "urn:ietf:params:oauth:"
        if (
            set(form) != EXCHANGE
            or form["grant_type"] != f"{names}grant-type:token-exchange"
            or form["client_id"] != CLIENT
        ):
            self._wrong("exchange", 400)
            return
        subject = self.partner.subject(form["subject_token"])
        if subject is None:
            self._json(401, {"error": "invalid_token"})
            return
        access = "canary-access-" + secrets.token_urlsafe(16)
        self.partner.access[access] = subject
        self._json(200, {"access_token": access, "token_type": "Bearer", "expires_in": 3600})

    def _subject(self) -> str | None:
        return self.partner.access.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def _graph(self, said: dict[str, Any]) -> None:
        partner, named = self.partner, re.match(r"(?:query|mutation) (\w+)", said.get("query", ""))
        name = named[1] if named else ""
        if self._subject() is None:
            self._json(401, {"message": "unauthorised"})
            return
        if set(said) != {"query", "variables"} or name not in OPERATIONS or set(said["variables"]) != OPERATIONS[name]:
            self._wrong(f"operation {name}", 400)
            return
        partner.said.append({"name": name, "variables": said["variables"]})
        if name in partner.faults.get("errors", []):
            issue = {"severity": "error", "code": "business-rule", "diagnostics": "canarysterol"}
            self._json(
                200,
                {
                    "data": {"userProfile": {"id": "person1"}},
                    "errors": [{"message": "canarysterol", "extensions": issue}],
                },
            )
            return
        self._json(200, {"data": self._data(name, said["variables"])})

    def _data(self, name: str, told: dict[str, Any]) -> dict[str, Any]:
        members = self.partner.members
        match name:
            case "getProfile":
                return {"userProfile": {"id": "person1"}}
            case "updateUserProfile":
                return {"updateUserProfile": {"id": "person1"}}
            case "createConsent":
                return {"createConsent": {"id": "consent1", "status": "active"}}
            case "SearchHealthResources":
                places = [
                    {"id": "place_1", "type": "PRACTICE", "content": "Sandbox Health", "endpoint": []},
                    {"id": "../x", "content": "?"},
                ]
                return {"searchHealthResources": {"results": places}}
            case "getOauthUrl":
                members[told["connectionId"]] = "CONNECTED"
                return {
                    "getOauthUrl": {
                        "redirectUrl": self.partner.faults.get(
                            "redirect", "https://provider.example/sign-in?s=canary-url"
                        )
                    }
                }
            case "createVerificationUrl":
                return {"createVerificationUrl": {"url": "https://ial2.example/verify"}}
            case "getMemberConnections":
                rows = [
                    {"id": one, "name": "Sandbox", "status": status, "syncStatus": "RETRIEVED", "syncErrors": None}
                    for one, status in members.items()
                ]
                return {"getMemberConnections": rows}
            case _:
                done = "DISCONNECTED" if name == "disconnectConnection" else "DELETED"
                members[told["connectionId"]] = done
                return {name: {"id": told["connectionId"], "status": done}}

    def _lines(self) -> None:
        body = "\n".join(self.partner.lines).encode()
        cut = self.partner.faults.get("cut")
        kind = self.partner.faults.get("kind", "application/fhir+ndjson")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:cut])
        self.wfile.flush()
        if cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _wrong(self, what: str, status: int) -> None:
        self.partner.violations.append(what)
        self._json(status, {"message": what})

    def _json(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Control(BaseHTTPRequestHandler):
    """What the tests set and read."""

    partner: ClassVar[Partner]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer({name: getattr(self.partner, name) for name in ("violations", "said", "members")})

    def do_POST(self) -> None:
        for name, value in json.loads(self.rfile.read(int(self.headers["Content-Length"]))).items():
            setattr(self.partner, name, value)
        self._answer({})

    def _answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    partner = Partner(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").splitlines())
    ports = []
    for kind in (Handler, Control):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type(kind.__name__, (kind,), {"partner": partner}))
        server.daemon_threads = True
        ports.append(server.server_address[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(
        json.dumps({"root": f"http://127.0.0.1:{ports[0]}", "control": f"http://127.0.0.1:{ports[1]}"}) + "\n"
    )
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
