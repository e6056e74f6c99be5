"""The demo site: newspapers of our own on loopback, shaped exactly like the real site."""

from __future__ import annotations

from jianbao.demo.material.prose import Paper
from jianbao.demo.post import Post, Written
from jianbao.demo.press import TODAY, Press
from jianbao.demo.site import DemoSite, Request

__all__ = ["TODAY", "DemoSite", "Paper", "Post", "Press", "Request", "Written"]
