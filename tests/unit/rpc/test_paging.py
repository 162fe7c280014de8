"""Page tokens: opaque, and good for one list only."""

import base64
import json
from collections.abc import Sequence

import pytest
from erpgate.plugin.reasons import Reason
from erpgate.rpc.paging import open_page
from erpgate.service.errors import Refused
from hypothesis import given
from hypothesis import strategies as st


def token_after(position: str, method: str = "List", *filters: str) -> str:
    _, token = open_page(method, 1, "", *filters).cut([position, "more"], str)
    return token


def encode(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@given(st.text())
def test_position_comes_back(position: str) -> None:
    assert open_page("List", 1, token_after(position)).after == position


@given(size=st.integers(1, 20), count=st.integers(0, 100))
def test_pages_are_the_list(size: int, count: int) -> None:
    everything = [f"{number:03}" for number in range(count)]
    seen: list[str] = []
    token = ""
    while True:
        page = open_page("List", size, token)
        found: Sequence[str] = [name for name in everything if name > page.after][: page.limit]
        part, token = page.cut(found, str)
        assert len(part) <= size
        seen += part
        if not token:
            break
    assert seen == everything


@pytest.mark.parametrize(("asked", "size"), [(0, 50), (1, 1), (500, 500), (501, 500), (2**31 - 1, 500)])
def test_size(asked: int, size: int) -> None:
    assert open_page("List", asked, "").size == size


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(token_after("a", "Other"), id="of another method"),
        pytest.param(token_after("a", "List", "x"), id="of other filters"),
        pytest.param(token_after("a", "List", "b", "c") + "A", id="with something behind"),
        pytest.param("a b", id="not Base64"),
        pytest.param("é", id="not ASCII"),
        pytest.param("+/+/", id="the other Base64"),
        pytest.param("A" * 5000, id="too long"),
        pytest.param(encode("x"), id="a text"),
        pytest.param(encode(["a"]), id="no scope"),
        pytest.param(encode([1, 2]), id="numbers"),
        pytest.param(encode({"a": "b"}), id="an object"),
        pytest.param(base64.urlsafe_b64encode(b"[" * 3000).decode(), id="deep"),
        pytest.param(base64.urlsafe_b64encode(b"\xff\xfe").decode(), id="not UTF-8"),
    ],
)
def test_foreign_tokens_are_refused(token: str) -> None:
    with pytest.raises(Refused) as refused:
        open_page("List", 1, token, "b", "c")
    assert refused.value.reason is Reason.PAGE_TOKEN_INVALID
    assert set(refused.value.fields) == {"page_token"}


@given(st.text(min_size=1))
def test_no_token_is_a_defect(token: str) -> None:
    with pytest.raises(Refused) as refused:
        open_page("List", 1, token)
    assert refused.value.reason is Reason.PAGE_TOKEN_INVALID


def test_filters_are_told_apart_by_their_place() -> None:
    with pytest.raises(Refused):
        open_page("List", 1, token_after("a", "List", "x", ""), "", "x")
