"""Walks through the steps of a form; the server keeps what is filled in, so that it can be left and resumed."""

import uuid
from collections.abc import Callable, Iterable, Sequence

import questionary

from erpgate.client import Client, ErpgateError
from erpgate.v1 import channel_pb2, field_options_pb2, form_pb2
from erpgate.wizard import words
from erpgate.wizard.questions import Questions
from erpgate.wizard.values import Values, every, masks

_NOT_FOUND = "RESOURCE_NOT_FOUND"
_CREDENTIALS_INVALID = "ERP_CREDENTIALS_INVALID"


class Walk:
    """One channel's wizard.

    Args:
        client: Talks to the server.
        merchant: Whose channel it is.
        channel_id: Of the channel; empty for the ERP's name.
        language_code: Of labels and help.
    """

    def __init__(self, client: Client, merchant: str, channel_id: str, language_code: str) -> None:
        self._client = client
        self._parent = f"merchants/{merchant}"
        self._channel_id = channel_id
        self._language = language_code

    def run(self, erp: str) -> channel_pb2.Channel:
        """The whole wizard, from where it was left; gives the channel as it is then.

        Args:
            erp: Name of the ERP; empty to choose one.

        Raises:
            KeyboardInterrupt: The person leaves; nothing is lost.
            ErpgateError: The server refuses something that no field mends.
        """
        channel = self._stored(self._channel_id or erp)
        erp_name = channel.erp if channel is not None else f"erps/{erp}" if erp else self._choose_erp()
        offer = self._client.get_erp(erp_name, language_code=self._language)
        if channel is None:
            channel = self._stored(self._channel_id or erp_name.removeprefix("erps/"))
        questionary.print(offer.title, style="bold")
        for sentence in offer.form.prerequisites:
            questionary.print(sentence)
        credentials, *steps = offer.form.steps
        if channel is None:
            channel = self._sign_in(erp_name, offer.form, credentials)
        if channel.state == channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING:
            questionary.print(words.PENDING.in_language(offer.form.language_code))
            return channel
        for number, step in enumerate(steps):
            channel = self._fill_in(channel, offer.form, step, may_skip=number > 0)
        return self._finish(channel, offer.form)

    def _stored(self, channel_id: str) -> channel_pb2.Channel | None:
        if not channel_id:
            return None
        try:
            return self._client.get_channel(f"{self._parent}/channels/{channel_id}")
        except ErpgateError as error:
            if error.reason != _NOT_FOUND:
                raise
            return None

    def _choose_erp(self) -> str:
        erps = self._client.list_erps().erps
        choices = [questionary.Choice(erp.title, erp.name) for erp in erps]
        return str(questionary.select(words.ERP.in_language(self._language or "es"), choices=choices).unsafe_ask())

    def _sign_in(self, erp: str, form: form_pb2.Form, step: form_pb2.FormStep) -> channel_pb2.Channel:
        values = Values()
        values.put("erp", erp)
        questions = self._questions(values, form, "")

        def create() -> channel_pb2.Channel:
            return self._client.create_channel(
                self._parent,
                values.channel(),
                values.credentials(),
                channel_id=self._channel_id,
                request_id=str(uuid.uuid4()),
            )

        questionary.print(step.title, style="bold")
        self._ask(questions, values, form, step.fields)
        account = [field for field in step.fields if _is_credential(field)]
        return self._until_accepted(questions, values, form, create, step.fields, again=account)

    def _fill_in(
        self, channel: channel_pb2.Channel, form: form_pb2.Form, step: form_pb2.FormStep, *, may_skip: bool
    ) -> channel_pb2.Channel:
        values = Values(channel)
        questions = self._questions(values, form, channel.name)
        questionary.print(step.title, style="bold")
        if may_skip and not questions.confirm(questions.say(words.SKIP), default=False):
            return channel
        self._ask(questions, values, form, step.fields)

        def update() -> channel_pb2.Channel:
            self._rotate(channel.name, values)
            return self._client.update_channel(values.channel(), masks(step.fields))

        return self._until_accepted(questions, values, form, update, list(every(form)))

    def _finish(self, channel: channel_pb2.Channel, form: form_pb2.Form) -> channel_pb2.Channel:
        values = Values(channel)
        values.put("etag", None)
        questions = self._questions(values, form, channel.name)
        mended: list[form_pb2.FormField] = []

        def connect() -> channel_pb2.Channel:
            self._rotate(channel.name, values)
            if settings := [field for field in mended if not _is_credential(field)]:
                self._client.update_channel(values.channel(), masks(settings))
            return self._client.connect_channel(channel.name)

        connected = self._until_accepted(questions, values, form, connect, list(every(form)), mended=mended)
        label = words.CONNECTED.in_language(form.language_code)
        questionary.print(f"{label} {connected.display_name} ({connected.name})", style="bold")
        return connected

    def _rotate(self, channel: str, values: Values) -> None:
        """Replaces credentials that the ERP does not accept any more, once they were asked for again."""
        if credentials := values.credentials():
            self._client.rotate_credentials(channel, credentials)
            values.put("credentials", None)
            values.put("etag", None)  # the channel is another one now

    def _until_accepted(
        self,
        questions: Questions,
        values: Values,
        form: form_pb2.Form,
        send: Callable[[], channel_pb2.Channel],
        asked: Sequence[form_pb2.FormField],
        *,
        again: Sequence[form_pb2.FormField] = (),
        mended: list[form_pb2.FormField] | None = None,
    ) -> channel_pb2.Channel:
        """Sends, and asks again for what the server refuses, until it refuses nothing.

        Args:
            questions: Asks for a field.
            values: What is sent.
            form: The whole form.
            send: Sends it.
            asked: Fields that can be asked for again.
            again: Fields that are asked for again where the refusal is about none of those.
            mended: Takes the fields that were asked for again.
        """
        while True:
            try:
                return send()
            except ErpgateError as error:
                _tell(error, list(every(form)))
                wrong = _to_mend(error, asked)
                if not wrong:
                    if not self._again(questions):
                        raise
                    wrong = list(again)
                if mended is not None:
                    mended += [field for field in wrong if field not in mended]
                self._ask(questions, values, form, wrong)

    def _ask(
        self, questions: Questions, values: Values, form: form_pb2.Form, fields: Iterable[form_pb2.FormField]
    ) -> None:
        known = {field.path: field for field in every(form)}
        for field in fields:
            if values.holds(field.visible_if, known):
                questions.ask(field)

    def _again(self, questions: Questions) -> bool:
        return questions.confirm(f"{questions.say(words.AGAIN)}?", default=True)

    def _questions(self, values: Values, form: form_pb2.Form, channel: str) -> Questions:
        by_path = {field.path: field for field in every(form)}

        def options(path: str, query: str) -> field_options_pb2.ListFieldOptionsResponse:
            field = by_path.get(path)
            depends_on = field.depends_on if field is not None else ()
            given = {other: str(value) for other in depends_on if (value := values.get(other)) is not None}
            return self._client.list_field_options(
                channel, path, query=query, given=given, language_code=form.language_code
            )

        return Questions(values, options, form.language_code)


def _is_about(request_path: str, field: form_pb2.FormField) -> bool:
    """Whether a request's path names a form's field, or something within it: a row of a table, an element of a list."""
    path = request_path.removeprefix("channel.")
    return path == field.path or path.startswith((f"{field.path}.", f"{field.path}["))


def _is_credential(field: form_pb2.FormField) -> bool:
    return field.path.startswith("credentials.")


def _to_mend(error: ErpgateError, asked: Sequence[form_pb2.FormField]) -> list[form_pb2.FormField]:
    """The fields that the server refuses; credentials all together, because they may be of two accounts."""
    if error.reason == _CREDENTIALS_INVALID:
        return [field for field in asked if _is_credential(field)]
    return [field for field in asked if any(_is_about(path, field) for path in error.fields)]


def _tell(error: ErpgateError, wrong: Sequence[form_pb2.FormField]) -> None:
    for path, description in error.fields.items():
        label = next((field.label for field in wrong if _is_about(path, field)), path)
        questionary.print(f"{label}: {description}", style="fg:ansired")
    if not error.fields:
        questionary.print(error.message, style="fg:ansired")
