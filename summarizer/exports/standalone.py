"""Pages that stand alone: markup, style, script and data in one file.

Such a page asks no network and obeys nothing that a document holds: its policy lets only its own
style and script act, told by their hashes, and texts are data that the script shows as text.
"""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from summarizer.compact import compact, escaped

_UNSAFE = "<>&\u2028\u2029"  # may end the data, or a line of it


def template(package: str, **functions: Callable[..., object]) -> Template:
    """The template ``page.html.j2`` of a package, with functions to call or to filter by.

    ``style`` and ``script`` are its ``page.css`` and ``page.js``, ``style_hash`` and
    ``script_hash`` what the policy of the page has to name.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    for name, file in (("style", "page.css"), ("script", "page.js")):
        code = _asset(package, file)
        environment.globals[name] = Markup(code)  # noqa: S704 - ours
        environment.globals[f"{name}_hash"] = _hash(code)
    environment.globals |= functions
    environment.filters |= functions
    return environment.from_string(_asset(package, "page.html.j2"))


def data(value: object) -> Markup:
    """A value as JSON that HTML cannot take for markup."""
    return Markup(escaped(compact(value), _UNSAFE))  # noqa: S704 - escaped here


def _asset(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _hash(code: str) -> str:
    """As a content security policy names what may act (CSP 3, section 2.3.1)."""
    return f"sha256-{b64encode(sha256(code.encode()).digest()).decode()}"
