"""The server: Streamlit's pages and our own routes on one port (``streamlit run app.py``)."""

import os

import streamlit as st

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings
from micropolis_map.ui import served_below, whole_clicks

whole_clicks.install()
served_below.install()
application = build_application(Settings.read(os.environ))
app = st.App(
    "micropolis_map/ui/navigation/main.py",
    routes=web.routes(application),
    middleware=web.middleware(application),
    lifespan=web.lifespan(application),
)
