"""From the body of a page to packed rows: a function of nothing but the body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gendash.langfuse_bridge import api_types
from gendash.langfuse_bridge.api_types import Meta
from gendash.langfuse_bridge.odd_items import page_decoder
from gendash.langfuse_bridge.packed_rows import PackedPage, packer
from gendash.langfuse_bridge.rows import Shaper
from gendash.langfuse_bridge.streams import OBSERVATIONS, SCORES, Stream

_DECODERS = {
    OBSERVATIONS.name: page_decoder(api_types.Observation),
    SCORES.name: page_decoder(api_types.Score),
}


def page_shaper(shaper: Shaper, stream: Stream) -> Callable[[bytes], tuple[PackedPage, Meta]]:
    """A function from the body of a page to its packed rows. Raises what `odd_items.page_decoder` does."""
    decode, pack = _DECODERS[stream.name], packer(stream)
    shape: Callable[[Any], Any] = shaper.observation if stream is OBSERVATIONS else shaper.score

    def shaped(body: bytes) -> tuple[PackedPage, Meta]:
        try:
            listed = decode(body)
        except RecursionError:
            from gendash.engine.clients.http_policy import cut_deep  # seldom used: a helper starts without it

            listed = decode(cut_deep(body))
        page = pack(map(shape, listed.data))
        return PackedPage(page.rows, [*listed.rejected, *page.rejected]), listed.meta

    return shaped
