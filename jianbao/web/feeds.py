"""Atom feeds: all articles, one source, one search."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
