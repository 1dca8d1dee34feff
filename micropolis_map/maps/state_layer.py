"""What changes on a map: a small JSON state that our script brings the map to.

Only this travels when a visitor filters or chooses; the map's own script stays as it is, and with it the
position the visitor moved to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import folium
from folium.template import Template


class StateLayer(folium.FeatureGroup):
    """A layer whose script calls ``micropolis.show(map, state)``.

    Parameters
    ----------
    state
        JSON-able; may hold texts that residents wrote: it is written so that no text can leave it.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.featureGroup();
            window.micropolis.show({{ this._parent.get_name() }}, {{ this.state_json }});
        {% endmacro %}
        """
    )

    def __init__(self, state: Mapping[str, Any]) -> None:
        super().__init__(name="state", control=False)
        self.state_json = script_json(state)


def script_json(value: Any) -> str:
    r"""Return `value` as JSON that is safe inside a script: no ``<``, ``>``, ``&``, U+2028, U+2029.

    Examples
    --------
    >>> script_json({"a": "</script>"})
    '{"a": "\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
