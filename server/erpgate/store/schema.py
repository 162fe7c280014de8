"""The tables. Every key begins with the merchant or the account; no transaction spans two merchants' data.

Events begin with their listener, because that is who asks for them.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **options)  # type: ignore[arg-type]


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


def _number(name: str, **options: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, **options)  # type: ignore[arg-type]


_CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text whose beginnings an index finds, whatever the database's language."""

lane = sa.Table(
    "lane",
    metadata,
    _key("account"),
    _number("next_due"),
    _text("owner", server_default=""),
    _number("lease_until", server_default="0"),
    _number("epoch", server_default="0"),
    sa.Index("ix_lane_next_due", "next_due"),
    sqlite_with_rowid=False,
)

worker = sa.Table(
    "worker",
    metadata,
    _key("owner"),
    _number("seen_until"),
    sqlite_with_rowid=False,
)
"""Living processes, so that each takes only its share of lanes."""

task = sa.Table(
    "task",
    metadata,
    _key("account"),
    _key("kind"),
    _key("subject"),
    _number("priority"),
    _number("due_time"),
    _number("attempts"),
    _number("generation"),
    _number("version"),
    _text("args"),
    sa.Index("ix_task_account_priority_due_time", "account", "priority", "due_time"),
    sqlite_with_rowid=False,
)

channel = sa.Table(
    "channel",
    metadata,
    _key("merchant"),
    _key("channel"),
    _text("erp"),
    _text("display_name"),
    _text("country_code"),
    _text("account"),
    _text("company"),
    _text("settings"),
    _text("state"),
    _text("health"),
    _text("health_message"),
    sa.Column("check_time", sa.BigInteger),
    _number("version"),
    _number("create_time"),
    _number("update_time"),
    _text("announced", server_default="ok"),
    sa.Index("uq_channel_account", "account", unique=True),
)

channel_check = sa.Table(
    "channel_check",
    metadata,
    _key("merchant"),
    _key("channel"),
    _text("body"),
)
"""What the last checks of a channel found."""

