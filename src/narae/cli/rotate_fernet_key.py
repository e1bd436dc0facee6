"""``narae rotate-fernet-key``."""

import os
import time
from pathlib import Path

import click
from cryptography.fernet import Fernet

from narae.bootstrap.deployment import fernet_keys
from narae.bootstrap.home import prepare_home
from narae.config import Settings, load
from narae.storage import schema
from narae.storage.rotation import rewrite
from narae.storage.secrets import HomeKeys, Vault, write_keys

SETTLE_SECONDS = 1.0
"""How long after the change of keys something may still be written with the old one."""


@click.command("rotate-fernet-key")
def rotate_fernet_key() -> None:
    """Encrypt all connections, variables and other secrets with a new key.

    With a key file in the home folder the new key is made here, and the old one goes once nothing
    needs it; what runs notices. With [core] fernet_key, put the new key in front of the old one
    (NEW,OLD), restart Narae, run this, and then take the old one away.

    May be interrupted and run again.
    """
    settings = load(os.environ)
    home = Path(settings.home)
    prepare_home(home)
    schema.migrate(settings.database.url)
    if settings.core.fernet_key:
        _with_given_keys(settings)
    else:
        _with_keys_of_home(settings, home)


def _with_given_keys(settings: Settings) -> None:
    vault = Vault(fernet_keys(settings))
    count = sum(rewrite(settings.database.url, vault).values())
    click.echo(f"{count} secrets were encrypted anew with the first key of [core] fernet_key")
    if "," in settings.core.fernet_key:
        click.echo("The other keys are no longer needed: take them away and restart Narae")
    else:
        click.echo("There is one key: to rotate, put a new one in front of it (NEW,OLD)")


def _with_keys_of_home(settings: Settings, home: Path) -> None:
    keys = HomeKeys(home)
    before = keys()
    if len(before) == 1:
        write_keys(home, [Fernet.generate_key().decode(), *before])
    else:
        click.echo("A rotation was interrupted: going on with its key")
    vault, total, settled = Vault(keys), 0, False
    while True:
        count = sum(rewrite(settings.database.url, vault).values())
        total += count
        if settled and count == 0:
            break
        if count == 0:
            time.sleep(SETTLE_SECONDS)
            settled = True
    write_keys(home, keys()[:1])
    click.echo(f"{total} secrets were encrypted with a new key; the old one is gone")
