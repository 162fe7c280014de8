"""A Tryton database with a company in it: made once in a cache, copied for everyone who wants one."""

import datetime as dt
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from erpgate_tryton.real.environment import SCRIPTS, built_once, cache_folder, environment, run
from erpgate_tryton.real.releases import Release

ADMIN, ADMIN_PASSWORD = "admin", "admin-secret"
USER, PASSWORD = "erpgate", "erpgate-secret"
STRANGER, STRANGER_PASSWORD = "stranger", "stranger-secret"
"""Users of every site: the administrator, erpgate's own, and one who may nothing."""

DATABASE = "erp"

_FILE = f"{DATABASE}.sqlite"
_CONFIGURATION = """\
[database]
uri = {uri}
path = {path}
list = False

[cache]
# On SQLite the check of its age puts the next transaction into autocommit, where nothing is rolled back.
clean_timeout = 2592000

[queue]
# Invoices are not printed while they are posted.
worker = True

[web]
listen = 127.0.0.1:0
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyData:
    """The company of a site.

    Attributes:
        name: Of its party.
        country_code: ISO 3166-1 alpha-2.
        currency_code: ISO 4217.
        amount_places: Decimals of its amounts.
    """

    name: str
    country_code: str = "CO"
    currency_code: str = "COP"
    amount_places: int = 2

    @property
    def arguments(self) -> list[str]:
        """For the script that sets it up."""
        return [self.country_code, self.currency_code, str(self.amount_places), self.name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A database and how it is configured.

    Attributes:
        release: Of Tryton.
        folder: With the configuration and, on SQLite, the database.
        database: Its name.
    """

    release: Release
    folder: Path
    database: str = DATABASE

    @property
    def configuration(self) -> Path:
        """Tryton's configuration file."""
        return self.folder / "trytond.conf"


def new_site(release: Release, company: CompanyData, folder: Path, say: Callable[[str], None]) -> Site:
    """Copies the site of a company on SQLite into a folder, and makes it first where it was never made.

    Raises:
        TrytonUnavailable: It cannot be made here.
    """
    template = site_template(release, company, say)
    folder.mkdir(parents=True, exist_ok=True)
    site = configured(release, folder)
    shutil.copyfile(template / _FILE, folder / _FILE)
    return site


def copy_of(site: Site, folder: Path) -> Site:
    """The same database, on SQLite, in another folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _close(site.folder / _FILE)
    shutil.copyfile(site.folder / _FILE, folder / _FILE)
    return configured(site.release, folder)


def site_template(release: Release, company: CompanyData, say: Callable[[str], None]) -> Path:
    """The folder with a company's database. It is made anew every year, for its fiscal years."""
    bin_ = environment(release, say)
    modules = _activated(release, bin_, say)
    script = (SCRIPTS / "fill.py").read_text()
    year = str(dt.datetime.now(dt.UTC).year)
    folder = cache_folder(f"tryton-company-{release.name}", modules.name, script, year, *company.arguments)
    with built_once(folder) as building:
        if building:
            say(f"Setting up {company.name} …")
            folder.mkdir()
            site = configured(release, folder)
            shutil.copyfile(modules / _FILE, folder / _FILE)
            fill(site, company, bin_)
            _close(folder / _FILE)
    return folder


def configured(release: Release, folder: Path, uri: str = "sqlite://", database: str = DATABASE) -> Site:
    """A site in a folder, of which only the configuration is there."""
    site = Site(release=release, folder=folder, database=database)
    site.configuration.write_text(_CONFIGURATION.format(uri=uri, path=folder))
    return site


def activate(site: Site, bin_: Path) -> None:
    """Activates the modules in an empty database."""
    secret = site.folder / "password"
    secret.write_text(ADMIN_PASSWORD)
    command = [str(bin_ / "trytond-admin"), "-c", str(site.configuration), "-d", site.database]
    modules = ["-u", *site.release.modules, "--activate-dependencies"]
    run([*command, "--email", "admin@example.com", *modules], TRYTONPASSFILE=str(secret))


def fill(site: Site, company: CompanyData, bin_: Path, uri: str = "sqlite://") -> None:
    """Sets the company up."""
    script = [str(bin_ / "python"), str(SCRIPTS / "fill.py"), str(site.configuration), f"{uri}/{site.database}"]
    run([*script, *company.arguments])


def _activated(release: Release, bin_: Path, say: Callable[[str], None]) -> Path:
    """The folder with a database that has the modules and nothing else."""
    folder = cache_folder(f"tryton-modules-{release.name}", str(bin_), *release.modules)
    with built_once(folder) as building:
        if building:
            say("Activating Tryton's modules …")
            folder.mkdir()
            (folder / _FILE).touch()
            activate(configured(release, folder), bin_)
            _close(folder / _FILE)
    return folder


def _close(file: Path) -> None:
    """Moves what is in the write-ahead log into the file, so that the file alone is complete."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
