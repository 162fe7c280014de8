"""SKU to item: exactly one, or a problem for the line."""

import pytest
from erpgate.domain.matching import match
from erpgate.domain.problem import Blocked, LineProblem
from erpgate.plugin.model import Item, ItemId
from erpgate.plugin.reasons import Reason
from erpgate.plugin.settings import ChannelSettings

from .builders import a_line, an_item

VARIANT_TEXT = "Variants share their parent's reference; use barcodes as SKU."


class OneCode:
    """The code that the settings name is the SKU; with references, variants are refused."""

    def normalise(self, sku: str) -> str:
        """Trims."""
        return sku.strip()

    def sku_of(self, item: Item, settings: ChannelSettings) -> str | None:
        """Reference or barcode, never the other one."""
        return item.reference if settings.sku_source == "reference" else item.barcode

    def refusal(self, item: Item, settings: ChannelSettings) -> str | None:
        """Why a variant cannot be told from its siblings."""
        return VARIANT_TEXT if settings.sku_source == "reference" and item.kind == "variant" else None


def matched(
    *skus: str,
    items: tuple[Item, ...],
    corrections: dict[str, str] | None = None,
    known: tuple[str, ...] = (),
) -> dict[str, str]:
    lines = [a_line(sku=sku, line_id=str(number)) for number, sku in enumerate(skus, 1)]
    found = match(lines, items, OneCode(), ChannelSettings(), corrections=corrections or {}, known_skus=known)
    return {line_id: item.id for line_id, item in found.all_items().items()}


def refused(
    *skus: str,
    items: tuple[Item, ...] = (),
    corrections: dict[str, str] | None = None,
    known: tuple[str, ...] = (),
) -> Blocked:
    with pytest.raises(Blocked) as caught:
        matched(*skus, items=items, corrections=corrections, known=known)
    return caught.value


SHIRT = an_item("shirt", reference="SHIRT")
HAT = an_item("hat", reference=" HAT ")


def test_skus_are_equal_after_trimming() -> None:
    assert matched(" SHIRT", "HAT", "SHIRT", items=(HAT, SHIRT)) == {"1": "shirt", "2": "hat", "3": "shirt"}


def test_a_correction_stands_for_the_lines_own_sku() -> None:
    assert matched("T-SHIRT", "HAT", items=(HAT, SHIRT), corrections={"1": "SHIRT "}) == {"1": "shirt", "2": "hat"}


def test_an_item_that_is_given_twice_is_one_item() -> None:
    assert matched("SHIRT", items=(SHIRT, SHIRT)) == {"1": "shirt"}


def test_an_inactive_item_does_not_stand_in_the_way_of_an_active_one() -> None:
    old = an_item("old", reference="SHIRT", active=False)
    assert matched("SHIRT", items=(old, SHIRT)) == {"1": "shirt"}


def test_items_without_a_sku_match_nothing() -> None:
    assert refused("", items=(an_item("nameless"), an_item("blank", reference="  "))).reason is Reason.SKU_NOT_FOUND


@pytest.mark.parametrize(
    ("items", "reason", "message"),
    [
        ((HAT,), Reason.SKU_NOT_FOUND, "No item of the ERP has the SKU 'SHIRT'."),
        (
            (an_item("shirt", reference="shirt"),),
            Reason.SKU_NOT_FOUND,
            "No item of the ERP has the SKU 'SHIRT'.",
        ),
        (
            (an_item("old", reference="SHIRT", active=False),),
            Reason.ITEM_INACTIVE,
            "The item with the SKU 'SHIRT' is inactive in the ERP.",
        ),
        (
            (SHIRT, an_item("other", reference="SHIRT")),
            Reason.SKU_AMBIGUOUS,
            "Several items of the ERP have the SKU 'SHIRT': shirt, other.",
        ),
        ((an_item("red", reference="SHIRT", kind="variant"),), Reason.VARIANT_NOT_INVOICEABLE, VARIANT_TEXT),
        (
            (
                an_item("red", reference="SHIRT", kind="variant"),
                an_item("blue", reference="SHIRT", kind="variant"),
                an_item("parent", reference="SHIRT", kind="variant_parent"),
            ),
            Reason.VARIANT_NOT_INVOICEABLE,
            VARIANT_TEXT,
        ),
        (
            (an_item("parent", reference="SHIRT", kind="variant_parent"),),
            Reason.VARIANT_NOT_INVOICEABLE,
            "The item parent has variants; only they can be sold.",
        ),
        (
            (SHIRT, an_item("red", reference="SHIRT", kind="variant")),
            Reason.SKU_AMBIGUOUS,
            "Several items of the ERP have the SKU 'SHIRT': shirt, red.",
        ),
    ],
    ids=[
        "not found",
        "other case",
        "inactive",
        "ambiguous",
        "variant",
        "variants and their parent",
        "parent alone",
        "product beside a variant",
    ],
)
def test_a_line_without_exactly_one_item_stops_the_order(items: tuple[Item, ...], reason: Reason, message: str) -> None:
    blocked = refused("SHIRT", items=items)
    assert blocked.reason is reason
    assert [(problem.line_id, problem.reason, problem.message) for problem in blocked.lines] == [("1", reason, message)]
    assert blocked.message == f"1 of 1 lines does not match an item of the ERP. Line 1: {message}"
    assert blocked.details["line_id"] == "1"
    assert blocked.details["sku"] == "SHIRT"


