"""Read values as throng writes them into one line: YAML in flow style."""

import json
import re

from throng_analysis.errors import InputError

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_INTEGER = re.compile(r"[-+]?\d+")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_PLAIN = re.compile(r"(?:[^,\[\]{}:]|:(?! ))*")


def read_flow(text: str) -> object:
    """Return the number, text, truth value, list or dictionary that `text` stands for.

    Raises InputError if a bracket or a quote is not closed.
    """
    if text[:1] not in ("[", "{", '"', "'"):
        return _scalar(text)
    reader = _Reader(text)
    value = reader.value()
    if reader.rest().strip():
        raise InputError(f"not a value in YAML's flow style: {text}")
    return value


def _scalar(text: str) -> object:
    text = text.strip()
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return _WORDS.get(text, text)


class _Reader:
    """Goes through a text, one value after the other."""

    def __init__(self, text: str):
        self._text, self._at = text, 0

    def rest(self) -> str:
        return self._text[self._at :]

    def value(self) -> object:
        self._skip()
        opened = self.rest()[:1]
        if opened == "[":
            return self._items("]", self.value)
        if opened == "{":
            return dict(self._items("}", self._pair))
        if quoted := _QUOTED.match(self._text, self._at):
            self._at = quoted.end()
            return _unquote(quoted[0])
        plain = _PLAIN.match(self._text, self._at)
        self._at = plain.end()
        return _scalar(plain[0])

    def _items(self, closing: str, item) -> list:
        self._at += 1
        items = []
        while not self._takes(closing):
            items.append(item())
            if not self._takes(",") and self.rest()[:1] != closing:
                raise InputError(f"not a value in YAML's flow style: {self._text}")
        return items

    def _pair(self) -> tuple:
        key = self.value()
        if not self._takes(":"):
            raise InputError(f"not a value in YAML's flow style: {self._text}")
        return str(key), self.value()

    def _takes(self, sign: str) -> bool:
        self._skip()
        found = self._text.startswith(sign, self._at)
        self._at += found
        return found

    def _skip(self) -> None:
        while self.rest()[:1].isspace():
            self._at += 1


def _unquote(quoted: str) -> str:
    if quoted[0] == "'":
        return quoted[1:-1].replace("''", "'")
    try:
        return json.loads(quoted, strict=False)
    except json.JSONDecodeError:
        return quoted[1:-1]
