"""`ChannelService`: what is asked of the use cases, and what comes back."""

import dataclasses
from typing import Any

import grpc
import pytest
from erpgate.plugin import Misconfigured, Reason, Unavailable
from erpgate.rpc.validation.channel import _MASKABLE
from erpgate.service.commands import ChannelChange, NewChannel
from erpgate.store.records import ChannelState, Health
from erpgate.v1 import channel_pb2, channel_service_pb2
from erpgate.v1 import channel_service_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from .builders import CHANNEL, NOW, a_channel, a_channel_message
from .harness import Door, refusal

NOW_MESSAGE = Timestamp(seconds=1_767_323_045, nanos=678_000_000)
WHOLE_SETTINGS = {
    "print_notes": True,
    "sku_source": "barcode",
    "catalog_prices_with_taxes": True,
    "price_list": "1",
    "warehouse": "2",
    "default_email": "ana@shop.co",
    "default_phone": "300",
    "default_document": "222",
    "shipping_policy": "line",
    "shipping_item": "77",
    "remainder_policy": "tolerance",
    "remainder_item": "78",
    "remainder_tolerance": "0.05",
    "payment_term_days": 30,
    "automation": {
        "enabled": True,
        "sales_channels": ["shop-co"],
        "order_states": ["shipped", "other"],
        "include_fulfillment": True,
        "skip_refunded": True,
        "start_time": "2026-01-02T03:04:05.678000Z",
        "initial_state": "open",
        "warehouse": "3",
        "price_list": "4",
        "issue": True,
        "shadow": True,
        "hourly_cap": 30,
    },
    "ledger": "7",
    "copies": 2,
    "rate": 0.5,
    "tags": ["a", {"b": True}],
}


def whole_settings() -> channel_pb2.ChannelSettings:
    options = Struct()
    options.update({"ledger": "7", "copies": 2, "rate": 0.5, "tags": ["a", {"b": True}]})
    return channel_pb2.ChannelSettings(
        print_notes=True,
        sku_source=channel_pb2.SKU_SOURCE_BARCODE,
        catalog_prices_with_taxes=True,
        price_list="1",
        warehouse="2",
        default_email="ana@shop.co",
        default_phone="300",
        default_document="222",
        shipping_policy=channel_pb2.SHIPPING_POLICY_LINE,
        shipping_item="77",
        remainder_policy=channel_pb2.REMAINDER_POLICY_TOLERANCE,
        remainder_item="78",
        remainder_tolerance="0.05",
        payment_term_days=30,
        automation=channel_pb2.Automation(
            enabled=True,
            sales_channels=["shop-co"],
            order_states=[channel_pb2.ORDER_STATE_SHIPPED, channel_pb2.ORDER_STATE_OTHER],
            include_fulfillment=True,
            skip_refunded=True,
            start_time=NOW_MESSAGE,
            initial_state=channel_pb2.INITIAL_STATE_OPEN,
            warehouse="3",
            price_list="4",
            issue=True,
            shadow=True,
            hourly_cap=30,
        ),
        erp_options=options,
    )


NOTHING_ELSE = {
    "include_fulfillment": False,
    "skip_refunded": False,
    "issue": False,
    "shadow": False,
    "hourly_cap": 0,
}


async def test_create_asks_for_all_of_it(door: Door) -> None:
    door.service.answer = a_channel(settings=WHOLE_SETTINGS)
    request = pb.CreateChannelRequest(
        parent="merchants/acme",
        channel_id="main",
        channel=a_channel_message(display_name=" Toy ", settings=whole_settings()),
        credentials={"email": "ana@shop.co", "token": "s3cret"},
        request_id="0F2B3C4D-0000-4000-8000-000000000000",
    )
    answer = await door.channels.CreateChannel(request)
    assert door.service.calls == [
        (
            "create",
            (
                NewChannel(
                    merchant="acme",
                    channel="main",
                    erp="toy-books",
                    display_name="Toy",
                    country_code="CO",
                    credentials={"email": "ana@shop.co", "token": "s3cret"},
                    settings=WHOLE_SETTINGS,
                    request_id="0f2b3c4d-0000-4000-8000-000000000000",
                ),
            ),
            {},
        )
    ]
    assert answer.channel == channel_pb2.Channel(
        name=CHANNEL,
        erp="erps/toy-books",
        display_name="Toy (my shop)",
        country_code="CO",
        settings=whole_settings(),
        company=channel_pb2.Company(id="9", name="Acme SAS", currency_code="COP", time_zone="America/Bogota"),
        state=channel_pb2.CHANNEL_STATE_CONNECTED,
        health=channel_pb2.CHANNEL_HEALTH_OK,
        create_time=NOW_MESSAGE,
        update_time=NOW_MESSAGE,
        etag='"3"',
    )