def test_all_problems_are_told_and_the_first_decides() -> None:
    twin = an_item("twin", reference="HAT")
    blocked = refused("SHIRT", "HAT", "", "SOCK", items=(SHIRT, HAT, twin))
    assert blocked.reason is Reason.SKU_AMBIGUOUS
    assert blocked.details == {"line_id": "2", "sku": "HAT", "items": "hat, twin"}
    assert blocked.message.startswith("3 of 4 lines do not match an item of the ERP. Line 2: Several items")
    assert blocked.lines[1:] == (
        LineProblem(line_id="3", sku="", reason=Reason.SKU_NOT_FOUND, message="The line has no SKU."),
        LineProblem(
            line_id="4",
            sku="SOCK",
            reason=Reason.SKU_NOT_FOUND,
            message="No item of the ERP has the SKU 'SOCK'.",
        ),
    )


def test_a_wrong_correction_is_looked_for_and_the_lines_own_sku_shown() -> None:
    blocked = refused("SHIRT", items=(SHIRT,), corrections={"1": "SKIRT"})
    assert blocked.details == {"line_id": "1", "sku": "SKIRT"}
    assert (blocked.lines[0].sku, blocked.lines[0].suggestions) == ("SHIRT", ("SHIRT",))


@pytest.mark.parametrize(
    ("sku", "known", "suggestions"),
    [
        ("shirt-01", ("SHIRT-02", "SHIRT 01", "Shirt-01", "HAT"), ("SHIRT 01", "Shirt-01", "SHIRT-02")),
        ("SHIRT-1O1", ("SHIRT-101", "SHIRT-999", "TROUSERS"), ("SHIRT-101",)),
        ("AB-7788", (" AB-7789 ", "AB-7780", "AB-7781", "AB-7782"), ("AB-7789", "AB-7782", "AB-7781")),
        ("???", ("???!", "SHIRT"), ()),
        ("SHIRT", ("HAT", "SOCK"), ()),
    ],
    ids=["same but for case", "a letter for a digit", "at most three", "nothing to compare", "nothing alike"],
)
def test_suggestions_look_alike_the_likeliest_first(
    sku: str, known: tuple[str, ...], suggestions: tuple[str, ...]
) -> None:
    assert refused(sku, known=known).lines[0].suggestions == suggestions


def test_an_order_in_which_nothing_matches_is_not_compared_with_everything() -> None:
    """Codes that differ in case alone are found for every line; likeness is looked for on some lines."""
    known = tuple(f"CODE-{number:06}" for number in range(20_000))
    skus = tuple(f"code-{number:06}" for number in range(0, 4000, 4))
    blocked = refused(*skus, known=known)
    assert len(blocked.lines) == 1000
    assert all(problem.suggestions[0] == problem.sku.upper() for problem in blocked.lines)
    assert sum(len(problem.suggestions) == 3 for problem in blocked.lines) == 20


def test_with_barcodes_each_variant_is_its_own_item() -> None:
    red, blue = (
        Item(id=ItemId(name), name=name, reference="SHIRT", barcode=barcode, kind="variant")
        for name, barcode in (("red", "7701"), ("blue", "7702"))
    )
    lines = [a_line(sku="7702")]
    settings = ChannelSettings(sku_source="barcode")
    assert match(lines, [red, blue], OneCode(), settings, corrections={}).items == {"1": blue}
