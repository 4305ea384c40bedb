"""Pages of minting: how far it is, and its cancellation."""

from __future__ import annotations
