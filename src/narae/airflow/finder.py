"""Answers ``import airflow...`` from the tables."""

import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from narae.airflow.modules import GENERATION_3, GENERATION_3_NAMES, MODULES, PACKAGES
from narae.airflow.providers import provider_hint
from narae.authoring.parsing import prove_generation_3
from narae.errors import MissingModuleError

ROOT = "airflow"
PROVIDERS = "airflow.providers"


class AirflowFinder:
    """Stands first in ``sys.meta_path``, so that an installed Airflow is never met."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module of the tables, or of a provider's package that is installed."""
        del target
        if fullname.partition(".")[0] != ROOT:
            return None
        if fullname in PACKAGES:
            spec = ModuleSpec(fullname, TableLoader(), is_package=True)  # type: ignore[arg-type]  # importlib.abc.Loader would cost 10 ms to load
            spec.submodule_search_locations = provider_folders(fullname)
            return spec
        found = PathFinder.find_spec(fullname, list(path)) if path else None
        if found is not None:
            return found
        parent, _, name = fullname.rpartition(".")
        raise MissingModuleError(missing_text(parent, name))


class TableLoader:
    """Makes a module whose attributes come from its table."""

    def create_module(self, spec: ModuleSpec) -> None:
        """The default module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its lazy attributes."""
        name = module.__name__
        table = MODULES.get(name, {})
        module.__file__ = f"<narae: {name}>"

        def lazy(attribute: str) -> Any:
            return attribute_of(module, attribute)

        vars(module)["__getattr__"] = lazy
        vars(module)["__dir__"] = lambda: sorted({*vars(module), *table})
        vars(module)["__all__"] = sorted(key for key in table if not key.startswith("_"))
        vars(module)["__doc__"] = f"{name}, as Narae has it."
        if name in {ROOT, "airflow.version"}:
            vars(module)["__version__"] = vars(module)["version"] = "2.10.5"
        if name == ROOT:
            del vars(module)["version"]
        load_namesakes(module, table)


def load_namesakes(module: ModuleType, table: Iterable[str]) -> None:
    """Loads the submodules that are called as a name of the table is, and keeps the names.

    A first import binds a submodule to its package: done later, it would hide what the table has
    from every file of this process that comes after.
    """
    for name in table:
        path = f"{module.__name__}.{name}"
        if path in PACKAGES:
            import_module(path)
            vars(module).pop(name, None)


def attribute_of(module: ModuleType, name: str) -> Any:
    """A name of a table, resolved and kept; AttributeError when there is none.

    Names that tell the generation are not kept: the next file that asks must be noticed too.
    """
    path = module.__name__
    target = MODULES.get(path, {}).get(name)
    if target is None:
        if f"{path}.{name}" in PACKAGES:
            return import_module(f"{path}.{name}")
        if name.startswith("__"):
            raise AttributeError(f"module {path!r} has no attribute {name!r}")
        raise AttributeError(missing_text(path, name))
    value = resolve(target, f"{path}.{name}")
    if path.startswith(GENERATION_3) or f"{path}.{name}" in GENERATION_3_NAMES:
        prove_generation_3(f"{path}.{name}")
    else:
        setattr(module, name, value)
    return value


def resolve(target: str, asked: str) -> Any:
    """``module:name``, or ``module`` alone; MissingModuleError says what ``asked`` lacks."""
    module_name, _, attribute = target.partition(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and module_name.startswith(error.name):
            raise MissingModuleError(f"Narae does not have {asked} yet") from None
        raise
    if not attribute:
        return module
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise MissingModuleError(f"Narae does not have {asked} yet") from None


def missing_text(parent: str, name: str) -> str:
    """What is missing, whether it is a provider's, and the nearest right names."""
    full = f"{parent}.{name}"
    hint = provider_hint(full)
    if hint:
        return hint
    known = {*MODULES.get(parent, {})}
    known |= {p.rpartition(".")[2] for p in PACKAGES if p.rpartition(".")[0] == parent}
    near = get_close_matches(name, known, 1)
    if near:
        return f"{parent} has no {name!r}; did you mean {near[0]!r}?"
    elsewhere = sorted(path for path, table in MODULES.items() if name in table)
    if elsewhere:
        return f"{parent} has no {name!r}; it is in {elsewhere[0]}"
    some = ", ".join(sorted(known)[:12]) or "nothing"
    return f"Narae does not have {full} (yet); {parent} has {some}"


def provider_folders(package: str) -> list[str]:
    """Folders of providers' packages that are installed beside, so that they are found too."""
    if package != PROVIDERS and not package.startswith(f"{PROVIDERS}."):
        return []
    inner = package.replace(".", os.sep)
    folders = (os.path.join(entry, inner) for entry in sys.path if entry)  # noqa: PTH118 - on the import path
    return [folder for folder in folders if os.path.isdir(folder)]  # noqa: PTH112 - as above


def install() -> None:
    """Let ``import airflow...`` be answered in this process. Twice changes nothing."""
    if not any(isinstance(finder, AirflowFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AirflowFinder())
