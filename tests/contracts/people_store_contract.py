"""What the stores of people's doings promise; a database passes by subclassing with a `database` fixture."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest
import sqlalchemy as sa
from place_builders import a_place

from micropolis_map.domain.account import Account
from micropolis_map.domain.place import Story
from micropolis_map.domain.proposal import Message, Proposal
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.stores.account_store import SqlAccountStore
from micropolis_map.stores.care_store import Report, SqlCareStore
from micropolis_map.stores.damage import Kind, Row
from micropolis_map.stores.database import Database
from micropolis_map.stores.history_store import Forgetting, SqlHistoryStore
from micropolis_map.stores.media_store import Medium, SqlMediaStore
from micropolis_map.stores.place_store import Note, SqlPlaceStore
from micropolis_map.stores.proposal_store import SqlProposalStore
from micropolis_map.stores.round_store import Batch, Question, SqlRoundStore
from micropolis_map.stores.tables import PLACE_REVISION
from micropolis_map.stores.tombstones import Tombstone

NOON, LATER, LATEST = "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z", "2026-11-22T12:00:00Z"
KEY, OTHER_KEY = "k" * 64, "o" * 64


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is said to the database meanwhile; a statement for many rows is one."""
    said: list[str] = []

    def hear(*told: object) -> None:
        said.append(str(told[2]))

    sa.event.listen(database._engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(database._engine, "before_cursor_execute", hear)


@contextmanager
def rows_read() -> Iterator[list[int]]:
    """How many rows each question to a table meanwhile brings."""
    counts: list[int] = []
    read = Kind._rows

    def counted(*asked: object) -> list[Row]:
        rows = read(*asked)  # type: ignore[arg-type]
        counts.append(len(rows))
        return rows

    with mock.patch.object(Kind, "_rows", counted):
        yield counts


def a_proposal(proposal_id: str = "proposal-one", **changes) -> Proposal:
    content = a_place(f"place-of-{proposal_id}", status="pending")
    values = {
        "id": proposal_id, "community": "wawer", "place_id": content.id, "base_revision": 0, "kind": "place",
        "state": "pending", "content": content, "author_key": KEY, "created": NOON, "district": "Anin ŻÓŁW",
        "flags": ("first_time",), "digest": "d" * 64,
    }  # fmt: skip
    return Proposal(**{**values, **changes})


def an_account(login: str = "ada@example.org", **changes) -> Account:
    values = {"id": f"id-{login[:20]}", "login": login, "name": "Ada Ł", "role": "organiser", "created": NOON}
    return Account(**{**values, "communities": ("wawer",), "districts": ("wawer/Anin",), **changes})


def approved(old, stored):
    return replace(old, state="approved"), replace(old.content, status="published")


class PeopleStoreContract:
    def test_a_proposal_is_kept_once_and_as_it_was(self, database: Database) -> None:
        store = SqlProposalStore(database)
        proposal = a_proposal(thread=(Message("author", NOON, "Łąka 🌳 'quoted' \x00 %s"),))
        assert store.add(proposal) == (proposal, True)
        assert store.add(replace(proposal, created=LATER)) == (proposal, False)
        assert store.get(proposal.id) == proposal == store.find(proposal.id)
        assert store.find("nothing") is None
        with pytest.raises(NotFound):
            store.get("nothing")

    def test_at_once_from_many_threads_one_is_kept(self, database: Database) -> None:
        store = SqlProposalStore(database)
        outcomes = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(store.add(a_proposal())[1])) for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 4 + [True]

    def test_proposals_are_found_by_state_author_and_place(self, database: Database) -> None:
        store = SqlProposalStore(database)
        one, two, three = (
            a_proposal("a", created=LATER),
            a_proposal("b", state="questioned"),
            a_proposal("c", community="demo", author_key=OTHER_KEY),
        )
        for proposal in (one, two, three):
            store.add(proposal)
        assert list(store.in_states(["pending", "questioned"])) == [two, three, one]
        assert list(store.in_states(["pending"], "wawer")) == [one]
        assert list(store.of_author([KEY])) == [one, two]
        assert list(store.of_author([])) == []
        assert list(store.of_place(two.place_id)) == [two]

    def test_a_proposal_and_its_place_change_together_or_not_at_all(self, database: Database) -> None:
        store, places, revisions = (
            SqlProposalStore(database),
            SqlPlaceStore(database),
            SqlHistoryStore(database),
        )
        proposal, _ = store.add(a_proposal())

        def fail(old, stored):
            raise Conflict("no", "later")

        with pytest.raises(Conflict):
            store.change(proposal.id, Note(), fail)
        assert (store.get(proposal.id).state, places.places()) == ("pending", [])
        new, place = store.change(proposal.id, Note("organiser:x", "good", LATER), approved)
        assert (new.state, new.result_revision, place.revision) == ("approved", 1, 1)
        assert store.approved_count(KEY) == 1
        (entry,) = revisions.entries(place.id)
        assert (entry.actor, entry.note, entry.recorded, entry.place) == (
            "organiser:x",
            "good",
            LATER,
            place,
        )

    def test_a_new_link_takes_everything_of_the_old_one(self, database: Database) -> None:
        store, media = SqlProposalStore(database), SqlMediaStore(database)
        for proposal in (a_proposal("a"), a_proposal("b"), a_proposal("c", author_key=OTHER_KEY)):
            store.add(proposal)
        media.add(Medium("p1", "photo", "a", "wawer", KEY, "d", NOON), most=1)
        store.reissue("a", "n" * 64)
        assert {p.id for p in store.of_author(["n" * 64])} == {"a", "b"}
        assert [m.id for m in media.of_author("n" * 64)] == ["p1"]
        assert list(store.of_author([KEY])) == []

    def test_forgetting_reaches_every_table(self, database: Database) -> None:
        store, places, revisions = (
            SqlProposalStore(database),
            SqlPlaceStore(database),
            SqlHistoryStore(database),
        )
        store.add(a_proposal())
        _, place = store.change("proposal-one", Note(), approved)
        places.put(replace(place, description={"en": "words"}))
        version = places.version()

        def clean(state):
            return replace(state, name={"en": "gone"}, description={}, updated=LATEST)

        stone = Tombstone(place.id, "place", "wawer", LATER, "deleted")
        forgetting = Forgetting(
            place.id, "wawer", ("proposal-one",), clean, whole=True, blank=clean, tombstones=(stone,)
        )
        revisions.forget(forgetting, Note("resident", "deleted", LATER))
        assert {entry.place.name["en"] for entry in revisions.entries(place.id)} == {"gone"}
        assert [entry.revision for entry in revisions.entries(place.id)] == [1, 2, 3]
        left = store.get("proposal-one")
        assert (left.state, left.content, left.author_key, left.thread) == ("deleted", None, "", ())
        assert list(revisions.tombstones()) == list(revisions.tombstones("wawer")) == [stone]
        assert places.version() != version
        with pytest.raises(Conflict, match="deleted"):
            places.put(place)
        assert places.put_many([replace(place, description={"en": "words"})]) == 0

    def test_answer_times(self, database: Database) -> None:
        store = SqlProposalStore(database)
        store.add(a_proposal("a", decided=LATER))
        store.add(a_proposal("b"))
        assert list(store.answered("wawer", NOON)) == [(NOON, LATER)]
        assert list(store.answered("wawer", LATEST)) == list(store.answered("demo", NOON)) == []

    def test_accounts(self, database: Database) -> None:
        store = SqlAccountStore(database)
        account = store.add(an_account(), "hash")
        assert store.by_login(" ADA@example.org ") == (replace(account, has_password=True), "hash")
        assert store.by_login("nobody") is None
        with pytest.raises(Conflict, match="exists already"):
            store.add(an_account(id="other"))
        assert not store.has_administrator()
        store.replace(replace(account, role="administrator"))
        assert store.has_administrator()
        assert store.get(account.id).role == "administrator"
        with pytest.raises(NotFound, match="nobody-has-it"):
            store.replace(replace(account, id="nobody-has-it"))
        assert len(store.accounts()) == 1

    def test_the_last_administrator_who_may_sign_in_stays(self, database: Database) -> None:
        store = SqlAccountStore(database)
        ada = store.add(an_account(role="administrator"), "hash")
        store.add(an_account("closed@example.org", role="administrator", active=False), "hash")
        ola = store.add(an_account("ola@example.org"), "hash")
        for less in (replace(ada, role="planner"), replace(ada, active=False)):
            with pytest.raises(InvalidInput, match="last administrator"):
                store.replace(less)
            assert store.get(ada.id).role == "administrator"
        store.replace(replace(ola, active=False))  # no administrator: nothing is lost with them
        store.replace(replace(ada, name="Ada Ł again"))
        store.replace(replace(ola, role="administrator"))
        store.replace(replace(ada, active=False))
        assert store.has_administrator()

    def test_two_administrators_who_demote_each_other_at_once_leave_one(self, database: Database) -> None:
        store = SqlAccountStore(database)
        pair = [store.add(an_account(name, role="administrator"), "hash") for name in ("ada", "bea")]
        for _ in range(12):
            begin, refused = threading.Barrier(2), []

            def demote(one: Account, begin: threading.Barrier = begin, refused: list[str] = refused) -> None:
                begin.wait()
                try:
                    store.replace(replace(one, role="planner"))
                except InvalidInput as error:
                    refused.append(str(error))

            threads = [threading.Thread(target=demote, args=(one,)) for one in pair]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            left = [one for one in store.accounts() if one.role == "administrator"]
            assert (len(left), len(refused)) == (1, 1)
            for one in pair:
                store.replace(one)

    def test_tokens_are_spent_once_and_expire(self, database: Database) -> None:
        store = SqlAccountStore(database)
        store.add_token("t1", "setup", "", NOON, LATER)
        with pytest.raises(NotFound):
            store.add_with_token(an_account(), "hash", "t1", LATER)
        assert list(store.accounts()) == []
        account = store.add_with_token(an_account(), "hash", "t1", NOON)
        with pytest.raises(NotFound):
            store.add_with_token(an_account("b"), "hash", "t1", NOON)
        store.add_token("s1", "session", account.id, NOON, LATER)
        store.add_token("s2", "session", account.id, NOON, LATEST)
        assert store.session("s1", NOON).id == account.id
        assert store.session("s1", LATER) is None
        assert store.session("t1", NOON) is None
        store.end_token("s2")
        assert store.session("s2", NOON) is None
        store.add_token("i1", "invitation", account.id, NOON, LATEST)
        other = store.add(an_account("other"), "hash")
        store.add_token("o1", "session", other.id, NOON, LATEST)
        store.set_password("i1", "new hash", NOON)
        assert store.by_login(account.login)[1] == "new hash"
        assert store.session("s1", NOON) is None  # whoever has an old cookie is out
        assert store.session("o1", NOON).id == other.id
        store.add_token("s3", "session", account.id, NOON, LATEST)
        assert store.session("s3", NOON).id == account.id
        store.replace(replace(account, active=False))
        assert store.session("s3", NOON) is None

    def test_what_is_over_stays_until_it_is_erased(self, database: Database) -> None:
        store = SqlAccountStore(database)
        one, other = store.add(an_account("one"), "hash"), store.add(an_account("other"), "hash")
        store.add_token("a", "session", one.id, NOON, LATER)
        store.add_token("b", "device", one.id, NOON, LATER)
        store.add_token("c", "session", other.id, LATEST, "2099-01-01T00:00:00Z")
        assert store.open_session("d", other.id, "hash", LATEST, "2099-01-01T00:00:00Z")
        assert store.session("a", LATEST) is None
        assert store.session("a", NOON).id == one.id  # the clock was put right
        assert (list(store.expired(NOON)), sorted(store.expired(LATER))) == ([], ["a", "b"])
        store.erase_tokens(["b", "unknown"])
        assert list(store.expired(LATER)) == ["a"]

    def test_media(self, database: Database) -> None:
        store = SqlMediaStore(database)
        medium = Medium("p1", "photo", "sub", "wawer", KEY, "d", NOON, 40, 30)
        assert store.add(medium, most=1) == medium
        assert store.add(replace(medium, id="p2"), most=1) == medium  # the same bytes, sent twice at once
        with pytest.raises(Conflict, match="1"):
            store.add(replace(medium, id="p2", digest="e"), most=1)
        store.add(replace(medium, id="a1", kind="audio"), most=1)
        assert store.find("p1") == medium
        assert [m.id for m in store.of_submission("sub")] == ["a1", "p1"]
        assert list(store.older_than(NOON)) == []
        store.remove(["a1", "nothing"], LATER)
        assert [m.id for m in store.older_than(LATER)] == ["p1"]

    def test_confirmations_and_still_true(self, database: Database) -> None:
        store = SqlCareStore(database)
        assert [store.confirm("p", device, NOON) for device in ("one", "two", "one")] == [1, 2, 2]
        store.confirm("p", "one", LATER)
        assert store.confirmations() == {"p": (2, LATER)}
        store.still_true("p", NOON)
        store.still_true("p", LATER)
        assert store.found_true() == {"p": LATER}

    def test_reports(self, database: Database) -> None:
        store = SqlCareStore(database)
        first = store.report(Report("r1", "p", "wawer", "dev", "wrong", "Words", NOON))
        second = store.report(replace(first, id="r2", recorded=LATER))
        assert list(store.reports("wawer")) == [second]
        store.close_report("r2", "org", LATEST)
        assert list(store.reports()) == []
        (closed,) = store.reports(open_only=False)
        assert (closed.text, closed.device, closed.closed) == ("", "", LATEST)
        with pytest.raises(NotFound):
            store.close_report("r9", "org", LATEST)

    def test_attempts_within_a_window(self, database: Database) -> None:
        store = SqlCareStore(database)
        waits = [store.attempt("who", "do", moment, 10.0, 2) for moment in (0.0, 4.0, 6.0, 10.5, 11.0)]
        assert waits == [0.0, 0.0, 4.0, 0.0, 3.0]
        assert store.attempt("other", "do", 6.0, 10.0, 2) == 0.0
        store.forget_attempts("who", "do")
        assert store.attempt("who", "do", 11.0, 10.0, 2) == 0.0

    def test_who_is_refused_again_costs_the_database_nothing(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = SqlCareStore(database)
        assert [store.attempt("who", "do", moment, 10.0, 1) for moment in (5.0, 8.0)] == [0.0, 7.0]
        with monkeypatch.context() as away:
            away.setattr(Database, "writing", lambda _: pytest.fail("asked"))
            away.setattr(Database, "reading", lambda _: pytest.fail("asked"))
            assert [store.attempt("who", "do", moment, 10.0, 1) for moment in (9.0, 14.5)] == [6.0, 1.0]
        assert store.attempt("who", "do", 8.0, 10.0, 2) == 0.0  # of whom more is allowed is asked anew
        assert store.attempt("who", "do", -60.0, 10.0, 1) == 0.0  # a clock that was put right
        store.forget_attempts("who", "do")
        assert store.attempt("who", "do", 9.0, 10.0, 1) == 0.0

    def test_the_salt_lives_a_day(self, database: Database) -> None:
        store = SqlCareStore(database)
        assert [store.salt("d1", salt) for salt in ("one", "two")] == ["one", "one"]
        store.attempt("who", "do", 0.0, 10.0, 1)
        assert store.salt("d2", "three") == "three"
        assert store.attempt("who", "do", 1.0, 10.0, 1) == 0.0  # yesterday's are forgotten with their salt

    def test_last_recorded(self, database: Database) -> None:
        places, revisions = SqlPlaceStore(database), SqlHistoryStore(database)
        place = places.put(a_place(stories=(Story("s", "T", "text", "en"),)))
        revisions.put(place, Note("organiser:x", "again", "2099-01-01T00:00:00Z"), expected_revision=1)
        places.put(a_place("elsewhere", community="demo"))
        assert revisions.last_recorded()[place.id] == "2099-01-01T00:00:00Z"
        assert set(revisions.last_recorded("demo")) == {"elsewhere"}

    def test_last_recorded_reads_one_row_for_a_place(self, database: Database) -> None:
        places, revisions = SqlPlaceStore(database), SqlHistoryStore(database)
        for number in range(7):
            for place in ("one", "two"):
                note = Note("organiser:x", "", f"2026-01-0{number + 1}T00:00:00Z")
                revisions.put(a_place(place), note, expected_revision=number)
        with database.writing() as connection:
            broken = PLACE_REVISION.c.place_id == "two", PLACE_REVISION.c.revision == 7
            connection.execute(sa.update(PLACE_REVISION).where(*broken).values(recorded="never, I think"))
        expected = {"one": "2026-01-07T00:00:00Z", "two": "2026-01-06T00:00:00Z"}
        with rows_read() as read:
            assert revisions.last_recorded() == expected
        assert read == [2, 7]  # the second time those of the damaged one
        places.put(a_place("two", community="demo"))
        with rows_read() as read:
            assert revisions.last_recorded("wawer") == {"one": expected["one"]}
        assert read == [1]

    def test_any_number_of_places_is_archived_by_as_many_statements(self, database: Database) -> None:
        store, places = SqlRoundStore(database), SqlPlaceStore(database)
        told: list[list[int]] = []
        for size in (3, 300):
            name, start = f"of-{size}", int(places.version().rpartition("-")[2])
            places.put_many([replace(a_place(f"{name}-{n}"), community=name) for n in range(size)])
            old = places.places(name)
            before = int(places.version().rpartition("-")[2])
            with statements(database) as said:
                store.archive(Batch(name, name, "caretaker", NOON), old, Note("caretaker", "old", NOON))
            with statements(database) as again:
                assert store.take_back(name, Note("organiser:o", "back", LATER)) == size
            told.append([len(said), len(again)])
            assert int(places.version().rpartition("-")[2]) - before == 2 * size  # a change for each, as ever
            assert before > start
            entries = SqlHistoryStore(database).entries(f"{name}-{size - 1}")
            seen = [(one.revision, one.place.status, one.actor, one.recorded, one.note) for one in entries]
            assert seen[1:] == [
                (2, "archived", "caretaker", NOON, "old"),
                (3, "published", "organiser:o", LATER, "back"),
            ]
            assert places.places(name) == [replace(place, revision=3) for place in old]
        assert told[0] == told[1]

    def test_rounds_know_the_last_one_and_since_when_something_is_due(self, database: Database) -> None:
        store = SqlRoundStore(database)
        assert store.begin(NOON, lambda _: True) == ""
        assert store.found_due("orphan", ["a", "b"], NOON) == {"a": NOON, "b": NOON}
        assert store.found_due("stray", ["a"], LATER) == {"a": LATER}
        assert store.begin(LATER, lambda before: before != NOON) == NOON
        assert store.found_due("orphan", ["b", "c"], LATER) == {"b": NOON, "c": LATER}
        assert store.found_due("orphan", ["a"], LATER) == {"a": LATER}
        assert store.begin(LATEST, lambda before: before == LATER) == LATER
        assert store.found_due("stray", ["a"], LATEST) == {"a": LATEST}

    def test_places_are_archived_together_and_come_back_together(self, database: Database) -> None:
        store, places = SqlRoundStore(database), SqlPlaceStore(database)
        old = [places.put(replace(a_place(f"old-{n}"), community="wawer")) for n in range(3)]
        store.ask(Question("wawer", "many", NOON, "", 3, ("old-0", "old-1")))
        assert store.questions()["wawer"].places == ("old-0", "old-1")
        assert store.asked_about() == {"wawer"}
        changed = places.put(replace(old[2], licence="CC0"))
        batch = store.archive(Batch("one", "wawer", "caretaker", NOON), old, Note("caretaker", "old", NOON))
        assert batch.places == ("old-0", "old-1")
        assert store.questions() == {}
        assert list(places.places()) == [changed]
        assert [store.batch("one")] == list(store.batches("wawer", 5)) == [batch]
        assert list(store.batches("demo", 5)) == []
        assert (store.archived_by("organiser:o"), store.archived_by("caretaker")) == (
            [],
            [("wawer", NOON, 2)],
        )
        places.put(replace(places.get("old-1"), licence="CC0"))
        assert store.take_back("one", Note("organiser:o", "back", LATER)) == 1
        assert store.take_back("one", Note("organiser:o", "back", LATER)) == 0
        assert [place.id for place in places.places()] == ["old-0", "old-2"]
        assert store.batch("one").taken_back == LATER
        assert store.archived_by("caretaker") == []
        store.archive(Batch("two", "wawer", "caretaker", NOON), old, Note("caretaker", "old", NOON))
        assert list(store.batches("wawer", 5)) == []
        with pytest.raises(NotFound):
            store.batch("two")
