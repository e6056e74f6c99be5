"""`/metrics`: what Prometheus asks."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
