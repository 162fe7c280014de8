"""What a merchant types: the form, its validation and what is stored, at once."""

from typing import Annotated

import pydantic
from erpgate.plugin import ChannelSettings, FormField, Text


class TemplateCredentials(pydantic.BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """Step 2 of the wizard."""

    token: Annotated[
        pydantic.SecretStr,
        FormField(kind="secret", label=Text(es="Token", en="Token", pt="Token"), affects="credentials"),
    ] = pydantic.Field(min_length=1)


class TemplateSettings(ChannelSettings, frozen=True, extra="forbid"):
    """Steps 3 and 4: what every ERP has, and this one's own."""

    book: Annotated[
        str,
        FormField(kind="text", label=Text(es="Libro", en="Book", pt="Livro"), affects="issuing"),
    ] = "sales"
