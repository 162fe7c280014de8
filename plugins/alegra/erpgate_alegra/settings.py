"""What a merchant types in to connect Alegra: credentials, and what Alegra adds to every channel's settings."""

from typing import Annotated, Self

import pydantic
from erpgate.plugin import ChannelSettings, FormField, Source, Text

from erpgate_alegra.choices import ISSUE

EMAIL_PATTERN = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
"""Syntax of an e-mail address, as loosely as it can be and still catch a slip."""

_CREDIT = "CREDIT"

_USUAL = Text(
    es="Vacío significa lo usual en el país.",
    en="Empty means what is usual in the country.",
    pt="Vazio significa o usual no país.",
)


def _stripped(token: pydantic.SecretStr) -> pydantic.SecretStr:
    bare = token.get_secret_value().strip()
    if not bare:
        raise ValueError("must not be empty")
    return pydantic.SecretStr(bare)


class AlegraCredentials(pydantic.BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """Step 2: the user and the token that Alegra shows under Settings, API."""

    email: Annotated[
        str,
        pydantic.StringConstraints(strip_whitespace=True, pattern=EMAIL_PATTERN),
        FormField(
            kind="email",
            label=Text(es="Correo electrónico", en="Email", pt="E-mail"),
            help=Text(
                es="El correo del usuario de Alegra al que pertenece el token.",
                en="The email of the Alegra user to whom the token belongs.",
                pt="O e-mail do usuário da Alegra a quem o token pertence.",
            ),
            affects="credentials",
            example="ana@example.com",
        ),
    ]
    token: Annotated[
        pydantic.SecretStr,
        pydantic.AfterValidator(_stripped),
        FormField(
            kind="secret",
            label=Text(es="Token", en="Token", pt="Token"),
            help=Text(
                es="En Alegra: Configuración, API - Integraciones con otros sistemas.",
                en="In Alegra: Settings, API - Integrations with other systems.",
                pt="Na Alegra: Configurações, API - Integrações com outros sistemas.",
            ),
            affects="credentials",
        ),
    ]


class AlegraSettings(ChannelSettings, frozen=True, extra="forbid"):
    """Steps 3 and 4 with Alegra's own fields; the choices of each depend on the company's country."""

    identification_type: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            label=Text(es="Tipo de identificación", en="Identification type", pt="Tipo de identificação"),
            help=Text(
                es="Del documento por defecto y de los pedidos que no lo dicen.",
                en="Of the default document and of orders that do not say it.",
                pt="Do documento padrão e dos pedidos que não o informam.",
            ),
        ),
    ] = ""
    person_type: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            label=Text(es="Tipo de persona", en="Person type", pt="Tipo de pessoa"),
            help=Text(
                es="Se usa si el documento no lo determina.",
                en="Used when the document does not tell.",
                pt="Usado se o documento não o determina.",
            ),
        ),
    ] = ""
    regime: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            label=Text(es="Régimen", en="Regime", pt="Regime"),
            help=_USUAL,
        ),
    ] = ""
    payment_form: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            label=Text(es="Forma de pago", en="Payment form", pt="Forma de pagamento"),
            help=_USUAL,
        ),
    ] = ""
    payment_method: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            label=Text(es="Método de pago", en="Payment method", pt="Método de pagamento"),
            help=_USUAL,
        ),
    ] = ""
    invoice_use: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            step="automation",
            depends_on=("country_code",),
            visible_if={"country_code": "MX"},
            label=Text(es="Uso del CFDI", en="Use of the invoice (CFDI)", pt="Uso da fatura (CFDI)"),
            help=_USUAL,
        ),
    ] = ""
    number_template: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            depends_on=(ISSUE,),
            label=Text(es="Numeración", en="Numbering", pt="Numeração"),
            help=Text(
                es="Vacío significa la numeración preferida en Alegra.",
                en="Empty means the numbering preferred in Alegra.",
                pt="Vazio significa a numeração preferida na Alegra.",
            ),
        ),
    ] = ""
    business_number_template: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            source="number_template",
            depends_on=(ISSUE,),
            visible_if={"country_code": ("PE", "AR", "DO", "CR")},
            label=Text(es="Numeración para empresas", en="Numbering for businesses", pt="Numeração para empresas"),
            help=Text(
                es="Para compradores con RUC, CUIT, RNC o cédula jurídica. Vacío significa la misma numeración.",
                en="For buyers with a RUC, CUIT, RNC or cédula jurídica. Empty means the same numbering.",
                pt="Para compradores com RUC, CUIT, RNC ou cédula jurídica. Vazio significa a mesma numeração.",
            ),
        ),
    ] = ""
    seller: Annotated[
        str,
        FormField(kind="select", live=True, label=Text(es="Vendedor", en="Seller", pt="Vendedor")),
    ] = ""
    payment_account: Annotated[
        str,
        FormField(
            kind="select",
            live=True,
            source=Source.BANK_ACCOUNT,
            label=Text(es="Cuenta para pagos", en="Account for payments", pt="Conta para pagamentos"),
            help=Text(
                es="Banco o caja donde se registran los pagos que no indican otra.",
                en="Bank or cash account of payments that name no other.",
                pt="Banco ou caixa dos pagamentos que não indicam outra conta.",
            ),
        ),
    ] = ""

    @pydantic.model_validator(mode="after")
    def _credit_has_a_term(self) -> Self:
        """What is not paid at once is due later."""
        if self.payment_form == _CREDIT and not self.payment_term_days:
            raise ValueError("payment_term_days: an invoice on credit is due later; set at least one day.")
        return self
