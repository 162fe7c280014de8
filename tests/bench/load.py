"""A load of unary calls from a process of its own: raw bytes in, raw bytes out, so that the client costs little."""

import asyncio
import json
import pickle
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import uvloop


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send.

    Attributes:
        target: HOST:PORT.
        method: Full name, such as `/erpgate.v1.InvoicingService/GetInvoice`.
        bodies: Serialised requests, each sent once.
        callers: At the same time.
    """

    target: str
    method: str
    bodies: Sequence[bytes]
    callers: int


async def run(load: Load) -> dict[str, float]:
    """Sends everything and gives calls per second and the percentiles of their times in milliseconds."""
    times: list[float] = []
    left = iter(load.bodies)
    async with grpc.aio.insecure_channel(load.target) as channel:
        await channel.channel_ready()
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(load.method)

        async def caller() -> None:
            for body in left:
                began = time.perf_counter()
                await call(body)
                times.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(load.callers)))
        seconds = time.perf_counter() - began
    times.sort()
    return {
        "calls_per_second": len(times) / seconds,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[len(times) * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    wanted: Load = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - written by the bench itself
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(wanted))))
