"""Commands that look at a channel's products through a running server."""

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from erpgate.console import client_of

if TYPE_CHECKING:
    from erpgate.client import Client
    from erpgate.v1 import catalog_pb2, product_pb2

products_app = typer.Typer(no_args_is_help=True, help="Products of a connected ERP, through a running server.")

_Channel = Annotated[str, typer.Argument(help="Such as merchants/acme/channels/main.")]
_Server = Annotated[str, typer.Option("--server", envvar="ERPGATE_SERVER", help="HOST:PORT of a running server.")]
_Key = Annotated[str, typer.Option("--key", envvar="ERPGATE_API_KEY", help="A caller's API key, where keys are asked.")]

_LOCAL = "127.0.0.1:8484"
_LOOK = 0.2


@products_app.command("sync")
def sync(channel: _Channel, server: _Server = _LOCAL, key: _Key = "") -> None:
    """Read the whole catalogue from the ERP now, and show how far it is.

    The server does the reading; it goes on when this command is interrupted.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    calls = TextColumn("{task.fields[calls]} calls")
    columns = (TextColumn("items"), BarColumn(), MofNCompleteColumn(), calls, TimeElapsedColumn())
    with client_of(server, key) as client, Progress(*columns, console=Console()) as progress:
        bar = progress.add_task("items", total=None, calls=0)
        for seen in _readings(client, channel):
            total = seen.items_total if seen.HasField("items_total") else None
            progress.update(bar, completed=seen.items_done, total=total, calls=seen.calls_used)


def _readings(client: "Client", channel: str) -> "Iterator[catalog_pb2.CatalogSync]":
    """The progress of a new reading until it is done."""
    from erpgate.v1 import catalog_pb2

    seen = client.sync_catalog(channel)
    while seen.state != catalog_pb2.SYNC_STATE_IDLE:
        yield seen
        time.sleep(_LOOK)
        seen = client.get_catalog_sync(channel)
    yield seen


@products_app.command("list")
def list_(
    channel: _Channel,
    text: Annotated[str, typer.Option(help="Part of title, reference or barcode.")] = "",
    sku: Annotated[str, typer.Option(help="Exactly this SKU.")] = "",
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only these; both by default.")] = None,
    stock_below: Annotated[str, typer.Option(help="Only where less is on hand.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Products at most.")] = 100,
    server: _Server = _LOCAL,
    key: _Key = "",
) -> None:
    """Show products with price, stock and what can still be sold."""
    import itertools

    from erpgate.v1 import catalog_service_pb2

    filters = catalog_service_pb2.ListProductsRequest(text=text, sku=sku, active=active, stock_below=stock_below)
    with client_of(server, key) as client:
        _print_products(itertools.islice(client.list_products(channel, filters=filters), limit))


@products_app.command("lookup")
def lookup(
    channel: _Channel,
    skus: Annotated[list[str], typer.Argument(help="One or more SKUs, at most 500.")],
    server: _Server = _LOCAL,
    key: _Key = "",
) -> None:
    """Show what each SKU is; ends with 1 if one of them cannot be invoiced."""
    from rich.console import Console
    from rich.table import Table

    from erpgate.v1 import catalog_service_pb2

    table = Table("SKU", "Status", "Product", "Price", "Available", "Suggestions")
    with client_of(server, key) as client:
        found = client.lookup_skus(channel, skus)
    for each in found:
        status = catalog_service_pb2.SkuStatus.Name(each.status).removeprefix("SKU_STATUS_")
        product = each.product
        available = product.availability.available
        table.add_row(each.sku, status, product.title, _price(product), available, ", ".join(each.suggestions))
    Console(soft_wrap=True).print(table)
    raise typer.Exit(any(each.status != catalog_service_pb2.SKU_STATUS_FOUND for each in found))


def _print_products(products: "Iterable[product_pb2.Product]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("SKU", "Title", "Price", "On hand", "Available", "Age", "Cannot be invoiced because")
    for product in products:
        availability = product.availability
        age = f"{product.age.seconds // 60} min"
        table.add_row(
            product.sku,
            product.title,
            _price(product),
            availability.on_hand,
            availability.available,
            age,
            product.refusal_message,
        )
    Console(soft_wrap=True).print(table)


def _price(product: "product_pb2.Product") -> str:
    return f"{product.price} {product.currency_code}" if product.price else ""
