"""Templates become text. Only this module knows jinja2, so that it loads when first needed."""

from collections.abc import Iterator, Mapping
from types import TracebackType

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from prompts.errors import PromptError
from prompts.sources import SUFFIX, VALUES, Source


class Renderer:
    """Compiled templates; values are text and are never read as templates.

    All templates are compiled at once and the values they use are checked, so that a mistake
    shows before anything is paid for.
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._environment = Environment(
            loader=FunctionLoader(self._load),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 - the text goes to a model, not to a browser
            auto_reload=False,
        )
        self._templates = {name: self._compiled(name) for name in sources}
        for name, known in VALUES.items():
            self._check(name, known)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """The text of one template."""
        try:
            return self._templates[name].render(values)
        except Exception as error:
            raise self._told(name, error) from error

    def _load(self, name: str) -> tuple[str, str, None] | None:
        source = self._sources.get(name.removesuffix(SUFFIX))
        return source and (source.text, source.file, None)

    def _compiled(self, name: str) -> Template:
        try:
            return self._environment.get_template(name + SUFFIX)
        except TemplateError as error:
            raise self._told(name, error) from error

    def _check(self, name: str, known: frozenset[str]) -> None:
        source = self._sources[name]
        tree = self._environment.parse(source.text)
        for used in sorted(find_undeclared_variables(tree) - known):
            line = next(n.lineno for n in tree.find_all(nodes.Name) if n.name == used)
            got = ", ".join(sorted(known))
            raise PromptError(source.file, line, f"{used!r} is undefined; it gets {got}")

    def _told(self, name: str, error: Exception) -> PromptError:
        file, line = self._place(name, error)
        reason = str(error)
        if isinstance(error, TemplateSyntaxError):
            reason = error.message or reason
        elif isinstance(error, TemplateNotFound):
            reason = f"there is no template {error.name!r}"
        return PromptError(file, line, reason)

    def _place(self, name: str, error: Exception) -> tuple[str, int | None]:
        """The innermost line of a template that the error passed through."""
        if isinstance(error, TemplateSyntaxError):
            return error.filename or self._sources[name].file, error.lineno
        known = {source.file for source in self._sources.values()}
        lines = [place for place in _places(error.__traceback__) if place[0] in known]
        return lines[-1] if lines else (self._sources[name].file, None)


def _places(trace: TracebackType | None) -> Iterator[tuple[str, int]]:
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
