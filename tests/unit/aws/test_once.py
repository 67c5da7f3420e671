import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cleanrooms_governance.aws.once import OncePerKey


def test_many_threads_share_the_value_that_one_of_them_makes() -> None:
    once: OncePerKey[str, object] = OncePerKey()
    together = threading.Barrier(8)

    def ask(_: int) -> object:
        together.wait()
        return once.get("key", object)

    with ThreadPoolExecutor(8) as pool:
        assert 1 == len({id(value) for value in pool.map(ask, range(8))})


def test_a_value_that_could_not_be_made_is_made_by_the_next_caller() -> None:
    once: OncePerKey[str, str] = OncePerKey()

    def fail() -> str:
        raise OSError("not now")

    with pytest.raises(OSError, match="not now"):
        once.get("key", fail)
    assert "made" == once.get("key", lambda: "made")


def test_making_one_value_may_need_another_key() -> None:
    once: OncePerKey[str, str] = OncePerKey()

    assert "outer of inner" == once.get("outer", lambda: f"outer of {once.get('inner', lambda: 'inner')}")


def test_a_made_none_is_kept() -> None:
    once: OncePerKey[str, str | None] = OncePerKey()
    once.get("key", lambda: None)

    assert once.get("key", lambda: "another") is None
