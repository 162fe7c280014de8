"""Buyers."""

from erpgate.plugin.model import Address, Buyer
from erpgate.v1 import party_pb2


def buyer_from_wire(party: party_pb2.Party) -> Buyer:
    """A valid party as a value."""
    return Buyer(
        name=party.name,
        document_type=party.document_type,
        document=party.document,
        email=party.email,
        phone=party.phone,
        address=Address(
            street=party.address.street,
            city=party.address.city,
            region=party.address.region,
            postal_code=party.address.postal_code,
            country_code=party.address.country_code,
        ),
    )


def buyer_to_wire(buyer: Buyer) -> party_pb2.Party:
    """A buyer as callers see it."""
    address = buyer.address
    return party_pb2.Party(
        name=buyer.name,
        document_type=buyer.document_type,
        document=buyer.document,
        email=buyer.email,
        phone=buyer.phone,
        address=party_pb2.Address(
            street=address.street,
            city=address.city,
            region=address.region,
            postal_code=address.postal_code,
            country_code=address.country_code,
        ),
    )
