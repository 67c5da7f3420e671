"""The expressions of workflows, as far as ours use them: names, texts, `||`, `&&`, `==`, `!=`, `!`, and functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(r"\s*(?:(\|\||&&|==|!=|!|\(|\))|'([^']*)'|([A-Za-z_][\w.-]*))")
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)

Functions = Mapping[str, Callable[[], bool]]


def filled(text: str, context: Mapping[str, Any], functions: Functions) -> str:
    """A text with each expression in it replaced by its value."""
    return _EXPRESSION.sub(lambda found: _text(value(found[1], context, functions)), text)


def holds(condition: str, context: Mapping[str, Any], functions: Functions) -> bool:
    """Whether a condition holds, given with or without its braces."""
    found = _EXPRESSION.fullmatch(condition.strip())
    return bool(value(found[1] if found else condition, context, functions))


def value(expression: str, context: Mapping[str, Any], functions: Functions) -> Any:
    """The value of an expression. What is not known is empty, as on GitHub; what is not understood is an error."""
    parser = _Parser(expression, context, functions)
    result = parser.either()
    assert parser.at == len(parser.tokens), f"not understood: {expression}"
    return result


class _Parser:
    def __init__(self, expression: str, context: Mapping[str, Any], functions: Functions) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self._context = context
        self._functions = functions
        end = 0
        for found in _TOKEN.finditer(expression):
            assert found.start() == end, f"not understood: {expression}"
            end = found.end()
            sign, text, name = found.groups()
            self.tokens.append(("sign", sign) if sign else ("name", name) if name else ("text", text or ""))
        assert not expression[end:].strip(), f"not understood: {expression}"

    def either(self) -> Any:
        left = self._both()
        while self._take("||"):
            right = self._both()
            left = left or right
        return left

    def _both(self) -> Any:
        left = self._compared()
        while self._take("&&"):
            right = self._compared()
            left = left and right
        return left

    def _compared(self) -> Any:
        left = self._one()
        for sign in ("==", "!="):
            if self._take(sign):
                return (_text(left) == _text(self._one())) is (sign == "==")
        return left

    def _one(self) -> Any:
        if self._take("!"):
            return not self._one()
        if self._take("("):
            inner = self.either()
            assert self._take(")")
            return inner
        kind, token = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return token
        assert kind == "name", f"not understood: {token}"
        if self._take("("):
            assert self._take(")")
            return self._functions[token]()
        found: Any = self._context
        for part in token.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return "" if found is None else found

    def _take(self, sign: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("sign", sign):
            self.at += 1
            return True
        return False


def _text(found: Any) -> str:
    return str(found).lower() if isinstance(found, bool) else str(found)
