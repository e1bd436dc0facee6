"""``/api/v2/parseDagFile``: a DAG file is to be read again now."""

from narae.accounts.permissions import Action, Resource, dags_where
from narae.api.call import Call
from narae.api.file_tokens import file_of_token
from narae.api.operation import V2, Needs
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.api.view import View
from narae.engine.actions import dag_files

routes = Routes(V2, tag="DAG Parsing")


class ParseView(View, frozen=True, kw_only=True):
    """What will be read again."""

    relative_fileloc: str
    dag_ids: list[str]
    """The DAGs that it has given."""


@routes.put("/parseDagFile/{file_token}", needs=Needs(Resource.DAG, Action.EDIT), status=201)
def reparse_dag_file(call: Call, file_token: str) -> ParseView:
    """Ask the loader to read a DAG file now."""
    place = file_of_token(call, file_token)
    rows = [row for row in call.store.dags() if (row.folder, row.file) == place]
    for row in rows:
        call.must(Action.EDIT, Resource.DAG, row.dag_id)
    if not rows and dags_where(call.principal, Action.EDIT) is not None:
        words = f"{place.file} gives no DAG yet: only who may edit all DAGs may have it parsed"
        raise Problem(403, words)
    dag_files.reparse(call.act(), place.file, folder=place.folder)
    return ParseView(relative_fileloc=place.file, dag_ids=[row.dag_id for row in rows])
