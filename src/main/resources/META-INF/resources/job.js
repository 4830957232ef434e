// The job that a page is about: its address names it, it is followed until it ends, and given up where that is wanted.
import * as api from "./api.js";

const $ = id => document.getElementById(id);

export function complain(problem) {
  $("problem").textContent = problem;
  $("problem").hidden = !problem;
}

function heading(text) {
  // Said aloud where it is new only: numbers change far too often.
  if ($("stage").textContent !== text) {
    $("stage").textContent = text;
  }
}

// Shows that something is under way, of which nothing more is known.
export function begin(text) {
  heading(text);
  $("part").textContent = "";
  $("progress").removeAttribute("value");
  $("running").hidden = false;
  $("result").hidden = true;
  // On a phone it is below the question.
  $("running").scrollIntoView({block: "nearest"});
}

function showStage({stage, done, total}) {
  heading(stage[0].toUpperCase() + stage.slice(1));
  $("part").textContent = `${done} of ${total}`;
  $("progress").value = total ? done / total : 0;
}

// A page of jobs of one kind:
//   what: what it is called, and path(id): where the service has it;
//   watch(): is called when one is followed, and returns what else than the stage it wants to be told of (see api.follow);
//   unwatch(): is called when it is followed no more;
//   show(id, result): shows what one gave;
//   busy(is): whether one is followed, so that no other should be asked for;
//   empty(is): whether the page is about none.
export function jobPage({what, path, watch = () => ({}), unwatch = () => {}, show, busy = () => {}, empty = () => {}}) {
  // The job that is followed: {id, stop}.
  let followed;
  // The one that was opened last, so that an answer that comes late does not replace a later one.
  let wanted;

  function unfollow() {
    followed?.stop();
    followed = undefined;
    unwatch();
  }

  function leave() {
    unfollow();
    $("running").hidden = true;
    busy(false);
  }

  function clear() {
    leave();
    complain("");
    $("result").hidden = true;
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
    unfollow();
    busy(true);
    begin("Waiting for its turn");
    const heard = {...watch(), stage: showStage};
    const lost = () => {
      leave();
      complain(`The connection to this ${what} is lost; reload the page to look for it again.`);
    };
    followed = {id, stop: api.follow(path(id), {...heard, done, lost})};
  }

  // Shows or follows a job as the service answers that it stands, unless another was opened meanwhile.
  async function take(id, answer, refused = () => {}) {
    try {
      const job = await answer;
      if (wanted === id) {
        (job.finished ? done : () => follow(id))(job);
      }
    } catch (problem) {
      if (wanted === id) {
        refused();
        complain(problem.message);
      }
    }
  }

  async function open(id) {
    wanted = id;
    clear();
    empty(false);
    await take(id, api.job(path(id)));
  }

  // Is about no job any more.
  function close() {
    wanted = undefined;
    clear();
    empty(true);
  }

  // Asks for a job by submit(), and follows it.
  async function ask(submit) {
    complain("");
    busy(true);
    try {
      const {id} = await submit();
      history.pushState(null, "", `#${id}`);
      await open(id);
    } catch (problem) {
      leave();
      complain(problem.message);
    }
  }

  async function cancel() {
    const id = followed?.id;
    if (id) {
      // What is still on its way to be shown is gone once it is cancelled, and would be asked for in vain.
      unfollow();
      await take(id, api.cancel(path(id)), () => follow(id));
    }
  }

  function openFromAddress() {
    if (location.hash.length < 2) {
      return close();
    }
    let id;
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      complain(`The address names no ${what}.`);
      return;
    }
    return open(id);
  }

  $("cancel").addEventListener("click", cancel);
  // Also the way back through the browser's history.
  window.addEventListener("popstate", openFromAddress);
  return {ask, close, openFromAddress};
}
