"""The product starts whole, stops whole, and comes back after it was killed."""

from __future__ import annotations

import re
import signal
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from app.launch.postgres import Postgres
from tests.support.serving import Serving

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that the first start fills and every other one finds."""
    return tmp_path_factory.mktemp("serve") / "data"


@pytest.fixture
def serving(data: Path) -> Generator[Serving]:
    """Give a product, not yet started; nothing of it is left running."""
    product = Serving(data)
    yield product
    if product.process.poll() is None:
        product.stop()
    Postgres(product.data / "postgres").stop()


class TestServing:
    def test_answers_on_its_port_and_stops_everything_it_started(self, serving: Serving) -> None:
        serving.start()
        port = serving.url.rsplit(":", 1)[1]
        page = httpx.get(serving.url, cookies={"fq_session": "the gate looks for any"})
        assert page.status_code == 200
        script = re.search(r"/assets/reflex-env-[\w-]+\.js", page.text)
        assert script
        assert "localhost" not in httpx.get(serving.url + script[0]).text
        assert Postgres(serving.data / "postgres").pid() is not None

        assert serving.stop() == 0
        assert Postgres(serving.data / "postgres").pid() is None
        assert port not in ("0", "8000")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ends_in_order_on_every_signal_that_asks_for_it(self, serving: Serving, number: int) -> None:
        # a suite that runs by nohup would hand down that hang-ups are ignored
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        try:
            serving.start()
        finally:
            signal.signal(signal.SIGHUP, before)
        assert serving.stop(number) == 0
        assert Postgres(serving.data / "postgres").pid() is None
        assert "Traceback" not in serving.output

    def test_comes_back_after_it_was_killed(self, serving: Serving) -> None:
        serving.start()
        serving.stop(signal.SIGKILL)
        serving.start()
        assert httpx.get(serving.url + "/login").status_code == 200

    def test_tells_a_second_one_who_is_there(self, serving: Serving) -> None:
        serving.start()
        with pytest.raises(RuntimeError, match=f"进程号 {serving.process.pid}") as refused:
            Serving(serving.data).start()
        assert "Traceback" not in str(refused.value)
