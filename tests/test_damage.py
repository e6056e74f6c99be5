"""A text that was damaged before it came is told from every text that is only unusual."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.command_line import Command
from support.newsroom import Newsroom

from pipelines.doubt.damage import find_damage

CHINESE = "湖水涨了，村里的老桥由村民一起修好了。秋天有庙会，四面八方的人都来看戏。"
TRADITIONAL = "湖水漲了，村裡的老橋由村民一起修好了。秋天有廟會，四面八方的人都來看戲。"
JAPANESE = "湖の水が増えて、古い橋を村の人々が直した。秋には祭りがある。"
KOREAN = "호수의 물이 불어나서 오래된 다리를 마을 사람들이 고쳤다. 가을에는 축제가 있다."


def misread(text: str, right: str, wrong: str) -> str:
    return text.encode(right, "ignore").decode(wrong, "replace")


DAMAGED = {
    "lost characters": (CHINESE.replace("村", "\ufffd"), "lost (U+FFFD)"),
    "every third lost": ("".join("\ufffd" if i % 3 == 0 else c for i, c in enumerate(CHINESE)), "lost"),
    "a run of lost ones": (CHINESE * 40 + "\ufffd" * 3, "lost"),
    "one lost in a short text": ("老桥由村民修\ufffd了。", "lost"),
    "lost, then read as GBK": (misread("\ufffd\ufffd" * 4, "utf-8", "gbk") + CHINESE, "锟斤拷"),
    "one 锟斤拷 in a long text": (CHINESE * 9 + "村民锟斤拷来看戏", "锟斤拷"),
    "memory of nobody": ("烫烫烫烫烫烫" + CHINESE, "烫烫烫烫"),
    "memory of nobody, on the heap": (CHINESE + "屯屯屯屯屯屯", "屯屯屯屯"),
    "private use": ("\ue123\ue124\ue125" + CHINESE, "private use"),
    "private use here and there": ("湖\ue001水\ue002涨\ue003了", "private use"),
    "UTF-8 as Latin-1": (misread(CHINESE, "utf-8", "latin-1"), "Latin-1"),
    "UTF-8 as windows-1252": (misread(CHINESE, "utf-8", "cp1252"), ""),
    "UTF-8 as Latin-1 in one word": (CHINESE * 5 + misread("老桥三戏", "utf-8", "latin-1"), "Latin-1"),
    "UTF-8 as GBK": (misread(CHINESE, "utf-8", "gb18030"), "UTF-8 that was read as GB 18030"),
    "UTF-8 as Big5": (misread(TRADITIONAL, "utf-8", "big5"), ""),
    "UTF-8 as Shift_JIS": (misread(CHINESE, "utf-8", "cp932"), ""),
    "UTF-8 as EUC-KR": (misread(CHINESE, "utf-8", "cp949"), ""),
    "Big5 as GBK": (misread(TRADITIONAL, "big5", "gb18030"), ""),
    "GBK as Big5": (misread(CHINESE, "gb18030", "big5"), ""),
    "GBK as Latin-1": (misread(CHINESE, "gb18030", "latin-1"), "GB 18030 that was read as Latin-1"),
    "GBK as windows-1252": (misread(CHINESE, "gb18030", "cp1252"), ""),
    "GBK as EUC-KR": (misread(CHINESE, "gb18030", "cp949"), ""),
    "Big5 as Latin-1": (misread(TRADITIONAL, "big5", "latin-1"), ""),
    "Shift_JIS as GBK": (misread(JAPANESE, "cp932", "gb18030"), ""),
    "EUC-KR as GBK": (misread(KOREAN, "cp949", "gb18030"), "EUC-KR that was read as GB 18030"),
    "lost, then read as Big5": (CHINESE + "嚙踝蕭嚙踝蕭", "lost characters"),
    "lost, then read as EUC-KR": (CHINESE + "占쏙옙占쏙옙", "lost characters"),
    "lost, then read as Latin-1": (CHINESE + "ï¿½", "lost characters"),
    "UTF-8 as windows-1251": (misread(CHINESE, "utf-8", "cp1251"), "UTF-8 that was read as windows-1251"),
    "GBK as windows-1251": (misread(CHINESE, "gb18030", "cp1251"), "GB 18030 that was read as windows-1251"),
    "GBK as Mac Roman": (misread(CHINESE, "gb18030", "mac_roman"), ""),
    "UTF-8 as code page 437": (misread(CHINESE, "utf-8", "cp437"), ""),
    "UTF-8 as code page 850": (misread(CHINESE, "utf-8", "cp850"), ""),
    "GBK, what looks like UTF-8 kept": (
        "本报讯，昨天下午，城东小学的操场上，三百名学生一起放风筝，老师说这是开学第一课。"
        .encode("gbk").decode("utf-8", "ignore"),
        "only the bytes that look like UTF-8",
    ),
    "question marks": ("?" * 60 + "，" + "?" * 50, "question marks"),
    "quotation marks of UTF-8 as windows-1252": ("donâ€™t, weâ€™ll, itâ€™s", "Latin-1"),
    "Korean UTF-8 as GBK": (misread(KOREAN, "utf-8", "gb18030"), ""),
}  # fmt: skip

WHOLE = {
    "prose": CHINESE,
    "traditional prose": TRADITIONAL,
    "Japanese": JAPANESE,
    "Korean": KOREAN,
    "rare names": "李喆、王镕、张堃、㑇某、𠮷野、羴某",
    "rare characters alone": "喆镕堃㑇𠮷䶮犇骉羴淼垚",
    "fishes by the dozen": "鲢鳙鲤鲫鳊鲂鳜鲶鳝鳅鲈鲷鲳鲑鳕鳟鳎鲽鲆鲥鲟鳇鳗鲮鲴鲩鲦鳑鲏鳡鳤",
    "the table of elements": "氕氘氚氦氖氩氪氙氡锂铍硼镁铝钾钙钪钛钒铬锰铁钴镍铜锌镓锗砷硒铷锶钇锆铌",
    "rhapsody": "于是乎蛟龍赤螭，䱭䲛漸離，鰅鱅鰬魠，禺禺魼鰨，揵鰭掉尾，振鱗奮翼，潛處乎深巖。",
    "Cantonese": "佢哋喺度嘅嘢，唔該晒，啲人冇嘢講，嗰個仔係咩人嚟㗎？",
    "Yi": "ꆈꌠꉙ ꀋꅍ ꊿꇁ ꋍꀋꇁ ꃅꄉ ꀉꂿ ꑌꊂ ꉢꇬ ꀱꁍ ꂷꃀ ꄜꅩ ꆀꇉ ꈁꉜ ꊪꋠ ꌦꍧ ꎷꏦ ꐥꑳ",
    "German quotations": "„Spaß“ 意为乐趣，„Fuß“ 是脚，„Gruß“ 是问候，„groß“ 是大，„süß“ 是甜。",
    "French quotations": "“café”、“thé”、“marché”、“né à…” 与 “là”… 又说 “bébé’”、“été’”、“santé’”。",
    "Portuguese capitals": "SÃO PAULO, “IRMÔ, “MANHÔ, “LÔ, “MAÇÔ",
    "Russian with stresses": "за\u0301мок, замо\u0301к, му\u0301ка, муке\u0301",
    "questions": "何时开工？何时完工？谁出钱？谁出力？Why? Who? When? Where? How?",
    "a cry of four": "孩子喊：烫烫烫烫！原来是汤太热了。",
    "very rare characters": "龘靐齉爩鱻麤",
    "characters of extension C to E": "𬭳𬭛𬬭𫓧𬭊𫟹𫓹𬬻",
    "chemical elements": "氕氘氚氦氖氡镥铪钽钌铑钯锇铱",
    "drugs": "薏苡仁、茯苓、苍术、黄芪、党参、葡萄糖酸锌、氯化铵、羟丙甲纤维素",
    "fish": "鮁鱇鮟鱇鰆鱵鱚鰈",
    "monsters": "猰貐、凿齿、九婴、封豨、修蛇、饕餮、魑魅魍魉",
    "place names": "硇洲岛 涠洲岛 氹仔 嶝 圳 堽 垭 墈 塅 坳",
    "zhuyin": "ㄅㄆㄇㄈ",
    "pinyin": "bō pō mō fō, zhōng guó",
    "Latin title": "Techweb",
    "one letter": "A",
    "French": "Ça va très bien à l’école, où l’élève a été à l’heure",
    "German": "Größe über Maß, süße Äpfel",
    "Russian": "Владимир Владимирович",
    "Greek letters": "αβγδε",
    "Thai": "สวัสดี",
    "Arabic": "مرحبا",
    "Vietnamese": "Ngày xửa ngày xưa có một ngôi làng",
    "mathematics": "∑∫√∞≈≠≤≥±×÷⊥∠",
    "emoji": "🌾🐟🎉😀👨‍👩‍👧",
    "circled numbers": "①②③④⑤⑥⑦⑧",
    "a table drawn": "┌──┬──┐│表│一│└──┴──┘",
    "half-width katakana": "ｶﾀｶﾅ",
    "a Japanese name in Chinese": "日本作家さくらももこ的漫画展来到村里",
    "a Korean name in Chinese": "韩国歌手김정은（音）来村里看戏",
    "hot, hot, hot": "烫烫烫！他缩回了手。",
    "a word about lost characters": "屏幕上全是“锟斤拷”，还有“烫烫烫烫”，村民以为是外语。",
    "an icon": "\ue600 " + CHINESE * 2,
    "one lost character in a long text": CHINESE * 12 + "王\ufffd" + CHINESE,
    "capital numbers": "壹贰叁肆伍陆柒捌玖拾佰仟",
    "punctuation": "……——《〈〉》",
    "empty": "",
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_text_is_known(name: str) -> None:
    text, said = DAMAGED[name]
    assert said in (find_damage("村里修桥", [text]) or "whole")
    assert said in (find_damage(text, [CHINESE]) or "whole")
    assert find_damage("村里修桥", [CHINESE, CHINESE, text])


@pytest.mark.parametrize("name", WHOLE)
def test_an_unusual_text_is_whole(name: str) -> None:
    text = WHOLE[name]
    assert find_damage("村里修桥", [text]) is None
    assert find_damage(text[:30], [CHINESE, text]) is None
    if "lost" not in name and "icon" not in name:
        assert find_damage(text, [text]) is None


def bring_text(command: Command, folder: Path, body: bytes) -> tuple[int, dict[str, str]]:
    path = folder / "a.txt"
    path.write_bytes(body)
    ended = command(
        "--archive", folder / "archive", "import", "text", path, "--source", "x", "--media", "信江晚报",
        "--date", "2026-03-20", "--json",
    )  # fmt: skip
    (item,) = json.loads(ended.stdout)["items"]
    return ended.status, item


@pytest.mark.parametrize("name", ["lost characters", "UTF-8 as GBK", "Big5 as GBK", "lost, then read as GBK"])
def test_a_damaged_text_is_not_imported(command: Command, tmp_path: Path, name: str) -> None:
    text, said = DAMAGED[name]
    status, item = bring_text(command, tmp_path, f"村里修桥\n{text}\n".encode())
    assert (status, item["outcome"]) == (1, "failed")
    assert said in item["error"]


@pytest.mark.parametrize(
    ("text", "codec"),
    [(TRADITIONAL, "big5"), (JAPANESE, "cp932"), (KOREAN, "cp949"), (CHINESE + "喆镕堃", "gb18030")],
    ids=["big5", "shift_jis", "euc-kr", "gb18030"],
)
def test_a_text_in_any_charset_is_imported_as_it_reads(
    command: Command, tmp_path: Path, text: str, codec: str
) -> None:
    status, item = bring_text(command, tmp_path, f"{text[:6]}\n{text}\n".encode(codec))
    assert (status, item["outcome"], item["title"]) == (0, "new", text[:6])


def test_a_damaged_post_is_quarantined(command: Command, tmp_path: Path) -> None:
    code = "NW202203112301200001"
    post = (
        f'---\nlayout: post\ntitle: "村里修桥"\ndate: 2022-03-11 08:00:00 +0800\ncategories: xinjiangwanbao\n'
        f"tags: 信江晚报新闻\n---\n<p>{DAMAGED['UTF-8 as GBK'][0]}</p>\n\n"
        f"<http://finews.zning.xyz/html_News/NewsShare.html?infoCode={code}>\n"
    )
    folder = tmp_path / "_posts"
    folder.mkdir()
    (folder / f"2022-03-11-{code}.md").write_text(post, "utf-8")
    ended = command("--archive", tmp_path / "archive", "import", "posts", tmp_path, "--json")
    report = json.loads(ended.stdout)
    assert report["quarantined"] == 1, report
    assert "UTF-8 that was read as GB 18030" in json.dumps(report, ensure_ascii=False)


@pytest.mark.parametrize("kind", ["damaged", "undeclared"])
def test_a_page_is_quarantined_for_rubbish_and_read_in_its_charset(newsroom: Newsroom, kind: str) -> None:
    site = newsroom.site
    post = site.articles[0]
    if kind == "damaged":
        answer = site.answer

        def garbled(target: str):  # type: ignore[no-untyped-def]
            told = answer(target)
            if target != post.dated_path:
                return told
            text = post.paragraphs[0]
            body = told.body.decode().replace(text, misread(text, "utf-8", "gb18030"))
            return replace(told, body=body.encode(), etag=None)

        site.answer = garbled  # type: ignore[method-assign]
        site.misbehave("/NewsData/*", "status", status=404)  # nobody else has it either
        crawled = newsroom.crawl(status=1)
        assert "UTF-8 that was read as GB 18030" in crawled.errors
        assert newsroom.listing(post.info_code)["state"] == "quarantined"
    else:
        site.misbehave("*", "charset", encoding="big5", declared="", meta="")
        assert newsroom.crawl().total("new") == 2
        assert newsroom.show(post.code)["paragraphs"] == list(post.paragraphs)
