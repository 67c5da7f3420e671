"""Limits, failures, tokens that may not write, and everything that must never be said or sent."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from cleanrooms_governance.forge.errors import ForgeError, Gone
from cleanrooms_governance.forge.labels import Labels
from tests.forge.stage import COMMENT, EPOCH, Stage
from tools.forge.state import FORK, Answer, once, primary_limit, secondary_limit

DANGEROUS = Labels(frozenset({"governance: dangerous"}), frozenset({"governance: dangerous", "governance: waiting"}))


def test_a_secondary_limit_is_waited_for_as_long_as_it_says(stage: Stage) -> None:
    stage.forge.trouble.append(once(secondary_limit(7), "POST"))
    assert ("created", [7.0]) == (stage.publish().comment, stage.slept)
    assert stage.said[0].endswith("asks to wait 7 seconds because of its rate limit")


def test_one_that_does_not_say_how_long_is_given_a_minute(stage: Stage) -> None:
    stage.forge.trouble.append(once(secondary_limit(None), "POST"))
    assert ("created", [60.0]) == (stage.publish().comment, stage.slept)


def test_the_primary_limit_is_waited_for_by_githubs_own_clock(stage: Stage) -> None:
    limited = primary_limit(EPOCH + 30)
    dated = {**limited.headers, "Date": "Fri, 15 Jan 2027 08:00:00 GMT"}
    stage.forge.trouble.append(once(Answer(403, limited.document, dated), "GET"))
    stage.publish()
    assert [30.0] == stage.slept


@pytest.mark.parametrize("limit", [secondary_limit(101), primary_limit(EPOCH + 10**9), secondary_limit(60)])
def test_a_limit_that_lasts_too_long_ends_with_a_message(stage: Stage, limit: Answer) -> None:
    stage.forge.trouble.append(once(limit, times=2))
    with pytest.raises(ForgeError, match="longer than this run waits: run again later"):
        stage.publish()
    assert COMMENT.strip() in stage.summary.read_text()


def test_failures_of_the_forge_are_tried_again(stage: Stage) -> None:
    stage.forge.trouble += [once(Answer(502), "GET", times=2), once(Answer(0), "GET")]
    assert ("created", [1.0, 2.0, 4.0]) == (stage.publish().comment, stage.slept)


def test_a_forge_that_keeps_failing_ends_with_a_message(stage: Stage) -> None:
    stage.forge.trouble.append(once(Answer(500), times=99))
    with pytest.raises(ForgeError, match="answers 500, 4 times: run again later"):
        stage.publish()


def test_a_fork_has_the_summary_and_a_warning(stage: Stage) -> None:
    outcome = stage.publish(labels=DANGEROUS, user=FORK)
    assert ("withheld", True, []) == (outcome.comment, outcome.in_summary, stage.forge.writes())
    (warning,) = outcome.warnings
    assert "Resource not accessible by integration" in warning
    assert "the summary of this job says it instead" in warning
    assert COMMENT.strip() in stage.summary.read_text()


def test_without_a_token_nothing_is_sent(stage: Stage) -> None:
    outcome = stage.publish(user=None)
    assert ("withheld", []) == (outcome.comment, stage.forge.calls)
    assert "there is no GITHUB_TOKEN" in outcome.warnings[0]


def test_another_denial_is_an_error_that_says_what_the_token_needs(stage: Stage) -> None:
    stage.forge.trouble.append(once(Answer(403, {"message": "Resource protected by organization SAML enforcement."}), "POST"))
    with pytest.raises(ForgeError, match="needs the permission `pull-requests: write`"):
        stage.publish()


def test_a_pull_request_that_is_not_there_is_an_error(stage: Stage) -> None:
    stage.forge.pull_requests.clear()
    with pytest.raises(Gone, match="There is no such thing, or the token may not see it"):
        stage.publish()


def test_a_token_that_is_not_valid_is_an_error_that_does_not_say_it(stage: Stage) -> None:
    stage.forge.trouble.append(once(Answer(401, {"message": "Bad credentials: token-of-a-job"})))
    with pytest.raises(ForgeError) as refused:
        stage.publish()
    assert "not valid here" in str(refused.value)
    assert "token-of-a-job" not in str(refused.value) + "".join(stage.said)


def test_the_token_goes_to_no_other_host(stage: Stage) -> None:
    heard: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(str(self.headers))
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    there = f"http://127.0.0.1:{server.server_address[1]}/repos"
    for answer in (Answer(301, None, {"Location": there}), Answer(200, [], {"Link": f'<{there}>; rel="next"'})):
        stage.forge.trouble = [once(answer, "GET", "/comments")]
        with pytest.raises(ForgeError, match="the token goes nowhere else"):
            stage.publish()
    server.shutdown()
    server.server_close()
    assert [] == heard


def test_a_repository_that_was_renamed_is_followed_on_the_same_host(stage: Stage) -> None:
    moved = Answer(301, None, {"Location": f"{stage.url}/repos/{stage.forge.repository}/issues/7/comments"})
    stage.forge.trouble.append(once(moved, "POST"))
    assert ("created", [COMMENT]) == (stage.publish().comment, stage.bodies)


@pytest.mark.parametrize("document", [{"message": "?"}, [{"body": COMMENT}], "text"])
def test_an_answer_of_another_form_is_an_error_in_words(stage: Stage, document: object) -> None:
    stage.forge.trouble.append(once(Answer(200, document), "GET", "/comments"))
    with pytest.raises(ForgeError):
        stage.publish()


def test_labels_of_our_own_are_set_and_taken_away_and_others_stay(stage: Stage) -> None:
    stage.pull_request.labels = ["bug", "Governance: Waiting"]
    outcome = stage.publish(labels=DANGEROUS)
    assert (("governance: dangerous",), ("Governance: Waiting",)) == (outcome.labels_set, outcome.labels_taken)
    assert ["bug", "governance: dangerous"] == stage.pull_request.labels
    again = stage.publish(labels=DANGEROUS)
    assert ((), ()) == (again.labels_set, again.labels_taken)


def test_a_label_that_somebody_else_takes_away_meanwhile_is_no_trouble(stage: Stage) -> None:
    stage.pull_request.labels = ["governance: waiting"]
    stage.forge.trouble.append(once(Answer(404, {"message": "Label does not exist"}), "DELETE"))
    assert ("governance: dangerous",) == stage.publish(labels=DANGEROUS).labels_set


def test_a_summary_that_is_almost_full_takes_what_fits(stage: Stage) -> None:
    stage.summary.write_text("x" * ((1 << 20) - 2000))
    long = COMMENT + "ä line\n" * 1000
    assert stage.publish(long).in_summary
    assert stage.summary.stat().st_size <= 1 << 20
    assert "is cut off here" in stage.summary.read_text()


def test_a_summary_that_cannot_be_written_is_a_warning(stage: Stage) -> None:
    stage.summary.mkdir()
    outcome = stage.publish()
    assert ("created", False) == (outcome.comment, outcome.in_summary)
    assert "cannot be written: Is a directory" in outcome.warnings[0]
