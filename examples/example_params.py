"""Asks for its parameters when it is triggered: a form in the UI, `--conf` on the command line."""

from narae import DAG, Param, task

with DAG(
    dag_id="example_params",
    description="Parameters with a JSON schema",
    doc_md=__doc__,
    schedule=None,
    default_args={"owner": "examples"},
    params={
        "name": Param("world", type="string", minLength=1, title="Whom to greet"),
        "times": Param(3, type="integer", minimum=1, maximum=10, title="How often"),
        "mood": Param("friendly", type="string", enum=["friendly", "formal", "loud"]),
        "words": Param(["tea", "rice"], type="array", items={"type": "string"}),
        "note": Param(None, type=["null", "string"], description="Anything else to say"),
    },
    tags=["example", "params"],
) as dag:

    @task
    def greet(params):
        greetings = {
            "friendly": f"Hi, {params['name']}!",
            "formal": f"Good day, {params['name']}.",
            "loud": f"HELLO, {params['name'].upper()}!!!",
        }
        for _ in range(params["times"]):
            print(greetings[params["mood"]])
        return greetings[params["mood"]]

    @task
    def shop(params):
        print("to buy:", ", ".join(params["words"]))
        if params["note"]:
            print("note:", params["note"])

    greet() >> shop()
