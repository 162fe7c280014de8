"""Random messages: every field of any message, with values that are nearly right."""

from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from .builders import CHANNEL, INVOICE, ORDER

TEXTS = st.one_of(
    st.sampled_from(
        (
            "merchants/acme",
            CHANNEL,
            ORDER,
            INVOICE,
            "erps/toy-books",
            "shop-co",
            "1",
            "0",
            "-0.00",
            "1190.50",
            "9" * 16,
            "COP",
            "CLP",
            "CO",
            "es",
            '"3"',
            "ana@shop.co",
            "0f2b3c4d-0000-4000-8000-000000000000",
            "display_name",
            "settings",
            "settings.automation.start_time",
        )
    ),
    st.text(max_size=6),
)
INTEGERS = st.sampled_from((0, 1, 2, 3, 500, -1, 2**31 - 1, -(2**31)))
INSTANTS = st.sampled_from((0, 1, 1_767_323_045, 999_999_999, -1, 2**31 - 1))
DOUBLES = st.sampled_from((0.0, 1.0, 0.1, 1e300, float("nan"), float("inf")))


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor, depth: int = 5) -> Message:
    """A message with some of its fields set."""
    message = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if draw(st.integers(0, 3)) and depth:
            _set(draw, message, field, depth - 1)
    return message


def _set(draw: st.DrawFn, message: Message, field: FieldDescriptor, depth: int) -> None:
    nested = field.message_type
    if nested is not None and nested.GetOptions().map_entry:
        entry = draw(messages(nested, depth))
        target = getattr(message, field.name)
        value_type = nested.fields_by_name["value"].message_type
        if value_type is None:
            target[entry.key] = entry.value  # type: ignore[attr-defined]
        else:
            target[entry.key].CopyFrom(entry.value)  # type: ignore[attr-defined]
    elif nested is not None and field.is_repeated:
        getattr(message, field.name).extend(draw(st.lists(messages(nested, depth), max_size=3)))
    elif nested is not None:
        getattr(message, field.name).CopyFrom(draw(messages(nested, depth)))
    elif field.is_repeated:
        getattr(message, field.name).extend(draw(st.lists(_scalars(field), max_size=3)))
    else:
        setattr(message, field.name, draw(_scalars(field)))


def _scalars(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return TEXTS
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.CPPTYPE_ENUM:
            return st.sampled_from((0, 1, 2, 3, 9))
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return DOUBLES
        case FieldDescriptor.CPPTYPE_INT64:
            return INSTANTS
    return INTEGERS