credential = sa.Table(
    "credential",
    metadata,
    _key("merchant"),
    _key("channel"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    _number("version"),
)

caller = sa.Table(
    "caller",
    metadata,
    _key("caller"),
    _text("digest"),
    _text("merchants"),
    _number("create_time"),
    sa.Column("revoke_time", sa.BigInteger),
    sqlite_with_rowid=False,
)
"""Who may call; of a key only its digest is here."""

master_key = sa.Table(
    "master_key",
    metadata,
    _key("key_id"),
    _number("create_time"),
    sqlite_with_rowid=False,
)
"""Ids of the master keys that seal credentials here: a server that lacks one of them does not start."""

restoration = sa.Table(
    "restoration",
    metadata,
    sa.Column("restore_time", sa.BigInteger, primary_key=True, autoincrement=False),
    _number("known_until"),
    sqlite_with_rowid=False,
)
"""Restores of older backups, as an operator marked them."""

request = sa.Table(
    "request",
    metadata,
    _key("merchant"),
    _key("request_id"),
    _text("fingerprint"),
    _text("resource"),
    _number("create_time"),
    sqlite_with_rowid=False,
)

sales_order = sa.Table(
    "sales_order",
    metadata,
    _key("merchant"),
    _key("order_id"),
    _text("sales_channel"),
    _text("basket"),
    _text("body"),
    _text("digest"),
    _number("source_update_time"),
    _number("revision"),
    _number("create_time"),
    _number("update_time"),
    sa.Index(
        "ix_sales_order_basket",
        "merchant",
        "sales_channel",
        "basket",
        sqlite_where=sa.text("basket <> ''"),
        postgresql_where=sa.text("basket <> ''"),
    ),
)

basket = sa.Table(
    "basket",
    metadata,
    _key("merchant"),
    _key("sales_channel"),
    _key("basket"),
    _number("turn"),
    sqlite_with_rowid=False,
)
"""A row to lock, so that the orders of a basket are judged one commit after the other."""

order_revision = sa.Table(
    "order_revision",
    metadata,
    _key("merchant"),
    _key("order_id"),
    sa.Column("revision", sa.BigInteger, primary_key=True),
    _text("body"),
    _number("create_time"),
)

verdict = sa.Table(
    "verdict",
    metadata,
    _key("merchant"),
    _key("order_id"),
    _key("channel"),
    _text("outcome"),
    _text("body"),
    sa.Index("ix_verdict_merchant_outcome_order_id", "merchant", "outcome", "order_id"),
)

invoice = sa.Table(
    "invoice",
    metadata,
    _key("merchant"),
    _key("channel"),
    _key("invoice"),
    _text("account"),
    _text("order_id"),
    _text("basket"),
    _text("reference"),
    _text("state"),
    _text("fiscal_state"),
    _text("payment_state"),
    sa.Column("failure", sa.Text),
    _text("overrides"),
    _text("stage"),
    _text("paid_total"),
    _text("currency_code"),
    sa.Column("frozen", sa.Text),
    sa.Column("document", sa.Text),
    _number("requested"),
    _text("reason"),
    _number("issue_no"),
    sa.Column("later", sa.Text),
    sa.Column("look_due", sa.BigInteger),
    _number("version"),
    _number("create_time"),
    _number("update_time"),
    _text("announced", server_default=""),
    sa.Index("ix_invoice_account_invoice", "account", "invoice"),
    sa.Index(
        "ix_invoice_account_look_due",
        "account",
        "look_due",
        sqlite_where=sa.text("look_due IS NOT NULL"),
        postgresql_where=sa.text("look_due IS NOT NULL"),
    ),
    sa.Index("ix_invoice_merchant_order_id", "merchant", "order_id"),
    sa.Index("ix_invoice_merchant_channel_state_invoice", "merchant", "channel", "state", "invoice"),
)

invoice_order = sa.Table(
    "invoice_order",
    metadata,
    _key("account"),
    _key("sales_channel"),
    _key("external_id"),
    sa.Column("issue_no", sa.BigInteger, primary_key=True),
    _text("merchant"),
    _text("order_id"),
    _text("channel"),
    _text("invoice"),
    _number("live"),
    sa.Index(
        "uq_invoice_order_live",
        "merchant",
        "order_id",
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live = 1"),
    ),
    sqlite_with_rowid=False,
)
"""The business key: one live invoice per order and company, decided before any call to the ERP."""

attempt = sa.Table(
    "attempt",
    metadata,
    _key("account"),
    _key("subject"),
    _key("step"),
    sa.Column("number", sa.BigInteger, primary_key=True),
    _number("epoch"),
    _text("bytes_left"),
    _text("outcome"),
    sa.Column("answer", sa.Text),
    _text("error"),
    _number("start_time"),
    sa.Column("end_time", sa.BigInteger),
)

customer = sa.Table(
    "customer",
    metadata,
    _key("account"),
    _key("identity"),
    _text("customer_id"),
    sqlite_with_rowid=False,
)

sku_alias = sa.Table(
    "sku_alias",
    metadata,
    _key("merchant"),
    _key("account"),
    _key("sku"),
    _text("item"),
    _text("item_sku"),
    _text("learned_from"),
    _number("set_time"),
    sa.Index("ix_sku_alias_merchant_account_item", "merchant", "account", "item"),
    sqlite_with_rowid=False,
)

catalog_item = sa.Table(
    "catalog_item",
    metadata,
    _key("account"),
    _key("item_id"),
    sa.Column("reference", _CODE),
    sa.Column("barcode", _CODE),
    _text("search"),
    _number("active"),
    _text("body"),
    _number("version"),
    _number("generation"),
    _number("sync_time"),
    _number("change_time"),
    sa.Index("ix_catalog_item_account_reference", "account", "reference"),
    sa.Index("ix_catalog_item_account_barcode", "account", "barcode"),
)

catalog_sync = sa.Table(
    "catalog_sync",
    metadata,
    _key("account"),
    _text("state"),
    _number("generation"),
    _text("cursor"),
    _number("request_time"),
    _number("start_time"),
    _number("complete_time"),
    _number("refresh_time"),
    _number("pages"),
    _number("items"),
    sa.Column("total", sa.BigInteger),
    _number("calls"),
    sqlite_with_rowid=False,
)
"""How far each catalogue has been read."""

feed = sa.Table(
    "feed",
    metadata,
    _key("merchant"),
    _number("number"),
    _number("expired"),
    sqlite_with_rowid=False,
)
"""Where each merchant's changes end, and up to where the oldest of them are gone."""

change = sa.Table(
    "change",
    metadata,
    _key("merchant"),
    _key("kind"),
    sa.Column("number", sa.BigInteger, primary_key=True),
    _text("channel"),
    _text("subject"),
    _number("version"),
    _number("time"),
    sqlite_with_rowid=False,
)
"""What changed, in the order of the commits; it feeds every watch."""

event = sa.Table(
    "event",
    metadata,
    _key("listener"),
    _key("merchant"),
    _key("channel"),
    sa.Column("number", sa.BigInteger, primary_key=True),
    _text("kind"),
    _text("body"),
    _number("time"),
    sqlite_with_rowid=False,
)
"""What a listener has not been told yet, in the order of the commits."""

listener = sa.Table(
    "listener",
    metadata,
    _key("listener"),
    _number("given_up"),
    _text("failure"),
    _number("failure_time"),
    sqlite_with_rowid=False,
)
"""How listeners do that something was wrong with."""

field_option = sa.Table(
    "field_option",
    metadata,
    _key("account"),
    _key("question"),
    _text("choices"),
    _number("read_time"),
    _text("failure"),
    _number("attempt_time"),
    _number("version"),
    sqlite_with_rowid=False,
)

sales_channel = sa.Table(
    "sales_channel",
    metadata,
    _key("merchant"),
    _key("sales_channel"),
    _text("display_name"),
    _number("declared"),
    _number("seen_time"),
    sqlite_with_rowid=False,
)
sold_line = sa.Table(
    "sold_line",
    metadata,
    _key("merchant"),
    _key("code"),
    _key("order_id"),
    _text("quantity"),
    sqlite_with_rowid=False,
)
"""What was sold, by the order's own SKUs, until the ERP's stock tells it too."""
