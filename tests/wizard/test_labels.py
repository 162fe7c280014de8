"""The wizard of every ERP can be drawn in three languages, from what the server says alone."""

from collections.abc import Iterator

import pytest
from erpgate.v1 import channel_service_pb2, form_pb2
from fixtures.server import open_server
from fixtures.toy_world import ToyWorld

LANGUAGES = ("es", "en", "pt")


def texts(form: form_pb2.Form) -> Iterator[tuple[str, str]]:
    """Everything that a merchant reads, by where it stands."""
    yield from ((f"prerequisites[{number}]", sentence) for number, sentence in enumerate(form.prerequisites))
    for step in form.steps:
        yield f"{step.id}.title", step.title
        for field in step.fields:
            yield from of_field(field)


def of_field(field: form_pb2.FormField) -> Iterator[tuple[str, str]]:
    yield f"{field.path}.label", field.label
    yield f"{field.path}.help", field.help
    yield from ((f"{field.path}.options[{option.value}]", option.label) for option in field.options)
    for column in field.columns:
        yield from of_field(column)


@pytest.mark.parametrize("erp", ["alegra", "toy"])
async def test_labels_are_complete_in_three_languages(toy: ToyWorld, sqlite_url: str, erp: str) -> None:
    """A help text may be missing, but then in every language."""
    drawn = {}
    async with open_server(sqlite_url, toy) as door:
        for language in LANGUAGES:
            request = channel_service_pb2.GetErpRequest(name=f"erps/{erp}", language_code=language)
            drawn[language] = dict(texts((await door.channels.GetErp(request)).erp.form))
    assert drawn["es"].keys() == drawn["en"].keys() == drawn["pt"].keys()
    missing = [
        f"{key} in {language}"
        for key in drawn["es"]
        for language in LANGUAGES
        if not drawn[language][key].strip()
        and not (key.endswith(".help") and not any(drawn[other][key] for other in LANGUAGES))
    ]
    assert missing == []
