"""Rows 1.1 to 2.5: which ERPs there are, and the credentials."""

import grpc
import pytest
from erpgate.v1 import channel_pb2, channel_service_pb2, erp_pb2, form_pb2
from fixtures.alegra_world import AlegraWorld
from fixtures.shop import Shop
from fixtures.waiting import eventually
from rpc.harness import refusal

COUNTRIES = ["AR", "CL", "CO", "CR", "DO", "ES", "MX", "PA", "PE", "US"]
CONFIGURATION_PENDING = channel_pb2.CHANNEL_STATE_CONFIGURATION_PENDING


async def form(shop: Shop, language_code: str = "en") -> form_pb2.Form:
    request = channel_service_pb2.GetErpRequest(name="erps/alegra", language_code=language_code)
    return (await shop.door.channels.GetErp(request)).erp.form


async def field(shop: Shop, path: str) -> form_pb2.FormField:
    """One of step 2."""
    step = (await form(shop)).steps[0]
    assert step.id == "credentials"
    return next(each for each in step.fields if each.path == path)


async def test_row_1_1_list_of_erps(shop: Shop) -> None:
    answer = await shop.door.channels.ListErps(channel_service_pb2.ListErpsRequest())
    alegra = next(erp for erp in answer.erps if erp.name == "erps/alegra")
    assert (alegra.title, list(alegra.country_codes)) == ("Alegra", COUNTRIES)
    assert {"issue", "price_lists", "warehouses"} <= set(alegra.abilities)
    assert alegra.plugin.status == erp_pb2.PLUGIN_STATUS_OK


@pytest.mark.parametrize(
    ("plan", "reason", "said"),
    [
        ({"price_lists": False}, "ERP_PLAN_LACKS_PRICE_LISTS", "price lists"),
        ({"warehouses": False}, "ERP_PLAN_LACKS_WAREHOUSES", "warehouses"),
    ],
)
async def test_row_1_2_prerequisites_of_the_plan(
    shop: Shop, alegra: AlegraWorld, plan: dict[str, bool], reason: str, said: str
) -> None:
    """They are said before, and one that is missing is named when the credentials are given."""
    (prerequisite,) = (await form(shop)).prerequisites
    assert said in prerequisite
    await alegra.seed(plan=plan)
    told = await refusal(shop.create())
    assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, reason)
    assert said in told.message
    assert list(await shop.channels()) == []


async def test_row_2_1_name(shop: Shop) -> None:
    name = await field(shop, "display_name")
    assert (name.kind, name.required, name.max_length) == (form_pb2.FORM_FIELD_KIND_TEXT, True, 100)
    unnamed = channel_pb2.Channel(erp="erps/alegra", country_code="CO")
    request = channel_service_pb2.CreateChannelRequest(
        parent=shop.parent, channel=unnamed, credentials=shop.world.credentials
    )
    told = await refusal(shop.door.channels.CreateChannel(request))
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["channel.display_name"])


async def test_row_2_2_email(shop: Shop) -> None:
    email = await field(shop, "credentials.email")
    assert (email.kind, email.required) == (form_pb2.FORM_FIELD_KIND_EMAIL, True)
    told = await refusal(shop.create(credentials={**shop.world.credentials, "email": "ana"}))
    assert (told.reason, list(told.fields)) == ("FIELD_INVALID", ["credentials.email"])
    assert list(await shop.channels()) == []


async def test_row_2_3_token_is_never_read_back(shop: Shop) -> None:
    token = await field(shop, "credentials.token")
    assert (token.kind, token.required) == (form_pb2.FORM_FIELD_KIND_SECRET, True)
    created = await shop.create()
    read = f"{created} {await shop.get()} {await shop.channels()}"
    assert shop.world.credentials["token"] not in read


async def test_row_2_4_country(shop: Shop) -> None:
    """All of them, in the order of their names in the merchant's language."""
    country = await field(shop, "country_code")
    assert (country.required, sorted(option.value for option in country.options)) == (True, COUNTRIES)
    assert [option.label for option in country.options] == sorted(option.label for option in country.options)
    told = await refusal(shop.create(country_code="MX"))
    assert (told.reason, list(told.fields)) == ("ERP_COUNTRY_MISMATCH", ["channel.country_code"])
    assert list(await shop.channels()) == []


async def test_row_2_5_next_checks_the_credentials_now(shop: Shop, alegra: AlegraWorld) -> None:
    """A wrong token names its field and stores nothing; an ERP that is away loses nothing."""
    told = await refusal(shop.create(credentials={**alegra.credentials, "token": "wrong"}))
    assert (told.reason, list(told.fields)) == ("ERP_CREDENTIALS_INVALID", ["credentials.token"])
    assert list(await shop.channels()) == []
    alegra.unplug()
    assert (await shop.create()).state == channel_pb2.CHANNEL_STATE_CREDENTIALS_PENDING
    alegra.plug_in()

    async def is_asked_again() -> bool:
        return (await shop.get()).state == CONFIGURATION_PENDING

    await eventually("the credentials are accepted", is_asked_again)
