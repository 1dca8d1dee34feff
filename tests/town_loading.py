"""Loading a town as its administrators do; who may not is tested where rights are."""

from __future__ import annotations

from functools import partial

from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import loading

load_community = partial(loading.load_community, actor=LOCAL_ADMINISTRATOR)
