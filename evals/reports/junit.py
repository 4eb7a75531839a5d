"""Results as JUnit XML: a suite for each setup, a case for each document."""

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from evals.reports import wording
from evals.reports.overview import Overview, Standing
from evals.results import Scored
from summarizer.view import clean


def text(overview: Overview) -> str:
    """The report as XML; a document with anything wrong fails, one without summary is an error."""
    suites = ET.Element("testsuites", name="summaries against gold")
    suites.extend(_suite(standing) for standing in overview.standings)
    ET.indent(suites)
    written = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def _suite(standing: Standing) -> ET.Element:
    label = clean(standing.label)
    cases = [_case(label, *told) for told in standing.outcome.by_document.items()]
    scored = standing.outcome.scored
    suite = ET.Element(
        "testsuite",
        name=label,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        time=_time(scored),
    )
    suite.extend(cases)
    return suite


def _case(label: str, name: str, several: Sequence[Scored]) -> ET.Element:
    case = ET.Element("testcase", classname=label, name=clean(name), time=_time(several))
    failures = [clean(one.answer.failure) for one in several if one.answer.failure]
    wrong = list(_wrong(several))
    if failures:
        ET.SubElement(case, "error", message=failures[0]).text = "\n".join(failures)
    elif wrong:
        message = wording.number_of(len(wrong), "error")
        ET.SubElement(case, "failure", message=message).text = "\n".join(wrong)
    return case


def _wrong(several: Sequence[Scored]) -> Iterator[str]:
    for one in several:
        repeat = f"repeat {one.answer.repeat + 1}: " if len(several) > 1 else ""
        for verdict in one.score.verdicts:
            if not verdict.is_right:
                yield clean(f"{repeat}{wording.line(verdict)}")


def _time(several: Sequence[Scored]) -> str:
    return f"{sum(one.answer.seconds for one in several):.3f}"
