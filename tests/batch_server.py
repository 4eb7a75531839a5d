"""OpenAI's files and batches endpoints on 127.0.0.1, with a count of what is paid for."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.endpoint import Body, Response, failure

Line = dict[str, Any]


@dataclass
class Held:
    """A batch as the server holds it."""

    id: str
    told: Body
    lines: list[Line]
    status: str = "validating"
    outputs: dict[str, str] = field(default_factory=dict)
    errors: list[Body] = field(default_factory=list)


class BatchServer:
    """Works on batches when it is told to.

    ``answer`` gives what a request gets; the server counts each answer with status 200 as paid, by
    the request's body. ``limit`` is how many tokens, of four bytes each, may wait in batches.
    """

    def __init__(self, answer: Callable[[Body], Response], limit: int | None = None) -> None:
        self.answer = answer
        self.limit = limit
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Held] = {}
        self.paid: Counter[str] = Counter()
        self.deleted: list[str] = []
        self.called: list[str] = []
        self.trouble: dict[str, Response] = {}
        self.numbers = count(1)
        self.lock = threading.RLock()
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def waiting(self) -> list[Held]:
        """The batches that have not ended."""
        return [batch for batch in self.batches.values() if batch.status == "in_progress"]

    def work(self, share: float = 1.0, ending: str = "completed") -> None:
        """End all batches with a share of their requests answered, in no order."""
        with self.lock:
            for batch in self.waiting:
                self.end(batch, round(share * len(batch.lines)), ending)

    def end(self, batch: Held, done: int, ending: str) -> None:
        """Answer the last ``done`` requests, last one first, and give up the others."""
        good: list[str] = []
        bad: list[str] = []
        for number, line in enumerate(reversed(batch.lines)):
            if number >= done:
                error = {"code": f"batch_{ending}", "message": "too late"}
                bad.append(self.result(line, response=None, error=error))
                continue
            response = self.answer(line["body"])
            if response.status == 200:
                self.paid[json.dumps(line["body"], sort_keys=True)] += 1
            body = json.loads(response.body)
            told = {"status_code": response.status, "request_id": "r", "body": body}
            (good if response.status == 200 else bad).append(
                self.result(line, response=told, error=None)
            )
        batch.status = ending
        for name, lines in (("output_file_id", good), ("error_file_id", bad)):
            if lines:
                batch.outputs[name] = self.keep("".join(lines).encode())

    def result(self, line: Line, **told: object) -> str:
        """A line of a file of results."""
        answered = {"id": f"r{next(self.numbers)}", "custom_id": line["custom_id"], **told}
        return json.dumps(answered, ensure_ascii=False) + "\n"

    def keep(self, content: bytes) -> str:
        """File some content; its id."""
        name = f"file-{next(self.numbers)}"
        self.files[name] = content
        return name

    def create(self, told: Body) -> Response:
        """A new batch; what OpenAI finds wrong with it later is found wrong at once."""
        if told["input_file_id"] not in self.files:
            return failure(404)
        content = self.files[told["input_file_id"]]
        lines = [json.loads(line) for line in content.splitlines()]
        batch = Held(f"batch-{next(self.numbers)}", told, lines, "in_progress")
        waiting = sum(map(_tokens, [*self.waiting, batch]))
        if self.limit is not None and waiting > self.limit:
            batch.status = "failed"
            message = f"Enqueued token limit reached. Limit: {self.limit:,} enqueued tokens."
            batch.errors = [{"code": "token_limit_exceeded", "message": message}]
        if len({(line["url"], line["body"]["model"]) for line in lines}) > 1:
            batch.status, batch.errors = "failed", [{"code": "mismatched_model"}]
        if len({line["custom_id"] for line in lines}) < len(lines):
            batch.status, batch.errors = "failed", [{"code": "duplicate_custom_id"}]
        self.batches[batch.id] = batch
        return self.shown(batch)

    def shown(self, batch: Held) -> Response:
        """A batch as the server tells it."""
        return Response(json.dumps(_told(batch)))

    def listed(self, after: str | None, limit: int) -> Response:
        """A page of batches, newest first."""
        newest = list(reversed(self.batches.values()))
        names = [batch.id for batch in newest]
        start = names.index(after) + 1 if after else 0
        page = [_told(batch) for batch in newest[start : start + limit]]
        more = start + limit < len(newest)
        return Response(
            json.dumps(
                {"object": "list", "data": page, "has_more": more, "last_id": page[-1]["id"]}
                if page
                else {"object": "list", "data": [], "has_more": False}
            )
        )

    def got(self, method: str, path: str, query: Mapping[str, list[str]]) -> Response:
        """The answer to a request without a body."""
        match (method, *path.strip("/").split("/")[1:]):
            case ("GET", "files", name, "content") if name in self.files:
                return Response(self.files[name].decode(), kind="application/octet-stream")
            case ("DELETE", "files", name) if name in self.files:
                self.deleted.append(name)
                del self.files[name]
                return Response(json.dumps({"id": name, "object": "file", "deleted": True}))
            case ("GET", "batches", name) if name in self.batches:
                return self.shown(self.batches[name])
            case ("GET", "batches"):
                return self.listed(query.get("after", [""])[0], int(query["limit"][0]))
        return failure(404)

    def posted(self, path: str, kind: str, content: bytes) -> Response:
        """The answer to a request with a body."""
        if path.endswith("/files"):
            name = self.keep(_uploaded(kind, content))
            file = {"id": name, "object": "file", "bytes": len(content), "created_at": 1}
            more = {"filename": "f.jsonl", "purpose": "batch", "status": "processed"}
            return Response(json.dumps({**file, **more}))
        return self.create(json.loads(content)) if path.endswith("/batches") else failure(404)


def _tokens(batch: Held) -> int:
    return sum(len(json.dumps(line["body"], ensure_ascii=False)) // 4 for line in batch.lines)


def _told(batch: Held) -> Body:
    done = 0 if batch.status == "in_progress" else len(batch.lines)
    return {
        **batch.told,
        "id": batch.id,
        "object": "batch",
        "created_at": 1,
        "status": batch.status,
        "request_counts": {"total": len(batch.lines), "completed": done, "failed": 0},
        "errors": {"object": "list", "data": batch.errors} if batch.errors else None,
        **batch.outputs,
    }


def _uploaded(kind: str, content: bytes) -> bytes:
    """The file in a form."""
    form = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
    fields = {
        part.get_param("name", header="content-disposition"): part for part in form.iter_parts()
    }
    assert fields["purpose"].get_content().strip() == "batch"
    file = fields["file"].get_payload(decode=True)
    assert isinstance(file, bytes)
    return file


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, held: BatchServer) -> None:
        self.held = held
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Say nothing."""

    def do_GET(self) -> None:
        self.reply(b"")

    def do_DELETE(self) -> None:
        self.reply(b"")

    def do_POST(self) -> None:
        self.reply(self.body())

    def body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        content = b""  # a file is sent in chunks
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def reply(self, content: bytes) -> None:
        held, url = self.server.held, urlsplit(self.path)
        call = f"{self.command} {url.path}"
        with held.lock:
            held.called.append(call)
            if self.command == "POST":
                response = held.posted(url.path, self.headers["Content-Type"], content)
            else:
                response = held.got(self.command, url.path, parse_qs(url.query))
            response = held.trouble.pop(
                call, response
            )  # done all the same, as when a reply is lost
        self.send(response)

    def send(self, response: Response) -> None:
        content = response.body.encode()
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", response.kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if response.cut else content)
        self.close_connection = response.cut
