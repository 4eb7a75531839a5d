"""Counts that are announced and measure nothing: 14 nhiệm vụ, 149 đại biểu, 5 tập thể."""

from summarizer.endings import Endings
from summarizer.lexicon import Lexicon, language

_DATA = language("numbers")
_AFTER = frozenset(_DATA["result"]["after"])
_REACHES = frozenset(_DATA["result"]["reaches"])
_COUNTS = frozenset(_DATA["result"]["counts"])
_BEFORE = Endings((phrase, True) for phrase in _DATA["result"]["before"])
_AWARDS = Lexicon((phrase, True) for phrase in _DATA["award"]["words"])
_PRIZES = frozenset(_DATA["award"]["counts"])
_PAPERS = frozenset(_DATA["session"]["papers"])
_SESSION = frozenset(_DATA["session"]["verbs"])
_STOPS = frozenset((".", "\n", "!", "?"))
_BREAKS = frozenset((",", ".", ";", ":", "\n", "(", ")"))
_NEAR = 8  # tokens in which a count of tasks may be said to be reached
_LONGEST = 400  # tokens of the longest sentence looked back through


class Announcements:
    """Tells counts of people present, prize-winners and tasks from results."""

    def __init__(self, words: list[str]) -> None:
        """Behind the last word must stand a line break."""
        self._words = words
        self._attended_until = 0
        self._award_from, self._award_until = 0, -1
        self._award = False

    def is_attendance(self, p: int) -> bool:
        """A number behind a count of delegates in the same sentence."""
        return p < self._attended_until

    def is_prize(self, p: int) -> bool:
        """25 cá nhân in a sentence that hands out awards."""
        return self._words[p + 1] in _PRIZES and self._awards(p)

    def is_announced(self, p: int, last: int) -> bool:
        """14 nhiệm vụ trọng tâm; not "03 chỉ tiêu không đạt", nor a part of a whole."""
        if self._words[p - 1] == "/":
            return False
        return self._words[p + 1] not in _COUNTS or not self._is_result(p, last)

    def is_procedural(self, p: int) -> bool:
        """149 đại biểu, 5 tập thể, 12 nghị quyết được thông qua."""
        word = self._words[p + 1]
        if self._words[p - 1] == "/" or (word == "tập" and not self._awards(p)):
            return False
        if word in _PAPERS:
            return not _SESSION.isdisjoint(self._words[max(0, p - _NEAR) : p])
        if word == "đại":
            self._attended_until = self._sentence_end(p)
        return True

    def _is_result(self, p: int, last: int) -> bool:
        """03 chỉ tiêu không đạt; hoàn thành 15 chỉ tiêu."""
        if self._words[last] in _AFTER:
            return True
        for word in self._words[last + 1 : last + _NEAR]:
            if word in _BREAKS or word[0].isdecimal():
                break
            if word in _REACHES:
                return True
        return bool(_BEFORE.before(self._words, p)) and self._words[last] != "trọng"

    def _awards(self, p: int) -> bool:
        """Whether the sentence around hands out awards; looked up once for each sentence."""
        if not self._award_from <= p < self._award_until:
            self._award_from, self._award_until = self._sentence_start(p), self._sentence_end(p)
            hits = _AWARDS.scan(self._words, self._award_from, self._award_until)
            self._award = next(hits, None) is not None
        return self._award

    def _sentence_end(self, p: int) -> int:
        while self._words[p] not in _STOPS:
            p += 1
        return p

    def _sentence_start(self, p: int) -> int:
        floor = max(self._award_until, p - _LONGEST, 0)
        while p > floor and self._words[p - 1] not in _STOPS:
            p -= 1
        return p
