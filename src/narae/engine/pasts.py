"""Which run looks back at which, for depends_on_past and wait_for_downstream."""

from collections.abc import Iterator, Mapping

from narae.core.ids import RunUid, TaskRef
from narae.core.run import Run
from narae.core.run_view import Past, RunView
from narae.core.states import TaskState
from narae.engine.ports import EngineStore


class _LiveStates(Mapping[TaskRef, TaskState]):
    """The states of a run in memory, as they are at the moment of asking."""

    def __init__(self, view: RunView) -> None:
        self._view = view

    def __getitem__(self, ref: TaskRef) -> TaskState:
        return self._view.instances[ref].state

    def __iter__(self) -> Iterator[TaskRef]:
        return iter(self._view.instances)

    def __len__(self) -> int:
        return len(self._view.instances)


class Pasts:
    """Keeps the past of each view in step with the run before it."""

    def __init__(self, store: EngineStore, views: Mapping[RunUid, RunView]) -> None:
        self._store = store
        self._views = views
        self._previous: dict[RunUid, RunUid | None] = {}
        self._followers: dict[RunUid, set[RunUid]] = {}
        self._old: set[RunUid] = set()

    def look_back(self, view: RunView) -> None:
        """Finds the run before ``view``'s in the store, and follows it from now on."""
        uid = view.run.uid
        self.forget(uid)
        previous = self._store.previous_run(view.run, scheduled_only=view.spec.catchup)
        self._previous[uid] = previous.uid if previous else None
        if previous is not None:
            self._followers.setdefault(previous.uid, set()).add(uid)
        view.renew_past(self._past(previous))

    def forget(self, uid: RunUid) -> None:
        """The run looks back no more."""
        previous = self._previous.pop(uid, None)
        if previous is not None:
            self._followers[previous].discard(uid)
            if not self._followers[previous]:
                del self._followers[previous]
        self._old.discard(uid)

    def moved(self, uid: RunUid) -> set[RunUid]:
        """Something of a run has changed; the runs that look back at it."""
        followers = self._followers.get(uid, set())
        self._old |= followers
        return followers

    def renew(self, view: RunView) -> None:
        """Gives a view its past anew, if that has changed."""
        uid = view.run.uid
        if uid not in self._old:
            return
        self._old.discard(uid)
        previous = self._previous.get(uid)
        live = self._views.get(previous) if previous is not None else None
        if live is not None:
            view.renew_past(self._past(live.run))
        else:
            self.look_back(view)

    def _past(self, previous: Run | None) -> Past:
        if previous is None:
            return Past()
        live = self._views.get(previous.uid)
        if live is not None:
            return Past(previous=live.run, states=_LiveStates(live))
        return Past(previous=previous, states=self._store.instance_states(previous.uid))
