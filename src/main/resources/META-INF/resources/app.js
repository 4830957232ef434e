import * as api from "./api.js";
import {prepare, question} from "./form.js";
import {complain, jobPage} from "./job.js";
import {unwatch, watch} from "./live.js";
import {show} from "./result.js";

const $ = id => document.getElementById(id);

const page = jobPage({
  what: "explanation",
  path: api.path,
  watch,
  unwatch,
  show,
  busy: is => {
    $("start").disabled = is;
  },
  empty: is => {
    $("hint").hidden = !is;
  },
});

$("ask").addEventListener("submit", event => {
  event.preventDefault();
  page.ask(() => {
    const {request, base, personalized} = question();
    return api.submit(request, base, personalized);
  });
});

try {
  prepare(...await Promise.all([api.models(), api.options()]));
} catch (problem) {
  complain(problem.message);
}
if (location.hash.length > 1) {
  await page.openFromAddress();
}
