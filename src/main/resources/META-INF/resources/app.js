import * as api from "./api.js";
import {prepare, question} from "./form.js";
import {watch} from "./live.js";
import {show} from "./result.js";

const $ = id => document.getElementById(id);
// The explanation that is followed: {id, stop}.
let followed;
// The one that was opened last, so that an answer that comes late does not replace a later one.
let wanted;

function complain(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

function leave() {
  followed?.stop();
  followed = undefined;
  $("running").hidden = true;
  $("start").disabled = false;
}

function done(job) {
  leave();
  if (job.result) {
    show(job.id, job.result);
    return;
  }
  $("result").hidden = true;
  complain(job.state === "cancelled" ? "Cancelled." : api.told(job.problem));
}

function follow(id) {
  followed?.stop();
  $("start").disabled = true;
  $("result").hidden = true;
  $("hint").hidden = true;
  const heard = watch();
  // On a phone it is below the question.
  $("running").scrollIntoView({block: "nearest"});
  followed = {
    id,
    stop: api.follow(id, {
      ...heard,
      done,
      lost: () => {
        leave();
        complain("The connection to this explanation is lost; reload the page to look for it again.");
      },
    }),
  };
}

async function open(id) {
  wanted = id;
  leave();
  complain("");
  $("result").hidden = true;
  $("hint").hidden = true;
  try {
    const job = await api.explanation(id);
    if (wanted === id) {
      (job.finished ? done : () => follow(id))(job);
    }
  } catch (problem) {
    if (wanted === id) {
      complain(problem.message);
    }
  }
}

function openFromAddress() {
  if (location.hash.length > 1) {
    let id;
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      complain("The address names no explanation.");
      return;
    }
    return open(id);
  }
  wanted = undefined;
  leave();
  complain("");
  $("result").hidden = true;
  $("hint").hidden = false;
}

$("ask").addEventListener("submit", async event => {
  event.preventDefault();
  complain("");
  $("start").disabled = true;
  try {
    const {request, base, personalized} = question();
    const job = await api.submit(request, base, personalized);
    history.pushState(null, "", `#${job.id}`);
    await open(job.id);
  } catch (problem) {
    leave();
    complain(problem.message);
  }
});

$("cancel").addEventListener("click", async () => {
  if (followed) {
    try {
      await api.cancel(followed.id);
    } catch (problem) {
      complain(problem.message);
    }
  }
});
// Also the way back through the browser's history.
window.addEventListener("popstate", openFromAddress);

try {
  prepare(...await Promise.all([api.models(), api.options()]));
} catch (problem) {
  complain(problem.message);
}
if (location.hash.length > 1) {
  await openFromAddress();
}
