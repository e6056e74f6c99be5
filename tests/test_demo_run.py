"""`jianbao demo`, on a site that is smaller than its own: a paper of each sort, crawled, and its history."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.newsroom import small_press

from jianbao.demo import DemoSite
from jianbao.demo.epaper import EPaper, FounderClassic, Plan
from jianbao.demo.lists import FeedSite
from jianbao.demo.printing import print_result
from jianbao.demo.run import HISTORIC, run_demo
from storage.records.press_days import PRESS_ZONE


def test_the_demo_proves_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = datetime.now(PRESS_ZONE).date()
    shape = FounderClassic(f"/{HISTORIC}/", "灵溪日报")
    paper = EPaper(HISTORIC, shape, today, plan=Plan.of(pages=2, stories=2), days=3, silent=())
    feed = FeedSite("ybxw", "云碧新闻网", today - timedelta(days=1), stories=3)
    result = run_demo(tmp_path, DemoSite(small_press(), rooms=[paper, feed]))
    print_result(result)
    printed = capsys.readouterr().out
    assert result.is_proved, printed
    assert result.history.archived == (15, 6)
    assert result.kinds == {"di1xianribao": "category", HISTORIC: "epaper", "ybxw": "feed"}
    assert "none lost, none twice" in printed
    assert f"/issue/{HISTORIC}/{today}/1" in printed
