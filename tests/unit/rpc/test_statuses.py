"""What goes into a `google.rpc.Status`, and that it always fits into the trailers."""

import datetime as dt

import pytest
from erpgate.plugin.reasons import Reason
from erpgate.rpc.errors import refusal_of, status_of
from erpgate.service.errors import Refused
from google.rpc import error_details_pb2
from hypothesis import given
from hypothesis import strategies as st

LIMIT = 8 * 1024
TEXTS = st.text(max_size=400).map(lambda text: text * 10)


def info_of(refused: Refused) -> error_details_pb2.ErrorInfo:
    info = error_details_pb2.ErrorInfo()
    assert status_of(refused).details[0].Unpack(info)
    return info


@given(
    message=TEXTS,
    fields=st.dictionaries(TEXTS, TEXTS, max_size=40),
    details=st.dictionaries(st.text(min_size=1, max_size=300), TEXTS, max_size=40),
)
def test_trailers_stay_within_what_clients_accept(
    message: str, fields: dict[str, str], details: dict[str, str]
) -> None:
    """Eight KiB with the sentence percent-encoded in `grpc-message` and the status in Base64 beside it."""
    refused = Refused(Reason.FIELD_INVALID, message, fields=fields, details=details, retry_after=dt.timedelta(1))
    status = status_of(refused)
    encoded = sum(1 if " " <= char <= "~" and char != "%" else 3 * len(char.encode()) for char in status.message)
    assert encoded + len(status.SerializeToString()) * 4 / 3 < LIMIT
    assert len(status.details) == 2 + bool(fields)


@pytest.mark.parametrize("reason", [Reason.ERP_UNREACHABLE, Reason.SERVICE_UNAVAILABLE, Reason.ERP_RATE_LIMITED])
def test_waiting_always_has_a_time(reason: Reason) -> None:
    retry = error_details_pb2.RetryInfo()
    assert status_of(Refused(reason, "Wait.")).details[1].Unpack(retry)
    assert retry.retry_delay.seconds > 0


def test_time_to_wait_is_never_negative() -> None:
    refused = Refused(Reason.ERP_RATE_LIMITED, "Wait.", retry_after=dt.timedelta(seconds=-3))
    retry = error_details_pb2.RetryInfo()
    assert status_of(refused).details[1].Unpack(retry)
    assert retry.retry_delay.ToTimedelta() == dt.timedelta(0)


def test_metadata_is_kept() -> None:
    info = info_of(Refused(Reason.SKU_NOT_FOUND, "No.", details={"line_id": "1", "sku": "Ñ"}))
    assert dict(info.metadata) == {"line_id": "1", "sku": "Ñ"}


def test_correlation_id_of_the_service_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """The service named the defect already; caller, log and service say the same id."""
    error = Refused(Reason.PLUGIN_DEFECT, "It failed.", details={"correlation_id": "abc"})
    assert refusal_of(error).details == {"correlation_id": "abc"}
    assert [record.correlation_id for record in caplog.records] == ["abc"]  # type: ignore[attr-defined]
