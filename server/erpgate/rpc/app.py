"""The composition root: puts store, plugins, lanes, use cases and server together, and takes them apart again."""

import asyncio
import contextlib
import datetime as dt
import enum
import ipaddress
import logging
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from erpgate import faultpoints
from erpgate.engine.announcer import Announcer
from erpgate.engine.clock import Clock, SystemClock
from erpgate.engine.lane import Lane
from erpgate.engine.session import OF_EVERY_ERP, Outside
from erpgate.engine.settings import EngineSettings
from erpgate.engine.work import Handler
from erpgate.engine.worker import Worker
from erpgate.jobs.check_channel import CHECK_CHANNEL, WATCH_CHANNEL, check_channel, watch_channel
from erpgate.jobs.cut_feeds import CUT_FEEDS, cut_feeds_task, cutting_feeds
from erpgate.jobs.issue_invoice import issue_invoice
from erpgate.jobs.judge_again import JUDGE_AGAIN, judging_again
from erpgate.jobs.probe_channel import PROBE_CHANNEL, Prober
from erpgate.jobs.read_catalog import FIND_SKUS, READ_ITEM, SYNC_CATALOG, find_skus, read_item, syncing_catalog
from erpgate.jobs.read_options import READ_OPTIONS, read_options
from erpgate.jobs.refresh import SWEEP, refresh_invoice, sweep
from erpgate.jobs.run_operation import run_operation
from erpgate.jobs.sessions import Sessions
from erpgate.jobs.shadow_order import shadowing
from erpgate.plugin.http import Transport
from erpgate.plugins import Registry, load_plugins
from erpgate.rpc.auth import Doorkeeper, KeyedDoor
from erpgate.rpc.catalog_servicer import CatalogRpcs
from erpgate.rpc.channel_servicer import ChannelRpcs
from erpgate.rpc.invoicing_servicer import InvoicingRpcs
from erpgate.rpc.server import RpcServer, create_health_server, create_server
from erpgate.service.aliases import Aliases
from erpgate.service.catalog import Catalog
from erpgate.service.channels import Channels
from erpgate.service.checks import Checks
from erpgate.service.credentials import Credentials
from erpgate.service.explain import Explanations
from erpgate.service.farewell import Farewell
from erpgate.service.field_options import FieldOptions
from erpgate.service.hooks import Hooks
from erpgate.service.invoices import Invoices
from erpgate.service.operations import Operations
from erpgate.service.orders import Orders, Rules, automatic_stage
from erpgate.service.preview import Previews
from erpgate.service.prints import Files
from erpgate.service.sales_channels import SalesChannels
from erpgate.service.sources import Sources
from erpgate.settings import Settings, operator_settings
from erpgate.store.announce import KINDS, Ears
from erpgate.store.callers import list_callers
from erpgate.store.channels import WakeReturned
from erpgate.store.database import Database, open_database
from erpgate.store.errors import Conflict, StoreUnusable
from erpgate.store.invoices import ISSUE_INVOICE
from erpgate.store.keys import UseKeys
from erpgate.store.request_operation import REFRESH_INVOICE, RUN_OPERATION
from erpgate.store.restorations import Restoration, restorations
from erpgate.store.submit_order import SHADOW_ORDER
from erpgate.store.tasks import AddTasks, Claim
from erpgate.vault import Vault, VaultError

_log = logging.getLogger(__name__)


class ListenError(Exception):
    """The address can't be served on; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a caller of `open_app` may bring; tests do.

    Attributes:
        plugins: Plugin objects beside the installed ones, by name.
        transports: ERP name to an HTTP transport, instead of the network.
        installed: Whether installed plugins are loaded too.
        operator: ERP name to the operator's settings, beside those of the environment.
        engine: Times and sizes of lanes, instead of those that the settings say.
        clock: Where time comes from.
    """

    plugins: Mapping[str, object] = field(default_factory=dict)
    transports: Mapping[str, Transport] = field(default_factory=dict)
    installed: bool = True
    operator: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    engine: EngineSettings | None = None
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, kw_only=True)
class App:
    """A server with its worker, serving.

    Attributes:
        port: That it listens on.
        registry: Loaded ERPs.
        database: Where everything is stored.
        server: The gRPC server.
        hooks_port: That messages of ERPs are taken on; 0 where none are.
    """

    port: int
    registry: Registry
    database: Database
    server: RpcServer
    hooks_port: int = 0


class Role(enum.Enum):
    """What a process does."""

    BOTH = "both"
    SERVER = "server"
    WORKER = "worker"


