"""A draft: all that an engine may decide about a document, by clause number.

A draft holds no quote, no offset and no figure; ``summarizer.assemble`` takes those from
the source. A clause number that does not exist, a name that the source does not contain or
a deadline that is not written there is dropped and reported, never repaired.
"""

from pydantic import Field

from schemas.summary import Frozen, IssuerKind, Sector


class DraftItem(Frozen):
    """A result or a shortcoming."""

    clauses: tuple[int, ...] = Field(description="Numbers of the clauses that say so, in order.")
    sector: Sector = Field(description="The field of the thing measured, not of who reports it.")
    indicator: str | None = Field(
        default=None,
        description="Name of what is measured, understandable alone; null if nothing is.",
    )
    statement: str | None = Field(
        default=None,
        description="A concise rewording of these clauses, only where one is asked for.",
    )


class DraftTarget(DraftItem):
    """An end set for a coming period."""

    deadline: str | None = Field(
        default=None, description="Words of the source that say until when."
    )


class DraftIssuer(Frozen):
    """Who gives directives; told once, referred to by position."""

    name: str = Field(description="Name of the person or body, as written.")
    posts: tuple[str, ...] = Field(default=(), description="Posts of the person, as written.")
    kind: IssuerKind = Field(description="person, body, or document a body issues.")
    document: str | None = Field(default=None, description="The document, if one is named.")


class DraftDirective(Frozen):
    """An order or task."""

    clauses: tuple[int, ...] = Field(description="Numbers of the clauses that say it, in order.")
    sector: Sector = Field(description="The field of the thing ordered.")
    issuer: int | None = Field(
        default=None, description="Position of the issuer in `issuers`, counted from 0."
    )
    addressees: tuple[str, ...] = Field(default=(), description="Who is to act, as written.")
    deadline: str | None = Field(
        default=None, description="Words of the source that bound this very action in time."
    )
    statement: str | None = Field(
        default=None,
        description="A concise rewording of these clauses, only where one is asked for.",
    )


class Draft(Frozen):
    """Which clauses form which item of which list."""

    overview: str = Field(default="", description="Two or three sentences on the document.")
    achievements: tuple[DraftItem, ...] = ()
    shortcomings: tuple[DraftItem, ...] = ()
    targets: tuple[DraftTarget, ...] = ()
    issuers: tuple[DraftIssuer, ...] = ()
    directives: tuple[DraftDirective, ...] = ()
