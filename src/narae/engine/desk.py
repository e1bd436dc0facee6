"""Answers what running attempts ask for. Stale attempts are refused and told to stop."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from narae.core.ids import AttemptId
from narae.core.requests import (
    CountInstances,
    DagFacts,
    DeleteVariable,
    GetConnection,
    GetDag,
    GetFirstStart,
    GetRuns,
    GetTaskStates,
    GetVariable,
    GetXCom,
    PushXCom,
    PutRendered,
    PutVariable,
    Refused,
    Request,
    Triggered,
    TriggerRun,
)
from narae.core.run import Instance
from narae.core.run_view import RunView
from narae.core.states import RunState, RunType
from narae.core.wire import FileAsk
from narae.engine.actions import (
    Act,
    RunWish,
    Selection,
    clear,
    delete_variable,
    put_variables,
    trigger,
)
from narae.engine.apply import apply
from narae.engine.errors import ActionError, AlreadyExists
from narae.engine.ports import Clock, Notifier, RunQuery, Store, VariableRow
from narae.engine.secret_lookup import Scoped, SecretLookup, named
from narae.engine.tokens import Tokens

log = logging.getLogger(__name__)

NO_TOKEN = Refused(
    words="the token of this attempt is missing or wrong, so nothing is answered in its name",
    stop=True,
)
_STALE = Refused(words="this attempt is no longer the current one of its task", stop=True)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks."""

    attempt: AttemptId
    view: RunView
    instance: Instance