async def test_what_is_empty_is_left_to_the_model(door: Door) -> None:
    door.service.answer = a_channel()
    await door.channels.CreateChannel(
        pb.CreateChannelRequest(
            parent="merchants/acme",
            channel=a_channel_message(
                settings=channel_pb2.ChannelSettings(automation=channel_pb2.Automation(enabled=True))
            ),
        )
    )
    ((_, (new,), _),) = door.service.calls
    assert new.settings == {
        "print_notes": False,
        "catalog_prices_with_taxes": False,
        "payment_term_days": 0,
        "automation": {"enabled": True} | NOTHING_ELSE,
    }


async def test_create_without_settings_gives_none(door: Door) -> None:
    door.service.answer = a_channel()
    await door.channels.CreateChannel(pb.CreateChannelRequest(parent="merchants/acme", channel=a_channel_message()))
    ((_, (new,), _),) = door.service.calls
    assert (new.channel, new.settings, new.request_id) == ("", {}, "")


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("token", "credentials.token"),
        ("country_code", "channel.country_code"),
        ("price_list", "channel.settings.price_list"),
        ("automation.warehouse", "channel.settings.automation.warehouse"),
        ("ledger", "channel.settings.erp_options.ledger"),
    ],
)
async def test_field_that_the_erp_refuses_is_named_as_in_the_request(door: Door, field: str, path: str) -> None:
    door.service.error = Misconfigured("Mend it.", field=field, reason=Reason.ERP_CREDENTIALS_INVALID)
    told = await refusal(
        door.channels.CreateChannel(pb.CreateChannelRequest(parent="merchants/acme", channel=a_channel_message()))
    )
    assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ERP_CREDENTIALS_INVALID")
    assert told.fields == {path: "Mend it."}
    assert told.metadata == {"field": path}


async def test_create_while_the_erp_is_down(door: Door) -> None:
    door.service.error = Unavailable("It is down.")
    told = await refusal(
        door.channels.CreateChannel(pb.CreateChannelRequest(parent="merchants/acme", channel=a_channel_message()))
    )
    assert told.code is grpc.StatusCode.UNAVAILABLE
    assert told.retry_after is not None


async def test_get_a_channel_whose_erp_was_never_reached(door: Door) -> None:
    door.service.answer = a_channel(
        company=None,
        settings={},
        state=ChannelState.CREDENTIALS_PENDING,
        health=Health.DEGRADED,
        health_message="It is slow.",
    )
    channel = (await door.channels.GetChannel(pb.GetChannelRequest(name=CHANNEL))).channel
    assert door.service.calls == [("get", ("acme", "main"), {})]
    assert not channel.HasField("company")
    assert channel.state == channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING
    assert (channel.health, channel.health_message) == (channel_pb2.CHANNEL_HEALTH_DEGRADED, "It is slow.")


@pytest.mark.parametrize("verb", ["Connect", "Pause", "Resume"])
async def test_verbs(door: Door, verb: str) -> None:
    door.service.answer = a_channel()
    request = getattr(channel_service_pb2, f"{verb}ChannelRequest")(name=CHANNEL)
    answer = await getattr(door.channels, f"{verb}Channel")(request)
    assert door.service.calls == [(verb.lower(), ("acme", "main"), {})]
    assert answer.channel.name == CHANNEL


async def updated(door: Door, *paths: str, **channel: Any) -> ChannelChange:
    """What is asked of the use case when the stored channel has `WHOLE_SETTINGS`."""
    door.service.answer = a_channel(settings=WHOLE_SETTINGS)
    message = channel_pb2.Channel(**{"name": CHANNEL} | channel)
    await door.channels.UpdateChannel(pb.UpdateChannelRequest(channel=message, update_mask=FieldMask(paths=paths)))
    assert [name for name, _, _ in door.service.calls] == ["get", "update"]
    change: ChannelChange = door.service.calls[1][1][0]
    return change


async def test_update_of_the_name_alone(door: Door) -> None:
    assert await updated(door, "display_name", display_name=" New ") == ChannelChange(
        merchant="acme", channel="main", version=3, display_name="New"
    )


