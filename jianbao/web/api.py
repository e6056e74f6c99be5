"""The JSON API under `/api/v1`: the same shapes as `--json`."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