class Desk:
    """One answer for each request of ``core.requests``, from the store."""

    def __init__(  # noqa: PLR0913 - its surroundings, one by one
        self,
        *,
        store: Store,
        notifier: Notifier,
        clock: Clock,
        chance: Random,
        current: Callable[[AttemptId], tuple[RunView, Instance] | None],
        secrets: SecretLookup | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        """``current`` says in whose name an attempt may speak; None for a stale one.

        ``secrets`` is where variables and connections are looked for; the store, unless given.
        Without ``tokens`` (as the scheduler has them) nobody has to prove who it is.
        """
        self._secrets = secrets or SecretLookup(store=store, clock=clock)
        self._tokens = tokens
        self._store = store
        self._notifier = notifier
        self._clock = clock
        self._chance = chance
        self._current = current
        self._answers: dict[type[Any], Callable[[Asking, Any], Any]] = {
            GetVariable: self._get_secret,
            PutVariable: self._put_variable,
            DeleteVariable: self._delete_variable,
            GetConnection: self._get_secret,
            GetXCom: self._get_xcom,
            PushXCom: self._push_xcom,
            PutRendered: self._put_rendered,
            GetTaskStates: self._get_task_states,
            GetRuns: self._get_runs,
            GetDag: self._get_dag,
            TriggerRun: self._trigger_run,
            CountInstances: self._count_instances,
            GetFirstStart: self._get_first_start,
        }

    def answer(self, attempt: AttemptId, request: Request, token: str = "") -> Any:
        """What the request's class documents, :class:`Refused`, or :class:`Later`."""
        if self._tokens is not None and not self._tokens.fits(attempt, token):
            log.warning("an ask in the name of attempt %s came without its token", attempt)
            return NO_TOKEN
        current = self._current(attempt)
        if current is None:
            return _STALE
        view, instance = current
        asking = Asking(attempt=attempt, view=view, instance=instance)
        return self._answers[type(request)](asking, request)

    def answer_file(
        self, request: GetVariable | GetConnection, *, dag_id: str | None = None
    ) -> Any:
        """The same for a DAG file that is imported, which is no attempt and may only read.

        ``dag_id`` is whose callback it is; an import is nobody's.
        """
        return self._refused(request, dag_id, None) or self._secrets.answer(request)

    # -- variables and connections ----------------------------------------------------------

    def _get_secret(self, asking: Asking, request: GetVariable | GetConnection) -> Any:
        return self._out_of_scope(asking, request) or self._secrets.answer(request)

    def _put_variable(self, asking: Asking, request: PutVariable) -> Refused | None:
        refused = self._out_of_scope(asking, request)
        if refused is None:
            row = VariableRow(key=request.key, value=request.value, description=request.description)
            try:
                put_variables(self._act(asking), [row])
            except ActionError as error:
                return Refused(words=error.words)
        return refused

    def _delete_variable(self, asking: Asking, request: DeleteVariable) -> bool | Refused:
        refused = self._out_of_scope(asking, request)
        return refused or delete_variable(self._act(asking), request.key)

    def _out_of_scope(self, asking: Asking, request: Scoped) -> Refused | None:
        return self._refused(request, asking.view.run.dag_id, asking)

    def _refused(
        self, request: Scoped, dag_id: str | None, asking: Asking | None
    ) -> Refused | None:
        """Why this DAG may not have it, with a row in the audit log; None when it may."""
        kind, name = named(request)
        words = self._secrets.refusal(kind, name, dag_id)
        if words is None:
            return None
        act = self._act_of_file(dag_id) if asking is None else self._act(asking)
        row = act.audit(
            "secret_refused",
            dag_id=dag_id,
            run_id=None if asking is None else asking.view.run.run_id,
            ref=None if asking is None else asking.instance.ref,
            kind=kind,
            name=name,
        )
        apply(self._store, [row], now=act.now)
        return Refused(words=words)

    def _act_of_file(self, dag_id: str | None) -> Act:
        return Act(
            store=self._store,
            notifier=self._notifier,
            now=self._clock.now(),
            chance=self._chance,
            who="file" if dag_id is None else f"callback of {dag_id}",
        )

    def _act(self, asking: Asking) -> Act:
        """A task does something, in its own name."""
        instance = asking.instance
        at = f"[{instance.map_index}]" if instance.map_index >= 0 else ""
        run = asking.view.run
        return Act(
            store=self._store,
            notifier=self._notifier,
            now=self._clock.now(),
            chance=self._chance,
            who=f"task {_task_of(asking)}",
            origin=f"task {run.dag_id}.{run.run_id}.{instance.task_id}{at}",
        )

    # -- XComs and rendered fields ----------------------------------------------------------

    def _get_xcom(self, asking: Asking, request: GetXCom) -> Any:
        del asking
        return self._store.xcoms(request)

    def _push_xcom(self, asking: Asking, request: PushXCom) -> Refused | None:
        took = self._store.put_xcom(asking.attempt, request.xcom, at=self._clock.now())
        return None if took else _STALE

    def _put_rendered(self, asking: Asking, request: PutRendered) -> Refused | None:
        took = self._store.put_rendered(asking.attempt, request.fields, request.label)
        return None if took else _STALE

    # -- runs and DAGs ----------------------------------------------------------------------

    def _get_task_states(self, asking: Asking, request: GetTaskStates) -> Any:
        del asking
        return self._store.task_states(request)

    def _get_runs(self, asking: Asking, request: GetRuns) -> Any:
        del asking
        states = None
        if request.states is not None:
            states = tuple(RunState(each) for each in request.states if each in set(RunState))
        runs = self._store.runs(
            RunQuery(
                dag_id=request.dag_id,
                run_ids=request.run_ids,
                logical_dates=request.logical_dates,
                states=states,
                until=request.before,
                # One more than asked for: the one at ``before`` itself does not count.
                limit=request.limit + 1,
                latest_first=request.latest_first,
            )
        )
        if request.before is not None:
            runs = [
                r for r in runs if r.logical_date is not None and r.logical_date < request.before
            ]
        return self._store.run_rows(runs[: request.limit])

    def _get_dag(self, asking: Asking, request: GetDag) -> DagFacts | None:
        del asking
        rows = self._store.dags([request.dag_id])
        if not rows:
            return None
        spec = self._store.spec(rows[0].spec_id)
        return DagFacts(
            dag_id=request.dag_id,
            is_paused=rows[0].is_paused,
            task_ids=tuple(task.task_id for task in spec.tasks),
            group_ids=tuple(group.group_id for group in spec.groups),
            file=rows[0].file,
        )

    def _trigger_run(self, asking: Asking, request: TriggerRun) -> Triggered:
        act = self._act(asking)
        wish = RunWish(
            run_id=request.run_id,
            logical_date=request.logical_date,
            conf=request.conf,
            note=request.note,
            run_type=RunType.OPERATOR_TRIGGERED,
            triggered_by=_task_of(asking),
        )
        try:
            return Triggered(run_id=trigger(act, request.dag_id, wish).run_id)
        except AlreadyExists as exists:
            if not request.reset:
                return Triggered(run_id=exists.name, existed=True)
            clear(act, request.dag_id, Selection(run_ids=(exists.name,)))
            return Triggered(run_id=exists.name, existed=True)
        except ActionError as error:
            return Triggered(run_id=request.run_id or "", error=error.words)

    def _count_instances(self, asking: Asking, request: CountInstances) -> int:
        return sum(ref.task_id == request.task_id for ref in asking.view.instances)

    def _get_first_start(self, asking: Asking, request: GetFirstStart) -> datetime | None:
        del request
        return asking.instance.first_started_at or asking.instance.started_at


def _task_of(asking: Asking) -> str:
    return f"{asking.view.run.dag_id}.{asking.instance.task_id}"


def answer_file(desk: Desk, ask: FileAsk) -> object:
    """What a file that is imported gets for an answer; :class:`Refused` when the store fails."""
    try:
        return desk.answer_file(ask.request, dag_id=ask.dag_id)
    except Exception as error:
        log.exception("no answer to %s, which asks for %s", ask.file, type(ask.request).__name__)
        return Refused(words=f"the engine could not answer: {type(error).__name__}")
