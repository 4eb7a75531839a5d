"""Three small reports with their gold, and what a model may answer to them."""

from pathlib import Path

from evals.gold import GoldFile, read_all
from tests.endpoint import Body, Response, completion
from tests.telling import DATELINE

CLAIMS = {
    "a": "thu ngân sách đạt 45 tỷ đồng",
    "b": "sản lượng lúa đạt 5.807 tấn, bằng 102% kế hoạch",
    "c": "trồng rừng đạt 3.787 ha",
}


def written(folder: Path) -> tuple[GoldFile, ...]:
    """Gold of each claim, in a new folder."""
    folder.mkdir()
    for name, claim in CLAIMS.items():
        (folder / f"{name}.txt").write_text(f"{DATELINE}Theo báo cáo, {claim}.\n", "utf-8")
        value, unit = claim.partition("đạt ")[2].partition(",")[0].split(maxsplit=1)
        (folder / f"{name}.yaml").write_text(
            f"source: {name}.txt\nachievements:\n- quote: '{claim}'\n  sector: general\n"
            f"  figures: [{{role: level, value: {value.replace('.', '')}, unit: {unit}}}]\n",
            "utf-8",
        )
    return read_all([folder])


def reply(body: Body) -> Response:
    """What a model may answer: everything told is an achievement."""
    if body["response_format"]["json_schema"]["name"] == "verdicts":
        return completion({"verdicts": []})
    return completion(
        {
            "overview": "",
            "achievements": [
                {"clauses": [number], "sector": "general", "indicator": None}
                for number in range(1, 6)
            ],
            "shortcomings": [],
            "targets": [],
            "issuers": [],
            "directives": [],
        }
    )
