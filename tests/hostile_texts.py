"""Texts that try to run, to break a page or to lead astray: for every field a person can fill.

Each that could run sets ``__pwned`` on its window or shows a dialog, so that a test notices.
"""

from __future__ import annotations

_RUN = "window.__pwned=parent.__pwned=top.__pwned=1"

HOSTILE: tuple[str, ...] = (
    # scripts
    f"<script>{_RUN}</script>",
    f"<SCRIPT SRC=data:text/javascript,{_RUN}></SCRIPT>",
    f"</script><script>{_RUN}</script>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f'"><script>{_RUN}</script>',
    f"'><script>{_RUN}</script>",
    f"</title><script>{_RUN}</script>",
    f"</textarea><script>{_RUN}</script>",
    f"</style><script>{_RUN}</script>",
    f"--><script>{_RUN}</script><!--",
    f"]]><script>{_RUN}</script><![CDATA[",
    # event handlers
    f"<img src=x onerror={_RUN}>",
    f'<img src=x onerror="{_RUN}">',
    f"<img/src/onerror={_RUN}>",
    f"<svg onload={_RUN}>",
    f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    f"<svg><script href=data:,{_RUN} /></svg>",
    f"<body onload={_RUN}>",
    f"<details open ontoggle={_RUN}>",
    f"<audio src=x onerror={_RUN}>",
    f"<video><source onerror={_RUN}></video>",
    f"<input autofocus onfocus={_RUN}>",
    f'<iframe srcdoc="<script>{_RUN}</script>"></iframe>',
    f'<object data="data:text/html,<script>{_RUN}</script>"></object>',
    f"<marquee onstart={_RUN}>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={_RUN}>",
    f"<template><img src=x onerror={_RUN}></template>",
    f'" onmouseover="{_RUN}" x="',
    f"' onfocus='{_RUN}' autofocus x='",
    f"` onclick={_RUN} `",
    # addresses
    f"javascript:{_RUN}",
    f"[press me](javascript:{_RUN})",
    f'<a href="javascript:{_RUN}">press me</a>',
    f'![x](x" onerror="{_RUN})',
    "![steal](http://127.0.0.2:9/steal.png)",
    "<img src=http://127.0.0.2:9/steal.png>",
    "<link rel=stylesheet href=http://127.0.0.2:9/x.css>",
    "<style>*{display:none!important}</style>",
    "<base href=http://127.0.0.2:9/>",
    "<meta http-equiv=refresh content=0;url=http://127.0.0.2:9/>",
    "<form action=http://127.0.0.2:9/><button>send</button></form>",
    # broken HTML and entities
    "<b><i>never closed",
    "</div></div></div></body></html>",
    "<!-- never closed",
    "<![CDATA[ never closed",
    "&lt;script&gt;&#x3c;img src=x onerror=1&#62;",
    "&amp;amp;&nbsp;&copy &notanentity;",
    "<<<>>>&&&\"\"\"'''",
    "<plaintext>everything after is text",
    "\u003cimg src=x onerror=1\u003e \\u003cscript\\u003e",
    # templates and markup
    "{{7*7}}{{constructor.constructor('window.__pwned=1')()}}",
    "${7*7} #{7*7} <%= 7*7 %> {% raw %} {0} {name} %s %(x)s",
    "{n} {years} {name!r:>100}",
    ":red[colour] :material/delete: $\\frac{1}{0}$ `code` **bold** # heading",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    # direction, control and strange characters
    "\u202egnp.exe\u202c and \u2066isolated\u2069",
    "\u200f\u200e\u202a\u202b\u202d left and right",
    "Z\u0351\u034a\u0361a\u0322\u0348l\u0337\u031bg\u0340\u0315o\u0321",
    "line\u2028separator\u2029paragraph",
    "tab\tnew\nline\r\nreturn",
    "\ufeffzero\u200bwidth\u00adsoft",
    "🧑‍🌾🏳️‍🌈👩‍👩‍👧‍👦 ﷽ Ω≈ç√∫",
    "𝕿𝖍𝖊 𝖙𝖔𝖜𝖓 ＜script＞",
    # spreadsheets and databases
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://127.0.0.2:9/","press")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "'; DROP TABLE place; --",
    '" OR "1"="1',
    # paths and headers
    "../../../../etc/passwd",
    "x\r\nSet-Cookie: pwned=1",
    "A" * 4000,
    "слово" * 300 + "ż" * 200,
)
