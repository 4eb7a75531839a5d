"""What can go wrong on purpose.

SummarizerError
└── DocumentError      the document cannot be read      (says which file and what to do next)

Catching the root catches everything raised on purpose; anything else is a defect.
"""


class SummarizerError(Exception):
    """Root of all errors raised on purpose; the message fits one line."""


class DocumentError(SummarizerError):
    """The document cannot be read as text."""
