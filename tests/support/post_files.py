"""Posts as upstream's files have them, of every generation, with a believable text of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

CST = timezone(timedelta(hours=8))
GENERATIONS = (1, 2, 3, 4)
SITE = "//finews.withounder.com"
PAPERS = (
    ("yaohuribao", "瑶湖日报"),
    ("xinjiangwanbao", "信江晚报"),
    ("ganjiangzaobao", "赣江早报"),
    ("21shijijingjibaodao  nancailicaitong", "21世纪经济报道  南财理财通"),
)
NOTICE_NAME = "2021-12-01-init.md"
NOTICE = '---\nlayout: post\ntitle: "说明"\ndate: 2021-12-01\ncategories: sitenews\n---\n本站公告。\n'
_CLAUSES = (
    "春耕时节的田埂上拖拉机往来不停", "全市上半年新开工项目八十七个", "老街的茶铺在清晨五点就开了门",
    "水利部门连夜加固了三处堤段", "这家企业把车间搬进了新园区", "孩子们在图书馆里等着开馆",
    "新修的乡道把七个村子连在一起", "工人师傅用手机就能查看设备温度", "果农正忙着给脐橙套袋",
    "今年的河鲜比往年早上市半个月", "社区食堂每天供应两百多份午餐", "气象台预计周末将有一次降温",
    "高铁站前的公交线路又添了两条", "技术员把土壤样本送到县里化验", "合作社的账目每个季度都要公示",
    "非遗传承人正在教年轻人编竹篮", "港口的货轮排队等候卸货", "N型电池片的转换效率达到25.4%",
    "夜市的灯光一直亮到凌晨一点", "医院新添的设备让检查时间缩短一半",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """One post: ``code`` is its 18 digits; a rolling one is named by them alone and has a digest."""

    code: str
    title: str
    published_at: datetime
    paragraphs: tuple[str, ...]
    slug: str = PAPERS[0][0]
    media: str = PAPERS[0][1]
    rolling: bool = False

    @property
    def printed_code(self) -> str:
        """The code as this form prints it."""
        return self.code if self.rolling else f"NW{self.code}"

    @property
    def info_code(self) -> str:
        """The canonical info code."""
        return f"NW{self.code}"

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.published_at:%Y-%m-%d}-{self.printed_code}.md"

    @property
    def digest(self) -> str:
        """The digest of the rolling news."""
        return f"{self.paragraphs[0]}（{self.media}）"

    @property
    def twin(self) -> Post:
        """The same article in the rolling news."""
        return replace(self, rolling=True)


def a_post(number: int = 1, seed: str = "", length: int = 900, **changes: object) -> Post:
    """Return a post, always the same for a number and seed, with a text of about ``length`` characters."""
    random = Random(f"{seed}/{number}")
    published_at = datetime(2021, 12, 10, 8, 0, tzinfo=CST) + timedelta(seconds=number * 97)
    slug, media = PAPERS[number % len(PAPERS)]
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < length:
        paragraphs.append("，".join(random.choices(_CLAUSES, k=random.randint(3, 9))) + "。")
    paragraphs[-1] = f"记者在现场看到第{number}号标牌已经立起。{paragraphs[-1]}"
    post = Post(
        code=f"{published_at:%Y%m%d}{2_200_000_000 + number * 7:010d}",
        title=f"{random.choice(_CLAUSES)[:9]} 第{number}期走访见闻",
        published_at=published_at,
        paragraphs=tuple(paragraphs),
        slug=slug,
        media=media,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


def render(post: Post, generation: int = 4) -> str:
    """Return a post's file as one generation of the fetcher wrote it (docs/upstream.md#generations)."""
    zone = "" if generation == 1 else " +0800"
    category, tag = ("emnews", "东财滚动新闻") if post.rolling else (post.slug, f"{post.media}新闻")
    lines = [
        "---",
        "layout: post",
        f'title: "{post.title}"',
        f"date: {post.published_at:%Y-%m-%d %H:%M:%S}{zone}",
    ]
    lines += [f"categories: {category}", f"tags: {tag}", "---"]
    tail = [] if generation == 1 else ["", _navigation(post, generation, tag)]
    text = "\n".join([*lines, _body(post, generation), "", f"<{_link(post, generation)}>", *tail])
    return f"\n{text}" if generation == 1 else text


def write_posts(folder: Path, posts: Sequence[Post], generation: int = 4) -> None:
    """Write posts into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for post in posts:
        (folder / post.name).write_bytes(render(post, generation).encode())


def ghost(post: Post) -> tuple[str, str]:
    """Return name and text of the file that upstream writes when it loses an item's time and title."""
    text = render(replace(post, rolling=True))
    for printed in (f"{post.published_at:%Y-%m-%d %H:%M:%S}", post.title, _link(post.twin, 4)):
        text = text.replace(printed, "", 1)
    return f"-{post.code}.md", text


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder: their bytes by name."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def synthetic(count: int, seed: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and text of about ``count`` files as a repository holds them.

    Mostly whole posts; one in ten has a twin in the rolling news, one in a hundred stands in both folders,
    and the first few hundred are of the earlier generations. Some ghosts and one notice are among them.
    """
    number = written = 0
    while written < count:
        number += 1
        post = a_post(number, seed, length=2_300)
        generation = min(4, 1 + number // 100)
        if generation < 3:
            post = post.twin
        files = [(f"old_post/{post.name}", render(post, generation))]
        if generation == 4 and number % 10 == 0:
            files.append((f"old_post/{post.twin.name}", render(post.twin)))
        if number % 100 == 0:
            files.append((f"_posts/{post.name}", render(post, 4)))
        if number % 1000 == 500:
            files.append(("_posts/{}".format(*ghost(post)), ghost(post)[1]))
        written += len(files)
        yield from files
    yield f"_posts/{NOTICE_NAME}", NOTICE


def _body(post: Post, generation: int) -> str:
    if generation < 3:
        return f"> {post.digest}" if post.rolling else post.paragraphs[0]
    if generation == 3:
        return f"{post.title}\n{post.digest}"
    source = f'<p class="em_media">（文章来源：{post.media}）</p>'
    whole = "\n ".join(f"<p>{paragraph}</p>" for paragraph in post.paragraphs) + source
    return f"> {post.digest}\n\n{whole}" if post.rolling else whole


def _link(post: Post, generation: int) -> str:
    if post.rolling:
        return f"http://finance.eastmoney.com/news/1354,{post.code}.html"
    host = "choicewzp1.eastmoney.com" if generation < 4 else "finews.zning.xyz"
    return f"http://{host}/html_News/NewsShare.html?infoCode=NW{post.code}"


def _navigation(post: Post, generation: int, tag: str) -> str:
    if generation == 2:
        return f"[返回{tag}](../emnews/)\n[返回首页](../)"
    page = f"category/{post.slug}.html" if generation == 4 else f"{post.slug}/"
    page = "emnews/" if post.rolling else page
    return f"[返回{tag}]({SITE}/{page})｜[返回首页]({SITE}/)"
