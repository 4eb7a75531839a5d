"""Files and hosted batches of an OpenAI-compatible server: what is asked of it, one call each."""

import os
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Self

import httpx2
from openai import APIStatusError, AsyncOpenAI, DefaultAioHttpClient, NotFoundError, OpenAIError
from openai.types import Batch as Told

from schemas import Usage
from summarizer.errors import ModelError
from summarizer.faults import Fault, refusal

PATH: Final = "/v1/chat/completions"
"""Where each request of a batch goes."""

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
"""What servers say of a batch that gives no more results."""

_RETRIES = 4  # of calls that may be repeated without harm
_CONNECT_SECONDS = 10.0
_SILENT_SECONDS = 300.0  # between two pieces of an upload or download
_PAGE = 100  # batches


@dataclass(frozen=True)
class Batch:
    """A batch as its server tells it.

    ``status`` is the server's word. ``outputs`` are the ids of the files with its results, those of
    failed requests included. ``error`` is a code and ``told`` a message if the whole batch failed.
    """

    id: str
    status: str
    outputs: tuple[str, ...] = ()
    done: int = 0
    error: str = ""
    told: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """Whether no more results will come."""
        return self.status in ENDED


class Filing:
    """The files and batches of one server; for use within one event loop.

    ``base_url`` and ``api_key`` default to ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY``. All methods
    raise ``ModelError``.
    """

    def __init__(self, base_url: str | None = None, api_key: str | None = None) -> None:
        self._client = AsyncOpenAI(
            api_key=(api_key or os.environ.get("OPENAI_API_KEY") or "none").strip(),
            base_url=base_url or os.environ.get("OPENAI_BASE_URL") or None,
            max_retries=_RETRIES,
            http_client=DefaultAioHttpClient(
                timeout=httpx2.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS)
            ),
        )
        self.server = self._client.base_url.host

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def upload(self, content: BinaryIO) -> str:
        """Upload a file of requests; the id that it has there."""
        with self._told():
            file = ("requests.jsonl", content)  # a path would be read into memory whole
            return (await self._client.files.create(file=file, purpose="batch")).id

    async def create(self, file: str, metadata: Mapping[str, str]) -> Batch:
        """Have an uploaded file worked on. Never repeated: what is created is paid for."""
        with self._told():
            batch = await self._client.with_options(max_retries=0).batches.create(
                input_file_id=file,
                endpoint=PATH,
                completion_window="24h",
                metadata=dict(metadata),
            )
            return _batch(batch)

    async def find(self, metadata: Mapping[str, str]) -> Batch | None:
        """The batch that was created with this metadata, which a server may add to."""
        with self._told():
            async for batch in self._client.batches.list(limit=_PAGE):
                if metadata.items() <= (batch.metadata or {}).items():
                    return _batch(batch)
            return None

    async def batch(self, name: str) -> Batch:
        """A batch by its id."""
        with self._told():
            return _batch(await self._client.batches.retrieve(name))

    async def forget(self, file: str) -> None:
        """Delete a file."""
        with self._told():
            await self._client.files.delete(file)

    async def lines(self, file: str) -> AsyncGenerator[bytes, None]:
        """The lines of a file, line breaks included; the last one may be torn."""
        with self._told():
            async with self._client.files.with_streaming_response.content(file) as response:
                rest = b""
                async for piece in response.iter_bytes():
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        yield line + b"\n"
                yield rest

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NotFoundError:
            told = f"{self.server}: no such file or batch; it may offer no hosted batches"
            raise ModelError(told, code="not_found") from None
        except APIStatusError as error:
            fault = refusal(error.status_code, error.body, error.response.headers, "")
            raise fault.error(self.server, Usage()) from None
        except (OpenAIError, httpx2.HTTPError):
            raise Fault("unreachable", transient=True).error(self.server, Usage()) from None


def _batch(batch: Told) -> Batch:
    errors = batch.errors.data if batch.errors and batch.errors.data else []
    first = errors[0] if errors else None
    counts = batch.request_counts
    return Batch(
        batch.id,
        batch.status,
        tuple(file for file in (batch.output_file_id, batch.error_file_id) if file),
        counts.completed + counts.failed if counts else 0,
        (first and first.code) or "",
        (first and first.message) or "",
        batch.metadata or {},
    )
