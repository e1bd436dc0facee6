"""What operators write and runtime calls, and what their code calls in turn."""

from datetime import timedelta
from typing import Any

from narae.authoring.backend import Ambient
from narae.authoring.task import Task
from narae.errors import AirflowException, TaskDeferred


class OperatorHooks(Task):
    """The part of an operator that runs in its task's process."""

    pre_execute_hook: Any = None
    """The argument ``pre_execute``."""
    post_execute_hook: Any = None
    """The argument ``post_execute``."""

    # -- what subclasses write and runtime calls ---------------------------------------------

    def execute(self, context: Any) -> Any:
        """The work. The result becomes the XCom ``return_value``."""
        raise NotImplementedError(f"{type(self).__name__} has no execute(context)")

    def pre_execute(self, context: Any) -> None:
        """Called before ``execute``."""
        if self.pre_execute_hook is not None:
            self.pre_execute_hook(context)

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Called after ``execute`` with its result."""
        if self.post_execute_hook is not None:
            self.post_execute_hook(context, result)

    def on_kill(self) -> None:
        """Called when the task's process is asked to end: end what ``execute`` started."""

    def prepare_template(self) -> None:
        """Called before template fields are rendered."""

    def facts(self) -> dict[str, Any]:
        """JSON-able facts for lists and pages (``TaskSpec.operator_facts``)."""
        return {}

    @property
    def reschedules(self) -> bool:
        """Whether it is a sensor in reschedule mode."""
        return False

    # -- what user code calls ----------------------------------------------------------------

    def defer(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        """Give the slot back until ``trigger`` fires; then go on in ``method_name``."""
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    @staticmethod
    def xcom_push(context: Any, key: str, value: Any, execution_date: Any = None) -> None:
        """``ti.xcom_push``."""
        del execution_date
        context["ti"].xcom_push(key=key, value=value)

    @staticmethod
    def xcom_pull(context: Any, task_ids: Any = None, **options: Any) -> Any:
        """``ti.xcom_pull``."""
        return context["ti"].xcom_pull(task_ids=task_ids, **options)

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render the template fields in place."""
        _renderer().render_fields(self, context, jinja_env)

    def render_template(self, content: Any, context: Any, jinja_env: Any = None) -> Any:
        """Render one value of any nesting."""
        return _renderer().render(self, content, context, jinja_env)


def _renderer() -> Any:
    if Ambient.renderer is None:
        raise AirflowException("templates are rendered in a task's process, and this is none")
    return Ambient.renderer
