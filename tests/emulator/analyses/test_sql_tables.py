"""What is read from the text of a query: its tables and its aggregations."""

import subprocess
import sys

import pytest

from cleanrooms_emulator.handlers.analyses.sql_tables import aggregations_in, raises_error, tables_in


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        pytest.param("select a from t", {"t"}, id="one table"),
        pytest.param("SELECT a FROM Visits V", {"visits"}, id="names are told without case"),
        pytest.param("select * from t join t as again on t.a = again.a", {"t"}, id="named twice, counted once"),
        pytest.param("select * from a join b using (i) left join c on a.i = c.i", {"a", "b", "c"}, id="joins"),
        pytest.param("select * from a, b", {"a", "b"}, id="comma"),
        pytest.param("select a from t union all select a from u except select a from v", {"t", "u", "v"}, id="set operations"),
        pytest.param("select * from (select * from (select * from t) x) y", {"t"}, id="subqueries"),
        pytest.param(
            "select 1 from t where exists (select 1 from u) and a in (select b from v)", {"t", "u", "v"}, id="conditions"
        ),
        pytest.param("select (select max(a) from u) as most from t", {"t", "u"}, id="scalar subquery"),
        pytest.param("with c as (select * from t) select * from c", {"t"}, id="a common table expression is no table"),
        pytest.param("with c as (select 1 as x), d as (select * from C) select * from D", set(), id="one built on another"),
        pytest.param("with t as (select * from t) select * from t", {"t"}, id="one that hides the table it reads"),
        pytest.param("with d as (select * from c), c as (select * from t) select * from d", {"c", "t"}, id="not yet defined"),
        pytest.param("select * from (with c as (select 1 as x) select * from c) y join c", {"c"}, id="out of scope"),
        pytest.param(
            "with recursive r as (select 1 as n union all select n + 1 from r) select * from r", set(), id="recursive"
        ),
        pytest.param(
            "with t as (select 1 as x) select * from lake.t", {"t"}, id="a database is never a common table expression"
        ),
        pytest.param("select * from lake.visits join cat.lake.buys", {"visits", "buys"}, id="with database and catalog"),
        pytest.param("select * from `My Table` join `lake`.`b-c`", {"my table", "b-c"}, id="quoted"),
        pytest.param('select * from "visits"', {"visits"}, id="double quotes"),
        pytest.param("select * from t lateral view explode(things) e as thing", {"t"}, id="lateral view"),
        pytest.param("select * from range(10) join explode(array(1, 2))", set(), id="table functions"),
        pytest.param("select * from t tablesample (10 percent) join u", {"t", "u"}, id="sample"),
        pytest.param("select * from t pivot (sum(a) for b in (1, 2))", {"t"}, id="pivot"),
        pytest.param("from t select a", {"t"}, id="from first"),
        pytest.param("select a from t where b > :least; -- the end", {"t"}, id="parameter, semicolon and comment"),
        pytest.param("/* from u */ select 'from v' from t", {"t"}, id="comments and literals"),
        pytest.param("select 1 as one", set(), id="no table"),
        pytest.param("select 1 from t where " + " and ".join(f"a <> {i}" for i in range(1000)), {"t"}, id="long"),
    ],
)
def test_a_query_reads_these_tables(sql: str, tables: set[str]) -> None:
    assert tables == tables_in(sql)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        pytest.param("select ((( from", "not Spark SQL", id="syntax"),
        pytest.param("select 'open", "not Spark SQL", id="open literal"),
        pytest.param("", "0 statements", id="empty"),
        pytest.param("select 1; select 2", "2 statements", id="two statements"),
        pytest.param("select", "not a query", id="nothing selected"),
        pytest.param("drop table t", "not a query", id="drop"),
        pytest.param("insert into t select 1", "not a query", id="insert"),
        pytest.param("visits", "not a query", id="a word"),
        pytest.param("select * from ${table}", "cannot be a parameter", id="table by parameter"),
        pytest.param("select " + "(" * 5000 + "1" + ")" * 5000, "too deeply", id="endless nesting"),
    ],
)
def test_what_is_not_one_query_is_refused_with_the_problem(sql: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        tables_in(sql)


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        pytest.param("select avg(a), sum(a), stddev(a) from t", {"AVG": 1, "SUM": 1, "STDDEV": 1}, id="each once"),
        pytest.param("select count(*), count(a), count(distinct a, b) from t", {"COUNT": 2, "COUNT_DISTINCT": 1}, id="counts"),
        pytest.param("select stddev_samp(a), stddev_pop(a), std(a) from t", {"STDDEV": 3}, id="names of stddev"),
        pytest.param("select mean(a), try_avg(a), try_sum(a) from t", {"AVG": 2, "SUM": 1}, id="other names"),
        pytest.param("select sum(n) from (select count(*) as n from t group by a)", {"SUM": 1, "COUNT": 1}, id="nested"),
        pytest.param("select max(a), upper(b) from t", {}, id="others do not count"),
    ],
)
def test_aggregations_are_counted_by_type(sql: str, counts: dict[str, int]) -> None:
    assert counts == aggregations_in(sql)


def test_a_query_that_raises_an_error_is_told_from_one_that_names_it() -> None:
    assert (True, False) == (raises_error("select Raise_Error('no')"), raises_error("select 'raise_error' as text"))


def test_the_parser_is_not_loaded_before_the_first_query() -> None:
    code = "import sys, cleanrooms_emulator.registry as r; r.registered(); print('sqlglot' in sys.modules)"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "False" == shown.strip()
