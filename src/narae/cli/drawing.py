"""A DAG in Graphviz's language."""

import json

from narae.core.spec import DagSpec, TaskSpec


def draw(spec: DagSpec) -> str:
    """``digraph`` source: a box for each task, a cluster for each group, labelled edges."""
    lines = [
        f"digraph {_quoted(spec.dag_id)} {{",
        "  rankdir=LR",
        f"  label={_quoted(spec.dag_id)}",
    ]
    lines += _group(spec, None, "  ")
    for task in spec.tasks:
        for upstream in task.upstream:
            label = task.edge_labels.get(upstream)
            shown = f" [label={_quoted(label)}]" if label else ""
            lines.append(f"  {_quoted(upstream)} -> {_quoted(task.task_id)}{shown}")
    return "\n".join([*lines, "}"])


def _group(spec: DagSpec, group_id: str | None, indent: str) -> list[str]:
    lines = [_node(task, indent) for task in spec.tasks if task.group_id == group_id]
    for group in spec.groups:
        if group.parent_id == group_id:
            lines.append(f"{indent}subgraph {_quoted('cluster_' + group.group_id)} {{")
            lines.append(f"{indent}  label={_quoted(group.label or group.group_id)}")
            lines += [*_group(spec, group.group_id, indent + "  "), f"{indent}}}"]
    return lines


def _node(task: TaskSpec, indent: str) -> str:
    mapped = " peripheries=2" if task.expansion is not None else ""
    label = _quoted(task.display_name or task.label or task.task_id)
    return (
        f'{indent}{_quoted(task.task_id)} [label={label} shape=rectangle style="filled,rounded" '
        f"fillcolor={_quoted(task.ui_color)} color={_quoted(task.ui_fgcolor)}{mapped}]"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
