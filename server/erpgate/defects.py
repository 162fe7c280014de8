"""What a plugin raises against its contract: told apart from erpgate's own defects, named, and remembered."""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from erpgate.plugin.erp import Erp
from erpgate.plugin.errors import ErpError
from erpgate.plugin.reasons import Reason

_log = logging.getLogger(__name__)


class PluginDefect(Exception):
    """A plugin raised what its contract does not allow.

    It is no `ErpError`: of a write that ends like this nobody knows whether it happened.

    Args:
        erp: Whose plugin it is.
        where: The member of the contract, such as `mapper.invoice`.
        error: As raised; only its type is told on, because its text may hold anything.
    """

    reason = Reason.PLUGIN_DEFECT

    def __init__(self, erp: str, where: str, error: Exception) -> None:
        self.message = f"The plugin of {erp} failed in {where} ({type(error).__name__}): report it to its authors."
        self.details = {"erp": erp, "where": where, "error": type(error).__name__}
        super().__init__(self.message)


class Defects:
    """The last defect of each ERP's plugin since this process started."""

    def __init__(self) -> None:
        self._last: dict[str, PluginDefect] = {}

    @property
    def last(self) -> Mapping[str, PluginDefect]:
        """By name of the ERP."""
        return self._last

    def guard(self, erp: Erp[Any, Any]) -> Erp[Any, Any]:
        """The same offer, of which every member raises `PluginDefect` in place of what it may not raise."""

        def guarded(name: str, member: Any) -> Any:
            return _Guarded(self, erp.name, name, member)

        def connect(wiring: Any) -> Any:
            connection = self.called(erp.name, "connect", erp.connect, (wiring,), {})
            return guarded("connection", connection)

        def policy(company: Any, settings: Any) -> Any:
            return self.called(erp.name, "policy", erp.policy, (company, settings), {})

        def events(body: bytes) -> Any:
            return self.called(erp.name, "events", erp.events, (body,), {})

        def check_payment(payment: Any, settings: Any) -> None:
            if erp.check_payment is not None:
                self.called(erp.name, "check_payment", erp.check_payment, (payment, settings), {})

        return replace(
            erp,
            check_payment=check_payment,
            sku=guarded("sku", erp.sku),
            defaults=guarded("defaults", erp.defaults),
            mapper=guarded("mapper", erp.mapper),
            policy=policy,
            connect=connect,
            events=None if erp.events is None else events,
        )

    def called(self, erp: str, where: str, method: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What the method gives."""
        try:
            return method(*args, **kwargs)
        except Exception as error:
            raise self.defect(erp, where, error) from error

    def defect(self, erp: str, where: str, error: Exception) -> Exception:
        """The error itself where the contract allows it, else the defect that it is."""
        if isinstance(error, ErpError | PluginDefect):
            return error
        defect = PluginDefect(erp, where, error)
        if erp not in self._last or self._last[erp].details != defect.details:
            _log.error("%s", defect, exc_info=error)
        self._last[erp] = defect
        return defect


class _Guarded:
    """Stands for a part of a plugin."""

    def __init__(self, defects: Defects, erp: str, name: str, part: object) -> None:
        self._defects = defects
        self._erp = erp
        self._name = name
        self._part = part

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)
        defects, erp, where = self._defects, self._erp, f"{self._name}.{name}"

        def call(*args: Any, **kwargs: Any) -> Any:
            answer = defects.called(erp, where, method, args, kwargs)
            if hasattr(answer, "__anext__"):
                return self._pages(where, answer)
            return self._awaited(where, answer) if hasattr(answer, "__await__") else answer

        return call

    async def _awaited(self, where: str, answer: Any) -> Any:
        try:
            return await answer
        except Exception as error:
            raise self._defects.defect(self._erp, where, error) from error

    async def _pages(self, where: str, pages: Any) -> AsyncIterator[Any]:
        try:
            async for page in pages:
                yield page
        except Exception as error:
            raise self._defects.defect(self._erp, where, error) from error
        finally:
            if hasattr(pages, "aclose"):
                await pages.aclose()
