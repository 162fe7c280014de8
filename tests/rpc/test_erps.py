"""The list of ERPs, and the wizard as data."""

import pytest
from erpgate.v1 import channel_service_pb2 as pb
from erpgate.v1 import erp_pb2, form_pb2

from .harness import Door, refusal


async def form(door: Door, language_code: str = "") -> form_pb2.Form:
    answer = await door.channels.GetErp(pb.GetErpRequest(name="erps/toy-books", language_code=language_code))
    return answer.erp.form


def a_condition(path: str, *values: str) -> form_pb2.FormCondition:
    return form_pb2.FormCondition(path=path, values=values)


async def test_list_shows_plugins_that_are_not_available(door: Door) -> None:
    answer = await door.channels.ListErps(pb.ListErpsRequest())
    plugin = erp_pb2.Plugin(
        name="toy", distribution="erpgate-toy", version="1.2", api_version=1, status=erp_pb2.PLUGIN_STATUS_OK
    )
    assert list(answer.erps) == [
        erp_pb2.Erp(
            name="erps/toy-books",
            title="Toy Books",
            country_codes=["BR", "CO"],
            abilities=["issue", "warehouses"],
            plugin=plugin,
        )
    ]
    assert [(info.name, info.status, info.failure) for info in answer.unavailable_plugins] == [
        ("broken", erp_pb2.PLUGIN_STATUS_FAILED, "no such module"),
        ("unused", erp_pb2.PLUGIN_STATUS_DISABLED, ""),
    ]


async def test_erp_that_nobody_offers(door: Door) -> None:
    told = await refusal(door.channels.GetErp(pb.GetErpRequest(name="erps/other")))
    assert (told.reason, told.metadata) == ("RESOURCE_NOT_FOUND", {"name": "erps/other"})


async def test_steps_and_their_fields(door: Door) -> None:
    drawn = await form(door)
    assert {step.id: [field.path for field in step.fields] for step in drawn.steps} == {
        "credentials": ["display_name", "country_code", "credentials.email", "credentials.token"],
        "settings": [
            "settings.print_notes",
            "settings.sku_source",
            "settings.catalog_prices_with_taxes",
            "settings.price_list",
            "settings.warehouse",
            "settings.default_email",
            "settings.default_phone",
            "settings.default_document",
            "settings.shipping_policy",
            "settings.shipping_item",
            "settings.shipping_by_sales_channel",
            "settings.remainder_policy",
            "settings.remainder_item",
            "settings.remainder_tolerance",
            "settings.payment_term_days",
            "settings.erp_options.ledger",
        ],
        "automation": [
            "settings.automation.enabled",
            "settings.automation.sales_channels",
            "settings.automation.order_states",
            "settings.automation.include_fulfillment",
            "settings.automation.skip_refunded",
            "settings.automation.start_time",
            "settings.automation.initial_state",
            "settings.automation.warehouse",
            "settings.automation.price_list",
            "settings.automation.issue",
            "settings.automation.shadow",
            "settings.automation.hourly_cap",
            "settings.erp_options.payment_form",
        ],
    }


async def test_country_is_chosen_by_name(door: Door) -> None:
    country = (await form(door, "en")).steps[0].fields[1]
    assert country == form_pb2.FormField(
        path="country_code",
        kind=form_pb2.FORM_FIELD_KIND_SELECT,
        label="Country",
        affects=form_pb2.FORM_FIELD_AFFECTS_CREDENTIALS,
        required=True,
        options=[
            form_pb2.FormOption(value="BR", label="Brazil"),
            form_pb2.FormOption(value="CO", label="Colombia"),
        ],
    )


async def test_secret_is_a_required_secret(door: Door) -> None:
    token = (await form(door, "pt-BR")).steps[0].fields[3]
    assert token == form_pb2.FormField(
        path="credentials.token",
        kind=form_pb2.FORM_FIELD_KIND_SECRET,
        label="token pt",
        required=True,
        affects=form_pb2.FORM_FIELD_AFFECTS_CREDENTIALS,
    )


async def test_values_are_written_as_the_wire_has_them(door: Door) -> None:
    """A program sends back exactly what the form says, without knowing which fields are enums."""
    fields = {field.path: field for step in (await form(door, "en")).steps for field in step.fields}
    policy = fields["settings.shipping_policy"]
    assert policy.default_value == "SHIPPING_POLICY_NOT_INVOICED"
    assert [option.value for option in policy.options] == ["SHIPPING_POLICY_NOT_INVOICED", "SHIPPING_POLICY_LINE"]
    item = fields["settings.shipping_item"]
    assert (
        list(item.visible_if)
        == list(item.required_if)
        == [a_condition("settings.shipping_policy", "SHIPPING_POLICY_LINE")]
    )
    states = fields["settings.automation.order_states"]
    assert [option.value for option in states.options][-1] == "ORDER_STATE_OTHER"
    assert fields["settings.payment_term_days"].default_value == "0"
    assert fields["settings.print_notes"].default_value == "false"


async def test_own_fields_with_their_conditions(door: Door) -> None:
    fields = {field.path: field for step in (await form(door, "en")).steps for field in step.fields}
    assert fields["settings.erp_options.ledger"] == form_pb2.FormField(
        path="settings.erp_options.ledger",
        kind=form_pb2.FORM_FIELD_KIND_SELECT,
        label="ledger en",
        default_value="main",
        live_options=True,
        visible_if=[a_condition("country_code", "CO", "BR")],
        depends_on=["country_code", "settings.automation.issue"],
        affects=form_pb2.FORM_FIELD_AFFECTS_DOCUMENT,
        example="7",
        pattern="^[a-z0-9]+$",
        max_length=9,
    )
    assert list(fields["settings.erp_options.payment_form"].visible_if) == [
        a_condition("settings.shipping_policy", "SHIPPING_POLICY_LINE"),
        a_condition("settings.erp_options.ledger"),
    ]


async def test_the_bounds_of_a_number_are_those_of_its_model(door: Door) -> None:
    fields = {field.path: field for step in (await form(door, "en")).steps for field in step.fields}
    days = fields["settings.payment_term_days"]
    assert (days.minimum, days.maximum) == ("0", "365")


async def test_a_mapping_has_columns(door: Door) -> None:
    """Its keys are sales channels, and the second column hangs on the first one in the same row."""
    fields = {field.path: field for step in (await form(door, "en")).steps for field in step.fields}
    mapping = fields["settings.shipping_by_sales_channel"]
    assert (mapping.kind, mapping.live_options, mapping.max_length) == (form_pb2.FORM_FIELD_KIND_MAPPING, True, 500)
    policy, item = mapping.columns
    assert (policy.path, policy.default_value) == (
        "settings.shipping_by_sales_channel.*.policy",
        "SHIPPING_POLICY_NOT_INVOICED",
    )
    assert list(item.required_if) == [a_condition(policy.path, "SHIPPING_POLICY_LINE")]


@pytest.mark.parametrize(
    ("asked", "given", "label"),
    [
        ("", "es", "email es"),
        ("es-CO", "es", "email es"),
        ("en", "en", "email en"),
        ("pt-BR", "pt", "email pt"),
        ("de", "en", "email en"),
    ],
)
async def test_languages(door: Door, asked: str, given: str, label: str) -> None:
    drawn = await form(door, asked)
    assert drawn.language_code == given
    assert drawn.steps[0].fields[2].label == label
    assert list(drawn.prerequisites) == [f"price lists {given}"]
