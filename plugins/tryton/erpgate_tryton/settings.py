"""What a merchant types in to connect Tryton: credentials, and what Tryton adds to every channel's settings."""

from typing import Annotated
from urllib.parse import urlsplit

import pydantic
from erpgate.plugin import ChannelSettings, FormField, Text

IDENTIFIER_TYPE = "identifier_type"
PAYMENT_METHOD = "payment_method"


def _an_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("must be the address of a server, such as https://tryton.example.com")
    return url.rstrip("/") + "/"


def _not_empty(secret: pydantic.SecretStr) -> pydantic.SecretStr:
    if not secret.get_secret_value():
        raise ValueError("must not be empty")
    return secret


class TrytonCredentials(pydantic.BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """Step 2: where the database is, and a user of its own for erpgate."""

    base_url: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, max_length=500),
        pydantic.AfterValidator(_an_address),
        FormField(
            kind="text",
            label=Text(es="Dirección del servidor", en="Server address", pt="Endereço do servidor"),
            affects="credentials",
            example="https://tryton.example.com",
        ),
    ]
    database: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[A-Za-z0-9_.\-]+$"),
        FormField(
            kind="text",
            label=Text(es="Base de datos", en="Database", pt="Banco de dados"),
            affects="credentials",
            example="tryton",
        ),
    ]
    user: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^:]+$"),
        FormField(
            kind="text",
            label=Text(es="Usuario", en="User", pt="Usuário"),
            help=Text(
                es="Con los grupos de contabilidad, inventario, ventas y administración de terceros.",
                en="With the groups for accounting, stock, sales and party administration.",
                pt="Com os grupos de contabilidade, estoque, vendas e administração de parceiros.",
            ),
            affects="credentials",
            example="erpgate",
        ),
    ]
    password: Annotated[
        pydantic.SecretStr,
        pydantic.AfterValidator(_not_empty),
        FormField(kind="secret", label=Text(es="Contraseña", en="Password", pt="Senha"), affects="credentials"),
    ]


class TrytonSettings(ChannelSettings, frozen=True, extra="forbid"):
    """Steps 3 and 4 with Tryton's own fields."""

    identifier_type: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            label=Text(es="Tipo de identificación", en="Identification type", pt="Tipo de identificação"),
            help=Text(
                es="Del documento por defecto y de los pedidos que no lo dicen; vacío significa sin tipo.",
                en="Of the default document and of orders that do not say it; empty means without a type.",
                pt="Do documento padrão e dos pedidos que não o informam; vazio significa sem tipo.",
            ),
        ),
    ] = ""
    payment_method: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            label=Text(es="Método de pago", en="Payment method", pt="Método de pagamento"),
            help=Text(
                es="Con el que se registran los pagos.",
                en="With which payments are recorded.",
                pt="Com o qual os pagamentos são registrados.",
            ),
        ),
    ] = ""
