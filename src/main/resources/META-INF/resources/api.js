// Talks to the service. Whatever it refuses becomes an Error with the service's own words.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    const fields = (body.violations ?? []).map(violation => violation.message ?? violation.field);
    throw new Error([body.detail ?? body.title ?? `the service answers ${response.status}`, ...fields].join("; "));
  }
  return body;
}

export const models = async () => answer(await fetch("models"));

export const explanation = async id => answer(await fetch(`explanations/${encodeURIComponent(id)}`));

export const cancel = async id => answer(await fetch(`explanations/${encodeURIComponent(id)}`, {method: "DELETE"}));

export const submit = async (request, base, personalized) => {
  if (!base) {
    const headers = {"Content-Type": "application/json"};
    return answer(await fetch("explanations", {method: "POST", headers, body: JSON.stringify(request)}));
  }
  const body = new FormData();
  body.append("request", JSON.stringify(request));
  base.forEach(file => body.append("baseImages", file, file.name));
  personalized.forEach(file => body.append("personalizedImages", file, file.name));
  return answer(await fetch("explanations", {method: "POST", body}));
};

// Tells of an explanation until it has ended: heard.stage, heard.aspects, heard.done. Returns what stops it.
export const follow = (id, heard) => {
  const events = new EventSource(`explanations/${encodeURIComponent(id)}/events`);
  for (const name of ["stage", "aspects", "done"]) {
    events.addEventListener(name, event => {
      if (name === "done") {
        events.close();
      }
      heard[name](JSON.parse(event.data));
    });
  }
  return () => events.close();
};

// What is answered when it is done; who aborts the signal stops the work.
export const post = async (path, body, signal) => {
  const headers = {"Content-Type": "application/json"};
  return answer(await fetch(path, {method: "POST", headers, body: JSON.stringify(body), signal}));
};
