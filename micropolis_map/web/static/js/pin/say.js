// "I know this place" and "Report a problem".
import { $, state, t } from "./page.js";
import { confirmPlace, NoConnection, Refused, report } from "./api.js";
import { deviceSecret } from "./device.js";

async function tell(status, act, thanks) {
  try {
    const answer = await act();
    $(status).textContent = thanks.replace("{n}", answer.known_by);
    $(status).dataset.tone = "good";
    return true;
  } catch (error) {
    if (!(error instanceof NoConnection || error instanceof Refused)) throw error;
    $(status).textContent = error instanceof NoConnection ? t("no_answer") : error.message;
    $(status).dataset.tone = "warn";
    return false;
  }
}

$("know").addEventListener("click", async () => {
  $("know").disabled = true;
  const done = await tell("know-status", () => confirmPlace(state.slug, state.place, { device: deviceSecret() }), state.t.know_thanks);
  if (!done) $("know").disabled = false;
});

$("report").addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = $("report").querySelector("input:checked");
  $("reason-error").textContent = chosen ? "" : t("report_missing");
  if (!chosen) {
    $("report").querySelector("input").focus();
    return;
  }
  const body = { reason: chosen.value, text: $("text").value.trim(), device: deviceSecret() };
  if (await tell("report-status", () => report(state.slug, state.place, body), t("report_thanks"))) $("report").reset();
});

if (location.hash === "#report") $("report-head").focus();
