"""Files of questions on their way to a server and back."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from summarizer.batch.allowance import HALF, Allowance
from summarizer.batch.journal import Ledger
from summarizer.batch.questions import (
    MOST_TIMES,
    Questions,
    Settled,
    Shard,
    Size,
    Waiting,
)
from summarizer.batch.results import Result, read_result
from summarizer.errors import BudgetError, ModelError
from summarizer.filing import ENDED, Batch, Filing

_TOGETHER = 256  # results that share the waits for the disk
_UNSOUND = frozenset({"bad_request", "not_found"})
_TOO_MUCH = "token_limit_exceeded"
_LEAST = 50_000  # tokens that any server lets wait
_NAMED = re.compile(r"[Ll]imit: ([\d,]+)")


class Mail:
    """Sends questions out in files and takes results in.

    ``tally`` counts results by what became of them: ``answered``, ``refused`` for good, asked
    ``again``, ``known`` before, ``unknown`` ids, ``torn`` lines. ``troubles`` tells of batches that
    came to nothing, for people.
    """

    def __init__(self, ledger: Ledger, questions: Questions, folder: Path, size: Size) -> None:
        self.tally: Counter[str] = Counter()
        self.batches: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._ledger = ledger
        self._questions = questions
        self._folder = folder
        self._size = size

    # --- Out ------------------------------------------------------------------------------------

    async def send(self, filing: Filing, allowance: Allowance) -> None:
        """Have what is parked worked on, as much of it as may wait at the server and may be paid.

        Raises ``BudgetError`` if nothing is out and the next question does not fit the allowance.
        """
        for begun in self._questions.all("planned", "uploaded", "creating"):
            await self._submit(filing, begun)
        while size := self._room():
            shard = await self._questions.plan(size, allowance.takes)
            if shard is None:
                break
            await self._submit(filing, shard)
        if self._questions.unsent() and not self._questions.all("submitted"):
            raise BudgetError(allowance.told())

    def _room(self) -> Size | None:
        """How large the next file may be; None if it is better to wait."""
        known = [most for most in (self._size.tokens, self._questions.learnt()) if most]
        if not known:
            return self._size
        waiting = sum(shard.tokens for shard in self._questions.all("submitted"))
        room = min(known) - waiting
        if waiting and room < min(known) / 2:
            return None
        return replace(self._size, tokens=room)

    async def _submit(self, filing: Filing, shard: Shard) -> None:
        """Take a file from wherever it stands to a batch.

        Only the last step is paid for. If nobody knows whether it was done, the server is asked.
        """
        if shard.state == "planned":
            shard = await self._uploaded(filing, shard)
        about = {"run": self._ledger.run, "file": str(shard.id), "sha256": shard.hash}
        batch = await filing.find(about) if shard.state == "creating" else None
        if batch is None:
            await self._questions.mark(shard, "creating")
            batch = await self._created(filing, shard, about)
        await self._questions.mark(replace(shard, batch=batch.id), "submitted")

    async def _created(self, filing: Filing, shard: Shard, about: Mapping[str, str]) -> Batch:
        try:
            return await filing.create(shard.file, about)
        except ModelError as error:
            if error.code in _UNSOUND:  # the file may have expired; the next try begins with it
                await self._questions.rejected(shard, None)
            raise

    async def _uploaded(self, filing: Filing, shard: Shard) -> Shard:
        digest = sha256()
        with TemporaryFile(dir=self._folder) as content:
            for line in self._questions.lines(shard.id):
                digest.update(line)
                content.write(line)
            content.seek(0)
            file = await filing.upload(content)
        shard = replace(shard, state="uploaded", file=file, hash=digest.hexdigest())
        await self._questions.mark(shard, "uploaded")
        return shard

    # --- In -------------------------------------------------------------------------------------

    async def collect(self, filing: Filing) -> bool:
        """Take in what has ended, and tell whether anything has.

        Expired and cancelled batches have results too.
        """
        self.batches.clear()
        for shard in self._questions.all("submitted"):
            batch = await filing.batch(shard.batch)
            self.batches[batch.status] += 1
            if batch.status == "failed":
                await self._rejected(shard, batch)
            elif batch.has_ended:
                await self._collected(filing, shard, batch)
        return bool(self.batches.keys() & ENDED)

    async def look(self, filing: Filing) -> None:
        """Only ask how far the batches are."""
        for shard in self._questions.all("submitted"):
            self.batches[(await filing.batch(shard.batch)).status] += 1

    async def _collected(self, filing: Filing, shard: Shard, batch: Batch) -> None:
        for file in batch.outputs:
            async with aclosing(filing.lines(file)) as lines:
                await self.take(lines, HALF)
        await self._questions.collected(shard)
        if batch.status == "cancelled":
            self.troubles.append(f"batch {batch.id} was cancelled")
        with suppress(ModelError):  # the server deletes it one day
            await filing.forget(shard.file)

    async def _rejected(self, shard: Shard, batch: Batch) -> None:
        """Nothing was worked on. If too much waits at the server, less is sent from now on."""
        most = None
        if batch.error == _TOO_MUCH:
            others = self._questions.all("submitted")
            most = _fewer(sum(other.tokens for other in others), batch.told)
        else:
            self.troubles.append(f"batch {batch.id} failed ({batch.error}: {batch.told})")
        await self._questions.rejected(shard, most)

    async def take(self, lines: AsyncIterator[bytes], rate: float) -> None:
        """Take in lines of results; ``rate`` is the share of the price that each costs."""
        chunk: list[bytes] = []
        async for line in lines:
            chunk.append(line)
            if len(chunk) == _TOGETHER:
                await self._settle(chunk, rate)
                chunk = []
        await self._settle(chunk, rate)

    async def _settle(self, lines: Iterable[bytes], rate: float) -> None:
        """Answers are in the journal before their questions are settled."""
        found: dict[int, tuple[Waiting, Result]] = {}
        for line in filter(bytes.strip, lines):
            result = read_result(line, rate)
            if result is None:
                self.tally["torn"] += 1
            elif (waiting := self._questions.find(result.custom_id)) is None:
                self.tally["unknown"] += 1
            elif waiting.id in found or not waiting.is_open:
                self.tally["known"] += 1
            else:
                found[waiting.id] = waiting, result
        settled = [(waiting, _how(waiting, one), one.response) for waiting, one in found.values()]
        await asyncio.gather(
            *(
                self._ledger.put(waiting.key, waiting.owner, response)
                for waiting, how, response in settled
                if how == "answered"
            )
        )
        await self._questions.settle(settled)
        self.tally.update(how for _, how, _ in settled)


def _how(waiting: Waiting, result: Result) -> Settled:
    if result.is_answer:
        return "answered"
    return "refused" if result.is_final or waiting.attempt >= MOST_TIMES else "again"


def _fewer(refused: int, told: str) -> int:
    """How many tokens may wait, after so many were too much and the server told why."""
    named = _NAMED.search(told)
    limit = int(named[1].replace(",", "")) if named else refused
    return max(limit if limit < refused else refused // 2, _LEAST)
