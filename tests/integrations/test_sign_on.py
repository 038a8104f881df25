"""The contract of a sign-in at another provider, over every adapter against its simulator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from integrations.kit.signon import Begun, NotProved, SignOnProvider, Unreachable
from integrations.oidc_zwdd.adapter import ZwddSignOn
from integrations.oidc_zwdd.config import Config as ZwddConfig
from integrations.oidc_zwdd.simulator import Platform
from integrations.sm2_ukey import sm2
from integrations.sm2_ukey.adapter import UkeySignOn
from integrations.sm2_ukey.config import Config as UkeyConfig
from integrations.sm2_ukey.simulator import Authority, Key, Ukey

ISSUER, SERVICE = "https://id.example", "http://127.0.0.1:9901"
BACK = "https://centre.example/auth/sign-on/x/back"
AT = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def moment() -> None:
    """The simulators read the clock: a moment of minutes ago, when the tests were gathered, would not do."""
    global AT  # noqa: PLW0603 - one moment for each test
    AT = datetime.now(UTC)


@dataclass
class Stage:
    """A provider, and how its person answers what was begun."""

    provider: SignOnProvider
    answer: Callable[[Begun], Awaitable[dict[str, str]]]


def platform() -> Platform:
    return Platform(ISSUER, "fengqiao", "client-word")


def zwdd(served: Platform, secret: str = "client-word") -> Stage:
    transport = httpx.ASGITransport(served.app)

    async def answer(begun: Begun) -> dict[str, str]:
        async with httpx.AsyncClient(transport=transport) as browser:
            sent = await browser.get(begun.redirect)
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query))

    return Stage(ZwddSignOn(ZwddConfig(ISSUER, "fengqiao", secret), transport), answer)


def ukey(device: Ukey, *believed: Authority, lists: bool = True) -> Stage:
    transport = httpx.ASGITransport(device.app)
    revoked = tuple(one.revocations() for one in believed) if lists else ()

    async def answer(begun: Begun) -> dict[str, str]:
        async with httpx.AsyncClient(transport=transport) as browser:
            return (await browser.post(f"{SERVICE}/sign", json={"challenge": begun.challenge})).json()

    return Stage(UkeySignOn(UkeyConfig(tuple(one.certificate for one in believed), revoked)), answer)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority(AT)


@pytest.fixture(scope="module")
def device(root: Authority) -> Ukey:
    key = Key.fresh()
    return Ukey(root.issue("持证人甲", key), key)


@pytest.fixture(params=["oidc", "sm2"])
def stage(request: pytest.FixtureRequest, root: Authority, device: Ukey) -> Stage:
    return zwdd(platform()) if request.param == "oidc" else ukey(device, root)


class TestTheContract:
    async def test_names_the_same_person_at_each_sign_in(self, stage: Stage) -> None:
        names: set[str] = set()
        for _ in range(2):
            begun = await stage.provider.begin(BACK)
            names.add(await stage.provider.finish(begun.keep, BACK, await stage.answer(begun), at=AT))
        assert len(names) == 1
        assert names.pop()

    async def test_keeps_what_it_checks_out_of_sight(self, stage: Stage) -> None:
        begun = await stage.provider.begin(BACK)
        assert begun.keep not in repr(begun)
        assert bool(begun.redirect) != bool(begun.challenge)

    async def test_an_answer_to_another_sign_in_proves_nobody(self, stage: Stage) -> None:
        one, other = await stage.provider.begin(BACK), await stage.provider.begin(BACK)
        answer = await stage.answer(one)
        with pytest.raises(NotProved):
            await stage.provider.finish(other.keep, BACK, answer, at=AT)

    @pytest.mark.parametrize(
        "answer", [{}, {"code": "x"}, {"certificate": "AAAA", "signature": "AAAA"}, {"state": "é"}]
    )
    async def test_rubbish_proves_nobody(self, stage: Stage, answer: dict[str, str]) -> None:
        begun = await stage.provider.begin(BACK)
        with pytest.raises(NotProved):
            await stage.provider.finish(begun.keep, BACK, answer, at=AT)

    async def test_is_bound_to_our_address(self, stage: Stage) -> None:
        begun = await stage.provider.begin(BACK)
        answer = await stage.answer(begun)
        with pytest.raises(NotProved):
            await stage.provider.finish(begun.keep, "https://evil.example/back", answer, at=AT)


class TestThePlatform:
    async def test_another_state_proves_nobody_and_spends_no_code(self) -> None:
        served = platform()
        stage = zwdd(served)
        begun = await stage.provider.begin(BACK)
        answer = await stage.answer(begun)

        with pytest.raises(NotProved, match="state"):
            await stage.provider.finish(begun.keep, BACK, answer | {"state": "another"}, at=AT)

        assert set(served.grants) == {answer["code"]}

    @pytest.mark.parametrize(
        "spoil",
        [
            {"iss": "https://evil.example"},
            {"aud": "another"},
            {"aud": ["fengqiao", "another"]},
            {"nonce": "another"},
            {"exp": int((AT - DAY).timestamp())},
            {"iat": int((AT + DAY).timestamp())},
            {"sub": ""},
            {"sub": 7},
        ],
    )
    async def test_a_token_for_something_else_proves_nobody(self, spoil: dict[str, object]) -> None:
        served = platform()
        served.spoil = spoil
        await _refused(zwdd(served))

    async def test_a_token_signed_by_a_stranger_proves_nobody(self) -> None:
        served = platform()
        served.foreign = RSAKey.generate_key(2048, parameters={"kid": "one"})
        await _refused(zwdd(served))

    async def test_a_code_is_good_once(self) -> None:
        stage = zwdd(platform())
        begun = await stage.provider.begin(BACK)
        answer = await stage.answer(begun)
        await stage.provider.finish(begun.keep, BACK, answer, at=AT)
        with pytest.raises(NotProved):
            await stage.provider.finish(begun.keep, BACK, answer, at=AT)

    async def test_keys_may_change(self) -> None:
        served = platform()
        stage = zwdd(served)
        await _fine(stage)
        served.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        await _fine(stage)

    async def test_a_wrong_secret_of_ours_proves_nobody(self) -> None:
        await _refused(zwdd(platform(), "another"))

    async def test_silence_is_told_apart(self) -> None:
        silent = ZwddSignOn(ZwddConfig("http://127.0.0.1:9", "fengqiao", "x", seconds=0.5))
        with pytest.raises(Unreachable):
            await silent.begin(BACK)


class TestTheCertificate:
    async def test_of_an_authority_below_another_is_believed(self, root: Authority) -> None:
        below, key = Authority(AT, name="测试二级机构", above=root), Key.fresh()
        device = Ukey(below.issue("持证人乙", key), key)
        await _fine(ukey(device, root, below))

    async def test_a_renewed_one_is_the_same_person(self, root: Authority, device: Ukey) -> None:
        key = Key.fresh()
        renewed = Ukey(root.issue("持证人甲", key), key)
        assert await _fine(ukey(device, root)) == await _fine(ukey(renewed, root))

    async def test_of_an_unknown_authority_proves_nobody(self, root: Authority, device: Ukey) -> None:
        await _refused(ukey(device, Authority(AT)))

    async def test_out_of_its_time_proves_nobody(self, root: Authority) -> None:
        key = Key.fresh()
        for since in (AT - 400 * DAY, AT + DAY):
            await _refused(ukey(Ukey(root.issue("持证人丙", key, since=since), key), root))

    async def test_revoked_proves_nobody(self) -> None:
        authority, key = Authority(AT), Key.fresh()
        device = Ukey(authority.issue("持证人丁", key), key)
        authority.revoked.append(device.certificate.serial_number)
        await _refused(ukey(device, authority))
        await _fine(ukey(device, authority, lists=False))

    async def test_without_a_current_list_proves_nobody(self, root: Authority, device: Ukey) -> None:
        old = UkeyConfig((root.certificate,), (root.revocations(lasts=timedelta(minutes=-30)),))
        await _refused(Stage(UkeySignOn(old), ukey(device, root).answer))

    async def test_with_the_key_of_another_proves_nobody(self, root: Authority, device: Ukey) -> None:
        await _refused(ukey(Ukey(device.certificate, Key.fresh()), root))

    async def test_of_an_authority_itself_proves_nobody(self, root: Authority) -> None:
        await _refused(ukey(Ukey(root.certificate, root.key), root))

    async def test_is_read_from_files(self, root: Authority, device: Ukey, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_bytes(root.pem())
        (tmp_path / "ca.crl").write_bytes(root.revocations().dump())
        config = UkeyConfig.read(tmp_path / "ca.pem", tmp_path / "ca.crl", SERVICE)
        await _fine(Stage(UkeySignOn(config), ukey(device, root).answer))


class TestSm2:
    def test_the_example_of_the_standard_verifies(self) -> None:
        """GB/T 32918.5-2017, A.2."""
        public = bytes.fromhex(
            "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
            "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
        )
        r = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
        s = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
        assert sm2.verifies(public, b"message digest", r, s)
        assert not sm2.verifies(public, b"message digesT", r, s)

    @pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (sm2.N, 1), (1, sm2.N), (1, sm2.N - 1)])
    def test_numbers_out_of_range_never_verify(self, r: int, s: int) -> None:
        assert not sm2.verifies(Key.fresh().public, b"x", r, s)

    @pytest.mark.parametrize("bits", [b"", b"\x04" + bytes(64), b"\x02" + bytes(32)])
    def test_what_is_no_point_is_no_key(self, bits: bytes) -> None:
        with pytest.raises(ValueError, match=r"point|curve"):
            sm2.point_of(bits)


async def _fine(stage: Stage) -> str:
    begun = await stage.provider.begin(BACK)
    return await stage.provider.finish(begun.keep, BACK, await stage.answer(begun), at=AT)


async def _refused(stage: Stage) -> None:
    with pytest.raises(NotProved):
        await _fine(stage)
