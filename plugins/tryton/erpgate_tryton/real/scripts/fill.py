"""Fills an empty Tryton database with a company that can invoice; runs in Tryton's own environment, in its process.

Usage: fill.py CONFIG DATABASE COUNTRY CURRENCY PLACES NAME

What is set up is what every company has: currency, chart of accounts, fiscal years, numbering, a warehouse, a payment
method, and the users `erpgate` and `stranger` (who may nothing). Products come later, over JSON-RPC.
"""

import datetime as dt
import sys
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard, config

ADMIN = "admin"
USERS = {"erpgate": "erpgate-secret", "stranger": "stranger-secret"}
GROUPS = ("Account", "Accounting", "Stock", "Sales", "Party Administration", "Product Administration")


def fill(country: str, currency: str, places: int, name: str) -> None:
    """Sets the company up."""
    company = create_company(country, currency, places, name)
    accounts = create_chart(company)
    today = dt.datetime.now(dt.UTC).date()
    for year in (today.year, today.year + 1):
        create_fiscal_year(company, year)
    set_up_invoicing(company, accounts)
    for login, password in USERS.items():
        create_user(company, login, password, GROUPS if login == "erpgate" else ())


def create_company(country: str, currency: str, places: int, name: str) -> Any:
    """The company with its party, tax number and time zone."""
    money = Model.get("currency.currency")(
        name=currency, code=currency, symbol="$", rounding=Decimal(1).scaleb(-places), digits=places
    )
    money.rates.new(date=dt.date(2000, 1, 1), rate=Decimal(1))
    money.save()
    land = Model.get("country.country")(name=country, code=country)
    land.save()
    party = Model.get("party.party")(name=name)
    party.addresses[0].country = land
    party.identifiers.new(type=tax_type(country), code=tax_number(country))
    party.save()
    wizard = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party, wizard.form.currency = party, money
    wizard.execute("add")
    (company,) = Model.get("company.company").find()
    company.timezone = "UTC"
    company.save()
    config.get_config()._context = Model.get("res.user").get_preferences(True, {})
    return company


def tax_type(country: str) -> str | None:
    """Type of the company's tax number: Tryton 8 says `co_vat` where 7 says `co_rut`."""
    types = dict(Model.get("party.identifier")._proxy.get_types(config.get_config().context))
    return next((type_ for type_ in ("co_vat", "co_rut") if country == "CO" and type_ in types), None)


def tax_number(country: str) -> str:
    """The company's."""
    return "9001234568" if country == "CO" else f"{country}-900123456"


def create_chart(company: Any) -> dict[str, Any]:
    """Tryton's universal chart of accounts, and the accounts that matter."""
    template = template_id("account", "account_template_root_en")
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = Model.get("account.account.template")(template)
    wizard.form.company = company
    wizard.execute("create_account")
    accounts = accounts_of(company)
    wizard.form.account_receivable = accounts["receivable"]
    wizard.form.account_payable = accounts["payable"]
    wizard.form.category_account_expense = accounts["expense"]
    wizard.form.category_account_revenue = accounts["revenue"]
    wizard.execute("create_properties")
    return accounts


def template_id(module: str, name: str) -> int:
    """Id of a record that came with a module; Tryton 7 has no method for it, Tryton 8 no search."""
    data = Model.get("ir.model.data")
    if hasattr(data, "get_id"):
        return int(data.get_id(f"{module}.{name}", config.get_config().context))
    (found,) = data.find([("module", "=", module), ("fs_id", "=", name)])
    return int(found.db_id)


def accounts_of(company: Any) -> dict[str, Any]:
    """One account of each kind."""
    Account = Model.get("account.account")  # noqa: N806 - a class
    open_ = [("company", "=", company.id), ("closed", "!=", True)]
    kinds = ("receivable", "payable", "revenue", "expense")
    accounts = {kind: Account.find([*open_, (f"type.{kind}", "=", True)], limit=1)[0] for kind in kinds}
    by_code = {"cash": "1.1.1", "tax": "6.3.6"}
    by_name = {"cash": "Main Cash", "tax": "Main Tax"}
    for kind in ("cash", "tax"):
        named = Account.find([*open_, ["OR", ("code", "=", by_code[kind]), ("name", "=", by_name[kind])]], limit=1)
        accounts[kind] = named[0]
    return accounts


def create_fiscal_year(company: Any, year: int) -> None:
    """A calendar year by months, with its numberings."""
    FiscalYear = Model.get("account.fiscalyear")  # noqa: N806 - a class
    fiscal_year = FiscalYear(name=str(year), start_date=dt.date(year, 1, 1), end_date=dt.date(year, 12, 31))
    fiscal_year.company = company
    if "move_sequence" in FiscalYear._fields:
        fiscal_year.move_sequence = create_sequence(company, "ir.sequence.strict", "Account Move", str(year), "")
    else:
        fiscal_year.post_move_sequence = create_sequence(company, "ir.sequence", "Account Move", str(year), "")
    invoices = create_sequence(company, "ir.sequence.strict", "Invoice", f"Invoices {year}", "FV-")
    credit_notes = create_sequence(company, "ir.sequence.strict", "Invoice", f"Credit notes {year}", "NC-")
    (sequences,) = fiscal_year.invoice_sequences
    sequences.out_invoice_sequence = sequences.in_invoice_sequence = invoices
    sequences.out_credit_note_sequence = sequences.in_credit_note_sequence = credit_notes
    fiscal_year.save()
    fiscal_year.click("create_period")


def create_sequence(company: Any, model: str, kind: str, name: str, prefix: str) -> Any:
    """A numbering such as FV-000001."""
    (sequence_type,) = Model.get("ir.sequence.type").find([("name", "=", kind)], limit=1)
    sequence = Model.get(model)(name=name, sequence_type=sequence_type, company=company, prefix=prefix, padding=6)
    sequence.save()
    return sequence


def set_up_invoicing(company: Any, accounts: dict[str, Any]) -> None:
    """Posted invoices can be cancelled, and money can be received."""
    company.cancel_invoice_out = True
    company.save()
    (journal,) = Model.get("account.journal").find([("type", "=", "cash")], limit=1)
    method = Model.get("account.invoice.payment.method")(name="Cash", journal=journal, company=company)
    method.credit_account = method.debit_account = accounts["cash"]
    method.save()


def create_user(company: Any, login: str, password: str, groups: tuple[str, ...]) -> None:
    """A user who may what their groups may."""
    user = Model.get("res.user")(name=login, login=login, password=password)
    user.companies.append(Model.get("company.company")(company.id))
    user.company = company
    for group in Model.get("res.group").find([("name", "in", groups)]) if groups else ():
        user.groups.append(group)
    user.save()


def main() -> None:
    """Reads the arguments and fills."""
    conf, database, country, currency, places, name = sys.argv[1:]
    config.set_trytond(database=database, user=ADMIN, config_file=conf)
    fill(country, currency, int(places), name)


if __name__ == "__main__":
    main()
