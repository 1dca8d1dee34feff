"""Wrong passwords slow down who guesses, and nobody else."""

from __future__ import annotations

import threading
import time
from ipaddress import ip_address, ip_network
from itertools import count, repeat

import pytest
import sqlalchemy as sa

from micropolis_map.errors import NotAllowed, TooMany
from micropolis_map.services import guessing, signing_in
from micropolis_map.stores.people_tables import ATTEMPT

LOGIN, PASSWORD, WRONG = "ada@example.org", "correct horse battery", "wrong wrong wrong"
FREE = guessing.BRAKES["here for the login"][0]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """Argon2 takes its time for a reason; hundreds of guesses here need not."""
    hasher = signing_in.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(signing_in, "_HASHER", hasher)
    signing_in._nobodys_hash.cache_clear()


@pytest.fixture
def fewer(monkeypatch):
    """Fewer guesses until the brakes that take many: what they do is the same."""
    monkeypatch.setattr(guessing, "DEVICE_TRIES", 9)
    free = {"for the login": 8, "anywhere": 14}
    brakes = {name: (free.get(name, most), *rest) for name, (most, *rest) in guessing.BRAKES.items()}
    monkeypatch.setattr(guessing, "BRAKES", brakes)


@pytest.fixture
def ada(desk):
    return signing_in.set_up(desk, signing_in.setup_link(desk), LOGIN, "Ada", PASSWORD)


def guess(desk, address: str = "192.0.2.1", login: str = LOGIN, password: str = WRONG, device: str = ""):
    """None for a wrong password, the seconds to wait, or the account."""
    try:
        return signing_in.sign_in(desk, login, password, address, device)[0]
    except NotAllowed:
        return None
    except TooMany as error:
        return error.retry_after_s


def everywhere():
    """An address of another provider each time."""
    return (f"{1 + number % 200}.{number // 200}.113.7" for number in count())


def within(prefix: str, bits: int):
    """An IPv6 address of another network with so many bits, within the prefix, each time."""
    first = int(ip_network(prefix).network_address)
    return (str(ip_address(first + (number << (128 - bits)))) for number in count())


def known_device(desk, account, before: str = "") -> str:
    return guessing.know_device(desk, signing_in.open_session(desk, account), before)


def test_known_and_unknown_logins_sound_the_same_and_wait_as_long(desk, ada, clock):
    told = {}
    for address, login in (("192.0.2.1", LOGIN), ("192.0.2.2", "nobody@example.org")):
        told[login] = []
        for _ in range(3 * FREE):
            try:
                signing_in.sign_in(desk, login, WRONG, address)
            except (NotAllowed, TooMany) as error:
                told[login].append(str(error))
    assert told[LOGIN] == told["nobody@example.org"]
    assert len(set(told[LOGIN])) == 2


def test_each_wait_is_longer_and_the_right_password_works_after_it(desk, ada, clock):
    assert [guess(desk) for _ in range(FREE)] == [None] * FREE
    waits = []
    for _ in range(10):
        waits.append(guess(desk))
        assert guess(desk, password=PASSWORD) == waits[-1]  # waiting is the same for who knows it
        clock.move(seconds=waits[-1] - 1)
        assert guess(desk) == 1
        clock.move(seconds=1)
        assert guess(desk) is None
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == 900
    clock.move(seconds=900)
    assert guess(desk, password=PASSWORD) == signing_in.accounts(desk, ada.actor)[0]
    assert [guess(desk) for _ in range(FREE)] == [None] * FREE


def test_guessing_from_elsewhere_shuts_nobody_out(desk, ada):
    assert [guess(desk, "192.0.2.1") for _ in range(20)][-1] > 0
    assert guess(desk, "198.51.100.7", password=PASSWORD).login == LOGIN


def test_a_known_device_is_never_refused_the_right_password(desk, ada, clock, fewer):
    device = known_device(desk, ada)
    addresses = everywhere()
    for login in (LOGIN, "b"):
        for _ in range(10):  # from everywhere: no address is counted twice
            guess(desk, next(addresses), login)
    assert guess(desk, next(addresses), password=PASSWORD) > 0
    assert guess(desk, next(addresses), "nobody at all") > 0
    assert guess(desk, "192.0.2.1", password=PASSWORD, device=device).login == LOGIN
    assert [guess(desk, "192.0.2.1", device=device) for _ in range(8)] == [None] * 8
    assert guess(desk, "192.0.2.1", password=PASSWORD, device=device).login == LOGIN
    assert guess(desk, "192.0.2.1", "b", device=device) > 0  # it is Ada's device, not everybody's
    clock.move(seconds=60)
    assert guess(desk, next(addresses), password=PASSWORD).login == LOGIN


def test_a_device_that_only_guesses_is_known_no_more(desk, ada, fewer):
    device = known_device(desk, ada)
    for _ in range(guessing.DEVICE_TRIES):
        assert guess(desk, device=device) is None
    answers = [guess(desk, device=device) for _ in range(FREE + 1)]
    assert answers == [None] * FREE + [2]


def test_a_device_is_forgotten_with_the_password_and_when_another_takes_its_place(desk, ada, clock):
    def known(device: str) -> bool:
        return guessing.is_known(desk, device, LOGIN)

    first = known_device(desk, ada)
    second = known_device(desk, ada, first)
    assert (known(first), known(second), known("")) == (False, True, False)
    for _ in range(25):
        clock.move(seconds=1)
        last = known_device(desk, ada)
    assert (known(second), known(last)) == (False, True)
    clock.move(days=guessing.DEVICE_DAYS + 1)
    assert not known(last)
    newest = known_device(desk, ada)
    assert signing_in.actor_of_session(desk, newest) is None  # it opens nothing
    signing_in.accept_invitation(desk, signing_in.invite_again(desk, ada.actor, ada.id), PASSWORD)
    assert not known(newest)


