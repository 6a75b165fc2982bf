"""A clinic: a strict SMART on FHIR R4 server with its sign-in, in a process of its own that knows nothing of Carnet.

Whatever it was not told to expect is refused and written down as a violation. Faults are set through its control port.
Run as `python clinic.py <record.ndjson>`; the first line it prints names its ports.
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
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

PAGE = 3
AUTHORIZE = {
    "response_type", "client_id", "redirect_uri", "scope", "state", "aud", "code_challenge", "code_challenge_method"
}  # fmt: skip
SEARCHES = {
    "Observation": {"patient", "category"}, "DiagnosticReport": {"patient"}, "Condition": {"patient"},
    "AllergyIntolerance": {"patient"}, "MedicationRequest": {"patient"}, "Immunization": {"patient"},
    "Appointment": {"patient"},
}  # fmt: skip


class Clinic:
    """Everything it knows and was asked."""

    def __init__(self, lines: list[str]) -> None:
        self.lock = threading.RLock()
        self.raw = [line for line in lines if line.strip()]
        self.resources = [(json.loads(line), line) for line in self.raw]
        self.client: str = "carnet"
        self.secret: str | None = None
        self.redirect: str | None = None
        self.patient = "p1"
        self.faults: dict[str, Any] = {}
        self.violations: list[str] = []
        self.asked: list[str] = []
        self.leaked: list[dict[str, str]] = []
        self.requests: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.access: dict[str, tuple[str, float]] = {}
        self.refresh: dict[str, str] = {}
        self.lifetime = 3600
        self.base = self.stranger = self.upstream = ""

    def violation(self, what: str) -> None:
        with self.lock:
            self.violations.append(what)

    def fault(self, name: str, key: str | None = None) -> Any:
        found = self.faults.get(name)
        return found if key is None or found is None else found.get(key)


class Refused(Exception):  # noqa: N818
    """Answered by a status."""

    def __init__(self, status: int, code: str = "invalid_request") -> None:
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    clinic: ClassVar[Clinic]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(self._get)

    def do_POST(self) -> None:
        self._serve(self._post)

    def _serve(self, act: Callable[[str, dict[str, str]], None]) -> None:
        parts = urlsplit(self.path)
        with self.clinic.lock:
            self.clinic.asked.append(f"{self.command} {self.path}")
        try:
            act(parts.path, self._once(parse_qsl(parts.query, keep_blank_values=True)))
        except Refused as refused:
            self._json(refused.status, {"error": refused.code})
        except BrokenPipeError:
            pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            self.clinic.violation(f"method {name}")
        raise AttributeError(name)

    def _once(self, pairs: list[tuple[str, str]]) -> dict[str, str]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self.clinic.violation("a parameter twice")
            raise Refused(400)
        return found

    def _exactly(self, said: dict[str, str], names: set[str], what: str) -> None:
        if set(said) != set(names):
            self.clinic.violation(f"{what}: {sorted(set(said) ^ set(names))}")
            raise Refused(400)

    def _get(self, path: str, said: dict[str, str]) -> None:
        if path == "/fhir/.well-known/smart-configuration":
            self._exactly(said, set(), "configuration")
            self._configuration()
        elif path == "/auth/authorize":
            self._authorize(said)
        elif path.startswith("/fhir/"):
            self._fhir(path.removeprefix("/fhir/"), said)
        else:
            self.clinic.violation(f"path {path}")
            raise Refused(404)

    def _post(self, path: str, said: dict[str, str]) -> None:
        self._exactly(said, set(), "query of a post")
        if self.headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            self.clinic.violation("not a form")
            raise Refused(415)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        form = self._once(parse_qsl(body, keep_blank_values=True))
        acts = {"/auth/decide": self._decide, "/auth/token": self._token, "/auth/revoke": self._revoke}
        if path not in acts:
            self.clinic.violation(f"post {path}")
            raise Refused(404)
        acts[path](form)

    def _configuration(self) -> None:
        root = self.clinic.base.removesuffix("/fhir")
        found = {
            "issuer": root, "authorization_endpoint": f"{root}/auth/authorize", "token_endpoint": f"{root}/auth/token",
            "revocation_endpoint": f"{root}/auth/revoke", "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code"], "response_types_supported": ["code"],
            "capabilities": ["launch-standalone", "client-public", "context-standalone-patient", "permission-v1"],
            "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        self._json(200, found | self.clinic.faults.get("configuration", {}))

    def _authorize(self, said: dict[str, str]) -> None:
        clinic = self.clinic
        self._exactly(said, AUTHORIZE, "authorize")
        checks = {
            "response_type": said["response_type"] == "code",
            "client": said["client_id"] == clinic.client,
            "redirect": said["redirect_uri"] == clinic.redirect,
            "aud": said["aud"] == clinic.base,
            "method": said["code_challenge_method"] == "S256",
            "challenge": re.fullmatch(r"[\w-]{43}", said["code_challenge"]) is not None,
            "state": len(said["state"]) >= 22,
            "scope": "launch/patient" in said["scope"].split(),
        }
        wrong = [name for name, holds in checks.items() if not holds]
        if wrong:
            clinic.violation(f"authorize: {wrong}")
            raise Refused(400)
        request = secrets.token_urlsafe(16)
        clinic.requests[request] = said
        self._html(200, f'<form method="post" action="/auth/decide"><input name="request" value="{request}"></form>')

    def _decide(self, form: dict[str, str]) -> None:
        clinic = self.clinic
        self._exactly(form, {"request", "decision"}, "decide")
        asked = clinic.requests.pop(form["request"])
        answer: dict[str, str] = {
            "state": asked["state"],
            "iss": clinic.faults.get("iss", clinic.base.removesuffix("/fhir")),
        }
        if form["decision"] == "allow":
            code = secrets.token_urlsafe(24)
            clinic.codes[code] = asked
            answer["code"] = code
        else:
            answer["error"] = "access_denied"
        self._send(302, b"", {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def _token(self, form: dict[str, str]) -> None:
        clinic = self.clinic
        kind = form.get("grant_type")
        own: set[str] = {"client_id"} if clinic.secret is None else set()
        self._client(form)
        if kind == "authorization_code":
            self._exactly(form, {"grant_type", "code", "redirect_uri", "code_verifier"} | own, "token")
            asked = clinic.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if asked is None or asked["redirect_uri"] != form["redirect_uri"] or asked["code_challenge"] != challenge:
                raise Refused(400, "invalid_grant")
            scope = clinic.faults.get("granted", asked["scope"])
            self._tokens(scope, fresh=True)
        elif kind == "refresh_token":
            self._exactly(form, {"grant_type", "refresh_token"} | own, "refresh")
            if clinic.fault("refresh_status"):
                raise Refused(clinic.fault("refresh_status"), "temporarily_unavailable")
            scope = clinic.refresh.get(form["refresh_token"])
            if scope is None or clinic.fault("refresh_refused"):
                raise Refused(400, "invalid_grant")
            if not clinic.fault("keeps_refresh"):
                del clinic.refresh[form["refresh_token"]]  # rotated: the old one is void
            self._tokens(scope, fresh=not clinic.fault("keeps_refresh"))
        else:
            clinic.violation(f"grant_type {kind}")
            raise Refused(400, "unsupported_grant_type")

    def _client(self, form: dict[str, str]) -> None:
        clinic = self.clinic
        basic = self.headers.get("Authorization", "")
        if clinic.secret is None:
            known = form.get("client_id") == clinic.client and not basic
        else:
            pair = base64.b64encode(f"{clinic.client}:{clinic.secret}".encode()).decode()
            known = basic == f"Basic {pair}" and "client_secret" not in form
        if not known:
            clinic.violation("client")
            raise Refused(401, "invalid_client")

    def _tokens(self, scope: str, *, fresh: bool) -> None:
        clinic = self.clinic
        access = "canary-access-" + secrets.token_urlsafe(24)
        clinic.access[access] = (scope, time.time() + clinic.lifetime)
        answer: dict[str, Any] = {
            "access_token": access, "token_type": "Bearer", "expires_in": clinic.lifetime, "scope": scope,
            "patient": clinic.patient,
        }  # fmt: skip
        if fresh and "offline_access" in scope.split():
            answer["refresh_token"] = "canary-refresh-" + secrets.token_urlsafe(24)
            clinic.refresh[answer["refresh_token"]] = scope
        for name in clinic.faults.get("without", []):
            answer.pop(name, None)
        self._json(200, answer | clinic.faults.get("token", {}))

    def _revoke(self, form: dict[str, str]) -> None:
        clinic = self.clinic
        own: set[str] = {"client_id"} if clinic.secret is None else set()
        self._exactly(form, {"token", "token_type_hint"} | own, "revoke")
        self._client(form)
        clinic.refresh.pop(form["token"], None)
        clinic.access.clear()
        self._send(200, b"", {})

    def _fhir(self, path: str, said: dict[str, str]) -> None:
        clinic = self.clinic
        if self.headers.get("Accept") != "application/fhir+json":
            clinic.violation("accept")
            raise Refused(406)
        scope, until = clinic.access.get(self.headers.get("Authorization", "").removeprefix("Bearer "), ("", 0))
        if until < time.time():
            raise Refused(401, "invalid_token")
        name = path.split("/", maxsplit=1)[0] if "$" not in path else "$everything"
        if self._faulty(name, said):
            return
        if clinic.upstream:
            self._forward()
            return
        if path == f"Patient/{clinic.patient}":
            self._exactly(said, set(), "read")
            found = [
                line
                for one, line in clinic.resources
                if one["resourceType"] == "Patient" and one["id"] == clinic.patient
            ]
            self._raw(found[0])
        elif path == f"Patient/{clinic.patient}/$everything":
            self._exactly(said, {"page"} if "page" in said else set(), "everything")
            if not clinic.fault("everything"):
                raise Refused(404, "not-supported")
            self._bundle(name, said, clinic.raw)
        elif path in SEARCHES:
            self._exactly(said, SEARCHES[path] | ({"page"} if "page" in said else set()), path)
            if said["patient"] != clinic.patient or f"patient/{path}.read" not in scope.split():
                raise Refused(403, "forbidden")
            self._bundle(path, said, self._matching(path, said))
        else:
            clinic.violation(f"fhir {path}")
            raise Refused(404)

    def _forward(self) -> None:
        """Let a real FHIR server answer; only its links are made to lead here."""
        clinic = self.clinic
        asked = Request(  # noqa: S310
            f"{clinic.upstream}{self.path.removeprefix('/fhir')}", headers={"Accept": "application/fhir+json"}
        )
        try:
            with urlopen(asked, timeout=20) as answer:  # noqa: S310
                body: bytes = answer.read()
        except HTTPError as error:
            raise Refused(error.code) from None
        self._raw(body.decode().replace(clinic.upstream, clinic.base))

    def _matching(self, kind: str, said: dict[str, str]) -> list[str]:
        found = []
        for one, line in self.clinic.resources:
            codes = {c["code"] for k in one.get("category", []) if isinstance(k, dict) for c in k.get("coding", [])}
            if one["resourceType"] == kind and ("category" not in said or said["category"] in codes):
                about = json.dumps([one.get("subject"), one.get("patient"), one.get("participant")])
                if f'Patient/{self.clinic.patient}"' in about or self.clinic.fault("foreign", kind):
                    found.append(line)
        return found

    def _bundle(self, name: str, said: dict[str, str], lines: list[str]) -> None:
        clinic, page = self.clinic, int(said.get("page", "1"))
        size = clinic.faults.get("page_size", PAGE)
        shown = lines[(page - 1) * size : page * size]
        links = [{"relation": "self", "url": f"{clinic.base}/{name}"}]
        path = urlsplit(self.path).path
        after = {**said, "page": str(page + 1)}
        if len(lines) > page * size:
            links.append({"relation": "next", "url": f"{clinic.base.removesuffix('/fhir')}{path}?{urlencode(after)}"})
        if clinic.fault("cyclic", name):
            links = [{"relation": "next", "url": f"{clinic.base.removesuffix('/fhir')}{self.path}"}]
        if clinic.fault("next", name):
            links = [{"relation": "next", "url": clinic.fault("next", name)}]
        total = clinic.fault("total", name)
        head = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(lines) if total is None else total,
            "link": links,
        }
        entries = ",\n".join(f'{{"fullUrl": "urn:x", "resource": {line}}}' for line in shown)
        self._raw(json.dumps(head)[:-1] + f', "entry": [\n{entries}\n]}}')

    def _faulty(self, name: str, said: dict[str, str]) -> bool:
        clinic = self.clinic
        with clinic.lock:
            waits = clinic.fault("retry", name)
            if waits and waits["times"] > 0:
                waits["times"] -= 1
                self._send(429, b"{}", {"Retry-After": str(waits["after"]), "Content-Type": "application/json"})
                return True
        if clinic.fault("cut", name) and int(said.get("page", "1")) >= clinic.fault("cut", name):
            self._hang_up()
            return True
        if status := clinic.fault("status", name):
            raise Refused(status, "forbidden")
        if clinic.fault("html", name):
            self._html(200, "<h1>canary-ferritin maintenance</h1>")
            return True
        if clinic.fault("truncated", name):
            body = b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Obs'
            self._send(200, body, {"Content-Type": "application/fhir+json", "Content-Length": str(len(body) + 500)})
            self._hang_up()
            return True
        if clinic.fault("half_json", name):
            self._send(200, b'{"resourceType": "Bundle", "entry": [', {"Content-Type": "application/fhir+json"})
            return True
        if where := clinic.fault("redirect", name):
            self._send(302, b"", {"Location": where})
            return True
        if size := clinic.fault("big", name):
            self._raw('{"resourceType": "Bundle", "x": "' + "x" * size + '"}')
            return True
        if clinic.fault("packed", name):
            self._send(200, b"\x1f\x8b", {"Content-Type": "application/fhir+json", "Content-Encoding": "gzip"})
            return True
        return False

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _raw(self, text: str) -> None:
        self._send(200, text.encode(), {"Content-Type": "application/fhir+json; charset=utf-8"})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), {"Content-Type": "application/json", "Cache-Control": "no-store"})

    def _html(self, status: int, text: str) -> None:
        self._send(status, text.encode(), {"Content-Type": "text/html"})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class Stranger(BaseHTTPRequestHandler):
    """Another server: whatever reaches it was led astray."""

    clinic: ClassVar[Clinic]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.clinic.leaked.append({"path": self.path, "authorization": self.headers.get("Authorization", "")})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        self.do_GET()


class Control(BaseHTTPRequestHandler):
    """What the tests set and read; no part of the contract."""

    clinic: ClassVar[Clinic]

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        clinic = self.clinic
        names = ("base", "stranger", "violations", "asked", "leaked", "patient")
        state: dict[str, Any] = {name: getattr(clinic, name) for name in names}
        state |= {"access": list(clinic.access), "refresh": list(clinic.refresh)}
        self._answer(state)

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.clinic.lock:
            for name, value in told.items():
                if name == "end_access":
                    self.clinic.access.clear()
                elif name == "lines":
                    self.clinic.raw = value
                    self.clinic.resources = [(json.loads(line), line) for line in value]
                else:
                    setattr(self.clinic, name, value)
        self._answer({})

    def _answer(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    clinic = Clinic(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    servers: list[ThreadingHTTPServer] = []
    for kind in (Handler, Stranger, Control):
        handler = type(kind.__name__, (kind,), {"clinic": clinic})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = [server.server_address[1] for server in servers]
    clinic.base, clinic.stranger = f"http://127.0.0.1:{ports[0]}/fhir", f"http://127.0.0.1:{ports[1]}"
    ports_of = {"base": clinic.base, "stranger": clinic.stranger, "control": f"http://127.0.0.1:{ports[2]}"}
    sys.stdout.write(json.dumps(ports_of) + "\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
