"""A scripted OpenAI-compatible server on 127.0.0.1, for tests over a real socket."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Body = dict[str, Any]


@dataclass(frozen=True)
class Response:
    """What the server sends; ``drip`` seconds pass before each byte, ``cut`` resets midway."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    drip: float = 0.0
    cut: bool = False


def completion(
    content: object,
    *,
    finish: str = "stop",
    tokens: tuple[int, int, int] | None = (100, 20, 0),
    refusal: str | None = None,
    **message: object,
) -> Response:
    """A chat completion; ``tokens`` are those of the input, of the output, and cached ones."""
    text = content if isinstance(content, str | None) else json.dumps(content, ensure_ascii=False)
    told = {"role": "assistant", "content": text, "refusal": refusal, **message}
    reply: Body = {"choices": [{"index": 0, "finish_reason": finish, "message": told}]}
    if tokens:
        reply["usage"] = {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "prompt_tokens_details": {"cached_tokens": tokens[2]},
        }
    return Response(json.dumps(reply, ensure_ascii=False))


def failure(status: int, *, headers: Mapping[str, str] | None = None, **error: object) -> Response:
    """An error in OpenAI's shape."""
    told = {"message": "no", "type": None, "param": None, "code": None, **error}
    return Response(json.dumps({"error": told}), status, headers or {})


Script = Iterable[Response] | Callable[[Body], Response]


class Endpoint:
    """A server that answers questions from a script and keeps what it was sent.

    ``script`` holds responses in order, the last one for ever, or is a function of the request.
    ``pages`` are answers to GET by path.
    """

    def __init__(self, script: Script = (), pages: Mapping[str, object] | None = None) -> None:
        self.script = script if callable(script) else _in_order(script)
        self.pages = dict(pages or {})
        self.asked: list[Body] = []
        self.wire: list[str] = []
        self.got: list[str] = []
        self.keys: list[str | None] = []
        self.lock = threading.Lock()
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        super().__init__(("127.0.0.1", 0), _Handler)


def _in_order(responses: Iterable[Response]) -> Callable[[Body], Response]:
    remaining = list(responses)
    return lambda _: remaining.pop(0) if len(remaining) > 1 else remaining[0]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.endpoint.got.append(self.path)
        page = self.server.endpoint.pages.get(self.path)
        self.send(Response(json.dumps(page), 404 if page is None else 200))

    def do_POST(self) -> None:
        wire = self.rfile.read(int(self.headers["Content-Length"])).decode()
        body = json.loads(wire)
        with self.server.endpoint.lock:
            self.server.endpoint.keys.append(self.headers["Authorization"])
            self.server.endpoint.wire.append(wire)
            self.server.endpoint.asked.append(body)
            response = self.server.endpoint.script(body)
        self.send(response)

    def send(self, response: Response) -> None:
        content = response.body.encode()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", response.kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.write(content, response)
        except ConnectionError:
            self.close_connection = True  # the client has gone

    def write(self, content: bytes, response: Response) -> None:
        if response.cut:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            now = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
            self.connection.close()
            self.close_connection = True
        elif response.drip:
            for byte in content:
                time.sleep(response.drip)
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
        else:
            self.wfile.write(content)
