"""Which ERP customer a buyer's identity is: looked up once, then remembered."""

from dataclasses import dataclass

import sqlalchemy as sa

from erpgate.plugin.model import CustomerId
from erpgate.store.point import PointQuery
from erpgate.store.schema import customer
from erpgate.store.upsert import insert
from erpgate.store.writes import Lease, Write

_KNOWN = PointQuery(
    sa.select(customer.c.customer_id).where(
        customer.c.account == sa.bindparam("account"), customer.c.identity == sa.bindparam("identity")
    )
)


def known_customer(connection: sa.Connection, account: str, identity: str) -> CustomerId | None:
    """The ERP's customer; None while it is not known."""
    row = _KNOWN.one_or_none(connection, {"account": account, "identity": identity})
    return None if row is None else CustomerId(row.customer_id)


@dataclass(frozen=True)
class RememberCustomer(Write[None]):
    """Notes the ERP's customer of an identity."""

    identity: str
    customer_id: CustomerId
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """The newest answer of the ERP counts."""
        adding = insert(connection, customer)
        connection.execute(
            adding.on_conflict_do_update(
                index_elements=[customer.c.account, customer.c.identity],
                set_={"customer_id": adding.excluded.customer_id},
            ),
            {"account": self.lease.account, "identity": self.identity, "customer_id": self.customer_id},
        )


@dataclass(frozen=True)
class ForgetCustomer(Write[None]):
    """Drops a customer that the ERP no longer accepts, so that it is looked up again."""

    identity: str
    lease: Lease

    def apply(self, connection: sa.Connection) -> None:
        """Removes it."""
        connection.execute(
            sa.delete(customer).where(customer.c.account == self.lease.account, customer.c.identity == self.identity)
        )
