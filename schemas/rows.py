"""A row of a batch: one document, summarized or failed."""

import json
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.summary import Frozen, Summary


class Failure(Frozen):
    """Why a document has no summary."""

    type: str = Field(description="Class of the error, such as `DocumentError`.")
    message: str = Field(description="What went wrong and what to do next, on one line.")
    code: str | None = Field(
        default=None, description="Short machine-readable code of a model's failure."
    )


class Row(Frozen):
    """One document of a batch."""

    name: str = Field(description="Name of the document, unique in its batch.")
    status: Literal["ok", "failed"]
    summary: Summary | None = None
    error: Failure | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        has_summary, has_error = self.summary is not None, self.error is not None
        if has_summary == has_error or has_summary != (self.status == "ok"):
            raise ValueError("a row holds a summary if its status is ok, else an error")
        return self

    def line(self) -> bytes:
        """One line of JSON in UTF-8, line break included; what is not there is left out."""
        if self.summary is not None:
            key, told = "summary", self.summary.model_dump_json()
        else:
            assert self.error is not None  # noqa: S101 - validated
            key, told = "error", self.error.model_dump_json(exclude_none=True)
        name = json.dumps(self.name, ensure_ascii=False)
        return f'{{"name":{name},"status":"{self.status}","{key}":{told}}}\n'.encode()
