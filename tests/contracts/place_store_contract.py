"""What every place store promises; a store passes by subclassing with a `store` fixture."""

from __future__ import annotations

import threading

import pytest
from place_builders import a_place

from micropolis_map.domain.place import Period, Story
from micropolis_map.errors import Conflict, InvalidInput, NotFound
from micropolis_map.ports import PlaceStore


class PlaceStoreContract:
    def test_what_was_put_is_there(self, store: PlaceStore) -> None:
        story = Story("s1", "Ropes", "My grandfather made ropes here.", "en", year=1931)
        place = a_place(period=Period(1900, None), stories=(story,), themes=("sea",))
        assert store.put(place) == place
        assert store.get(place.id) == place

    def test_every_put_is_the_next_revision(self, store: PlaceStore) -> None:
        store.put(a_place())
        second = store.put(a_place(description={"en": "Red"}), expected_revision=1)
        assert second.revision == 2
        assert store.get(second.id).description == {"en": "Red"}

    def test_a_change_on_an_old_revision_is_refused_and_changes_nothing(self, store: PlaceStore) -> None:
        store.put(a_place())
        store.put(a_place(description={"en": "first"}), expected_revision=1)
        version = store.version()
        with pytest.raises(Conflict, match="wawer-anin"):
            store.put(a_place(description={"en": "second"}), expected_revision=1)
        assert store.get("wawer-anin").description == {"en": "first"}
        assert store.version() == version

    def test_revision_zero_means_it_must_be_new(self, store: PlaceStore) -> None:
        store.put(a_place(), expected_revision=0)
        with pytest.raises(Conflict):
            store.put(a_place(), expected_revision=0)

    def test_a_change_of_what_is_not_there_is_refused(self, store: PlaceStore) -> None:
        with pytest.raises(Conflict):
            store.put(a_place(), expected_revision=3)

    def test_an_unknown_place_is_not_found(self, store: PlaceStore) -> None:
        with pytest.raises(NotFound, match="nowhere"):
            store.get("nowhere")

    def test_places_are_sorted_by_id_and_of_the_community(self, store: PlaceStore) -> None:
        store.put_many(
            [a_place("b"), a_place("a"), a_place("Z"), a_place("ż"), a_place("c", community="demo")]
        )
        assert [place.id for place in store.places("wawer")] == ["Z", "a", "b", "ż"]
        assert [place.id for place in store.places()] == ["Z", "a", "b", "c", "ż"]
        assert store.places("nowhere") == []

    @pytest.mark.parametrize("status", ["pending", "hidden", "withdrawn", "archived"])
    def test_only_published_places_are_public(self, store: PlaceStore, status: str) -> None:
        store.put(a_place(status=status))
        assert store.places() == []
        assert [place.status for place in store.places(published_only=False)] == [status]

    def test_many_at_once_are_all_or_none(self, store: PlaceStore) -> None:
        with pytest.raises(InvalidInput):
            store.put_many([a_place("a"), a_place("b", kind="haunted")])
        assert store.places() == []

    def test_putting_the_same_again_adds_nothing(self, store: PlaceStore) -> None:
        assert store.put_many([a_place("a"), a_place("b")]) == 2
        version = store.version()
        assert store.put_many([a_place("a"), a_place("b")]) == 0
        assert store.version() == version
        assert store.put_many([a_place("a", source="book"), a_place("b")]) == 1

    def test_the_version_changes_with_every_put(self, store: PlaceStore) -> None:
        versions = [store.version()]
        for number in range(3):
            store.put(a_place(source=str(number)))
            versions.append(store.version())
        assert len(set(versions)) == 4

    def test_an_invalid_place_is_refused(self, store: PlaceStore) -> None:
        with pytest.raises(InvalidInput, match="javascript"):
            store.put(a_place(website="javascript:alert(1)"))

    def test_of_many_who_change_the_same_revision_one_wins(self, store: PlaceStore) -> None:
        store.put(a_place())
        outcomes: list[str] = []

        def change(number: int) -> None:
            try:
                store.put(a_place(source=str(number)), expected_revision=1)
                outcomes.append("kept")
            except Conflict:
                outcomes.append("refused")

        threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["kept", "refused", "refused", "refused"]
        assert store.get("wawer-anin").revision == 2

    def test_check_passes(self, store: PlaceStore) -> None:
        version = store.version()
        store.check()
        assert store.version() == version
