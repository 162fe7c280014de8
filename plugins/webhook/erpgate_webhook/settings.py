"""What the operator sets: where messages go, and what signs them."""

from typing import Annotated
from urllib.parse import urlsplit

import pydantic

SHORTEST_SECRET = 32
"""Characters."""


def _is_address(url: pydantic.SecretStr) -> pydantic.SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise ValueError("must be an address such as https://example.com/erpgate")
    return url


def _is_long(secret: pydantic.SecretStr) -> pydantic.SecretStr:
    secrets = secret.get_secret_value().split()
    if not secrets or any(len(each) < SHORTEST_SECRET for each in secrets):
        raise ValueError(f"must have at least {SHORTEST_SECRET} characters; several secrets have blanks between")
    return secret


class WebhookSettings(pydantic.BaseModel, frozen=True, hide_input_in_errors=True):
    """Settings of the webhook.

    Attributes:
        url: Where messages are posted to. It is shown nowhere, because such an address often holds a secret.
        secret: What signs them; of several, with blanks between, each signs, so that it can be changed.
    """

    url: Annotated[pydantic.SecretStr, pydantic.AfterValidator(_is_address)]
    secret: Annotated[pydantic.SecretStr, pydantic.AfterValidator(_is_long)]

    @property
    def secrets(self) -> list[bytes]:
        """Each of them."""
        return [each.encode() for each in self.secret.get_secret_value().split()]