@contextlib.asynccontextmanager
async def open_app(settings: Settings, parts: Parts | None = None, role: Role = Role.BOTH) -> AsyncIterator[App]:
    """Serves and works until the context is left; then calls, lanes and commits in progress end first.

    Args:
        settings: Of the server.
        parts: What tests bring.
        role: A worker serves health alone; a server leaves the work to workers on the same database.

    Raises:
        VaultError: The master key is missing, malformed, or another one seals credentials in this database.
        StoreUnusable: The database can't be used.
        ListenError: The address can't be served on, or nobody would be asked who they are.
    """
    parts = parts or Parts()
    engine = parts.engine or _engine(settings)
    vault = settings.vault()
    registry = _registry(settings, parts)
    known = {erp.name: (*erp.operator_settings, *OF_EVERY_ERP) for erp in registry.erps.values()}
    operator = {**operator_settings(known), **parts.operator}
    outside = Outside(operator=operator, transports=parts.transports, networks=settings.networks)
    prober = Prober(registry=registry, vault=vault, outside=outside)
    async with open_database(settings.database_url) as database:
        await _use_keys(database, vault, parts.clock)
        sessions = Sessions(database=database, registry=registry, vault=vault, outside=outside)
        restores = await database.read(restorations)
        worker = _worker(
            database, restores, sessions, _handlers(parts.clock, prober, settings, vault), parts.clock, engine
        )
        if database.alone and role is not Role.BOTH:
            raise StoreUnusable(
                "SQLite serves one process only, so it must both serve and work: use PostgreSQL for several processes."
            )
        sources = Sources(database=database, registry=registry, clock=parts.clock, wake=worker.wake)
        if role is Role.WORKER:
            server = create_health_server()
        else:
            farewell = Farewell(sessions, _hook_url(settings, vault), engine.answer)
            server = _server(sources, prober, vault, sessions, farewell, await _door(database, settings.listen), engine)
        port = _listen(server, settings.listen)
        database.listen(worker.wake)
        if registry.listeners:
            database.announce(_ears(registry, parts.clock))
        if role is not Role.SERVER:
            await database.write(AddTasks((cut_feeds_task(parts.clock.now()),)))
            await database.write(WakeReturned(tuple(registry.erps), parts.clock.now()))
        async with contextlib.AsyncExitStack() as background:
            if role is not Role.SERVER:
                listeners = list(registry.listeners.values())
                announcer = Announcer(_process(), listeners, database, parts.clock, engine)
                await background.enter_async_context(announcer.running())
                await background.enter_async_context(worker.running())
            await server.start()
            try:
                async with _hooks(settings, sources, vault, role) as hooks_port:
                    yield App(port=port, registry=registry, database=database, server=server, hooks_port=hooks_port)
            finally:
                database.bell.close()
                await server.stop(engine.grace.total_seconds())


async def serve(settings: Settings, started: Callable[[App], None], role: Role = Role.BOTH) -> None:
    """Serves until SIGTERM or SIGINT.

    Args:
        settings: Of the server.
        started: Told when it serves.
        role: What this process does.
    """
    faultpoints.arm(os.environ.get(faultpoints.ENVIRONMENT, ""))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_app(settings, role=role) as app:
        started(app)
        await stop.wait()
        _log.info("Stopping: running calls and invoices end first.")


@contextlib.asynccontextmanager
async def _hooks(settings: Settings, sources: Sources, vault: Vault, role: Role) -> AsyncIterator[int]:
    """The endpoint for ERPs' messages, where there shall be one."""
    if not settings.hook_listen or role is Role.WORKER:
        yield 0
        return
    from erpgate.rpc.hooks import open_hooks

    try:
        endpoint = open_hooks(settings.hook_listen, Hooks(sources, vault).take)
        async with endpoint as port:
            yield port
    except OSError as error:
        raise ListenError(
            f"{settings.hook_listen} can't be listened on: choose another ERPGATE_HOOK_LISTEN."
        ) from error


def _hook_url(settings: Settings, vault: Vault) -> Callable[[str], str]:
    """The address for the messages of a channel's ERP, by the channel's resource name."""

    def hook_url(name: str) -> str:
        _, merchant, _, channel = name.split("/")
        base = settings.hook_url.rstrip("/")
        return f"{base}/hooks/{merchant}/{channel}/{vault.tokens(name)[0]}" if base else ""

    return hook_url


async def _use_keys(database: Database, vault: Vault, clock: Clock) -> None:
    try:
        await database.write(UseKeys(tuple(vault.key_ids), clock.now()))
    except Conflict as conflict:
        raise VaultError(
            f"Credentials in this database are sealed with the master key {conflict.holder}, which is not among the "
            "keys given: start with that key. To change keys, put the new one above it in the key file. If it is lost, "
            "run `erpgate keys give-up`."
        ) from conflict


