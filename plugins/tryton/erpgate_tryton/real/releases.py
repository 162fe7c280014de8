"""The releases of Tryton that are tested, each with the packages that it was tested with."""

from collections.abc import Mapping
from dataclasses import dataclass

_MODULES = (
    "account_invoice",
    "account_product",
    "product_price_list",
    "sale",
    "sale_price_list",
    "stock",
)
_BESIDE = (
    "Genshi==0.7.12",
    "Werkzeug==3.1.9",
    "lxml==6.1.3",
    "python-sql==1.8.1",
    "python-stdnum==2.2",
    "relatorio==1.0.0",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One release.

    Attributes:
        name: Such as 8.2.
        packages: Pinned; what they need beside is pip's to choose.
        modules: To activate.
    """

    name: str
    packages: tuple[str, ...]
    modules: tuple[str, ...] = _MODULES


RELEASES: Mapping[str, Release] = {
    "8.2": Release(
        name="8.2",
        packages=(
            *_BESIDE,
            "proteus==8.2.0",
            "psycopg[binary,pool]==3.3.9",
            "trytond==8.2.1",
            "trytond_account==8.2.1",
            "trytond_account_invoice==8.2.0",
            "trytond_account_invoice_stock==8.2.0",
            "trytond_account_product==8.2.0",
            "trytond_company==8.2.0",
            "trytond_country==8.2.0",
            "trytond_currency==8.2.0",
            "trytond_party==8.2.0",
            "trytond_product==8.2.0",
            "trytond_product_price_list==8.2.0",
            "trytond_sale==8.2.0",
            "trytond_sale_price_list==8.2.0",
            "trytond_stock==8.2.1",
        ),
    ),
    "7.0": Release(
        name="7.0",
        packages=(
            *_BESIDE,
            "proteus==7.0.3",
            "trytond==7.0.59",
            "trytond_account==7.0.29",
            "trytond_account_invoice==7.0.18",
            "trytond_account_invoice_stock==7.0.2",
            "trytond_account_product==7.0.3",
            "trytond_company==7.0.4",
            "trytond_country==7.0.1",
            "trytond_currency==7.0.1",
            "trytond_party==7.0.8",
            "trytond_product==7.0.6",
            "trytond_product_price_list==7.0.1",
            "trytond_sale==7.0.20",
            "trytond_sale_price_list==7.0.0",
            "trytond_stock==7.0.21",
        ),
    ),
}
"""By name."""
