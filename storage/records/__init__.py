"""The vocabulary that every part shares: frozen records, and errors named by their remedy."""

from storage.records.article import (
    EXACTNESS,
    Article,
    Draft,
    Image,
    Link,
    Mention,
    Paragraph,
    ParagraphKind,
    Player,
    PlayerKind,
    Precision,
    Security,
    Witness,
)
from storage.records.capture import Capture, Exchange, Headers, Resource, WarcPlace
from storage.records.crawl import CountsOfSource, Crawl
from storage.records.decision import ArticleChange, Decision, EventChange, FileOutcome, ListingChange, Outcome
from storage.records.delivery import Delivery
from storage.records.event import Event
from storage.records.forms import Form, Forms
from storage.records.host import Host
from storage.records.info_code import (
    BadInfoCode,
    canonical_info_code,
    has_digits_alone,
    info_code_day,
    site_code,
)
from storage.records.issue import Area, Issue, IssuePage, IssueState, StoredIssue
from storage.records.listing import (
    NOTHING_TOLD,
    UNARCHIVED,
    BackOrder,
    Headway,
    Listed,
    Listing,
    ListingState,
    Owed,
    Poll,
    PollOrder,
    PollOutcome,
    Told,
    Validators,
)
from storage.records.nw_code import MEDIA, ROLLING, find_info_code
from storage.records.remedy import Busy, Missing, Mistaken, SetAside, TryLater, Unusable, Vanished
from storage.records.revision import Revision, WholeRevision
from storage.records.snapshot import Filed, KnownListing, Snapshot, Wanted
from storage.records.source import Source, StoredSource
from storage.records.stored_article import HeldText, StoredArticle, TimeChange
from storage.records.story import Story, StoryMember
from storage.records.voices import Claim, Site, Voices
from storage.records.whole_article import WholeArticle

__all__ = [
    "EXACTNESS",
    "MEDIA",
    "NOTHING_TOLD",
    "ROLLING",
    "UNARCHIVED",
    "Area",
    "Article",
    "ArticleChange",
    "BackOrder",
    "BadInfoCode",
    "Busy",
    "Capture",
    "Claim",
    "CountsOfSource",
    "Crawl",
    "Decision",
    "Delivery",
    "Draft",
    "Event",
    "EventChange",
    "Exchange",
    "FileOutcome",
    "Filed",
    "Form",
    "Forms",
    "Headers",
    "Headway",
    "HeldText",
    "Host",
    "Image",
    "Issue",
    "IssuePage",
    "IssueState",
    "KnownListing",
    "Link",
    "Listed",
    "Listing",
    "ListingChange",
    "ListingState",
    "Mention",
    "Missing",
    "Mistaken",
    "Outcome",
    "Owed",
    "Paragraph",
    "ParagraphKind",
    "Player",
    "PlayerKind",
    "Poll",
    "PollOrder",
    "PollOutcome",
    "Precision",
    "Resource",
    "Revision",
    "Security",
    "SetAside",
    "Site",
    "Snapshot",
    "Source",
    "StoredArticle",
    "StoredIssue",
    "StoredSource",
    "Story",
    "StoryMember",
    "TimeChange",
    "Told",
    "TryLater",
    "Unusable",
    "Validators",
    "Vanished",
    "Voices",
    "Wanted",
    "WarcPlace",
    "WholeArticle",
    "WholeRevision",
    "Witness",
    "canonical_info_code",
    "find_info_code",
    "has_digits_alone",
    "info_code_day",
    "site_code",
]
