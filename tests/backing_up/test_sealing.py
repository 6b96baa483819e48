"""What is sealed comes out as it went in, or not at all."""

from io import BytesIO

import pytest

from ap_registry.backing_up.sealing import CHUNK, MAGIC, TAG, VOUCHER, Opening, Sealing
from ap_registry.errors import Unreadable

PASSPHRASE = "correct horse"


def sealed(data: bytes) -> bytes:
    sink = BytesIO()
    sealing = Sealing(sink, PASSPHRASE, cost=2)
    sealing.write(data)
    sealing.finish()
    return sink.getvalue()


def opened(found: bytes, passphrase: str = PASSPHRASE) -> bytes:
    opening = Opening(BytesIO(found), passphrase)
    return bytes(opening.readall() or b"")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5])
def test_any_length_comes_back(size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    assert opened(sealed(data)) == data


def test_the_same_text_is_never_sealed_the_same() -> None:
    assert sealed(b"text")[-20:] != sealed(b"text")[-20:]


def test_what_is_inside_cannot_be_read_outside() -> None:
    assert b"Example" not in sealed(b"Ann Example " * 10_000)


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="The passphrase is not that of this backup"):
        opened(sealed(b"text"), "Correct horse")


HEAD = len(sealed(b"")) - TAG


@pytest.mark.parametrize(
    "at",
    [0, len(MAGIC), len(MAGIC) + 12, HEAD - VOUCHER - 5, HEAD - VOUCHER, HEAD - 1, HEAD,
     HEAD + CHUNK, HEAD + CHUNK + TAG, HEAD + CHUNK + TAG + 1, -TAG, -1],
)  # fmt: skip
def test_a_flipped_bit_is_found(at: int) -> None:
    found = bytearray(sealed(bytes(CHUNK + 100)))
    found[at] ^= 1
    with pytest.raises(Unreadable):
        opened(bytes(found))


@pytest.mark.parametrize(
    "kept",
    [0, 10, HEAD - 1, HEAD, HEAD + 5, HEAD + CHUNK + TAG, HEAD + 2 * (CHUNK + TAG), -1],
)
def test_a_file_cut_off_is_found_also_between_chunks(kept: int) -> None:
    found = sealed(bytes(2 * CHUNK + 100))
    with pytest.raises(Unreadable):
        opened(found[:kept])


def test_a_file_that_goes_on_is_found() -> None:
    with pytest.raises(Unreadable, match="damaged or cut off"):
        opened(sealed(bytes(CHUNK)) + b"x")


def test_chunks_in_another_order_are_found() -> None:
    found = sealed(bytes(3 * CHUNK))
    first, second = (found[HEAD + n * (CHUNK + TAG) :][: CHUNK + TAG] for n in (0, 1))
    with pytest.raises(Unreadable, match="damaged or cut off 0 KiB"):
        opened(found[:HEAD] + second + first + found[HEAD + 2 * (CHUNK + TAG) :])


@pytest.mark.parametrize("cost", [2**40, 2**21, 3, 1, 0, -2])
def test_a_file_may_not_ask_for_any_work_it_likes(cost: int) -> None:
    found = sealed(b"text").replace(b'"n": 2,', f'"n": {cost},'.encode())
    with pytest.raises(Unreadable, match="damaged at its beginning"):
        opened(found)
