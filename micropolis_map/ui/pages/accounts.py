"""Accounts: administrators invite those who look after the map, and say what each of them looks after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from micropolis_map.domain.account import Account
from micropolis_map.domain.permission import ROLES, Role, may
from micropolis_map.errors import MicropolisError
from micropolis_map.services import openid, signing_in
from micropolis_map.ui import desk_words, language, people, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.first_steps import first_steps
from micropolis_map.ui.components.masthead import community_name, reader_choices
from micropolis_map.ui.components.site_address import site_address
from micropolis_map.ui.language import _
from micropolis_map.ui.pages import sign_in

FIELDS = ("community", "lang")
LINK = "mm_invitation"
SAID = "mm_accounts_said"


def page() -> None:
    """Show the Accounts page to administrators; the way in to others."""
    if not may(people.actor(), "manage_accounts"):
        sign_in.page()
        return
    with trouble.shown():
        _head()
        _said()
        left, right = st.columns([1.4, 1], gap="large")
        with left:
            for account in signing_in.accounts(people.desk(), people.actor()):
                _account(account)
        with right, st.container(key="invite", border=True):
            _invite()
        first_steps(always=True)
        session.write_address(FIELDS)


def _head() -> None:
    title = safe_text.heading(1, _("Accounts"))
    lead = safe_text.html(_("Who looks after the map, and what of it. Residents need no account."))
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(f'<div class="mm-head">{title}<p>{lead}</p></div>')
        with st.container(key="choosers", horizontal=True, width="content"):
            reader_choices()


def _said() -> None:
    kind, text = st.session_state.pop(SAID, ("", ""))
    if text:
        (st.success if kind == "done" else st.warning)(safe_text.label(text))
    name, token = st.session_state.get(LINK, ("", ""))
    if token:
        with st.container(key="link", border=True):
            st.markdown(
                _(
                    "Give this link to **{name}**. It works once, within {hours} hours, and is shown "
                    "only here."
                ).format(name=safe_text.label(name), hours=signing_in.LINK_HOURS)
            )
            st.code(f"{site_address()}/?invited={token}", language=None, wrap_lines=True)
            st.button(_("All right"), key="w_link_seen", on_click=lambda: st.session_state.pop(LINK))


def _account(account: Account) -> None:
    facts = [f"{account.name} ({account.login})", desk_words.role(account.role)]
    facts += [] if account.active else [_("may not sign in")]
    with st.expander(safe_text.label(" · ".join(facts))), st.form(f"account-{account.id}", border=False):
        key = account.id
        st.text_input(_("Name"), value=account.name, max_chars=200, key=f"w_name_{key}")
        _role(account.role, f"w_role_{key}")
        _communities(account.communities, f"w_communities_{key}")
        _districts(account.districts, f"w_districts_{key}")
        st.toggle(_("May sign in"), value=account.active, key=f"w_active_{key}")
        with st.container(horizontal=True):
            st.form_submit_button(
                _("Save"), type="primary", key=f"w_save_{key}", on_click=_save, args=(account.id,)
            )
            st.form_submit_button(
                _("New one-time link"),
                key=f"w_again_{key}",
                on_click=_again,
                args=(account,),
                help=_after_link(account),
            )
            if account.has_identity:
                st.form_submit_button(
                    _("Let another sign-in in"),
                    key=f"w_identity_{key}",
                    on_click=_forget_identity,
                    args=(account,),
                    help=_(
                        "The organisation's sign-in with which they came first is forgotten; the next one "
                        "with this e-mail address is theirs."
                    ),
                )


def _after_link(account: Account) -> str:
    if account.id == people.actor().account_id:
        return _("Your password works until you choose a new one by the link.")
    return _("The old password and what is open end at once; only the link opens the account.")


def _invite() -> None:
    st.subheader(_("Invite somebody"))
    st.markdown(_("You get a one-time link to give to them; they choose their own password."))
    with st.form("invite_form", border=False):
        st.text_input(_("E-mail address or login"), key="w_invite_login", max_chars=200)
        st.text_input(_("Name"), key="w_invite_name", max_chars=200)
        _role("organiser", "w_invite_role")
        _communities((), "w_invite_communities")
        _districts((), "w_invite_districts")
        st.form_submit_button(_("Make the link"), type="primary", key="w_invite", on_click=_invited)


def _role(chosen: Role, key: str) -> None:
    roles: list[Role] = [role for role in ROLES if role != "resident"]
    st.selectbox(_("Role"), roles, index=roles.index(chosen), format_func=desk_words.role, key=key)


def _communities(chosen: Sequence[str], key: str) -> None:
    known = [*session.known_slugs(), *(slug for slug in chosen if slug not in session.known_slugs())]
    st.multiselect(
        _("Communities"),
        known,
        default=list(chosen),
        format_func=_community_name,
        key=key,
        placeholder=_("None chosen"),
    )


def _districts(chosen: Sequence[str], key: str) -> None:
    known = [
        f"{slug}/{district.name}"
        for slug in session.known_slugs()
        for district in session.communities().get(slug).districts
    ]
    st.multiselect(
        _("Only these districts"),
        list(dict.fromkeys([*known, *chosen])),
        default=list(chosen),
        format_func=lambda full: full.replace("/", " · ", 1),
        key=key,
        placeholder=_("The whole community"),
    )


def _community_name(slug: str) -> str:
    if slug not in session.known_slugs():
        return slug
    return community_name(session.communities().get(slug))


def _save(account_id: str) -> None:
    def save() -> str:
        old = _by_id()[account_id]
        state = st.session_state
        signing_in.change_account(
            people.desk(),
            people.actor(),
            replace(
                old,
                name=str(state[f"w_name_{account_id}"]).strip() or old.login,
                role=_as_role(str(state[f"w_role_{account_id}"])),
                communities=tuple(state[f"w_communities_{account_id}"]),
                districts=tuple(state[f"w_districts_{account_id}"]),
                active=bool(state[f"w_active_{account_id}"]),
            ),
        )
        return _("The account is saved.")

    _do(save)


def _again(account: Account) -> None:
    def again() -> str:
        token = signing_in.invite_again(people.desk(), people.actor(), account.id)
        st.session_state[LINK] = (account.name, token)
        return ""

    _do(again)


def _forget_identity(account: Account) -> None:
    def forget() -> str:
        openid.forget_identity(people.desk(), people.actor(), account.id)
        return _("{name} can come in with another sign-in of the same e-mail address.").format(
            name=account.name
        )

    _do(forget)


def _invited() -> None:
    def invited() -> str:
        state = st.session_state
        account, token = signing_in.invite(
            people.desk(),
            people.actor(),
            str(state["w_invite_login"]),
            str(state["w_invite_name"]),
            _as_role(str(state["w_invite_role"])),
            tuple(state["w_invite_communities"]),
            tuple(state["w_invite_districts"]),
        )
        state[LINK] = (account.name, token)
        for key in ("w_invite_login", "w_invite_name"):
            state[key] = ""
        return ""

    _do(invited)


def _do(work: object) -> None:
    assert callable(work)
    try:
        said = work()
    except MicropolisError as error:
        st.session_state[SAID] = ("refused", language.told(error))
    else:
        st.session_state[SAID] = ("done", said)


def _by_id() -> Mapping[str, Account]:
    return {account.id: account for account in signing_in.accounts(people.desk(), people.actor())}


def _as_role(name: str) -> Role:
    return next(role for role in ROLES if role == name)
