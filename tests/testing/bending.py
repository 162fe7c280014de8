"""Ways to bend a good plugin out of shape, one thing at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pydantic
from erpgate.plugin import Erp, FormField, Text, Wiring
from erpgate.testing.toy import ToySettings

Bend = Callable[[Erp[Any, Any]], Erp[Any, Any]]
LABEL = Text(es="x", en="x", pt="x")


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong.

    Attributes:
        bend: Makes the bad plugin of the good one.
        ledger: What is different about the toy's books.
    """

    bend: Bend
    ledger: Mapping[str, Any]


def defect(bend: Bend, **ledger: Any) -> Defect:
    return Defect(bend, {"drafts": True, **ledger})


class Bent:
    """A part of a plugin with other members."""

    def __init__(self, part: Any, members: Mapping[str, Any]) -> None:
        self._part = part
        self._members = members

    def __getattr__(self, name: str) -> Any:
        if name not in self._members:
            return getattr(self._part, name)
        member, part = self._members[name], self._part
        return (lambda *args, **kwargs: member(part, *args, **kwargs)) if callable(member) else member


def changed(**values: Any) -> Defect:
    """Another offer."""
    return defect(lambda erp: replace(erp, **values))


def connection(**members: Any) -> Defect:
    """Another connection."""
    return defect(bent_connection(**members))


def bent_connection(**members: Any) -> Bend:
    return lambda erp: replace(erp, connect=lambda wiring: Bent(erp.connect(wiring), members))


def part(name: str, **members: Any) -> Defect:
    """Another SKU strategy, mapper or defaults."""

    def bend(erp: Erp[Any, Any]) -> Erp[Any, Any]:
        bent: dict[str, Any] = {name: Bent(getattr(erp, name), members)}
        return replace(erp, **bent)

    return defect(bend)


def policy(**values: Any) -> Defect:
    """Other facts."""
    return defect(lambda erp: replace(erp, policy=lambda *given: replace(erp.policy(*given), **values)))


def rounding(**values: Any) -> Defect:
    """Other facts about rounding."""

    def bend(erp: Erp[Any, Any]) -> Erp[Any, Any]:
        def claimed(*given: Any) -> Any:
            told = erp.policy(*given)
            return replace(told, rounding=replace(told.rounding, **values))

        return replace(erp, policy=claimed)

    return defect(bend)


def field(form: FormField) -> Defect:
    """One more field in the settings."""

    class Settings(ToySettings, frozen=True):
        more: Annotated[str, form] = ""

    return changed(settings=Settings)


def secret(*, hidden: bool, drawn: bool) -> Defect:
    """Credentials whose secret is one in the model, in the form, in both or in neither."""
    form = FormField(kind="secret" if drawn else "text", label=LABEL)
    kind: Any = pydantic.SecretStr if hidden else str

    class Credentials(pydantic.BaseModel, frozen=True, extra="forbid"):
        workspace: str
        passphrase: Annotated[kind, form]

    return changed(credentials=Credentials)


def anybody(erp: Erp[Any, Any]) -> Erp[Any, Any]:
    """Every passphrase opens the books."""

    def connect(wiring: Wiring[Any, Any]) -> Any:
        right = erp.credentials(workspace="toy", passphrase="open sesame")
        return erp.connect(replace(wiring, credentials=right))

    return replace(erp, connect=connect)


def turning(kind: type[Exception], into: Callable[[], Exception], *methods: str) -> Defect:
    """Methods that tell one error as another."""

    def turned(name: str) -> Any:
        async def call(part: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await getattr(part, name)(*args, **kwargs)
            except kind as error:
                raise into() from error

        return call

    return connection(**{name: turned(name) for name in methods})


def answering(kind: type[Exception], answer: Any, method: str) -> Defect:
    """A method that turns an error into an answer."""

    async def call(part: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await getattr(part, method)(*args, **kwargs)
        except kind:
            return answer

    return connection(**{method: call})


def after(method: str, change: Callable[[Any], Any]) -> Defect:
    """A method that answers something else."""

    async def call(part: Any, *args: Any, **kwargs: Any) -> Any:
        return change(await getattr(part, method)(*args, **kwargs))

    return connection(**{method: call})


def mapped(change: Callable[[dict[str, Any]], object]) -> Defect:
    """An invoice with another body."""

    def invoice(mapper: Any, *args: Any) -> Any:
        body = dict(mapper.invoice(*args))
        body["rows"] = [dict(row) for row in body["rows"]]
        change(body)
        return body

    return part("mapper", invoice=invoice)
