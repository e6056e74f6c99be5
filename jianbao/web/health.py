"""`/healthz`: is the reader up, and can it read the archive?"""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
