"""Assets (datasets): names for data that tasks write and DAGs wait for. Values only, for now."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from narae.errors import DagDefinitionError


class BaseAsset:
    """Anything that a schedule may wait for: ``a & b`` waits for both, ``a | b`` for either."""

    def as_expression(self) -> Any:
        """The condition as plain data: an asset's dict, ``{"all": [...]}``, ``{"any": [...]}``."""
        raise NotImplementedError

    def iter_assets(self) -> "Iterator[Asset]":
        """The assets in it."""
        yield from ()

    def __and__(self, other: Any) -> "AssetAll":
        return AssetAll(self, other) if isinstance(other, BaseAsset) else NotImplemented

    def __or__(self, other: Any) -> "AssetAny":
        return AssetAny(self, other) if isinstance(other, BaseAsset) else NotImplemented


class Asset(BaseAsset):
    """One piece of data. With only a name or only a URI the other is the same."""

    def __init__(
        self,
        name: str | None = None,
        uri: str | None = None,
        *,
        group: str = "asset",
        extra: Mapping[str, Any] | None = None,
        watchers: Any = None,
        access_control: Any = None,
    ) -> None:
        chosen = uri or name
        if not chosen or not chosen.strip():
            raise DagDefinitionError("an asset needs a name or a URI")
        if chosen.partition(":")[0].lower() == "airflow":
            raise DagDefinitionError(f"asset {chosen!r}: the scheme 'airflow' is reserved")
        self.name = name or chosen
        self.uri = chosen
        self.group = group
        self.extra = dict(extra or {})
        self.watchers = list(watchers or ())
        self.access_control = access_control

    @staticmethod
    def ref(*, name: str | None = None, uri: str | None = None) -> "Asset":
        """An asset that is defined elsewhere."""
        return Asset(name, uri)

    @property
    def normalized_uri(self) -> str:
        """The URI."""
        return self.uri

    def as_expression(self) -> Any:
        """``{"asset": {"name", "uri", "group"}}``."""
        return {"asset": {"name": self.name, "uri": self.uri, "group": self.group}}

    def iter_assets(self) -> "Iterator[Asset]":
        """Itself."""
        yield self

    def __fspath__(self) -> str:
        return self.uri

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, uri={self.uri!r})"


class Dataset(Asset):
    """An asset by its name of Airflow 2."""

    def __init__(self, uri: str, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(uri, uri, extra=extra)

    iter_datasets = Asset.iter_assets


class AssetAlias(BaseAsset):
    """A name that a task binds to assets while it runs."""

    def __init__(self, name: str, *, group: str = "asset") -> None:
        self.name, self.group = name, group

    def as_expression(self) -> Any:
        """``{"alias": {"name", "group"}}``."""
        return {"alias": {"name": self.name, "group": self.group}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetAlias) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"AssetAlias({self.name!r})"


class _Several(BaseAsset):
    word = ""
    objects: tuple[BaseAsset, ...]

    def __init__(self, *objects: BaseAsset) -> None:
        for item in objects:
            if not isinstance(item, BaseAsset):
                raise DagDefinitionError(f"an asset condition holds assets, not {item!r}")
        self.objects = tuple(
            inner
            for item in objects
            for inner in (item.objects if type(item) is type(self) else (item,))
        )

    def as_expression(self) -> Any:
        return {self.word: [item.as_expression() for item in self.objects]}

    def iter_assets(self) -> Iterator[Asset]:
        for item in self.objects:
            yield from item.iter_assets()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.objects))})"


class AssetAll(_Several):
    """All of them."""

    word = "all"


class AssetAny(_Several):
    """Any of them."""

    word = "any"


class AssetWatcher:
    """A trigger that makes events of an asset. Kept, not yet run."""

    def __init__(self, name: str, trigger: Any) -> None:
        self.name, self.trigger = name, trigger


class Metadata(NamedTuple):
    """Yielded by a task: what to note with the event of an outlet."""

    asset: Any
    extra: Mapping[str, Any] = {}
    alias: Any = None

    @property
    def uri(self) -> str:
        """The asset's URI."""
        return str(getattr(self.asset, "uri", self.asset))


def plain_asset(value: Any) -> Any:
    """An inlet or outlet as plain data."""
    if isinstance(value, BaseAsset):
        return value.as_expression()
    return {"other": str(value)}
