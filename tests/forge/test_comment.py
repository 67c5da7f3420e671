"""One comment for a pull request, whatever happens to it."""

from __future__ import annotations

import pytest

from cleanrooms_governance.forge.errors import ForgeError
from tests.forge.stage import COMMENT, MARKER, NUMBER, Stage
from tools.forge.state import ACTIONS, Answer, User, once

JOE = User("joe")
OTHER_APP = User("other[bot]", is_app=True)
OTHER = COMMENT.replace("One", "Two")


def test_the_first_comment_is_created(stage: Stage) -> None:
    outcome = stage.publish()
    assert ("created", [COMMENT]) == (outcome.comment, stage.bodies)
    assert outcome.url.startswith(f"{stage.url}/retailer/governance/pull/7#issuecomment-")


def test_another_text_updates_it_in_place(stage: Stage) -> None:
    stage.publish()
    outcome = stage.publish(OTHER)
    assert ("updated", [OTHER]) == (outcome.comment, stage.bodies)


def test_the_same_text_is_not_sent_again(stage: Stage) -> None:
    stage.publish()
    stage.pull_request.comments[0].body = COMMENT.replace("\n", "\r\n").rstrip()
    before = len(stage.forge.writes())
    assert "unchanged" == stage.publish().comment
    assert before == len(stage.forge.writes())


def test_it_is_found_on_the_last_of_many_pages(stage: Stage) -> None:
    stage.forge.per_page = 3
    for number in range(10):
        stage.forge.write(NUMBER, JOE, f"comment {number}")
    stage.forge.write(NUMBER, ACTIONS, COMMENT)
    assert ("updated", 11) == (stage.publish(OTHER).comment, len(stage.bodies))


def test_one_that_somebody_deleted_is_created_again(stage: Stage) -> None:
    stage.publish()
    deleted_in_between = stage.pull_request.comments[0].id

    def delete(method: str, path: str) -> Answer | None:
        if method == "PATCH" and stage.forge.comment(deleted_in_between):
            stage.pull_request.comments.clear()
        return None

    stage.forge.trouble.append(delete)
    outcome = stage.publish(OTHER)
    assert ("created", [OTHER]) == (outcome.comment, stage.bodies)


def test_of_several_the_oldest_is_kept(stage: Stage) -> None:
    for text in (OTHER, COMMENT, COMMENT):
        stage.forge.write(NUMBER, ACTIONS, text)
    oldest = stage.pull_request.comments[0].id
    outcome = stage.publish()
    assert ("updated", 2) == (outcome.comment, outcome.removed)
    assert [(oldest, COMMENT)] == [(each.id, each.body) for each in stage.pull_request.comments]


def test_two_runs_that_create_at_once_leave_one(stage: Stage) -> None:
    def race(method: str, path: str) -> Answer | None:
        if method == "POST" and not stage.bodies:
            stage.forge.write(NUMBER, ACTIONS, OTHER)
        return None

    stage.forge.trouble.append(race)
    outcome = stage.publish()
    assert (1, [COMMENT]) == (outcome.removed, stage.bodies)


def test_the_answer_to_a_creation_may_be_lost_without_a_second_one(stage: Stage) -> None:
    def lose(method: str, path: str) -> Answer | None:
        if method == "POST" and not stage.bodies:
            stage.forge.write(NUMBER, ACTIONS, COMMENT)
            return Answer(0)
        return None

    stage.forge.trouble.append(lose)
    assert ("created", [COMMENT]) == (stage.publish().comment, stage.bodies)


@pytest.mark.parametrize(
    ("text", "author"),
    [
        pytest.param(COMMENT, JOE, id="somebody with our marker"),
        pytest.param(f"See what it said:\n{COMMENT}", ACTIONS, id="our marker further down"),
        pytest.param(COMMENT.replace("retail", "wholesale"), ACTIONS, id="the comment of another stack"),
    ],
)
def test_what_is_not_ours_is_left_alone(stage: Stage, text: str, author: User) -> None:
    stage.forge.write(NUMBER, author, text)
    assert "created" == stage.publish().comment
    assert [text, COMMENT] == stage.bodies


def test_another_apps_comment_is_not_removed(stage: Stage) -> None:
    stage.forge.write(NUMBER, ACTIONS, COMMENT)
    stage.forge.write(NUMBER, OTHER_APP, COMMENT)
    assert (0, 2) == (stage.publish().removed, len(stage.bodies))


def test_whoever_has_a_token_of_their_own_keeps_their_own_comment(stage: Stage) -> None:
    stage.forge.write(NUMBER, ACTIONS, COMMENT)
    assert "created" == stage.publish(user=JOE).comment
    assert "updated" == stage.publish(OTHER, user=JOE).comment
    assert [COMMENT, OTHER] == stage.bodies


def test_a_text_that_is_too_long_is_cut_and_says_so(stage: Stage) -> None:
    folded = f"{MARKER}\n<details>\n\n```\n" + "a line of a plan\n" * 10_000 + "```\n</details>\n"
    stage.publish(folded)
    (body,) = stage.bodies
    assert len(body) <= 65_536
    assert ["```", "</details>"] == body.splitlines()[-4:-2]
    assert "is cut off here" in body


def test_a_text_without_a_marker_is_refused(stage: Stage) -> None:
    with pytest.raises(ForgeError, match="does not begin with its hidden marker"):
        stage.publish("### One change\n")


def test_comments_that_go_faster_than_they_are_written_are_given_up(stage: Stage) -> None:
    stage.publish()
    stage.forge.trouble.append(once(Answer(404, {"message": "Not Found"}), "PATCH", times=100))
    with pytest.raises(ForgeError, match="come and go faster"):
        stage.publish(OTHER)
