import pytest

from narae.authoring.params import Param, ParamsDict
from narae.errors import ParamValidationError


def test_reading_gives_values_and_writing_checks_them() -> None:
    params = ParamsDict({"n": Param(1, type="integer", minimum=0), "s": "x"})
    assert (params["n"], params["s"], "n" in params, len(params)) == (1, "x", True, 2)
    params["n"] = 5
    assert params["n"] == 5
    with pytest.raises(ParamValidationError, match=r"param 'n': -1 is less than the minimum"):
        params["n"] = -1


def test_updating_overrules_values_and_keeps_schemas() -> None:
    base = ParamsDict({"n": Param(1, type="integer")})
    merged = ParamsDict(base)
    merged.update({"n": 2, "new": 3})
    assert dict(merged) == {"n": 2, "new": 3}
    assert base["n"] == 1
    with pytest.raises(ParamValidationError):
        merged.update({"n": "two"})


def test_validate_names_the_param_without_a_value() -> None:
    with pytest.raises(ParamValidationError, match="param 'n': it has no default"):
        ParamsDict({"n": Param(type="string")}).validate()


def test_a_wrong_schema_is_told_as_such() -> None:
    with pytest.raises(ParamValidationError, match="its schema is wrong"):
        Param(1, type="integr").resolve()


def test_formats_are_checked() -> None:
    with pytest.raises(ParamValidationError, match="not a 'date'"):
        Param("tomorrow", type="string", format="date").resolve()


def test_a_param_is_written_down_and_read_back() -> None:
    param = Param(1, "how many", type="integer")
    assert Param.deserialize(param.serialize()) == param
    assert Param(None, type=["null", "string"]).resolve() is None
