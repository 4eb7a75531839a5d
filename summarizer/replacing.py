"""Files that are whole or as they were: written beside their place, then moved into it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file's path, to be written in the block; where that ends well, it becomes ``path``.

    Until then, and after an error, what stood there stays. A link is kept, what it leads to is
    replaced; pipes and devices are written into. Raises ``OSError`` that names ``path``.
    """
    target = path.resolve()
    is_replaced = target.is_file() or not target.exists()
    draft = target.with_name(f".{target.name}.{os.getpid()}{target.suffix}")
    try:
        yield draft if is_replaced else target
        if is_replaced:
            draft.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        if is_replaced:
            draft.unlink(missing_ok=True)
