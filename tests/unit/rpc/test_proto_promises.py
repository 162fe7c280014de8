"""What every RPC promises in its proto."""

import re
from pathlib import Path

import pytest
from erpgate.v1 import catalog_service_pb2, channel_service_pb2, invoicing_service_pb2
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions

PROTOS = Path(__file__).parents[3] / "protos"
METHODS = [
    pytest.param(file.DESCRIPTOR.name, method, id=method.full_name)
    for file in (channel_service_pb2, catalog_service_pb2, invoicing_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]


@pytest.mark.parametrize(("file", "method"), METHODS)
def test_can_be_repeated(file: str, method: MethodDescriptor) -> None:
    reads = method.name.startswith(("Get", "List", "Lookup", "Preview", "Explain", "Watch"))
    level = MethodOptions.NO_SIDE_EFFECTS if reads else MethodOptions.IDEMPOTENT
    assert method.GetOptions().idempotency_level == level


@pytest.mark.parametrize(("file", "method"), METHODS)
def test_is_commented_and_has_messages_of_its_own(file: str, method: MethodDescriptor) -> None:
    text = (PROTOS / file).read_text()
    rpc = rf"rpc {method.name}\((stream )?{method.name}Request\) returns \((stream )?{method.name}Response\)"
    assert re.search(rf"^  // .+\n  {rpc}", text, re.MULTILINE)
