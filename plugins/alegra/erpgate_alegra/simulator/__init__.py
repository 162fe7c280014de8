"""A local imitation of Alegra's public REST API, for tests, demonstrations and development without an account."""

from .app import Simulator, create_app
from .exchange import ConnectionDropped
from .options import RateLimits, SimulatorOptions
from .server import serve

__all__ = ["ConnectionDropped", "RateLimits", "Simulator", "SimulatorOptions", "create_app", "serve"]
