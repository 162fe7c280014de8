"""Alegra's refusals in every recorded shape."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from erpgate.plugin import (
    Company,
    DocumentId,
    ErpError,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Reason,
    Rejected,
    Stage,
    Unavailable,
)
from erpgate_alegra.errors import Refusal, refusal_of

if TYPE_CHECKING:
    from plugins.alegra.conftest import Connect

PLAN = "Esta acción no se puede realizar en tu plan actual"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"code": 3007, "message": "m"}, Refusal(code="3007", message="m"), id="plain"),
        pytest.param({"message": "m", "code": "3007"}, Refusal(code="3007", message="m"), id="code-as-text"),
        pytest.param({"error": "m", "code": 7}, Refusal(code="7", message="m"), id="error-text"),
        pytest.param({"error": {"message": "m", "code": 7}}, Refusal(code="7", message="m"), id="error-object"),
        pytest.param(
            {"error": [{"message": "m", "code": 7}, {"message": "n"}]}, Refusal(code="7", message="m"), id="error-list"
        ),
        pytest.param(
            {"message": "m", "code": 2006, "contactId": 57},
            Refusal(code="2006", message="m", contact_id="57"),
            id="duplicate",
        ),
        pytest.param({"message": "m"}, Refusal(message="m"), id="without-code"),
        pytest.param({"code": 907}, Refusal(code="907"), id="without-message"),
        pytest.param({"message": "m" * 900}, Refusal(message="m" * 500), id="long"),
        pytest.param({}, None, id="empty"),
        pytest.param([], None, id="list"),
        pytest.param({"error": None, "message": {"a": 1}}, None, id="nonsense"),
    ],
)
def test_a_refusal_is_read_in_any_shape(body: object, expected: Refusal | None) -> None:
    assert refusal_of(json.dumps(body).encode()) == expected


@pytest.mark.parametrize("content", [b"", b"<html>502</html>", b"\xff\xfe\xff", b"[" * 100_000, b'{"message": NaN}'])
def test_what_is_not_json_says_nothing(content: bytes) -> None:
    assert refusal_of(content) is None


RATE = {"X-Rate-Limit-Reset": "12"}


@pytest.mark.parametrize(
    ("status", "body", "headers", "on_read", "on_write"),
    [
        pytest.param(401, {"message": "m"}, {}, Reason.ERP_CREDENTIALS_INVALID, Misconfigured, id="401"),
        pytest.param(401, None, {}, Reason.ERP_CREDENTIALS_INVALID, Misconfigured, id="401-unreadable"),
        pytest.param(402, {"code": 907, "message": PLAN}, {}, Reason.ERP_PLAN_LACKS_FEATURE, Misconfigured, id="907"),
        pytest.param(
            400, {"code": 907, "message": PLAN}, {}, Reason.ERP_PLAN_LACKS_FEATURE, Misconfigured, id="907-400"
        ),
        pytest.param(402, {"message": "m"}, {}, Reason.ERP_ACCOUNT_SUSPENDED, Misconfigured, id="402"),
        pytest.param(403, {"message": "m"}, {}, Reason.ERP_PERMISSION_MISSING, Misconfigured, id="403"),
        pytest.param(406, {"message": "m"}, {}, Reason.ERP_PLAN_LACKS_FEATURE, Misconfigured, id="406"),
        pytest.param(429, {"message": "Too Many Requests"}, RATE, Reason.ERP_RATE_LIMITED, RateLimited, id="429"),
        pytest.param(429, None, RATE, Reason.ERP_RATE_LIMITED, RateLimited, id="429-unreadable"),
        pytest.param(400, {"code": 429}, RATE, Reason.ERP_RATE_LIMITED, RateLimited, id="400-429"),
        pytest.param(400, {"code": 3007, "message": "m"}, {}, Reason.DOCUMENT_REJECTED, Rejected, id="400"),
        pytest.param(405, {"message": "m"}, {}, Reason.DOCUMENT_REJECTED, Rejected, id="405"),
        pytest.param(400, None, {}, Reason.ERP_UNREACHABLE, OutcomeUnknown, id="400-unreadable"),
        pytest.param(500, {"message": "m"}, {}, Reason.ERP_UNREACHABLE, OutcomeUnknown, id="500"),
        pytest.param(502, None, {}, Reason.ERP_UNREACHABLE, OutcomeUnknown, id="502"),
        pytest.param(503, {"code": 907, "message": "m"}, {}, Reason.ERP_UNREACHABLE, OutcomeUnknown, id="503"),
        pytest.param(302, None, {}, Reason.ERP_UNREACHABLE, OutcomeUnknown, id="302"),
    ],
)
async def test_each_status_becomes_its_error(
    connect: "Connect",
    company: Company,
    status: int,
    body: Mapping[str, Any] | None,
    headers: Mapping[str, str],
    on_read: Reason,
    on_write: type[ErpError],
) -> None:
    content = b"<html></html>" if body is None else json.dumps(body).encode()
    answer = httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=headers))
    connection = connect(answer, company=company)

    with pytest.raises(ErpError) as read:
        await connection.read(DocumentId("1"))
    with pytest.raises(ErpError) as written:
        await connection.create({}, Stage.DRAFT, key="k")

    assert read.value.reason is on_read
    assert type(written.value) is on_write
    assert type(read.value) is (Unavailable if on_write is OutcomeUnknown else on_write)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Se ha excedido la cantidad disponible del ítem Camisa", Reason.INSUFFICIENT_STOCK),
        ("Solo puedes incluir ítems activos en tu factura", Reason.ITEM_INACTIVE),
        ("La resolución de la numeración está vencida", Reason.NUMBERING_EXHAUSTED),
        ("AEP6011: numeración rechazada", Reason.NUMBERING_EXHAUSTED),
        ("El método de pago no es válido", Reason.DOCUMENT_REJECTED),
        ("La numeración no es electrónica", Reason.DOCUMENT_REJECTED),
    ],
)
async def test_a_text_can_be_more_exact_than_its_code(
    connect: "Connect", company: Company, message: str, reason: Reason
) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(400, json={"message": message}))
    connection = connect(answer, company=company)

    with pytest.raises(Rejected) as raised:
        await connection.create({}, Stage.DRAFT, key="k")

    assert raised.value.reason is reason
    assert raised.value.details == {"erp_message": message}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "7", "X-Rate-Limit-Reset": "12"}, 7, id="retry-after"),
        pytest.param({"X-Rate-Limit-Reset": "12"}, 12, id="reset"),
        pytest.param({"X-Rate-Limit-Reset": "-2"}, 20, id="reset-in-the-past"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 20, id="date"),
        pytest.param({}, 20, id="nothing"),
    ],
)
async def test_a_throttle_says_how_long_to_wait(
    connect: "Connect", company: Company, headers: Mapping[str, str], seconds: int
) -> None:
    connection = connect(httpx.MockTransport(lambda _: httpx.Response(429, headers=headers)), company=company)

    with pytest.raises(RateLimited) as raised:
        await connection.create({}, Stage.DRAFT, key="k")

    assert (raised.value.retry_after, raised.value.resource) == (dt.timedelta(seconds=seconds), "*")
