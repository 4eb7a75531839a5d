"""A file is whole or as it was."""

import os
from pathlib import Path

import pytest

from summarizer.replacing import replacing


def test_what_stood_there_stays_until_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    path.write_text("old")

    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert [*tmp_path.iterdir()] == [path]


def test_an_error_leaves_what_stood_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "told.json"
    path.write_text("old")

    def broken_off() -> None:
        with replacing(path) as draft:
            draft.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()

    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_draft_ends_as_its_file_does(tmp_path: Path) -> None:
    with replacing(tmp_path / "told.xlsx") as draft:
        assert draft.suffix == ".xlsx"
        draft.touch()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "told.json", tmp_path / "link.json"
    link.symlink_to(path)

    with replacing(link) as draft:
        draft.write_text("new")

    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_device_is_written_into() -> None:
    with replacing(Path(os.devnull)) as draft:
        assert draft == Path(os.devnull)


def test_an_error_names_the_file_not_its_draft(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "told.json"

    with pytest.raises(FileNotFoundError) as caught, replacing(path) as draft:
        draft.write_text("new")

    assert caught.value.filename == str(path)