async def test_update_of_one_setting_keeps_the_others(door: Door) -> None:
    change = await updated(door, "settings.warehouse", settings=channel_pb2.ChannelSettings(warehouse="9"))
    assert change.display_name is None
    assert change.settings == {**WHOLE_SETTINGS, "warehouse": "9"}


async def test_update_deep_inside_clears_what_is_not_given(door: Door) -> None:
    """A masked field that the request leaves out is cleared, although nothing around it was given either."""
    change = await updated(door, "settings.automation.start_time", "settings.automation.enabled")
    automation = dict(WHOLE_SETTINGS["automation"], enabled=False)  # type: ignore[call-overload]
    del automation["start_time"]
    assert change.settings == {**WHOLE_SETTINGS, "automation": automation}


async def test_update_of_options_replaces_all_of_them(door: Door) -> None:
    options = Struct()
    options.update({"ledger": "8"})
    change = await updated(
        door, "settings.erp_options", settings=channel_pb2.ChannelSettings(erp_options=options, warehouse="9")
    )
    own = ("copies", "rate", "tags")
    assert change.settings == {key: value for key, value in WHOLE_SETTINGS.items() if key not in own} | {"ledger": "8"}


async def test_update_of_all_settings_replaces_them(door: Door) -> None:
    change = await updated(door, "settings", settings=channel_pb2.ChannelSettings(price_list="5"))
    assert change.settings is not None
    assert {key: value for key, value in change.settings.items() if value} == {
        "price_list": "5",
        "automation": {"enabled": False} | NOTHING_ELSE,
    }


async def test_update_with_an_etag_is_bound_to_it(door: Door) -> None:
    change = await updated(door, "display_name", display_name="New", etag='"2"')
    assert change.version == 2


@pytest.mark.parametrize("etag", ["x", '""', '"-1"', '"٣"', '"99999999999999999999"'])
async def test_etag_that_is_none_of_ours(door: Door, etag: str) -> None:
    told = await refusal(door.channels.DeleteChannel(pb.DeleteChannelRequest(name=CHANNEL, etag=etag)))
    assert (told.code, told.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert told.metadata == {"etag": etag}
    assert door.service.calls == []


@pytest.mark.parametrize(("etag", "version"), [("", None), ('"12"', 12)])
async def test_delete(door: Door, etag: str, version: int | None) -> None:
    await door.channels.DeleteChannel(pb.DeleteChannelRequest(name=CHANNEL, etag=etag, force=True))
    assert door.service.calls == [("delete", ("acme", "main"), {"version": version, "force": True})]


async def test_list_pages(door: Door) -> None:
    records = [a_channel(channel=f"c{number}") for number in range(5)]

    async def answer(_merchant: str, after: str, limit: int) -> object:
        return [record for record in records if record.channel > after][:limit]

    door.service.answer = answer
    seen, token, asked = [], "", 0
    while token or not asked:
        asked += 1
        page = await door.channels.ListChannels(
            pb.ListChannelsRequest(parent="merchants/acme", page_size=2, page_token=token)
        )
        seen += [channel.name.rpartition("/")[2] for channel in page.channels]
        token = page.next_page_token
    assert seen == ["c0", "c1", "c2", "c3", "c4"]
    assert asked == 3


async def test_page_token_of_another_merchant(door: Door) -> None:
    door.service.answer = [a_channel(), a_channel(channel="other")]
    page = await door.channels.ListChannels(pb.ListChannelsRequest(parent="merchants/acme", page_size=1))
    told = await refusal(
        door.channels.ListChannels(pb.ListChannelsRequest(parent="merchants/b", page_token=page.next_page_token))
    )
    assert (told.code, told.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    assert set(told.fields) == {"page_token"}


async def test_what_was_read_can_be_written_back(door: Door) -> None:
    """A channel sent back as it was read, with every path masked, changes nothing."""
    stored = a_channel(settings=WHOLE_SETTINGS, create_time=NOW)
    door.service.answer = stored
    channel = (await door.channels.GetChannel(pb.GetChannelRequest(name=CHANNEL))).channel
    await door.channels.UpdateChannel(
        pb.UpdateChannelRequest(channel=channel, update_mask=FieldMask(paths=sorted(_MASKABLE)))
    )
    (change,) = door.service.calls[-1][1]
    assert dataclasses.asdict(change) == {
        "merchant": "acme",
        "channel": "main",
        "version": 3,
        "display_name": stored.display_name,
        "settings": WHOLE_SETTINGS,
    }
