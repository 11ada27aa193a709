"""A unit's own system at the hotline's door: it hears of an order, signs for it, and hands in its reply.

    export HOTLINE_URL=https://12345.example.gov.cn HOTLINE_TOKEN=lx_… HOTLINE_SECRET=whsec_…
    python unit_client.py listen 8080                        # the address of the webhook is this machine's
    python unit_client.py reply 20260309-000017 reply.json   # {"answer": …, "basis": …, "contacted": …}

It needs Python 3.11 and httpx, and keeps nothing: what it hears twice it does once. Yours asks its people first.
"""

import base64
import hmac
import json
import os
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

TRIES, BODY_MAX = 5, 64_000


class Refused(Exception):
    """The hotline said no. `problem`: RFC 9457, a sentence for people and, where a rule forbids it, that rule."""

    def __init__(self, problem: dict[str, Any]) -> None:
        said = [f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", ())]
        said += [f"{name}: {problem[name]}" for name in ("rule", "allowed") if problem.get(name)]
        super().__init__("\n".join([f"{problem['status']} {problem['detail']}", *said]))


class Hotline:
    """The interface below /api/v1, in the name of the token's owner."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "zh"}
        self._client = httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=30)

    def order(self, number: str) -> tuple[dict[str, Any], str]:
        """Return an order, with the version in which it was read. Raises Refused."""
        answer = self._send("GET", f"/orders/{number}")
        return answer.json(), answer.headers["ETag"]

    def orders(self, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield the lines of a list, page by page, until `next` is null. Raises Refused."""
        while True:
            page = self._send("GET", "/orders", params=filters).json()
            yield from page["items"]
            if page["next"] is None:
                return
            filters["after"] = page["next"]

    def take(self, step: str, number: str, version: str, key: str, **body: Any) -> dict[str, Any]:
        """Take a step on the order as it stood in that version; the same key acts once. Raises Refused."""
        headers = {"Idempotency-Key": key, "If-Match": version}
        return dict(self._send("POST", f"/orders/{number}/commands/{step}", json=body, headers=headers).json())

    def _send(self, method: str, path: str, **about: Any) -> httpx.Response:
        """Send until there is an answer: whatever changes something has a key, so it may be sent again."""
        for tried in range(1, TRIES + 1):
            try:
                answer = self._client.request(method, path, **about)
                if answer.is_success:
                    return answer
                if answer.status_code not in (429, 503) or tried == TRIES:
                    raise Refused(answer.json())
                time.sleep(int(answer.headers.get("Retry-After", "5")))
            except httpx.TransportError:
                time.sleep(2**tried)
        raise Refused({"status": 503, "detail": "the hotline cannot be reached"})


def is_from_hotline(secret: str, headers: Any, body: bytes) -> bool:
    """Return whether the hotline sent this within the last five minutes (Standard Webhooks)."""
    sent, named = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    if not sent.isascii() or not sent.isdigit() or abs(time.time() - int(sent)) > 300:
        return False
    signed = f"{named}.{sent}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, sha256).digest())
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(expected, one) for one in given)


def sign(hotline: Hotline, number: str) -> None:
    """Sign for an order if it waits for us. Its version is the key: heard of twice, it is signed for once."""
    order, version = hotline.order(number)
    if order["state"] == "dispatched" and "sign" in order["allowed"]:
        done = hotline.take("sign", number, version, f"sign-{number}-{order['chain']['entries']}")
        print(f"{number} {order['title']}: signed, entry {done['seq']}", flush=True)


def reply(hotline: Hotline, number: str, body: dict[str, Any]) -> None:
    """Hand in a reply. The key is made from what is said, so the same reply is handed in once."""
    digest = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]
    done = hotline.take("reply", number, hotline.order(number)[1], f"reply-{number}-{digest}", **body)
    print(f"{number}: replied, now {done['state']}, receipt {done['hash']}", flush=True)


def hear(hotline: Hotline, secret: str, headers: Any, body: bytes) -> int:
    """Act on what was told, and return the status of the answer: after 503 the hotline tells it again later."""
    if not is_from_hotline(secret, headers, body):
        return 401
    try:
        event = json.loads(body)
        if event["type"] == "order.dispatched":
            sign(hotline, event["data"]["order"])
    except Refused as failed:
        print(failed, file=sys.stderr, flush=True)
        return 503
    return 204


def listen(hotline: Hotline, secret: str, port: int) -> None:
    """Sign for what waits already, then for what the hotline tells."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("content-length", "0")), BODY_MAX))
            self.send_response(hear(hotline, secret, self.headers, body))
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", port), Receiver) as server:
        for line in hotline.orders(state="dispatched"):
            sign(hotline, line["number"])
        print(f"listening on {server.server_address[1]}", flush=True)
        server.serve_forever()


def main(arguments: list[str]) -> None:
    hotline = Hotline(os.environ["HOTLINE_URL"], os.environ["HOTLINE_TOKEN"])
    try:
        match arguments:
            case ["listen", port]:
                listen(hotline, os.environ["HOTLINE_SECRET"], int(port))
            case ["reply", number, file]:
                reply(hotline, number, json.loads(Path(file).read_text(encoding="utf-8")))
            case _:
                sys.exit(__doc__)
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main(sys.argv[1:])
