import pytest

from cleanrooms_emulator.handlers.tables.output_columns import output_columns

VISITS = {"user_id": "bigint", "day": "date", "amount": "double"}
SALES = {"user_id": "bigint", "price": "decimal"}
TABLES = {"visits": VISITS, "sales": SALES}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select day from visits", {"day": "date"}),
        ("select Day as Tag from Visits", {"tag": "date"}),
        ("select v.amount from visits v", {"amount": "double"}),
        ("select sum(amount) as total from visits", {"total": "string"}),
        ("select count(*), day from visits group by day", {"_c0": "string", "day": "date"}),
        ("select amount as `Größe` from visits", {"_c0": "double"}),
        ("select * from visits", VISITS),
        ("select s.* from visits v join sales s on v.user_id = s.user_id", SALES),
        ("select * from visits join sales using (user_id)", {**VISITS, **SALES}),
        ("select price, amount from visits join sales using (user_id)", {"price": "decimal", "amount": "double"}),
        ("with d as (select day, amount as a from visits) select * from d", {"day": "date", "a": "double"}),
        ("select x.day from (select day from visits) x", {"day": "date"}),
        ("select user_id from visits union all select user_id from sales", {"user_id": "bigint"}),
        ("(select day from visits)", {"day": "date"}),
        ("select 1 as one", {"one": "string"}),
        ("select other from visits", {"other": "string"}),
        ("select x.day from visits", {"day": "string"}),
    ],
    ids=[
        "a column",
        "another name",
        "through an alias",
        "an expression with a name",
        "an expression without one",
        "a name that cannot be",
        "star",
        "star of one table",
        "star of two",
        "columns of two",
        "a common table expression",
        "a subquery",
        "a union",
        "in brackets",
        "no table",
        "an unknown column",
        "an unknown table",
    ],
)
def test_the_columns_that_a_query_returns(sql: str, expected: dict[str, str]) -> None:
    assert expected == output_columns(sql, TABLES)


def test_columns_keep_their_order() -> None:
    assert ["amount", "day"] == list(output_columns("select amount, day from visits", TABLES))
