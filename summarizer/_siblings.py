"""Explains the one thing that common package names can break.

``schemas`` and ``prompts`` are ordinary words: a folder of that name beside a script, or another
distribution in the same environment, hides ours. Then a sentence beats an obscure ImportError.
"""

from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent


def check(*names: str) -> None:
    """Raise ImportError where Python would take a sibling package from somewhere else."""
    for name in names:
        found = _found(name)
        if found != HOME / name:
            raise ImportError(_sentence(name, found))


def _found(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None:
        return None
    if spec.origin is not None:
        origin = Path(spec.origin).resolve()
        return origin.parent if origin.name == "__init__.py" else origin
    places = list(spec.submodule_search_locations or ())
    return Path(places[0]).resolve() if places else None


def _sentence(name: str, found: Path | None) -> str:
    return (
        f"summarizer needs its own `{name}` package ({HOME / name}), but Python found "
        f"{found or 'none'}; rename yours, or run with `python -P`, "
        "or give summarizer an environment of its own"
    )


check("prompts", "schemas")
