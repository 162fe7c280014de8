"""One question for each kind of form field; Ctrl-C leaves the wizard."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import questionary
from questionary import Choice

from erpgate.plugin.forms import Text
from erpgate.v1 import field_options_pb2, form_pb2
from erpgate.wizard import words
from erpgate.wizard.instants import is_instant, rfc_3339
from erpgate.wizard.values import Values, at_row, live_path

Options = Callable[[str, str], field_options_pb2.ListFieldOptionsResponse]
"""Gives the live options of a field's path that fit a text."""

_OK: Final = (field_options_pb2.FIELD_OPTIONS_STATUS_OK, field_options_pb2.FIELD_OPTIONS_STATUS_EMPTY)
_SEARCH: Final = "\x00search"
_AGAIN: Final = "\x00again"
_KINDS: Final[Mapping[int, Callable[[str], bool]]] = {
    form_pb2.FORM_FIELD_KIND_INTEGER: str.isdecimal,
    form_pb2.FORM_FIELD_KIND_DATE_TIME: is_instant,
}
"""What a text of a kind must be."""


class Questions:
    """Asks for fields of one form.

    Args:
        values: What is filled in; answers are put there.
        options: Gives live options.
        language: Of the form.
    """

    def __init__(self, values: Values, options: Options, language: str) -> None:
        self._values = values
        self._options = options
        self._language = language

    def ask(self, field: form_pb2.FormField, mapping: form_pb2.FormField | None = None) -> None:
        """Asks for one field and notes the answer.

        Args:
            field: To fill in.
            mapping: The table that the field is a column of.

        Raises:
            KeyboardInterrupt: The person leaves.
        """
        current = self._values.current(field)
        match field.kind:
            case form_pb2.FORM_FIELD_KIND_BOOL:
                answer: Any = self.confirm(field.label, default=bool(current), help_=field.help)
            case form_pb2.FORM_FIELD_KIND_SELECT:
                answer = self._one(field, mapping, current)
            case form_pb2.FORM_FIELD_KIND_MULTISELECT:
                answer = self._several(field, current or [])
            case form_pb2.FORM_FIELD_KIND_MAPPING:
                self._rows(field)
                return
            case form_pb2.FORM_FIELD_KIND_SECRET:
                answer = questionary.password(field.label, validate=self._check(field)).unsafe_ask()
            case _:
                answer = self._text(field, current)
        self._values.put(field.path, answer)

    def confirm(self, question: str, *, default: bool, help_: str = "") -> bool:
        """Asks for yes or no, which are keys too: the first letter in the form's language.

        Raises:
            KeyboardInterrupt: The person leaves.
        """
        words_of = {True: self.say(words.YES), False: self.say(words.NO)}
        choices = [Choice(word, value, shortcut_key=word[0].lower()) for value, word in words_of.items()]
        answer: bool = questionary.select(
            question,
            choices=choices,
            default=choices[not default],
            instruction=help_ or self.say(words.ARROWS),
            use_shortcuts=True,
        ).unsafe_ask()
        return answer

    def say(self, sentence: Text) -> str:
        """One of the terminal's own words."""
        return sentence.in_language(self._language)

    def _text(self, field: form_pb2.FormField, current: Any) -> Any:
        hint = field.help or (f"({field.example})" if field.example else "")
        answer: str = questionary.text(
            field.label,
            default="" if current is None else str(current),
            instruction=f"{hint} " if hint else None,
            validate=self._check(field),
        ).unsafe_ask()
        answer = answer.strip()
        if field.kind == form_pb2.FORM_FIELD_KIND_INTEGER:
            return int(answer) if answer else None
        if field.kind == form_pb2.FORM_FIELD_KIND_DATE_TIME:
            return rfc_3339(answer) if answer else None
        return answer or None

    def _check(self, field: form_pb2.FormField) -> Callable[[str], bool | str]:
        """What can be told without asking the server; the server checks everything again."""
        kind = _KINDS.get(field.kind)
        wrong = self.say(words.WRONG) + (f" ({field.example})" if field.example else "")

        def check(text: str) -> bool | str:
            text = text.strip()
            if not text:
                return self.say(words.REQUIRED) if field.required else True
            fits = not field.pattern or re.search(field.pattern, text) is not None
            fits = fits and (not field.max_length or len(text) <= field.max_length)
            return True if fits and (kind is None or kind(text)) else wrong

        return check

    def _one(self, field: form_pb2.FormField, mapping: form_pb2.FormField | None, current: Any) -> str | None:
        query = ""
        while True:
            choices, more = self._choices(field, live_path(field, mapping), query)
            if current and all(choice.value != current for choice in choices):
                choices.append(Choice(str(current), current))
            if not field.required:
                choices.insert(0, Choice(self.say(words.NONE), ""))
            choices += more
            if not choices:
                self._nothing(field)
                return None
            default = next((choice for choice in choices if choice.value == (current or "")), None)
            answer: str = questionary.select(
                field.label, choices=choices, default=default, instruction=field.help or self.say(words.ARROWS)
            ).unsafe_ask()
            if answer == _SEARCH:
                query = questionary.text(self.say(words.SEARCH)).unsafe_ask()
            elif answer != _AGAIN:
                return answer or None

    def _several(self, field: form_pb2.FormField, current: Sequence[str]) -> list[str] | None:
        choices, _ = self._choices(field, field.path, "")
        known = {choice.value for choice in choices}
        choices += [Choice(value, value) for value in current if value not in known]
        for choice in choices:
            choice.checked = choice.value in current
        if not choices:
            self._nothing(field)
            return None
        answer: list[str] = questionary.checkbox(
            field.label, choices=choices, instruction=f"{field.help} {self.say(words.SEVERAL)}".strip()
        ).unsafe_ask()
        return answer or None

    def _choices(self, field: form_pb2.FormField, path: str, query: str) -> tuple[list[Choice], list[Choice]]:
        """The options of a field, and what can be done instead of choosing one."""
        if not field.live_options:
            return [Choice(option.label, option.value) for option in field.options], []
        found = self._options(path, query)
        more = [Choice(self.say(words.SEARCH), _SEARCH)] if found.next_page_token or query else []
        if found.status not in _OK:
            questionary.print(found.message, style="fg:ansired")
            more.append(Choice(self.say(words.AGAIN), _AGAIN))
        return [Choice(option.label, option.value) for option in found.options], more

    def _nothing(self, field: form_pb2.FormField) -> None:
        questionary.print(f"{field.label}: {self.say(words.NOTHING)}")

    def _rows(self, field: form_pb2.FormField) -> None:
        while self.confirm(f"{field.label}: {self.say(words.ADD)}", default=False, help_=field.help):
            keys, _ = self._choices(field, field.path, "")
            key = (
                questionary.select(field.label, choices=keys).unsafe_ask()
                if keys
                else questionary.text(field.label).unsafe_ask().strip()
            )
            for column in field.columns if key else ():
                placed = at_row(column, key)
                defaults = {each.path: each for each in (at_row(other, key) for other in field.columns)}
                if self._values.holds(placed.visible_if, defaults):
                    self.ask(placed, field)