async def _door(database: Database, address: str) -> KeyedDoor:
    """Who may call: on another address than this machine's own, only those who have a key."""
    is_public = not _is_loopback(address)
    if is_public and not await database.read(list_callers):
        raise ListenError(
            f"Whoever reaches {address} could act for every merchant, because there are no callers with keys yet: run "
            "`erpgate callers add ID --all-merchants` first, or listen on 127.0.0.1."
        )
    return KeyedDoor(database, required=is_public)


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    if host in ("localhost", "unix") or address.startswith("unix:"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _registry(settings: Settings, parts: Parts) -> Registry:
    return load_plugins(
        disabled=settings.disabled_plugins,
        external=not settings.no_external_plugins,
        extra=parts.plugins,
        entry_points=None if parts.installed else (),
        unproven=settings.allowed_unproven,
    )


def _handlers(clock: Clock, prober: Prober, settings: Settings, vault: Vault) -> Mapping[str, Handler]:
    refresh = dt.timedelta(seconds=settings.catalog_refresh_seconds)
    return {
        READ_ITEM: read_item,
        CHECK_CHANNEL: check_channel,
        WATCH_CHANNEL: watch_channel,
        CUT_FEEDS: cutting_feeds(dt.timedelta(days=settings.change_retention_days)),
        ISSUE_INVOICE: issue_invoice,
        RUN_OPERATION: run_operation,
        REFRESH_INVOICE: refresh_invoice,
        SWEEP: sweep,
        SYNC_CATALOG: syncing_catalog(refresh, _hook_url(settings, vault)),
        FIND_SKUS: find_skus,
        READ_OPTIONS: read_options,
        JUDGE_AGAIN: judging_again(Rules(clock, prober.registry.may_automate), automatic_stage),
        SHADOW_ORDER: shadowing(automatic_stage),
        PROBE_CHANNEL: prober.probe_channel,
    }


def _engine(settings: Settings) -> EngineSettings:
    return EngineSettings(
        lease=dt.timedelta(seconds=settings.lease_seconds),
        renew=dt.timedelta(seconds=settings.lease_seconds / 3),
        look_up_delays=_delays(settings.lookup_delays),
        retry_delays=_delays(settings.retry_delays),
        check_interval=dt.timedelta(seconds=settings.check_seconds),
        event_patience=dt.timedelta(hours=settings.event_patience_hours),
    )


def _delays(text: str) -> tuple[dt.timedelta, ...]:
    return tuple(dt.timedelta(seconds=float(seconds)) for seconds in text.split(","))


def _worker(
    database: Database,
    restores: Sequence[Restoration],
    sessions: Sessions,
    handlers: Mapping[str, Handler],
    clock: Clock,
    engine: EngineSettings,
) -> Worker:
    def new_lane(claim: Claim) -> Lane:
        return Lane(claim, database, handlers, sessions.open, clock, engine, restores)

    return Worker(_process(), database, new_lane, list(handlers), clock, engine, alone=database.alone)


def _process() -> str:
    """Names this process in leases."""
    return f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(4)}"


def _ears(registry: Registry, clock: Clock) -> Ears:
    listeners = {
        kind: tuple(name for name, listener in registry.listeners.items() if kind in listener.hooks) for kind in KINDS
    }
    return Ears(listeners=listeners, now=clock.now)


def _server(
    sources: Sources,
    prober: Prober,
    vault: Vault,
    sessions: Sessions,
    farewell: Farewell,
    door: Doorkeeper,
    engine: EngineSettings,
) -> RpcServer:
    credentials = Credentials(sources, prober, vault)
    options = FieldOptions(sources=sources, patience=engine.answer)
    return create_server(
        channels=ChannelRpcs(
            channels=Channels(sources, options, prober, vault, farewell),
            credentials=credentials,
            checks=Checks(sources=sources, credentials=credentials),
            aliases=Aliases(sources),
            options=options,
            sales_channels=SalesChannels(sources),
            registry=sources.registry,
        ),
        catalog=CatalogRpcs(Catalog(sources)),
        invoicing=InvoicingRpcs(
            Orders(sources),
            Invoices(sources),
            Previews(sources),
            Explanations(sources),
            Operations(sources),
            Files(sources, sessions),
        ),
        door=door,
    )


def _listen(server: RpcServer, address: str) -> int:
    try:
        return server.server.add_insecure_port(address)
    except RuntimeError as error:
        raise ListenError(
            f"{address} can't be listened on: is another server there? Choose another --listen."
        ) from error
