"""``--gate`` and ``--accept``: results are held to the baselines, or become the baselines.

All that can be refused without asking anybody is refused before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals import checks
from evals.baselines import (
    Baseline,
    baseline_file,
    is_of_other_gold,
    read_baseline,
    refuse_other_engine,
    write_baseline,
)
from evals.errors import EvalError, StaleError, counted
from evals.gate import Gate, failures, held, invariants, named
from evals.gold import GoldFile
from evals.lock import digest
from evals.results import BOUNDS, Outcome, Results, Setup
from summarizer.cli.telling import DONE, FAILED, tell

_SHOWN = 20  # changes that are named at once
_NAMED = 3  # failures in a message


@dataclass(frozen=True)
class Gatekeeper:
    """Guards the baselines in a folder, of gold that was read from places."""

    golds: Sequence[GoldFile]
    places: Sequence[Path]
    folder: Path

    def check(self, setups: Iterable[Setup], *, gate: bool, accept: bool) -> Mapping[str, Baseline]:
        """Look at lock, gold and baselines before a run; the baselines to hold to, by labels.

        Raises ``StaleError`` for what is missing or of something else, ``EvalError`` if nothing
        could be accepted. What does not matter without a gate is only told.
        """
        for change in checks.lock_changes(self.golds, self.places):
            if gate or accept:
                raise StaleError(change)
            tell(change)
        engines = [setup for setup in setups if setup.model not in BOUNDS]
        if accept:
            checks.check_quotes(self.golds)
            checks.check_folder(self.folder)
            for setup in engines:
                refuse_other_engine(baseline_file(self.folder, setup), setup)
        if not gate:
            return {}
        for warning in checks.unlocked(self.places):
            tell(warning)
        gold = digest(self.golds)
        return {
            setup.label: read_baseline(baseline_file(self.folder, setup), setup, gold)
            for setup in engines
        }

    def accept(self, results: Results) -> None:
        """Make results the baselines; ``EvalError`` and none of them if any answer failed."""
        engines, gold = _engines(results.outcomes), digest(self.golds)
        if lost := [failure for outcome in engines for failure in failures(outcome)]:
            shown = "; ".join(lost[:_NAMED]) + ("; …" if len(lost) > _NAMED else "")
            raise EvalError(f"nothing was accepted, {counted(len(lost), 'answer')} failed: {shown}")
        for outcome in engines:
            path = baseline_file(self.folder, outcome.setup)
            other = ", instead of one of other gold" if is_of_other_gold(path, gold) else ""
            write_baseline(path, Baseline(outcome, gold))
            tell(f"{path}: the baseline of {outcome.setup.label}{other}; review its difference")

    def judge(self, results: Results, before: Mapping[str, Baseline]) -> int:
        """Tell what the gate finds and return the exit code.

        Raises ``EvalError`` if an engine answered nothing: an outage says nothing of its quality.
        """
        if silent := [_outage(outcome) for outcome in results.outcomes if outcome.outage]:
            raise EvalError(f"{'; '.join(silent)}; nothing was held to its baseline")
        engines = _engines(results.outcomes)
        gates = [held(before[outcome.setup.label], outcome) for outcome in engines]
        return _told([Gate(tuple(invariants(results))), *gates])


def tell_outages(results: Results) -> None:
    """Warn of engines that answered nothing."""
    for outcome in results.outcomes:
        if outcome.outage:
            tell(_outage(outcome))


def _engines(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.setup.model not in BOUNDS]


def _outage(outcome: Outcome) -> str:
    answers = counted(len(outcome.scored), "answer")
    return f"{outcome.setup.label}: all of {answers} failed, most often: {outcome.outage}"


def _told(gates: Sequence[Gate]) -> int:
    faults = [fault for gate in gates for fault in gate.faults]
    better = [f"better: {named(change)}" for gate in gates for change in gate.better]
    for warning in (warning for gate in gates for warning in gate.warnings):
        tell(f"gate: {warning}")
    for line in (*faults[:_SHOWN], *better[:_SHOWN]):
        tell(f"gate: {line}")
    if better:
        kept = "keep it so: the same command with --accept instead"
        tell(f"gate: {len(better)} better than the baseline; {kept}")
    tell(f"gate: fallen, {len(faults)} worse" if faults else "gate: open, nothing is worse")
    return FAILED if faults else DONE
