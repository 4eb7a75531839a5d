"""What goes to a model's server and comes back, and who may stand in between.

A request passes through any number of ``Around``s before it is sent: a journal that knows the
answer already, a budget, a gate that keeps to the server's rate. Each gets the request and the rest
of the way (``Send``), as a middleware of HTTP servers does. Values are plain, so that they cross
process borders.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property

OWNER: ContextVar[str] = ContextVar("owner", default="")
"""Name of the document for which requests are made; set by whoever works on a document."""


@dataclass(frozen=True)
class Request:
    """One POST of JSON.

    ``input_tokens`` and ``output_tokens`` are upper bounds that hold for every tokenizer;
    ``output_tokens`` is None if the server could not be told one. ``patience`` is seconds until
    the request is given up, counted from when it is sent.
    """

    url: str
    body: bytes = field(repr=False)
    input_tokens: int = 0
    output_tokens: int | None = 0
    patience: float = 600.0
    owner: str = ""
    again: int = 0

    @cached_property
    def key(self) -> str:
        """The same for the same question with the same parameters to the same model and server."""
        head = f"{self.url}\n{self.again or ''}\n".encode()
        return hashlib.sha256(head + self.body).hexdigest()


@dataclass(frozen=True)
class Response:
    """What came back.

    ``status`` is HTTP's, 0 if no whole answer came; then ``lost`` tells that the server may have
    worked, and be paid, for it all the same. ``headers`` have lower-case names. ``seconds`` is how
    long the request was under way. ``rate`` is the share of the price that is charged: 0 for
    an answer that was paid before, 0.5 for one of a hosted batch. ``record`` is the number of
    the request in a journal.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    lost: bool = False
    rate: float = 1.0
    record: int | None = None


Send = Callable[[Request], Awaitable[Response]]
Around = Callable[[Request, Send], Awaitable[Response]]


def through(arounds: Iterable[Around], send: Send) -> Send:
    """A way to send that passes through ``arounds``, the first one outermost."""
    for around in reversed(list(arounds)):
        send = _within(around, send)
    return send


def _within(around: Around, send: Send) -> Send:
    async def sent(request: Request) -> Response:
        return await around(request, send)

    return sent