def test_guesses_at_once_are_counted_one_after_another(desk, ada):
    begin, answers = threading.Barrier(16), []

    def one() -> None:
        begin.wait()
        answers.append(guess(desk))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(None) == FREE
    assert len(answers) == 16


@pytest.mark.parametrize("login", ["nobody", LOGIN])
def test_of_a_crowd_that_signs_in_two_passwords_are_hashed_at_once(desk, ada, monkeypatch, login):
    """Each takes 64 MB; the first one compares with a hash that is made then."""
    signing_in._nobodys_hash.cache_clear()
    gate, came, inside, most = threading.Event(), set(), [], []
    turns, hasher = signing_in._HASHING, signing_in._HASHER

    class Turns:
        def __enter__(self):
            came.add(threading.get_ident())
            turns.acquire()

        def __exit__(self, *_):
            turns.release()

    class Hasher:
        def hash(self, password):
            return self._counted(hasher.hash, password)

        def verify(self, kept, password):
            return self._counted(hasher.verify, kept, password)

        def _counted(self, work, *arguments):
            came.add(threading.get_ident())
            inside.append(1)
            most.append(len(inside))
            gate.wait()
            inside.pop()
            return work(*arguments)

    monkeypatch.setattr(signing_in, "_HASHING", Turns())
    monkeypatch.setattr(signing_in, "_HASHER", Hasher())
    addresses = everywhere()
    crowd = [threading.Thread(target=guess, args=(desk, next(addresses), login)) for _ in range(FREE + 15)]
    for one in crowd:
        one.start()
    while len(came) < len(crowd):
        time.sleep(0.01)
    gate.set()
    for one in crowd:
        one.join()
    assert max(most) == 2


def test_what_is_counted_stays_small_and_a_clock_set_back_holds_nobody_up(
    desk, ada, application, clock, fewer
):
    addresses = everywhere()
    for _ in range(30):
        guess(desk, next(addresses), "nobody")
    clock.move(hours=1)
    guess(desk, next(addresses), "nobody")
    with application.database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(ATTEMPT)).scalar_one() < 30
    clock.move(hours=-2)
    assert guess(desk, next(addresses), "nobody") is None


CROWDS = {
    "subscriber": lambda: within("2001:db8:7::/48", 64),
    "IPv4 subscriber": lambda: (f"203.0.113.{number % 256}" for number in count()),
    "provider": lambda: within("2001:db8::/32", 48),
    "everywhere": everywhere,
}


def guessed(desk, clock, addresses, hours: float, logins=(LOGIN,)):
    """Guess as fast as one may for so long, from an address that was not used yet where there is one."""
    begun, tries = clock(), 0
    while (clock() - begun).total_seconds() < hours * 3600:
        try:
            guessing.slow_down(desk, logins[tries % len(logins)], next(addresses))
            tries += 1
        except TooMany as error:
            clock.move(seconds=error.retry_after_s)
        yield tries


@pytest.mark.parametrize(("crowd", "most"), [("subscriber", 32), ("provider", 62), ("everywhere", 98)])
def test_guessing_one_login_stays_slow_from_however_many_addresses(desk, ada, clock, crowd, most):
    assert list(guessed(desk, clock, CROWDS[crowd](), 1))[-1] <= most


@pytest.mark.parametrize(
    ("crowd", "neighbour"),
    [
        ("subscriber", "2001:db8:8::1"),  # of the same provider
        ("IPv4 subscriber", "203.0.112.7"),
        ("provider", "2001:db9::1"),
        ("subscriber", "192.0.2.1"),
    ],
)
@pytest.mark.parametrize("others", [0, 8])
def test_nobody_alone_slows_down_the_sign_in_of_another(
    desk, ada, clock, crowd, neighbour, others, monkeypatch
):
    of_all = {"here": 6, "near": 12, "around": 20, "anywhere": 28}  # fewer: what they do is the same
    fewer = {name: (of_all.get(name, most), *rest) for name, (most, *rest) in guessing.BRAKES.items()}
    monkeypatch.setattr(guessing, "BRAKES", fewer)
    logins = (*(f"login {number}" for number in range(others)), LOGIN)
    tried = []
    for tries in guessed(desk, clock, CROWDS[crowd](), 0.4, logins):
        tried.append(tries)
        if len(tried) % 25 == 0:
            assert guess(desk, neighbour, password=PASSWORD).login == LOGIN
    assert tried[-1] > 12
    assert guess(desk, neighbour, password=PASSWORD).login == LOGIN


def test_one_address_does_not_slow_down_the_others_of_its_network(desk, ada, clock):
    for _ in guessed(desk, clock, repeat("203.0.113.1"), 0.5):
        pass
    assert guess(desk, "203.0.113.9", password=PASSWORD).login == LOGIN


def test_of_each_part_fewer_count_than_are_free():
    for name in guessing.BRAKES:
        brake = guessing._brake("who", name, "part")
        assert 0 < brake.most_of_part < brake.free
        assert brake.wait_s([(0.0, "part")] * 10_000, 0.0) == 0
        assert brake.wait_s([(0.0, str(number % 9)) for number in range(10_000)], 0.0) == brake.most_s


def test_right_passwords_are_never_counted(desk, ada):
    for _ in range(FREE + 1):
        assert guess(desk, password=PASSWORD).login == LOGIN
