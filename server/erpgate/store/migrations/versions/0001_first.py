"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("bytes_left", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("start_time", sa.BigInteger(), nullable=False),
        sa.Column("end_time", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account", "subject", "step", "number"),
    )
    code = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "basket",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("sales_channel", sa.Text(), nullable=False),
        sa.Column("basket", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "sales_channel", "basket"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "caller",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("merchants", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("revoke_time", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("caller"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "master_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "catalog_item",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("reference", code, nullable=True),
        sa.Column("barcode", code, nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("sync_time", sa.BigInteger(), nullable=False),
        sa.Column("change_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "item_id"),
    )
    op.create_index("ix_catalog_item_account_barcode", "catalog_item", ["account", "barcode"], unique=False)
    op.create_index("ix_catalog_item_account_reference", "catalog_item", ["account", "reference"], unique=False)
    op.create_table(
        "catalog_sync",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("request_time", sa.BigInteger(), nullable=False),
        sa.Column("start_time", sa.BigInteger(), nullable=False),
        sa.Column("complete_time", sa.BigInteger(), nullable=False),
        sa.Column("refresh_time", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("erp", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("health_message", sa.Text(), nullable=False),
        sa.Column("check_time", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.Text(), server_default="ok", nullable=False),
        sa.PrimaryKeyConstraint("merchant", "channel"),
    )
    op.create_index("uq_channel_account", "channel", ["account"], unique=True)
    op.create_table(
        "channel_check",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "channel"),
    )
    op.create_table(
        "credential",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "channel"),
    )
    op.create_table(
        "customer",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "identity"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("basket", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fiscal_state", sa.Text(), nullable=False),
        sa.Column("payment_state", sa.Text(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("overrides", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("paid_total", sa.Text(), nullable=False),
        sa.Column("currency_code", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issue_no", sa.BigInteger(), nullable=False),
        sa.Column("later", sa.Text(), nullable=True),
        sa.Column("look_due", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.Column("announced", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("merchant", "channel", "invoice"),
    )
    op.create_index("ix_invoice_account_invoice", "invoice", ["account", "invoice"], unique=False)
    op.create_index(
        "ix_invoice_account_look_due",
        "invoice",
        ["account", "look_due"],
        unique=False,
        sqlite_where=sa.text("look_due IS NOT NULL"),
        postgresql_where=sa.text("look_due IS NOT NULL"),
    )
    op.create_index("ix_invoice_merchant_order_id", "invoice", ["merchant", "order_id"], unique=False)
    op.create_index(
        "ix_invoice_merchant_channel_state_invoice",
        "invoice",
        ["merchant", "channel", "state", "invoice"],
        unique=False,
    )
    op.create_table(
        "invoice_order",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sales_channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("issue_no", sa.BigInteger(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False),
        sa.Column("live", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "sales_channel", "external_id", "issue_no"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_invoice_order_live",
        "invoice_order",
        ["merchant", "order_id"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live = 1"),
    )
    op.create_table(
        "lane",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lane_next_due", "lane", ["next_due"], unique=False)
    op.create_table(
        "order_revision",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "order_id", "revision"),
    )
    op.create_table(
        "restoration",
        sa.Column("restore_time", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("known_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("restore_time"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "request",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sales_order",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("sales_channel", sa.Text(), nullable=False),
        sa.Column("basket", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source_update_time", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "order_id"),
    )
    op.create_index(
        "ix_sales_order_basket",
        "sales_order",
        ["merchant", "sales_channel", "basket"],
        unique=False,
        sqlite_where=sa.text("basket <> ''"),
        postgresql_where=sa.text("basket <> ''"),
    )
    op.create_table(
        "sku_alias",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("item_sku", sa.Text(), nullable=False),
        sa.Column("learned_from", sa.Text(), nullable=False),
        sa.Column("set_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "account", "sku"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sku_alias_merchant_account_item", "sku_alias", ["merchant", "account", "item"], unique=False)
    op.create_table(
        "field_option",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("read_time", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("attempt_time", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "question"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sales_channel",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("sales_channel", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("declared", sa.BigInteger(), nullable=False),
        sa.Column("seen_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "sales_channel"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "worker",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("seen_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("due_time", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_account_priority_due_time", "task", ["account", "priority", "due_time"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "order_id", "channel"),
    )
    op.create_index(
        "ix_verdict_merchant_outcome_order_id", "verdict", ["merchant", "outcome", "order_id"], unique=False
    )
    op.create_table(
        "feed",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "change",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "kind", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sold_line",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "code", "order_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("listener", "merchant", "channel", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listener",
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("given_up", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failure_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("listener"),
        sqlite_with_rowid=False,
    )
