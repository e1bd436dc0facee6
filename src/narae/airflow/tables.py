"""How the tables are written."""


def names(module: str, text: str) -> dict[str, str]:
    """``"A B C=D"`` -> A and B by their own names, C by the name D, all of ``module``.

    >>> names("m", "A C=D")
    {'A': 'm:A', 'C': 'm:D'}
    """
    table: dict[str, str] = {}
    for word in text.split():
        asked, _, own = word.partition("=")
        table[asked] = f"{module}:{own or asked}"
    return table


def not_yet(text: str) -> dict[str, str]:
    """Names that can be imported and annotated with, and that say "not yet" when they are used."""
    return names("narae.airflow.placeholders", text)


def database(text: str) -> dict[str, str]:
    """Names of Airflow's database, which can be imported and refuse to be used."""
    return names("narae.airflow.no_database", text)
