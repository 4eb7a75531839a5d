"""Results as JUnit XML: a suite for each engine, a case for each document."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from evals.reports import wording
from evals.reports.overview import Overview, Standing, judged
from evals.results import Scored
from summarizer.view import clean


def text(overview: Overview) -> str:
    """The report as XML; a document with anything wrong fails, one without summary is an error."""
    suites = ET.Element("testsuites", name="summaries against gold")
    suites.extend(_suite(standing) for standing in overview.engines)
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
    failures = [clean(_failure(one, several)) for one in several if one.answer.failure]
    wrong = [clean(one.line) for one in judged(name, several)]
    if failures:
        ET.SubElement(case, "error", message=failures[0]).text = "\n".join(failures)
    if wrong:
        message = wording.number_of(len(wrong), "error")
        ET.SubElement(case, "failure", message=message).text = "\n".join(wrong)
    return case


def _failure(scored: Scored, several: Sequence[Scored]) -> str:
    answer = scored.answer
    return f"repeat {answer.repeat + 1}: {answer.failure}" if len(several) > 1 else answer.failure


def _time(several: Sequence[Scored]) -> str:
    return f"{sum(one.answer.seconds for one in several):.3f}"
