import msgspec

from narae.core.spec import DagSpec, GroupSpec, ParamSpec
from narae.core.spec_changes import PartChanges, SpecChanges, spec_changes
from narae.core.timetables.spec import Once
from narae.testing import samples as s

replace = msgspec.structs.replace


def test_equal_specs_do_not_differ() -> None:
    assert spec_changes(s.spec(), s.spec()) == SpecChanges()
    assert spec_changes(s.spec(), s.spec()).is_empty


def test_what_differs_is_named() -> None:
    before = s.spec(tasks=("a", "b"), params={"x": ParamSpec(default=1)})
    changed = replace(before.tasks[1], pool="pond", owner="eve")
    after: DagSpec = replace(
        before,
        timetable=Once(),
        tags=("hr",),
        tasks=(changed, *s.spec(tasks=("c",)).tasks),
        params={"x": ParamSpec(default=2), "y": ParamSpec()},
        groups=(GroupSpec(group_id="g"),),
    )
    found = spec_changes(before, after)
    assert found.fields == ("tags", "timetable")
    assert found.tasks == PartChanges(
        added=("c",), removed=("a",), changed={"b": ("owner", "pool")}
    )
    assert found.groups.added == ("g",)
    assert (found.params.added, found.params.changed) == (("y",), {"x": ("default",)})
    assert not found.is_empty
